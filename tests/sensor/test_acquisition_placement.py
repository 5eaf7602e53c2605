"""Checks before the walk: what nodes deliver, and where they are worn."""

from dataclasses import replace

import numpy as np
import pytest

from sensor.acquisition.checks import Check, Outcome
from sensor.acquisition.placement_checks import RawSamples, placement_checks
from sensor.acquisition.preflight import node_checks, worst
from sensor.acquisition.states import NodeState
from sensor.acquisition.vitals import Vitals
from sensor.recording import RecordingTable
from sensor.samples import HIPS, KNEES, FloatArray, Placement
from sensor.simulation import WalkSpec, simulate
from sensor.simulation.pathways import PATHWAYS

P = Placement
GOOD = Vitals(nominal_hz=100.0, rate_hz=99.0, battery_pct=80, clock_uncertainty_s=0.004)


def walk(pathway: str = "healthy", seed: int = 0) -> RecordingTable:
    spec = WalkSpec(pathway=pathway, severity=0.8, duration_s=18.0, seed=seed, placements=KNEES + HIPS)
    return simulate(spec).table


def felt(table: RecordingTable, begin_s: float, end_s: float) -> dict[Placement, RawSamples]:
    rows = slice(round(begin_s * table.rate_hz), round(end_s * table.rate_hz))
    return {p: (table.time_s[rows], table.acc_m_s2[p][rows], table.gyr_rad_s[p][rows]) for p in table.placements}


def outcome(checks: list[Check], name: str) -> Outcome | None:
    return next((check.outcome for check in checks if check.name == name), None)


def turned(raw: RawSamples, rotation: FloatArray) -> RawSamples:
    return raw[0], raw[1] @ rotation.T, raw[2] @ rotation.T


def test_a_good_node_passes_and_says_nothing() -> None:
    checks = node_checks(P.KNEE_LEFT, NodeState.STREAMING, "", GOOD)
    assert worst(checks) is Outcome.PASS
    assert {check.sentence for check in checks} == {""}


@pytest.mark.parametrize(
    ("change", "bad", "words"),
    [
        ({"rate_hz": 60.0}, Outcome.WARN, "60 samples per second, not 100"),
        ({"loss_pct": 2.0, "rate_hz": 97.0, "gap_s": 0.3}, Outcome.WARN, "2.0 % of its samples are lost"),
        ({"loss_pct": 8.0, "rate_hz": 91.0}, Outcome.FAIL, "8.0 %"),
        ({"gap_s": 1.5}, Outcome.FAIL, "longest gap is 1.50 s"),
        ({"battery_pct": 15}, Outcome.WARN, "battery is at 15 %"),
        ({"battery_pct": 3}, Outcome.FAIL, "charge it"),
        ({"clock_uncertainty_s": 0.02}, Outcome.WARN, "20 ms only"),
        ({"clock_uncertainty_s": None}, Outcome.FAIL, "not known yet"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(change: dict[str, float], bad: Outcome, words: str) -> None:
    checks = node_checks(P.HIP_LEFT, NodeState.BACKFILLING, "", replace(GOOD, **change))  # type: ignore[arg-type]
    assert worst(checks) is bad
    (wrong,) = [check for check in checks if check.outcome is bad]
    assert words in wrong.sentence
    assert wrong.sentence.startswith("hip_left: ")


def test_a_node_that_is_not_there_is_nothing_but_that() -> None:
    (check,) = node_checks(P.HIP_LEFT, NodeState.UNUSABLE, "Too old.", Vitals())
    assert (check.outcome, check.sentence) == (Outcome.FAIL, "hip_left: Too old.")
    assert worst([Check("x", None, Outcome.UNKNOWN, None, "why")]) is Outcome.PASS


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_walks_of_every_pathway_pass_and_with_knees_swapped_do_not(pathway: str) -> None:
    worn = felt(walk(pathway, seed=3), 6.0, 15.0)
    checks = placement_checks(worn)
    assert worst(checks) is Outcome.PASS
    assert outcome(checks, "knees alternate") is Outcome.PASS
    assert outcome(checks, "sides") is Outcome.PASS
    swapped = worn | {P.KNEE_LEFT: worn[P.KNEE_RIGHT], P.KNEE_RIGHT: worn[P.KNEE_LEFT]}
    checks = placement_checks(swapped)
    assert outcome(checks, "knees alternate") is Outcome.PASS
    assert outcome(checks, "sides") is Outcome.WARN


def test_both_knee_sensors_on_one_leg() -> None:
    worn = felt(walk(), 6.0, 15.0)
    later = worn[P.KNEE_LEFT]
    worn[P.KNEE_RIGHT] = (later[0] + 0.03, later[1], later[2] * 0.8)
    checks = placement_checks(worn)
    assert outcome(checks, "knees alternate") is Outcome.WARN
    assert any("same leg" in check.sentence for check in checks)


def test_standing_tells_gravity_but_not_sides() -> None:
    worn = felt(walk(), 0.0, 4.5)
    checks = placement_checks(worn)
    assert worst(checks) is Outcome.PASS
    assert [check.placement for check in checks if check.name == "gravity_m_s2"] == list(worn)
    assert outcome(checks, "steps") is Outcome.UNKNOWN
    assert outcome(checks, "sides") is None
    weak = worn | {P.HIP_LEFT: (worn[P.HIP_LEFT][0], worn[P.HIP_LEFT][1] * 0.8, worn[P.HIP_LEFT][2])}
    (wrong,) = [check for check in placement_checks(weak) if check.outcome is Outcome.WARN]
    assert wrong.placement is P.HIP_LEFT
    assert "7.9 m/s^2" in wrong.sentence


def test_standing_that_becomes_walking_is_not_taken_for_one_leg() -> None:
    assert worst(placement_checks(felt(walk(), 0.0, 9.0))) is Outcome.PASS


def test_a_sensor_upside_down_is_seen_any_common_mounting_is_not_minded() -> None:
    worn = felt(walk(), 6.0, 15.0)
    rng = np.random.default_rng(4)
    common, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    common *= np.sign(np.linalg.det(common))
    assert worst(placement_checks({p: turned(raw, common) for p, raw in worn.items()})) is Outcome.PASS
    flipped = worn | {P.KNEE_RIGHT: turned(worn[P.KNEE_RIGHT], np.diag([-1.0, 1.0, -1.0]))}
    wrong = [check for check in placement_checks(flipped) if check.outcome is Outcome.WARN]
    assert [check.name for check in wrong] == ["upright"]
    assert "upside down" in wrong[0].sentence


def test_too_little_tells_nothing() -> None:
    assert placement_checks({}) == []
    assert placement_checks(felt(walk(), 6.0, 8.0)) == []
