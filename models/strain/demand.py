"""Mechanical demand on the deep hip rotators and on the lumbar spine, from the whole simulated skeleton.

The sensors never see this: it comes from the true angles of hips, pelvis and trunk. Each demand is a mean over gait
cycles, so that long stance counts, and the median over the straight strides of a walk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.strain.hip_load import BodyShares, StanceMotion, hip_moment
from models.strain.hip_muscles import MODEL_HEIGHT_M, MODEL_MASS_KG, OTHER_MUSCLES, path, shared
from models.strain.hip_muscles import PIRIFORMIS as PIRIFORMIS_MUSCLE
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray, Side
from sensor.simulation import Ailment, SimulatedWalk, WalkTruth
from sensor.simulation.summary import TrueStride, strides

PIRIFORMIS, LUMBAR = "piriformis", "lumbar"
KINDS = (PIRIFORMIS, LUMBAR)
LEG = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_flexion")
LEAST_STRIDES = 5  # a side; fewer make no median
MOST_STRIDES = 20  # a side; more move the median by less than the label is worth


@dataclass(frozen=True, slots=True)
class LumbarUnits:
    """How much of each lumbar term counts as 1, and its weight. The first three are peaks towards one side."""

    bend_deg: float = 6.0  # thorax against pelvis
    torsion_deg: float = 6.0
    lean_deg: float = 4.0  # of the thorax from upright: the bending moment at L5/S1 is weight x height x sin(lean)
    speed_deg_s: float = 45.0  # root mean square of bending and turning
    weights: tuple[float, float, float, float] = (0.3, 0.2, 0.4, 0.1)


@dataclass(frozen=True, slots=True)
class DemandParams:
    """Every weight of the demands. All are engineering assumptions; the sensitivity analysis varies them."""

    shares: BodyShares = field(default_factory=BodyShares)
    strength: Mapping[str, float] = field(default_factory=dict)  # factor on a muscle's maximum force, by name
    piriformis_shift_m: tuple[float, float, float] = (0.0, 0.0, 0.0)  # of its points on the pelvis, OpenSim's axes
    gluteal_loss: Mapping[str, float] = field(default_factory=lambda: {"abductor_weakness": 0.4})
    # share of the gluteal force that a pathway takes from the affected side at severity 1
    shortening: Mapping[str, float] = field(default_factory=lambda: {"piriformis": 0.2})
    # of the piriformis on the affected side at severity 1, in fibre lengths: it is stretched that much more
    strength_mass_power: float = 2.0 / 3.0  # maximum forces grow with body mass to this power
    eccentric_s: float = 0.2  # a fibre that lengthens by its own length per second counts this much more
    lumbar: LumbarUnits = field(default_factory=LumbarUnits)


@dataclass(frozen=True, slots=True)
class Demands:
    """Demands of one walk, by kind and side; dimensionless and positive. ``v_star`` is the dimensionless speed."""

    v_star: float
    by_kind: Mapping[str, Mapping[Side, float]]


@dataclass(frozen=True, slots=True)
class LoadedHip:
    """What a hip has to carry and to carry it with.

    ``gluteal`` is the share of the gluteal force that is there, ``shortening`` how much shorter the piriformis is, in
    fibre lengths.
    """

    height_m: float
    mass_kg: float
    gluteal: float = 1.0
    shortening: float = 0.0


def demands(walk: SimulatedWalk, params: DemandParams) -> Demands | None:
    """Demands of a simulated walk, or None with fewer than five straight strides of a side."""
    truth = walk.truth
    straight = [s for s in strides(truth.events, truth.turns) if s.straight and s.next_ic_s < truth.time_s[-1]]
    if min(sum(s.side is side for s in straight) for side in Side) < LEAST_STRIDES:
        return None
    person, spec = walk.table.person, walk.spec
    height, mass, leg = person.height_m, person.mass_kg, person.leg_length_m
    speed = truth.numbers["speed_m_s"]
    if height is None or mass is None or leg is None or not isinstance(speed, float):
        raise ValueError(f"{walk.table.name}: a simulated walk without body size or speed")
    hips = {side: _hip(height, mass, [a for a in spec.ailments if a.side is side], params) for side in Side}
    own = {side: _some([s for s in straight if s.side is side]) for side in Side}
    return Demands(
        v_star=speed / float(np.sqrt(GRAVITY_M_S2 * leg)),
        by_kind={
            PIRIFORMIS: {s: _median(piriformis_load(truth, s, hips[s], params, _spans(truth, own[s]))) for s in Side},
            LUMBAR: {s: lumbar_demand(truth, s, own[s], params) for s in Side},
        },
    )


def _hip(height_m: float, mass_kg: float, ailments: Sequence[Ailment], params: DemandParams) -> LoadedHip:
    lost = sum(params.gluteal_loss.get(a.pathway, 0.0) * a.severity for a in ailments)
    return LoadedHip(
        height_m, mass_kg, 1.0 - lost, sum(params.shortening.get(a.pathway, 0.0) * a.severity for a in ailments)
    )


def piriformis_load(
    truth: WalkTruth, side: Side, hip: LoadedHip, params: DemandParams, spans: Sequence[slice]
) -> list[FloatArray]:
    """Activation of a side's piriformis times its relative fibre length, more while it lengthens, within spans."""
    motion = stance_motion(truth, side)
    angles = np.deg2rad(motion.stance_deg[:3])
    piriformis = PIRIFORMIS_MUSCLE.moved(params.piriformis_shift_m)
    length, _ = path(piriformis, angles)
    rest, _ = path(piriformis, np.zeros((3, 1)))
    strain = (length - rest) / piriformis.fibre_m + hip.shortening
    lengthening = np.maximum(0.0, np.gradient(strain, motion.step_s))
    per_activation = np.maximum(0.0, 1.0 + strain) + params.eccentric_s * lengthening

    looked_at = np.zeros(len(strain), bool)
    for span in spans:
        looked_at[span] = True
    bearing = np.flatnonzero(looked_at & (motion.bearing > 0.0))
    usual = hip.mass_kg * GRAVITY_M_S2 * hip.height_m * 0.05  # about the moment of standing on one leg
    size = hip.height_m / MODEL_HEIGHT_M / usual
    capacity = [
        size * _force_n(m.name, m.strongest_n, hip, params) * path(m, angles[:, bearing])[1][1:]
        for m in (piriformis, *OTHER_MUSCLES)
    ]
    moment = hip_moment(motion, hip.height_m, hip.mass_kg, params.shares)[:, bearing] / usual
    load = np.zeros(len(strain))
    load[bearing] = shared(np.array(capacity).transpose(1, 0, 2), moment)[0] * per_activation[bearing]
    return [load[span] for span in spans]


