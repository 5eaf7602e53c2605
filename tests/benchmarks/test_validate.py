"""Sets are read, failures are listed, targets are judged, and the page keeps what a person wrote."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from benchmarks import tables, validate
from benchmarks.page import replace_part
from benchmarks.references import FIRST_TARGETS, RAISED_TARGETS, REFERENCES, Target
from benchmarks.scoring import EventScore
from benchmarks.sets import SETS, load_trials, truth
from benchmarks.summary import summarise
from benchmarks.trial_score import TrialScore
from pipeline.result import EventKind
from sensor.recording import RecordingTable
from sensor.samples import Placement, Side

SCORE = TrialScore("moving_reality", "pp01", "pp01", "treadmill", 0.1, verdict="valid")


@pytest.fixture
def datasets(tmp_path: Path) -> Path:
    """A folder in the layout of the sets with one recording of standing still and one that is not a table."""
    folder = tmp_path / "voisard"
    (folder / "recordings").mkdir(parents=True)
    (folder / "events").mkdir()
    (folder / "truth").mkdir()
    (folder / "trials.csv").write_text(
        "trial,subject,condition,turn_start_s,turn_end_s\nstill,A,stand,13.16,14.74\nbroken,B,stand,,\n"
    )
    columns = [f"sacrum_{quantity}_{axis}" for quantity in ("acc", "gyr") for axis in "xyz"]
    rows = [f"{n / 100:.2f},9.81,0,0,0,0,0" for n in range(1000)]
    (folder / "recordings" / "still.csv").write_text("\n".join([",".join(["time_s", *columns]), *rows, ""]))
    (folder / "recordings" / "broken.csv").write_text("nothing that anyone can read\n")
    (folder / "events" / "still.csv").write_text("time_s,side,event,reference\n2.5,right,FC,hand\n2.0,left,IC,hand\n")
    with gzip.open(folder / "truth" / "still.csv.gz", "wt") as stream:
        stream.write("time_s,tilt_deg\n0,1.5\n0.01,\n")
    return tmp_path


def test_trials_events_turns_and_truth_are_read(datasets: Path) -> None:
    still, broken = load_trials(datasets, "voisard")
    assert [(e.time_s, e.side, e.kind) for e in still.events] == [
        (2.0, Side.LEFT, EventKind.IC), (2.5, Side.RIGHT, EventKind.FC),
    ]  # fmt: skip
    assert still.turns == ((13.16, 14.74),)
    assert (broken.events, broken.turns) == ((), ())
    assert np.isnan(broken.number("turn_start_s"))
    assert np.isnan(still.number("no such column"))
    np.testing.assert_array_equal(truth(still)["tilt_deg"], [1.5, np.nan])
    assert truth(broken) == {}


def test_a_listed_recording_that_is_not_there_is_named(datasets: Path) -> None:
    (datasets / "voisard" / "recordings" / "still.csv").unlink()
    with pytest.raises(FileNotFoundError, match="lists still"):
        load_trials(datasets, "voisard")


def test_a_trial_that_fails_is_listed_and_the_others_still_end_with_a_verdict(
    datasets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = validate.main([str(datasets), "--set", "voisard", "--json"])
    found = json.loads(capsys.readouterr().out)["sets"]["voisard"]
    assert code == 1
    assert found["verdicts"] == {"failed": 1, "invalid": 1}  # nobody walks while standing still
    assert [failure.split(":")[0] for failure in found["failures"]] == ["broken"]


def test_other_placements_can_be_left_out(datasets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    still = load_trials(datasets, "voisard")[0]
    seen: list[tuple[Placement, ...]] = []

    def analyse(table: RecordingTable) -> NoReturn:
        seen.append(table.placements)
        raise RuntimeError("enough")

    monkeypatch.setattr(validate, "analyze_table", analyse)
    scores = [validate.run(still, only) for only in ((), (Placement.SACRUM,), (Placement.KNEE_LEFT,))]
    assert seen == [(Placement.SACRUM,), (Placement.SACRUM,)]
    assert [score.failure for score in scores] == ["RuntimeError: enough"] * 2 + ["ValueError: has none of knee_left"]


def test_a_folder_without_the_sets_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate.main([str(tmp_path)]) == 2
    assert "folder that holds the sets" in capsys.readouterr().err


def test_the_page_keeps_what_stands_outside_the_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    other = "<!-- begin peers -->\ntheirs\n<!-- end peers -->\n"
    page.write_text(f"by hand\n<!-- begin validate -->\nold\n<!-- end validate -->\nalso by hand\n{other}")
    for _ in range(2):
        replace_part(page, "validate", "new")
    wanted = "by hand\n<!-- begin validate -->\n\nnew\n\n<!-- end validate -->\nalso by hand\n"
    assert page.read_text() == wanted + other


def test_a_page_without_markers_is_refused_and_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("by hand\n")
    with pytest.raises(ValueError, match="between them"):
        replace_part(page, "validate", "new")
    assert page.read_text() == "by hand\n"


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (Target(0.99, at_least=True), 0.99, True),
        (Target(0.99, at_least=True), 0.9899, False),
        (Target(3, at_least=False), -2.9, True),
        (Target(3, at_least=False), -3.1, False),
        (Target(3, at_least=False), float("nan"), False),
        (Target(0.99, at_least=True), float("nan"), False),
    ],
)
def test_a_target_is_met_or_not(target: Target, value: float, met: bool) -> None:
    assert target.met(value) is met


def test_every_target_has_its_row_even_if_nothing_was_found() -> None:
    for name in SETS:
        pp01 = replace(SCORE, set_name=name)
        stiff = [replace(SCORE, set_name=name, trial=c, condition=c) for c in ("stiff_knee_left", "unequal_impact")]
        keys = {quantity.key for quantity in summarise(name, [pp01, *stiff]).quantities}
        wanted = {*FIRST_TARGETS.get(name, {}), *RAISED_TARGETS.get(name, {})}
        assert wanted <= keys, name
    assert set(REFERENCES) == set(SETS)


def test_scores_are_pooled_over_events_and_averaged_over_trials() -> None:
    scores = [
        replace(SCORE, subject="a", initial=EventScore(3, 1, 0, (0.01, 0.02, 0.03)), stance_error_points=-4.0),
        replace(SCORE, trial="b", subject="b", initial=EventScore(1, 0, 1, (0.09,)), stance_error_points=2.0),
        replace(SCORE, trial="c", subject="b", verdict="", failure="ValueError: no"),
    ]  # fmt: skip
    summary = summarise("moving_reality", scores)
    assert summary["ic_recall"].value == pytest.approx(4 / 5)
    assert summary["ic_precision"].value == pytest.approx(4 / 5)
    assert summary["ic_median_ms"].value == pytest.approx(25.0)
    assert (summary["stance_mean_points"].value, summary["stance_worst_points"].value) == (3.0, 4.0)
    assert summary["stance_mean_points"].n == 2
    assert (summary.trials, summary.subjects, summary.failures) == (3, 2, ("c: ValueError: no",))


def test_tables_say_in_words_whether_a_target_is_met() -> None:
    score = replace(SCORE, initial=EventScore(995, 5, 5, (0.001,) * 995), stance_error_points=1.0)
    lines = tables.markdown(summarise("moving_reality", [score])).splitlines()
    f1 = next(line for line in lines if line.startswith("| IC F1 |"))
    assert [cell.strip() for cell in f1.split("|")[1:-1]] == [
        "IC F1", "0.995", "1000 events", "IC 10-25 ms, FC 10-20 ms", ">= 0.99: met", ">= 0.998: not met",
    ]  # fmt: skip
    assert {line.count("|") for line in lines if line.startswith("|")} == {7}
