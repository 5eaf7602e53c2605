"""What one recording, or several of one person, day and condition, say together: one result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from importlib.metadata import version
from typing import TypeVar

import numpy as np

from pipeline.activity.bouts import BoutParams, activity
from pipeline.mounting.calibration import Calibration
from pipeline.mounting.mounts import left_open, upside_down
from pipeline.norms import Matched
from pipeline.part import Part
from pipeline.result import Asymmetry, KneeSeries, PelvisSeries, Quality, Recording, SessionResult, Stride, Verdict
from pipeline.stages import EngineParams
from pipeline.strides.cycle_curves import CurveCollector
from pipeline.strides.values import of_all, of_side
from pipeline.walk.asymmetry import FIELD, AsymmetryParams, asymmetry
from pipeline.walk.body import body_sizes
from pipeline.walk.chain import Evidence, chain
from pipeline.walk.quality import QualityParams
from pipeline.walk.summary_measures import SummaryParams, gait_measures, joint_measures, pelvis_measures, trunk_measures
from pipeline.walk.timecourse import TimeCourseParams, half_minutes, time_course
from pipeline.walk.waveforms import WaveformParams, waveform_differences
from sensor.person import Person
from sensor.samples import KNEES, THIGHS, Side

_Series = TypeVar("_Series", PelvisSeries, KneeSeries)

_LEGS = frozenset((*KNEES, *THIGHS))
_NEEDS_AXES = {"stride_length": frozenset(KNEES), "knee_flexion_loading": _LEGS, "knee_flexion_swing": _LEGS}


@dataclass(frozen=True, slots=True)
class SessionParams:
    """Parameters of a whole analysis; they travel into the result's provenance."""

    engine: EngineParams = field(default_factory=EngineParams)
    asymmetry: AsymmetryParams = field(default_factory=AsymmetryParams)
    summary: SummaryParams = field(default_factory=SummaryParams)
    quality: QualityParams = field(default_factory=QualityParams)
    bouts: BoutParams = field(default_factory=BoutParams)
    time_course: TimeCourseParams = field(default_factory=TimeCourseParams)
    waveforms: WaveformParams = field(default_factory=WaveformParams)


def conclude(name: str, parts: Sequence[Part], person: Person, params: SessionParams) -> SessionResult:
    """Conclude from the parts of a session.

    Strides of all parts enter each number as if of one walk, so that the 30-stride rule holds for them together. How a
    walk changes while it lasts is told from the longest part alone: how long the rests between recordings were is not
    known.

    Parameters
    ----------
    parts : sequence of Part
        At least one; with the same placements, one behind the other on one clock.
    """
    worn = tuple(parts[0].rates_hz)
    strides = tuple(stride for part in parts for stride in part.strides)
    height_m, leg_m, assumed = body_sizes(person)
    at = _matched(strides, leg_m)
    asymmetries = {metric: _asymmetry(metric, strides, parts, params.asymmetry) for metric in FIELD}
    walking_s = sum(part.walking_time_s for part in parts)
    gait = gait_measures(strides, walking_s, person, at, params.summary)
    standing = all(part.calibration is None or part.calibration.standing for part in parts)
    pelvis = pelvis_measures(strides, at, standing, params.summary)
    done = [activity(part.postures, part.postures_s, part.strides, part.turns, params.bouts) for part in parts]
    longest = max(range(len(parts)), key=lambda i: parts[i].walking_time_s)
    course = time_course(parts[longest].strides, done[longest].rests, params.time_course)
    curves = CurveCollector.of([part.curves for part in parts])
    trunk = trunk_measures(strides, at, standing, params.summary)
    joints = joint_measures(strides, standing, params.summary)
    duration_s = sum(part.duration_s for part in parts)
    learned = parts[longest].calibration
    mounts = learned.mounts if learned is not None else ()
    noticed = (notice for part in parts for notice in part.notices)
    knees = [part.knee_series for part in parts if part.knee_series is not None]
    return SessionResult(
        recording=Recording(
            name,
            worn,
            float(np.median([rate for part in parts for rate in part.rates_hz.values()])),
            duration_s,
            {p: sum(part.missing_pct[p] * part.duration_s for part in parts) / (duration_s or 1.0) for p in worn}
            if len(parts) > 1
            else parts[0].missing_pct,
            height_m,
            leg_m,
            assumed,
            tuple(dict.fromkeys((*noticed, *upside_down(mounts), *left_open(mounts)))),
        ),
        quality=_quality(parts, strides, params.quality),
        events=tuple(event for part in parts for event in part.events),
        strides=strides,
        gait=gait,
        asymmetry=asymmetries,
        pelvis=pelvis,
        chain=chain(Evidence(asymmetries, gait, pelvis, course, trunk, joints), worn),
        curves=curves.curves(at),
        pelvis_series=_joined([part.pelvis_series for part in parts]),
        knee_series=_joined(knees) if knees else None,
        provenance=_provenance(parts, params),
        time_course=course,
        bouts=tuple(bout for each in done for bout in each.bouts),
        rests=tuple(rest for each in done for rest in each.rests),
        half_minutes=half_minutes(parts[longest].strides, done[longest].rests, params.time_course),
        mounts=mounts,
        trunk=trunk,
        waveforms=waveform_differences(curves, _stride_time_s(strides), params.waveforms),
        joints=joints,
    )


