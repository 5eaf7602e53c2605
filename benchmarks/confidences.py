"""Whether an event's confidence says anything: how many of the sure and of the unsure events are right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scoring import inside, match, sides_of, times_s, walking_periods, without_turns
from pipeline.events.confidence import HIGH, MODERATE
from pipeline.result import Event, EventKind, Interval

RIGHT_S = 0.05  # an event this near to the reference is right; half of it are the references' own errors
BANDS = (("high", HIGH, 1.01), ("moderate", MODERATE, HIGH), ("low", 0.0, MODERATE))  # lower end belongs to it


@dataclass(frozen=True, slots=True)
class Judged:
    """A detection that counts: its confidence and its error, detection minus reference; NaN without a partner."""

    confidence: float
    error_s: float


@dataclass(frozen=True, slots=True)
class Band:
    """Events of a range of confidence, and which part of them is right; NaN without any."""

    name: str
    n: int
    right: float


def judged(
    reference: Sequence[Event], detected: Sequence[Event], kind: EventKind, turns: Sequence[Interval] = ()
) -> tuple[Judged, ...]:
    """Detections of a kind with their errors, by the rules of :func:`benchmarks.scoring.score_events`."""
    periods = walking_periods(reference)
    out: list[Judged] = []
    for side in sides_of(reference, kind):
        theirs, ours = (
            [e for e in without_turns(events, turns) if e.side is side and e.kind is kind]
            for events in (reference, detected)
        )
        pairs = match(times_s(theirs), times_s(ours))
        error_s = {column: ours[column].time_s - theirs[row].time_s for row, column in pairs}
        out += [
            Judged(event.confidence, error_s.get(at, float("nan")))
            for at, event in enumerate(ours)
            if at in error_s or inside(event.time_s, periods)
        ]
    return tuple(out)


def bands(events: Iterable[Judged]) -> list[Band]:
    """Which part of the events of each band lies within :data:`RIGHT_S`, the median error of all taken out.

    A detection without a partner is not right.
    """
    known = list(events)
    error_s = np.array([event.error_s for event in known])
    right = np.zeros(len(known), bool)
    found = np.isfinite(error_s)
    if found.any():
        right[found] = np.abs(error_s[found] - np.median(error_s[found])) <= RIGHT_S
    confidence = np.array([event.confidence for event in known])
    out = []
    for name, least, below in BANDS:
        own = right[(confidence >= least) & (confidence < below)]
        out.append(Band(name, int(own.size), float(own.mean()) if own.size else float("nan")))
    return out
