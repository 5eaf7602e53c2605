"""Own labels: what is refused, what is left out, and that a model comes of the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.cohorts.cohort import Row
from models.cohorts.own_labels import (
    FEWEST_SUBJECTS,
    Gathered,
    LabelError,
    Labelled,
    check,
    gather,
    read_labels,
    worn_set,
)
from models.features import NAMES
from models.own_study import own_card, own_study
from models.view import VIEW_NAMES
from sensor.recording import RecordingError, RecordingTable
from sensor.samples import HIPS, KNEES, Placement
from sensor.simulation import WalkSpec, simulate
from tests.models.cohorts import QUICK_OWN, made_cohort

HEAD = "recording,subject,strain"
GOOD = [f"r{i},s{i},{i % 2}" for i in range(FEWEST_SUBJECTS)]
QUIET = lambda _done, _total: None  # noqa: E731


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for i in range(30):
        (tmp_path / f"r{i}.csv").touch()
    return tmp_path


def labels(folder: Path, rows: list[str], head: str = HEAD) -> tuple[Labelled, ...]:
    path = folder / "labels.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return read_labels(path, folder)


def test_good_labels_are_read(folder: Path) -> None:
    found = labels(folder, [f"{row},antalgic_knee,," for row in GOOD], f"{HEAD},pathway,split,remark")
    assert len(found) == FEWEST_SUBJECTS
    assert found[1] == Labelled(folder / "r1.csv", "s1", True, "antalgic_knee", "train")


@pytest.mark.parametrize(
    ("rows", "head", "sentence"),
    [
        ([], HEAD, "no rows"),
        (GOOD, "recording,subject,label", "column strain is missing"),
        ([*GOOD, "gone,s9,1"], HEAD, "row 22 names 'gone', which is not in"),
        ([*GOOD, "r21,,1"], HEAD, "row 22 has no subject"),
        ([*GOOD, "r21,s3,yes"], HEAD, "row 22 has strain 'yes'; give 0 or 1"),
        ([*GOOD, "r0,s0,1"], HEAD, "listed more than once"),
        ([f"{row},knee" for row in GOOD], f"{HEAD},pathway", "has pathway 'knee'; choose from"),
        ([f"{row},maybe" for row in GOOD], f"{HEAD},split", "has split 'maybe'; give train or test"),
        (GOOD[:10], HEAD, "10 subjects to learn from; at least 20"),
        ([row[:-1] + "1" for row in GOOD], HEAD, "all recordings have the same label"),
        ([f"r{i},s{i},{int(i < 3)}" for i in range(25)], HEAD, "3 subjects with strain and 22 without"),
        ([*(f"{row},train" for row in GOOD), "r21,s4,1,test"], f"{HEAD},split", "s4: both in train and in test"),
    ],
)
def test_what_cannot_teach_is_refused_with_a_sentence(folder: Path, rows: list[str], head: str, sentence: str) -> None:
    with pytest.raises(LabelError, match=sentence.replace("(", r"\(")):
        labels(folder, rows, head)


def test_many_problems_are_counted(folder: Path) -> None:
    with pytest.raises(LabelError, match="and 5 more"):
        labels(folder, [f"gone{i},s{i},1" for i in range(15)])


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "labels.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LabelError, match=r"labels\.csv"):
        read_labels(path, tmp_path)


def some(count: int) -> list[Labelled]:
    return [Labelled(Path(f"r{i}"), f"s{i}", i % 2 == 0, "", "train") for i in range(count)]


def read_as(monkeypatch: pytest.MonkeyPatch, bad: Callable[[int], str]) -> None:
    """Let recording number i be unreadable, without knees, too short, or good."""
    table = simulate(WalkSpec(duration_s=4.0, placements=KNEES)).table
    draw = np.random.default_rng(3)

    def read(path: Path) -> RecordingTable:
        what = bad(int(path.name[1:]))
        if what == "unreadable":
            raise RecordingError(f"{path.name}: row 7 is torn.")
        kept = (Placement.KNEE_LEFT,) if what == "one knee" else KNEES
        return replace(table.only(kept), notes=what)

    def row(result: RecordingTable, _person: object, sensors: str) -> Row:
        values = draw.normal(size=len(NAMES))
        return Row(sensors, values, draw.normal(size=(2, len(VIEW_NAMES))), result.notes != "short")

    monkeypatch.setattr("models.cohorts.own_labels.read_recording", read)
    monkeypatch.setattr("models.cohorts.own_labels.analyze_table", lambda table: table)
    monkeypatch.setattr("models.cohorts.own_labels.row_of", row)


def test_what_cannot_be_used_is_left_out_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    read_as(monkeypatch, lambda i: {1: "unreadable", 4: "one knee", 6: "short"}.get(i, "good"))
    found = gather(some(30), QUIET)
    assert len(found.train) == 27
    assert found.left_out["r1"] == "r1: row 7 is torn."
    assert "both knees" in found.left_out["r4"]
    assert "30 valid strides" in found.left_out["r6"]
    assert found.test is None


def test_too_little_left_is_refused_and_says_what_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    read_as(monkeypatch, lambda i: "unreadable" if i % 2 else "good")
    with pytest.raises(LabelError, match=r"same label.*15 recordings could not be used: r1: r1: row 7 is torn"):
        gather(some(30), QUIET)


def test_a_subject_on_both_sides_is_refused() -> None:
    leaking = [*some(30), Labelled(Path("r99"), "s3", True, "", "test")]
    with pytest.raises(LabelError, match="s3: both in train and in test"):
        check(leaking, "labels")


def test_sets_of_sensors_have_their_names() -> None:
    assert worn_set((*HIPS, *KNEES)) == "knees and hips"
    assert worn_set((Placement.KNEE_LEFT,)) == "knee_left"


def test_a_model_of_own_labels_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.judgement.statistics.DRAWS", 20)
    cohort, test = (replace(made_cohort(persons=n, seed=n), reference=None) for n in (60, 20))
    gathered = Gathered(cohort, test, {"x.csv": "torn"})
    model = own_study(gathered, "gaitchain train --labels l", lambda *_: None, QUICK_OWN)
    assert not model.in_silico
    assert model.evaluation["test_split"]["auc"][0] > 0.6
    card = own_card(model)
    for words in ("own labels", "not a medical device", "x.csv | torn", "## Test rows", "speed only"):
        assert words in card
    assert "in silico" not in card.lower()
    interval = model.models["knees and pelvis"].interval
    assert (interval.low < interval.high).all()
