"""Time as a test wants it."""

from __future__ import annotations

from dataclasses import dataclass

from gaitchain.app.access.door import Clocks


@dataclass
class FakeClock:
    """Stands still until it is moved."""

    now_s: float = 1_000_000.0

    @property
    def clocks(self) -> Clocks:
        return Clocks(lambda: self.now_s, lambda: self.now_s)

    def pass_s(self, seconds: float) -> None:
        self.now_s += seconds
