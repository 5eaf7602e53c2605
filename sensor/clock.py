"""Node clock to session clock, from causality alone.

A frame cannot arrive before it was sent. Every ping bounds the node's clock from one side (it reached the node after it
left the host), every pong and every data frame from the other (it reached the host after it left the node). Within a
window a crystal is a straight line; the lines that respect every bound form a small polygon. Its middle is the
estimate, its extent the uncertainty. Delays of any distribution only make the polygon larger, never wrong. The idea of
an envelope is that of skew estimation by linear programming (Moon, Skelly and Towsley 1999), here from both sides.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sensor.samples import FloatArray


@dataclass(frozen=True, slots=True)
class OneWay:
    """A frame that left the node no earlier than ``device_us`` and arrived at ``host_ns``."""

    device_us: int
    host_ns: int


@dataclass(frozen=True, slots=True)
class TwoWay:
    """A ping: sent and arrived by the host's clock, received and returned by the node's."""

    sent_ns: int
    received_us: int
    returned_us: int
    arrived_ns: int


@dataclass(frozen=True, slots=True)
class ClockParams:
    """How clocks are fitted."""

    window_s: float = 360.0  # long enough for 300 pings; a crystal that warms up by 10 K bends by 0.2 ms in it
    knot_s: float = 60.0  # of the track through a whole recording
    skew_limit_ppm: float = 200.0  # no crystal that works is worse
    slack_s: float = 200e-6  # stamps are rounded, batches have a mean period, crystals bend within a window
    least_pings: int = 5  # below, the bounds from above alone are used


@dataclass(frozen=True, slots=True)
class ClockFit:
    """A straight line from node clock to session clock.

    Attributes
    ----------
    anchor_us, anchor_s : float
        A point on the line: device microseconds, session seconds.
    skew : float
        Session seconds per device second, less one. A node that runs fast has a negative skew.
    uncertainty_s : float
        The true time differs by no more than this inside the window. With ``two_way`` it is a bound; without it is the
        typical delay above the fastest frames, and a constant delay of all frames stays unseen.
    residual_s : float
        Median of how much later than the line frames arrived: the link's typical delay.
    pings, frames : int
        How many of each the window held.
    """

    anchor_us: float
    anchor_s: float
    skew: float
    uncertainty_s: float
    residual_s: float
    pings: int
    frames: int

    @property
    def two_way(self) -> bool:
        """Whether pings bounded the clock from both sides."""
        return self.pings > 0

    @property
    def drift_ppm(self) -> float:
        """Rate of the node's crystal against the host's; + runs fast."""
        return -self.skew / (1.0 + self.skew) * 1e6

    def session_s(self, device_us: FloatArray) -> FloatArray:
        """Device microseconds (n,) to session seconds (n,)."""
        return np.asarray(self.anchor_s + (device_us - self.anchor_us) * 1e-6 * (1.0 + self.skew))


@dataclass(frozen=True, slots=True)
class ClockTrack:
    """A polygon line through a whole recording: knots every minute, straight between and beyond.

    Attributes
    ----------
    knots_us, knots_s : (k,) arrays
        Device microseconds and session seconds, increasing.
    uncertainty_s : (k,) array
        As in ``ClockFit``, at each knot.
    """

    knots_us: FloatArray
    knots_s: FloatArray
    uncertainty_s: FloatArray
    first: ClockFit
    last: ClockFit

    def session_s(self, device_us: FloatArray) -> FloatArray:
        """Device microseconds (n,) to session seconds (n,)."""
        inside = np.interp(device_us, self.knots_us, self.knots_s)
        early = self.knots_s[0] + (device_us - self.knots_us[0]) * 1e-6 * (1.0 + self.first.skew)
        late = self.knots_s[-1] + (device_us - self.knots_us[-1]) * 1e-6 * (1.0 + self.last.skew)
        return np.where(device_us < self.knots_us[0], early, np.where(device_us > self.knots_us[-1], late, inside))


@dataclass(slots=True)
class NodeClock:
    """One life of one node: raw pairs in order of arrival, and fits through them.

    A reboot begins a new ``NodeClock``; device times are unwrapped before they come here.

    Attributes
    ----------
    epoch_ns : int
        The host's monotonic clock at session second 0.
    """

    epoch_ns: int = 0
    params: ClockParams = field(default_factory=ClockParams)
    one_way: list[OneWay] = field(default_factory=list)
    two_way: list[TwoWay] = field(default_factory=list)

    def add(self, pair: OneWay | TwoWay) -> None:
        """Keep a raw pair."""
        if isinstance(pair, OneWay):
            self.one_way.append(pair)
        else:
            self.two_way.append(pair)

    def fit(self) -> ClockFit | None:
        """The line through the last window of what has arrived so far; None before there is enough."""
        newest_us = max(
            [p.device_us for p in self.one_way[-1:]] + [p.returned_us for p in self.two_way[-1:]], default=0
        )
        bounds = self._bounds(newest_us - self.params.window_s * 1e6, newest_us + 1.0)
        return None if bounds is None else bounds.line()

    def track(self) -> ClockTrack | None:
        """Knots through everything that has arrived, each fitted with what came before and after it."""
        stamps = [p.device_us for p in self.one_way] + [p.returned_us for p in self.two_way]
        if not stamps:
            return None
        begin_us, end_us = float(min(stamps)), float(max(stamps))
        count = max(1, round((end_us - begin_us) * 1e-6 / self.params.knot_s))
        knots_us = np.linspace(begin_us, end_us, count + 1)
        half_us = self.params.window_s * 0.5e6
        kept, fits = [], []
        for knot_us in knots_us:
            start_us = min(max(knot_us - half_us, begin_us), max(begin_us, end_us - 2 * half_us))
            bounds = self._bounds(start_us, start_us + 2 * half_us + 1.0)
            if bounds is not None:
                kept.append((knot_us, *bounds.at(knot_us)))
                fits.append(bounds.line())
        if not kept:
            return None
        table = np.array(kept)
        return ClockTrack(table[:, 0], table[:, 1], table[:, 2], fits[0], fits[-1])

    def _bounds(self, start_us: float, end_us: float) -> _Bounds | None:
        frames = [p for p in _tail(self.one_way, lambda p: p.device_us, start_us) if p.device_us < end_us]
        pings = [p for p in _tail(self.two_way, lambda p: p.returned_us, start_us) if p.returned_us < end_us]
        if len(frames) + len(pings) < 2:
            return None
        if len(pings) < self.params.least_pings:
            pings = []
        if not frames and not pings:
            return None
        origin_us = frames[0].device_us if frames else pings[0].received_us
        above = [(p.device_us, p.host_ns) for p in frames] + [(p.returned_us, p.arrived_ns) for p in pings]
        below = [(p.received_us, p.sent_ns) for p in pings]
        return _Bounds(
            origin_us,
            *self._relative(above, origin_us, self.params.slack_s),
            *self._relative(below, origin_us, -self.params.slack_s),
            self.params.skew_limit_ppm * 1e-6,
        )

    def _relative(self, pairs: list[tuple[int, int]], origin_us: int, slack_s: float) -> tuple[FloatArray, FloatArray]:
        """Device seconds since the origin, and session seconds less those, so that slopes are skews."""
        x_s = np.array([(us - origin_us) * 1e-6 for us, _ in pairs])
        session_s = np.array([(ns - self.epoch_ns) * 1e-9 for _, ns in pairs])
        return x_s, session_s - x_s + slack_s


def _tail(pairs: list, stamp: Callable, start_us: float) -> list:  # type: ignore[type-arg]
    """The pairs from ``start_us`` on; stamps rise but for small disorder."""
    low, high = 0, len(pairs)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if stamp(pairs[middle]) < start_us else (low, middle)
    return pairs[low:]


class _Bounds:
    """Points above and below a line ``y = a + b x``, ``|b| <= limit``; x and y in seconds."""

    def __init__(
        self,
        origin_us: float,
        above_x: FloatArray,
        above_y: FloatArray,
        below_x: FloatArray,
        below_y: FloatArray,
        limit: float,
    ) -> None:
        self.origin_us = origin_us
        self.pings = len(below_x)
        self.frames = len(above_x) - self.pings
        self._all = above_x, above_y
        self._above = lower_hull(above_x, above_y)
        self._below = tuple(-v if i else v for i, v in enumerate(lower_hull(below_x, -below_y)))
        self._middle_x = float(above_x.mean())
        self._low, self._high, self._gap = self._feasible(limit)

    def at(self, device_us: float) -> tuple[float, float]:
        """Session time and its uncertainty at a device time, seconds."""
        x = (device_us - self.origin_us) * 1e-6
        if not self.pings:
            offset = self._ceiling(self._best_one_way(), x)
            return x + offset, self._typical_delay(x, offset)
        highest = self._ceiling(_peak(lambda b: self._ceiling(b, x), self._low, self._high), x)
        lowest = self._floor(_peak(lambda b: -self._floor(b, x), self._low, self._high), x)
        return x + 0.5 * (highest + lowest), 0.5 * abs(highest - lowest) + max(0.0, -self._gap)

    def line(self) -> ClockFit:
        """The line through the middle of what is possible at both ends."""
        start, end = float(self._all[0].min()), float(self._all[0].max())
        if not self.pings:
            skew = self._best_one_way()
            (at_end, uncertainty) = self.at(self.origin_us + end * 1e6)
        elif end - start < 1.0:  # too short for a slope of its own
            skew = 0.0
            at_end, uncertainty = self.at(self.origin_us + end * 1e6)
        else:
            at_start, first = self.at(self.origin_us + start * 1e6)
            at_end, second = self.at(self.origin_us + end * 1e6)
            skew, uncertainty = (at_end - at_start) / (end - start) - 1.0, max(first, second)
        late = self._all[1] - (at_end - end + skew * (self._all[0] - end))
        return ClockFit(
            anchor_us=self.origin_us + end * 1e6,
            anchor_s=at_end,
            skew=skew,
            uncertainty_s=uncertainty,
            residual_s=float(np.median(late)),
            pings=self.pings,
            frames=self.frames,
        )

    def _ceiling(self, skew: float, x: float) -> float:
        """The highest y at x of a line with this skew below all points above."""
        return float((self._above[1] - skew * (self._above[0] - x)).min())

    def _floor(self, skew: float, x: float) -> float:
        """The lowest y at x of a line with this skew above all points below."""
        return float((self._below[1] - skew * (self._below[0] - x)).max())

    def _feasible(self, limit: float) -> tuple[float, float, float]:
        """The least and greatest possible skew, and by how much the bounds leave room (negative: they contradict)."""
        if not self.pings:
            return -limit, limit, math.inf

        def gap(skew: float) -> float:
            return self._ceiling(skew, 0.0) - self._floor(skew, 0.0)

        best = _peak(gap, -limit, limit)
        if gap(best) <= 0.0:
            return best, best, gap(best)
        return _edge(gap, best, -limit), _edge(gap, best, limit), gap(best)

    def _best_one_way(self) -> float:
        """The skew of the line under all points that is nearest to them on average."""
        return _peak(lambda b: self._ceiling(b, self._middle_x), self._low, self._high)

    def _typical_delay(self, x: float, offset: float) -> float:
        late = self._all[1] - (offset + self._best_one_way() * (self._all[0] - x))
        return float(np.median(late))


def lower_hull(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The points of the lower convex hull, from left to right.

    Parameters
    ----------
    x, y : (n,) arrays
        In any order.
    """
    order = np.lexsort((y, x))
    hull: list[tuple[float, float]] = []
    for px, py in zip(x[order].tolist(), y[order].tolist(), strict=True):
        while len(hull) > 1 and _turns_right(hull[-2], hull[-1], (px, py)):
            hull.pop()
        if not hull or px > hull[-1][0]:
            hull.append((px, py))
    points = np.array(hull).reshape(-1, 2)
    return points[:, 0], points[:, 1]


def _turns_right(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) <= (c[0] - a[0]) * (b[1] - a[1])


def _peak(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a concave function is greatest, by ternary search."""
    for _ in range(45):  # (2/3)^45 of 400 ppm is far below what matters over any window
        third = (high - low) / 3.0
        if function(low + third) < function(high - third):
            low += third
        else:
            high -= third
    return 0.5 * (low + high)


def _edge(function: Callable[[float], float], inside: float, outside: float) -> float:
    """Where a concave function that is positive ``inside`` falls to 0, or ``outside`` if it does not."""
    if function(outside) >= 0.0:
        return outside
    for _ in range(50):
        middle = 0.5 * (inside + outside)
        inside, outside = (middle, outside) if function(middle) >= 0.0 else (inside, middle)
    return inside
