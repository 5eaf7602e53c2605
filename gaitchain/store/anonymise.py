"""Making a patient nobody: a new key and code, no free text, no dates, no serial numbers; walks and numbers stay."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gaitchain.store import index
from gaitchain.store.erase import purged
from gaitchain.store.layout import new_pid, new_sid
from gaitchain.store.rows import PROTOCOLS, Care, Patient, Session
from gaitchain.store.store import Store
from gaitchain.store.tables import patients, sessions
from gaitchain.store.truth import write_care, write_patient
from gaitchain.store.unfinished import making, take_place
from sensor.person import Person
from sensor.recording import RecordingError, RecordingTable, read_recording
from sensor.recording.marks import Mark, is_standard
from sensor.recording.session_folder import (
    SessionEnd,
    SessionFolder,
    SessionInfo,
    read_info,
    write_info,
    write_json,
    write_markers,
)
from sensor.recording.table import Marker
from sensor.recording.writer import write_table
from sensor.samples import Placement

FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # of every anonymised patient; later sessions keep their distance in days
OLDEST = 90.0  # years; few people are older, so their age is not told
_AIDS = re.compile(r"none|no aid|cane|stick|crutch(?:es)?|walker|rollator|frame|left|right|both|two|one")
_TABLES = ("events.csv", "strides.csv", "bouts.csv", "pelvis.csv", "joints.csv", "curves.json")
_CLOCK_OF_ITS_OWN_S = 86_400.0  # a recording that begins later counts from some date
_LARGEST = 1e6  # a larger number could be a time, an address or a serial number


@dataclass(frozen=True, slots=True)
class Anonymised:
    """The patient that is nobody now, and whether nothing of the other is left, as in ``delete_patient``."""

    patient: Patient
    clean: bool


def anonymise_patient(store: Store, pid: str, by: str) -> Anonymised:
    """Replace a patient by one whom nobody can know; docs/store.md lists what stays.

    Sessions without a readable recording are dropped. The trail does not say who became whom. Nothing is changed if
    it fails or breaks off.

    Raises
    ------
    NotFound
        There is no such patient.
    """
    patient = store.patient(pid)
    new = Patient(new_pid(), anonymous(patient.person), "", FIRST_DAY)
    with store.lock.held():
        found = [store.session(sid) for sid in store.keys_of_sessions(pid)]
        home = making(store.layout, new.pid)
        (home / "sessions").mkdir(mode=0o700, parents=True)
        for number, session in enumerate(found):
            days = (session.started.date() - found[0].started.date()).days
            when = FIRST_DAY + timedelta(days=days, seconds=number)
            _session(session, home / "sessions" / new_sid(when), when, new.person)
        with store.writing() as connection:
            store.trace(connection, by, "patient anonymised", pid)
            write_patient(home / "patient.json", new)
            take_place(store.layout, new.pid, pid)
            connection.execute(patients.delete().where(patients.c.pid == pid))
            index.put(connection, patients, index.patient_row(store.layout, new.pid))
            for sid in store.layout.sids(new.pid):
                index.put(connection, sessions, index.session_row(store.layout, new.pid, sid))
        return Anonymised(store.patient(new.pid), purged(store))


def anonymous(person: Person) -> Person:
    """The person without code and free text; an age above 90 becomes 90."""
    aid = (person.walking_aid or "").casefold()
    known = " ".join(word for word in re.split(r"[\s,]+", aid) if _AIDS.fullmatch(word))
    return replace(
        person,
        code=f"A-{secrets.token_hex(4)}",
        age_years=None if person.age_years is None else min(float(int(person.age_years)), OLDEST),
        sex=person.sex if person.sex in ("female", "male") else None,
        walking_aid=(known or "some aid") if aid else None,
        red_flags=("a warning sign was stated",) if person.red_flags else (),
    )


def _session(old: Session, path: Path, when: datetime, person: Person) -> None:
    """Make the anonymous copy of a session; none if its recording cannot be read."""
    try:
        table = read_recording(old.path)
        info = read_info(SessionFolder(old.path))
    except RecordingError:
        return
    if info is None:
        return
    folder = SessionFolder(path)
    path.mkdir(mode=0o700)
    folder.journal.mkdir()
    starts_s = float(table.time_s[0]) if len(table) else 0.0
    offset_s = starts_s if abs(starts_s) > _CLOCK_OF_ITS_OWN_S else 0.0
    write_table(replace(table, time_s=table.time_s - offset_s), folder.recording)
    write_markers(folder, _markers(table, offset_s))
    write_info(folder, _info(info, table, path.name, when, person))
    write_care(path, _care(old.care))
    if not offset_s:  # the other's numbers tell dates
        for result in sorted((old.path / "results").glob("*/summary.json")):
            _result(result.parent, path / "results" / result.parent.name, path.name, person)


def _markers(table: RecordingTable, offset_s: float) -> list[Marker]:
    return [Marker(one.time_s - offset_s, one.label if is_standard(one.label) else Mark.EVENT) for one in table.markers]


def _info(info: SessionInfo, table: RecordingTable, sid: str, when: datetime, person: Person) -> SessionInfo:
    names = {node: f"node-{number}" for number, node in enumerate(info.placements, 1)}
    return SessionInfo(
        session=sid,
        created=when.isoformat(),
        software=info.software,
        end=SessionEnd.COMPLETE,
        person=person,
        placements={names[node]: placement for node, placement in info.placements.items()},
        nodes=_numbers(info.nodes, names),
        calibration=_numbers(info.calibration, names),
        recording={"duration_s": round(len(table) / table.rate_hz, 3), "rate_hz": table.rate_hz},
        protocol=_protocol(info.protocol),
    )


def _care(care: Care) -> Care:
    return Care(_protocol(care.protocol), "", care.pain_before, care.pain_after, "", care.verdict, "")


def _protocol(protocol: str) -> str:
    return protocol if protocol in PROTOCOLS else ""


def _result(old: Path, new: Path, sid: str, person: Person) -> None:
    new.mkdir(parents=True)
    for name in _TABLES:
        if (old / name).is_file():
            (new / name).write_bytes((old / name).read_bytes())
    summary = json.loads((old / "summary.json").read_bytes())
    summary["recording"] |= {
        "name": sid,
        "patient_code": person.code,
        "age_years": person.age_years,
        "sex": person.sex,
        "walking_aid": person.walking_aid,
        "red_flags": list(person.red_flags),
        "notices": [],  # they name the columns of a file, which may say anything
    }
    summary["provenance"].pop("parts", None)  # names of files that were taken together
    write_json(new / "summary.json", summary)


def _numbers(value: Any, names: Mapping[str, str]) -> Any:
    """What is measured: numbers and places of the body; texts are dropped, sensors are called by number."""
    if isinstance(value, Mapping):
        kept = {names.get(key, key): _numbers(item, names) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_numbers(item, names) for item in value]
    if isinstance(value, str):
        return value if value in set(Placement) else None
    return None if isinstance(value, int | float) and abs(value) > _LARGEST else value
