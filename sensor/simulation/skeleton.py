"""The rigid skeleton: what a sensor fixed to each segment feels, and where the joints are.

Segments are frames that stand upright in quiet standing (x forward, y left, z up), so standing is all zeros. Joint
rotations follow each other as rotations about a moved axis: pelvis = yaw, pitch, roll; hip = flexion, adduction,
internal rotation; knee = flexion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray
from sensor.simulation.gait import AFFECTED, OTHER
from sensor.simulation.motion import Motion

HIP_HALF_WIDTH = 0.050  # all lengths as shares of body height
THIGH = 0.245
SHANK = 0.246
LUMBOSACRAL_M = 0.10  # above the hip joints

X, Y, Z = 0, 1, 2
PELVIS = "pelvis"
TRUNK = "trunk"


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """Angles (n,) in rad about one of the axes; their sine and cosine serve every vector that is turned by them."""

    axis: int
    angle_rad: FloatArray
    cos: FloatArray = field(init=False)
    sin: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cos", np.cos(self.angle_rad))
        object.__setattr__(self, "sin", np.sin(self.angle_rad))


Turns = tuple[Turn, ...]  # applied in this order, each about the moved axis


def thigh(role: int) -> str:
    """Name of a leg's thigh."""
    return f"thigh {role}"


def shank(role: int) -> str:
    """Name of a leg's shank."""
    return f"shank {role}"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A moving segment, in its own axes, all (3, n): angular rate and acceleration, specific force at its origin."""

    rate_rad_s: FloatArray
    turning_rad_s2: FloatArray
    force_m_s2: FloatArray

    def at(self, offset_m: FloatArray) -> FloatArray:
        """Specific force at a point fixed to the segment, (3,) from its origin."""
        offset = offset_m[:, None]
        inward = cross(self.rate_rad_s, cross(self.rate_rad_s, offset))
        return self.force_m_s2 + cross(self.turning_rad_s2, offset) + inward


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Cross product along the first axis; numpy's own is several times slower here."""
    out = np.empty(np.broadcast_shapes(a.shape, b.shape))
    out[0] = a[1] * b[2] - a[2] * b[1]
    out[1] = a[2] * b[0] - a[0] * b[2]
    out[2] = a[0] * b[1] - a[1] * b[0]
    return out


def derivative(values: FloatArray, step_s: float) -> FloatArray:
    """Time derivative along the last axis, fourth order inside."""
    out = np.empty(values.shape)
    out[..., :2] = np.gradient(values[..., :3], step_s, axis=-1)[..., :2]
    out[..., -2:] = np.gradient(values[..., -3:], step_s, axis=-1)[..., -2:]
    inner = 8.0 * (values[..., 3:-1] - values[..., 1:-3]) - (values[..., 4:] - values[..., :-4])
    out[..., 2:-2] = inner / (12.0 * step_s)
    return out


def turned(vector: FloatArray, turn: Turn) -> FloatArray:
    """Components of (3, n) or (3, 1) vectors in a frame turned about one of the axes."""
    return _rotated(vector, turn.axis, turn.cos, turn.sin)


def carried(vector: FloatArray, turns: Turns) -> FloatArray:
    """Parent components of vectors given in a frame that ``turns`` lead to."""
    for turn in reversed(turns):
        vector = _rotated(vector, turn.axis, turn.cos, -turn.sin)
    return vector


def _rotated(vector: FloatArray, axis: int, cos: FloatArray, sin: FloatArray) -> FloatArray:
    b, c = (axis + 1) % 3, (axis + 2) % 3
    out = np.empty((3, len(cos)))
    out[axis] = vector[axis]
    out[b] = cos * vector[b] + sin * vector[c]
    out[c] = cos * vector[c] - sin * vector[b]
    return out


def _child(rate: FloatArray, force: FloatArray, turns: Turns, step_s: float) -> Frame:
    for turn in turns:
        rate, force = turned(rate, turn), turned(force, turn)
        rate[turn.axis] += derivative(turn.angle_rad, step_s)
    return Frame(rate, derivative(rate, step_s), force)


def pelvis_turns(moved: Motion) -> Turns:
    """World to pelvis."""
    tilt, obliquity, rotation = np.deg2rad(moved.pelvis_deg)
    return Turn(Z, moved.heading_rad + rotation), Turn(Y, tilt), Turn(X, obliquity)


def trunk_turns(moved: Motion) -> Turns:
    """World to trunk."""
    flexion, roll, rotation = np.deg2rad(moved.trunk_deg)
    return Turn(Z, moved.heading_rad + rotation), Turn(Y, flexion), Turn(X, roll)


def hip_turns(moved: Motion, role: int) -> Turns:
    """Pelvis to thigh; the affected leg is the left one."""
    flexion, adduction, internal, _ = np.deg2rad(moved.legs_deg[role])
    side = 1.0 if role == AFFECTED else -1.0
    return Turn(Y, -flexion), Turn(X, -side * adduction), Turn(Z, -side * internal)


def knee_turns(moved: Motion, role: int) -> Turns:
    """Thigh to shank."""
    return (Turn(Y, np.deg2rad(moved.legs_deg[role, 3])),)


def hip_joint_m(height_m: float, role: int) -> FloatArray:
    """Hip joint in the pelvis."""
    return np.array([0.0, HIP_HALF_WIDTH * height_m * (1.0 if role == AFFECTED else -1.0), 0.0])


def frames(moved: Motion, height_m: float) -> Mapping[str, Frame]:
    """Every segment's motion: pelvis (origin between the hips), trunk (at L5/S1), thighs (hip), shanks (knee)."""
    step_s = float(moved.time_s[1] - moved.time_s[0])
    acceleration = derivative(derivative(moved.path_m, step_s), step_s)
    acceleration[Z] += GRAVITY_M_S2
    still = np.zeros_like(acceleration)
    to_pelvis = pelvis_turns(moved)
    pelvis = _child(still, acceleration, to_pelvis, step_s)
    lumbar = carried(pelvis.at(np.array([0.0, 0.0, LUMBOSACRAL_M])), to_pelvis)
    out = {PELVIS: pelvis, TRUNK: _child(still, lumbar, trunk_turns(moved), step_s)}
    for role in (AFFECTED, OTHER):
        upper = _child(pelvis.rate_rad_s, pelvis.at(hip_joint_m(height_m, role)), hip_turns(moved, role), step_s)
        knee = upper.at(np.array([0.0, 0.0, -THIGH * height_m]))
        out[thigh(role)] = upper
        out[shank(role)] = _child(upper.rate_rad_s, knee, knee_turns(moved, role), step_s)
    return out


def ankle_m(moved: Motion, height_m: float, role: int) -> FloatArray:
    """Ankle joint in the world, (3, n); z counted from the standing height of the hips."""
    down = np.array([[0.0], [0.0], [-SHANK * height_m]])
    knee = carried(down, knee_turns(moved, role)) + np.array([[0.0], [0.0], [-THIGH * height_m]])
    hip = carried(knee, hip_turns(moved, role)) + hip_joint_m(height_m, role)[:, None]
    return carried(hip, pelvis_turns(moved)) + moved.path_m
