"""Rotations as the stages need them: quaternions (w, x, y, z) to matrices, and the least rotation between
directions.
"""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray


def matrices(quaternions: FloatArray) -> FloatArray:
    """Rotation matrices (n, 3, 3) of unit quaternions (n, 4), scalar first."""
    w, x, y, z = quaternions.T
    out = np.empty((len(quaternions), 3, 3))
    xx, yy, zz = x * x, y * y, z * z
    xy, xz, yz = x * y, x * z, y * z
    wx, wy, wz = w * x, w * y, w * z
    out[:, 0, 0], out[:, 0, 1], out[:, 0, 2] = 1 - 2 * (yy + zz), 2 * (xy - wz), 2 * (xz + wy)
    out[:, 1, 0], out[:, 1, 1], out[:, 1, 2] = 2 * (xy + wz), 1 - 2 * (xx + zz), 2 * (yz - wx)
    out[:, 2, 0], out[:, 2, 1], out[:, 2, 2] = 2 * (xz - wy), 2 * (yz + wx), 1 - 2 * (xx + yy)
    return out


def up_axes(quaternions: FloatArray) -> FloatArray:
    """Up in sensor axes (n, 3) of sensor-to-earth quaternions (n, 4): the matrices' last row, without the rest."""
    w, x, y, z = quaternions.T
    return np.stack((2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)), axis=1)


def product(first: FloatArray, second: FloatArray) -> FloatArray:
    """Hamilton product of one quaternion (4,) with others (n, 4)."""
    a, b, c, d = first
    w, x, y, z = second.T
    out = np.empty_like(second)
    out[:, 0] = a * w - b * x - c * y - d * z
    out[:, 1] = a * x + b * w + c * z - d * y
    out[:, 2] = a * y - b * z + c * w + d * x
    out[:, 3] = a * z + b * y - c * x + d * w
    return out


def rotate(quaternions: FloatArray, vectors: FloatArray) -> FloatArray:
    """Vectors (n, 3) turned by unit quaternions (n, 4)."""
    w, u = quaternions[:, :1], quaternions[:, 1:]
    t = 2.0 * cross(u, vectors)
    return np.asarray(vectors + w * t + cross(u, t))


def cross(first: FloatArray, second: FloatArray) -> FloatArray:
    """Cross products of vectors (n, 3); several times faster than numpy's general one."""
    a, b, c = first.T
    x, y, z = second.T
    out = np.empty(second.shape)
    out[:, 0] = b * z - c * y
    out[:, 1] = c * x - a * z
    out[:, 2] = a * y - b * x
    return out


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
