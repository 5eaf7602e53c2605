"""The verdict on one session: what it says, what it adds up to, and when it keeps silent."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from models.artefact import logistic, shipped
from models.assess import assess
from models.enough import LEAST_STRIDES, too_little
from models.features import FEATURES, WITH_PELVIS, features
from models.risk import RED_FLAG, Level, Risk
from pipeline.result import Quality, SessionResult, Verdict
from pipeline.session import analyze_table
from pipeline.strides.values import valid_strides
from sensor.person import Person
from sensor.samples import HIPS, KNEES, Placement, Side
from sensor.simulation import STRAIGHT, WalkSpec, simulate
from sensor.simulation.pathways import PATHWAYS
from tests.models.walks import FOUR, walked
from tests.pipeline.synthetic import random_rotation

MODEL = shipped()


def judged(
    pathway: str = "healthy",
    severity: float = 0.0,
    side: Side = Side.LEFT,
    seed: int = 1,
    placements: tuple[Placement, ...] = FOUR,
) -> Risk:
    walk, result = walked(pathway, severity, side, seed, placements)
    return assess(result, walk.table.person)


def shortened(result: SessionResult, side: Side, keep: int) -> SessionResult:
    """The result with all but a few strides of one side made invalid."""
    left = keep
    strides = []
    for stride in result.strides:
        if stride.side is side and stride.valid:
            strides.append(stride if left > 0 else replace(stride, valid=False, reason="turn"))
            left -= 1
        else:
            strides.append(stride)
    return replace(result, strides=tuple(strides))


def silent(risk: Risk) -> str:
    """The reasons of a risk that says nothing else."""
    assert risk.abstained
    assert (risk.score, risk.level, risk.interval90) == (None, None, None)
    assert not risk.pathways
    assert not risk.set90
    assert not risk.contributions
    assert risk.model_version == MODEL.version
    assert risk.reasons
    assert all(reason.endswith(".") and reason[0].isupper() for reason in risk.reasons)
    return " ".join(risk.reasons)


@pytest.mark.parametrize(
    ("pathway", "severity"), [("healthy", 0.0), ("antalgic_knee", 0.7), ("abductor_weakness", 0.7)]
)
def test_contributions_and_baseline_add_up_to_the_score(pathway: str, severity: float) -> None:
    risk = judged(pathway, severity)
    assert risk.score is not None
    assert risk.baseline_log_odds is not None
    total = risk.baseline_log_odds + sum(part.log_odds for part in risk.contributions)
    assert total == pytest.approx(math.log(risk.score / (1.0 - risk.score)), abs=1e-9)
    assert [part.feature for part in risk.contributions] == [feature.name for feature in FEATURES]


def test_contributions_of_missing_sensors_have_no_value() -> None:
    risk = judged(placements=KNEES)
    without = {part.feature: part.value for part in risk.contributions}
    assert without["larger_drop_z"] is None
    assert without["stance_asymmetry_pct"] is not None
    assert any("pelvis is not seen" in reason for reason in risk.reasons)


def test_everything_is_on_its_scale() -> None:
    risk = judged("antalgic_knee", 0.6)
    assert risk.score is not None
    assert risk.interval90 is not None
    low, high = risk.interval90
    assert 0.0 <= low <= risk.score <= high <= 1.0
    assert sum(risk.pathways.values()) == pytest.approx(1.0)
    assert set(risk.pathways) <= set(PATHWAYS)
    assert risk.set90
    assert set(risk.set90) <= set(risk.pathways)
    in_set = min(risk.pathways[name] for name in risk.set90)
    assert all(share <= in_set for name, share in risk.pathways.items() if name not in risk.set90)
    assert "in silico" in " ".join(risk.reasons).lower()


def test_levels_follow_the_stated_thresholds() -> None:
    walk, result = walked("antalgic_knee", 0.6)
    score = assess(result, walk.table.person).score
    assert score is not None
    for moderate, high, level in ((score + 0.01, score + 0.02, Level.LOW), (score, score + 0.01, Level.MODERATE)):
        assert assess(result, walk.table.person, replace(MODEL, moderate=moderate, high=high)).level is level
    assert assess(result, walk.table.person, replace(MODEL, moderate=0.0, high=score)).level is Level.HIGH


def test_the_mirror_image_has_the_same_score() -> None:
    left, right = judged("antalgic_knee", 0.7, Side.LEFT), judged("antalgic_knee", 0.7, Side.RIGHT)
    assert left.score == pytest.approx(right.score, abs=0.01)
    assert left.set90 == right.set90


def test_sensors_turned_on_their_straps_change_no_score() -> None:
    walk, result = walked("antalgic_knee", 0.7)
    usual = assess(result, walk.table.person)
    turns = {p: random_rotation(7 + i) for i, p in enumerate(walk.table.placements)}
    turned = replace(
        walk.table,
        acc_m_s2={p: walk.table.acc_m_s2[p] @ turn.T for p, turn in turns.items()},
        gyr_rad_s={p: walk.table.gyr_rad_s[p] @ turn.T for p, turn in turns.items()},
    )
    found = assess(analyze_table(turned), walk.table.person)
    assert found.score == pytest.approx(usual.score, abs=1e-3)
    assert (found.level, found.set90) == (usual.level, usual.set90)
    assert found.pathways == pytest.approx(usual.pathways, abs=1e-3)


def test_a_red_flag_withholds_the_score() -> None:
    walk, result = walked()
    risk = assess(result, replace(walk.table.person, red_flags=("saddle numbness",)))
    assert silent(risk) == RED_FLAG


@pytest.mark.parametrize("side", list(Side))
def test_few_strides_of_either_side_are_not_enough(side: Side) -> None:
    walk, result = walked()
    enough = shortened(result, side, LEAST_STRIDES)
    assert valid_strides(enough.strides)[side] == LEAST_STRIDES
    assert not too_little(enough)
    short = shortened(result, side, LEAST_STRIDES - 1)
    assert f"{LEAST_STRIDES - 1} {side.value}" in silent(assess(short, walk.table.person))


def test_an_invalid_recording_has_no_score() -> None:
    walk, result = walked()
    broken = replace(result, quality=Quality(Verdict.INVALID, ("The left knee's sensor seems dead.",)))
    assert "seems dead" in silent(assess(broken, walk.table.person))


@pytest.mark.parametrize(
    ("placements", "missing"),
    [
        ((Placement.KNEE_RIGHT, *HIPS), ["knee_left"]),
        ((Placement.KNEE_LEFT,), ["knee_right"]),
        ((Placement.SACRUM,), ["knee_left", "knee_right"]),
    ],
)
def test_both_knees_are_needed(placements: tuple[Placement, ...], missing: list[str]) -> None:
    reasons = silent(judged(placements=placements))
    assert all(name in reasons for name in missing)


def test_a_walk_unlike_all_training_walks_is_not_judged() -> None:
    walk, result = walked()
    slow = result.gait["speed_m_s"]
    racing = replace(result, gait={**result.gait, "speed_m_s": replace(slow, value=6.0)})
    assert "no simulated walk shows" in silent(assess(racing, walk.table.person))
    part = MODEL.models[WITH_PELVIS]
    strict = replace(part, familiar=replace(part.familiar, farthest=0.01))
    narrow = replace(MODEL, models={WITH_PELVIS: strict})
    assert "combination of measures" in silent(assess(result, walk.table.person, narrow))


def test_no_person_is_needed() -> None:
    _, result = walked()
    assert not assess(result, Person()).abstained


def test_severity_zero_is_the_healthy_walk_itself() -> None:
    for pathway in ("antalgic_knee", "piriformis"):
        assert judged(pathway, 0.0) == judged()


def test_the_score_is_the_models_probability() -> None:
    walk, result = walked("antalgic_knee", 0.6)
    values = features(result, walk.table.person)
    assert judged("antalgic_knee", 0.6).score == float(logistic(MODEL.models[WITH_PELVIS].strain.log_odds(values)))


def test_a_painful_knee_raises_the_score() -> None:
    rise = []
    for seed in (1, 2, 3):
        healthy, painful = judged(seed=seed).score, judged("antalgic_knee", 0.9, seed=seed).score
        assert healthy is not None
        assert painful is not None
        rise.append(painful - healthy)
    assert np.median(rise) >= 0.3


def test_assessing_imports_nothing_slow() -> None:
    slow = ("sklearn", "scipy", "pandas", "matplotlib")
    code = f"import sys, models.assess; print([name for name in {slow} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.long
@pytest.mark.parametrize("side", list(Side))
def test_over_many_people_the_score_follows_the_severity(side: Side) -> None:
    """The default two minutes with turns; nobody is left without a score."""
    severities = (0.0, 0.3, 0.6, 0.9)
    scores = np.empty((12, len(severities)))
    for seed in range(12):
        for column, severity in enumerate(severities):
            walk = simulate(WalkSpec("antalgic_knee", side, severity, seed=100 + seed, placements=FOUR))
            risk = assess(analyze_table(walk.table), walk.table.person)
            assert risk.score is not None, risk.reasons
            scores[seed, column] = risk.score
    median = np.median(scores, axis=0)
    assert (np.diff(median) >= 0.0).all()
    assert median[-1] - median[0] >= 0.3


@pytest.mark.long
def test_healthy_people_are_seldom_called_high() -> None:
    high = 0
    for seed in range(60):
        pathway, severity = ("healthy", 0.0) if seed % 2 else ("healthy_slow", 0.6)
        walk = simulate(
            WalkSpec(pathway, severity=severity, seed=300 + seed, duration_s=75.0, walkway_m=STRAIGHT, placements=FOUR)
        )
        high += assess(analyze_table(walk.table), walk.table.person).level is Level.HIGH
    assert high <= 5  # 5 % of 60 is 3; 6 or more would happen by chance once in twelve
