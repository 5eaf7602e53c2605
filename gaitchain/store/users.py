"""Who may log in: users.json, readable by the owner alone, with argon2 hashes."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gaitchain.store.errors import Conflict, NotFound, StoreError
from gaitchain.store.lock import WriteLock
from gaitchain.store.rows import LOCAL, Role, User
from gaitchain.store.truth import SCHEMA_VERSION, now
from sensor.recording.atomic import whole_file

SHORTEST_PASSWORD = 10
_LONGEST = 256  # of a password: hashing a megabyte is a way to keep a server busy
_LONGEST_NAME = 40


class Users:
    """The users of a data folder."""

    def __init__(self, path: Path, lock: WriteLock) -> None:
        self._path, self._lock = path, lock
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash("nobody")  # an unknown name takes as long to refuse as a wrong password

    def all(self) -> list[User]:
        """Everybody, by name."""
        return sorted((_user(said) for said in self._read()), key=lambda user: user.name)

    def add(self, name: str, role: Role | str, password: str) -> User:
        """Let somebody in.

        Raises
        ------
        Conflict
            The name is taken, or means whoever sits at the computer; upper and lower case count as one.
        StoreError
            The name or the password will not do.
        """
        name = name.strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise StoreError(f"A user's name has 1 to {_LONGEST_NAME} printable characters.")
        if same_name(name, LOCAL):
            raise Conflict(f"{LOCAL} is whoever sits at the computer; take another name.")
        role = _role(role)
        hashed = self._hash(password)
        with self._lock.held():
            users = self._read()
            if any(same_name(said["name"], name) for said in users):
                raise Conflict(f"There is a user {name} already.")
            said = {"name": name, "role": role, "hash": hashed, "created": now().isoformat()}
            self._write([*users, said])
        return _user(said)

    def remove(self, name: str) -> User:
        """Let somebody in no more; NotFound if there is no such user."""
        with self._lock.held():
            users = self._read()
            gone = _find(users, name)
            self._write([said for said in users if said is not gone])
        return _user(gone)

    def set_password(self, name: str, password: str) -> None:
        """Change a password; NotFound if there is no such user, StoreError if the password will not do."""
        hashed = self._hash(password)
        with self._lock.held():
            users = self._read()
            _find(users, name)["hash"] = hashed
            self._write(users)

    def check(self, name: str, password: str) -> User | None:
        """The user, if name and password are right; takes as long when they are not."""
        said = next((said for said in self._read() if same_name(said["name"], name)), None)
        hashed = said["hash"] if said else self._nobody
        try:
            right = self._hasher.verify(hashed, password[:_LONGEST])
        except (VerificationError, InvalidHashError):
            return None
        return _user(said) if said and right else None

    def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= _LONGEST:
            raise StoreError(f"A password has {SHORTEST_PASSWORD} to {_LONGEST} characters.")
        return self._hasher.hash(password)

    def _read(self) -> list[dict[str, Any]]:
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
            if said["schema_version"] > SCHEMA_VERSION:
                raise StoreError(f"{self._path}: written by a later version; update gaitchain.")
            return list(said["users"])
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{self._path}: damaged; take it from a backup, or move it away and add the users.") from (
                error
            )

    def _write(self, users: list[dict[str, Any]]) -> None:
        text = json.dumps({"schema_version": SCHEMA_VERSION, "users": users}, indent=2, ensure_ascii=False) + "\n"
        with whole_file(self._path) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(text, encoding="utf-8", newline="\n")


def _user(said: dict[str, Any]) -> User:
    stamp = hashlib.sha256(said["hash"].encode()).hexdigest()[:16]  # each hash has a salt of its own
    return User(said["name"], Role(said["role"]), datetime.fromisoformat(said["created"]), stamp)


def _role(role: Role | str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise StoreError(f"A role is one of {', '.join(Role)}, not {role}.") from None


def _find(users: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for said in users:
        if same_name(said["name"], name):
            return said
    raise NotFound("There is no such user.")


def same_name(one: str, other: str) -> bool:
    """Whether two names mean one user: upper and lower case count as one."""
    return one.strip().casefold() == other.strip().casefold()
