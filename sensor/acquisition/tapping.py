"""Which sensor is tapped, before anything is recorded: all of them stream, and nothing is kept."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from sensor.acquisition.decoders import device_tag
from sensor.acquisition.finding import Found
from sensor.acquisition.node_worker import NodeWorker, running
from sensor.acquisition.states import NodeState
from sensor.acquisition.talk import NodeSetup
from sensor.acquisition.taps import SHAKEN_S, NodeTap, tapped

RATE_HZ = 100  # a tap is over in a sample of a slower stream
LOOK_S = 0.05


class Tapping:
    """Sensors that wait to be tapped. Use ``tapping``."""

    def __init__(self, workers: Sequence[NodeWorker]) -> None:
        self._workers = workers
        self._since_ns = 0

    @property
    def deaf(self) -> list[str]:
        """Sensors that do not stream, and why."""
        return [f"{one.name}: {one.machine.why or one.state.value}" for one in self._workers if not one.state.live]

    async def next(self) -> str:
        """The name of the next sensor that is tapped; of some that are shaken together the one that is hit hardest."""
        while not self._news():
            await asyncio.sleep(LOOK_S)
        await asyncio.sleep(SHAKEN_S)  # another link may be slower
        first = self._news()[0]
        self._since_ns = first.host_ns + round(SHAKEN_S * 1e9)
        return first.node

    def _news(self) -> tuple[NodeTap, ...]:
        return tapped(
            NodeTap(one.name, tap.host_ns, tap.strength_m_s2)
            for one in self._workers
            for tap in one.monitor.taps
            if tap.host_ns > self._since_ns
        )


@asynccontextmanager
async def tapping(found: Sequence[Found], clock_ns: Callable[[], int] = time.monotonic_ns) -> AsyncIterator[Tapping]:
    """Let these sensors stream while in the context; afterwards they are stopped and their links closed.

    Parameters
    ----------
    found : sequence of Found
    clock_ns : callable
        The host's monotonic clock; a simulated world brings its own.
    """
    session = 1 + secrets.randbits(32) % 0xFFFFFFFF
    workers = [
        NodeWorker(
            name=one.name,
            opener=one.opener,
            setup=NodeSetup(session, RATE_HZ),
            on_arrival=lambda *_: None,
            on_state=lambda _: None,
            clock_ns=clock_ns,
            rng=random.Random(),
            device=device_tag(one.device, RATE_HZ),
        )
        for one in found
    ]
    async with running(workers):
        for worker in workers:
            worker.connect()
            worker.stream()
        await asyncio.gather(*(worker.reach(NodeState.STREAMING, NodeState.BACKFILLING) for worker in workers))
        try:
            yield Tapping(workers)
        finally:
            for worker in workers:
                worker.stop()
            await asyncio.gather(*(worker.reach() for worker in workers))
