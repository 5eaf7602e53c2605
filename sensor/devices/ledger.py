"""Which samples of a node have arrived: each once, and the holes that are left."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ledger:
    """Half-open ranges of counters received, merged and sorted, and what has been given up.

    Attributes
    ----------
    received, duplicates, backfilled : int
        Samples so far: accepted, seen again and refused, accepted from backfill.
    """

    begin: int = 0  # counters before this one are not expected
    received: int = 0
    duplicates: int = 0
    backfilled: int = 0
    _starts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)
    _gone: list[tuple[int, int]] = field(default_factory=list)

    @property
    def next(self) -> int:
        """The counter behind the newest sample received."""
        return max(self._ends[-1] if self._ends else self.begin, self.begin)

    def take(self, first: int, count: int, backfill: bool = False) -> list[tuple[int, int]]:
        """Note the arrival of ``[first, first + count)``.

        Returns
        -------
        list of (start, end)
            The parts that are new; the rest had arrived before or is not expected any more.
        """
        end = first + count
        if self._ends and first == self._ends[-1]:  # the next batch of a stream without loss
            self._ends[-1] = end
            self.received += count
            self.backfilled += count if backfill else 0
            return [(first, end)]
        at = max(first, self.begin)
        fresh = []
        for start, stop in self._overlapping(first, end):
            if at < start:
                fresh.append((at, start))
            at = max(at, stop)
        if at < end:
            fresh.append((at, end))
        new = sum(b - a for a, b in fresh)
        self.received += new
        self.duplicates += count - new
        self.backfilled += new if backfill else 0
        if fresh:
            self._merge(fresh[0][0], fresh[-1][1])
        return fresh

    def give_up(self, start: int, end: int) -> None:
        """The node said it no longer has ``[start, end)``; what is missing of it stays a gap."""
        self._gone += [(max(a, start), b) for a, b in self.missing(end) if b > start]

    def missing(self, until: int | None = None) -> list[tuple[int, int]]:
        """Holes ``[start, end)`` that may still be fetched, oldest first, before ``until`` or the newest sample."""
        holes = self._holes(self.begin, self.next if until is None else until)
        for gone_start, gone_end in self._gone:
            holes = [part for hole in holes for part in _without(hole, gone_start, gone_end)]
        return holes

    @property
    def lost(self) -> list[tuple[int, int]]:
        """Holes that will never be filled."""
        return sorted(part for start, end in self._gone for part in self._holes(start, end))

    def _overlapping(self, first: int, end: int) -> list[tuple[int, int]]:
        at = max(0, bisect_right(self._starts, first) - 1)
        found = []
        while at < len(self._starts) and self._starts[at] < end:
            if self._ends[at] > first:
                found.append((self._starts[at], self._ends[at]))
            at += 1
        return found

    def _merge(self, first: int, end: int) -> None:
        low = bisect_right(self._starts, first) - 1
        if low < 0 or self._ends[low] < first:
            low += 1
        high = bisect_right(self._starts, end)
        if low < high:
            first = min(first, self._starts[low])
            end = max(end, self._ends[high - 1])
        self._starts[low:high] = [first]
        self._ends[low:high] = [end]

    def _holes(self, start: int, end: int) -> list[tuple[int, int]]:
        holes = []
        at = start
        for have_start, have_end in self._overlapping(start, end):
            if at < have_start:
                holes.append((at, have_start))
            at = max(at, have_end)
        if at < end:
            holes.append((at, end))
        return holes


def _without(hole: tuple[int, int], start: int, end: int) -> list[tuple[int, int]]:
    parts = [(hole[0], min(hole[1], start)), (max(hole[0], end), hole[1])]
    return [(a, b) for a, b in parts if a < b]
