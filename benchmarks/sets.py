"""The recordings of others, as they lie in the datasets folder: trials, events, truth. Nothing of them is copied."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.result import Event, EventKind, Interval
from sensor.samples import FloatArray, Side

SETS = ("virtual_pelvis", "marpino", "moving_reality", "voisard", "mobgap_lowback", "stroke_thigh", "gaittoolbox")


@dataclass(frozen=True, slots=True)
class Trial:
    """One recording and what is known about it. ``events`` is empty without a trusted reference."""

    set_name: str
    name: str
    subject: str
    condition: str
    recording: Path
    events: tuple[Event, ...]
    turns: tuple[Interval, ...]
    row: Mapping[str, str]  # the trial's row of trials.csv, as written

    def number(self, column: str) -> float:
        """A column of trials.csv as a number; NaN if it is absent or empty."""
        text = self.row.get(column, "")
        return float(text) if text else float("nan")


def load_trials(datasets: Path, set_name: str) -> list[Trial]:
    """All trials of a set, in the order of its trials.csv.

    Raises
    ------
    FileNotFoundError
        If the set, or a recording that its trials.csv lists, is not there.
    """
    folder = datasets / set_name
    with (folder / "trials.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [_trial(folder, row) for row in rows]


def read_events(path: Path) -> tuple[Event, ...]:
    """Reference events in order of time; none if there is no file."""
    if not path.is_file():
        return ()
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    events = (Event(float(r["time_s"]), Side(r["side"]), EventKind(r["event"]), 1.0, r["reference"]) for r in rows)
    return tuple(sorted(events, key=lambda event: event.time_s))


def read_columns(path: Path) -> dict[str, FloatArray]:
    """A table of numbers, plain or gzipped, column by column; an empty cell is NaN."""
    with _lines(path) as lines:
        header = next(lines).strip().split(",")
        values = np.genfromtxt(lines, delimiter=",", dtype=float, ndmin=2)
    return {name: values[:, at] for at, name in enumerate(header)}


def truth(trial: Trial, folder: str = "truth") -> dict[str, FloatArray]:
    """The per-sample truth of a trial (`truth` of virtual_pelvis, `mocap` of gaittoolbox); empty if there is none."""
    found = _table(trial.recording.parent.parent / folder, trial.name)
    return read_columns(found) if found else {}


def second_reference(trial: Trial) -> tuple[Event, ...]:
    """The events of another reference system for the same trial, if there is one (stereophotogrammetry)."""
    return read_events(trial.recording.parent.parent / "events_stereophoto" / f"{trial.name}.csv")


def _trial(folder: Path, row: Mapping[str, str]) -> Trial:
    name = row["trial"]
    found = _table(folder / "recordings", name)
    if found is None:
        raise FileNotFoundError(f"{folder.name}: trials.csv lists {name}, but recordings/ has no {name}.csv or .csv.gz")
    turns = ((float(row["turn_start_s"]), float(row["turn_end_s"])),) if row.get("turn_start_s") else ()
    return Trial(
        folder.name, name, row["subject"], row["condition"], found,
        read_events(folder / "events" / f"{name}.csv"), turns, dict(row),
    )  # fmt: skip


def _table(folder: Path, name: str) -> Path | None:
    candidates = (folder / f"{name}{ending}" for ending in (".csv", ".csv.gz"))
    return next((path for path in candidates if path.is_file()), None)


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[str]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
        yield iter(stream)
