"""The simulated walk as a whole: determinism, mirror, severity, protocol, and what a therapist would expect to see."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.samples import KNEES, FloatArray, Placement, Side
from sensor.simulation import STRAIGHT, SimulatedWalk, WalkSpec, simulate
from sensor.simulation.pathways import PATHWAYS

MIRROR = np.array([1.0, -1.0, 1.0])
FEW = (Placement.KNEE_LEFT, Placement.KNEE_RIGHT, Placement.SACRUM)


@lru_cache
def walk(
    pathway: str, severity: float = 0.0, side: Side = Side.LEFT, seed: int = 3, loss: float = 0.0
) -> SimulatedWalk:
    return simulate(WalkSpec(pathway, side, severity, 40.0, seed, placements=FEW, loss=loss))


def number(of: SimulatedWalk, name: str) -> float:
    value = of.truth.numbers[name]
    assert isinstance(value, float)
    return value


def all_signals(of: SimulatedWalk) -> bytes:
    table = of.table
    return b"".join(table.acc_m_s2[p].tobytes() + table.gyr_rad_s[p].tobytes() for p in table.placements)


def test_the_same_spec_is_the_same_recording_and_another_seed_is_not() -> None:
    spec = WalkSpec("antalgic_knee", severity=0.5, duration_s=20.0, seed=5, loss=0.02)
    assert all_signals(simulate(spec)) == all_signals(simulate(spec))
    other = WalkSpec("antalgic_knee", severity=0.5, duration_s=20.0, seed=6, loss=0.02)
    assert all_signals(simulate(spec)) != all_signals(simulate(other))


def test_a_sensor_left_out_changes_no_other() -> None:
    one = simulate(WalkSpec(duration_s=20.0, placements=(Placement.HIP_RIGHT,)))
    all_eight = simulate(WalkSpec(duration_s=20.0))
    assert all_eight.table.placements == tuple(Placement)
    assert one.table.placements == (Placement.HIP_RIGHT,)
    np.testing.assert_array_equal(
        one.table.acc_m_s2[Placement.HIP_RIGHT], all_eight.table.acc_m_s2[Placement.HIP_RIGHT]
    )


@pytest.mark.parametrize("pathway", ["antalgic_knee", "abductor_weakness"])
def test_the_other_side_is_the_mirror_image(pathway: str) -> None:
    left, right = walk(pathway, 0.6, loss=0.05), walk(pathway, 0.6, Side.RIGHT, loss=0.05)
    for placement in FEW:
        np.testing.assert_array_equal(left.table.acc_m_s2[placement], MIRROR * right.table.acc_m_s2[placement.mirrored])
        np.testing.assert_array_equal(
            left.table.gyr_rad_s[placement], -MIRROR * right.table.gyr_rad_s[placement.mirrored]
        )
    assert [(e.time_s, e.side.other, e.event) for e in right.truth.events] == [
        (e.time_s, e.side, e.event) for e in left.truth.events
    ]
    np.testing.assert_array_equal(left.truth.obliquity_deg, -right.truth.obliquity_deg)
    np.testing.assert_array_equal(left.truth.tilt_deg, right.truth.tilt_deg)
    np.testing.assert_array_equal(left.truth.knee_flexion_left_deg, right.truth.knee_flexion_right_deg)
    for name in ("stance_asym_pct", "step_asym_pct", "step_length_asym_pct", "drop_difference_deg"):
        assert number(left, name) == pytest.approx(-number(right, name), abs=1e-9)


def test_severity_changes_the_walk_and_never_the_person() -> None:
    walks = [walk("antalgic_knee", severity) for severity in (0.0, 0.3, 0.6, 0.9)]
    assert len({str(w.truth.numbers["person"]) for w in walks}) == 1
    stance, step = ([number(w, f"{what}_asym_pct") for w in walks] for what in ("stance", "step"))
    assert stance == sorted(stance, reverse=True)
    assert stance[0] - stance[-1] > 5.0
    assert step == sorted(step)
    assert step[-1] - step[0] > 10.0
    for name in ("speed_m_s", "knee_loading_left_deg", "knee_peak_left_deg"):
        values = [number(w, name) for w in walks]
        assert values == sorted(values, reverse=True)


def test_weak_abductors_let_the_other_side_drop() -> None:
    drops = [number(walk("abductor_weakness", severity), "drop_left_deg") for severity in (0.0, 0.3, 0.6, 0.9)]
    assert drops == sorted(drops)
    assert drops[-1] - drops[0] > 1.5
    others = [number(walk("abductor_weakness", severity), "drop_right_deg") for severity in (0.0, 0.9)]
    assert others[1] - others[0] < 1.0


def test_severity_zero_is_the_healthy_person() -> None:
    assert all_signals(walk("antalgic_knee", 0.0)) == all_signals(walk("healthy", 0.8))


def test_standing_is_zero_and_feels_gravity() -> None:
    for seed in range(4):
        of = simulate(WalkSpec(duration_s=15.0, seed=seed, noise="none"))
        still = of.table.time_s < 4.0
        for placement in Placement:
            norm = np.linalg.norm(of.table.acc_m_s2[placement][still], axis=1)
            assert norm == pytest.approx(9.81, abs=0.03)
            assert np.linalg.norm(of.table.gyr_rad_s[placement][still], axis=1).max() < np.deg2rad(3.0)
        for angle in (of.truth.tilt_deg, of.truth.obliquity_deg, of.truth.rotation_deg):
            assert abs(angle[still].mean()) < 0.5
        assert np.abs(of.truth.knee_flexion_left_deg[still]).max() == 0.0


def test_the_protocol_is_stand_walk_turn_walk_stand() -> None:
    of = simulate(WalkSpec(duration_s=75.0, seed=2, placements=KNEES))
    truth = of.truth
    assert len(of.table) == 7500
    assert of.table.rate_hz == 100.0
    assert 5.0 < truth.walk_start_s < 6.5
    assert 69.5 < truth.walk_end_s <= 72.0
    assert len(truth.turns) >= 2
    first, last = truth.events[0], truth.events[-1]
    assert (first.event, last.event) == ("FC", "IC")
    assert first.time_s == pytest.approx(truth.walk_start_s, abs=1e-6)
    assert last.time_s == pytest.approx(truth.walk_end_s, abs=1e-6)
    assert simulate(WalkSpec(duration_s=75.0, walkway_m=STRAIGHT, placements=KNEES)).truth.turns == ()


def test_speed_cadence_and_length_are_one_walk() -> None:
    for pathway in ("healthy", "healthy_slow", "antalgic_knee"):
        of = walk(pathway, 0.8)
        speed, length, cadence = (number(of, n) for n in ("speed_m_s", "stride_length_m", "cadence_spm"))
        assert speed == pytest.approx(length * cadence / 120.0, rel=1e-3)
        gait = of.truth.numbers["gait"]
        assert isinstance(gait, dict)
        assert speed == pytest.approx(gait["speed_m_s"], rel=0.02)
        steps = number(of, "step_length_left_m") + number(of, "step_length_right_m")
        assert steps == pytest.approx(length, rel=0.12)  # ankles come closer than feet: the rear heel has risen


@pytest.mark.parametrize(("pathway", "severity"), [("healthy", 0.0), ("healthy_slow", 0.85), ("antalgic_knee", 0.6)])
def test_the_standing_foot_hardly_slides(pathway: str, severity: float) -> None:
    """The ankle stands between foot flat and heel rise: a tenth of the pelvis's speed, not all of it."""
    truth = walk(pathway, severity).truth
    for side in Side:
        pace = np.abs(np.gradient(truth.ankle_m[side][0], truth.time_s))
        contact, leave = (
            np.array([e.time_s for e in truth.events if e.side is side and e.event == kind]) for kind in ("IC", "FC")
        )
        for landed in contact[3:-3]:
            left = leave[leave > landed][0]
            flat = (truth.time_s > landed + 0.15 * (left - landed)) & (truth.time_s < landed + 0.7 * (left - landed))
            assert pace[flat].mean() < 0.25


