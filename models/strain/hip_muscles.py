"""Muscles about the hip: their paths, lengths and moment arms, and how they share a joint moment.

Geometry and strengths are those of the musculoskeletal model gait2392 (Delp et al. 1990, IEEE TBME 37:757; read from
the public opensim-models repository), a generic right leg of 1.80 m and 75 kg. Axes are OpenSim's: x forward, y up, z
to the right, metres, origin of the thigh at the hip joint. Hip angles are rotations about the moved axes in the order
flexion (z), adduction (x), internal rotation (y). A moment arm is -dL/dq: + flexes, adducts, rotates internally.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sensor.samples import FloatArray

HIP_M = np.array([-0.0707, -0.0661, 0.0835])  # right hip joint centre in the pelvis frame
LUMBOSACRAL_M = np.array([-0.1007, 0.0815, 0.0])  # L5/S1 in the pelvis frame
MODEL_HEIGHT_M = 1.80
MODEL_MASS_KG = 75.0

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Muscle:
    """One muscle as straight segments from pelvis to femur."""

    name: str
    pelvis_m: tuple[Point, ...]  # in the pelvis frame, from the origin to the last point on the pelvis
    femur_m: Point  # in the thigh's frame
    strongest_n: float  # maximum isometric force
    fibre_m: float  # optimal fibre length

    def moved(self, shift_m: Point) -> Muscle:
        """The muscle with its points on the pelvis elsewhere."""
        shift = np.array(shift_m)
        return replace(self, pelvis_m=tuple(tuple((np.array(point) + shift).tolist()) for point in self.pelvis_m))


PIRIFORMIS = Muscle(
    "piriformis", ((-0.1396, 0.0003, 0.0235), (-0.1193, -0.0276, 0.0657)), (-0.0148, -0.0036, 0.0437), 444, 0.026
)
OTHER_MUSCLES = (
    Muscle("gemelli", ((-0.1133, -0.0820, 0.0714),), (-0.0142, -0.0033, 0.0443), 164, 0.024),
    Muscle("quadratus femoris", ((-0.1143, -0.1151, 0.0520),), (-0.0381, -0.0359, 0.0366), 381, 0.054),
    Muscle("gluteus medius anterior", ((-0.0408, 0.0304, 0.1209),), (-0.0218, -0.0117, 0.0555), 819, 0.0535),
    Muscle("gluteus medius middle", ((-0.0855, 0.0445, 0.0766),), (-0.0258, -0.0058, 0.0527), 573, 0.0845),
    Muscle("gluteus medius posterior", ((-0.1223, 0.0105, 0.0648),), (-0.0309, -0.0047, 0.0518), 653, 0.0646),
    Muscle("gluteus minimus anterior", ((-0.0467, -0.0080, 0.1056),), (-0.0072, -0.0104, 0.0560), 270, 0.068),
    Muscle("gluteus minimus middle", ((-0.0633, -0.0065, 0.0991),), (-0.0096, -0.0104, 0.0560), 285, 0.056),
    Muscle("gluteus minimus posterior", ((-0.0834, -0.0063, 0.0856),), (-0.0135, -0.0083, 0.0550), 323, 0.038),
)
MUSCLES = (PIRIFORMIS, *OTHER_MUSCLES)


def hip_axes(angles_rad: FloatArray) -> FloatArray:
    """Axes of flexion, adduction and internal rotation in the pelvis frame.

    Parameters
    ----------
    angles_rad : (3, n) array
        Flexion, adduction, internal rotation.

    Returns
    -------
    (3, 3, n) array
        By angle, then component.
    """
    flexion, adduction, _ = angles_rad
    zero, one = np.zeros_like(flexion), np.ones_like(flexion)
    cos_f, sin_f, cos_a, sin_a = np.cos(flexion), np.sin(flexion), np.cos(adduction), np.sin(adduction)
    return np.array([[zero, zero, one], [cos_f, sin_f, zero], [-sin_f * cos_a, cos_f * cos_a, sin_a]])


def femur_in_pelvis(point_m: Point, angles_rad: FloatArray) -> FloatArray:
    """A point of the thigh seen from the hip joint, in pelvis axes: (3, n)."""
    flexion, adduction, internal = angles_rad
    x, y, z = point_m
    cos, sin = np.cos(internal), np.sin(internal)
    x, z = cos * x + sin * z, cos * z - sin * x  # about y
    cos, sin = np.cos(adduction), np.sin(adduction)
    y, z = cos * y - sin * z, sin * y + cos * z  # about x
    cos, sin = np.cos(flexion), np.sin(flexion)
    return np.array([cos * x - sin * y, sin * x + cos * y, z])  # about z


def path(muscle: Muscle, angles_rad: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Length (n,) in m and moment arms (3, n) in m of a muscle at hip angles (3, n)."""
    points = np.array(muscle.pelvis_m)
    fixed = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
    insertion = femur_in_pelvis(muscle.femur_m, angles_rad)
    pull = (points[-1] - HIP_M)[:, None] - insertion
    span = np.linalg.norm(pull, axis=0)
    turning = np.cross(insertion, pull / span, axis=0)
    arms = np.einsum("acn,cn->an", hip_axes(angles_rad), turning)
    return fixed + span, arms


def shared(capacity: FloatArray, moment: FloatArray, softness: float = 1e-3, rounds: int = 40) -> FloatArray:
    """Activations >= 0 that bear a moment with the least sum of squares, for n instants at once.

    Minimises ``sum(a^2)/2 + |capacity a - moment|^2 / (2 softness)``. With few moments and many muscles the dual is
    small: the optimum is ``a = max(0, capacity' y)`` with ``capacity a + softness y = moment``, solved for y by
    Newton's method. An instant that cannot be borne at all ends near the least miss instead of failing.

    Parameters
    ----------
    capacity : (k, m, n) array
        Moment of each of m muscles at full activation, about k axes; both this and ``moment`` are best scaled to
        about 1 (by body weight times height, say, times ten).
    moment : (k, n) array

    Returns
    -------
    (m, n) array
        Activation; above 1 means more than the muscle can do.
    """
    axes = len(moment)
    dual = np.zeros_like(moment)
    eye = softness * np.eye(axes)[:, :, None]

    def miss(y: FloatArray) -> FloatArray:
        drive = np.maximum(0.0, np.einsum("kmn,kn->mn", capacity, y))
        return np.asarray(np.einsum("kmn,mn->kn", capacity, drive) + softness * y - moment)

    residual = miss(dual)
    for _ in range(rounds):
        active = np.einsum("kmn,kn->mn", capacity, dual) > 0.0
        if not dual.any():
            active[:] = True
        slope = np.einsum("kmn,mn,jmn->kjn", capacity, active.astype(float), capacity) + eye
        step = np.linalg.solve(slope.transpose(2, 0, 1), residual.T[:, :, None])[:, :, 0].T
        share = np.ones(moment.shape[1])
        size = np.linalg.norm(residual, axis=0)
        for _ in range(12):
            worse = np.linalg.norm(miss(dual - share * step), axis=0) > (1.0 - 1e-4 * share) * size
            worse &= size > 1e-12
            if not worse.any():
                break
            share[worse] *= 0.5
        dual = dual - share * step
        residual = miss(dual)
        if float(np.abs(residual).max(initial=0.0)) < 1e-10:
            break
    return np.asarray(np.maximum(0.0, np.einsum("kmn,kn->mn", capacity, dual)))
