"""The index is what the files say: after any deeds, after a crash between file and index, after damage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitchain.store import (
    Care,
    Store,
    StoreError,
    anonymise_patient,
    delete_patient,
    index,
    open_store,
    rebuild,
)
from sensor.person import Person
from sensor.recording.session_folder import SessionFolder
from tests.gaitchain.store.somebody import analysed, make_session, rows

DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["add", "change", "session", "care", "analyse", "delete", "anonymise", "reopen"]),
        st.integers(0, 3),
        st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=8),
    ),
    max_size=12,
)


def do(store: Store, deed: str, which: int, text: str) -> None:
    """One deed; what is refused changes nothing."""
    patients = sorted(patient.pid for patient in store.patients())
    sessions = sorted(session.sid for session in store.sessions())
    pid = patients[which % len(patients)] if patients else None
    sid = sessions[which % len(sessions)] if sessions else None
    if deed == "add":
        store.put_patient(None, Person(text, 40.0 + which, red_flags=("fever",) * (which == 3)), text, "anna")
    elif deed == "change" and pid:
        store.put_patient(pid, Person(text, walking_aid=text), text, "bob")
    elif deed == "session" and pid:
        make_session(store, pid, Care(text, text, which, notes=text), results=("0.1.0",) * (which > 1))
    elif deed == "care" and sid:
        store.put_care(sid, Care(notes=text, pain_after=which), "bob")
    elif deed == "analyse" and sid:
        session = store.session(sid)
        analysed(SessionFolder(session.path), f"0.{which}.0", store.patient(session.pid).person)
        store.add_session(session.path, None, "bob")
    elif deed == "delete" and pid:
        delete_patient(store, pid, "anna")
    elif deed == "anonymise" and pid:
        anonymise_patient(store, pid, "anna")


@settings(max_examples=12)
@given(deeds=DEEDS)
def test_after_any_deeds_the_index_made_anew_is_the_live_one(
    deeds: list[tuple[str, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("store")
    store = open_store(data)
    for deed, which, text in deeds:
        if deed == "reopen":
            store.close()
            store = open_store(data)
        try:
            do(store, deed, which, text)
        except StoreError:
            continue
    live = rows(store.engine)
    assert rebuild(store).problems == []
    assert rows(store.engine) == live
    store.close()


CHANGES: dict[str, Callable[[Store, str, str], object]] = {
    "a new patient": lambda store, pid, sid: store.put_patient(None, Person("new"), "", "anna"),
    "a changed patient": lambda store, pid, sid: store.put_patient(pid, Person("other"), "", "anna"),
    "a new session": lambda store, pid, sid: make_session(store, pid, Care()),
    "changed notes": lambda store, pid, sid: store.put_care(sid, Care(notes="other"), "anna"),
    "a look": lambda store, pid, sid: store.audit("anna", "patient seen", pid),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_kill_between_file_and_index_is_mended_when_the_store_opens(
    change: Callable[[Store, str, str], object], tmp_path: Path
) -> None:
    class Killed(BaseException):
        pass

    with open_store(tmp_path) as store:
        pid = store.put_patient(None, Person("first"), "", "anna").pid
        sid = make_session(store, pid, Care()).sid
        before = rows(store.engine)
        with (
            mock.patch.object(index, "put", side_effect=Killed),
            mock.patch.object(index, "mend_audit", side_effect=Killed),
            pytest.raises(Killed),
        ):
            change(store, pid, sid)
        assert rows(store.engine) == before
    with open_store(tmp_path) as store:
        mended = rows(store.engine)
        assert mended != before
        rebuild(store)
        assert rows(store.engine) == mended


def test_a_line_that_another_process_left_unindexed_is_not_passed_over(tmp_path: Path) -> None:
    with open_store(tmp_path) as store, open_store(tmp_path) as other:
        with mock.patch.object(index, "mend_audit"):
            other.audit("bob", "first")
        store.audit("anna", "second")
        assert [line.what for line in store.audit_trail()] == ["second", "first"]


def test_a_line_cut_by_a_crash_stays_and_the_next_is_whole(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.audit("anna", "first")
        with store.layout.audit.open("ab") as file:
            file.write(b'{"when": "2026-')
        store.audit("anna", "second")
        store.audit("anna", "third")
        live = rows(store.engine)
        assert [line.what for line in store.audit_trail()] == ["third", "second", "first"]
        rebuild(store)
        assert rows(store.engine) == live
        assert store.layout.audit.read_bytes().count(b"\n") == 4


def test_what_is_copied_in_or_taken_away_by_hand_is_seen(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        one = store.put_patient(None, Person("one"), "", "anna").pid
        two = store.put_patient(None, Person("two"), "", "anna").pid
        make_session(store, one, Care())
        shutil.copytree(store.layout.folder(one), store.layout.folder("abcdef012345"))
        shutil.rmtree(store.layout.folder(two))
        (store.layout.patients / "notes.txt").write_text("not a patient")
    with open_store(tmp_path) as store:
        assert {patient.pid for patient in store.patients()} == {one, "abcdef012345"}
        assert store.problems == ()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema_version": 99}', '{"schema_version": 1, "created": "x"}'])
def test_a_damaged_patient_is_said_and_hides_nobody_else(text: str, tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        pid = store.put_patient(None, Person("Zebra"), "", "anna").pid
        other = store.put_patient(None, Person("two"), "", "anna").pid
        store.layout.patient_file(pid).write_text(text)
        done = rebuild(store)
        assert [patient.pid for patient in store.patients()] == [other]
        assert len(done.problems) == 1
        assert pid in done.problems[0]
        assert "Zebra" not in done.problems[0]
        assert delete_patient(store, pid, "anna")
        assert not store.layout.folder(pid).exists()


@pytest.mark.parametrize("name", ["session.json", "care.json", "results/0.1.0/summary.json"])
def test_a_damaged_session_is_said_and_hides_no_other(name: str, tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        pid = store.put_patient(None, Person("one"), "", "anna").pid
        bad, good = make_session(store, pid, Care()), make_session(store, pid, Care())
        (bad.path / name).write_text('{"schema_version": 1')
        done = rebuild(store)
        assert [session.sid for session in store.sessions()] == [good.sid]
        assert len(done.problems) == 1
        assert bad.sid in done.problems[0]


def test_a_session_that_broke_off_is_shown_as_such(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        pid = store.put_patient(None, Person("one"), "", "anna").pid
        session = make_session(store, pid, Care(), results=())
        said = json.loads((session.path / "session.json").read_text())
        (session.path / "session.json").write_text(json.dumps(said | {"end": "recording"}))
    with open_store(tmp_path) as store:
        assert store.session(session.sid).end == "recording"
        assert not store.session(session.sid).has_result
