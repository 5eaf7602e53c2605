"""A GET_RANGE being answered from the ring, a frame at a time, so that live data is never delayed."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_protocol import messages as m
from firmware_protocol.ring import Ring
from firmware_protocol.sampler import COUNTER_MASK, Sampler

BACKFILL_EVERY_S = 0.015  # about one frame per connection event


@dataclass(slots=True)
class RangeAnswer:
    """What is still owed to one request; ``[first, at)`` has been sent, ``end`` is the end of what was there."""

    request: int
    first: int
    at: int
    end: int
    due_s: float
    done: bool = False

    @classmethod
    def of(cls, wanted: m.GetRange, ring: Ring, request: int, now_s: float) -> RangeAnswer:
        """The part of the wish that the ring may hold; the wire's counter wraps, so count back from the newest."""
        behind = (ring.next - wanted.first) & COUNTER_MASK
        first = ring.next - behind if behind <= ring.next - ring.start else ring.next
        return cls(request, first, first, min(ring.next, first + wanted.count), now_s)

    def next(self, sampler: Sampler, most: int, now_s: float) -> list[tuple[m.Message, int]]:
        """What is due now with its compatible flags: up to ``most`` samples, or word that nothing more comes."""
        if self.due_s > now_s:
            return []
        self.due_s = now_s + BACKFILL_EVERY_S
        session, oldest = sampler.session, sampler.ring.oldest
        said: list[tuple[m.Message, int]] = []
        if self.at < min(oldest, self.end):  # overwritten before it could be sent
            self.first = self.at = min(oldest, self.end)
            said.append((m.RangeGone(session, oldest & COUNTER_MASK), 0))
        count = min(most, self.end - self.at)
        if count == 0:
            self.done = True
            return [*said, (m.RangeDone(session, self.first & COUNTER_MASK, self.end - self.first), 0)]
        data = sampler.data(self.at, count)
        self.at += count
        return [*said, (data, int(m.Compat.BACKFILL))]
