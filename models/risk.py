"""What the risk model says about one session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.result import Interval


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
    """Risk of sciatica-pattern strain: in-silico probability, interval and reasons; None where it abstains."""

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
