"""Who is logged in: kept through a restart, so that a page resumes when the server does."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

KEPT_EVERY_S = 300.0  # how stale "seen" may be on the disk


@dataclass(frozen=True, slots=True)
class Login:
    """One browser that is in.

    Attributes
    ----------
    seen_s : float
        Its last request, Unix time.
    stamp : str
        The user's when it logged in.
    """

    name: str
    seen_s: float
    stamp: str = ""


class Logins:
    """Logins by the hash of what the browser's cookie holds: who reads the file cannot log in with it.

    Parameters
    ----------
    path : Path
        Where they are kept; a file that cannot be read holds none.
    lasting_s : float
        How long a login outlives the last request.
    clock_s : callable
        Unix time.
    """

    def __init__(self, path: Path, lasting_s: float, clock_s: Callable[[], float]) -> None:
        self._path, self._lasting_s, self._clock_s = path, lasting_s, clock_s
        self._logins = _read(path)
        self._kept_s = 0.0

    def open(self, name: str, stamp: str = "") -> str:
        """Log somebody in; what the cookie shall hold."""
        secret = secrets.token_urlsafe(32)
        self._logins[_hash(secret)] = Login(name, self._clock_s(), stamp)
        self._keep()
        return secret

    def find(self, secret: str) -> Login | None:
        """The login that a cookie belongs to; None if it is not, or no longer, one."""
        login = self._logins.get(_hash(secret))
        return None if login is None or self._clock_s() - login.seen_s > self._lasting_s else login

    def seen(self, secret: str) -> None:
        """A request came with this cookie: the login lasts on."""
        key, now_s = _hash(secret), self._clock_s()
        self._logins[key] = replace(self._logins[key], seen_s=now_s)
        if now_s - self._kept_s > KEPT_EVERY_S:
            self._keep()

    def close(self, secret: str) -> None:
        """Log one browser out."""
        if self._logins.pop(_hash(secret), None) is not None:
            self._keep()

    def close_all(self, name: str) -> None:
        """Log somebody out everywhere."""
        self._logins = {key: login for key, login in self._logins.items() if login.name != name}
        self._keep()

    def _keep(self) -> None:
        now_s = self._kept_s = self._clock_s()
        self._logins = {key: one for key, one in self._logins.items() if now_s - one.seen_s <= self._lasting_s}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_name(self._path.name + ".part")
        part.unlink(missing_ok=True)
        said = json.dumps({key: asdict(one) for key, one in self._logins.items()})
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(said)
        part.replace(self._path)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _read(path: Path) -> dict[str, Login]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return {key: Login(str(one["name"]), float(one["seen_s"]), str(one["stamp"])) for key, one in said.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
