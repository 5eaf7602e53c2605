"""The face of the store, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from gaitchain.store import (
    Care,
    CareVerdict,
    Conflict,
    NotFound,
    Store,
    StoreError,
    adopt_recording,
    open_store,
    rebuild,
)
from gaitchain.store.index import patient_row
from gaitchain.store.tables import patients
from pipeline.result import Verdict
from sensor.person import Person
from sensor.recording import read_recording, write_recording
from sensor.recording.session_folder import SessionEnd
from sensor.samples import Side
from tests.gaitchain.store.somebody import CODE, NOTE, PERSON, make_session, rows, walk


@pytest.fixture
def store(tmp_path: Path, url: str | None) -> Iterator[Store]:
    with open_store(tmp_path / "data", url) as opened:
        yield opened


def test_a_patient_comes_back_as_told(store: Store) -> None:
    person = Person("KN 17", 58.5, "female", 1.68, 71.0, 0.89, Side.LEFT, "cane right", ("fever", "night pain"))
    put = store.put_patient(None, person, "likes dogs", "anna")
    assert store.patient(put.pid) == put
    assert (put.person, put.notes, put.sessions, put.last_session) == (person, "likes dogs", 0, None)
    changed = store.put_patient(put.pid, replace(person, code="  KN   18 "), "", "anna")
    assert (changed.person.code, changed.created, changed.notes) == ("KN 18", put.created, "")


def test_patients_are_found_by_any_part_of_the_code(store: Store) -> None:
    for code in ("KN-017", "kn-018", "Ä%1", "b_2"):
        store.put_patient(None, Person(code), "", "anna")

    def found(text: str) -> set[str | None]:
        return {patient.person.code for patient in store.patients(text)}

    assert found("") == {"KN-017", "kn-018", "Ä%1", "b_2"}
    assert found("KN-") == {"KN-017", "kn-018"}
    assert found("ä") == {"Ä%1"}
    assert found("%") == {"Ä%1"}
    assert found("_") == {"b_2"}
    assert found("x") == set()


def test_two_patients_never_share_a_code(store: Store) -> None:
    one = store.put_patient(None, Person("KN-1"), "", "anna")
    with pytest.raises(Conflict):
        store.put_patient(None, Person("kn-1"), "", "anna")
    other = store.put_patient(None, Person("KN-2"), "", "anna")
    with pytest.raises(Conflict):
        store.put_patient(other.pid, Person("KN-1"), "", "anna")
    store.put_patient(one.pid, Person("kn-1"), "", "anna")
    assert {patient.person.code for patient in store.patients()} == {"kn-1", "KN-2"}


@pytest.mark.parametrize(
    ("person", "sentence"),
    [
        (Person(), "needs a code"),
        (Person("  "), "needs a code"),
        (Person("x" * 65), "at most 64"),
        (Person("a\0b"), "printable"),
        (Person("a", height_m=172.0), "height_m is 172"),
        (Person("a", mass_kg=float("nan")), "Out of range float"),
    ],
)
def test_impossible_patients_are_refused_and_leave_nothing(store: Store, person: Person, sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence):
        store.put_patient(None, person, "", "anna")
    assert store.patients() == []
    assert list(store.layout.patients.iterdir()) == []


def test_a_session_shows_what_its_folder_holds(store: Store) -> None:
    pid = store.put_patient(None, PERSON, "", "anna").pid
    care = Care("2min", "own shoes", 5, 3, "better", CareVerdict.ACCEPTED)
    session = make_session(store, pid, care, results=("0.9.0", "0.10.0"))
    assert session.path.is_dir()
    assert session.started == datetime(2026, 2, 3, 10, 30, tzinfo=UTC)
    assert session.care == replace(care, created_by="anna")
    assert (session.end, session.verdict) == (SessionEnd.COMPLETE, Verdict.VALID)
    assert (session.has_result, session.version, session.model_version) == (True, "0.10.0", "sample-1")
    document = store.result(session.sid)
    assert session.headline.speed_m_s == document["gait"]["speed_m_s"] == pytest.approx(1.0)
    assert session.headline.score == document["risk"]["score"] == 0.62
    assert store.curves(session.sid).keys() >= {"pelvis_obliquity"}
    assert store.result_dir(session.sid).name == "0.10.0"
    patient = store.patient(pid)
    assert (patient.sessions, patient.last_session) == (1, session.started)
    assert store.patients()[0] == patient


def test_adding_twice_is_adding_once(store: Store) -> None:
    pid = store.put_patient(None, PERSON, "", "anna").pid
    session = make_session(store, pid, Care(pain_before=4))
    assert store.add_session(session.path, None, "bob") == session
    changed = store.put_care(session.sid, Care(pain_before=4, notes="x"), "bob")
    assert changed.care == Care(pain_before=4, notes="x", created_by="anna")
    assert store.sessions() == [changed]


def test_sessions_come_newest_first_page_by_page(store: Store) -> None:
    pids = [store.put_patient(None, Person(code), "", "anna").pid for code in "ab"]
    first = datetime(2026, 2, 3, tzinfo=UTC)
    made = [
        make_session(store, pids[day % 2], created=first + timedelta(days=day // 2), results=()) for day in range(7)
    ]
    ordered = sorted(made, key=lambda session: (session.started, session.sid), reverse=True)
    shown = store.sessions(limit=3)
    while len(shown) < 7:
        page = store.sessions(limit=3, before=shown[-1].sid)
        assert page
        shown += page
    assert shown == ordered
    assert store.sessions(pids[0]) == [session for session in ordered if session.pid == pids[0]]
    assert store.sessions(limit=0) == []


def test_what_is_not_there_is_said_and_no_key_leads_out_of_the_folder(store: Store, tmp_path: Path) -> None:
    pid = store.put_patient(None, PERSON, "", "anna").pid
    for key in ("0" * 12, "../../etc", "", f"{pid}/..", "20260101T000000-abcdef"):
        for ask in (store.patient, store.session, store.result, store.result_dir, store.curves):
            with pytest.raises(NotFound):
                ask(key)
        with pytest.raises(NotFound):
            store.put_care(key, Care(), "anna")
        with pytest.raises(NotFound):
            store.new_session(key, "anna")
        with pytest.raises(NotFound):
            store.put_patient(key, Person("b"), "", "anna")
    for path in (tmp_path, store.layout.folder(pid), store.layout.folder(pid) / "sessions" / "x"):
        with pytest.raises(StoreError, match="not a session folder of this store"):
            store.add_session(path, Care(), "anna")
    with pytest.raises(NotFound, match=r"no session\.json"):
        store.add_session(store.new_session(pid, "anna"), Care(), "anna")
    assert store.sessions() == []


@pytest.mark.parametrize("pain", [-1, 11])
def test_pain_has_eleven_steps(pain: int) -> None:
    with pytest.raises(StoreError, match="0 to 10"):
        Care(pain_after=pain)


def test_the_trail_says_who_did_what_and_no_code(store: Store) -> None:
    pid = store.put_patient(None, PERSON, "", "anna").pid
    session = make_session(store, pid, Care(notes="x"))
    store.audit("bob", "patient seen", pid)
    store.put_care(session.sid, Care(), "bob")
    trail = store.audit_trail(pid)
    assert [(line.who, line.what, line.sid) for line in reversed(trail)] == [
        ("anna", "patient added", None),
        ("anna", "session begun", session.sid),
        ("anna", "session added", session.sid),
        ("bob", "patient seen", None),
        ("bob", "session notes changed", session.sid),
    ]
    assert store.audit_trail(limit=2) == trail[:2]
    assert store.audit_trail("0" * 12) == []
    assert CODE not in store.layout.audit.read_text()
    for text in ("a\nb", "x" * 81):
        with pytest.raises(StoreError, match="printable"):
            store.audit("bob", text)


def test_a_file_becomes_a_session_and_stays_as_it_was(store: Store, tmp_path: Path) -> None:
    pid = store.put_patient(None, Person("KN-9", 40.0), "", "anna").pid
    file = tmp_path / "walk.csv"
    write_recording(replace(walk(), notes="by the river"), file)
    before = file.read_bytes()
    path = adopt_recording(store, pid, file, "anna", started=datetime(2026, 5, 1, 8, tzinfo=UTC), condition="barefoot")
    session = store.add_session(path, None, "anna")
    assert (session.started, session.care.condition) == (datetime(2026, 5, 1, 8, tzinfo=UTC), "barefoot")
    assert session.care.notes == "by the river"
    table = read_recording(session.path)
    assert table.person == Person("KN-9", 40.0, walking_aid="violet rollator")
    assert (len(table), table.markers) == (400, walk().markers)
    assert file.read_bytes() == before


def test_the_index_made_anew_is_the_same(store: Store) -> None:
    pid = store.put_patient(None, PERSON, "", "anna").pid
    make_session(store, pid, Care("2min", pain_before=4))
    before = rows(store.engine)
    assert all(before.values())
    done = rebuild(store)
    assert (done.patients, done.sessions, done.problems) == (1, 1, [])
    assert rows(store.engine) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_others_on_this_computer_read_nothing(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    with open_store(shared) as store:
        make_session(store, store.put_patient(None, PERSON, "", "anna").pid, Care())
        store.users.add("anna", "admin", "0123456789")
        readable = {path.name for path in shared.iterdir() if path.stat().st_mode & 0o077}
    assert readable <= {"store.lock"}
    with open_store(tmp_path / "new"):
        assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_an_error_of_the_database_shows_no_patient(store: Store) -> None:
    pid = store.put_patient(None, PERSON, NOTE, "anna").pid
    row = patient_row(store.layout, pid) | {"pid": "x", "code": None}
    with store.engine.connect() as connection, pytest.raises(IntegrityError) as failed:
        connection.execute(patients.insert(), [row])
    shown = "".join(traceback.format_exception(failed.value))
    assert "IntegrityError" in shown
    assert NOTE not in shown
