"""Each pathway changes what its row says, in the right direction, and leaves the rest."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.samples import FloatArray, Placement, Side
from sensor.simulation import SimulatedWalk, WalkSpec, WalkTruth, simulate
from sensor.simulation.course import Progress
from sensor.simulation.pathways import PATHWAYS, Pathway
from sensor.simulation.shifts import ANCHORS, BODY, LEG, shifts
from sensor.simulation.streams import stream

NAMES = [
    "healthy",
    "healthy_slow",
    "benign_asymmetry",
    "antalgic_knee",
    "abductor_weakness",
    "leg_length",
    "piriformis",
    "lumbar",
    "claudication",
    "bilateral_arthritis",
]


@lru_cache
def walk(pathway: str, severity: float, seed: int = 2) -> SimulatedWalk:
    return simulate(WalkSpec(pathway, Side.LEFT, severity, 30.0, seed, placements=(Placement.SACRUM,)))


def change(pathway: str, what: Callable[[WalkTruth], float], seed: int = 2, severity: float = 0.85) -> float:
    """What severity adds to a number in the same person."""
    return what(walk(pathway, severity, seed).truth) - what(walk(pathway, 0.0, seed).truth)


def number(name: str) -> Callable[[WalkTruth], float]:
    def read(truth: WalkTruth) -> float:
        value = truth.numbers[name]
        assert isinstance(value, float)
        return value

    return read


def walking(truth: WalkTruth, series: FloatArray) -> FloatArray:
    return series[(truth.time_s > truth.walk_start_s + 3.0) & (truth.time_s < truth.walk_end_s - 2.0)]


def joint_peak(name: str) -> Callable[[WalkTruth], float]:
    return lambda truth: float(np.percentile(walking(truth, truth.joints_deg[name]), 98))


def mean_obliquity(truth: WalkTruth) -> float:
    return float(walking(truth, truth.obliquity_deg).mean())


def mean_tilt(truth: WalkTruth) -> float:
    return float(walking(truth, truth.tilt_deg).mean())


def test_the_pathways_are_those_of_the_contract() -> None:
    assert list(PATHWAYS) == NAMES


@pytest.mark.parametrize("row", PATHWAYS.values(), ids=PATHWAYS)
def test_every_entry_of_the_table_is_a_parameter(row: Pathway) -> None:
    for table, fields in (
        (row.affected, LEG),
        (row.other, LEG),
        (row.both, LEG),
        (row.late_both, LEG),
        (row.body, BODY),
        (row.late_body, BODY),
    ):
        assert set(table) <= set(fields)
    assert row.either_sign <= {*row.affected, *row.body}
    assert (row.course is None) == (not row.late_both and not row.late_body)


@given(st.sampled_from(NAMES), st.integers(0, 1000))
def test_severity_zero_changes_nothing(pathway: str, seed: int) -> None:
    assert shifts(pathway, 0.0, stream(seed, "response")) == shifts("healthy", 0.5, stream(seed, "response"))


@given(st.sampled_from(NAMES), st.integers(0, 1000))
def test_a_person_responds_alike_at_every_severity(pathway: str, seed: int) -> None:
    """Speed falls along the anchors in the table's proportions, so the personal factor has cancelled."""
    levels = PATHWAYS[pathway].body.get("speed", (0.0, 0.0, 0.0))
    shown = [shifts(pathway, s, stream(seed, "response"))[0].body.speed for s in ANCHORS[1:4]]
    if levels[2]:
        assert [s / shown[2] for s in shown] == pytest.approx([x / levels[2] for x in levels])
    else:
        assert shown == [0.0, 0.0, 0.0]


def test_a_short_leg_lowers_its_side_and_standing_hides_most_of_it() -> None:
    fall = change("leg_length", mean_obliquity)
    shift = shifts("leg_length", 0.85, stream(2, "response"))[0].body
    assert fall == pytest.approx(shift.obliquity_standing_deg - shift.obliquity_deg, abs=0.3)
    assert abs(fall) < 0.7 * shift.obliquity_deg
    assert change("leg_length", number("knee_peak_right_deg")) > 2.0  # the long leg makes itself short in swing
    assert abs(change("leg_length", number("knee_peak_left_deg"))) < 1.5


