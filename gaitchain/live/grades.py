"""When a sensor's trouble is worth a warning, and when it is bad: the same in the terminal and in the app.

A trouble that is told too early or too late is not looked at: these limits are of usability, not of the analysis.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from sensor.acquisition.vitals import Vitals


class Grade(IntEnum):
    """How bad it is."""

    GOOD = 0
    WARN = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class Steps:
    """Two limits of a quantity; beyond the second is worse than beyond the first.

    Attributes
    ----------
    falling : bool
        Whether less is worse, and the limits themselves are already beyond.
    """

    warn: float
    bad: float
    falling: bool = False

    def grade(self, value: float) -> Grade:
        """Grade a value."""
        beyond = [value <= limit if self.falling else value > limit for limit in (self.warn, self.bad)]
        return Grade(sum(beyond))


LOSS_PCT = Steps(1.0, 5.0)
GAP_S = Steps(0.25, 1.0)
BATTERY_PCT = Steps(20, 5, falling=True)
CLOCK_S = Steps(0.010, 0.030)


def grade_of(vitals: Vitals, *, live: bool) -> Grade:
    """The worst of what ails a sensor's signal; one that should be there and is not is bad."""
    if not live:
        return Grade.BAD
    return max(LOSS_PCT.grade(vitals.loss_pct), GAP_S.grade(vitals.gap_s))
