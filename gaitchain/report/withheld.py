"""A score that was given before a warning sign was stated is not shown any more."""

from __future__ import annotations

from typing import Any

from models.risk import RED_FLAG
from sensor.person import Person


def withheld(document: dict[str, Any], person: Person) -> dict[str, Any]:
    """The summary as it may be shown of a person: without the score once a red flag is stated."""
    if not person.red_flags or document["risk"]["score"] is None:
        return document
    nothing: dict[str, Any] = {
        "score": None,
        "level": None,
        "interval90": None,
        "pathways": {},
        "set90": [],
        "contributions": [],
    }
    return {**document, "risk": {**document["risk"], **nothing, "abstained": True, "reasons": [RED_FLAG]}}
