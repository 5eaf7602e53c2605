"""A stored result as the figures of the report take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gaitchain.store import Session, Store
from sensor.person import Person

SHOWN_MOST = 24  # sessions in a trend


def documents_of(store: Store, sessions: Sequence[Session]) -> list[tuple[Session, dict[str, Any]]]:
    """The summaries of the newest sessions that have one and are not to be repeated, oldest first."""
    usable = [one for one in sessions if one.has_result and one.care.verdict != "repeat"][:SHOWN_MOST]
    return [(one, store.result(one.sid)) for one in reversed(usable)]


def person_of(document: dict[str, Any], person: Person) -> Person:
    """The patient of a result; signs that were ticked then stay ticked, and those ticked since are added."""
    then = tuple(document["recording"]["red_flags"])
    return replace(person, red_flags=tuple(dict.fromkeys((*then, *person.red_flags))))
