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


class Inclination:
    """Stage: motion of one limb segment in, series of its sagittal inclination, rad, distal end forward +, out."""

    def __init__(self, motion: Motion, to_segment: FloatArray, start: int) -> None:
        self.angle = Series(1, start)
        self.motion = motion
        self.to_segment = to_segment

    def advance(self, end: int) -> None:
        """Take in the motion's samples before the grid index ``end``."""
        if end > self.angle.end:
            self.angle.append(inclination(self.motion, self.to_segment, self.angle.end, end))

    def finish(self) -> None:
        """Nothing is held back."""

    def forget(self, before: int) -> None:
        """Let go of what lies before a grid index."""
        self.angle.forget(before)


class KneeFlexion:
    """Stage: thigh and shank of one side in, series of knee flexion in degrees out, NaN where untrusted.

    The two inclinations are advanced before it.
    """

    def __init__(self, thigh: Inclination, shank: Inclination, settle_s: float) -> None:
        self.flexion = Series(1, thigh.angle.start)
        self._thigh, self._shank = thigh, shank
        self._settle = int(settle_s * GRID_HZ)

    def advance(self, end: int) -> None:
        """Take in the samples before the grid index ``end``."""
        begin = self.flexion.end
        if end <= begin:
            return
        flexion = np.degrees(self._thigh.angle.window(begin, end) - self._shank.angle.window(begin, end))
        for motion in (self._thigh.motion, self._shank.motion):
            # Back to where a gap may still unsettle the first of these samples.
            before = min(self._settle, begin - motion.trust.start)
            gap = motion.trust.window(begin - before, end) >= Trust.WITHHELD
            gap = np.concatenate((np.zeros(self._settle - before), gap))
            since = np.convolve(gap, np.ones(self._settle + 1), "full")[self._settle : self._settle + end - begin]
            flexion[since > 0.5] = np.nan
        self.flexion.append(flexion)

    def finish(self) -> None:
        """Nothing is held back."""

    def forget(self, before: int) -> None:
        """Let go of what lies before a grid index."""
        self.flexion.forget(before)
