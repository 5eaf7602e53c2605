"""A clinic's own labelled recordings as a cohort: labels.csv, the checks, the analysis.

labels.csv has a header and one row per recording:

- ``recording``: name of the recording in the folder, with or without its ending, or of a session folder;
- ``subject``: who walked; all recordings of one subject stay on one side of every split;
- ``strain``: 1 or 0;
- ``pathway``, optional: one of the pathway names, or empty;
- ``split``, optional: ``train`` or ``test``; the test rows never teach and are judged at the end.

Other columns are ignored.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.cohorts.cohort import Cohort, Row, gathered, row_of
from models.cohorts.plan import SENSOR_SETS
from pipeline.session import analyze_table
from sensor.person import Person
from sensor.recording import ENDINGS, RecordingError, read_recording
from sensor.recording.session_folder import is_session
from sensor.samples import KNEES, Placement
from sensor.simulation.pathways import PATHWAYS

NEEDED = ("recording", "subject", "strain")
TRAIN, TEST = "train", "test"
FEWEST_SUBJECTS = 20
FEWEST_OF_CLASS = 8  # subjects with a strained recording, and with one that is not: fewer leave folds without them
FEWEST_OF_PATHWAY = 8  # subjects of each named pathway
NAMED = 10  # problems listed in one message


class LabelError(ValueError):
    """The labels cannot be trained on; the message says what is wrong, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One row of labels.csv."""

    recording: Path
    subject: str
    strain: bool
    pathway: str
    split: str


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The rows that could be used, and why the others could not."""

    train: Cohort
    test: Cohort | None
    left_out: Mapping[str, str]  # recording -> reason


def read_labels(path: Path, folder: Path) -> tuple[Labelled, ...]:
    """Read and check labels.csv; recordings are looked up in ``folder``, not yet read.

    Raises
    ------
    LabelError
        A column, label, or recording is missing or wrong, a subject is on both sides of the split, too few subjects,
        or one class only.
    """
    rows = _rows(path)
    problems: list[str] = []
    found: list[Labelled] = []
    for line, row in rows:
        strain, pathway, split = row["strain"], row.get("pathway", ""), row.get("split", "") or TRAIN
        recording = _find(folder, row["recording"])
        wrong = (
            "has no recording"
            if not row["recording"]
            else f"names {row['recording']!r}, which is not in {folder}"
            if recording is None
            else "has no subject"
            if not row["subject"]
            else f"has strain {strain!r}; give 0 or 1"
            if strain not in ("0", "1")
            else f"has pathway {pathway!r}; choose from {', '.join(PATHWAYS)}, or leave it empty"
            if pathway and pathway not in PATHWAYS
            else f"has split {split!r}; give train or test"
            if split not in (TRAIN, TEST)
            else ""
        )
        if wrong or recording is None:
            problems.append(f"row {line} {wrong}")
        else:
            found.append(Labelled(recording, row["subject"], strain == "1", pathway, split))
    twice = [name for name, count in Counter(str(one.recording) for one in found).items() if count > 1]
    problems += [f"{name} is listed more than once" for name in twice]
    if problems:
        more = f"; and {len(problems) - NAMED} more" if len(problems) > NAMED else ""
        raise LabelError(f"{path}: {'; '.join(problems[:NAMED])}{more}")
    check(found, str(path))
    return tuple(found)


def check(labels: Sequence[Labelled], where: str) -> None:
    """Refuse leakage, too few subjects and a single class, in a sentence."""
    sides = {side: {one.subject for one in labels if one.split == side} for side in (TRAIN, TEST)}
    if both := sorted(sides[TRAIN] & sides[TEST]):
        raise LabelError(
            f"{where}: {', '.join(both[:NAMED])}: both in train and in test; a model that knows a person cannot be "
            "judged on that person: put all recordings of a subject on one side"
        )
    teaching = [one for one in labels if one.split == TRAIN]
    strained = {one.subject for one in teaching if one.strain}
    calm = {one.subject for one in teaching if not one.strain}
    if not strained or not calm:
        raise LabelError(f"{where}: all recordings have the same label; training needs strain 0 and strain 1")
    count = len(strained | calm)
    if count < FEWEST_SUBJECTS:
        raise LabelError(f"{where}: {count} subjects to learn from; at least {FEWEST_SUBJECTS} are needed")
    if min(len(strained), len(calm)) < FEWEST_OF_CLASS:
        raise LabelError(
            f"{where}: {len(strained)} subjects with strain and {len(calm)} without; "
            f"at least {FEWEST_OF_CLASS} of each are needed"
        )


