"""Taking a recording file into the store: it becomes a session folder, the file itself stays where and as it is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from gaitchain import __version__
from gaitchain.store.store import Store
from gaitchain.store.truth import now
from sensor.person import Person
from sensor.recording import RecordingTable, read_recording
from sensor.recording.session_folder import SessionEnd, SessionFolder, SessionInfo, write_info, write_markers
from sensor.recording.writer import write_table


def adopt_recording(
    store: Store, pid: str, recording: Path, by: str, *, started: datetime | None = None, condition: str = ""
) -> Path:
    """Make a session folder of a patient from a recording file or another session folder.

    Parameters
    ----------
    recording : Path
        Anything that ``read_recording`` reads. Its samples, markers and notes are taken; the person is the patient.
    started : datetime or None
        When it was recorded; None takes the day that the recording says, else now.

    Returns
    -------
    Path
        The session folder, not yet analysed and not yet in the index: ``Store.add_session`` does that.

    Raises
    ------
    RecordingError
        The recording cannot be read.
    NotFound
        There is no such patient.
    OSError
        The disk is full; nothing of it is left.
    """
    table = read_recording(recording)
    person = store.patient(pid).person
    told = datetime.fromisoformat(table.day).astimezone() if table.day else now()
    with store.lock.held():  # or the patient could be deleted under it
        path = store.new_session(pid, by)
        try:
            _write(path, table, person, (started or told).isoformat(), condition)
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
    return path


def _write(path: Path, table: RecordingTable, person: Person, created: str, condition: str) -> None:
    folder = SessionFolder(path)
    folder.journal.mkdir(parents=True)
    write_table(table, folder.recording)
    write_markers(folder, table.markers)
    info = SessionInfo(
        session=path.name,
        created=created,
        software=f"gaitchain {__version__}",
        end=SessionEnd.COMPLETE,
        person=_as_walked(person, table.person),
        placements={str(placement): placement for placement in table.placements},
        recording={"duration_s": round(len(table) / table.rate_hz, 3), "rate_hz": table.rate_hz},
        condition=condition or table.condition,
        notes=table.notes,
    )
    write_info(folder, info)  # last: a folder without it is no session


def _as_walked(patient: Person, told: Person) -> Person:
    """The patient, with the walking aid that this recording tells of."""
    return replace(patient, walking_aid=told.walking_aid or patient.walking_aid)