def _force_n(name: str, strongest_n: float, hip: LoadedHip, params: DemandParams) -> float:
    gluteal = hip.gluteal if name.startswith("gluteus") else 1.0
    grown = (hip.mass_kg / MODEL_MASS_KG) ** params.strength_mass_power
    return float(strongest_n * params.strength.get(name, 1.0) * grown * gluteal)


def lumbar_demand(truth: WalkTruth, side: Side, own: list[TrueStride], params: DemandParams) -> float:
    """Side-bending and torsion of the thorax against the pelvis towards one side, with their speeds.

    Per gait cycle the largest excursion towards the side, counted from standing, and the root mean square of the speed,
    each in its parameter's unit; the weighted sum; the median over strides.
    """
    sign = 1.0 if side is Side.RIGHT else -1.0
    lean = sign * truth.joints_deg["trunk_obliquity"]
    bend = sign * (truth.joints_deg["trunk_obliquity"] - truth.obliquity_deg)  # left side up bends to the right
    torsion = -sign * (truth.joints_deg["trunk_rotation"] - truth.rotation_deg)  # right side forward turns to the left
    step_s = float(truth.time_s[1] - truth.time_s[0])
    bending, turning = np.gradient(bend, step_s), np.gradient(torsion, step_s)
    unit = params.lumbar
    rows = [
        (
            max(0.0, float(bend[span].max())) / unit.bend_deg,
            max(0.0, float(torsion[span].max())) / unit.torsion_deg,
            max(0.0, float(lean[span].max())) / unit.lean_deg,
            float(np.sqrt(np.mean(bending[span] ** 2 + turning[span] ** 2))) / unit.speed_deg_s,
        )
        for span in _spans(truth, own)
    ]
    return float(np.median(np.array(rows) @ np.array(unit.weights)))


def stance_motion(truth: WalkTruth, side: Side) -> StanceMotion:
    """The walk as seen from one leg, mirrored so that it is the right one."""
    joints = truth.joints_deg
    mirror = np.array([[1.0], [-1.0], [-1.0]]) if side is Side.LEFT else np.ones((3, 1))
    return StanceMotion(
        step_s=float(truth.time_s[1] - truth.time_s[0]),
        pelvis_deg=mirror * np.array([truth.tilt_deg, truth.obliquity_deg, truth.rotation_deg]),
        trunk_deg=mirror * np.array([joints[f"trunk_{name}"] for name in ("flexion", "obliquity", "rotation")]),
        stance_deg=np.array([joints[f"{name}_{side}"] for name in LEG]),
        swing_deg=np.array([joints[f"{name}_{side.other}"] for name in LEG]),
        bearing=bearing(truth, side),
    )


def bearing(truth: WalkTruth, side: Side) -> FloatArray:
    """Share of the load on one leg, (n,): 1 alone, 0 in swing, linear in double support."""
    # own contacts bound the other's single support, and the other's contacts bound one's own
    time_s = np.array([event.time_s for event in truth.events])
    share = np.array([float(event.side is not side) for event in truth.events])
    return np.asarray(np.interp(truth.time_s, time_s, share))


def _median(loads: Sequence[FloatArray]) -> float:
    return float(np.median([load.mean() for load in loads]))


def _some(strides_of_side: list[TrueStride]) -> list[TrueStride]:
    """At most :data:`MOST_STRIDES` of them, spread over the walk."""
    count = min(MOST_STRIDES, len(strides_of_side))
    return [strides_of_side[i] for i in np.linspace(0, len(strides_of_side) - 1, count).round().astype(int)]


def _spans(truth: WalkTruth, own: list[TrueStride]) -> list[slice]:
    return [slice(*np.searchsorted(truth.time_s, (s.ic_s, s.next_ic_s))) for s in own]
