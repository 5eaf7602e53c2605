"""The report in sentences: the paragraph at the top and the list of what was not assessed.

The wording describes and compares; it never names a disease as found, never calls a person normal or abnormal, and
never says that one thing caused another (biomechanics.md, 6.3).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gaitchain.report import strain
from gaitchain.report.bars import effect_of, in_band
from gaitchain.report.risk import ranked
from gaitchain.report.words import (
    MEASURES,
    METRICS,
    PATHWAYS,
    against_band,
    direction,
    fixed,
    listed,
    quantity,
    sentence,
    span,
    spoken,
)

KNEE_SIDE = (
    "stance_time",
    "swing_time",
    "single_support",
    "knee_swing_velocity",
    "knee_flexion_loading",
    "knee_flexion_swing",
)
_OPENINGS = {
    "clear": "Left and right differ clearly in",
    "borderline": "Borderline:",
    "outside": "Outside its band, but not certain enough to flag:",
}


def in_short(document: dict[str, Any]) -> list[str]:
    """The session in a few plain sentences, most important first."""
    if document["quality"]["verdict"] == "invalid":
        return [
            "This recording cannot be described.",
            *(sentence(reason) for reason in document["quality"]["reasons"]),
            "Nothing below may be read as a finding.",
        ]
    sentences = [_walk(document), *_sides(document), *_pelvis(document)]
    if _knee_side_flags(document) and _drop_outside(document):
        sentences.append(
            "Knee-side asymmetry and pelvic asymmetry occur together; this does not show that one causes the other."
        )
    return [*sentences, *_risk(document["risk"])]


def not_assessed(document: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Every measure and comparison without a number, gathered by reason; the chain says its own."""
    entries = [(spoken(key, MEASURES), entry) for key, entry in document["measures"].items()]
    measures = _by_reason(entry for entry in entries if entry[1]["status"] == "not_assessed")
    sides = dict(sides_by_reason(document, "not_assessed"))
    for reason, names in sides.items():
        measures.setdefault(reason, []).append(f"left against right: {listed(names)}")
    return list(measures.items())


def further(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What was observed beside walking and pelvis: trunk, joints, time course."""
    return {
        key: measure
        for key, measure in document["measures"].items()
        if measure["value"] is not None and not key.startswith(("gait.", "pelvis."))
    }


def sides_by_reason(document: dict[str, Any], status: str) -> list[tuple[str, list[str]]]:
    """Comparisons of left and right of a status that carry a remark, gathered by it."""
    entries = ((spoken(name, METRICS).lower(), entry) for name, entry in document["asymmetry"].items())
    return list(_by_reason(entry for entry in entries if entry[1]["status"] == status).items())


def _by_reason(entries: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, list[str]]:
    """Names under each of their reasons, both in the order given; those without a reason are left out."""
    gathered: dict[str, list[str]] = {}
    for name, entry in entries:
        if entry["reason"]:
            gathered.setdefault(sentence(entry["reason"]), []).append(name)
    return gathered


def _walk(document: dict[str, Any]) -> str:
    speed, walked = document["measures"]["gait.speed_m_s"], document["measures"]["gait.walking_time_s"]
    strides = document["strides"]
    counted = f"{strides['left']['valid']} valid strides on the left and {strides['right']['valid']} on the right"
    time = "" if walked["value"] is None else f" in {fixed(walked['value'], 0)} s of walking"
    if speed["value"] is None:
        return f"The walk gave {counted}{time}; its speed could not be assessed."
    where = against_band(speed["value"], speed["band"])
    band = f" ({where}, {span(speed['band'], 'm/s')})" if where else ""
    return f"The walk gave {counted}{time}, at {quantity(speed['value'], 'm/s')}{band}."


def _sides(document: dict[str, Any]) -> list[str]:
    assessed = {name: entry for name, entry in document["asymmetry"].items() if entry["status"] == "observed"}
    if not assessed:
        return ["Left and right could not be compared."]
    sentences = [
        f"{opening} {listed(names)}."
        for standing, opening in _OPENINGS.items()
        if (names := [_with_direction(name, entry) for name, entry in assessed.items() if _standing(entry) == standing])
    ]
    if sentences:
        return sentences
    if len(assessed) == 1:
        return ["The one comparison of left and right that could be made lies within its reference band."]
    return [f"All {len(assessed)} comparisons of left and right that could be made lie within their reference bands."]


def _standing(entry: dict[str, Any]) -> str:
    return "outside" if entry["flag"] == "none" and not in_band(entry) else str(entry["flag"])


def _with_direction(metric: str, entry: dict[str, Any]) -> str:
    effect, _ = effect_of(entry)
    return f"{spoken(metric, METRICS).lower()} ({direction(metric, effect or 0.0)} on the left)"


def _pelvis(document: dict[str, Any]) -> list[str]:
    difference = document["measures"]["pelvis.drop_difference_deg"]
    if difference["value"] is None:
        return ["The pelvis was not assessed."]
    if not _drop_outside(document):
        return ["The pelvis drops alike in left and right stance, within the reference band."]
    more, less = ("left", "right") if difference["value"] > 0 else ("right", "left")
    size = quantity(abs(difference["value"]), "deg")
    return [f"The pelvis drops {size} more in {more} than in {less} stance, outside the reference band."]


def _drop_outside(document: dict[str, Any]) -> bool:
    difference = document["measures"]["pelvis.drop_difference_deg"]
    if difference["value"] is None or difference["band"] is None:
        return False
    return against_band(difference["value"], difference["band"]) != "within reference"


def _knee_side_flags(document: dict[str, Any]) -> bool:
    return any(document["asymmetry"][name]["flag"] != "none" for name in KNEE_SIDE)


def _risk(risk: dict[str, Any]) -> list[str]:
    if risk["score"] is None:
        return ["No score is given.", *(sentence(reason) for reason in risk["reasons"])]
    interval = f" (90\N{NO-BREAK SPACE}% interval {span(risk['interval90'], '')})" if risk["interval90"] else ""
    best = ranked(risk["pathways"])
    seen = f"The pattern shows features seen with “{spoken(best[0][0], PATHWAYS)}”; its" if best else "Its"
    name = "in-silico strain score" if strain.by_simulation(risk) else "strain score by own labels"
    close = ", too uncertain to lean on alone" if strain.undecided(risk) else ""
    return [f"{seen} {name} is {fixed(risk['score'], 2)}{interval}{close}."]
