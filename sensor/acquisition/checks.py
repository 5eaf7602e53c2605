"""What a check before the walk says, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sensor.samples import Placement


class Outcome(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"  # look at it; recording is possible
    FAIL = "fail"  # the recording will be of little use
    UNKNOWN = "unknown"  # not told by what has been felt so far


@dataclass(frozen=True, slots=True)
class Check:
    """One question, of one sensor or of all (``placement`` None).

    Attributes
    ----------
    value : float or None
        What was measured, in the unit that the check's name implies.
    why : str
        What is wrong and what to do; empty when it passed.
    """

    name: str
    placement: Placement | None
    outcome: Outcome
    value: float | None = None
    why: str = ""

    @property
    def sentence(self) -> str:
        """What to tell a person; empty when it passed."""
        if not self.why:
            return ""
        said = f"{self.placement.value}: {self.why}" if self.placement else self.why[0].upper() + self.why[1:]
        return f"{said}."
