"""Pelvic tilt, obliquity and rotation from one to three sensors on the one rigid pelvis.

Tilt and obliquity come from gravity (six-axis orientation) and do not drift. Rotation is the heading with its moving
average over one usual stride taken out: range and phase are kept, a constant offset and any drift are lost. The
sensors' angles are averaged, which halves what their soft tissue does independently. How far the two iliac sensors'
tilt and obliquity lie apart shows what they do besides the one pelvis: soft tissue, or a strap that has slipped.

Formula: with R the pelvis-to-earth matrix, order yaw-pitch-roll, tilt = -asin(R[2,0]), obliquity = atan2(R[2,1],
R[2,2]), rotation = atan2(R[1,0], R[0,0]) minus its average. Signs: tilt + = anterior, obliquity + = left side up,
rotation + = right side forward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.angles.orientation import Motion
from pipeline.signals.bridging import Trust
from pipeline.signals.filters import Fir, mean_taps
from pipeline.signals.rotations import matrices, up_axes
from pipeline.signals.timeline import Series
from sensor.samples import HIPS, FloatArray, Placement


class PelvisAngles:
    """Stage: motion of the pelvis sensors in; series of tilt, obliquity, rotation in degrees out, NaN inside gaps.

    Parameters
    ----------
    motions : mapping of Placement to Motion
    to_pelvis : mapping of Placement to (3, 3) array
        Sensor to pelvis axes, from calibration.
    stride : int
        Usual stride, samples; the window of the rotation's moving average.
    start : int
        First grid index to produce.

    Attributes
    ----------
    angles : Series of 3
        Tilt, obliquity, rotation.
    apart : Series or None
        Length of the difference (tilt, obliquity) between the two iliac sensors; None without both.
    """

    def __init__(
        self,
        motions: Mapping[Placement, Motion],
        to_pelvis: Mapping[Placement, FloatArray],
        stride: int,
        start: int,
    ) -> None:
        self.angles = Series(3, start)
        self.apart = Series(1, start) if set(HIPS) <= set(motions) else None
        self._motions = motions
        self._to_pelvis = to_pelvis
        self._next = start
        self._mean_yaw = Fir(mean_taps(stride | 1))
        self._held = np.empty((0, 4))  # tilt, obliquity, yaw, trusted: waiting for the average yaw
        self._yaw: dict[Placement, tuple[float, float]] = {}  # last wrapped and unwrapped yaw of each sensor

    def advance(self, end: int) -> None:
        """Take in the motion's samples before the grid index ``end``."""
        if end <= self._next:
            return
        of = {p: self._angles_of(p, motion, end) for p, motion in self._motions.items()}
        first, *others = of.values()
        angles = sum(others, start=first) / len(of)
        trusted = self._trusted(end)
        if self.apart is not None:
            left, right = (of[p] for p in HIPS)
            apart = np.degrees(np.hypot(left[:, 0] - right[:, 0], left[:, 1] - right[:, 1]))
            self.apart.append(np.where(trusted > 0.5, apart, np.nan))
        self._next = end
        self._held = np.concatenate((self._held, np.column_stack((angles, trusted))))
        self._append(self._mean_yaw.push(angles[:, 2:]))

    def finish(self) -> None:
        """Produce what waits for the moving average."""
        self._append(self._mean_yaw.finish())

    def forget(self, before: int) -> None:
        """Let go of what lies before a grid index."""
        self.angles.forget(before)
        if self.apart is not None:
            self.apart.forget(before)

    def _append(self, mean_yaw: FloatArray) -> None:
        n = len(mean_yaw)
        if n == 0:
            return
        now, self._held = self._held[:n], self._held[n:]
        out = np.degrees(np.column_stack((now[:, 0], now[:, 1], now[:, 2] - mean_yaw[:, 0])))
        out[now[:, 3] < 0.5] = np.nan
        self.angles.append(out)

    def _angles_of(self, placement: Placement, motion: Motion, end: int) -> FloatArray:
        sensor_to_earth = matrices(motion.quat.window(self._next, end))
        r = np.einsum("nij,kj->nik", sensor_to_earth, self._to_pelvis[placement])
        tilt = -np.arcsin(np.clip(r[:, 2, 0], -1.0, 1.0))
        obliquity = np.arctan2(r[:, 2, 1], r[:, 2, 2])
        return np.column_stack((tilt, obliquity, self._unwrapped(placement, np.arctan2(r[:, 1, 0], r[:, 0, 0]))))

    def _unwrapped(self, placement: Placement, yaw: FloatArray) -> FloatArray:
        """Yaw without jumps, from zero, carried from chunk to chunk."""
        last, total = self._yaw.get(placement, (float(yaw[0]), 0.0))
        steps = np.diff(yaw, prepend=last)
        steps -= 2.0 * np.pi * np.round(steps / (2.0 * np.pi))
        out = np.cumsum(np.concatenate(([total], steps)))[1:]
        self._yaw[placement] = float(yaw[-1]), float(out[-1])
        return np.asarray(out)

    def _trusted(self, end: int) -> FloatArray:
        """1.0 where no sensor is inside a gap."""
        windows = [motion.trust.window(self._next, end) for motion in self._motions.values()]
        return np.asarray((np.max(windows, axis=0) < Trust.WITHHELD).astype(float))


@dataclass(slots=True)
class HeadingRate:
    """Stage: mean angular rate about the vertical, rad/s, of several sensors, slow parts only; for finding turns."""

    motions: Mapping[Placement, Motion]
    taps: FloatArray
    start: int
    rate: Series = field(init=False)
    _next: int = field(init=False)
    _filter: Fir = field(init=False)

    def __post_init__(self) -> None:
        self.rate, self._next, self._filter = Series(1, self.start), self.start, Fir(self.taps)

    def advance(self, end: int) -> None:
        """Take in the motion's samples before the grid index ``end``."""
        if end <= self._next:
            return
        total = np.zeros(end - self._next)
        for motion in self.motions.values():
            up = up_axes(motion.quat.window(self._next, end))
            gyr = motion.gyr.window(self._next, end)
            total += up[:, 0] * gyr[:, 0] + up[:, 1] * gyr[:, 1] + up[:, 2] * gyr[:, 2]
        self._next = end
        self.rate.append(self._filter.push(total[:, None] / len(self.motions)))

    def finish(self) -> None:
        """Produce what the filter holds back."""
        self.rate.append(self._filter.finish())

    def forget(self, before: int) -> None:
        """Let go of what lies before a grid index."""
        self.rate.forget(before)
