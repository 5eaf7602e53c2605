"""Acceleration of the pelvis or trunk in a level frame that faces forward: what events and smoothness are read from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.angles.orientation import Motion
from pipeline.signals.bridging import Trust
from pipeline.signals.rotations import matrices
from pipeline.signals.timeline import Series
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray, Placement


def level_acceleration(
    motions: Mapping[Placement, Motion], to_pelvis: Mapping[Placement, FloatArray], start: int, end: int
) -> FloatArray:
    """Forward, left and up (n, 3), m/s^2, gravity removed, mean of the sensors, over ``[start, end)``.

    Left is the body's left brought level; forward follows from it and the vertical.
    """
    total = np.zeros((end - start, 3))
    for placement, motion in motions.items():
        rotation = matrices(motion.quat.window(start, end))
        f = motion.acc.window(start, end)
        # Sums written out: a matrix product may add up in another order for another number of rows.
        east, north, up = (sum(rotation[:, i, j] * f[:, j] for j in range(3)) for i in range(3))
        x, y = (sum(rotation[:, i, j] * to_pelvis[placement][1, j] for j in range(3)) for i in range(2))
        length = np.hypot(x, y)
        total[:, 0] += (east * y - north * x) / length
        total[:, 1] += (east * x + north * y) / length
        total[:, 2] += up - GRAVITY_M_S2
    return total / len(motions)


class LevelAcceleration:
    """Stage: motion of the sensors in, series of level acceleration out; NaN where a sensor is inside a gap.

    ``bridged`` is the same with the filling of gaps left in, for filters.
    """

    def __init__(
        self, motions: Mapping[Placement, Motion], to_pelvis: Mapping[Placement, FloatArray], start: int
    ) -> None:
        self.acceleration, self.bridged = Series(3, start), Series(3, start)
        self._motions, self._to_pelvis, self._next = motions, to_pelvis, start

    def advance(self, end: int) -> None:
        """Take in the motion's samples before the grid index ``end``."""
        if end <= self._next:
            return
        acceleration = level_acceleration(self._motions, self._to_pelvis, self._next, end)
        self.bridged.append(acceleration)
        for motion in self._motions.values():
            acceleration[motion.trust.window(self._next, end) >= Trust.WITHHELD] = np.nan
        self._next = end
        self.acceleration.append(acceleration)

    def finish(self) -> None:
        """Nothing is held back."""

    def forget(self, before: int) -> None:
        """Let go of what lies before a grid index."""
        self.acceleration.forget(before)
        self.bridged.forget(before)
