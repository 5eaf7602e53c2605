"""Knee flexion from a thigh and a shank sensor, sagittal inclinations against gravity; no heading is needed.

Formula: the sagittal inclination of a segment is atan2(u_x, u_z) of the up direction u in segment axes, + when the
distal end is forward; knee flexion = thigh minus shank, zero in the standing pose. Data requirements: quiet standing,
otherwise the curve has an unknown offset and its peaks are not assessed.
"""

from __future__ import annotations

import numpy as np

from pipeline.bridging import Trust
from pipeline.orientation import Motion
from pipeline.rotations import up_axes
from pipeline.timeline import Series
from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ


def inclination(motion: Motion, to_segment: FloatArray, start: int, end: int) -> FloatArray:
    """Sagittal inclination (n,), rad, distal end forward +, of a limb segment over ``[start, end)``."""
    up = up_axes(motion.quat.window(start, end))
    ahead = up[:, 0] * to_segment[0, 0] + up[:, 1] * to_segment[0, 1] + up[:, 2] * to_segment[0, 2]
    along = up[:, 0] * to_segment[2, 0] + up[:, 1] * to_segment[2, 1] + up[:, 2] * to_segment[2, 2]
    return np.asarray(np.arctan2(ahead, along))


class KneeFlexion:
    """Stage: thigh and shank motion of one side in, series of knee flexion in degrees out, NaN where untrusted."""

    def __init__(
        self,
        thigh: Motion,
        thigh_matrix: FloatArray,
        shank: Motion,
        shank_matrix: FloatArray,
        start: int,
        settle_s: float,
    ) -> None:
        self.flexion = Series(1, start)
        self._parts = ((thigh, thigh_matrix), (shank, shank_matrix))
        self._next = start
        self._settle = int(settle_s * GRID_HZ)

    def advance(self, end: int) -> None:
        """Take in the motion's samples before the grid index ``end``."""
        if end <= self._next:
            return
        thigh, shank = (inclination(motion, matrix, self._next, end) for motion, matrix in self._parts)
        flexion = np.degrees(thigh - shank)
        for motion, _ in self._parts:
            # Back to where a gap may still unsettle the first of these samples.
            before = min(self._settle, self._next - motion.trust.start)
            gap = motion.trust.window(self._next - before, end) >= Trust.WITHHELD
            gap = np.concatenate((np.zeros(self._settle - before), gap))
            since = np.convolve(gap, np.ones(self._settle + 1), "full")[self._settle : self._settle + end - self._next]
            flexion[since > 0.5] = np.nan
        self._next = end
        self.flexion.append(flexion)
