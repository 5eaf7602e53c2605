"""How the walk changes while it lasts: slopes over walking time.

- Slope: Theil-Sen through the medians of half minutes of walking time, of the longest walk between two rests when it is
  long enough, otherwise of all walking: per cent of the first minute per minute (speed, stride length, stride time),
  points per minute (stance asymmetry, variability of the stride time), degrees per minute (lean of the trunk). A step
  is half a stride here, so the slope of its length is that of the stride's.
- A falling speed that comes back after sitting, not after standing, is the pattern of neurogenic claudication; one
  that rises over the first minutes is start-up stiffness (design notes 5.9). Both: :mod:`pipeline.walk.recovery`.

Source: own formulation of design notes 1.1 and 5.9. Data requirements: three minutes of walking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.activity.walking_time import Course, Quantity, course
from pipeline.norms import SPEED_SLOPE_NORMAL_PCT_MIN
from pipeline.result import HalfMinute, Interval, Measure, Rest, Status, Stride
from pipeline.strides.values import of_side
from pipeline.walk.recovery import RecoveryParams, recoveries, until_rest, warm_up
from sensor.samples import FloatArray, Side

_OfBin = Callable[[Sequence[Stride], int], float]  # from at least so many strides; NaN where they do not show it


@dataclass(frozen=True, slots=True)
class TimeCourseParams:
    """What a slope needs."""

    bin_s: float = 30.0
    bins: int = 6  # three minutes: a slope over less says more about chance than about the person
    strides_in_bin: int = 8
    recovery: RecoveryParams = field(default_factory=RecoveryParams)


def time_course(strides: Sequence[Stride], rests: Sequence[Rest], params: TimeCourseParams) -> Mapping[str, Measure]:
    """Slopes, recoveries, what was walked before the first rest, and the warm-up of one recording.

    Parameters
    ----------
    strides : sequence of Stride
        All strides of the recording; only valid ones count.
    rests : sequence of Rest
        In order.
    """
    found = course(strides, rests)
    walk = _lasting(found, params)
    lasting = found if walk is None else found.during(walk)
    measures = [
        *(_slope(what, lasting, params) for what in _SLOPED),
        *recoveries(found, rests, params.recovery),
        *until_rest(found, rests),
        *warm_up(found, params.recovery),
    ]
    return {measure.name: measure for measure in measures}


def half_minutes(strides: Sequence[Stride], rests: Sequence[Rest], params: TimeCourseParams) -> tuple[HalfMinute, ...]:
    """Speed and step length in the course of every walk between rests, in bins that begin with the walk.

    A bin of too few strides is left out, as it is from the slopes; ``walked_s`` runs on from walk to walk.
    """
    found = course(strides, rests)
    lasting = _lasting(found, params)
    out = []
    for walk in np.unique(found.walk).tolist():
        own = np.flatnonzero(found.walk == walk)
        clock = found.walking_s[own]
        which = ((clock - clock[0]) / params.bin_s).astype(int)
        for index in np.unique(which):
            inside = own[which == index]
            if len(inside) < params.strides_in_bin:
                continue
            some = [found.strides[i] for i in inside]
            usual = (median(some, params.strides_in_bin) for median in (_SPEED, _STEP_LENGTH))
            walked_s = float(0.5 * (found.walking_s[inside[0]] + found.walking_s[inside[-1]]))
            last = max(stride.next_ic_s for stride in some)
            shown = (value if np.isfinite(value) else None for value in usual)
            out.append(HalfMinute(some[0].ic_s, last, walked_s, lasting in (None, walk), len(some), *shown))
    return tuple(out)


def _lasting(found: Course, params: TimeCourseParams) -> int | None:
    """The longest walk between rests when a slope can be had from it; otherwise None, which is all walking."""
    walked_s = {walk: float(found.during(walk).walking_s[-1]) for walk in np.unique(found.walk).tolist()}
    longest = max(walked_s, key=walked_s.__getitem__, default=None)
    return longest if longest is not None and walked_s[longest] > (params.bins - 1) * params.bin_s else None


def theil_sen(x: FloatArray, y: FloatArray) -> tuple[float, FloatArray]:
    """Median slope of all pairs of points, and the slopes themselves; x (n,) without ties, n >= 2."""
    i, j = np.triu_indices(len(x), 1)
    slopes = (y[j] - y[i]) / (x[j] - x[i])
    return float(np.median(slopes)), np.asarray(slopes)


def _slope(what: _Sloped, lasting: Course, params: TimeCourseParams) -> Measure:
    """Slope of a quantity of half minutes per minute."""
    which = (lasting.walking_s / params.bin_s).astype(int)
    values = {
        int(b): what.of_bin([lasting.strides[i] for i in np.flatnonzero(which == b)], params.strides_in_bin)
        for b in np.unique(which)
    }
    known = {b: value for b, value in values.items() if np.isfinite(value)}
    if len(known) < params.bins:
        minutes = params.bins * params.bin_s / 60.0
        reason = f"needs {minutes:g} minutes of walking"
        if not known and len(values) >= params.bins:
            reason = "these sensors do not show it"
        n = len(lasting.strides)
        return Measure(what.name, what.unit, None, n=n, band=what.band, status=Status.NOT_ASSESSED, reason=reason)
    at = (np.array(list(known), dtype=np.float64) + 0.5) * params.bin_s / 60.0
    shown = np.array(list(known.values()))
    if what.relative:
        shown = 100.0 * shown / float(np.median(shown[:2]))
    slope, slopes = theil_sen(at, shown)
    # Kendall's variance gives the ranks of the pairwise slopes that bound the median (Sen 1968, recalled).
    count = len(at)
    spread = 1.96 * np.sqrt(count * (count - 1) * (2 * count + 5) / 18.0)
    ranks = np.clip([(len(slopes) - spread) / 2.0, (len(slopes) + spread) / 2.0], 0, len(slopes) - 1).astype(int)
    low, high = np.sort(slopes)[ranks]
    return Measure(what.name, what.unit, slope, (float(low), float(high)), len(lasting.strides), what.band)


def _median_of(of: Quantity) -> _OfBin:
    def median(strides: Sequence[Stride], least: int) -> float:
        values = np.array([of(stride) for stride in strides], dtype=np.float64)
        values = values[np.isfinite(values)]
        return float(np.median(values)) if len(values) >= least else float("nan")

    return median


def _stance_ratio(strides: Sequence[Stride], least: int) -> float:
    """100 ln(left / right) of the median stance times."""
    sides = [of_side(strides, side, "stance_time_s") for side in Side]
    if min(map(len, sides)) < least:
        return float("nan")
    return 100.0 * float(np.log(np.median(sides[0]) / np.median(sides[1])))


def _variability(strides: Sequence[Stride], least: int) -> float:
    """Mean over the sides of 100 SD / mean of the stride time."""
    sides = [of_side(strides, side, "stride_time_s") for side in Side]
    shares = [100.0 * float(t.std(ddof=1) / t.mean()) for t in sides if len(t) >= least]
    return float(np.mean(shares)) if shares else float("nan")


@dataclass(frozen=True, slots=True)
class _Sloped:
    """A quantity whose slope over the walk is told; ``relative``: in per cent of the first minute."""

    name: str
    unit: str
    of_bin: _OfBin
    relative: bool = False
    band: Interval | None = None


_SPEED = _median_of(lambda s: s.speed_m_s)
_STEP_LENGTH = _median_of(lambda s: 0.5 * s.stride_length_m)
_SPEED_BAND = (-SPEED_SLOPE_NORMAL_PCT_MIN, SPEED_SLOPE_NORMAL_PCT_MIN)
_SLOPED = (
    _Sloped("speed_slope_pct_min", "%/min", _SPEED, relative=True, band=_SPEED_BAND),
    _Sloped("stride_length_slope_pct_min", "%/min", _median_of(lambda s: s.stride_length_m), relative=True),
    _Sloped("stride_time_slope_pct_min", "%/min", _median_of(lambda s: s.stride_time_s), relative=True),
    _Sloped("stance_asymmetry_slope_pct_min", "points/min", _stance_ratio),
    _Sloped("stride_time_cv_slope_pct_min", "points/min", _variability),
    _Sloped("trunk_lean_slope_deg_min", "deg/min", _median_of(lambda s: s.trunk_lean_deg)),
)