def test_piriformis_turns_the_hip_out_and_bends_it() -> None:
    people = range(2, 7)  # one alone may show next to nothing
    bends = [change("piriformis", joint_peak("hip_flexion_left"), seed) for seed in people]
    assert 3.0 < float(np.mean(bends)) < 15.0  # 10 deg in the table
    assert abs(change("piriformis", joint_peak("hip_flexion_right"))) < 1.5
    truth = walk("piriformis", 0.85).truth
    turned = walking(truth, truth.joints_deg["hip_rotation_left"]).mean()
    before = walk("piriformis", 0.0).truth
    assert turned - walking(before, before.joints_deg["hip_rotation_left"]).mean() < -2.0
    slows = [change("piriformis", number("speed_m_s"), seed) for seed in people]
    assert abs(float(np.mean(slows))) < 0.12  # no group difference in the source


def test_a_lumbar_walk_is_slow_unsteady_and_long_on_both_feet() -> None:
    assert change("lumbar", number("speed_m_s")) < -0.25
    assert change("lumbar", number("stride_time_cv_pct")) > 1.0

    def double_support(truth: WalkTruth) -> float:
        left, right, stride = (number(n)(truth) for n in ("stance_left_s", "stance_right_s", "stride_time_s"))
        return (left + right) / stride - 1.0

    assert change("lumbar", double_support) > 0.06


def test_thorax_and_pelvis_turn_more_together_with_a_lumbar_problem() -> None:
    def lag_deg(truth: WalkTruth) -> float:
        contact = [e.time_s for e in truth.events if e.event == "IC" and e.side is Side.LEFT][3:-3]
        total = 0.0 + 0.0j
        for a, b in itertools.pairwise(contact):
            own = (truth.time_s >= a) & (truth.time_s < b)
            beat = np.exp(-2j * np.pi * (truth.time_s[own] - a) / (b - a))
            pelvis, trunk = truth.rotation_deg[own] @ beat, truth.joints_deg["trunk_rotation"][own] @ beat
            total += trunk * np.conj(pelvis) / abs(trunk * pelvis)
        return float(abs(np.rad2deg(np.angle(total))))

    lags = [lag_deg(walk("lumbar", severity).truth) for severity in (0.0, 0.85)]
    assert lags[0] > 90.0  # out of phase at a normal speed
    assert lags[1] < lags[0] - 12.0


def test_both_knees_stiffen_alike_in_bilateral_arthritis() -> None:
    for side in Side:
        assert change("bilateral_arthritis", number(f"knee_peak_{side}_deg")) < -6.0
        assert change("bilateral_arthritis", number(f"knee_loading_{side}_deg")) < -3.0
    assert abs(change("bilateral_arthritis", number("stance_asym_pct"))) < 2.0
    assert change("bilateral_arthritis", number("rotation_rom_deg")) < -2.0


def test_benign_asymmetry_goes_either_way_and_keeps_the_speed() -> None:
    stance = [change("benign_asymmetry", number("stance_asym_pct"), seed) for seed in range(6)]
    assert min(stance) < -0.5
    assert max(stance) > 0.5
    assert np.abs(stance).max() < 4.0
    assert all(abs(change("benign_asymmetry", number("speed_m_s"), seed)) < 0.03 for seed in range(6))


def test_claudication_comes_with_walking() -> None:
    """Steps shorten more than their rate falls, the trunk leans forward, and it takes minutes."""
    of = simulate(WalkSpec("claudication", Side.LEFT, 0.85, 400.0, 3, placements=(Placement.SACRUM,), walkway_m=1e9))
    truth = of.truth
    onset = number("onset_s")(truth)
    assert 20.0 < onset < 250.0

    def between(start_s: float, end_s: float) -> tuple[float, float, float]:
        own = (truth.time_s >= start_s) & (truth.time_s < end_s)
        speed = np.ptp(truth.ankle_m[Side.LEFT][0][own]) / (end_s - start_s)
        strides = np.diff([e.time_s for e in truth.events if e.event == "IC" and start_s < e.time_s < end_s])
        return float(speed), 60.0 / float(strides.mean()), float(truth.joints_deg["trunk_flexion"][own].mean())

    early, late = between(8.0, onset), between(360.0, 390.0)
    assert late[0] < 0.93 * early[0]
    assert late[1] / early[1] > late[0] / early[0] + 0.02
    assert late[2] > early[2] + 2.0
    assert mean_tilt(truth) < mean_tilt(walk("claudication", 0.0, 3).truth)


def test_progress_starts_at_its_onset_and_approaches_one() -> None:
    assert Progress(100.0, 50.0)(np.array([0.0, 100.0, 150.0, 1e6])) == pytest.approx([0.0, 0.0, 1 - np.exp(-1), 1.0])
