"""`gaitchain train` and `gaitchain evaluate`: what they write and print, and how they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gaitchain.cli import run
from gaitchain.errors import ExitCode
from models.artefact import Artefact, from_json, shipped, to_json
from models.card.page import model_card
from models.cohorts.cohort import Cohort, load
from models.cohorts.own_labels import Gathered
from models.cohorts.plan import CohortParams
from models.study import StudyParams
from tests.models.cohorts import QUICK_OWN, made_cohort


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[StudyParams]:
    """Let training take no time; tells what it was asked for."""
    seen: list[StudyParams] = []

    def study(
        params: StudyParams, command: str, jobs: int, progress: Callable[[str, int, int], None]
    ) -> tuple[Artefact, Cohort]:
        seen.append(params)
        assert "--persons" in command
        assert jobs >= 1
        progress("Simulating walks", 1, 2)
        progress("Simulating walks", 2, 2)
        return shipped(), made_cohort(persons=3)

    monkeypatch.setattr("models.study.study", study)
    return seen


def test_train_writes_model_card_and_cohort(
    tmp_path: Path, asked: list[StudyParams], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new folder" / "model"
    assert run(["train", "-o", str(folder), "--persons", "50", "--seed", "3", "--jobs", "1"]) == ExitCode.OK
    said = capsys.readouterr()
    assert said.out == f"{folder / 'model.json'}\n"
    assert "in silico" in said.err
    assert "Simulating walks: 2 of 2" in said.err
    assert (asked[0].cohort.persons, asked[0].cohort.seed) == (50, 3)
    assert to_json(from_json((folder / "model.json").read_text())) == to_json(shipped())
    assert (folder / "MODEL_CARD.md").read_text() == model_card(shipped())
    assert len(load(folder / "cohort.npz")) == 12
    assert sorted(path.name for path in folder.iterdir()) == ["MODEL_CARD.md", "cohort.npz", "model.json"]


def test_train_writes_into_the_data_folder_unless_told(tmp_path: Path, asked: list[StudyParams]) -> None:
    assert run(["--data", str(tmp_path), "train"]) == ExitCode.OK
    assert (tmp_path / "models" / "model.json").exists()
    assert asked[0].cohort == CohortParams()


@pytest.mark.parametrize("words", [["--persons", "5"], ["--seed", "-1"], ["--jobs", "0"], ["--persons", "many"]])
def test_train_refuses_what_cannot_be_trained(words: list[str], asked: list[StudyParams]) -> None:
    assert run(["train", *words]) == ExitCode.USAGE
    assert not asked


@pytest.mark.parametrize("words", [["--labels", "labels.csv"], ["--recordings", "."]])
def test_labels_and_recordings_go_together(
    words: list[str], asked: list[StudyParams], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", *words]) == ExitCode.USAGE
    assert "go together" in capsys.readouterr().err
    assert not asked


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (None, "no such file"),
        ("recording,subject\n", "column strain is missing"),
        ("recording,subject,strain\ngone,s1,1\n", "row 2 names 'gone'"),
        ("recording,subject,strain\nr,s1,1\n", "all recordings have the same label"),
    ],
)
def test_labels_that_cannot_teach_are_code_3(
    rows: str | None, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.csv").touch()
    labels = tmp_path / "labels.csv"
    if rows is not None:
        labels.write_text(rows)
    words = ["train", "--labels", str(labels), "--recordings", str(tmp_path), "-o", str(tmp_path / "model")]
    assert run(words) == ExitCode.REFUSED
    said = capsys.readouterr()
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1
    assert not said.out
    assert not (tmp_path / "model").exists()


def test_a_folder_that_is_none_is_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["train", "--labels", "labels.csv", "--recordings", str(tmp_path / "gone")]
    assert run(words) == ExitCode.REFUSED
    assert "this is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("lost", [{}, {"torn.csv": "row 7 is torn"}])
def test_own_labels_make_a_model_that_analyze_can_use(
    lost: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = replace(made_cohort(persons=40), reference=None)
    monkeypatch.setattr("models.judgement.statistics.DRAWS", 10)
    monkeypatch.setattr("models.own_study.OWN", QUICK_OWN)
    monkeypatch.setattr("models.cohorts.own_labels.read_labels", lambda *_: ())
    monkeypatch.setattr("models.cohorts.own_labels.gather", lambda *_: Gathered(cohort, None, lost))
    words = ["train", "--labels", "labels.csv", "--recordings", str(tmp_path), "-o", str(tmp_path / "model")]
    assert run(words) == (ExitCode.PARTIAL if lost else ExitCode.OK)
    said = capsys.readouterr()
    assert said.out == f"{tmp_path / 'model' / 'model.json'}\n"
    assert all(f"Left out: {name}: {reason}" in said.err for name, reason in lost.items())
    model = from_json((tmp_path / "model" / "model.json").read_text())
    assert not model.in_silico
    assert "own labels" in (tmp_path / "model" / "MODEL_CARD.md").read_text()
    assert run(["evaluate", "--model", str(tmp_path / "model" / "model.json")]) == ExitCode.OK
    assert capsys.readouterr().out == (tmp_path / "model" / "MODEL_CARD.md").read_text()
    assert run(["evaluate", "--model", str(tmp_path / "model" / "model.json"), "--fresh", "20"]) == ExitCode.USAGE


def test_analyze_refuses_what_is_no_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["analyze", str(tmp_path / "r.csv"), "-o", str(tmp_path / "out"), "--model", str(tmp_path / "gone.json")]
    assert run(words) == ExitCode.REFUSED
    assert "give a model.json" in capsys.readouterr().err


def test_evaluate_prints_the_card(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate"]) == ExitCode.OK
    assert capsys.readouterr().out == model_card(shipped())


def test_evaluate_prints_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "--json"]) == ExitCode.OK
    figures: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert figures["in_silico"] is True
    assert figures["model_version"] == shipped().version
    assert {"auc", "baselines", "calibration_error", "by_sensors", "second_generator", "conditions", "dose"} <= set(
        figures
    )


def test_evaluate_reads_a_model_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model.json"
    path.write_text(to_json(shipped()))
    assert run(["evaluate", "--model", str(path), "--json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["auc"] == shipped().evaluation["auc"]


@pytest.mark.parametrize("content", [b"{}", b"no json", b"\xff\xfe\x00", None])
def test_what_is_no_model_is_code_3(content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model.json"
    if content is not None:
        path.write_bytes(content)
    assert run(["evaluate", "--model", str(path)]) == ExitCode.REFUSED
    said = capsys.readouterr()
    assert str(path) in said.err
    assert len(said.err.splitlines()) == 1
    assert not said.out


def test_the_persons_of_training_are_not_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    seed = shipped().made["cohort"]["seed"]
    assert run(["evaluate", "--fresh", "20", "--seed", str(seed)]) == ExitCode.USAGE
    assert "another --seed" in capsys.readouterr().err


@pytest.mark.long
def test_fresh_persons_are_judged_as_well_as_training_promised(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "--fresh", "60", "--seed", "11", "--json"]) == ExitCode.OK
    figures = json.loads(capsys.readouterr().out)
    promised = shipped().evaluation
    assert figures["auc"][0] > promised["auc"][1] - 0.08
    assert figures["healthy_high_share"][0] <= 0.10
