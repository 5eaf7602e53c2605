"""The first targets, on walks that others recorded. Skipped where the recordings are not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.references import FIRST_TARGETS
from benchmarks.sets import SETS, Trial, load_trials
from benchmarks.summary import summarise
from benchmarks.validate import run_all
from pipeline.result import Handedness
from pipeline.session import analyze_table
from sensor.recording import read_recording

# one person and one trap each: timing, pelvis, impacts; a pause before landing; every third walk of the short sets
SOME_VIRTUAL = (
    "F1_natural",
    "M1_antalgic_left_severe",
    "M5_antalgic_right_moderate",
    "M5_drop_right",
    "F1_unequal_impact",
)
SOME_TREADMILL = ("pp01", "pp05")
EVERY = 3


def trials_of(datasets_dir: Path, name: str) -> list[Trial]:
    if not (datasets_dir / name).is_dir():
        pytest.skip(f"the set {name} is not in {datasets_dir}")
    return load_trials(datasets_dir, name)


def some_of(trials: Sequence[Trial], name: str) -> list[Trial]:
    named = {"virtual_pelvis": SOME_VIRTUAL, "moving_reality": SOME_TREADMILL}.get(name)
    if named:
        return [trial for trial in trials if trial.name in named]
    return list(trials[::EVERY]) if len(trials) > EVERY else list(trials)


def assert_first_targets(name: str, trials: Sequence[Trial]) -> None:
    summary = summarise(name, run_all(trials))
    assert summary.failures == ()
    assert sum(count for _, count in summary.verdicts) == len(trials)
    reached = {key: summary[key].value for key in FIRST_TARGETS.get(name, {})}
    short = [f"{key} = {value:.4g}, wanted {FIRST_TARGETS[name][key]}" for key, value in reached.items()
             if not FIRST_TARGETS[name][key].met(value)]  # fmt: skip
    assert not short, f"{name}: {'; '.join(short)}"


@pytest.mark.parametrize("name", SETS)
def test_some_walks_of_each_set_reach_the_first_targets(datasets_dir: Path, name: str) -> None:
    assert_first_targets(name, some_of(trials_of(datasets_dir, name), name))


@pytest.mark.long
@pytest.mark.parametrize("name", SETS)
def test_all_walks_of_each_set_reach_the_first_targets(datasets_dir: Path, name: str) -> None:
    assert_first_targets(name, trials_of(datasets_dir, name))


@pytest.mark.parametrize("name", SETS)
def test_no_real_sensor_is_called_mirrored_and_every_clear_one_is_once_an_axis_is_negated(
    datasets_dir: Path, name: str
) -> None:
    for number, trial in enumerate(some_of(trials_of(datasets_dir, name), name)):
        table = read_recording(trial.recording)
        sign = np.ones(3)
        sign[number % 3] = -1.0
        other = replace(
            table,
            acc_m_s2={p: acc * sign for p, acc in table.acc_m_s2.items()},
            gyr_rad_s={p: gyr * sign for p, gyr in table.gyr_rad_s.items()},
        )
        told = {m.placement: m.handedness for m in analyze_table(table).mounts}
        assert Handedness.MIRRORED not in told.values(), trial.name
        negated = {m.placement: m.handedness for m in analyze_table(other).mounts}
        clear = {p for p, said in told.items() if said is Handedness.RIGHT}
        assert clear == {p for p, said in negated.items() if said is Handedness.MIRRORED}, trial.name


@pytest.mark.parametrize("name", ["marpino", "voisard", "mobgap_lowback"])
def test_events_of_low_confidence_are_wrong_more_often(datasets_dir: Path, name: str) -> None:
    summary = summarise(name, run_all(some_of(trials_of(datasets_dir, name), name)))
    assert summary["ic_low_right"].value < summary["ic_high_right"].value - 0.1
