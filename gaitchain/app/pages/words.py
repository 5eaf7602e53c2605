"""What the pages say of dates, sessions and people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gaitchain.report.words import fixed
from gaitchain.store import PROTOCOLS, Patient, Session

ROLES: Mapping[str, str] = {
    "viewer": "looks at everything, changes nothing",
    "therapist": "records, writes notes, opens files",
    "admin": "also users, audit trail, deleting",
}


def date(when: datetime | None) -> str:
    """A date in local time, such as ``22 Nov 2026``; empty without one."""
    return "" if when is None else f"{day(when)} {when.astimezone():%Y}"


def time(when: datetime) -> str:
    """Date and time of day in local time."""
    return f"{date(when)}, {when.astimezone():%H:%M}"


def day(when: datetime) -> str:
    """Day and month in local time, such as ``22 Nov``."""
    local = when.astimezone()
    return f"{local.day} {local:%b}"


def protocol(session: Session) -> str:
    """What was walked, in words."""
    return PROTOCOLS.get(session.care.protocol, session.care.protocol) or "Walk"


def pains(session: Session) -> str:
    """Pain before and after, as far as it was told."""
    before, after = session.care.pain_before, session.care.pain_after
    if before is None and after is None:
        return "not stated"
    return " \N{RIGHTWARDS ARROW} ".join("?" if pain is None else str(pain) for pain in (before, after))


def facts(patient: Patient) -> list[str]:
    """A person in a few words: what a banner has room for."""
    person = patient.person
    told = [
        "" if person.age_years is None else f"{fixed(person.age_years, 0)} years",
        person.sex or "",
        "" if person.height_m is None else f"{fixed(person.height_m, 2)}\N{NO-BREAK SPACE}m",
        f"painful side {person.painful_side}" if person.painful_side else "",
        person.walking_aid or "",
    ]
    return [fact for fact in told if fact]


def counted(number: int, thing: str) -> str:
    """``1 session``, ``2 sessions``."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
