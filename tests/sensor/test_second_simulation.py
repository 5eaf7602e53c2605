"""The second generator: another way of making walks, held to the same meanings."""

from dataclasses import replace

import numpy as np
import pytest

from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray, Placement, Side
from sensor.second_simulation import RATE_HZ, simulate
from sensor.second_simulation.spline import through
from sensor.simulation import SimulatedWalk, WalkSpec
from sensor.simulation import simulate as simulate_first
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.summary import strides

FEW = (Placement.KNEE_LEFT, Placement.HIP_RIGHT)


def walk(pathway: str = "healthy", severity: float = 0.0, **fields: object) -> SimulatedWalk:
    spec = WalkSpec(pathway, severity=severity, duration_s=30.0, placements=FEW, rate_hz=RATE_HZ)
    return simulate(replace(spec, **fields))  # type: ignore[arg-type]


def number(found: SimulatedWalk, name: str) -> float:
    value = found.truth.numbers[name]
    assert isinstance(value, float)
    return value


def median_over_people(pathway: str, severity: float, name: str) -> float:
    return float(np.median([number(walk(pathway, severity, seed=seed, placements=FEW[:1]), name) for seed in range(5)]))


def test_a_spline_through_a_cubic_between_clamped_ends_is_smooth_and_meets_every_knot() -> None:
    knots = np.array([0.0, 0.3, 1.0, 1.4, 2.5])
    values = np.array([np.sin(knots), knots])
    assert through(knots, values, knots) == pytest.approx(values)
    fine = np.linspace(0.0, 2.5, 5001)
    sine, line = through(knots, values, fine)
    assert line == pytest.approx(fine)
    assert np.abs(np.diff(sine, 3)).max() < 1e-8  # no jump of the second derivative


def test_equal_specs_give_equal_walks_and_another_seed_another() -> None:
    first, again, other = walk(seed=3), walk(seed=3), walk(seed=4)
    np.testing.assert_array_equal(first.table.acc_m_s2[FEW[0]], again.table.acc_m_s2[FEW[0]])
    assert number(first, "stride_time_s") != number(other, "stride_time_s")


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_severity_zero_is_the_healthy_person(pathway: str) -> None:
    well, ill = walk(seed=5, duration_s=12.0), walk(pathway, 0.0, seed=5, duration_s=12.0)
    np.testing.assert_array_equal(well.table.gyr_rad_s[FEW[0]], ill.table.gyr_rad_s[FEW[0]])


@pytest.mark.parametrize("pathway", ["antalgic_knee", "lumbar"])
def test_the_other_side_is_the_mirror_image(pathway: str) -> None:
    left, right = (walk(pathway, 0.7, seed=2, side=side, placements=tuple(Placement)) for side in Side)
    mirror = np.array([1.0, -1.0, 1.0])
    for placement in Placement:
        reflected = right.table.acc_m_s2[placement.mirrored] * mirror
        np.testing.assert_allclose(left.table.acc_m_s2[placement], reflected, atol=1e-12)
        turned = right.table.gyr_rad_s[placement.mirrored] * -mirror
        np.testing.assert_allclose(left.table.gyr_rad_s[placement], turned, atol=1e-12)
    np.testing.assert_allclose(left.truth.obliquity_deg, -right.truth.obliquity_deg, atol=1e-12)
    assert number(left, "stance_asym_pct") == pytest.approx(-number(right, "stance_asym_pct"))


def test_standing_feels_gravity_and_turns_little() -> None:
    found = walk(noise="none", seed=1)
    still = found.table.time_s < 2.0
    assert np.linalg.norm(found.table.acc_m_s2[FEW[0]][still], axis=1) == pytest.approx(GRAVITY_M_S2, abs=0.05)
    assert np.rad2deg(np.abs(found.table.gyr_rad_s[FEW[0]][still])).max() < 3.0


def test_single_support_of_one_leg_is_the_swing_of_the_other() -> None:
    found = walk("antalgic_knee", 0.8, seed=2)
    times = [(event.time_s, event.side, event.event) for event in found.truth.events]
    order = [(side, kind) for _, side, kind in times]
    first = order[0][0]
    cycle = [(first, "FC"), (first, "IC"), (first.other, "FC"), (first.other, "IC")]
    assert order == (cycle * len(order))[: len(order)]
    assert np.all(np.diff([t for t, _, _ in times]) > 0.0)


