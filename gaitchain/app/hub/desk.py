"""The desk of a recording that is led from a page: what is shown goes to the hub, keys come from it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from gaitchain.analysis import Analysis
from gaitchain.live.recorder import Moment
from sensor.acquisition.finding import Found
from sensor.samples import Placement

GO_ON = " "
TOLD = 8


@dataclass(slots=True)
class PageDesk:
    """Somebody looks at a page; see ``gaitchain.live.recorder.Desk``.

    Attributes
    ----------
    moment : Moment or None
        The last one shown.
    told : deque of str
        The last sentences.
    """

    on_news: Callable[[], None]
    on_analysis: Callable[[Analysis | None], None]
    moment: Moment | None = None
    told: deque[str] = field(default_factory=lambda: deque(maxlen=TOLD))
    _keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    attended = True

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)
        self.on_news()

    def show(self, moment: Moment) -> None:
        self.moment = moment
        self.on_news()

    def place(self, node: Found) -> Placement | None:
        """Places are given before the recorder begins, and changed while it runs."""
        del node
        return None

    async def key(self) -> str:
        return await self._keys.get()

    def forget(self) -> None:
        while not self._keys.empty():
            self._keys.get_nowait()

    def concluded(self, analysis: Analysis | None) -> None:
        self.on_analysis(analysis)

    def go_on(self) -> None:
        """Whoever leads says that the next step begins."""
        self._keys.put_nowait(GO_ON)
