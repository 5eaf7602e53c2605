"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass

from gaitchain.store import Role


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is in, and what that role may do."""

    name: str
    role: Role
