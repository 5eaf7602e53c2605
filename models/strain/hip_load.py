"""What the hip of the stance leg has to bear: gravity of everything above it, and the turning of the pelvis.

Quasi-static: weights of trunk, pelvis and swing leg times their distance from the stance hip, plus the axial moment
that turns pelvis and trunk. Acceleration of the whole body's centre of mass is left out; it is alike in walks of one
speed, and demands are compared at one speed only. In double support the load passes linearly from leg to leg.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.strain.hip_muscles import HIP_M, LUMBOSACRAL_M, MODEL_HEIGHT_M, hip_axes
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray
from sensor.simulation.skeleton import SHANK, THIGH, Turn, Turns, X, Y, Z, carried, cross, turned


@dataclass(frozen=True, slots=True)
class BodyShares:
    """Segments as shares of body mass and height: Winter's table as recalled, heights of the trunk parts derived."""

    upper_mass: float = 0.536  # head, arms, thorax, abdomen
    pelvis_mass: float = 0.142
    thigh_mass: float = 0.100
    shank_mass: float = 0.061  # with the foot
    upper_height: float = 0.130  # centre of mass above L5/S1
    pelvis_height: float = 0.040  # above the hips
    thigh_centre: float = 0.433  # of its length, from the hip
    shank_centre: float = 0.606  # of its length, from the knee
    upper_gyration: float = 0.075  # radius of gyration about the vertical over height [assumption]
    lower_gyration: float = 0.085  # of pelvis and swing leg about the stance hip [assumption]


@dataclass(frozen=True, slots=True, eq=False)
class StanceMotion:
    """Angles of a walk seen from one stance leg, mirrored so that this leg is the right one. Degrees from standing.

    Attributes
    ----------
    pelvis_deg, trunk_deg : (3, n) arrays
        Tilt or flexion, left side up, right side forward.
    stance_deg, swing_deg : (4, n) arrays
        Hip flexion, adduction, internal rotation, knee flexion of the stance leg and of the other.
    bearing : (n,) array
        Share of the load on the stance leg, 0 to 1.
    """

    step_s: float
    pelvis_deg: FloatArray
    trunk_deg: FloatArray
    stance_deg: FloatArray
    swing_deg: FloatArray
    bearing: FloatArray


def hip_moment(motion: StanceMotion, height_m: float, mass_kg: float, shares: BodyShares) -> FloatArray:
    """Moment that muscles must give about the stance hip: adduction +, internal rotation +, N m, (2, n).

    Notes
    -----
    For an upright body on one leg the first is about minus body weight over the leg times half the hips' distance: an
    abduction moment.
    """
    size = height_m / MODEL_HEIGHT_M
    tilt, obliquity, rotation = np.deg2rad(motion.pelvis_deg)
    pelvis = (Turn(Z, rotation), Turn(Y, tilt), Turn(X, obliquity))
    lean, roll, yaw = np.deg2rad(motion.trunk_deg)
    trunk = (Turn(Z, yaw), Turn(Y, lean), Turn(X, roll))
    hip = np.array([[0.0], [-HIP_M[2] * size], [0.0]])
    back, up, _ = (LUMBOSACRAL_M - HIP_M) * size
    above = carried(_up(shares.upper_height * height_m), trunk)
    centres = {
        shares.pelvis_mass: _up(shares.pelvis_height * height_m),
        shares.upper_mass: np.array([[back], [0.0], [up]]) + _into(above, pelvis),
    }
    centres |= _swing_leg(motion.swing_deg, -hip, height_m, shares)
    weight = _into(_up(-GRAVITY_M_S2), pelvis) * mass_kg
    moment = sum(share * cross(centre - hip, weight) for share, centre in centres.items())
    low = (shares.pelvis_mass + shares.thigh_mass + shares.shank_mass) * (shares.lower_gyration * height_m) ** 2
    high = shares.upper_mass * (shares.upper_gyration * height_m) ** 2
    moment = moment - _up(mass_kg) * (low * _twice(rotation, motion.step_s) + high * _twice(yaw, motion.step_s))
    x, y, z = motion.bearing * moment
    axes = hip_axes(np.deg2rad(motion.stance_deg[:3]))
    return np.asarray(np.einsum("acn,cn->an", axes[1:], np.array([x, z, -y])))


def _swing_leg(angles_deg: FloatArray, hip: FloatArray, height_m: float, shares: BodyShares) -> dict[float, FloatArray]:
    flexion, adduction, internal, knee = np.deg2rad(angles_deg)
    at_hip = (Turn(Y, -flexion), Turn(X, -adduction), Turn(Z, -internal))  # the left leg's turns
    thigh = _up(-shares.thigh_centre * THIGH * height_m)
    shank = carried(_up(-shares.shank_centre * SHANK * height_m), (Turn(Y, knee),)) + _up(-THIGH * height_m)
    return {
        shares.thigh_mass: hip + carried(thigh, at_hip),
        shares.shank_mass: hip + carried(shank, at_hip),
    }


def _up(length: float) -> FloatArray:
    return np.array([[0.0], [0.0], [length]])


def _into(vector: FloatArray, turns: Turns) -> FloatArray:
    for turn in turns:
        vector = turned(vector, turn)
    return vector


def _twice(angle_rad: FloatArray, step_s: float) -> FloatArray:
    return np.asarray(np.gradient(np.gradient(angle_rad, step_s), step_s))
