"""One sensor's motion: bridged samples with their orientation against gravity.

Orientation is VQF without magnetometer (Laidig & Seel, Information Fusion 2023), the maker's C++ library. Its update
is recursive per sample, so any chunking gives the same quaternions; heading starts arbitrary and drifts.

Deviation: the library starts on its first sample of acceleration, which in walking is off the vertical by tens of
degrees, and needs seconds to find back. Here a start, at the beginning and behind a gap, looks ahead
(:mod:`pipeline.angles.filter_start`) and stands still, before the first sample, at the vertical and with the
gyroscope bias that it found.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from vqf import VQF

from pipeline.angles.filter_start import FilterStartParams, steady_start
from pipeline.signals.bridging import Bridging, BridgingParams, Trust
from pipeline.signals.rotations import product, rotate
from pipeline.signals.runs import runs
from pipeline.signals.timeline import Series
from sensor.samples import BoolArray, FloatArray
from sensor.synchronise import GRID_HZ


@dataclass(frozen=True, slots=True)
class OrientationParams:
    """VQF's own default, stated; what 2 to 6 s would change is told in docs/validation.md."""

    tau_acc_s: float = 3.0  # also what a start behind a gap looks ahead: what comes live waits as long for it
    first_s: float = 10.0  # what the first start looks ahead: nothing waits for it while calibration needs more
    start: FilterStartParams = field(default_factory=FilterStartParams)
    bridging: BridgingParams = field(default_factory=BridgingParams)


