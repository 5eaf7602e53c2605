"""The conversation with the project's own node: hello, pings, start, backfill, stop. PROTOCOL.md."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from firmware_protocol import messages as m
from sensor.acquisition.backfill import Backfill, Range
from sensor.acquisition.talk import TalkParts
from sensor.devices.gaitnode_client import GaitNodeClient, NodeRefused
from sensor.devices.samples import unwrap
from sensor.links.link import Arrival, Link, LinkLost

FIRST_PINGS_S = 10.0  # PROTOCOL.md section 8: 4 pings a second at first, then one every 0.5 to 1.5 s
FIRST_PING_EVERY_S = 0.25
PING_EVERY_S = (0.5, 1.5)
LAST_PINGS = 8
LAST_PINGS_S = 1.0
FETCH_RATE_HZ = 400.0  # a node sends at least so many old samples per second, beside the live ones
FETCH_LEAST_S = 2.0
BUSY_S = 0.5


class GaitNodeTalk:
    """Talks to one node; the session goes on over any number of links."""

    answers = True

    def __init__(self, parts: TalkParts) -> None:
        self._parts = parts
        self._session = parts.setup.session
        self._client: GaitNodeClient | None = None
        self._backfill: Backfill | None = None

    @property
    def holes(self) -> bool:
        return self._next_range() is not None

    def attach(self, link: Link) -> None:
        self._client = GaitNodeClient(link, self._parts.clock_ns)

    def detach(self) -> None:
        self._client = None

    def arrivals(self) -> AsyncIterator[Arrival]:
        return self._linked().arrivals()

    async def greet(self) -> None:
        client = self._linked()
        hello = await client.hello()
        held = hello.session
        if held == self._session and hello.state == m.NodeState.HOLDING:  # nobody listened for 30 min
            await client.configure()
            await self._fetch_rest(client, (await client.status()).next_counter)
            self._session = _another(self._session)
        elif held not in (0, self._session) and hello.state in (m.NodeState.STREAMING, m.NodeState.BUFFERING):
            await client.stop(held)  # a recording that was killed
        if held == self._session:
            await client.configure()
        else:
            wish = self._parts.setup
            await client.configure(wish.rate_hz, wish.acc_range_g, wish.gyr_range_deg_s)
        await client.status()

    async def keep(self) -> None:
        client, loop = self._linked(), asyncio.get_running_loop()
        begin_s = loop.time()
        with contextlib.suppress(LinkLost):
            while client is self._client:
                await client.ping()
                young = loop.time() - begin_s < FIRST_PINGS_S
                await asyncio.sleep(FIRST_PING_EVERY_S if young else self._parts.rng.uniform(*PING_EVERY_S))

    async def start(self) -> None:
        await self._linked().start(self._session)

    async def fetch(self) -> None:
        wanted = self._next_range()
        if wanted is not None:
            await self._fetch_range(self._linked(), wanted)

    async def finish(self) -> None:
        client = self._linked()
        for _ in range(LAST_PINGS):
            await client.ping()
            await asyncio.sleep(LAST_PINGS_S / LAST_PINGS * self._parts.rng.uniform(0.5, 1.5))
        stopped = await client.stop(self._session)
        await self._fetch_rest(client, stopped.next_counter)

    async def light(self, seconds: int) -> None:
        await self._linked().light(m.LedPattern.FAST, seconds)

    def _linked(self) -> GaitNodeClient:
        if self._client is None:
            raise LinkLost("The sensor is not connected.")
        return self._client

    # -- missed samples

    def _next_range(self, until: int | None = None) -> Range | None:
        ledger = self._parts.monitor.ledger
        if ledger is None:
            return None
        if self._backfill is None or self._backfill.ledger is not ledger:
            self._backfill = Backfill(ledger)
        return self._backfill.next(until)

    async def _fetch_rest(self, client: GaitNodeClient, next_counter: int) -> None:
        """Everything up to the sample that was not taken any more."""
        ledger = self._parts.monitor.ledger
        until = 0 if ledger is None else unwrap(next_counter, ledger.next)
        while (wanted := self._next_range(until)) is not None:
            await self._fetch_range(client, wanted)

    async def _fetch_range(self, client: GaitNodeClient, wanted: Range) -> None:
        try:
            limit_s = FETCH_LEAST_S + wanted.count / FETCH_RATE_HZ
            await client.fetch(self._session, wanted.first, wanted.count, timeout_s=limit_s)
        except LinkLost:  # its end was lost, or the link is, which the listener or the watchdog finds out
            await asyncio.sleep(BUSY_S)
            return
        except NodeRefused as refused:
            await asyncio.sleep(BUSY_S)
            if refused.result.status == m.Status.BUSY:
                return
        if self._backfill is not None:
            self._backfill.answered(wanted)


def _another(session: int) -> int:
    return session % 0xFFFFFFFF + 1
