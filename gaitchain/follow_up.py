"""The same person over sessions: what has changed since the baseline, per measure and per link of the chain.

Works on summary documents (summary.json), so that sessions analysed long ago can be compared without their samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gaitchain.outputs.plain import JsonObject, number
from gaitchain.report.words import quantity
from pipeline.result import Interval, Link, Verdict
from pipeline.walk.change import LEAST_CHANGE, MEASURE_OF, Change, Course, Reading, change

SPEED = "gait.speed_m_s"
SPEED_MATTERS_M_S = 0.15  # its own minimal detectable change: amplitudes and most asymmetries follow speed
STATUS_WORDS: Mapping[Course, str] = {
    Course.RESOLVED: "resolved",
    Course.RESOLVING: "resolving",
    Course.UNCHANGED: "unchanged",
    Course.WORSE: "worse",
    Course.NOT_ASSESSED: "not assessed",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure in two sessions; ``key`` as in the summary (``asymmetry.stance_time``, ``gait.speed_m_s``)."""

    key: str
    unit: str
    earlier: Reading | None
    later: Reading | None
    change: Change


@dataclass(frozen=True, slots=True)
class ComparedLink:
    """A link of the chain in two sessions, judged by the measure it reads."""

    link: Link
    compared: Compared


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Two sessions of one person.

    Attributes
    ----------
    measures : mapping of key to Compared
    links : tuple of ComparedLink
        All eight, in the order of the chain.
    cautions : tuple of str
        What else differs between the sessions and may explain a change.
    """

    measures: Mapping[str, Compared]
    links: tuple[ComparedLink, ...]
    cautions: tuple[str, ...]

    def said(self) -> JsonObject:
        """The same as a JSON object."""
        return {
            "links": [{"link": one.link.value, **_said(one.compared)} for one in self.links],
            "measures": {key: _said(one) for key, one in self.measures.items()},
            "cautions": list(self.cautions),
        }


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One session of a trend; ``change`` is against the baseline, None for the baseline itself and without a value."""

    reading: Reading | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class Trend:
    """One measure over sessions, oldest first.

    Attributes
    ----------
    unit : str
    baseline : int or None
        Which point the others are judged against: the first with a value.
    unchanged : (float, float) or None
        Values within measurement error of the baseline.
    """

    key: str
    unit: str
    points: tuple[TrendPoint, ...]
    baseline: int | None
    unchanged: Interval | None


def follow_up(earlier: JsonObject, later: JsonObject) -> FollowUp:
    """Compare two sessions of one person.

    Parameters
    ----------
    earlier, later : dict
        Their summaries; an invalid session is not assessed.
    """
    keys = [key for key in dict.fromkeys((*_keys(earlier), *_keys(later))) if key in LEAST_CHANGE]
    measures = {key: _compared(key, earlier, later) for key in keys}
    links = tuple(ComparedLink(link, _of_link(link, measures)) for link in Link)
    return FollowUp(measures, links, tuple(_cautions(earlier, later)))


def trend(documents: Sequence[JsonObject], key: str) -> Trend:
    """One measure over the sessions of one person, oldest first."""
    readings = [_reading(document, key) for document in documents]
    unit = next((_unit(document, key) for document in documents if _entry(document, key)), "")
    baseline = next((i for i, reading in enumerate(readings) if reading is not None), None)
    if baseline is None or (first := readings[baseline]) is None:
        return Trend(key, unit, tuple(TrendPoint(None, None) for _ in readings), None, None)
    points = tuple(
        TrendPoint(reading, None if reading is None or i == baseline else change(key, first, reading))
        for i, reading in enumerate(readings)
    )
    least = LEAST_CHANGE.get(key)
    around = None if least is None else (first.value - least, first.value + least)
    return Trend(key, unit, points, baseline, around)


def _compared(key: str, earlier: JsonObject, later: JsonObject) -> Compared:
    before, after = _reading(earlier, key), _reading(later, key)
    unit = _unit(later, key) or _unit(earlier, key)
    if before is None or after is None:
        why = "neither session shows it"
        if before is not None or after is not None:
            why = f"the {'earlier' if before is None else 'later'} session does not show it"
        return Compared(key, unit, before, after, Change(Course.NOT_ASSESSED, reason=why))
    return Compared(key, unit, before, after, change(key, before, after))


def _of_link(link: Link, measures: Mapping[str, Compared]) -> Compared:
    key = MEASURE_OF.get(link)
    if key is None:
        why = "no measure with a known minimal detectable change"
        return Compared("", "", None, None, Change(Course.NOT_ASSESSED, reason=why))
    absent = Compared(key, "", None, None, Change(Course.NOT_ASSESSED, reason="neither session shows it"))
    return measures.get(key, absent)


def _cautions(earlier: JsonObject, later: JsonObject) -> list[str]:
    cautions = [
        f"The {name} session is invalid; nothing of it is compared."
        for name, document in (("earlier", earlier), ("later", later))
        if not _usable(document)
    ]
    speeds = [reading.value for document in (earlier, later) if (reading := _reading(document, SPEED))]
    if len(speeds) == 2 and abs(speeds[1] - speeds[0]) > SPEED_MATTERS_M_S:
        told = " and ".join(quantity(speed, "m/s") for speed in speeds)
        cautions.append(f"Walking speed differs ({told}); pelvic ranges, impacts and asymmetries follow speed.")
    before, after = earlier["recording"], later["recording"]
    for name, words in (("placements", "The sensors worn"), ("walking_aid", "The walking aid")):
        if before[name] != after[name]:
            cautions.append(f"{words} differ{'' if name == 'placements' else 's'} between the sessions.")
    codes = before["patient_code"], after["patient_code"]
    if None not in codes and codes[0] != codes[1]:
        cautions.append("The patient codes differ: is this one person?")
    return cautions


def _keys(document: JsonObject) -> list[str]:
    return [*(f"asymmetry.{metric}" for metric in document["asymmetry"]), *document["measures"]]


def _usable(document: JsonObject) -> bool:
    return bool(document["quality"]["verdict"] != Verdict.INVALID)


def _entry(document: JsonObject, key: str) -> Mapping[str, Any] | None:
    group, _, name = key.partition(".")
    entry: Mapping[str, Any] | None = (
        document["asymmetry"].get(name) if group == "asymmetry" else document["measures"].get(key)
    )
    return entry


def _unit(document: JsonObject, key: str) -> str:
    entry = _entry(document, key)
    if entry is None:
        return ""
    if not key.startswith("asymmetry."):
        return str(entry["unit"])
    return "SD" if "z_difference" in entry else "%"


def _reading(document: JsonObject, key: str) -> Reading | None:
    entry = _entry(document, key)
    if entry is None or not _usable(document):
        return None
    value = entry.get("value", entry.get("log_ratio_pct", entry.get("z_difference")))
    if value is None:
        return None
    return Reading(float(value), _pair(entry["ci95"]), _pair(entry["band"]), entry.get("instrument_sd"))


def _pair(ends: Sequence[float] | None) -> Interval | None:
    return None if ends is None else (float(ends[0]), float(ends[1]))


def _said(one: Compared) -> JsonObject:
    return {
        "measure": one.key or None,
        "unit": one.unit,
        "earlier": None if one.earlier is None else number(one.earlier.value),
        "later": None if one.later is None else number(one.later.value),
        "difference": number(one.change.difference),
        "detectable": number(one.change.detectable),
        "status": one.change.status.value,
        "reason": one.change.reason,
    }
