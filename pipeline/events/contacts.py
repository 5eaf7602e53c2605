"""Contacts of the foot with the ground as the detectors find them, on the uniform grid."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Protocol

from pipeline.result import EventKind
from pipeline.signals.bridging import Trust
from pipeline.signals.timeline import Series
from sensor.samples import Side

ESTIMATED = "estimated"  # in the note of a contact that was placed by rule, not seen in a signal
NEAR_GAP = "near_gap"  # in the note of a contact found across a bridged gap


@dataclass(frozen=True, slots=True)
class Contact:
    """An initial or final contact. ``swing_peak_rad_s`` belongs to an initial contact found by a shank sensor."""

    at: float  # grid index, with a fraction
    side: Side
    kind: EventKind
    confidence: float
    note: str = ""
    swing_peak_rad_s: float = float("nan")


class ContactSource(Protocol):
    """A detector: advances with its sensor's motion and says up to where its contacts are complete."""

    def advance(self, end: int) -> list[Contact]:
        """Contacts that have become certain with the motion before the grid index ``end``, per side and kind in
        order.
        """
        ...

    def finish(self) -> list[Contact]:
        """The remaining contacts; no more samples will come."""
        ...

    @property
    def settled(self) -> float:
        """Grid index before which every contact has been returned."""
        ...

    def forget(self, before: int) -> None:
        """Let go of signals before a grid index."""
        ...


def noted(note: str, seen: Trust) -> str:
    """The note of a contact, and that a gap was bridged where it was seen."""
    if seen is Trust.BRIDGED:
        return f"{note};{NEAR_GAP}" if note else NEAR_GAP
    return note


def worst_trust(trust: Series, start: float, end: float) -> Trust:
    """The least trustworthy sample in ``[start, end]``, clipped to what is kept."""
    first, last = max(floor(start), trust.start), min(ceil(end) + 1, trust.end)
    if last <= first:
        return Trust.WITHHELD
    return Trust(int(trust.window(first, last).max()))
