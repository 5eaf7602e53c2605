"""How the walk changes while it lasts: slopes over walking time, and what a rest brings back.

- Slope: Theil-Sen through the medians of half minutes of walking time, per cent of the first minute per minute (speed,
  stride length, stride time) or points per minute (stance asymmetry). Walking time runs only while the person walks.
  A falling speed that comes back after sitting, not after standing, is the pattern of neurogenic claudication; one
  that rises over the first minutes is start-up stiffness (design notes 5.9).
- Recovery: median of the first half minute after the longest rest over that of the last one before it, minus one.

Source: own formulation of design notes 1.1 and 5.9. Data requirements: three minutes of walking for slopes; a rest of
ten seconds or more between two walks of half a minute for recovery.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.result import Measure, Status, Stride
from sensor.samples import FloatArray, Side


@dataclass(frozen=True, slots=True)
class TimeCourseParams:
    """What a slope and a recovery need."""

    bin_s: float = 30.0
    bins: int = 6  # three minutes: a slope over less says more about chance than about the person
    strides_in_bin: int = 8
    rest_s: float = 10.0  # pauses shorter than this are turns and obstacles


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """Strides in order with their walking time, s, at their start."""

    strides: list[Stride]
    walking_s: FloatArray
    seen_s: FloatArray  # ends of all strides, valid or not: walking that could not be measured is no rest


def time_course(strides: Sequence[Stride], params: TimeCourseParams) -> Mapping[str, Measure]:
    """Slopes and recovery over a session.

    Parameters
    ----------
    strides : sequence of Stride
        All strides of the session; only valid ones count.
    """
    course = _walking_time(strides, params)
    measures = [
        _slope("speed_slope_pct_min", "%/min", course, lambda s: s.stride_length_m / s.stride_time_s, params),
        _slope("stride_length_slope_pct_min", "%/min", course, lambda s: s.stride_length_m, params),
        _slope("stride_time_slope_pct_min", "%/min", course, lambda s: s.stride_time_s, params),
        _asymmetry_slope(course, params),
        _recovery(course, params),
    ]
    return {measure.name: measure for measure in measures}


def _walking_time(strides: Sequence[Stride], params: TimeCourseParams) -> _Course:
    ordered = sorted((s for s in strides if s.valid), key=lambda s: s.ic_s)
    walking, clock, until = [], 0.0, None
    for stride in ordered:
        if until is not None:
            clock += max(0.0, stride.ic_s - until) if stride.ic_s - until < params.rest_s else 0.0
        walking.append(clock)
        until = stride.ic_s
    return _Course(ordered, np.array(walking), np.sort([s.next_ic_s for s in strides]))


def _bins(course: _Course, of: Callable[[Stride], float], params: TimeCourseParams) -> tuple[FloatArray, FloatArray]:
    """Middle of each half minute, min, and the median of a quantity in it; bins with few strides are left out."""
    values = np.array([of(s) for s in course.strides])
    which = (course.walking_s / params.bin_s).astype(int)
    good = np.isfinite(values)
    kept = [b for b in np.unique(which[good]) if np.count_nonzero(good & (which == b)) >= params.strides_in_bin]
    medians = np.array([np.median(values[good & (which == b)]) for b in kept])
    return (np.array(kept, dtype=np.float64) + 0.5) * params.bin_s / 60.0, medians


def theil_sen(x: FloatArray, y: FloatArray) -> tuple[float, FloatArray]:
    """Median slope of all pairs of points, and the slopes themselves; x (n,) without ties, n >= 2."""
    i, j = np.triu_indices(len(x), 1)
    slopes = (y[j] - y[i]) / (x[j] - x[i])
    return float(np.median(slopes)), np.asarray(slopes)


def _slope(name: str, unit: str, course: _Course, of: Callable[[Stride], float], params: TimeCourseParams) -> Measure:
    at, medians = _bins(course, of, params) if course.strides else (np.empty(0), np.empty(0))
    if len(at) < params.bins:
        return _too_short(name, unit, len(course.strides), params)
    reference = float(np.median(medians[:2]))
    return _measure(name, unit, at, 100.0 * medians / reference, len(course.strides))


def _asymmetry_slope(course: _Course, params: TimeCourseParams) -> Measure:
    name, unit = "stance_asymmetry_slope_pct_min", "points/min"
    if not course.strides:
        return _too_short(name, unit, 0, params)
    sides = [_by_time(course, _stance_of(side), params) for side in Side]
    common = sorted(sides[0].keys() & sides[1].keys())
    if len(common) < params.bins:
        return _too_short(name, unit, len(course.strides), params)
    ratio = np.array([100.0 * np.log(sides[0][at] / sides[1][at]) for at in common])
    return _measure(name, unit, np.array(common), ratio, len(course.strides))


def _stance_of(side: Side) -> Callable[[Stride], float]:
    return lambda stride: stride.stance_time_s if stride.side is side else float("nan")


def _by_time(course: _Course, of: Callable[[Stride], float], params: TimeCourseParams) -> dict[float, float]:
    at, medians = _bins(course, of, params)
    return {float(minute): float(median) for minute, median in zip(at, medians, strict=True)}


def _measure(name: str, unit: str, at: FloatArray, values: FloatArray, n: int) -> Measure:
    slope, slopes = theil_sen(at, values)
    # Kendall's variance gives the ranks of the pairwise slopes that bound the median (Sen 1968, recalled).
    count = len(at)
    spread = 1.96 * np.sqrt(count * (count - 1) * (2 * count + 5) / 18.0)
    ranks = np.clip([(len(slopes) - spread) / 2.0, (len(slopes) + spread) / 2.0], 0, len(slopes) - 1).astype(int)
    low, high = np.sort(slopes)[ranks]
    return Measure(name, unit, slope, (float(low), float(high)), n)


def _too_short(name: str, unit: str, n: int, params: TimeCourseParams) -> Measure:
    minutes = params.bins * params.bin_s / 60.0
    return Measure(name, unit, None, n=n, status=Status.NOT_ASSESSED, reason=f"needs {minutes:g} minutes of walking")


def _recovery(course: _Course, params: TimeCourseParams) -> Measure:
    """Change of speed over the longest rest."""
    name, unit = "recovery_speed_pct", "%"
    starts = np.array([s.ic_s for s in course.strides])
    pauses = np.diff(starts)
    why = Measure(
        name, unit, None, status=Status.NOT_ASSESSED, reason="needs a rest between two walks of half a minute"
    )
    if len(pauses) == 0 or pauses.max() < params.rest_s:
        return why
    rest = int(np.argmax(pauses))
    inside = course.seen_s[(course.seen_s > starts[rest]) & (course.seen_s < starts[rest + 1])]
    if np.diff(np.concatenate(([starts[rest]], inside, [starts[rest + 1]]))).max() < params.rest_s:
        return why
    speed = np.array([s.stride_length_m / s.stride_time_s for s in course.strides])
    before = speed[: rest + 1][starts[: rest + 1] > starts[rest] - params.bin_s]
    after = speed[rest + 1 :][starts[rest + 1 :] < starts[rest + 1] + params.bin_s]
    before, after = before[np.isfinite(before)], after[np.isfinite(after)]
    if min(len(before), len(after)) < params.strides_in_bin:
        return why
    value = 100.0 * (float(np.median(after)) / float(np.median(before)) - 1.0)
    errors = [1.2533 * part.std(ddof=1) / np.sqrt(len(part)) / np.median(part) for part in (before, after)]
    half = 196.0 * float(np.hypot(*errors))  # the median's standard error, normal values
    return Measure(name, unit, value, (value - half, value + half), len(before) + len(after))
