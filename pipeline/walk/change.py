"""What has changed between two sessions of one person, and whether it is more than error.

A change counts once it exceeds the minimal detectable change: the larger of what the field found for the measure and of
what the two intervals leave open, sqrt(h1^2 + h2^2) of their half widths. It is judged by what it does to the distance
from the reference: a value back within its band is resolved, one that comes nearer is resolving, one that leaves the
band or goes farther is worse. A value within its band both times has not left the reference and counts as unchanged.

Source: design notes 1.2 (minimal detectable changes), 2.1 (bands) and 6 (change against the person's own baseline); the
joining of the two is our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, sqrt

from pipeline.norms import ASYMMETRY
from pipeline.result import Interval, Link


class Course(StrEnum):
    """How a measure has gone from one session to another."""

    RESOLVED = "resolved"
    RESOLVING = "resolving"
    UNCHANGED = "unchanged"
    WORSE = "worse"
    NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True, slots=True)
class Reading:
    """One measure in one session: its value; 95 % interval, reference band and instrument's SD where there are such."""

    value: float
    ci95: Interval | None = None
    band: Interval | None = None
    instrument_sd: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """From an earlier reading to a later one.

    Attributes
    ----------
    difference, detectable : float or None
        Later minus earlier, and the least that counts as a change, in the measure's unit.
    reason : str
        Why it is not assessed, or what the status rests on.
    """

    status: Course
    difference: float | None = None
    detectable: float | None = None
    reason: str = ""


# Minimal detectable changes in the measure's unit: design notes 1.2 [M], the cautious end; [D] derived; [A] assumed.
LEAST_CHANGE: Mapping[str, float] = {
    **{f"asymmetry.{metric}": norm.least_change for metric, norm in ASYMMETRY.items()},
    "gait.speed_m_s": 0.15,
    "gait.double_support_pct": 4.0,  # twice that of stance [D]
    "gait.stride_time_cv_pct": 1.5,  # [A]: reported reliability is poor
    "gait.step_regularity": 0.05,
    "gait.stride_regularity": 0.05,
    "gait.attenuation": 0.1,
    "gait.harmonic_ratio_vertical": 0.5,
    "gait.harmonic_ratio_forward": 0.5,
    "gait.harmonic_ratio_sideways": 0.5,
    "pelvis.obliquity_rom_deg": 2.0,
    "pelvis.tilt_rom_deg": 1.5,  # 1 between strides; straps are put on anew [A]
    "pelvis.rotation_rom_deg": 3.0,
    "pelvis.drop_left_deg": 2.0,
    "pelvis.drop_right_deg": 2.0,
    "pelvis.drop_difference_deg": 2.0,
    "pelvis.obliquity_offset_deg": 2.0,
    "joints.hip_flexion_difference_deg": 5.0,  # [A]; its interval is wider than that
    "trunk.thorax_pelvis_phase_deg": 20.0,
    "time_course.speed_slope_pct_min": 2.0,  # as wide as its band [A]
}

# The measure that a link of the chain reads.
MEASURE_OF: Mapping[Link, str] = {
    Link.KNEE: "asymmetry.stance_time",
    Link.STRIDE: "asymmetry.step_time",
    Link.LOAD: "asymmetry.impact_peak",
    Link.PELVIS: "pelvis.drop_difference_deg",
    Link.ROTATORS: "joints.hip_flexion_difference_deg",
    Link.LUMBAR: "trunk.thorax_pelvis_phase_deg",
    Link.CLAUDICATION: "time_course.speed_slope_pct_min",
    Link.SYSTEMIC: "gait.speed_m_s",
}
# Two-sided bands that are harmful on one side only: below (-1) or above (+1); the other side counts as within.
_ONE_SIDED: Mapping[str, int] = {"gait.speed_m_s": -1, "time_course.speed_slope_pct_min": -1}


# Its error is one of scale, of leg and sensor height above all: alike in both sessions of a person, so no change.
_OF_SCALE = frozenset({"gait.speed_m_s"})


def change(key: str, earlier: Reading, later: Reading) -> Change:
    """Judge one measure.

    Parameters
    ----------
    key : str
        ``<group>.<name>`` as in a result: ``asymmetry.stance_time``, ``pelvis.drop_difference_deg``.
    earlier, later : Reading
        In the measure's unit; of an asymmetry the effect.

    Returns
    -------
    Change
        Not assessed for a measure without a known minimal detectable change or without a reference band.
    """
    difference = later.value - earlier.value
    if key not in LEAST_CHANGE:
        return Change(Course.NOT_ASSESSED, difference, None, "no minimal detectable change is known for it")
    if earlier.band is None or later.band is None:
        return Change(Course.NOT_ASSESSED, difference, None, "it has no reference band to come back to")
    detectable = max(LEAST_CHANGE[key], hypot(_half_width(key, earlier), _half_width(key, later)))
    before, after = _beyond(key, earlier.value, earlier.band), _beyond(key, later.value, later.band)
    status, reason = _judged(before, after, abs(difference) > detectable)
    return Change(status, difference, detectable, reason)


def _judged(before: float, after: float, detectable: bool) -> tuple[Course, str]:
    """The status from how far beyond the band both readings lie; + above it, - below."""
    if before == after == 0.0:
        return Course.UNCHANGED, "within reference"
    if not detectable:
        return Course.UNCHANGED, "within measurement error"
    if after == 0.0:
        return Course.RESOLVED, "back within reference"
    if before * after < 0.0:
        return Course.WORSE, "outside on the other side now"
    if abs(after) < abs(before):
        return Course.RESOLVING, "nearer to reference"
    return Course.WORSE, "has left reference" if before == 0.0 else "farther from reference"


def _half_width(key: str, reading: Reading) -> float:
    if reading.ci95 is None:
        return 0.0
    half = 0.5 * (reading.ci95[1] - reading.ci95[0])
    own = 1.96 * reading.instrument_sd if key in _OF_SCALE and reading.instrument_sd else 0.0
    return sqrt(max(0.0, half * half - own * own))


def _beyond(key: str, value: float, band: Interval) -> float:
    """How far a value lies beyond its band on a harmful side, signed; 0 within."""
    low, high = band
    side = _ONE_SIDED.get(key, 0)
    if value < low and side <= 0:
        return value - low
    if value > high and side >= 0:
        return value - high
    return 0.0
