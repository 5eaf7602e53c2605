"""Contacts of both feet to gait cycles: which belong together, and which cycles may enter the numbers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from pipeline.events.contacts import Contact
from pipeline.result import EventKind
from sensor.samples import Side
from sensor.synchronise import GRID_HZ


@dataclass(frozen=True, slots=True)
class CycleParams:
    """Plausibility of a cycle (Mobilise-D stride and bout rules as mobgap documents them, where not marked own)."""

    shortest_s: float = 0.4  # own; mobgap 0.2, shorter than anyone walks
    longest_s: float = 3.0  # also ends a bout
    stance: tuple[float, float] = (0.40, 0.85)  # own; part of the cycle, wide enough for very slow walking


@dataclass(frozen=True, slots=True)
class Cycle:
    """One gait cycle of one side; times are grid indices with a fraction, None where there is no such contact."""

    side: Side
    ic: Contact
    fc: Contact | None
    next_ic: Contact
    after_next_ic: Contact | None
    previous_other_ic: Contact | None
    other_fc: Contact | None
    other_ic: Contact | None
    reason: str  # why the cycle is not valid, or empty

    @property
    def reach(self) -> float:
        """Grid index of the last contact that the cycle knows of."""
        return (self.after_next_ic or self.next_ic).at


@dataclass(slots=True)
class _Track:
    """Contacts of one side and kind, in order; those before ``head`` have had their cycle."""

    contacts: list[Contact] = field(default_factory=list)
    head: int = 0

    def between(self, start: float, end: float) -> list[Contact]:
        """Contacts strictly inside ``(start, end)``."""
        first = bisect_right(self.contacts, start, key=_at)
        return self.contacts[first : bisect_left(self.contacts, end, key=_at)]

    def forget(self, before: float) -> None:
        count = bisect_left(self.contacts, before, key=_at)
        del self.contacts[:count]
        self.head -= count


def _at(contact: Contact) -> float:
    return contact.at


class CycleAssembler:
    """Stage: contacts in; cycles out as soon as their neighbours are known, in order for each side.

    Parameters
    ----------
    sides : tuple of Side
        Sides whose contacts are detected at all; with both, feet must alternate.
    """

    def __init__(self, sides: tuple[Side, ...], params: CycleParams) -> None:
        self.params = params
        self._sides = sides
        self._tracks = {(side, kind): _Track() for side in Side for kind in EventKind}
        self._made: list[Cycle] = []  # cycles that an earlier one of the other side may still precede

    def push(self, contacts: list[Contact], settled: float) -> list[Cycle]:
        """Take contacts; ``settled`` is the grid index before which all contacts of all sides have been pushed."""
        for contact in contacts:
            self._tracks[contact.side, contact.kind].contacts.append(contact)
        self._made += [cycle for side in self._sides for cycle in self._ready(side, settled)]
        self._made.sort(key=lambda cycle: (cycle.ic.at, cycle.side))
        oldest = self.pending(settled)
        count = sum(cycle.ic.at < oldest for cycle in self._made)
        out, self._made = self._made[:count], self._made[count:]
        self._forget(oldest)
        return out

    def finish(self) -> list[Cycle]:
        """The last cycles of the recording."""
        return self.push([], float("inf"))

    def pending(self, settled: float) -> float:
        """Grid index before which every cycle has been made."""
        tracks = (self._tracks[side, EventKind.IC] for side in self._sides)
        return min([settled, *(t.contacts[t.head].at for t in tracks if t.head < len(t.contacts))])

    def _ready(self, side: Side, settled: float) -> list[Cycle]:
        track = self._tracks[side, EventKind.IC]
        longest = self.params.longest_s * GRID_HZ
        out = []
        while track.head + 1 < len(track.contacts):
            ic, next_ic, *rest = track.contacts[track.head : track.head + 3]
            end_of_bout = next_ic.at + longest
            after = rest[0] if rest and rest[0].at <= end_of_bout else None
            if settled <= (after.at if after else end_of_bout):
                break
            if next_ic.at - ic.at <= longest:
                out.append(self._cycle(side, ic, next_ic, after))
            track.head += 1
        if track.head + 1 == len(track.contacts) and settled > track.contacts[track.head].at + longest:
            track.head += 1  # the last contact of a walk begins no cycle
        return out

    def _forget(self, oldest: float) -> None:
        """Keep what the next cycle of either side may look back at."""
        oldest -= 2.0 * self.params.longest_s * GRID_HZ
        for track in self._tracks.values():
            track.forget(oldest)

    def _cycle(self, side: Side, ic: Contact, next_ic: Contact, after: Contact | None) -> Cycle:
        other_ics, own_ics = self._tracks[side.other, EventKind.IC], self._tracks[side, EventKind.IC]
        fcs = self._tracks[side, EventKind.FC].between(ic.at, next_ic.at)
        others = other_ics.between(ic.at, next_ic.at)
        other_ic = others[0] if len(others) == 1 else None
        other_fcs = self._tracks[side.other, EventKind.FC].between(ic.at, other_ic.at) if other_ic else []
        earliest = ic.at - self.params.longest_s * GRID_HZ
        before = own_ics.between(earliest, ic.at)
        previous = other_ics.between(before[-1].at if before else earliest, ic.at)
        return Cycle(
            side,
            ic,
            fcs[0] if len(fcs) == 1 else None,
            next_ic,
            after,
            previous[-1] if previous else None,
            other_fcs[0] if len(other_fcs) == 1 else None,
            other_ic,
            self._reason(side, ic, fcs, next_ic, bool(before), after is not None, len(others)),
        )

    def _reason(
        self, side: Side, ic: Contact, fcs: list[Contact], next_ic: Contact, begun: bool, goes_on: bool, others: int
    ) -> str:
        p = self.params
        duration = next_ic.at - ic.at
        if duration < p.shortest_s * GRID_HZ:
            return "implausible stride time"
        if side.other in self._sides and others != 1:
            return "feet do not alternate"
        if len(fcs) != 1:
            return "no final contact" if not fcs else "more than one final contact"
        if not p.stance[0] <= (fcs[0].at - ic.at) / duration <= p.stance[1]:
            return "implausible stance time"
        if not begun:
            return "first stride of a walk"
        return "" if goes_on else "last stride of a walk"
