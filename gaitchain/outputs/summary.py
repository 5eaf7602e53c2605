"""The summary of a session: one JSON object in which no number is bare and nothing missing is silent."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files

from gaitchain.outputs.contract import ASYMMETRY, GAIT, PELVIS, Promise, missing_reason
from gaitchain.outputs.plain import JsonObject, number, plain
from models.risk import RED_FLAG, Risk
from pipeline.result import (
    Asymmetry,
    ChainLink,
    Flag,
    Interval,
    Link,
    Measure,
    Recording,
    SessionResult,
    Status,
    Stride,
    WaveformDifference,
)
from sensor.person import Person
from sensor.samples import Placement, Side

SCHEMA_VERSION = "1.0"


def summary(result: SessionResult, risk: Risk, person: Person) -> JsonObject:
    """Compose summary.json.

    Parameters
    ----------
    result, risk, person
        What the analysis and the model say, and the sidecar of the recording. A ticked red flag withholds the score.

    Returns
    -------
    dict
        A JSON object that follows ``summary.schema.json``; every field is described in docs/outputs.md. Floats carry
        eight significant digits, NaN and infinity become null, and every number the contract names is present: as
        not assessed with a reason where the analysis did not give it.
    """
    placements = result.recording.placements
    measures = {
        "gait": _measures(result.gait, GAIT, placements),
        "pelvis": _measures(result.pelvis, PELVIS, placements),
        "time_course": _measures(result.time_course, {}, placements),
        "trunk": _measures(result.trunk, {}, placements),
        "joints": _measures(result.joints, {}, placements),
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "recording": _recording(result.recording, person),
        "quality": {"verdict": result.quality.verdict.value, "reasons": list(result.quality.reasons)},
        "strides": {side.value: _stride_counts(result.strides, side) for side in Side},
        "gait": {name: measure["value"] for name, measure in measures["gait"].items()},
        "asymmetry": _asymmetries(result.asymmetry, placements),
        "pelvis": {name: measure["value"] for name, measure in measures["pelvis"].items()},
        **{
            group: {name: measure["value"] for name, measure in measures[group].items()}
            for group in ("time_course", "trunk", "joints")
        },
        "bouts": plain(result.bouts),
        "rests": plain(result.rests),
        "half_minutes": plain(result.half_minutes),
        "mounts": plain(result.mounts),
        "waveforms": {name: _waveform(found) for name, found in result.waveforms.items()},
        "measures": {f"{group}.{name}": item for group, items in measures.items() for name, item in items.items()},
        "chain": _chain(result.chain),
        "risk": _risk(risk, person),
        "provenance": plain(result.provenance),
    }


def summary_bytes(document: JsonObject) -> bytes:
    """The file's bytes: UTF-8, indented, keys in the order of the contract, a final newline, never NaN."""
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def summary_schema() -> JsonObject:
    """The JSON Schema (draft 2020-12) that every summary.json follows."""
    schema: JsonObject = json.loads(files("gaitchain.outputs").joinpath("summary.schema.json").read_bytes())
    return schema


def _recording(recording: Recording, person: Person) -> JsonObject:
    return {
        "name": recording.name,
        "patient_code": person.code or None,
        "age_years": number(person.age_years),
        "sex": person.sex or None,
        "painful_side": plain(person.painful_side),
        "walking_aid": person.walking_aid or None,
        "red_flags": list(person.red_flags or ()),
        "placements": [placement.value for placement in recording.placements],
        "rate_hz": number(recording.rate_hz),
        "duration_s": number(recording.duration_s),
        "missing_pct": {place.value: number(share) for place, share in recording.missing_pct.items()},
        "height_m": number(recording.height_m),
        "leg_length_m": number(recording.leg_length_m),
        "assumptions": list(recording.assumptions),
        "notices": list(recording.notices),
    }


def _stride_counts(strides: Sequence[Stride], side: Side) -> JsonObject:
    own = [stride for stride in strides if stride.side is side]
    return {"detected": len(own), "valid": sum(stride.valid for stride in own)}


def _measures(
    measures: Mapping[str, Measure], promised: Mapping[str, Promise], placements: Collection[Placement]
) -> JsonObject:
    absent = {
        name: Measure(name, promise.unit, None, status=Status.NOT_ASSESSED, reason=missing_reason(promise, placements))
        for name, promise in promised.items()
    }
    return {name: _measure(measure) for name, measure in (absent | dict(measures)).items()}


def _interval(interval: Interval | None) -> list[float] | None:
    if interval is None:
        return None
    low, high = number(interval[0]), number(interval[1])
    return None if low is None or high is None else [low, high]


