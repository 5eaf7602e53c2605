"""Rests of simulated protocols: a seat told from standing and leaning by the sensors that can; a loss is no rest."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.result import BoutKind, SessionResult, Status
from pipeline.session import analyze_table
from sensor.healthy import thorax_pelvis_phase_deg
from sensor.samples import HIPS, KNEES, Placement
from sensor.simulation import SimulatedWalk, WalkSpec
from tests.pipeline.judging import assert_same_bits, assert_sane
from tests.pipeline.walks import walk, without

ALL, USUAL = tuple(Placement), (*KNEES, *HIPS)


def protocol(name: str) -> SimulatedWalk:
    return walk(WalkSpec("claudication", severity=0.8, duration_s=150.0, seed=3, protocol=name, noise="any_mounting"))


def result(name: str, placements: tuple[Placement, ...]) -> SessionResult:
    found = analyze_table(protocol(name).table.only(placements))
    assert_sane(found, 0.0, 150.0)
    return found


@pytest.mark.parametrize("placements", [ALL, USUAL, HIPS])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("walk-sit-walk", BoutKind.SITTING),
        ("walk-stand-walk", BoutKind.STANDING),
        ("walk-lean-walk", BoutKind.LEANING),
    ],
)
def test_the_kind_of_the_rest_is_found(name: str, kind: BoutKind, placements: tuple[Placement, ...]) -> None:
    found = result(name, placements)
    (rest,) = found.rests
    assert rest.kind is kind
    truth = [bout for bout in protocol(name).truth.bouts if bout.kind == "walking"]
    sitting_down_s = 2.0 if set(KNEES) <= set(placements) else 5.0  # shakes the pelvis as walking does
    assert rest.start_s == pytest.approx(truth[0].end_s, abs=sitting_down_s)
    assert rest.end_s == pytest.approx(truth[1].start_s, abs=sitting_down_s)
    if Placement.TRUNK in placements:
        assert rest.trunk_lean_deg is not None
        assert (rest.trunk_lean_deg > 20.0) == (name == "walk-lean-walk")
    if set(KNEES) <= set(placements):
        assert found.time_course[f"recovery_speed_{kind.value}_pct"].status is Status.OBSERVED


def test_knees_alone_do_not_tell_and_say_so() -> None:
    found = result("walk-sit-walk", KNEES)
    assert [rest.kind for rest in found.rests] == [BoutKind.UNKNOWN]
    assert found.time_course["recovery_speed_pct"].status is Status.OBSERVED
    assert found.time_course["recovery_speed_sitting_pct"].status is Status.NOT_ASSESSED
    assert any("cannot tell sitting from standing" in bout.reason for bout in found.bouts)


def test_half_a_minute_lost_while_walking_is_no_rest() -> None:
    table = protocol("walk-sit-walk").table.only(USUAL)
    found = analyze_table(without(table, [(p, 3000, 3000) for p in USUAL]))
    assert [rest.kind for rest in found.rests] == [BoutKind.SITTING]
    assert [b.reason for b in found.bouts if b.start_s < 45.0 < b.end_s] == ["samples were lost"]


def test_a_rest_that_was_lost_is_none() -> None:
    table = protocol("walk-sit-walk").table.only(USUAL)
    found = analyze_table(without(table, [(p, 8000, 4200) for p in USUAL]))
    assert found.rests == ()
    assert found.time_course["recovery_speed_pct"].status is Status.NOT_ASSESSED


@pytest.mark.parametrize("chunk", [311, pytest.param(10, marks=pytest.mark.long)])
def test_any_chunks_give_the_same_bits(chunk: int) -> None:
    table = protocol("walk-sit-walk").table
    assert_same_bits(analyze_table(table, chunk), analyze_table(table, None))


def test_the_trunk_turns_less_against_the_pelvis_with_a_guarded_back() -> None:
    """In the lumbar pathway thorax and pelvis turn 35 degrees more together, up to half again as much in one person."""
    free, guarded = (
        analyze_table(walk(WalkSpec(name, severity=severity, duration_s=40.0, seed=5)).table)
        for name, severity in (("healthy", 0.0), ("lumbar", 1.0))
    )
    phases = [
        (found.trunk["thorax_pelvis_phase_deg"].value or np.nan)
        - thorax_pelvis_phase_deg(found.gait["speed_m_s"].value or np.nan)  # the guarded back is slow as well
        for found in (free, guarded)
    ]
    assert 20.0 < phases[0] - phases[1] < 65.0
