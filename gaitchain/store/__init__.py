"""The store: session folders are the truth, a database is an index over them that can be made again.

This is its face; the app and the commands take everything from here.
"""

from gaitchain.store.adopt import adopt_recording
from gaitchain.store.anonymise import Anonymised, anonymise_patient
from gaitchain.store.archive import Backup, backup, restore
from gaitchain.store.erase import delete_patient
from gaitchain.store.errors import Conflict, NotFound, StoreError
from gaitchain.store.index import Rebuilt
from gaitchain.store.rows import (
    LOCAL,
    MAX_PAIN,
    PROTOCOLS,
    Care,
    CareVerdict,
    Headline,
    Patient,
    Role,
    Session,
    Trace,
    User,
)
from gaitchain.store.store import Store, open_store, rebuild
from gaitchain.store.users import same_name

__all__ = [
    "LOCAL",
    "MAX_PAIN",
    "PROTOCOLS",
    "Anonymised",
    "Backup",
    "Care",
    "CareVerdict",
    "Conflict",
    "Headline",
    "NotFound",
    "Patient",
    "Rebuilt",
    "Role",
    "Session",
    "Store",
    "StoreError",
    "Trace",
    "User",
    "adopt_recording",
    "anonymise_patient",
    "backup",
    "delete_patient",
    "open_store",
    "rebuild",
    "restore",
    "same_name",
]
