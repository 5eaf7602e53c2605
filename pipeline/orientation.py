"""One sensor's motion: bridged samples with their orientation against gravity.

Orientation is VQF without magnetometer (Laidig & Seel, Information Fusion 2023), the maker's C++ library. Its update
is recursive per sample, so any chunking gives the same quaternions; heading starts arbitrary and drifts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from vqf import VQF

from pipeline.bridging import Bridging, BridgingParams, Trust
from pipeline.rotations import product, rotate
from pipeline.timeline import Series
from sensor.samples import BoolArray, FloatArray
from sensor.synchronise import GRID_HZ


@dataclass(frozen=True, slots=True)
class OrientationParams:
    """VQF's own defaults, stated: the inclination error in walking hardly depends on them."""

    tau_acc_s: float = 3.0
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
    """

    def __init__(self, params: OrientationParams | None = None) -> None:
        self.params = params or OrientationParams()
        self.acc, self.gyr, self.trust = Series(3), Series(3), Series(1)
        self._quat, self._force = Series(4), Series(3)
        self.samples = 0
        self._first: FloatArray | None = None
        self._changed = np.zeros(6, dtype=bool)
        self._bridging = Bridging(self.params.bridging)
        self._filter = VQF(1.0 / GRID_HZ, tauAcc=self.params.tau_acc_s)
        self._in_gap = False
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

    def forget(self, before: int) -> None:
        """Let go of what lies before a grid index."""
        if self._force.end:  # of those sensors only that anything asked it of
            self.force.forget(before)
        for series in (self.acc, self.gyr, self.quat, self.trust):
            series.forget(before)

    def _append(self, samples: FloatArray, trust: FloatArray) -> None:
        if not len(samples):
            return
        self.acc.append(samples[:, :3])
        self.gyr.append(samples[:, 3:])
        self.trust.append(trust)

    def _orient_rest(self) -> None:
        begin = self._quat.end
        withheld = self.trust.window(begin, self.end) >= Trust.WITHHELD
        edges = np.concatenate(([0], np.flatnonzero(np.diff(withheld)) + 1, [len(withheld)])) + begin
        for first, last in pairwise(edges.tolist()):
            acc, gyr = self.acc.window(first, last), self.gyr.window(first, last)
            self._quat.append(self._orient(acc, gyr, gap=bool(withheld[first - begin])))

    def _orient(self, acc: FloatArray, gyr: FloatArray, *, gap: bool) -> FloatArray:
        """Orientation over a run of samples, all inside a gap or all outside.

        A gap's filling misleads the filter for seconds; starting afresh after it finds the vertical within one.
        """
        restarted, entered = self._in_gap and not gap, gap and not self._in_gap
        self._in_gap = gap
        if entered:
            self._bias = self._filter.getBiasEstimate()
        if restarted:
            # The first second's error of the vertical would pull at the bias, and differently in every mounting.
            self._filter = VQF(1.0 / GRID_HZ, tauAcc=self.params.tau_acc_s, motionBiasEstEnabled=False)
            self._filter.setBiasEstimate(*self._bias)
        quat = np.asarray(self._filter.updateBatch(gyr, acc)["quat6D"])
        if restarted:
            self._heading = _heading_between(quat[0], self._last)
        quat = product(self._heading, quat)
        self._last = quat[-1].copy()
        return quat


def _heading_between(start: FloatArray, goal: FloatArray) -> FloatArray:
    """The turn about the vertical, as a quaternion (4,), that brings one orientation closest to another."""
    w = goal @ start
    z = goal[3] * start[0] - goal[0] * start[3] + goal[2] * start[1] - goal[1] * start[2]
    length = np.hypot(w, z)
    return np.array([w / length, 0.0, 0.0, z / length]) if length > 0.0 else np.array([1.0, 0.0, 0.0, 0.0])
