"""Reports of what is there already: a result folder, a session, a recording."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.outputs import read_curves
from pipeline.result import Curve
from sensor.person import Person
from sensor.recording.session_folder import is_session
from sensor.samples import Side


@dataclass(frozen=True, slots=True, eq=False)
class Reported:
    """What a report is made of."""

    document: dict[str, Any]
    curves: Mapping[str, Curve]
    person: Person


def result_folder(path: Path) -> Path | None:
    """The result folder that a path is, or the newest one of a session; None if there is none."""
    return path if (path / "summary.json").is_file() else newest_result(path) if is_session(path) else None


def analysed(path: Path) -> Reported:
    """Analyse a recording, or a folder of them, for a report; RecordingError if one cannot be read."""
    from gaitchain.analysis import analyse_together, recordings_in  # the whole pipeline: a stored result needs none

    done = analyse_together(recordings_in(path))
    return Reported(done.document, done.result.curves, done.person)


def read(folder: Path) -> Reported:
    """Read a result folder as ``analyze`` left it; GaitchainError if it is damaged."""
    try:
        document = json.loads((folder / "summary.json").read_bytes())
        return Reported(document, read_curves(folder / "curves.json"), person_of(document))
    except (ValueError, KeyError, TypeError) as error:
        raise GaitchainError(
            f"{folder}: the result is damaged ({type(error).__name__}); analyse the recording again.", ExitCode.REFUSED
        ) from error


def person_of(document: Mapping[str, Any]) -> Person:
    """The person, as far as a summary says."""
    said = document["recording"]
    side = said["painful_side"]
    return Person(
        code=said["patient_code"],
        age_years=said.get("age_years"),
        sex=said.get("sex"),
        painful_side=Side(side) if side else None,
        walking_aid=said["walking_aid"],
        red_flags=tuple(said["red_flags"]),
    )


def today() -> str:
    """The date of a report that is made now, where this computer is."""
    return datetime.now().astimezone().date().isoformat()


def newest_result(session: Path) -> Path | None:
    """The folder of the newest version that left a summary; None without one."""
    found = sorted((session / "results").glob("*/summary.json"), key=lambda path: _by_number(path.parent.name))
    return found[-1].parent if found else None


def _by_number(version: str) -> list[tuple[int, str]]:
    """Sorts 0.10 after 0.9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|[A-Za-z]+", version)]
