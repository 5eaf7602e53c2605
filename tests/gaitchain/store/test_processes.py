"""Two processes and many threads at one store: nobody is lost, and the index is what the files say."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gaitchain.store import Conflict, NotFound, StoreError, delete_patient, open_store, rebuild
from gaitchain.store.lock import WriteLock
from sensor.person import Person
from tests.gaitchain.store.somebody import rows

ROOT = Path(__file__).parents[3]
WRITER = """
import sys
from pathlib import Path
from gaitchain.store import open_store, rebuild
from sensor.person import Person
name = sys.argv[2]
with open_store(Path(sys.argv[1])) as store:
    for number in range(12):
        pid = store.put_patient(None, Person(f"{name}{number}"), name, name).pid
        store.put_patient(pid, Person(f"{name}{number}", 40.0), name, name)
        if number == 6:
            rebuild(store)
"""


def test_two_processes_write_and_rebuild_at_once(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name], cwd=ROOT, stderr=subprocess.PIPE)
        for name in ("a", "b")
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=60)
        assert writer.returncode == 0, errors.decode()
    with open_store(tmp_path) as store:
        assert len(store.patients()) == 24
        assert all(patient.person.age_years == 40.0 for patient in store.patients())
        assert len(store.audit_trail()) == 48
        live = rows(store.engine)
        rebuild(store)
        assert rows(store.engine) == live


def test_threads_share_a_store_and_one_code_is_given_once(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:

        def add(number: int) -> bool:
            try:
                store.put_patient(None, Person(f"P{number % 8}"), "", "anna")
                store.patients("p")
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            added = list(pool.map(add, range(32)))
        assert sum(added) == 8
        assert len(store.patients()) == 8


def test_a_patient_deleted_elsewhere_is_gone_here(tmp_path: Path) -> None:
    with open_store(tmp_path) as one, open_store(tmp_path) as other:
        pid = one.put_patient(None, Person("a"), "", "anna").pid
        assert other.patient(pid).person.code == "a"
        delete_patient(other, pid, "bob")
        with pytest.raises(NotFound):
            one.put_patient(pid, Person("b"), "", "anna")
        with pytest.raises(NotFound):
            one.new_session(pid, "anna")


def test_a_writer_that_never_ends_is_said(tmp_path: Path) -> None:
    with (
        WriteLock(tmp_path / "lock").held(),
        pytest.raises(StoreError, match="Another gaitchain has been writing"),
        WriteLock(tmp_path / "lock", patience_s=0.05).held(),
    ):
        pass
    with WriteLock(tmp_path / "lock", patience_s=0.05).held():
        pass