def test_the_straight_path_is_straight_and_goes_forward() -> None:
    truth = walk("healthy").truth
    middle = (truth.time_s > 10.0) & (truth.time_s < 30.0)
    ankles = truth.ankle_m[Side.LEFT][:, middle], truth.ankle_m[Side.RIGHT][:, middle]
    assert all(np.ptp(ankle[1]) < 0.25 for ankle in ankles)
    assert 0.03 < (ankles[0][1] - ankles[1][1]).mean() < 0.25  # the left foot is left of the right one


def test_lost_packets_are_missing_in_bursts() -> None:
    of = walk("healthy", loss=0.03)
    whole = walk("healthy")
    for placement in FEW:
        acc, gyr = of.table.acc_m_s2[placement], of.table.gyr_rad_s[placement]
        gone = np.isnan(acc).any(axis=1)
        assert np.array_equal(gone, np.isnan(gyr).all(axis=1))
        assert gone.mean() == pytest.approx(0.03, abs=0.001)
        lengths = np.diff(np.flatnonzero(np.diff(gone, prepend=False, append=False)))[::2]
        assert lengths.max() > 5
        np.testing.assert_array_equal(acc[~gone], whole.table.acc_m_s2[placement][~gone])
    assert len(of.table) == len(whole.table)
    gaps = [np.isnan(of.table.acc_m_s2[p][:, 0]) for p in FEW]
    assert not np.array_equal(gaps[0], gaps[1])


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(list(PATHWAYS)),
    st.floats(0.0, 1.0),
    st.integers(0, 100_000),
    st.floats(1.0, 30.0),
    st.sampled_from([40.0, 100.0, 128.0, 200.0, 500.0]),
)
def test_anybody_can_be_simulated(pathway: str, severity: float, seed: int, duration_s: float, rate_hz: float) -> None:
    spec = WalkSpec(pathway, Side.RIGHT, severity, duration_s, seed, FEW, rate_hz)
    of = simulate(spec)
    assert len(of.table) == round(duration_s * rate_hz)
    for placement in FEW:
        assert np.isfinite(of.table.acc_m_s2[placement]).all()
        assert np.linalg.norm(of.table.acc_m_s2[placement], axis=1).max() < 9.81 * 16
        assert np.linalg.norm(of.table.gyr_rad_s[placement], axis=1).max() < np.deg2rad(1200.0)
    times = [e.time_s for e in of.truth.events]
    assert times == sorted(times)
    assert all(0.0 <= t < duration_s for t in times)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"pathway": "limping"}, "pathway 'limping' is unknown; choose from healthy"),
        ({"severity": 1.5}, "it goes from 0 to 1"),
        ({"severity": float("nan")}, "it goes from 0 to 1"),
        ({"duration_s": 0.0}, "choose 1 to 7200 s"),
        ({"rate_hz": 10.0}, "choose 40 to 500 Hz"),
        ({"loss": 1.0}, "share from 0 to 0.9"),
        ({"seed": -1}, "choose 0 or more"),
        ({"placements": ()}, "choose at least one"),
        ({"walkway_m": 1.0}, "choose 5 m or more"),
        ({"height_m": 3.0}, "height_m is 3.0; choose 1.3 to 2.2"),
        ({"sex": "x"}, "choose female or male"),
        ({"noise": "loud"}, "noise 'loud' is unknown"),
    ],
)
def test_an_impossible_spec_is_refused_in_one_sentence(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        WalkSpec(**change)  # type: ignore[arg-type]


def test_a_person_can_be_ordered() -> None:
    of = simulate(
        WalkSpec(
            duration_s=30.0, age_years=70.0, sex="female", height_m=1.6, mass_kg=70.0, speed_m_s=1.1, placements=KNEES
        )
    )
    person = of.table.person
    assert (person.age_years, person.sex, person.height_m, person.mass_kg) == (70, "female", 1.6, 70.0)
    assert number(of, "speed_m_s") == pytest.approx(1.1, rel=0.01)


def test_who_hurts_points_at_the_side() -> None:
    assert walk("antalgic_knee", 0.6, Side.RIGHT).table.person.painful_side is Side.RIGHT
    assert walk("antalgic_knee", 0.0).table.person.painful_side is None
    assert walk("healthy").table.person.painful_side is None


def stance_asymmetry_pct(of: SimulatedWalk) -> float:
    """From the events alone, all strides: an independent sum."""

    def mean_s(side: Side) -> float:
        contact: FloatArray = np.array([e.time_s for e in of.truth.events if e.side is side and e.event == "IC"])
        leave: FloatArray = np.array([e.time_s for e in of.truth.events if e.side is side and e.event == "FC"])
        return float(np.mean([leave[leave > t][0] - t for t in contact[2:-3]]))

    return 100.0 * float(np.log(mean_s(Side.LEFT) / mean_s(Side.RIGHT)))


def test_the_numbers_are_those_of_the_events() -> None:
    of = walk("antalgic_knee", 0.6)
    assert number(of, "stance_asym_pct") == pytest.approx(stance_asymmetry_pct(of), abs=0.5)
