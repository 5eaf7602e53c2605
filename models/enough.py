"""Whether a walk is enough to say anything about its risk."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.result import SessionResult, Verdict
from sensor.samples import Side

LEAST_STRIDES = 30  # valid ones, on each side


def valid_strides(result: SessionResult) -> Mapping[Side, int]:
    """Strides of each side that enter the measures."""
    return {side: sum(s.valid and s.side is side for s in result.strides) for side in Side}


def too_little(result: SessionResult) -> tuple[str, ...]:
    """Why the walk is not enough, in sentences; empty when it is."""
    if result.quality.verdict is Verdict.INVALID:
        return ("The recording is not valid, so no score is given. " + " ".join(result.quality.reasons),)
    count = valid_strides(result)
    short = [f"{n} {side.value}" for side, n in count.items() if n < LEAST_STRIDES]
    if short:
        return (f"Only {' and '.join(short)} strides could be used; a score needs {LEAST_STRIDES} on each side.",)
    return ()
