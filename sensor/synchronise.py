"""Blocks of any placement and rate to frames of one uniform grid, with a validity mask.

The first stage of every analysis. A grid sample is valid only between two real samples that are no more than 1.5
nominal periods apart; everything else stays missing, so a gap in the recording is a gap on the grid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sensor.samples import BoolArray, FloatArray, Placement, SampleBlock

GRID_HZ = 100.0  # enough for the 25 Hz band of the heel strike; every constant downstream is in these samples
GAP_PERIODS = 1.5  # a time step above this many nominal periods is a gap (recording contract)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Consecutive samples of the uniform grid, all placements.

    Attributes
    ----------
    start : int
        Grid index of the first sample; its time is ``origin_s + start / GRID_HZ``.
    samples : mapping of Placement to (n, 6) array
        Specific force x y z, m/s^2, then angular rate x y z, rad/s, in sensor axes; NaN where not valid.
    valid : mapping of Placement to (n,) bool array
    """

    start: int
    samples: Mapping[Placement, FloatArray]
    valid: Mapping[Placement, BoolArray]

    def __len__(self) -> int:
        return len(next(iter(self.valid.values())))


@dataclass(slots=True)
class _Stream:
    """Samples of one placement that the grid still needs, and how far its clock has come."""

    times: FloatArray = field(default_factory=lambda: np.empty(0))
    values: FloatArray = field(default_factory=lambda: np.empty((0, 6)))
    clock_s: float = -np.inf

    def append(self, block: SampleBlock) -> None:
        self.clock_s = float(block.time_s[-1])
        values = np.concatenate((block.acc_m_s2, block.gyr_rad_s), axis=1)
        times = block.time_s
        finite = np.isfinite(values)
        if not finite.all():
            good = finite.all(axis=1)
            times, values = times[good], values[good]
        self.times = np.concatenate((self.times, times))
        self.values = np.concatenate((self.values, values))

    def forget(self, before_s: float) -> None:
        """Drop what lies before the last sample at or before the given time."""
        keep = max(int(np.searchsorted(self.times, before_s, side="right")) - 1, 0)
        self.times, self.values = self.times[keep:], self.values[keep:]


@dataclass(slots=True)
class UniformGrid:
    """Stage: sample blocks in, frames of the grid out. Any chunking gives the same frames joined end to end.

    The grid starts at the first sample pushed and advances when every placement's clock has passed a grid time, so
    that placements may arrive in any order. Linear interpolation between the two bracketing samples; recordings whose
    samples lie on the grid pass unchanged.

    Parameters
    ----------
    rates_hz : mapping of Placement to float
        Nominal rate of each placement that will be pushed; decides what is a gap.
    origin_s : float, optional
        Time of the first grid sample; by default that of the first sample pushed.
    grid_hz : float
        The analysis uses its own; a recording is written at the rate of its sensors.
    """

    rates_hz: Mapping[Placement, float]
    origin_s: float | None = None
    grid_hz: float = GRID_HZ
    _next: int = 0
    _streams: dict[Placement, _Stream] = field(init=False)

    def __post_init__(self) -> None:
        self._streams = {placement: _Stream() for placement in self.rates_hz}

    def push(self, block: SampleBlock) -> list[Frame]:
        """Take a block; return the frames that are now complete."""
        if not len(block):
            return []
        if self.origin_s is None:
            self.origin_s = float(block.time_s[0])
        self._streams[block.placement].append(block)
        # A sample may still come that makes the present one part of a gap, or not: wait until that is settled.
        settled = (stream.clock_s - GAP_PERIODS / self.rates_hz[p] for p, stream in self._streams.items())
        return self._advance(min(settled), last=False)

    def finish(self) -> list[Frame]:
        """Return what is left, up to the latest sample of any placement."""
        return self._advance(max(stream.clock_s for stream in self._streams.values()), last=True)

    def _advance(self, until_s: float, *, last: bool) -> list[Frame]:
        if self.origin_s is None or not np.isfinite(until_s):
            return []
        # Half a tick of tolerance keeps 0.29999 s on the grid sample of 0.3 s; only the end may rely on it.
        ticks = (until_s - self.origin_s) * self.grid_hz
        stop = int(np.floor(ticks + (0.5 if last else 0.0))) + (1 if last else 0)
        if stop <= self._next:
            return []
        times = self.origin_s + np.arange(self._next, stop) / self.grid_hz
        samples: dict[Placement, FloatArray] = {}
        valid: dict[Placement, BoolArray] = {}
        for placement, stream in self._streams.items():
            samples[placement], valid[placement] = _interpolate(stream, times, self.rates_hz[placement])
            stream.forget(self.origin_s + (stop - 1) / self.grid_hz)
        frame = Frame(self._next, samples, valid)
        self._next = stop
        return [frame]


def _interpolate(stream: _Stream, times: FloatArray, rate_hz: float) -> tuple[FloatArray, BoolArray]:
    """Values at the given times, linear between neighbours; NaN and not valid inside a gap."""
    known, values = stream.times, stream.values
    if len(known) == 0:
        return np.full((len(times), 6), np.nan), np.zeros(len(times), dtype=bool)
    after = known.searchsorted(times, side="left")
    before = np.maximum(after - 1, 0)
    after = np.minimum(after, len(known) - 1)
    earlier, later = known.take(before), known.take(after)
    since, until, step = times - earlier, later - times, later - earlier
    low = values.take(before, axis=0)
    rise = values.take(after, axis=0) - low
    inside = (since >= 0.0) & (until >= 0.0) & (step <= GAP_PERIODS / rate_hz)
    if (inside & (step > 0.0)).all():
        return low + (since / step)[:, None] * rise, inside
    apart = np.abs(since), np.abs(until)
    weight = np.divide(since, step, out=np.zeros(len(times)), where=step > 0.0)
    # A lone sample stands for half a period on either side; that also covers the two ends of the recording.
    near = np.minimum(*apart) <= 0.5 / rate_hz
    weight = np.where(inside, weight, (apart[1] < apart[0]).astype(np.float64))
    out = low + weight[:, None] * rise
    valid = inside | near
    out[~valid] = np.nan
    return out, valid
