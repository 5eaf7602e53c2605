"""What is deleted is gone from every byte below the data folder; what is anonymised keeps its walk and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from sqlalchemy import text

from gaitchain.store import (
    Care,
    CareVerdict,
    NotFound,
    Store,
    anonymise_patient,
    delete_patient,
    open_store,
    rebuild,
)
from gaitchain.store.anonymise import anonymous
from sensor.person import Person
from sensor.recording import read_recording
from sensor.recording.session_folder import SessionFolder, read_info
from sensor.recording.writer import write_table
from tests.gaitchain.store.somebody import CODE, NOTE, PERSON, SECRETS, bytes_below, make_session, rows, walk

CARE = Care("4x10m", NOTE, 5, 2, NOTE, CareVerdict.ACCEPTED)


def told(store: Store) -> str:
    """A patient with two sessions, whose words were changed now and then."""
    pid = store.put_patient(None, PERSON, NOTE, "anna").pid
    store.put_patient(pid, PERSON, NOTE * 400, "anna")  # a row of several pages
    first = make_session(store, pid, CARE)
    make_session(store, pid, CARE, datetime(2026, 2, 5, 9, tzinfo=UTC))
    store.put_care(first.sid, CARE, "anna")
    return pid


def found(folder: Path) -> list[str]:
    data = bytes_below(folder)
    return [secret for secret in SECRETS if secret.encode() in data]


def test_a_deleted_patient_is_in_no_byte(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        other = store.put_patient(None, Person("other"), "stays", "anna").pid
        pid = told(store)
        assert found(tmp_path) == list(SECRETS)
        assert delete_patient(store, pid, "anna")
        assert found(tmp_path) == []  # the index and its log are in use still
        assert [patient.pid for patient in store.patients()] == [other]
        assert store.sessions() == []
        assert store.audit_trail(pid)[0].what == "patient deleted"
        with pytest.raises(NotFound):
            delete_patient(store, pid, "anna")
    assert found(tmp_path) == []


def test_a_deleted_patient_is_in_no_row_of_postgresql(tmp_path: Path, postgres_url: str) -> None:
    with open_store(tmp_path, postgres_url) as store:
        pid = told(store)
        assert delete_patient(store, pid, "anna")
        assert found(tmp_path) == []
        assert not any(secret in json.dumps(rows(store.engine)) for secret in SECRETS)


def test_a_reader_delays_the_last_trace_until_the_next_opening(tmp_path: Path) -> None:
    with open_store(tmp_path) as store, open_store(tmp_path) as other:
        pid = told(store)
        with other.engine.connect() as reading, mock.patch("gaitchain.store.erase._TRIES", 1):
            reading.execute(text("SELECT * FROM patients")).fetchone()
            assert not delete_patient(store, pid, "anna")
    open_store(tmp_path).close()
    assert found(tmp_path) == []


@pytest.mark.parametrize("moment", ["shutil.rmtree", "gaitchain.store.erase.purge"])
def test_a_kill_while_deleting_leaves_nothing_after_the_next_opening(tmp_path: Path, moment: str) -> None:
    with open_store(tmp_path) as store:
        pid = told(store)
        with mock.patch(moment, side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
            delete_patient(store, pid, "anna")
    with open_store(tmp_path) as store:
        assert store.patients() == []
    assert found(tmp_path) == []


def test_an_anonymous_patient_keeps_recording_and_numbers(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        pid = told(store)
        before = [store.session(sid) for sid in store.keys_of_sessions(pid)]
        table, document = read_recording(before[0].path), store.result(before[0].sid)
        done = anonymise_patient(store, pid, "anna")
        assert done.clean
        assert found(tmp_path) == []
        assert b"SERIAL" not in bytes_below(tmp_path)
        new = done.patient
        assert new.pid != pid
        assert store.patients() == [new]
        assert (new.notes, new.person.age_years, new.person.height_m) == ("", 58.0, 1.68)
        assert new.person.walking_aid == "rollator"
        after = [store.session(sid) for sid in store.keys_of_sessions(new.pid)]
        assert [session.started.isoformat() for session in after] == [
            "2000-01-01T00:00:00+00:00",
            "2000-01-03T00:00:01+00:00",
        ]
        assert after[0].care == Care("4x10m", "", 5, 2, "", CareVerdict.ACCEPTED)
        assert after[0].headline == before[0].headline
        again = read_recording(after[0].path)
        assert np.array_equal(again.time_s, table.time_s)
        assert all(np.array_equal(again.acc_m_s2[place], table.acc_m_s2[place]) for place in table.placements)
        assert [marker.label for marker in again.markers] == ["turn", "event", "pain 4"]
        numbers = store.result(after[0].sid)
        assert {key: value for key, value in numbers.items() if key != "recording"} == {
            key: value for key, value in document.items() if key != "recording"
        }
        info = read_info(SessionFolder(after[0].path))
        assert info is not None
        assert info.nodes == {"node-1": {"drift_ppm": 3.5}}
        assert [line.pid for line in store.audit_trail() if line.what == "patient anonymised"] == [pid]
        assert store.audit_trail(new.pid) == []  # nothing joins the two
        live = rows(store.engine)
        rebuild(store)
        assert rows(store.engine) == live


@pytest.mark.parametrize("moment", ["_session", "take_place", "purged", "index.put"])
def test_a_kill_while_anonymising_leaves_one_of_the_two_whole(tmp_path: Path, moment: str) -> None:
    with open_store(tmp_path) as store:
        pid = told(store)
        with (
            mock.patch(f"gaitchain.store.anonymise.{moment}", side_effect=KeyboardInterrupt),
            pytest.raises(KeyboardInterrupt),
        ):
            anonymise_patient(store, pid, "anna")
    with open_store(tmp_path) as store:
        (patient,) = store.patients()
        assert patient.sessions == 2
        if moment in ("_session", "take_place"):
            assert (patient.pid, patient.person.code) == (pid, CODE)
        else:
            assert patient.pid != pid
            assert found(tmp_path) == []
        assert [path.name for path in store.layout.patients.iterdir()] == [patient.pid]


def test_a_kill_between_the_two_names_ends_with_the_anonymous_one(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        pid = told(store)
        with (
            mock.patch("gaitchain.store.unfinished.erase_folder", side_effect=KeyboardInterrupt),
            pytest.raises(KeyboardInterrupt),
        ):
            anonymise_patient(store, pid, "anna")
    with open_store(tmp_path) as store:
        (patient,) = store.patients()
        assert patient.pid != pid
    assert found(tmp_path) == []


def test_who_is_told_by_age_aid_or_free_text_is_not_told() -> None:
    person = Person("x", 97.4, "Fräulein", walking_aid="2 CRUTCHES, blue; left", red_flags=("fell off the ferry",))
    plain = anonymous(person)
    assert (plain.age_years, plain.sex, plain.walking_aid) == (90.0, None, "crutches left")
    assert plain.red_flags == ("a warning sign was stated",)
    assert anonymous(Person("x")).walking_aid is None
    assert anonymous(Person("x", walking_aid="Grandpa's")).walking_aid == "some aid"


def test_a_recording_that_counts_from_a_date_loses_it(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        pid = store.put_patient(None, PERSON, "", "anna").pid
        session = make_session(store, pid, CARE)
        table = replace(walk(), time_s=walk().time_s + 1.7e9)
        write_table(table, session.path / "recording.parquet")
        new = anonymise_patient(store, pid, "anna").patient
        (after,) = store.sessions(new.pid)
        assert read_recording(after.path).time_s[[0, -1]] == pytest.approx([0.0, 3.99])
        assert not after.has_result
