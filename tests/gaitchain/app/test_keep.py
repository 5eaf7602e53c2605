"""What becomes of a recording when something comes between: nothing of a patient is left where nobody looks."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gaitchain.analysis import Analysis, analyse
from gaitchain.app import archive
from gaitchain.app.hub import keep as keeping
from gaitchain.app.leftovers import EXPORT, UPLOAD
from gaitchain.store import Care, CareVerdict, NotFound, Store, adopt, adopt_recording, delete_patient
from sensor.person import Person
from sensor.recording import RecordingTable
from tests.gaitchain.app.clients import TestClient


@pytest.fixture
def pid(store: Store) -> str:
    return store.put_patient(None, Person("K-17"), "", "anna").pid


def test_a_patient_who_is_deleted_while_a_walk_is_analysed_stays_deleted(
    store: Store, pid: str, walk_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(table: RecordingTable) -> Analysis:
        done = analyse(table)
        assert delete_patient(store, pid, "anna")
        return done

    path = adopt_recording(store, pid, walk_file, "anna")
    monkeypatch.setattr(keeping, "analyse", meanwhile)
    with pytest.raises(NotFound):
        keeping.keep(store, path, None, "anna")
    with pytest.raises(NotFound):
        store.put_care(path.name, Care(verdict=CareVerdict.REPEAT), "anna")
    assert list(store.layout.patients.iterdir()) == []


def test_a_file_that_cannot_be_taken_in_leaves_no_half_a_session(
    store: Store, pid: str, walk_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adopt, "write_info", full)
    with pytest.raises(OSError, match="No space"):
        adopt_recording(store, pid, walk_file, "anna")
    assert list(store.layout.sids(pid)) == []


def test_copies_that_a_killed_server_left_are_gone_when_the_next_begins(
    store: Store, pid: str, enter: Callable[..., TestClient]
) -> None:
    upload = store.layout.data / f"{UPLOAD}abc"
    export = store.layout.folder(pid) / "sessions" / f"{EXPORT}abc.zip"
    for copy in (upload / "recording.csv", export):
        copy.parent.mkdir(parents=True)
        copy.write_text("a patient's", encoding="utf-8")
    assert enter().get(f"/api/patients/{pid}").status_code == 200
    assert (upload.exists(), export.exists()) == (False, False)


def test_an_archive_that_cannot_be_packed_is_not_left_lying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = tmp_path / "session"
    session.mkdir()
    (session / "session.json").write_text("{}", encoding="utf-8")
    with zipfile.ZipFile(archive.archive_of(session)) as packed:
        assert packed.namelist() == ["session/session.json"]
    before = sorted(tmp_path.iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(OSError, match="No space"):
        archive.archive_of(session)
    assert sorted(tmp_path.iterdir()) == before
