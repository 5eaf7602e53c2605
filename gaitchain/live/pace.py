"""How fast a replay goes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Pace(Protocol):
    """Holds a replay back until it is time."""

    def until(self, at_s: float) -> None:
        """Return when the recording's second ``at_s`` has come."""


class Unpaced:
    """As fast as it goes."""

    def until(self, at_s: float) -> None:
        pass


@dataclass(slots=True)
class Paced:
    """``speed`` recording seconds per second, from the first call on; what is late is not waited for."""

    speed: float
    clock_s: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _begin_s: float | None = None

    def until(self, at_s: float) -> None:
        if self._begin_s is None:
            self._begin_s = self.clock_s() - at_s / self.speed
        wait_s = self._begin_s + at_s / self.speed - self.clock_s()
        if wait_s > 0.0:
            self.sleep(wait_s)
