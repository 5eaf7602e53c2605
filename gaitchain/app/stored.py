"""What is stored of a patient over sessions, as pages, reports and API all show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gaitchain.store import CareVerdict, Conflict, Session, Store
from sensor.person import Person

FOLLOWED = ("asymmetry.stance_time", "pelvis.drop_difference_deg", "gait.speed_m_s", "asymmetry.step_time")


def documents_of(store: Store, sessions: Sequence[Session], most: int) -> list[tuple[Session, dict[str, Any]]]:
    """The summaries of the newest sessions that have one and are not to be repeated, oldest first."""
    usable = [one for one in sessions if one.has_result and one.care.verdict is not CareVerdict.REPEAT][:most]
    return [(one, store.result(one.sid)) for one in reversed(usable)]


def in_order(one: Session, other: Session) -> tuple[Session, Session]:
    """Two sessions to compare, the earlier first; Conflict if they are of two patients."""
    if one.pid != other.pid:
        raise Conflict("These sessions are of two patients; only sessions of one are compared.")
    earlier, later = sorted((one, other), key=lambda session: (session.started, session.sid))
    return earlier, later


def person_of(document: dict[str, Any], person: Person) -> Person:
    """The patient of a result; signs that were ticked then stay ticked, and those ticked since are added."""
    then = tuple(document["recording"]["red_flags"])
    return replace(person, red_flags=tuple(dict.fromkeys((*then, *person.red_flags))))