@pytest.mark.parametrize("seed", range(4))
def test_the_foot_stays_where_it_landed(seed: int) -> None:
    found = walk(seed=seed, walkway_m=1e9)
    time_s = found.truth.time_s
    speed = np.abs(np.gradient(found.truth.ankle_m[Side.LEFT][0], time_s))  # along the walk
    flat: list[FloatArray] = []
    for stride in strides(found.truth.events, found.truth.turns):
        if stride.side is Side.LEFT and stride.straight:
            stance = stride.fc_s - stride.ic_s
            at = (time_s > stride.ic_s + 0.25 * stance) & (time_s < stride.ic_s + 0.6 * stance)
            flat.append(speed[at])
    assert np.median(np.concatenate(flat)) < 0.15


def test_the_gyroscope_of_the_pelvis_integrates_to_the_true_rotation() -> None:
    found = walk(noise="none", seed=6, walkway_m=1e9, placements=(Placement.SACRUM,))
    turned = np.rad2deg(np.cumsum(found.table.gyr_rad_s[Placement.SACRUM][:, 2]) / RATE_HZ)
    off = turned - found.truth.rotation_deg
    walking = (found.table.time_s > 8.0) & (found.table.time_s < 24.0)
    slow = np.convolve(off, np.ones(256) / 256, mode="same")
    assert (off - slow)[walking].std() < 0.8


@pytest.mark.parametrize(
    ("pathway", "name", "least"),
    [
        ("antalgic_knee", "stance_asym_pct", -4.0),
        ("antalgic_knee", "knee_peak_left_deg", -4.0),
        ("abductor_weakness", "drop_left_deg", 1.0),
        ("healthy_slow", "speed_m_s", -0.2),
        ("lumbar", "speed_m_s", -0.15),
        ("bilateral_arthritis", "knee_peak_right_deg", -5.0),
        ("piriformis", "knee_peak_left_deg", -1.0),
    ],
)
def test_a_pathway_shows_what_it_is_known_for(pathway: str, name: str, least: float) -> None:
    change = median_over_people(pathway, 0.7, name) - median_over_people("healthy", 0.0, name)
    assert change * np.sign(least) > abs(least)


def test_claudication_comes_with_walking() -> None:
    found = walk("claudication", 0.8, seed=1, duration_s=420.0, placements=FEW[:1], walkway_m=1e9)
    contacts = np.array([e.time_s for e in found.truth.events if e.side is Side.LEFT and e.event == "IC"])
    forward = found.truth.joints_deg["trunk_flexion"]
    early, late = (forward[(found.truth.time_s > a) & (found.truth.time_s < a + 40.0)].mean() for a in (10.0, 370.0))
    assert late > early + 4.0
    assert np.diff(contacts)[-20:].mean() > np.diff(contacts)[5:25].mean()


def test_it_is_another_generator() -> None:
    spec = WalkSpec(seed=1, duration_s=20.0, placements=FEW, rate_hz=RATE_HZ)
    first, second = simulate_first(spec), simulate(spec)
    assert number(first, "speed_m_s") != pytest.approx(number(second, "speed_m_s"), rel=1e-3)
    assert second.truth.numbers["generator"] == "second"


def test_lost_samples_have_the_share_asked_for() -> None:
    found = walk(seed=1, loss=0.1, duration_s=120.0, placements=FEW[:1])
    assert np.isnan(found.table.acc_m_s2[FEW[0]][:, 0]).mean() == pytest.approx(0.1, abs=0.03)


def test_nobody_walks_in_a_second() -> None:
    found = walk(duration_s=1.0)
    assert found.truth.events == ()
    assert np.isfinite(found.table.acc_m_s2[FEW[0]]).all()


@pytest.mark.parametrize("wanted", [{"protocol": "4x10m"}, {"expression": "cane"}, {"session": 1}])
def test_what_it_does_not_know_it_refuses(wanted: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="second generator"):
        walk(**wanted)  # type: ignore[arg-type]


def test_a_second_pathway_shows_beside_the_first() -> None:
    alone = walk("antalgic_knee", 0.6, seed=2)  # somebody who lets the pelvis drop; others lean
    mixed = walk("antalgic_knee", 0.6, seed=2, also="abductor_weakness", also_severity=0.9)
    there = walk("antalgic_knee", 0.6, seed=2, also="abductor_weakness", also_severity=0.9, also_side=Side.RIGHT)
    drops = [number(one, "drop_difference_deg") for one in (there, alone, mixed)]
    assert drops == sorted(drops)
    assert drops[2] > drops[0] + 1.0
