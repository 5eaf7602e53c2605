"""Protocols with rests, mixtures of pathways, and people who show theirs in another way."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sensor.samples import FloatArray, Placement, Side
from sensor.simulation import EXPRESSIONS, PROTOCOLS, Activity, SimulatedWalk, WalkSpec, simulate
from sensor.simulation.course import Progress, Rest
from sensor.simulation.mixture import EXPRESSIONS as HOW
from sensor.simulation.mixture import combined
from sensor.simulation.protocol import planned
from sensor.simulation.shifts import Shifts
from sensor.simulation.summary import strides

KNEE = (Placement.KNEE_LEFT,)


@cache
def rested(protocol: str = "walk-sit-walk", severity: float = 0.0, duration_s: float = 90.0) -> SimulatedWalk:
    return simulate(
        WalkSpec("claudication", severity=severity, duration_s=duration_s, seed=7, placements=KNEE, protocol=protocol)
    )


def of_kind(walk: SimulatedWalk, kind: Activity) -> tuple[float, float]:
    (bout,) = (b for b in walk.truth.bouts if b.kind is kind)
    return bout.start_s, bout.end_s


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_bouts_follow_each_other_without_gaps_and_hold_every_contact(protocol: str) -> None:
    walk = rested(protocol)
    bouts = walk.truth.bouts
    assert bouts[0].start_s == 0.0
    assert bouts[-1].end_s == 90.0
    assert [b.start_s for b in bouts[1:]] == [b.end_s for b in bouts[:-1]]
    walks = [(b.start_s, b.end_s) for b in bouts if b.kind is Activity.WALKING]
    for event in walk.truth.events:
        assert any(start - 1e-5 <= event.time_s <= end + 1e-5 for start, end in walks)
    assert len(walks) == {"4x10m": 4, "walk": 1, "two-minute": 1}.get(protocol, 2)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_stride_reaches_across_a_rest(protocol: str) -> None:
    walk = rested(protocol)
    found = strides(walk.truth.events, walk.truth.turns)
    assert max(s.next_ic_s - s.ic_s for s in found) < 2.5
    assert all(s.ic_s < s.fc_s < s.next_ic_s for s in found)


def test_without_a_protocol_the_walk_is_what_it_was() -> None:
    spec = WalkSpec(seed=3, duration_s=70.0, placements=KNEE)
    plain, two_minute = simulate(spec), simulate(replace(spec, protocol="two-minute"))
    np.testing.assert_array_equal(plain.table.acc_m_s2[KNEE[0]], two_minute.table.acc_m_s2[KNEE[0]])


def test_ten_metres_are_ten_metres_and_the_next_ones_go_back() -> None:
    walk = rested("4x10m")
    ankle = walk.truth.ankle_m[Side.LEFT][0]
    ends = [b.end_s for b in walk.truth.bouts if b.kind is Activity.WALKING]
    reached = np.interp(np.array(ends) + 1.0, walk.truth.time_s, ankle)
    assert np.abs(np.diff([0.0, *reached])) == pytest.approx(10.0, abs=1.5)
    assert np.sign(np.diff([0.0, *reached])).tolist() == [1.0, -1.0, 1.0, -1.0]


def test_walks_of_ten_metres_that_do_not_fit_are_left_out() -> None:
    assert len(planned("4x10m", 40.0, 1.2)) == 3  # two walks and a pause
    assert len(planned("4x10m", 90.0, 1.2)) == 7


def test_sitting_looks_like_sitting_and_the_feet_stay() -> None:
    walk = rested()
    truth, (start, end) = walk.truth, of_kind(rested(), Activity.SITTING)
    sat = (truth.time_s > start + 2.0) & (truth.time_s < end - 2.0)
    thigh = (truth.joints_deg["hip_flexion_left"] - truth.tilt_deg)[sat]
    assert np.median(thigh) == pytest.approx(80.0, abs=16.0)
    assert np.median(truth.joints_deg["knee_flexion_left"][sat]) == pytest.approx(88.0, abs=20.0)
    assert np.median(truth.tilt_deg[sat]) < -5.0
    feet = truth.ankle_m[Side.LEFT][:, sat]
    before = truth.ankle_m[Side.LEFT][:, np.searchsorted(truth.time_s, start - 2.0)]
    assert np.abs(np.median(feet, axis=1) - before).max() < 0.06


def test_getting_up_bends_the_trunk_forward() -> None:
    truth, (_, end) = rested().truth, of_kind(rested(), Activity.SITTING)
    on_the_way = np.abs(truth.time_s - end) < 1.5
    assert truth.joints_deg["trunk_flexion"][on_the_way].max() > 20.0


def test_leaning_bends_the_trunk_and_not_the_knees() -> None:
    walk = rested("walk-lean-walk")
    start, end = of_kind(walk, Activity.LEANING)
    leaning = (walk.truth.time_s > start + 2.0) & (walk.truth.time_s < end - 2.0)
    assert np.median(walk.truth.joints_deg["trunk_flexion"][leaning]) > 20.0
    assert np.median(walk.truth.joints_deg["knee_flexion_left"][leaning]) < 20.0


def test_a_standing_rest_is_standing() -> None:
    assert {b.kind for b in rested("walk-stand-walk").truth.bouts} == {Activity.STANDING, Activity.WALKING}


def test_sitting_relieves_and_standing_hardly() -> None:
    walked = np.array([399.0, 521.0])
    sitting = Progress(105.0, 150.0, 5.0, (Rest(400.0, 520.0, 90.0),))
    standing = Progress(105.0, 150.0, 5.0, (Rest(400.0, 520.0, 600.0),))
    never = Progress(105.0, 150.0, 5.0)
    assert sitting(walked)[0] == standing(walked)[0] == pytest.approx(never(walked[:1])[0])
    assert sitting(walked)[1] < 0.1
    assert standing(walked)[1] > 0.75 * standing(walked)[0]


def test_progress_through_rests_has_no_jump() -> None:
    course = Progress(60.0, 100.0, 5.0, (Rest(200.0, 260.0, 80.0), Rest(400.0, 430.0, 600.0)))
    shown = course(np.arange(0.0, 600.0, 0.1))
    assert np.abs(np.diff(shown)).max() < 0.005
    assert course(np.array([300.0]))[0] == pytest.approx(course(np.arange(0.0, 301.0, 1.0))[300])


def test_claudication_walks_better_after_sitting_than_after_standing() -> None:
    def stooped(protocol: str) -> FloatArray:
        walk = rested(protocol, severity=0.9, duration_s=500.0)
        spans = [(b.start_s, b.end_s) for b in walk.truth.bouts if b.kind is Activity.WALKING]
        time_s, lean = walk.truth.time_s, walk.truth.joints_deg["trunk_flexion"]
        late = lean[(time_s > spans[0][1] - 22.0) & (time_s < spans[0][1] - 2.0)].mean()
        again = lean[(time_s > spans[1][0] + 3.0) & (time_s < spans[1][0] + 23.0)].mean()
        return np.array([late, again])

    sat, stood = stooped("walk-sit-walk"), stooped("walk-stand-walk")
    assert sat[0] - sat[1] > 2.0
    assert sat[0] - sat[1] > 2.0 * (stood[0] - stood[1])


def shown(**fields: object) -> Shifts:
    return combined(replace(WalkSpec("antalgic_knee", severity=0.6, seed=4), **fields))[0]  # type: ignore[arg-type]


def test_a_second_pathway_of_no_severity_changes_nothing() -> None:
    assert shown(also="abductor_weakness") == shown()


def test_two_pathways_show_both() -> None:
    one, two = shown(), shown(also="abductor_weakness", also_severity=0.8)
    assert two.affected.drop_deg > one.affected.drop_deg + 1.0
    assert two.body.speed < one.body.speed
    assert two.affected.knee_loading == one.affected.knee_loading


def test_the_second_pathway_may_take_the_other_side() -> None:
    here = shown(also="abductor_weakness", also_severity=0.8)
    there = shown(also="abductor_weakness", also_severity=0.8, also_side=Side.RIGHT)
    plain = shown()
    assert there.other.drop_deg - plain.other.drop_deg == pytest.approx(
        here.affected.drop_deg - plain.affected.drop_deg
    )


def test_a_mixture_of_the_other_side_is_the_mirror_image() -> None:
    spec = WalkSpec(
        "lumbar", Side.LEFT, 0.5, 12.0, 3, placements=tuple(Placement), also="leg_length", also_severity=0.7
    )
    left = simulate(replace(spec, also_side=Side.RIGHT))
    right = simulate(replace(spec, side=Side.RIGHT, also_side=Side.LEFT))
    np.testing.assert_allclose(left.truth.obliquity_deg, -right.truth.obliquity_deg, atol=1e-12)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_however_it_is_shown_severity_zero_is_healthy(expression: str) -> None:
    healthy, none = shown(pathway="healthy", severity=0.0), shown(severity=0.0, expression=expression)
    assert none == healthy


def test_expressions_are_the_ones_a_spec_knows() -> None:
    assert tuple(HOW) == EXPRESSIONS


def test_each_expression_differs_as_its_name_says() -> None:
    usual = shown()
    assert shown(expression="weak").affected.knee_loading == pytest.approx(0.4 * usual.affected.knee_loading)
    assert shown(expression="no_lean").affected.lean_deg == 0.0
    symmetric = shown(expression="symmetric")
    assert symmetric.affected == symmetric.other
    assert symmetric.body.speed == usual.body.speed
    assert abs(shown(expression="cane").affected.stance) < abs(usual.affected.stance)
    hips = {"pathway": "abductor_weakness"}
    dropping, leaning = shown(**hips), shown(**hips, expression="other_strategy")
    assert dropping.affected.drop_deg > 0.0 > leaning.affected.drop_deg
    assert leaning.affected.lean_deg > dropping.affected.lean_deg + 1.0


def test_a_cane_is_told() -> None:
    spec = WalkSpec("antalgic_knee", severity=0.5, duration_s=3.0, placements=KNEE, expression="cane")
    assert simulate(spec).table.person.walking_aid == "cane"
    assert simulate(replace(spec, severity=0.0)).table.person.walking_aid is None


@pytest.mark.parametrize(
    "wrong", [{"also": "flu"}, {"also": "healthy"}, {"also_severity": 2.0}, {"expression": "odd"}, {"protocol": "run"}]
)
def test_a_spec_says_what_is_wrong(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"unknown|goes from"):
        WalkSpec(**wrong)  # type: ignore[arg-type]
