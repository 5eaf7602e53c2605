"""A backup comes back whole or not at all."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitchain.cli import run
from gaitchain.errors import ExitCode
from gaitchain.store import Care, NotFound, StoreError, backup, open_store, rebuild, restore
from tests.gaitchain.store.somebody import PERSON, make_session, rows


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with open_store(folder) as store:
        pid = store.put_patient(None, PERSON, "notes", "anna").pid
        make_session(store, pid, Care("2min", pain_before=3))
        store.users.add("anna", "admin", "0123456789")
        (store.layout.patients / ".making-abcdefabcdef").mkdir()
        (store.layout.patients / ".making-abcdefabcdef" / "patient.json").write_text("left by a crash")
    return folder


@pytest.fixture(scope="module")
def archive(data: Path) -> Path:
    return backup(data, data.parent / "backup.tar.gz").path


def truth(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("store.") and ".making" not in str(path)
    }


def index(folder: Path) -> dict[str, object]:
    with open_store(folder) as store:
        found = rows(store.engine)
    for row in (*found["patients"], *found["sessions"]):
        row.pop("state")  # another file of the same content
    return dict(found)


def test_a_backup_comes_back_the_same(data: Path, archive: Path, tmp_path: Path) -> None:
    done = restore(archive, tmp_path / "new")
    assert truth(tmp_path / "new") == truth(data)
    assert done.files == len(truth(data))
    assert index(tmp_path / "new") == index(data)
    with open_store(tmp_path / "new") as store:
        assert store.users.check("anna", "0123456789")
    if sys.platform != "win32":
        assert archive.stat().st_mode & 0o077 == 0
        assert (tmp_path / "new" / "users.json").stat().st_mode & 0o077 == 0


def test_the_same_by_the_commands(data: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["--data", str(data), "backup", str(tmp_path)]) == ExitCode.OK
    path = Path(os.fsdecode(capfdbinary.readouterr().out.strip()))
    assert path.parent == tmp_path
    assert path.name.endswith(".tar.gz")
    assert run(["--data", str(tmp_path / "new"), "restore", str(path)]) == ExitCode.OK
    assert b"1 patients and 1 sessions" in capfdbinary.readouterr().out
    assert truth(tmp_path / "new").keys() == truth(data).keys()
    assert run(["--data", str(tmp_path / "new"), "index", "rebuild", "--json"]) == ExitCode.OK
    said = json.loads(capfdbinary.readouterr().out)
    assert (said["ok"], said["patients"], said["sessions"]) == (True, 1, 1)


def test_nothing_is_overwritten(data: Path, archive: Path, tmp_path: Path) -> None:
    before = truth(data)
    with pytest.raises(StoreError, match="nothing is overwritten"):
        restore(archive, data)
    assert truth(data) == before
    with pytest.raises(StoreError, match="nothing is overwritten"):
        backup(data, archive)
    with pytest.raises(NotFound, match="no patients are kept here"):
        backup(tmp_path / "nowhere", tmp_path / "x.tar.gz")
    open_store(tmp_path / "empty").close()  # a store in which nobody is
    (tmp_path / "empty" / "store.sqlite3").unlink()
    restore(archive, tmp_path / "empty")
    assert truth(tmp_path / "empty") == truth(data)


def test_a_growing_journal_is_saved_as_far_as_it_went(data: Path, tmp_path: Path) -> None:
    """A recording goes on while the backup is made; what the archive holds of it is consistent in itself."""
    journal = next(data.rglob("*.gcj"))
    whole = journal.read_bytes()
    real = os.fstat

    def grow(descriptor: int) -> os.stat_result:
        status = real(descriptor)
        with journal.open("ab") as file:
            file.write(b"more")
        return status

    try:
        with mock.patch("gaitchain.store.archive.os.fstat", side_effect=grow):
            made = backup(data, tmp_path / "live.tar.gz")
    finally:
        journal.write_bytes(whole)
    restore(made.path, tmp_path / "new")
    saved = (tmp_path / "new" / journal.relative_to(data)).read_bytes()
    assert saved.startswith(whole)


@settings(max_examples=40)
@given(share=st.floats(0, 1, exclude_max=True), cut=st.booleans(), flip=st.integers(1, 255))
def test_any_damage_is_refused_and_leaves_nothing(
    archive: Path, share: float, cut: bool, flip: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp_path = tmp_path_factory.mktemp("damaged")
    content = bytearray(gzip.decompress(archive.read_bytes()))
    end = len(content.rstrip(b"\0"))  # what follows is padding
    at = int(share * end)
    if cut:
        del content[at:]
    else:
        content[at] ^= flip
    (tmp_path / "bad.tar.gz").write_bytes(gzip.compress(bytes(content), 1))
    try:
        restore(tmp_path / "bad.tar.gz", tmp_path / "new")
    except (StoreError, OSError):
        assert not (tmp_path / "new").exists()
    else:  # a byte that means nothing, such as an owner's name
        assert truth(tmp_path / "new").keys() >= {"users.json", "audit.jsonl"}
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".restore")] == []


@pytest.mark.parametrize("cut", [0, 10, 1000, -2000])
def test_a_cut_file_is_refused(archive: Path, cut: int, tmp_path: Path) -> None:
    (tmp_path / "cut.tar.gz").write_bytes(archive.read_bytes()[:cut])
    with pytest.raises(StoreError, match=r"damaged|cut off"):
        restore(tmp_path / "cut.tar.gz", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def _link(kind: bytes) -> Callable[[tarfile.TarInfo], None]:
    def change(member: tarfile.TarInfo) -> None:
        member.type, member.linkname = kind, "/etc/passwd"

    return change


def _named(name: str) -> Callable[[tarfile.TarInfo], None]:
    def change(member: tarfile.TarInfo) -> None:
        member.name = name

    return change


@pytest.mark.parametrize(
    "change",
    [
        _named("../evil"),
        _named("patients/../../evil"),
        _named("/tmp/evil"),
        _named("patients\\..\\evil"),
        _named("C:evil"),
        _named("store.sqlite3"),
        _named("patients/./x"),
        _link(tarfile.SYMTYPE),
        _link(tarfile.LNKTYPE),
        _link(tarfile.FIFOTYPE),
        _link(tarfile.CHRTYPE),
        _link(tarfile.DIRTYPE),
    ],
)
def test_members_that_lead_elsewhere_are_refused_whole(
    change: Callable[[tarfile.TarInfo], None], tmp_path: Path
) -> None:
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as made:
        good, bad = tarfile.TarInfo("patients/0123456789ab/patient.json"), tarfile.TarInfo("patients/x")
        good.size = bad.size = 2
        made.addfile(good, io.BytesIO(b"{}"))
        change(bad)
        made.addfile(bad, io.BytesIO(b"{}"))
    with pytest.raises(StoreError, match=r"which no backup of gaitchain does|no checksums"):
        restore(tmp_path / "evil.tar.gz", tmp_path / "deep" / "new")
    assert {path.name for path in tmp_path.rglob("*")} == {"evil.tar.gz", "deep"}


def test_another_tar_is_no_backup(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "other.tar.gz", "w:gz") as made:
        made.addfile(tarfile.TarInfo("audit.jsonl"), io.BytesIO())
    with pytest.raises(StoreError, match="no checksums"):
        restore(tmp_path / "other.tar.gz", tmp_path / "new")
    (tmp_path / "text.tar.gz").write_text("hello")
    with pytest.raises(StoreError, match="no backup of gaitchain"):
        restore(tmp_path / "text.tar.gz", tmp_path / "new")


def test_the_index_command_says_what_it_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_store(tmp_path) as store:
        pid = store.put_patient(None, PERSON, "", "anna").pid
        store.layout.patient_file(pid).write_text("{")
        assert rebuild(store).patients == 0
    assert run(["--data", str(tmp_path), "index", "rebuild"]) == ExitCode.PARTIAL
    shown = capsys.readouterr()
    assert "0 patients and 0 sessions" in shown.out
    assert f"{pid}/patient.json: damaged" in shown.err
