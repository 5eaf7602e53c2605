"""The examples and reference tables in data/: the analysis finds what they hold."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from benchmarks.reference_tables import FOLDER, tables
from pipeline.result import EventKind, Verdict
from pipeline.session import analyze_table
from sensor.recording import read_recording
from sensor.samples import FloatArray, Side
from sensor.simulation.pathways import PATHWAYS

EXAMPLES = Path(__file__).parents[2] / "data" / "examples"
RECORDINGS = sorted(EXAMPLES.glob("*.csv.gz"))


def true_times(folder: Path, side: Side, kind: EventKind) -> FloatArray:
    with (folder / "events.csv").open(encoding="utf-8", newline="") as file:
        return np.array([float(r["time_s"]) for r in csv.DictReader(file) if (r["side"], r["event"]) == (side, kind)])


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name.partition(".")[0])
def test_the_analysis_finds_what_an_example_holds(path: Path) -> None:
    truth = EXAMPLES / f"{path.name.partition('.')[0]}-truth"
    result = analyze_table(read_recording(path))
    assert result.quality.verdict is not Verdict.INVALID
    for side in Side:
        for kind in EventKind:
            real = true_times(truth, side, kind)
            found = np.array([e.time_s for e in result.events if e.side is side and e.kind is kind])
            assert len(found) == len(real)
            assert np.abs(found - real).max() < 0.15
            assert np.median(np.abs(found - real)) < 0.03


def test_there_is_an_example_of_every_pathway() -> None:
    assert {path.name.partition(".")[0] for path in RECORDINGS} == set(PATHWAYS)


@pytest.mark.parametrize("name", sorted(tables()))
def test_a_reference_table_is_what_the_code_uses(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == tables()[name]
