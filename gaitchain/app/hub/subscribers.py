"""Who looks: each window has a short queue of its own. Whoever is slow misses pictures; nobody else waits for him."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

BLOCKS = 50  # two seconds of traces at 25 a second; older ones are of no use to somebody who looks
MOST = 32  # windows at once


@dataclass(slots=True, eq=False)
class Subscriber:
    """One window that looks.

    Attributes
    ----------
    tab : str
        What the window calls itself; the same after a reload.
    user : str
        Who looks.
    dropped : int
        Display blocks that it was too slow for.
    """

    tab: str
    user: str
    dropped: int = 0
    _blocks: deque[bytes] = field(default_factory=lambda: deque(maxlen=BLOCKS))
    _state: str | None = None
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)
    _over: bool = False

    def block(self, block: bytes) -> None:
        """Offer a display block; the oldest that has not been sent goes."""
        self.dropped += len(self._blocks) == BLOCKS
        self._blocks.append(block)
        self._stirred.set()

    def state(self, state: str) -> None:
        """Offer the newest state; one that has not been sent yet is of no use any more."""
        self._state = state
        self._stirred.set()

    def end(self) -> None:
        """There is nothing more."""
        self._over = True
        self._stirred.set()

    async def next(self) -> str | bytes | None:
        """What is to be sent next, state first; waits until there is something. None at the end."""
        while not self._over:
            if self._state is not None:
                state, self._state = self._state, None
                return state
            if self._blocks:
                return self._blocks.popleft()
            self._stirred.clear()
            await self._stirred.wait()
        return None
