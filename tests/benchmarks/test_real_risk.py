"""What is told of real walks: healthy people counted apart, case studies listed, silence with its reason."""

from __future__ import annotations

from pathlib import Path

from benchmarks.real_risk import Said, figures, said_of
from benchmarks.sets import Trial
from models.artefact import shipped
from models.card.real import real_walks
from models.risk import Level, Risk


def trial(set_name: str, condition: str = "natural", cohort: str = "healthy") -> Trial:
    return Trial(set_name, "t1", "S1", condition, Path("t1.csv"), (), (), {"cohort": cohort})


def scored(score: float, level: Level) -> Risk:
    return Risk(score, level, (0.1, 0.9), {}, ("healthy",), False, (), ())


SILENT = Risk(None, None, None, {}, (), True, ("Only 12 left strides could be used: too few.",), ())


def test_who_counts_as_healthy() -> None:
    assert Said(trial("voisard"), SILENT).healthy
    assert not Said(trial("voisard", cohort="equinovarus"), SILENT).healthy
    assert Said(trial("virtual_pelvis", "symmetric"), SILENT).healthy
    assert not Said(trial("virtual_pelvis", "drop_right"), SILENT).healthy
    assert not Said(trial("moving_reality"), SILENT).healthy


def test_healthy_people_are_counted_and_case_studies_listed() -> None:
    found = figures(
        [
            Said(trial("voisard"), SILENT),
            Said(trial("marpino"), None, "t1.csv: torn"),
            Said(trial("virtual_pelvis"), scored(0.7, Level.HIGH)),
            Said(trial("moving_reality"), scored(0.2, Level.LOW)),
            Said(trial("stroke_thigh"), SILENT),
        ]
    )
    assert (found["healthy_trials"], found["healthy_scores"], found["healthy_high"]) == (3, [0.7], 1)
    told = real_walks(found)
    assert "3 trials, 1 with a score\n  (0.70), 1 called high (100.0 %)" in told
    assert "1 x Only ## left strides could be used" in told
    assert "| moving_reality | S1 | natural | 0.20 (0.10 to 0.90) | low | healthy |" in told
    assert "| stroke_thigh | S1 | natural |  |  | Only 12 left strides" in told


def test_sets_that_are_not_there_are_passed_over(tmp_path: Path) -> None:
    assert list(said_of(tmp_path, shipped())) == []
