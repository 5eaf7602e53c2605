"""What a moment of a walk can be marked as."""

from __future__ import annotations

import re
from enum import StrEnum

from sensor.recording.exclusion import EXCLUDED_FROM

_PAIN = re.compile(r"pain(?: \d\d?)?")


class Mark(StrEnum):
    """The label of a marker."""

    EVENT = "event"
    TURN = "turn"
    PAIN = "pain"
    EXCLUDE = EXCLUDED_FROM

    def told(self, pain: int | None) -> str:
        """The label, with how strong the pain is from 0 to 10 behind it, if somebody said."""
        return self.value if pain is None else f"{self.value} {pain}"


def is_standard(label: str) -> bool:
    """Whether a label is one of these, and no words that somebody wrote."""
    return label in list(Mark) or _PAIN.fullmatch(label) is not None
