"""The files that are the truth: patient.json and care.json, read, written, and told apart from an older self."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gaitchain.store.errors import NotFound, StoreError
from gaitchain.store.layout import Layout, care_file
from gaitchain.store.rows import Care, CareVerdict, Patient
from sensor.person import Person
from sensor.recording.session_folder import write_json
from sensor.recording.sidecar import parse_sidecar, person_said
from sensor.recording.table import RecordingError

SCHEMA_VERSION = 1
_LONGEST_CODE = 64


def now() -> datetime:
    """The time of day, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def checked(person: Person) -> Person:
    """The person with a tidy code; StoreError if there is none, or a number cannot be."""
    code = " ".join((person.code or "").split())
    if not code:
        raise StoreError("A patient needs a code; take one that is no name.")
    if len(code) > _LONGEST_CODE or not code.isprintable():
        raise StoreError(f"A patient's code has at most {_LONGEST_CODE} printable characters.")
    try:
        said = json.loads(json.dumps(person_said(person), allow_nan=False))
        return replace(parse_sidecar(Path("patient"), said).person, code=code)
    except (RecordingError, ValueError) as error:
        raise StoreError(str(error).removeprefix("patient: ")) from error


def write_patient(path: Path, patient: Patient) -> None:
    """Write patient.json, whole or not at all; its folder is made if need be."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_json(
        path,
        {
            "schema_version": SCHEMA_VERSION,
            "pid": patient.pid,
            **person_said(patient.person),
            "notes": patient.notes,
            "created": patient.created.isoformat(),
        },
    )


def read_patient(layout: Layout, pid: str) -> Patient:
    """Read patient.json; NotFound without one, StoreError if it is damaged or of a later version."""
    path = layout.patient_file(pid)
    said = _read(path, "There is no such patient.")
    try:
        created = datetime.fromisoformat(said.pop("created"))
        said.pop("pid", None)
        sidecar = parse_sidecar(path, said)
    except (RecordingError, KeyError, ValueError, TypeError) as error:
        raise StoreError(f"{path}: damaged ({type(error).__name__}); mend it, or take it from a backup.") from error
    return Patient(pid, sidecar.person, sidecar.notes, created)


def write_care(session: Path, care: Care) -> None:
    """Write care.json, whole or not at all."""
    write_json(care_file(session), {"schema_version": SCHEMA_VERSION, **asdict(care)})


def read_care(session: Path) -> Care | None:
    """Read care.json; None without one, StoreError if it is damaged or of a later version."""
    path = care_file(session)
    try:
        said = _read(path, "")
        said.pop("schema_version")
        verdict = said.pop("verdict")
        return Care(**said, verdict=CareVerdict(verdict) if verdict else None)
    except NotFound:
        return None
    except (KeyError, ValueError, TypeError) as error:
        raise StoreError(f"{path}: damaged ({type(error).__name__}); mend it, or take it from a backup.") from error


def state_of(*paths: Path | None) -> str:
    """Changes whenever one of these files does; empty for those that are not there."""
    return "|".join(_state(path) for path in paths)


def _state(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        status = path.stat()
    except FileNotFoundError:
        return ""
    return f"{status.st_ino}:{status.st_mtime_ns}:{status.st_size}"


def _read(path: Path, missing: str) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        version = said["schema_version"]
    except FileNotFoundError:
        raise NotFound(missing) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path}: damaged ({type(error).__name__}); mend it, or take it from a backup.") from error
    if version > SCHEMA_VERSION:
        raise StoreError(f"{path}: written by a later version; update gaitchain.")
    return dict(said)
