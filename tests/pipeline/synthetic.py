"""Motion that is known exactly: rigid bodies turned and moved by formula, and stages fed in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from scipy.spatial.transform import Rotation

from pipeline.angles.orientation import Motion
from pipeline.signals.bridging import Trust
from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ

GRAVITY = np.array([0.0, 0.0, 9.81])


def seconds(duration_s: float) -> FloatArray:
    """Times of the grid, (n,)."""
    return np.arange(round(duration_s * GRID_HZ)) / GRID_HZ


def turned(yaw_deg: FloatArray | float, pitch_deg: FloatArray | float, roll_deg: FloatArray | float) -> FloatArray:
    """Body-to-earth matrices (n, 3, 3): about z, then about the new y (left), then about the new x (forward)."""
    angles = np.stack(np.broadcast_arrays(yaw_deg, pitch_deg, roll_deg), axis=-1).reshape(-1, 3)
    return np.asarray(Rotation.from_euler("ZYX", angles, degrees=True).as_matrix())


def random_rotation(seed: int) -> FloatArray:
    """Any rotation (3, 3), all equally likely."""
    return np.asarray(Rotation.random(random_state=seed).as_matrix())


def motion_of(
    to_earth: FloatArray,
    mount: FloatArray | None = None,
    acceleration_m_s2: FloatArray | None = None,
    trust: FloatArray | None = None,
) -> Motion:
    """What a perfect sensor and a perfect orientation filter would say of a rigid body.

    Parameters
    ----------
    to_earth : (n, 3, 3) array
        Body to earth.
    mount : (3, 3) array, optional
        Sensor to body; the identity unless given.
    acceleration_m_s2 : (n, 3) array, optional
        Of the sensor in earth axes, gravity left out.
    """
    n = len(to_earth)
    sensor = to_earth @ (np.eye(3) if mount is None else mount)
    steps = Rotation.from_matrix(np.swapaxes(sensor[:-2], 1, 2) @ sensor[2:]).as_rotvec() * (GRID_HZ / 2.0)
    gyr = np.concatenate((steps[:1], steps, steps[-1:])) if n > 2 else np.zeros((n, 3))
    force = GRAVITY + (np.zeros((n, 3)) if acceleration_m_s2 is None else acceleration_m_s2)
    motion = Motion()
    motion.quat.append(
        Rotation.from_matrix(sensor).as_quat()[:, [3, 0, 1, 2]]
    )  # before the rest: nothing is left to be oriented
    motion.acc.append(np.einsum("nij,ni->nj", sensor, force))
    motion.gyr.append(gyr)
    motion.trust.append(np.full(n, float(Trust.SAMPLE)) if trust is None else trust)
    return motion


def pieces(n: int, cuts: Sequence[int]) -> Iterator[slice]:
    """Slices that cover ``range(n)`` with the given borders; empty ones among them."""
    for start, end in pairwise([0, *sorted(min(cut, n) for cut in cuts), n]):
        yield slice(start, end)


def fed(push: Callable[[FloatArray], FloatArray], signal: FloatArray, cuts: Sequence[int]) -> FloatArray:
    """Outputs of a stage that is fed in pieces, joined."""
    return np.concatenate([push(signal[part]) for part in pieces(len(signal), cuts)])


def waves(duration_s: float, *humps: tuple[float, float, float], rest: float = 0.0) -> FloatArray:
    """A rate (n,) at rest but for half sine waves, each given by its middle, s, its length, s, and its peak."""
    t = seconds(duration_s)
    out = np.full(len(t), rest)
    for middle, length, peak in humps:
        inside = np.abs(t - middle) < length / 2.0
        out[inside] = peak * np.cos(np.pi * (t[inside] - middle) / length)
    return out
