"""The index: rows made from the files, brought up to date, made anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select

from gaitchain.reporting import newest_result
from gaitchain.store import audit
from gaitchain.store.database import empty
from gaitchain.store.errors import NotFound, StoreError
from gaitchain.store.layout import Layout, care_file, info_file
from gaitchain.store.rows import Care, Headline, Patient
from gaitchain.store.tables import audit as audit_table
from gaitchain.store.tables import patients, sessions
from gaitchain.store.truth import read_care, read_patient, state_of
from pipeline.result import Verdict
from sensor.recording.session_folder import SessionFolder, SessionInfo, read_info
from sensor.recording.sidecar import person_said
from sensor.recording.table import RecordingError

Row = dict[str, Any]


@dataclass(slots=True)
class Rebuilt:
    """What an index was made from, and the sentences about files that could not be read."""

    patients: int = 0
    sessions: int = 0
    problems: list[str] = field(default_factory=list)


def patient_row(layout: Layout, pid: str) -> Row:
    """The row of a patient, from the file; NotFound without one, StoreError if it is damaged."""
    state = patient_state(layout, pid)  # before reading: a change in between is then seen as one
    return _patient_columns(read_patient(layout, pid)) | {"state": state}


def session_row(layout: Layout, pid: str, sid: str) -> Row:
    """The row of a session, from its folder; NotFound if that holds no session, StoreError if it is damaged."""
    path = layout.session(pid, sid)
    state = session_state(layout, pid, sid)
    info, care = _info(path), care_of(path)
    return {
        "sid": sid,
        "pid": pid,
        "started": _utc(info.created, path).isoformat(),
        "ended": info.end.value,
        "protocol": care.protocol,
        "condition": care.condition,
        "pain_before": care.pain_before,
        "pain_after": care.pain_after,
        "notes": care.notes,
        "care_verdict": care.verdict,
        "created_by": care.created_by,
        **_result_columns(newest_result(path)),
        "state": state,
    }


def care_of(path: Path) -> Care:
    """What the therapist said about a session, else what was said when it was recorded."""
    info = _info(path)
    return read_care(path) or Care(info.protocol, info.condition, notes=info.notes)


def patient_state(layout: Layout, pid: str) -> str:
    """The state of the file behind a patient's row."""
    return state_of(layout.patient_file(pid))


def session_state(layout: Layout, pid: str, sid: str) -> str:
    """The state of the files behind a session's row."""
    path = layout.session(pid, sid)
    result = newest_result(path)
    return state_of(info_file(path), care_file(path), result and result / "summary.json")


def put(connection: Connection, table: Table, row: Row) -> None:
    """Insert a row, or replace that of the same key."""
    key = next(iter(table.primary_key))
    same = key == row[key.name]
    if connection.execute(select(key).where(same)).first():
        connection.execute(table.update().where(same).values(row))
    else:
        connection.execute(table.insert().values(row))


def rebuild(connection: Connection, layout: Layout) -> Rebuilt:
    """Make every row anew from the files."""
    empty(connection)
    return mend(connection, layout)


def mend(connection: Connection, layout: Layout) -> Rebuilt:
    """Make new the rows whose files are not those that they were made from, and remove those without any."""
    done = Rebuilt()
    known = _states(connection, patients)
    there = list(layout.pids())
    for pid in there:
        if known.get(pid) != patient_state(layout, pid):
            _renew(connection, done, patients, partial(patient_row, layout, pid))
    _remove(connection, patients, known.keys() - set(there))
    indexed = set(_states(connection, patients))
    known = _states(connection, sessions)
    found: set[str] = set()
    for pid in there:
        for sid in layout.sids(pid) if pid in indexed else ():
            found.add(sid)
            if known.get(sid) != session_state(layout, pid, sid):
                _renew(connection, done, sessions, partial(session_row, layout, pid, sid))
    _remove(connection, sessions, known.keys() - found)
    mend_audit(connection, layout)
    done.patients, done.sessions = len(indexed), len(_states(connection, sessions))
    return done


def _renew(connection: Connection, done: Rebuilt, table: Table, make: Callable[[], Row]) -> None:
    try:
        put(connection, table, make())
    except StoreError as error:
        done.problems.append(str(error))


def _remove(connection: Connection, table: Table, keys: Iterable[str]) -> None:
    key = next(iter(table.primary_key))
    for gone in keys:
        connection.execute(table.delete().where(key == gone))


def _states(connection: Connection, table: Table) -> Mapping[str, str]:
    key = next(iter(table.primary_key))
    return {row[0]: row[1] for row in connection.execute(select(key, table.c.state))}


def mend_audit(connection: Connection, layout: Layout) -> None:
    """Add the lines that the index lacks: those after its last one."""
    last = connection.execute(select(func.max(audit_table.c.at))).scalar()
    new = [row for row in audit.rows(layout.audit, last or 0) if last is None or row["at"] > last]
    if new:
        connection.execute(audit_table.insert(), new)


def _patient_columns(patient: Patient) -> Row:
    person = patient.person
    said = person_said(person)
    columns = ("age_years", "sex", "height_m", "mass_kg", "leg_length_m", "painful_side", "walking_aid")
    return {
        "pid": patient.pid,
        "code": person.code or "",
        "code_key": (person.code or "").casefold(),
        **{name: said.get(name) for name in columns},
        "red_flags": list(person.red_flags),
        "notes": patient.notes,
        "created": patient.created.astimezone(UTC).isoformat(),
    }


def _result_columns(result: Path | None) -> Row:
    summary = None if result is None else summary_of(result)
    if summary is None or result is None:
        headline, verdict, duration_s, model = Headline(), None, None, ""
    else:
        verdict = Verdict(summary["quality"]["verdict"]).value
        duration_s = summary["recording"]["duration_s"]
        model = summary["risk"].get("model_version") or ""
        headline = Headline(
            speed_m_s=summary["gait"].get("speed_m_s"),
            cadence_spm=summary["gait"].get("cadence_spm"),
            stance_asymmetry_pct=summary["asymmetry"].get("stance_time", {}).get("log_ratio_pct"),
            drop_difference_deg=summary["pelvis"].get("drop_difference_deg"),
            score=summary["risk"]["score"],
        )
    return {
        "duration_s": duration_s,
        "verdict": verdict,
        "headline": asdict(headline),
        "has_result": summary is not None,
        "version": result.name if result and summary else "",
        "model_version": model,
    }


def summary_of(result: Path) -> dict[str, Any]:
    """The summary.json of a result folder; StoreError if it is damaged."""
    try:
        said: dict[str, Any] = json.loads((result / "summary.json").read_bytes())
        for group in ("quality", "recording", "gait", "asymmetry", "pelvis", "risk"):
            said[group]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{result}: summary.json is damaged; analyse the session again.") from error
    return said


def _info(path: Path) -> SessionInfo:
    try:
        info = read_info(SessionFolder(path))
    except RecordingError as error:
        raise StoreError(str(error)) from error
    if info is None:
        raise NotFound(f"{path}: no session.json; `gaitchain recover` makes what it can from the journal.")
    return info


def _utc(created: str, path: Path) -> datetime:
    try:
        return datetime.fromisoformat(created).astimezone(UTC).replace(microsecond=0)
    except ValueError as error:
        raise StoreError(f"{info_file(path)}: created is no date; mend it.") from error
