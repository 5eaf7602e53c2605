"""The store: files first, index second, one writer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, and_, func, or_, select

from gaitchain.outputs import read_curves
from gaitchain.reporting import newest_result
from gaitchain.store import audit as trail
from gaitchain.store import index
from gaitchain.store.database import connect, empty_log, migrate, store_url
from gaitchain.store.errors import Conflict, NotFound, StoreError
from gaitchain.store.layout import Layout, new_pid, new_sid
from gaitchain.store.lock import WriteLock
from gaitchain.store.rows import Care, CareVerdict, Headline, Patient, Session, Trace
from gaitchain.store.tables import audit, patients, sessions
from gaitchain.store.truth import checked, now, read_patient, write_care, write_patient
from gaitchain.store.unfinished import finish_erasing
from gaitchain.store.users import Users
from pipeline.result import Curve, Verdict
from sensor.person import Person
from sensor.recording.session_folder import SessionEnd
from sensor.samples import Side

_MOST_SHOWN = 1000


class Store:
    """Patients, sessions, users and the audit trail of a data folder. Any thread may call any method.

    Attributes
    ----------
    users : Users
    problems : tuple of str
        Sentences about files that could not be read when the store was opened.
    """

    def __init__(self, layout: Layout, engine: Engine, lock: WriteLock) -> None:
        self.layout, self.engine, self.lock = layout, engine, lock
        self.users = Users(layout.users, lock)
        self.problems: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def patients(self, search: str = "") -> list[Patient]:
        """Patients whose code holds the text, those with the newest session first."""
        last = func.max(sessions.c.started)
        query = (
            select(patients, func.count(sessions.c.sid).label("count"), last.label("last"))
            .outerjoin(sessions, sessions.c.pid == patients.c.pid)
            .group_by(*patients.primary_key)
            .order_by(func.coalesce(last, patients.c.created).desc(), patients.c.pid)
        )
        if key := " ".join(search.split()).casefold():
            query = query.where(patients.c.code_key.contains(key, autoescape=True))
        with self.engine.connect() as connection:
            return [_patient(row) for row in connection.execute(query)]

    def patient(self, pid: str) -> Patient:
        """One patient; NotFound if there is none."""
        query = (
            select(patients, func.count(sessions.c.sid).label("count"), func.max(sessions.c.started).label("last"))
            .outerjoin(sessions, sessions.c.pid == patients.c.pid)
            .where(patients.c.pid == pid)
            .group_by(*patients.primary_key)
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound("There is no such patient.")
        return _patient(row)

    def put_patient(self, pid: str | None, person: Person, notes: str, by: str) -> Patient:
        """Change a patient, or take in a new one without ``pid``.

        Raises
        ------
        StoreError
            There is no code, or a number of the person cannot be.
        Conflict
            Another patient has that code; upper and lower case count as one.
        NotFound
            There is no such patient.
        """
        person = checked(person)
        with self.writing() as connection:
            self._refuse_same_code(connection, person.code or "", pid)
            created = now() if pid is None else read_patient(self.layout, pid).created
            patient = Patient(pid or new_pid(), person, notes, created)
            write_patient(self.layout.patient_file(patient.pid), patient)
            index.put(connection, patients, index.patient_row(self.layout, patient.pid))
            self.trace(connection, by, "patient changed" if pid else "patient added", patient.pid)
        return self.patient(patient.pid)

    def new_session(self, pid: str, by: str) -> Path:
        """A path for a session folder of a patient; nothing is there yet. NotFound if there is no such patient."""
        self.patient(pid)
        sid = new_sid(now())
        path = self.layout.session(pid, sid)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self.audit(by, "session begun", pid, sid)
        return path

    def add_session(self, path: Path, care: Care | None, by: str) -> Session:
        """Take a session folder into the index, again after a new analysis. ``care`` None leaves care.json as it is.

        Raises
        ------
        StoreError
            The folder lies elsewhere, or a file in it is damaged.
        NotFound
            There is no session.json in it, or no such patient.
        """
        pid, sid = self.layout.keys(path)
        with self.writing() as connection:
            self.patient(pid)
            new = not connection.execute(select(sessions.c.sid).where(sessions.c.sid == sid)).first()
            earlier = index.care_of(path)
            if care is not None or not earlier.created_by:
                said = care or earlier
                write_care(path, replace(said, created_by=earlier.created_by or said.created_by or by))
            index.put(connection, sessions, index.session_row(self.layout, pid, sid))
            self.trace(connection, by, "session added" if new else "session analysed", pid, sid)
        return self.session(sid)

    def sessions(self, pid: str | None = None, limit: int = 50, before: str | None = None) -> list[Session]:
        """Sessions of a patient or of all, newest first; ``before`` is the ``sid`` of the last one that was shown."""
        query = select(sessions).order_by(sessions.c.started.desc(), sessions.c.sid.desc())
        query = query.limit(min(max(limit, 0), _MOST_SHOWN))
        if pid is not None:
            query = query.where(sessions.c.pid == pid)
        with self.engine.connect() as connection:
            if before is not None:
                last = connection.execute(select(sessions.c.started).where(sessions.c.sid == before)).scalar()
                if last is None:
                    raise NotFound("There is no such session.")
                same = and_(sessions.c.started == last, sessions.c.sid < before)
                query = query.where(or_(sessions.c.started < last, same))
            return [self._session(row) for row in connection.execute(query)]

    def keys_of_sessions(self, pid: str) -> list[str]:
        """Keys of all sessions of a patient, oldest first."""
        query = select(sessions.c.sid).where(sessions.c.pid == pid).order_by(sessions.c.started, sessions.c.sid)
        with self.engine.connect() as connection:
            return list(connection.scalars(query))

    def session(self, sid: str) -> Session:
        """One session; NotFound if there is none."""
        with self.engine.connect() as connection:
            row = connection.execute(select(sessions).where(sessions.c.sid == sid)).first()
        if row is None:
            raise NotFound("There is no such session.")
        return self._session(row)

    def put_care(self, sid: str, care: Care, by: str) -> Session:
        """Write what the therapist says about a session; NotFound if there is none."""
        with self.writing() as connection:
            session = self.session(sid)
            author = session.care.created_by or by
            write_care(session.path, replace(care, created_by=author))
            index.put(connection, sessions, index.session_row(self.layout, session.pid, sid))
            self.trace(connection, by, "session notes changed", session.pid, sid)
        return self.session(sid)

    def result_dir(self, sid: str) -> Path:
        """The folder of the newest result of a session; NotFound if there is none."""
        found = newest_result(self.session(sid).path)
        if found is None:
            raise NotFound("This session has no result yet; analyse it.")
        return found

    def result(self, sid: str) -> dict[str, Any]:
        """The newest summary.json of a session; NotFound if there is none."""
        return index.summary_of(self.result_dir(sid))

    def curves(self, sid: str) -> dict[str, Curve]:
        """The gait-cycle curves of the newest result of a session; empty if an earlier version made it."""
        try:
            return read_curves(self.result_dir(sid) / "curves.json")
        except ValueError as error:
            raise StoreError(str(error)) from error

    def audit(self, by: str, what: str, pid: str | None = None, sid: str | None = None) -> None:
        """Add a line to the trail. ``what`` says the deed in a few words, never a code, a name or a note."""
        with self.writing() as connection:
            self.trace(connection, by, what, pid, sid)

    def audit_trail(self, pid: str | None = None, limit: int = 200) -> list[Trace]:
        """The newest lines of the trail, newest first, of one patient or of all."""
        query = select(audit).order_by(audit.c.at.desc()).limit(min(max(limit, 0), _MOST_SHOWN))
        if pid is not None:
            query = query.where(audit.c.pid == pid)
        with self.engine.connect() as connection:
            return [trail.trace(row) for row in connection.execute(query)]

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hold the write lock and one transaction of the index: change the files first, then its rows."""
        with self.lock.held(), self.engine.begin() as connection:
            yield connection

    def trace(self, connection: Connection, by: str, what: str, pid: str | None = None, sid: str | None = None) -> None:
        """Add a line to the trail within :meth:`writing`."""
        trail.append(self.layout.audit, by, what, pid, sid)
        index.mend_audit(connection, self.layout)

    def _refuse_same_code(self, connection: Connection, code: str, pid: str | None) -> None:
        query = select(patients.c.pid).where(patients.c.code_key == code.casefold())
        if any(row.pid != pid for row in connection.execute(query)):
            raise Conflict("Another patient has this code already.")

    def _session(self, row: Any) -> Session:
        care = Care(
            row.protocol,
            row.condition,
            row.pain_before,
            row.pain_after,
            row.notes,
            CareVerdict(row.care_verdict) if row.care_verdict else None,
            row.created_by,
        )
        return Session(
            row.sid,
            row.pid,
            self.layout.session(row.pid, row.sid),
            datetime.fromisoformat(row.started),
            row.duration_s,
            SessionEnd(row.ended),
            care,
            Verdict(row.verdict) if row.verdict else None,
            Headline(**row.headline),
            row.has_result,
            row.version,
            row.model_version,
        )


