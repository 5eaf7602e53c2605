"""Knee and hip flexion from the sagittal inclinations of shank, thigh and pelvis against gravity; no heading is needed.

Formula: the sagittal inclination of a segment is atan2(u_x, u_z) of the up direction u in segment axes, + when the
distal end is forward; knee flexion = thigh minus shank, hip flexion = thigh plus anterior pelvic tilt, zero in the
standing pose. Data requirements: quiet standing,
otherwise the curve has an unknown offset and its peaks are not assessed.
"""

from __future__ import annotations

import numpy as np

from pipeline.angles.orientation import Motion
from pipeline.signals.bridging import Trust
from pipeline.signals.rotations import up_axes
from pipeline.signals.timeline import Series
from sensor.samples import FloatArray


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
    """Stage: thigh and shank of one side in, series of knee flexion in degrees out, NaN inside gaps.

    The two inclinations are advanced before it.
    """

    def __init__(self, thigh: Inclination, shank: Inclination) -> None:
        self.flexion = Series(1, thigh.angle.start)
        self._thigh, self._shank = thigh, shank

    def advance(self, end: int) -> None:
        """Take in the samples before the grid index ``end``."""
        begin = self.flexion.end
        if end <= begin:
            return
        flexion = np.degrees(self._thigh.angle.window(begin, end) - self._shank.angle.window(begin, end))
        for motion in (self._thigh.motion, self._shank.motion):
            flexion[motion.trust.window(begin, end) >= Trust.WITHHELD] = np.nan
        self.flexion.append(flexion)

    def finish(self) -> None:
        """Nothing is held back."""

    def forget(self, before: int) -> None:
        """Let go of what lies before a grid index."""
        self.flexion.forget(before)


class HipFlexion:
    """Stage: thigh of one side and pelvis in, series of hip flexion in degrees out, NaN inside gaps.

    Thigh and pelvis are advanced before it. Formula: inclination of the thigh plus anterior tilt of the pelvis, both
    against standing.
    """

    def __init__(self, thigh: Inclination, pelvis_deg: Series) -> None:
        self.flexion = Series(1, thigh.angle.start)
        self._thigh, self._pelvis_deg = thigh, pelvis_deg

    def advance(self, end: int) -> None:
        """Take in the samples before the grid index ``end``, as far as the pelvis is known."""
        begin, end = self.flexion.end, min(end, self._pelvis_deg.end)
        if end <= begin:
            return
        flexion = np.degrees(self._thigh.angle.window(begin, end)) + self._pelvis_deg.window(begin, end)[:, 0]
        flexion[self._thigh.motion.trust.window(begin, end) >= Trust.WITHHELD] = np.nan
        self.flexion.append(flexion)

    def finish(self) -> None:
        """Take in what the pelvis gave at its end."""
        self.advance(self._thigh.angle.end)

    def forget(self, before: int) -> None:
        """Let go of what lies before a grid index."""
        self.flexion.forget(before)
