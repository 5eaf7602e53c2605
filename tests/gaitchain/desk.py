"""Somebody at the desk, for tests of recording."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from gaitchain.analysis import Analysis
from gaitchain.live.recorder import Moment
from sensor.acquisition.finding import Found
from sensor.samples import Placement


@dataclass
class FakeDesk:
    """Somebody who presses keys at certain moments, or nobody."""

    keys: dict[float, str] = field(default_factory=dict)  # by seconds on the loop's clock
    places: dict[str, Placement] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    shown: list[Moment] = field(default_factory=list)
    analyses: list[Analysis | None] = field(default_factory=list)

    @property
    def attended(self) -> bool:
        return bool(self.keys)

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)

    def show(self, moment: Moment) -> None:
        self.shown.append(moment)

    def place(self, node: Found) -> Placement | None:
        return self.places.get(node.name)

    async def key(self) -> str:
        if not self.keys:
            await asyncio.Event().wait()
        due_s = min(self.keys)
        await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))
        return self.keys.pop(due_s)

    def forget(self) -> None:
        pass

    def concluded(self, analysis: Analysis | None) -> None:
        self.analyses.append(analysis)