class Motion:
    """Stage: samples of one sensor in, growing series of motion out.

    Attributes
    ----------
    acc, gyr : Series of 3
        Bridged specific force, m/s^2, and angular rate, rad/s, sensor axes.
    quat : Series of 4
        Sensor to earth, scalar first, z up, heading arbitrary but continuous, also over gaps.
    trust : Series of 1
        ``bridging.Trust`` of each sample.
    samples : int
        Valid samples seen.

    A run of samples behind a gap, or at the beginning, is held back until it is as long as a start looks ahead.
    """

    def __init__(self, params: OrientationParams | None = None) -> None:
        self.params = params or OrientationParams()
        self.acc, self.gyr, self.trust = Series(3), Series(3), Series(1)
        self._quat, self._force = Series(4), Series(3)
        self.samples = 0
        self._first: FloatArray | None = None
        self._changed = np.zeros(6, dtype=bool)
        self._bridging = Bridging(self.params.bridging)
        self._first_ahead, self._ahead = (round(s * GRID_HZ) for s in (self.params.first_s, self.params.tau_acc_s))
        self._held: list[tuple[FloatArray, FloatArray]] = []
        self._lacking = self._first_ahead  # samples that a start still waits for
        self._begun = self._oriented = False  # whether a sample came, and whether the filter was started
        self._filter = VQF(1.0 / GRID_HZ, tauAcc=self.params.tau_acc_s)
        self._in_gap = True  # as before the first sample
        self._bias = self._filter.getBiasEstimate()  # as it was before the gap: the filling would pull at it
        self._last = np.array([1.0, 0.0, 0.0, 0.0])
        self._heading = np.array([1.0, 0.0, 0.0, 0.0])  # turn about z that keeps the heading over a restart

    @property
    def end(self) -> int:
        """Grid index up to which motion is known."""
        return self.acc.end

    @property
    def quat(self) -> Series:
        """Orientation of every sample; computed when asked for, since the filter's cost is by the call."""
        if self._quat.end < self.end:
            self._orient_rest()
        return self._quat

    @property
    def force(self) -> Series:
        """Specific force in earth axes, m/s^2, of every sample; computed when asked for."""
        quats = self.quat
        if self._force.end < quats.start:  # not asked for before what came first was forgotten
            self._force = Series(3, quats.start)
        begin = self._force.end
        if begin < self.end:
            quat = quats.window(begin, self.end)
            self._force.append(rotate(quat, self.acc.window(begin, self.end)))
        return self._force

    @property
    def dead(self) -> bool:
        """Whether samples came, but those of the accelerometer or of the gyroscope were all the same."""
        return self.samples > 0 and not (self._changed[:3].any() and self._changed[3:].any())

    def push(self, samples: FloatArray, valid: BoolArray) -> None:
        """Take grid samples (n, 6) and their validity (n,)."""
        good = samples[valid]
        self.samples += len(good)
        if len(good) and not self._changed.all():
            if self._first is None:
                self._first = good[0].copy()
            self._changed |= (good != self._first).any(axis=0)
        self._append(*self._bridging.push(samples, valid))

    def finish(self) -> None:
        """Take in what the bridging still holds back."""
        self._append(*self._bridging.finish())
        self._release()

    def forget(self, before: int) -> None:
        """Let go of what lies before a grid index."""
        if self._force.end:  # of those sensors only that anything asked it of
            self.force.forget(before)
        for series in (self.acc, self.gyr, self.quat, self.trust):
            series.forget(before)

    def _append(self, samples: FloatArray, trust: FloatArray) -> None:
        withheld = trust >= Trust.WITHHELD
        for first, last in runs(withheld):
            self._held.append((samples[first:last], trust[first:last]))
            if withheld[first]:
                self._lacking = self._ahead if self._begun else self._first_ahead
            else:
                self._begun = True
                self._lacking -= last - first
            if withheld[first] or self._lacking <= 0:
                self._release()

    def _release(self) -> None:
        for samples, trust in self._held:
            self.acc.append(samples[:, :3])
            self.gyr.append(samples[:, 3:])
            self.trust.append(trust)
        self._held.clear()

    def _orient_rest(self) -> None:
        begin = self._quat.end
        withheld = self.trust.window(begin, self.end) >= Trust.WITHHELD
        for first, last in runs(withheld):
            run = begin + first, begin + last
            self._quat.append(self._orient(self.acc.window(*run), self.gyr.window(*run), gap=bool(withheld[first])))

    def _orient(self, acc: FloatArray, gyr: FloatArray, *, gap: bool) -> FloatArray:
        """Orientation over a run of samples, all inside a gap or all outside.

        A gap's filling misleads the filter for seconds; it starts afresh behind it.
        """
        starts, entered = self._in_gap and not gap, gap and not self._in_gap
        self._in_gap = gap
        if entered:
            self._bias = self._filter.getBiasEstimate()
        if starts:
            ahead = self._ahead if self._oriented else self._first_ahead
            self._filter, self._oriented = self._started(acc[:ahead], gyr[:ahead]), True
        quat = np.asarray(self._filter.updateBatch(gyr, acc)["quat6D"])
        if starts:
            self._heading = _heading_between(quat[0], self._last)
        quat = product(self._heading, quat)
        self._last = quat[-1].copy()
        return quat

    def _started(self, acc: FloatArray, gyr: FloatArray) -> VQF:
        """A filter that stands before the first of these samples, with the vertical and the bias that they show."""
        prior, sigma = self._bias
        up, bias = steady_start(acc, gyr, prior, sigma, self.params.start)
        started = VQF(1.0 / GRID_HZ, tauAcc=self.params.tau_acc_s)
        started.setMotionBiasEstEnabled(False)
        started.setRestBiasEstEnabled(False)
        started.setBiasEstimate(bias, sigma)
        started.updateBatch(np.tile(bias, (self._ahead, 1)), np.tile(up, (self._ahead, 1)))
        started.setMotionBiasEstEnabled(True)
        started.setRestBiasEstEnabled(True)
        return started


def _heading_between(start: FloatArray, goal: FloatArray) -> FloatArray:
    """The turn about the vertical, as a quaternion (4,), that brings one orientation closest to another."""
    w = goal @ start
    z = goal[3] * start[0] - goal[0] * start[3] + goal[2] * start[1] - goal[1] * start[2]
    length = np.hypot(w, z)
    return np.array([w / length, 0.0, 0.0, z / length]) if length > 0.0 else np.array([1.0, 0.0, 0.0, 0.0])
