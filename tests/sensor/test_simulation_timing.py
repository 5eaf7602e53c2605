"""Steps, turns and phases: what must hold whatever the gait (biomechanics.md 5.4)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.simulation import WalkSpec
from sensor.simulation.body import draw_body
from sensor.simulation.gait import AFFECTED, OTHER, Gait, gait
from sensor.simulation.monotone import MonotoneCurve
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.protocol import standing_s
from sensor.simulation.shifts import shifts
from sensor.simulation.streams import stream
from sensor.simulation.timing import Steps, ramp, steps

PATHWAY = st.sampled_from(list(PATHWAYS))
SEED = st.integers(0, 10_000)
SEVERITY = st.floats(0.0, 1.0)


def gait_of(pathway: str, severity: float, seed: int) -> Gait:
    return gait(draw_body(WalkSpec(seed=seed)), shifts(pathway, severity, stream(seed, "response"))[0])


def laid_out(state: Gait, duration_s: float = 60.0, walkway_m: float = 15.0, seed: int = 1) -> Steps:
    walks = ((standing_s(duration_s)[0], duration_s - standing_s(duration_s)[1]),)
    draws = stream(seed, "steps"), stream(seed, "turns")
    return steps(lambda _: state, duration_s, walks, walkway_m, 0, False, *draws)


@given(PATHWAY, SEVERITY, SEED)
def test_every_gait_can_be_walked(pathway: str, severity: float, seed: int) -> None:
    """Both double supports exist, and both swings are long enough for a leg."""
    state = gait_of(pathway, severity, seed)
    after_affected = state.split + state.stance[OTHER] - 1.0
    after_other = state.stance[AFFECTED] - state.split
    assert min(after_affected, after_other) > 0.029
    assert state.stance.min() > 0.35
    assert state.stance.max() < 0.80
    assert ((1.0 - state.stance) * state.stride_time_s > 0.25).all()


@settings(max_examples=30, deadline=None)
@given(PATHWAY, SEVERITY, SEED)
def test_contacts_follow_each_other(pathway: str, severity: float, seed: int) -> None:
    laid = laid_out(gait_of(pathway, severity, seed))
    for role in (AFFECTED, OTHER):
        contact, leave = laid.contact_s[role], laid.leave_s[role]
        assert (np.diff(contact) > 0.3).all()
        assert (contact[:-1] < leave).all()
        assert (leave < contact[1:]).all()
    landings = sorted((t, role) for role in (AFFECTED, OTHER) for t in laid.contact_s[role])
    assert all(a[1] != b[1] for a, b in pairwise(landings))


def test_single_support_of_one_leg_is_the_swing_of_the_other() -> None:
    laid = laid_out(gait_of("antalgic_knee", 0.6, 4))
    contact, leave = laid.contact_s, laid.leave_s
    for landed, left in zip(contact[AFFECTED][2:-2], leave[AFFECTED][2:-1], strict=True):
        lifts = leave[OTHER][(leave[OTHER] > landed) & (leave[OTHER] < left)]
        lands = contact[OTHER][(contact[OTHER] > landed) & (contact[OTHER] < left)]
        assert len(lifts) == len(lands) == 1
        assert lifts[0] < lands[0]


def test_steady_times_are_the_gaits_own() -> None:
    state = gait_of("antalgic_knee", 0.6, 4)
    laid = laid_out(state, duration_s=600.0, walkway_m=np.inf)
    affected, other = (c[4:-4] for c in laid.contact_s)
    stride = np.diff(affected)
    assert stride.mean() == pytest.approx(state.stride_time_s, rel=0.01)
    assert stride.std() / stride.mean() == pytest.approx(state.stride_cv, rel=0.25)
    split = [(other[other > t][0] - t) / length for t, length in zip(affected[:-3], stride[:-2], strict=True)]
    assert np.mean(split) == pytest.approx(state.split, abs=0.004)
    share = (laid.leave_s[OTHER] - laid.contact_s[OTHER][:-1]) / np.diff(laid.contact_s[OTHER])
    assert share[4:-4].mean() == pytest.approx(state.stance[OTHER], abs=0.003)


def test_phase_is_whole_at_contacts_and_smooth_between() -> None:
    state = gait_of("antalgic_knee", 0.9, 2)
    laid = laid_out(state)
    for role in (AFFECTED, OTHER):
        contact, leave = laid.contact_s[role], laid.leave_s[role]
        count = np.arange(len(contact))
        assert laid.phase(role, contact) == pytest.approx(count, abs=1e-3)
        assert laid.phase(role, leave) == pytest.approx(count[:-1] + state.curve_stance, abs=1e-3)
        time_s = np.arange(contact[0], contact[-1], 0.002)
        speed = np.diff(laid.phase(role, time_s)) / 0.002
        assert speed.min() > 0.0
        faster = np.diff(speed)
        assert np.abs(faster).max() < 0.05 * speed.max()
        assert np.abs(np.diff(faster)).max() < 0.2 * np.abs(faster).max()  # no jerk where nothing touches


def test_common_phase_counts_both_legs() -> None:
    laid = laid_out(gait_of("antalgic_knee", 0.9, 2))
    whole = laid.common_phase(laid.contact_s[AFFECTED])
    half = laid.common_phase(laid.contact_s[OTHER])
    assert whole == pytest.approx(np.round(whole), abs=1e-3)
    assert half - 0.5 == pytest.approx(np.round(half - 0.5), abs=1e-3)


def test_turns_are_half_circles_inside_the_walk() -> None:
    laid = laid_out(gait_of("healthy", 0.0, 3), duration_s=90.0, walkway_m=10.0)
    assert len(laid.turns) >= 4
    for turn in laid.turns:
        assert laid.start_s < turn.start_s < turn.end_s < laid.end_s
        assert 1.5 < turn.end_s - turn.start_s < 5.0
        before, after = laid.heading_rad(np.array([turn.start_s, turn.end_s]))
        assert abs(after - before) == pytest.approx(np.pi)
    assert laid_out(gait_of("healthy", 0.0, 3), walkway_m=np.inf).turns == ()


def test_the_walk_rises_from_standing_and_settles() -> None:
    laid = laid_out(gait_of("healthy", 0.0, 3), duration_s=30.0, walkway_m=np.inf)
    time_s = np.arange(0.0, 30.0, 0.01)
    pace = laid.pace(time_s)
    assert (pace[time_s < 5.0] == 0.0).all()
    assert (pace[time_s > 27.0] == 0.0).all()
    assert (pace[(time_s > 8.0) & (time_s < 24.0)] == 1.0).all()


@given(st.floats(1.0, 16.0))
def test_short_recordings_stand_for_half_of_their_length(duration_s: float) -> None:
    assert sum(standing_s(duration_s)) == pytest.approx(0.5 * duration_s)


def test_nobody_walks_in_a_second() -> None:
    laid = laid_out(gait_of("healthy", 0.0, 1), duration_s=1.0)
    assert np.isnan(laid.start_s)
    assert (laid.pace(np.arange(0.0, 1.0, 0.01)) == 0.0).all()


def test_ramp_is_flat_at_both_ends() -> None:
    assert ramp(np.array([-1.0, 0.0, 0.5, 1.0, 9.0]), 0.0, 1.0).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    ends = ramp(np.array([0.001, 0.999]), 0.0, 1.0)
    assert ends == pytest.approx([0.0, 1.0], abs=1e-7)


@given(st.lists(st.tuples(st.floats(0.01, 5.0), st.floats(0.01, 5.0)), min_size=3, max_size=12))
def test_a_monotone_curve_meets_its_knots_and_never_turns_back(steps_xy: list[tuple[float, float]]) -> None:
    x, y = np.cumsum(np.array(steps_xy), axis=0).T
    curve = MonotoneCurve(x, y)
    assert curve(x) == pytest.approx(y)
    fine = curve(np.linspace(x[0] - 1.0, x[-1] + 1.0, 500))
    assert (np.diff(fine) > -1e-9).all()


@given(
    st.lists(st.tuples(st.floats(0.01, 5.0), st.floats(0.01, 5.0)), min_size=3, max_size=12),
    st.floats(0.05, 3.0),
    st.floats(-2.0, 12.0),
)
def test_the_averaged_curve_is_the_mean_of_the_curve(
    steps_xy: list[tuple[float, float]], width: float, at: float
) -> None:
    x, y = np.cumsum(np.array(steps_xy), axis=0).T
    curve = MonotoneCurve(x, y)
    near = at + width * ((np.arange(4000) + 0.5) / 4000 - 0.5)
    assert curve.averaged(np.array([at]), width)[0] == pytest.approx(curve(near).mean(), abs=1e-4, rel=1e-4)


def test_a_monotone_curve_refuses_knots_that_turn_back() -> None:
    with pytest.raises(ValueError, match="increasing"):
        MonotoneCurve(np.array([0.0, 1.0, 2.0]), np.array([0.0, 2.0, 1.0]))