def _quality(parts: Sequence[Part], strides: tuple[Stride, ...], params: QualityParams) -> Quality:
    """The worst verdict of the parts, each judged with everybody's strides."""
    judged = [part.judged(strides, params) for part in parts]
    order = list(Verdict)
    worst = max((quality.verdict for quality in judged), key=order.index)
    return Quality(worst, tuple(dict.fromkeys(reason for quality in judged for reason in quality.reasons)))


def _matched(strides: Sequence[Stride], leg_m: float) -> Matched | None:
    """Speed that references are matched to; without knee sensors there is none."""
    speeds = of_all(strides, "speed_m_s")
    return Matched(float(np.median(speeds)), leg_m) if len(speeds) else None


def _stride_time_s(strides: Sequence[Stride]) -> float:
    """Usual stride time; a second without strides."""
    times = of_all(strides, "stride_time_s")
    return float(np.median(times)) if len(times) else 1.0


def _asymmetry(metric: str, strides: Sequence[Stride], parts: Sequence[Part], params: AsymmetryParams) -> Asymmetry:
    why_not = _why_not(metric, parts)
    # What the two sides measured in different ways, or without a zero, must not be compared.
    left, right = (of_side([] if why_not else strides, side, FIELD[metric]) for side in Side)
    return asymmetry(metric, left, right, why_not, params)


def _why_not(metric: str, parts: Sequence[Part]) -> str:
    """Why these sensors cannot show a metric at all; empty when they can."""
    worn = set(parts[0].rates_hz)
    contradictory = {p for part in parts if part.calibration is not None for p in part.calibration.mirrored}
    if contradictory & _NEEDS_AXES.get(metric, frozenset()):
        return "the axes of a sensor it is read from are mirrored"
    if metric.startswith("knee_flexion"):
        if not worn >= _LEGS:
            return "needs sensors on both thighs and below both knees"
        standing = all(part.calibration is None or part.calibration.standing for part in parts)
        return "" if standing else "needs quiet standing as zero"
    if set(KNEES) <= worn:
        return ""
    # A contact that one sensor sees lies elsewhere than what another one sees: 3 points of a step, if each sees a foot.
    if metric == "step_time" and not worn & _LEGS:
        return ""
    return "needs sensors below both knees" + (", or none on a leg" if metric == "step_time" else "")


def _joined(series: Sequence[_Series]) -> _Series:
    """One behind the other; a single one is itself."""
    first, *more = series
    if not more:
        return first
    names = (field.name for field in fields(first))
    return type(first)(*(np.concatenate([getattr(one, name) for one in series]) for name in names))


@cache
def _versions() -> Mapping[str, str]:
    return {"gaitchain": version("gaitchain"), "numpy": np.__version__, "vqf": version("vqf")}


def _provenance(parts: Sequence[Part], params: SessionParams) -> dict[str, object]:
    said: dict[str, object] = {**_versions(), "params": asdict(params)}
    if len(parts) == 1:
        return said | {"calibration": _learned(parts[0].calibration, parts[0])}
    return said | {
        "parts": [
            {
                "name": part.name,
                "begin_s": part.begin_s,
                "duration_s": part.duration_s,
                "calibration": _learned(part.calibration, part),
            }
            for part in parts
        ]
    }


def _learned(calibration: Calibration | None, part: Part) -> Mapping[str, object]:
    if calibration is None:
        return {}
    pelvis = calibration.pelvis
    return {
        "standing_found": calibration.standing,
        "walking_s": calibration.walking_s,
        "leg_axis_share": {p.value: round(leg.axis.share, 3) for p, leg in calibration.legs.items()},
        "pelvis_anisotropy": round(pelvis.anisotropy, 2) if pelvis else None,
        "sides_told_by_knees": pelvis.sided_by_knees if pelvis else None,
        "swap": calibration.swap.value,
        "leg_sensors_exchanged": part.knees_exchanged,
    }
