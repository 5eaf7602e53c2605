"""Deleting a patient for good."""

from __future__ import annotations

import time

from gaitchain.store.database import purge
from gaitchain.store.store import Store
from gaitchain.store.tables import patients
from gaitchain.store.unfinished import erase_folder

_TRIES = 20
_WAIT_S = 0.1


def delete_patient(store: Store, pid: str, by: str) -> bool:
    """Delete a patient: folder, rows, and what rows leave behind in the database's files.

    The trail keeps its lines, which name nobody, and gets one more. Backups made before keep the patient.

    Returns
    -------
    bool
        Whether nothing is left. False: another program was reading the database all the time and keeps a part of it;
        the next opening of the store removes that.

    Raises
    ------
    NotFound
        There is no such patient.
    """
    if not store.layout.folder(pid).is_dir():  # a damaged patient.json has no row, but a folder to delete
        store.patient(pid)
    with store.lock.held():
        with store.writing() as connection:
            store.trace(connection, by, "patient deleted", pid)
            erase_folder(store.layout, pid)
            connection.execute(patients.delete().where(patients.c.pid == pid))
        return purged(store)


def purged(store: Store) -> bool:
    """Whether the database's files hold nothing any more of what was deleted from its tables."""
    for _ in range(_TRIES):
        if purge(store.engine):
            return True
        time.sleep(_WAIT_S)
    return False
