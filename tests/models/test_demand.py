"""The hip's load and the demands: what statics says, mirrored, and higher where the mechanics is worse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.strain.demand import LUMBAR, PIRIFORMIS, DemandParams, Demands, LumbarUnits, bearing, demands
from models.strain.hip_load import BodyShares, StanceMotion, hip_moment
from models.strain.hip_muscles import HIP_M, MODEL_HEIGHT_M
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import Side
from sensor.simulation import STRAIGHT, WalkSpec, simulate
from tests.models.walks import truth_only

HEIGHT_M, MASS_KG = 1.7, 70.0
SHARES = BodyShares()


def still(lean_deg: float = 0.0, drop_deg: float = 0.0, bearing_share: float = 1.0) -> StanceMotion:
    """Standing on the right leg: the trunk leans and the pelvis drops towards the left by so much."""
    n = 5
    pelvis, trunk = np.zeros((3, n)), np.zeros((3, n))
    pelvis[1], trunk[1] = -drop_deg, -lean_deg
    legs = np.zeros((4, n))
    return StanceMotion(0.01, pelvis, trunk, legs, legs, np.full(n, bearing_share))


def moment(motion: StanceMotion) -> float:
    return float(hip_moment(motion, HEIGHT_M, MASS_KG, SHARES)[0, 2])


def found(pathway: str, severity: float, side: Side = Side.LEFT, seed: int = 1) -> Demands:
    result = demands(truth_only(pathway, severity, side, seed), DemandParams())
    assert result is not None
    return result


def test_standing_on_one_leg_is_weight_times_distance() -> None:
    half = HIP_M[2] * HEIGHT_M / MODEL_HEIGHT_M
    middle, swing = SHARES.upper_mass + SHARES.pelvis_mass, SHARES.thigh_mass + SHARES.shank_mass
    expected = -MASS_KG * GRAVITY_M_S2 * half * (middle + 2.0 * swing)
    assert moment(still()) == pytest.approx(expected)
    assert hip_moment(still(), HEIGHT_M, MASS_KG, SHARES)[1] == pytest.approx(0.0, abs=1e-9)


def test_leaning_over_the_stance_leg_unloads_the_hip() -> None:
    assert abs(moment(still(lean_deg=-8.0))) < abs(moment(still())) < abs(moment(still(lean_deg=8.0)))


def test_the_other_leg_shares_the_load() -> None:
    assert moment(still(bearing_share=0.5)) == pytest.approx(0.5 * moment(still()))


def test_turning_the_pelvis_faster_needs_a_rotation_moment() -> None:
    motion = still()
    t = np.linspace(0.0, 0.04, 5)
    pelvis = motion.pelvis_deg.copy()
    pelvis[2] = 0.5 * 100.0 * t**2  # 100 deg/s^2 to the left, the right side forward
    turning = replace(motion, pelvis_deg=pelvis)
    assert hip_moment(turning, HEIGHT_M, MASS_KG, SHARES)[1, 2] < -0.1  # the right hip rotates outward


def test_the_load_passes_from_leg_to_leg() -> None:
    truth = truth_only().truth
    left, right = bearing(truth, Side.LEFT), bearing(truth, Side.RIGHT)
    walking = (truth.time_s > truth.walk_start_s + 2.0) & (truth.time_s < truth.walk_end_s - 2.0)
    assert left[walking] + right[walking] == pytest.approx(1.0)
    assert set(np.unique(left[walking])) >= {0.0, 1.0}


@pytest.mark.parametrize("pathway", ["antalgic_knee", "abductor_weakness"])
def test_mirrored_walk_has_mirrored_demands(pathway: str) -> None:
    left, right = found(pathway, 0.7, Side.LEFT), found(pathway, 0.7, Side.RIGHT)
    for kind in (PIRIFORMIS, LUMBAR):
        for side in Side:
            assert left.by_kind[kind][side] == pytest.approx(right.by_kind[kind][side.other], rel=1e-6)


def test_weak_abductors_load_the_piriformis_of_their_side() -> None:
    demand = [found("abductor_weakness", severity).by_kind[PIRIFORMIS][Side.LEFT] for severity in (0.0, 0.45, 0.9)]
    assert demand == sorted(demand)
    assert demand[-1] > 1.3 * demand[0]


def test_nothing_is_left_of_a_pathway_at_severity_0() -> None:
    assert found("antalgic_knee", 0.0) == found("healthy", 0.0) == found("piriformis", 0.0)


def test_a_leaning_trunk_loads_the_lumbar_spine_on_the_painful_side() -> None:
    """People differ in how they limp; the median of some leans over the painful knee and bends there."""
    rise = []
    for seed in range(1, 6):
        limping, even = found("antalgic_knee", 0.9, seed=seed), found("healthy", 0.0, seed=seed)
        rise.append(np.log(limping.by_kind[LUMBAR][Side.LEFT] / even.by_kind[LUMBAR][Side.LEFT]))
    assert np.median(rise) > 0.0


def test_parameters_have_a_say() -> None:
    walk = truth_only("antalgic_knee", 0.5)
    base = demands(walk, DemandParams())
    twice = demands(walk, DemandParams(lumbar=LumbarUnits(weights=(0.6, 0.4, 0.8, 0.2))))
    stronger = demands(walk, DemandParams(strength={"piriformis": 2.3}))
    assert base is not None
    assert twice is not None
    assert stronger is not None
    for side in Side:
        assert twice.by_kind[LUMBAR][side] == pytest.approx(2.0 * base.by_kind[LUMBAR][side])
        assert stronger.by_kind[PIRIFORMIS][side] != pytest.approx(base.by_kind[PIRIFORMIS][side])
        assert stronger.by_kind[LUMBAR][side] == base.by_kind[LUMBAR][side]


def test_too_short_a_walk_has_no_demand() -> None:
    assert demands(simulate(WalkSpec(duration_s=10.0, walkway_m=STRAIGHT)), DemandParams()) is None
