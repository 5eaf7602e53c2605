"""How often one address may be wrong."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_ADDRESSES = 4096


@dataclass(slots=True)
class WrongTries:
    """Counts wrong passwords and tokens by address; a right one forgives none, time does.

    Parameters
    ----------
    tries : int
        So many may be wrong ...
    within_s : float
        ... in this time.
    clock_s : callable
        Seconds that only grow.
    """

    tries: int
    within_s: float
    clock_s: Callable[[], float]
    _wrong: dict[str, deque[float]] = field(default_factory=dict)

    def wait_s(self, address: str) -> int:
        """Whole seconds until the address may try again; 0 if it may now."""
        wrong = self._recent(address)
        return math.ceil(wrong[0] + self.within_s - self.clock_s()) if len(wrong) >= self.tries else 0

    def wrong(self, address: str) -> None:
        """A try was wrong."""
        recent = self._recent(address)
        recent.append(self.clock_s())
        self._wrong.pop(address, None)
        self._wrong[address] = recent  # newest last: the oldest is forgotten when there are too many
        if len(self._wrong) > MOST_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]

    def _recent(self, address: str) -> deque[float]:
        recent = self._wrong.get(address, deque(maxlen=self.tries))
        while recent and recent[0] <= self.clock_s() - self.within_s:
            recent.popleft()
        return recent
