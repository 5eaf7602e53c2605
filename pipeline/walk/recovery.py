"""What a rest brings back, seated, bent forward and standing apart; how far the person came before it; and the warm-up.

- Recovery: median of the first half minute after the longest rest of a kind against that of the last one before it:
  per cent for speed and stride length, degrees for the trunk's forward lean. In neurogenic claudication sitting and
  bending forward bring speed back and standing does not (design notes 5.9; much of it is an assumption there).
- Walked until the first rest: time, and time times the median speed.
- Warm-up: first minute against the rest of the first four, per cent; - = starts slower.

Data requirements: rests (:mod:`pipeline.activity.bouts`), half a minute of walking on both sides of one; two minutes
for the warm-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.activity.walking_time import Course, Quantity
from pipeline.result import BoutKind, Measure, Rest, Status
from pipeline.walk.sampling import BootstrapParams, draws_of_both, interval95
from sensor.samples import FloatArray


@dataclass(frozen=True, slots=True)
class RecoveryParams:
    """What a recovery and a warm-up need."""

    span_s: float = 30.0  # before and after a rest
    strides: int = 8  # in each of the two: fewer have no steady median
    warm_up_s: float = 60.0
    settled_s: float = 240.0  # the walk up to here is what the warm-up is compared with
    bootstrap: BootstrapParams = field(default_factory=BootstrapParams)


@dataclass(frozen=True, slots=True)
class _Compared:
    """A quantity before and after."""

    name: str
    of: Quantity
    in_degrees: bool = False

    @property
    def unit(self) -> str:
        return "deg" if self.in_degrees else "%"


_QUANTITIES = (
    _Compared("speed", lambda stride: stride.speed_m_s),
    _Compared("stride_length", lambda stride: stride.stride_length_m),
    _Compared("lean", lambda stride: stride.trunk_lean_deg, in_degrees=True),
)
_WARM_UP = (
    _Compared("warm_up_speed_pct", lambda stride: stride.speed_m_s),
    _Compared("warm_up_stride_time_pct", lambda stride: stride.stride_time_s),
)


_POSTURES = (
    (BoutKind.SITTING, "a seated rest"),
    (BoutKind.LEANING, "a rest bent forward"),
    (BoutKind.STANDING, "a standing rest"),
)


def recoveries(course: Course, rests: Sequence[Rest], params: RecoveryParams) -> list[Measure]:
    """Recovery over the longest rest of any kind, and of each quantity over the longest one of each posture."""
    out = [_recovery("recovery_speed_pct", _QUANTITIES[0], course, rests, "a rest", params)]
    for kind, words in _POSTURES:
        own = [rest for rest in rests if rest.kind is kind]
        for what in _QUANTITIES:
            name = f"recovery_{what.name}_{kind.value}_{'deg' if what.in_degrees else 'pct'}"
            out.append(_recovery(name, what, course, own, words, params))
    return out


def until_rest(course: Course, rests: Sequence[Rest]) -> list[Measure]:
    """Time and distance walked before the first rest; ``n`` is the number of rests."""
    names = (("walked_to_rest_s", "s"), ("walked_to_rest_m", "m"))
    if not rests:
        return [_absent(name, unit, "no rest was seen between walks") for name, unit in names]
    walked_s = rests[0].walked_s
    speeds = course.during(0).values(lambda stride: stride.speed_m_s)
    speeds = speeds[np.isfinite(speeds)]
    out = [Measure("walked_to_rest_s", "s", round(walked_s, 2), n=len(rests))]
    if not len(speeds):
        return [*out, _absent("walked_to_rest_m", "m", "the walking speed before the first rest is not known")]
    return [*out, Measure("walked_to_rest_m", "m", walked_s * float(np.median(speeds)), n=len(rests))]


def warm_up(course: Course, params: RecoveryParams) -> list[Measure]:
    """First minute of the first walk against what follows."""
    first = course.during(0)
    begun = first.walking_s < params.warm_up_s
    settled = ~begun & (first.walking_s < params.settled_s)
    out = []
    for what in _WARM_UP:
        values = first.values(what.of)
        later, earlier = (part[np.isfinite(part)] for part in (values[settled], values[begun]))
        if min(len(later), len(earlier)) < 2 * params.strides:
            out.append(_absent(what.name, what.unit, "needs two minutes of walking without a rest"))
        else:
            out.append(_compared(what.name, what, later, earlier, params))
    return out


def _recovery(
    name: str, what: _Compared, course: Course, rests: Sequence[Rest], words: str, params: RecoveryParams
) -> Measure:
    values, start_s = course.values(what.of), course.start_s
    for rest in sorted(rests, key=lambda rest: (rest.start_s - rest.end_s, rest.start_s)):
        before = values[(start_s < rest.start_s) & (start_s >= rest.start_s - params.span_s)]
        after = values[(start_s >= rest.end_s) & (start_s < rest.end_s + params.span_s)]
        before, after = before[np.isfinite(before)], after[np.isfinite(after)]
        if min(len(before), len(after)) >= params.strides:
            return _compared(name, what, before, after, params)
    seen = "between two walks of half a minute"
    if what.in_degrees and not np.isfinite(values).any():
        return _absent(name, what.unit, "needs a trunk sensor")
    return _absent(name, what.unit, f"needs {words} {seen}" if not rests else f"needs {words} {seen} with this measure")


def _compared(name: str, what: _Compared, before: FloatArray, after: FloatArray, params: RecoveryParams) -> Measure:
    def index(earlier: FloatArray, later: FloatArray) -> FloatArray:
        return np.asarray(later - earlier if what.in_degrees else 100.0 * (later / earlier - 1.0))

    value = float(index(np.asarray(np.median(before)), np.asarray(np.median(after))))
    low, high = interval95(index(*draws_of_both(before, after, params.bootstrap)))
    return Measure(name, what.unit, value, (min(low, value), max(high, value)), len(before) + len(after))


def _absent(name: str, unit: str, reason: str) -> Measure:
    return Measure(name, unit, None, status=Status.NOT_ASSESSED, reason=reason)
