"""The claudication link: does walking get worse, how far does the person come, and which rest brings it back.

In neurogenic claudication walking worsens, sitting or bending brings it back, standing does not; in vascular
claudication standing does too (design notes 5.9). Fatigue, heart and lungs and a painful knee make the same slope, so
the link is never more than moderately sure, and says what was seen.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.norms import SPEED_SLOPE_NORMAL_PCT_MIN, band_z
from pipeline.result import ChainLink, Confidence, Link, Measure, Status

_SLOPE = "speed_slope_pct_min"
_FLEXED = ("recovery_speed_sitting_pct", "recovery_speed_leaning_pct")  # rests that open the spinal canal
_KINDS = {
    "recovery_speed_sitting_pct": "sitting",
    "recovery_speed_leaning_pct": "standing bent forward",
    "recovery_speed_standing_pct": "standing",
}


def claudication(course: Mapping[str, Measure]) -> ChainLink:
    """The link from the measures of the time course."""
    slope = course[_SLOPE]
    if slope.value is None:
        return ChainLink.absent(
            Link.CLAUDICATION,
            "Needs a walk-sit-walk protocol of six minutes or more, to see whether walking worsens and sitting helps: "
            f"{slope.reason}.",
        )
    sentences = [f"Walking speed changes by {slope.value:+z.1f} % per minute of walking."]
    way, lasted = course["walked_to_rest_m"].value, course["walked_to_rest_s"].value
    if lasted is not None:
        after = f" and {way:.0f} m" if way is not None else ""
        sentences.append(f"The first rest came after {lasted / 60.0:.1f} min{after}.")
    return ChainLink(
        Link.CLAUDICATION,
        Status.OBSERVED,
        slope.value,
        "%/min",
        band_z(slope.value, (-SPEED_SLOPE_NORMAL_PCT_MIN, SPEED_SLOPE_NORMAL_PCT_MIN)),
        None,
        Confidence.MODERATE if any(course[name].value is not None for name in _FLEXED) else Confidence.LOW,
        " ".join([*sentences, *_recoveries(course), *_pattern(course)]),
        tuple(f"time_course.{name}" for name in _used(course)),
    )


def _used(course: Mapping[str, Measure]) -> list[str]:
    names = (_SLOPE, "walked_to_rest_s", "walked_to_rest_m", "recovery_speed_pct", *_KINDS)
    return [name for name in names if course[name].value is not None]


def _recoveries(course: Mapping[str, Measure]) -> list[str]:
    found = [
        f"After {rest} it changes by {course[name].value:+z.0f} %."
        for name, rest in _KINDS.items()
        if course[name].value is not None
    ]
    either = course["recovery_speed_pct"].value
    if not found and either is not None:
        return [f"After the longest rest it changes by {either:+z.0f} %; sitting and standing could not be told apart."]
    return found or ["No rest of ten seconds between walks of half a minute was recorded."]


def _pattern(course: Mapping[str, Measure]) -> list[str]:
    """What the pieces say together, when all of them are there and clear of chance."""
    slope, standing = course[_SLOPE].ci95, course["recovery_speed_standing_pct"].ci95
    eased = [(_KINDS[name], ends) for name in _FLEXED if (ends := course[name].ci95) is not None and ends[0] > 0.0]
    if slope is None or slope[1] > -SPEED_SLOPE_NORMAL_PCT_MIN or not eased:
        return []
    rest, ends = eased[0]
    back = f"It worsens with walking and comes back after {rest}"
    if standing is None:
        return [f"{back}; whether standing upright would do is not known."]
    if standing[1] < ends[0]:
        return [f"{back} more than after standing upright."]
    return ["It worsens with walking and comes back after either rest."]
