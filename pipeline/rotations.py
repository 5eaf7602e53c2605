"""Rotations as the stages need them: quaternions (w, x, y, z) to matrices, and the least rotation between
directions.
"""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray


def matrices(quaternions: FloatArray) -> FloatArray:
    """Rotation matrices (n, 3, 3) of unit quaternions (n, 4), scalar first."""
    w, x, y, z = quaternions.T
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def up_axes(quaternions: FloatArray) -> FloatArray:
    """Up in sensor axes (n, 3) of sensor-to-earth quaternions (n, 4): the matrices' last row, without the rest."""
    w, x, y, z = quaternions.T
    return np.stack((2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)), axis=1)


def product(first: FloatArray, second: FloatArray) -> FloatArray:
    """Hamilton product of one quaternion (4,) with others (n, 4)."""
    a, b, c, d = first
    w, x, y, z = second.T
    return np.stack(
        (
            a * w - b * x - c * y - d * z,
            a * x + b * w + c * z - d * y,
            a * y - b * z + c * w + d * x,
            a * z + b * y - c * x + d * w,
        ),
        axis=1,
    )


def rotate(quaternions: FloatArray, vectors: FloatArray) -> FloatArray:
    """Vectors (n, 3) turned by unit quaternions (n, 4)."""
    w, u = quaternions[:, :1], quaternions[:, 1:]
    t = 2.0 * cross(u, vectors)
    return np.asarray(vectors + w * t + cross(u, t))


def cross(first: FloatArray, second: FloatArray) -> FloatArray:
    """Cross products of vectors (n, 3); several times faster than numpy's general one."""
    a, b, c = first.T
    x, y, z = second.T
    return np.stack((b * z - c * y, c * x - a * z, a * y - b * x), axis=1)


def unit(vector: FloatArray) -> FloatArray:
    """The direction of a vector (3,)."""
    return np.asarray(vector / np.linalg.norm(vector))


def upright(up: FloatArray) -> FloatArray:
    """The least rotation (3, 3) that turns the given direction onto +z."""
    x, y, z = unit(up)
    if z < -0.999999:
        return np.diag([1.0, -1.0, -1.0])
    k = np.array([[0.0, 0.0, -x], [0.0, 0.0, -y], [x, y, 0.0]])
    return np.asarray(np.eye(3) + k + k @ k / (1.0 + z))


def about_z(angle_rad: float) -> FloatArray:
    """Rotation (3, 3) about +z, counter-clockwise seen from above."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
