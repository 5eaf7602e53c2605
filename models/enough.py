"""Whether a walk is enough to say anything about its risk."""

from __future__ import annotations

from pipeline.result import SessionResult, Verdict
from pipeline.strides.values import valid_strides

LEAST_STRIDES = 30  # valid ones, on each side


def too_little(result: SessionResult) -> tuple[str, ...]:
    """Why the walk is not enough, in sentences; empty when it is."""
    if result.quality.verdict is Verdict.INVALID:
        return ("The recording is not valid, so no score is given. " + " ".join(result.quality.reasons),)
    count = valid_strides(result.strides)
    short = [f"{n} {side.value}" for side, n in count.items() if n < LEAST_STRIDES]
    if short:
        return (f"Only {' and '.join(short)} strides could be used; a score needs {LEAST_STRIDES} on each side.",)
    return ()
