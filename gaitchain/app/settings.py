"""How the app is set up. Made once by ``gaitchain serve``; nothing in it changes while the app runs."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass, field
from pathlib import Path

COOKIE = "gaitchain"


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Limits:
    """What the app takes before it says no."""

    body_bytes: int = 256 << 10  # a patient with long notes is 10 kB
    upload_bytes: int = 256 << 20  # half an hour of eight sensors as CSV is 180 MB
    login_s: float = 12 * 3600.0  # a working day; every request begins it anew
    wrong_tries: int = 10  # passwords or tokens that one address may get wrong ...
    wrong_within_s: float = 300.0  # ... in this time


@dataclass(frozen=True, slots=True)
class Settings:
    """How the app is set up.

    Attributes
    ----------
    data : Path
        The folder that holds patients, sessions, users and the audit trail.
    host, port
        Where it listens.
    tls : Tls or None
        Demanded beyond loopback.
    users_required : bool
        Whether everybody logs in; demanded beyond loopback. Without it whoever has the one-time token is in.
    token : str
        The one-time token.
    names : frozenset of str
        Host names and addresses, beside those of loopback, under which the app answers.
    sim_speed : float
        How fast a simulated patient's time goes; for tests.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 8642
    tls: Tls | None = None
    users_required: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    names: frozenset[str] = frozenset()
    store_url: str | None = field(default=None, repr=False)
    sim_speed: float = 1.0
    limits: Limits = field(default_factory=Limits)

    @property
    def cookie(self) -> str:
        """Name of the login cookie: cookies know no ports, and two apps on one computer are two logins."""
        return f"{COOKIE}-{self.port}"

    @property
    def address(self) -> str:
        """Where a browser finds the app, without a slash at the end; a name of its own if it listens everywhere."""
        name = next(iter(sorted(self.names, key=_is_address)), self.host) if is_everywhere(self.host) else self.host
        host = f"[{name}]" if ":" in name else name
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach a host."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_everywhere(host: str) -> bool:
    """Whether a host means all addresses of this computer; such a host is no name to answer to."""
    return host.strip("[]") in {"0.0.0.0", "::"}  # noqa: S104 - it is compared, not bound


def _is_address(name: str) -> tuple[bool, str]:
    """Sorts names before addresses."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False, name
    return True, name
