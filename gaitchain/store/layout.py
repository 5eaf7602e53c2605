"""Where everything lies below the data folder. docs/store.md has the whole."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gaitchain.store.errors import NotFound, StoreError
from sensor.recording.session_folder import SessionFolder

_PID = re.compile(r"[0-9a-f]{12}")
_SID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{6}")
_SID_TIME = "%Y%m%dT%H%M%S"


def new_pid() -> str:
    """A random key for a patient; it says nothing about anybody."""
    return secrets.token_hex(6)


def new_sid(started: datetime) -> str:
    """A key for a session: when it began, and chance."""
    return f"{started.strftime(_SID_TIME)}-{secrets.token_hex(3)}"


def is_pid(key: str) -> bool:
    """Whether a text has the form of a patient's key; nothing else becomes part of a path."""
    return _PID.fullmatch(key) is not None


def is_sid(key: str) -> bool:
    """Whether a text has the form of a session's key."""
    return _SID.fullmatch(key) is not None


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below the data folder."""

    data: Path

    @property
    def patients(self) -> Path:
        return self.data / "patients"

    @property
    def users(self) -> Path:
        return self.data / "users.json"

    @property
    def audit(self) -> Path:
        return self.data / "audit.jsonl"

    @property
    def index(self) -> Path:
        return self.data / "store.sqlite3"

    @property
    def backed_up(self) -> Path:
        """Touched by every backup: its time is that of the last one."""
        return self.data / "store.backup"

    @property
    def lock(self) -> Path:
        return self.data / "store.lock"

    def folder(self, pid: str) -> Path:
        """A patient's folder, whether or not it exists; NotFound for what is no key."""
        if not is_pid(pid):
            raise NotFound("There is no such patient.")
        return self.patients / pid

    def patient_file(self, pid: str) -> Path:
        """The file that says who a patient is."""
        return self.folder(pid) / "patient.json"

    def session(self, pid: str, sid: str) -> Path:
        """A session folder, whether or not it exists; NotFound for what is no key."""
        if not is_sid(sid):
            raise NotFound("There is no such session.")
        return self.folder(pid) / "sessions" / sid

    def keys(self, path: Path) -> tuple[str, str]:
        """Patient and session of a session folder; StoreError if it lies elsewhere."""
        try:
            pid, sessions, sid = path.resolve().relative_to(self.patients.resolve()).parts
        except ValueError:
            pid, sessions, sid = "", "", ""
        if not (is_pid(pid) and sessions == "sessions" and is_sid(sid)):
            raise StoreError(f"{path}: not a session folder of this store; take one from new_session.")
        return pid, sid

    def pids(self) -> Iterator[str]:
        """Keys of the patients that have a folder."""
        if self.patients.is_dir():
            yield from sorted(path.name for path in self.patients.iterdir() if is_pid(path.name))

    def sids(self, pid: str) -> Iterator[str]:
        """Keys of the sessions that have a folder."""
        sessions = self.folder(pid) / "sessions"
        if sessions.is_dir():
            yield from sorted(path.name for path in sessions.iterdir() if is_sid(path.name))


def care_file(session: Path) -> Path:
    """Where a session folder says what the therapist said."""
    return session / "care.json"


def info_file(session: Path) -> Path:
    """Its session.json."""
    return SessionFolder(session).info
