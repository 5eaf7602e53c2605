"""What the risk model says about one session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.result import Interval

HEALTHY = "healthy"
HEALTHY_PATHWAYS = (HEALTHY, "healthy_slow", "benign_asymmetry")  # nobody should be flagged for these
RED_FLAG = "A red flag was stated: the score is withheld until a clinician has reviewed it."


class Level(StrEnum):
    """Coarse reading of the score."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Contribution:
    """How far one feature moves the score, in log-odds; all contributions and the baseline add up to it."""

    feature: str
    words: str  # the same for a clinician
    value: float | None
    unit: str
    log_odds: float


@dataclass(frozen=True, slots=True)
class Risk:
    """Risk of sciatica-pattern strain: probability, interval and reasons; None where the model abstains."""

    score: float | None
    level: Level | None
    interval90: Interval | None
    pathways: Mapping[str, float]  # consistency with each pathway, 0 to 1
    set90: tuple[str, ...]
    abstained: bool
    reasons: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    baseline_log_odds: float | None = None
    model_version: str = ""
    in_silico: bool = True  # simulated people taught the model

    @classmethod
    def silent(cls, reasons: tuple[str, ...], model_version: str, *, in_silico: bool) -> Risk:
        """What is said of a walk about which nothing may be said."""
        return cls(None, None, None, {}, (), True, reasons, (), None, model_version, in_silico)
