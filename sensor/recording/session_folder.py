"""The session folder: where its files are, session.json and markers.csv. docs/recording-format.md has the whole."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sensor.person import Person
from sensor.recording.atomic import whole_file
from sensor.recording.sidecar import Sidecar, parse_sidecar, person_said
from sensor.recording.table import Marker, RecordingError
from sensor.samples import Placement

SCHEMA_VERSION = 1
_SI = {"acc": "m/s^2", "gyr": "rad/s"}


class SessionEnd(StrEnum):
    """What session.json says about the recording in its folder."""

    RECORDING = "recording"  # being written, or broken off
    COMPLETE = "complete"
    RECOVERED = "recovered"  # broken off, then restored from the journal


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """The content of session.json.

    Attributes
    ----------
    session : str
        Identity; the journal's segments carry it too.
    created : str
        ISO 8601 with offset.
    placements : mapping of node to Placement
    nodes : mapping of node to what is known about it: serial, clock fits, samples, gaps
    calibration : mapping
        What was measured while the person stood still before the walk; empty if nothing was.
    recording : mapping
        Span, rate and losses of recording.parquet.
    protocol, condition, notes : str
        What was walked (``"4 x 10 m"``), how (``"with a cane"``), and remarks; empty if nobody said. Recordings of one
        person, day, protocol and condition may be taken together.
    """

    session: str
    created: str
    software: str
    end: SessionEnd = SessionEnd.RECORDING
    person: Person = field(default_factory=Person)
    placements: Mapping[str, Placement] = field(default_factory=dict)
    nodes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    calibration: Mapping[str, Any] = field(default_factory=dict)
    recording: Mapping[str, Any] = field(default_factory=dict)
    protocol: str = ""
    condition: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class SessionFolder:
    """Paths within one session folder."""

    path: Path

    @property
    def info(self) -> Path:
        return self.path / "session.json"

    @property
    def journal(self) -> Path:
        return self.path / "journal"

    @property
    def recording(self) -> Path:
        return self.path / "recording.parquet"

    @property
    def markers(self) -> Path:
        return self.path / "markers.csv"

    @property
    def recovery(self) -> Path:
        return self.path / "recovery.json"

    def results(self, version: str) -> Path:
        """Where an analysis by that version writes."""
        return self.path / "results" / version


def is_session(path: Path) -> bool:
    """Whether a path is a session folder, perhaps one that was broken off."""
    folder = SessionFolder(path)
    return path.is_dir() and (folder.info.is_file() or folder.journal.is_dir())


def create_session(path: Path, info: SessionInfo) -> SessionFolder:
    """Begin a session folder.

    Raises
    ------
    RecordingError
        There is something at that path already.
    OSError
        The folder cannot be made or written.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RecordingError(f"{path}: something is there already; give a new folder, so that nothing is overwritten.")
    folder = SessionFolder(path)
    folder.journal.mkdir(parents=True, exist_ok=True)
    write_info(folder, info)
    return folder


def write_info(folder: SessionFolder, info: SessionInfo) -> None:
    """Write session.json, whole or not at all."""
    said = {
        "schema_version": SCHEMA_VERSION,
        "session": info.session,
        "created": info.created,
        "software": info.software,
        "end": info.end,
        "patient_code": info.person.code,
        "person": person_said(info.person),
        "placements": dict(info.placements),
        "calibration": dict(info.calibration),
        "nodes": dict(info.nodes),
        "recording": dict(info.recording),
        "protocol": info.protocol,
        "condition": info.condition,
        "notes": info.notes,
    }
    write_json(folder.info, said)


def write_json(path: Path, said: Mapping[str, Any]) -> None:
    """Write an object as JSON, whole or not at all; the same object gives the same bytes."""
    text = json.dumps(said, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def read_info(folder: SessionFolder) -> SessionInfo | None:
    """Read session.json; None if there is none.

    Raises
    ------
    RecordingError
        It is damaged, or a later version wrote it.
    """
    try:
        said = json.loads(folder.info.read_text(encoding="utf-8"))
        if said["schema_version"] > SCHEMA_VERSION:
            raise RecordingError(f"{folder.info}: written by a later version; update gaitchain.")
        return SessionInfo(
            session=str(said["session"]),
            created=str(said["created"]),
            software=str(said["software"]),
            end=SessionEnd(said["end"]),
            person=parse_sidecar(folder.info, said["person"]).person,
            placements={node: Placement(placement) for node, placement in said["placements"].items()},
            nodes=said["nodes"],
            calibration=said["calibration"],
            recording=said["recording"],
            protocol=str(said.get("protocol", "")),
            condition=str(said.get("condition", "")),
            notes=str(said.get("notes", "")),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordingError(
            f"{folder.info}: cannot be read ({type(error).__name__}: {error}). Move it away; then `gaitchain recover "
            f"{folder.path}` makes what it can from the journal."
        ) from error


def sidecar_of(folder: SessionFolder, info: SessionInfo) -> Sidecar:
    """What a sidecar would say about recording.parquet."""
    return Sidecar(
        person=info.person,
        units=_SI,
        markers=read_markers(folder),
        notes=info.notes,
        day=datetime.fromisoformat(info.created).astimezone().date().isoformat() if info.created else "",
        condition=info.condition,
    )


def write_markers(folder: SessionFolder, markers: Sequence[Marker]) -> None:
    """Write markers.csv, whole or not at all."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["time_s", "label"])
    rows.writerows([f"{marker.time_s:.3f}", marker.label] for marker in markers)
    with whole_file(folder.markers) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8", newline="")


def read_markers(folder: SessionFolder) -> tuple[Marker, ...]:
    """Read markers.csv; no file means no markers. RecordingError if it holds something else."""
    try:
        with folder.markers.open(encoding="utf-8", newline="") as file:
            return tuple(Marker(float(row["time_s"]), row["label"] or "") for row in csv.DictReader(file))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise RecordingError(
            f"{folder.markers}: cannot be read ({error}); it needs the columns time_s (a number) and label."
        ) from error
