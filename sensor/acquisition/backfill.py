"""Which of the missed samples to ask for next, and when to give up."""

from __future__ import annotations

from dataclasses import dataclass, field

from sensor.devices.ledger import Ledger

MOST_AT_ONCE = 1000  # samples per request: 1 s of answers, so that a lost RANGE_DONE costs little
TRIES = 4  # a hole that four complete answers did not fill is not held by the node
MERGE = 40  # holes so close are asked for as one: two frames sent twice cost less than a request


@dataclass(frozen=True, slots=True)
class Range:
    """Samples ``[first, end)`` to ask for."""

    first: int
    end: int

    @property
    def count(self) -> int:
        return self.end - self.first


@dataclass(slots=True)
class Backfill:
    """Oldest first, since the node's ring overwrites the oldest.

    Attributes
    ----------
    ledger : Ledger
        What has arrived; holes that stay are given up in it. A new one (reboot, new session) needs a new Backfill.
    """

    ledger: Ledger
    _tries: dict[int, int] = field(default_factory=dict)  # by the first sample of the hole

    def next(self, until: int | None = None) -> Range | None:
        """The next range worth asking for, before ``until`` or the newest sample; None if there is none."""
        holes = self.ledger.missing(until)
        if not holes:
            return None
        first, end = holes[0]
        for start, stop in holes[1:]:
            if start - end > MERGE or end - first >= MOST_AT_ONCE:
                break
            end = stop
        return Range(first, min(end, first + MOST_AT_ONCE))

    def answered(self, asked: Range) -> None:
        """The node has sent what it has of a range; what is still missing may have been lost again, a few times."""
        missing = [hole for hole in self.ledger.missing(asked.end) if hole[1] > asked.first]
        still = {start: self._tries.get(start, 0) + 1 for start, _ in missing}
        for start, end in missing:
            if still[start] >= TRIES:
                self.ledger.give_up(start, min(end, asked.end))
                del still[start]
        self._tries = {start: n for start, n in self._tries.items() if start >= asked.end} | still