def gather(labels: Sequence[Labelled], progress: Callable[[int, int], None]) -> Gathered:
    """Analyse the labelled recordings; those that cannot be read or used are left out, with the reason.

    Raises
    ------
    LabelError
        Too little is left.
    """
    used: list[tuple[Labelled, Row, Person]] = []
    left_out: dict[str, str] = {}
    for done, one in enumerate(labels, start=1):
        try:
            table = read_recording(one.recording)
        except RecordingError as error:
            left_out[one.recording.name] = str(error)
        else:
            row = row_of(analyze_table(table), table.person, worn_set(tuple(table.acc_m_s2)))
            if not set(KNEES) <= set(table.acc_m_s2):
                left_out[one.recording.name] = "needs sensors below both knees"
            elif not row.usable:
                left_out[one.recording.name] = "fewer than 30 valid strides on a side, or an invalid recording"
            else:
                used.append((one, row, table.person))
        progress(done, len(labels))
    kept = [one for one, _, _ in used]
    try:
        check(kept, "What is left of the labels")
    except LabelError as error:
        lost = "; ".join(f"{name}: {reason}" for name, reason in list(left_out.items())[:NAMED])
        raise LabelError(f"{error}. {len(left_out)} recordings could not be used: {lost}") from error
    named = _enough_named(kept)
    parts = {side: [one for one in used if one[0].split == side] for side in (TRAIN, TEST)}
    return Gathered(_cohort(parts[TRAIN], named), _cohort(parts[TEST], named) if parts[TEST] else None, left_out)


def worn_set(placements: tuple[Placement, ...]) -> str:
    """The set of sensors as the figures name it, or the placements themselves."""
    for name, worn in SENSOR_SETS.items():
        if set(worn) == set(placements):
            return name
    return ", ".join(sorted(placement.value for placement in placements))


def _enough_named(labels: Sequence[Labelled]) -> frozenset[str]:
    """Pathways that enough subjects show to be told apart."""
    subjects = {
        name: {one.subject for one in labels if one.pathway == name and one.split == TRAIN} for name in PATHWAYS
    }
    return frozenset(name for name, who in subjects.items() if len(who) >= FEWEST_OF_PATHWAY)


def _cohort(rows: Sequence[tuple[Labelled, Row, Person]], named: frozenset[str]) -> Cohort:
    columns: dict[str, list[Any]] = {
        "features": [row.features for _, row, _ in rows],
        "views": [row.views for _, row, _ in rows],
        "usable": [1.0] * len(rows),
        "margin": [1.0 if one.strain else -1.0 for one, _, _ in rows],
        "v_star": [row.features[0] for _, row, _ in rows],
        "severity": [np.nan] * len(rows),
        "age_years": [_number(person.age_years) for _, _, person in rows],
        "bmi": [_bmi(person) for _, _, person in rows],
        "loss": [0.0] * len(rows),
        "walk": list(range(len(rows))),
        "person": [one.subject for one, _, _ in rows],
        "pathway": [one.pathway for one, _, _ in rows],
        "shown": [one.pathway if one.pathway in named else "" for one, _, _ in rows],
        "side": [str(person.painful_side or "") for _, _, person in rows],
        "condition": ["own"] * len(rows),
        "sensors": [row.sensors for _, row, _ in rows],
        "kind": [""] * len(rows),
    }
    return gathered(columns, None)


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LabelError(f"{path}: {(error.strerror or str(error)).lower()}; give the file of labels") from error
    except UnicodeDecodeError as error:
        raise LabelError(f"{path}: this is not UTF-8 text; save the labels as CSV in UTF-8") from error
    reader = csv.DictReader(text.splitlines())
    head = [name.strip() for name in reader.fieldnames or ()]
    if missing := [name for name in NEEDED if name not in head]:
        raise LabelError(f"{path}: column {', '.join(missing)} is missing; the header needs {', '.join(NEEDED)}")
    reader.fieldnames = head
    found = [(reader.line_num, {k: (v or "").strip() for k, v in row.items() if isinstance(k, str)}) for row in reader]
    if not found:
        raise LabelError(f"{path}: no rows; give one per recording")
    return found


def _find(folder: Path, name: str) -> Path | None:
    if not name:
        return None
    if is_session(folder / name):
        return folder / name
    return next((path for end in ("", *ENDINGS) if (path := folder / f"{name}{end}").is_file()), None)


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _bmi(person: Person) -> float:
    return person.mass_kg / person.height_m**2 if person.mass_kg and person.height_m else np.nan
