"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass

from gaitchain.store.rows import Role

LOCAL = "local"  # whoever sits at this computer and came by the one-time token; no user may be called so


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is in, and what that role may do."""

    name: str
    role: Role
