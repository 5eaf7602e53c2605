"""The shape of every link, and how one ends."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

INBOX_FRAMES = 8192  # 4 nodes at 200 Hz unbatched fill it in 10 s; whoever lags more than that has stopped


@dataclass(frozen=True, slots=True)
class Arrival:
    """What arrived, when.

    Attributes
    ----------
    host_ns : int
        ``time.monotonic_ns`` of the host, read before anything else was done with the bytes.
    channel : str
        UUID of the characteristic; empty on a serial line.
    frame : bytes
    """

    host_ns: int
    channel: str
    frame: bytes


class LinkLost(ConnectionError):  # noqa: N818 - an event every session meets, not an error of anyone's
    """The link is gone; the message says how. A new link must be opened."""


class LinkRefused(LinkLost):
    """The link cannot carry what is asked; opening it again will not help."""


class Link(Protocol):
    """Frames in, frames out. ``frames`` and ``send`` end with ``LinkLost``; ``close`` may be called twice."""

    @property
    def name(self) -> str:
        """What to call it before a person."""

    @property
    def max_frame(self) -> int:
        """The longest frame the link carries, bytes."""

    @property
    def dropped(self) -> int:
        """Frames that arrived and were thrown away because nobody fetched them in time."""

    def frames(self) -> AsyncIterator[Arrival]:
        """Everything that arrives, in order; one consumer."""

    async def send(self, frame: bytes, channel: str = "") -> None:
        """Hand one frame to the link; on BLE ``channel`` is the UUID of the characteristic."""

    async def close(self) -> None:
        """Give back every thread, task and descriptor."""


class Inbox:
    """A bounded queue between a radio or reader and its one consumer, all on the event loop's thread."""

    def __init__(self, capacity: int = INBOX_FRAMES) -> None:
        self.dropped = 0
        self._capacity = capacity
        self._waiting: deque[Arrival] = deque()
        self._stirred = asyncio.Event()
        self._end: LinkLost | None = None

    @property
    def end(self) -> LinkLost | None:
        """How the link ended, or None."""
        return self._end

    def put(self, arrival: Arrival) -> None:
        """Take one arrival, or count it as dropped if the consumer is too far behind."""
        if len(self._waiting) >= self._capacity:
            self.dropped += 1
            return
        self._waiting.append(arrival)
        self._stirred.set()

    def lose(self, end: LinkLost) -> None:
        """Nothing more will come; what is queued is still delivered. The first reason stands."""
        self._end = self._end or end
        self._stirred.set()

    async def frames(self) -> AsyncIterator[Arrival]:
        """Arrivals in order, then the ``LinkLost`` that ended the link."""
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self._end is not None:
                raise self._end
            self._stirred.clear()
            await self._stirred.wait()