def open_store(data: Path, url: str | None = None) -> Store:
    """Open the store of a data folder, made if need be; what a crash left half done is finished.

    Parameters
    ----------
    data : Path
        The data folder, see :func:`gaitchain.config.data_dir`.
    url : str or None
        Database of the index; None takes ``GAITCHAIN_STORE_URL``, else SQLite in the data folder.

    Raises
    ------
    StoreError
        The database cannot be reached, or a later version made it.
    """
    layout = Layout(data)
    address = store_url(layout, url)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    layout.patients.mkdir(mode=0o700, exist_ok=True)
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).touch(mode=0o600)  # SQLite would let others read it
    lock = WriteLock(layout.lock)
    engine = connect(address)
    store = Store(layout, engine, lock)
    try:
        with lock.held():
            migrate(engine)
            finish_erasing(layout)
            with engine.begin() as connection:
                store.problems = tuple(index.mend(connection, layout).problems)
            empty_log(engine)
    except BaseException:
        engine.dispose()
        raise
    return store


def rebuild(store: Store) -> index.Rebuilt:
    """Make the index anew from the files; every row is as it was."""
    with store.writing() as connection:
        return index.rebuild(connection, store.layout)


def _patient(row: Any) -> Patient:
    person = Person(
        row.code or None,
        row.age_years,
        row.sex,
        row.height_m,
        row.mass_kg,
        row.leg_length_m,
        Side(row.painful_side) if row.painful_side else None,
        row.walking_aid,
        tuple(row.red_flags),
    )
    last = datetime.fromisoformat(row.last) if row.last else None
    return Patient(row.pid, person, row.notes, datetime.fromisoformat(row.created), row.count, last)