def _status(status: Status, value: float | None, reason: str) -> JsonObject:
    if status is Status.OBSERVED and number(value) is None:
        status, reason = Status.NOT_ASSESSED, reason or "The value could not be computed."
    if status is Status.NOT_ASSESSED and not reason:
        reason = "The analysis gave no reason."
    return {"status": status.value, "reason": reason}


def _measure(measure: Measure) -> JsonObject:
    status = _status(measure.status, measure.value, measure.reason)
    observed = status["status"] == Status.OBSERVED.value
    return {
        "value": number(measure.value) if observed else None,
        "unit": measure.unit,
        "ci95": _interval(measure.ci95) if observed else None,
        "n": int(measure.n),
        "band": _interval(measure.band),
        "instrument_sd": number(measure.instrument_sd),
        "confidence": measure.confidence.value if measure.confidence else None,
        **status,
    }


def _waveform(found: WaveformDifference) -> JsonObject:
    """Where the sides differ; the whole curve of the difference is not written here."""
    entry: JsonObject = {
        "unit": found.unit,
        "n_left": found.n_left,
        "n_right": found.n_right,
        "limit": number(found.limit),
        "rms_pct": number(found.rms_pct),
        "largest_difference": None,
        "largest_at_pct": None,
        "largest_ci95": None,
        "regions": plain(found.regions),
        "status": found.status.value,
        "reason": found.reason,
    }
    if found.difference is not None and found.low is not None and found.high is not None:
        at = int(abs(found.difference).argmax())
        entry["largest_difference"], entry["largest_at_pct"] = number(found.difference[at]), float(at)
        entry["largest_ci95"] = _interval((found.low[at], found.high[at]))
    return entry


def _asymmetries(asymmetries: Mapping[str, Asymmetry], placements: Collection[Placement]) -> JsonObject:
    absent = {name: _absent_asymmetry(promise, placements) for name, promise in ASYMMETRY.items()}
    return absent | {name: _asymmetry(asymmetry) for name, asymmetry in asymmetries.items()}


def _absent_asymmetry(promise: Promise, placements: Collection[Placement]) -> JsonObject:
    return {
        "unit": promise.unit,
        "left": None,
        "right": None,
        "n_left": 0,
        "n_right": 0,
        ("z_difference" if promise.is_angle else "log_ratio_pct"): None,
        "ci95": None,
        "band": None,
        "flag": Flag.NONE.value,
        "status": Status.NOT_ASSESSED.value,
        "reason": missing_reason(promise, placements),
    }


def _asymmetry(asymmetry: Asymmetry) -> JsonObject:
    status = _status(asymmetry.status, asymmetry.effect, asymmetry.reason)
    assessed = status["status"] == Status.OBSERVED.value
    return {
        "unit": asymmetry.unit,
        "left": number(asymmetry.left),
        "right": number(asymmetry.right),
        "n_left": int(asymmetry.n_left),
        "n_right": int(asymmetry.n_right),
        ("z_difference" if asymmetry.is_angle else "log_ratio_pct"): number(asymmetry.effect) if assessed else None,
        "ci95": _interval(asymmetry.ci95) if assessed else None,
        "band": _interval(asymmetry.band),
        "flag": asymmetry.flag.value if assessed else Flag.NONE.value,
        **status,
    }


def _chain(chain: Sequence[ChainLink]) -> list[JsonObject]:
    given = {item.link: item for item in chain}
    nothing = "This analysis gave no value for the link."
    return [_link(given.get(link) or ChainLink.absent(link, nothing)) for link in Link]


def _link(link: ChainLink) -> JsonObject:
    return {
        "link": link.link.value,
        "value": number(link.value),
        "unit": link.unit,
        "z": number(link.z),
        "side": plain(link.side),
        "confidence": link.confidence.value,
        "evidence": list(link.evidence),
        **_status(link.status, link.value, link.reason),
    }


def _risk(risk: Risk, person: Person) -> JsonObject:
    if person.red_flags:
        risk = Risk.silent((RED_FLAG,), risk.model_version, in_silico=risk.in_silico)
    abstained = risk.abstained or number(risk.score) is None
    return {
        "score": None if abstained else number(risk.score),
        "level": None if abstained else plain(risk.level),
        "interval90": None if abstained else _interval(risk.interval90),
        "pathways": {name: number(share) for name, share in risk.pathways.items()},
        "set90": list(risk.set90),
        "abstained": abstained,
        "reasons": list(risk.reasons) or (["The model gave no score and no reason."] if abstained else []),
        "contributions": plain(risk.contributions),
        "baseline_log_odds": number(risk.baseline_log_odds),
        "in_silico": risk.in_silico,
        "model_version": risk.model_version,
    }
