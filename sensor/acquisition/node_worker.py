"""Does what a node's machine asks: links, requests, pings. One task per node; no node waits for another."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from firmware_protocol import messages as m
from sensor.acquisition.backfill import Backfill, Range
from sensor.acquisition.decoders import GAITNODE, decoder_for
from sensor.acquisition.node_machine import NodeMachine
from sensor.acquisition.states import (
    Action,
    Closed,
    ConnectAsked,
    Event,
    Failed,
    Fetched,
    Finished,
    Greeted,
    NodeParams,
    NodeState,
    Opened,
    Started,
    StopAsked,
    StreamAsked,
    Ticked,
)
from sensor.acquisition.vitals import NodeMonitor
from sensor.devices.gaitnode_client import GaitNodeClient, NodeRefused
from sensor.devices.samples import unwrap
from sensor.links.link import Arrival, Link, LinkLost, LinkRefused

FIRST_PINGS_S = 10.0  # PROTOCOL.md section 8: 4 pings a second at first, then one every 0.5 to 1.5 s
FIRST_PING_EVERY_S = 0.25
PING_EVERY_S = (0.5, 1.5)
LAST_PINGS = 8
LAST_PINGS_S = 1.0
FETCH_RATE_HZ = 400.0  # a node sends at least so many old samples per second, beside the live ones
FETCH_LEAST_S = 2.0
BUSY_S = 0.5
# a node that has just started again, or still answers an earlier request, refuses for a moment only
PASSING = (m.Status.WRONG_STATE, m.Status.WRONG_SESSION, m.Status.BUSY)


class Opener(Protocol):
    """Opens links to one node, again and again."""

    async def open(self, search: bool) -> Link:
        """A new link; LinkLost if there is none now, LinkRefused if there never will be.

        Parameters
        ----------
        search : bool
            Look for the node again first: it may have another address or port by now.
        """


@dataclass(frozen=True, slots=True)
class NodeSetup:
    """What a node is set to before it streams."""

    session: int
    rate_hz: int = 100
    acc_range_g: int = 16
    gyr_range_deg_s: int = 2000


@dataclass(slots=True)
class NodeWorker:
    """Drives one node of the project's own kind.

    Parameters
    ----------
    name : str
        The node's label, by which the journal knows it.
    on_arrival : callable
        Told everything that arrives, before anything else is done with it.
    on_state : callable
        Told every change of state.
    """

    name: str
    opener: Opener
    setup: NodeSetup
    on_arrival: Callable[[NodeWorker, Arrival], None]
    on_state: Callable[[NodeWorker], None]
    clock_ns: Callable[[], int]
    rng: random.Random
    params: NodeParams = field(default_factory=NodeParams)
    machine: NodeMachine = field(init=False)
    monitor: NodeMonitor = field(init=False)
    _events: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)
    _session: int = field(init=False)
    _client: GaitNodeClient | None = None
    _work: set[asyncio.Task[None]] = field(default_factory=set)  # actions and pings; they end with their link
    _closers: set[asyncio.Task[None]] = field(default_factory=set)
    _listener: asyncio.Task[None] | None = None
    _heard_s: float = 0.0
    _samples_ns: int | None = None
    _backfill: Backfill | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.machine = NodeMachine(self.params)
        self.monitor = NodeMonitor(decoder_for(GAITNODE))
        self._session = self.setup.session

    @property
    def state(self) -> NodeState:
        """Where the node stands."""
        return self.machine.state

    def connect(self) -> None:
        """Begin."""
        self._events.put_nowait(ConnectAsked(self._now_s))

    def stream(self) -> None:
        """Stream as soon as it is ready."""
        self._events.put_nowait(StreamAsked(self._now_s))

    def stop(self) -> None:
        """Stop, and fetch what is missing if the link stands."""
        self._events.put_nowait(StopAsked(self._now_s))

    async def reach(self, *states: NodeState) -> NodeState:
        """Wait until the node is in one of these states, or nothing more will happen with it."""
        while self.state not in states and not self.state.over:
            self._changed.clear()
            await self._changed.wait()
        return self.state

    async def run(self) -> None:
        """Until the node has stopped or is unusable; leaves nothing behind, also when cancelled."""
        try:
            while not self.state.over:
                self._take(await self._next_event())
        finally:
            await self._end()

    # -- events

    @property
    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()

    async def _next_event(self) -> Event:
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._events.get(), self.params.tick_s)
        await asyncio.sleep(0)  # what has just arrived counts before the watchdog looks
        return Ticked(self._now_s, self._heard_s, self._next_range() is not None)

    def _take(self, event: Event) -> None:
        before = self.state
        actions = self.machine.on(event)
        if self.state is not before:
            self._changed.set()
            self.on_state(self)
        for action in actions:
            self._do(action)

    def _do(self, action: Action) -> None:
        work: dict[Action, Callable[[], Coroutine[Any, Any, Event]]] = {
            Action.OPEN: lambda: self._open(search=False),
            Action.SEARCH: lambda: self._open(search=True),
            Action.GREET: self._greet,
            Action.START: self._start,
            Action.FETCH: self._fetch,
            Action.FINISH: self._finish,
            Action.CLOSE: self._close,
        }
        report = self._report(work[action])
        if action is Action.CLOSE:
            self._cancel(self._work)
            self._spawn(report, action, self._closers)
        else:
            self._spawn(report, action, self._work)

    async def _report(self, work: Callable[[], Coroutine[Any, Any, Event]]) -> None:
        """Do it; whatever goes wrong with the link or the node becomes an event too."""
        try:
            event = await work()
        except LinkRefused as refused:
            event = Failed(self._now_s, str(refused), final=True)
        except LinkLost as lost:
            event = Failed(self._now_s, str(lost))
        except NodeRefused as refused:
            event = Failed(self._now_s, str(refused), final=refused.result.status not in PASSING)
        self._events.put_nowait(event)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str, among: set[asyncio.Task[None]]) -> None:
        task = asyncio.get_running_loop().create_task(work, name=f"{self.name} {name}")
        among.add(task)
        task.add_done_callback(among.discard)

    @staticmethod
    def _cancel(tasks: set[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()

    # -- actions

    async def _open(self, search: bool) -> Event:
        self._client = GaitNodeClient(await self.opener.open(search), self.clock_ns)
        self._listener = asyncio.create_task(self._listen(self._client), name=f"{self.name} listen")
        return Opened(self._now_s)

    async def _greet(self) -> Event:
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
            wish = self.setup
            await client.configure(wish.rate_hz, wish.acc_range_g, wish.gyr_range_deg_s)
        await client.status()
        self._spawn(self._ping(client), "ping", self._work)
        return Greeted(self._now_s)

    async def _start(self) -> Event:
        await self._linked().start(self._session)
        self._heard_s = self._now_s
        return Started(self._now_s)

    async def _fetch(self) -> Event:
        wanted = self._next_range()
        if wanted is not None:
            await self._fetch_range(self._linked(), wanted)
        return Fetched(self._now_s)

    async def _finish(self) -> Event:
        client = self._linked()
        for _ in range(LAST_PINGS):
            await client.ping()
            await asyncio.sleep(LAST_PINGS_S / LAST_PINGS * self.rng.uniform(0.5, 1.5))
        stopped = await client.stop(self._session)
        await self._fetch_rest(client, stopped.next_counter)
        return Finished(self._now_s)

    async def _close(self) -> Event:
        client, self._client = self._client, None
        if client is not None:
            await client.link.close()
        if self._listener is not None:
            await self._listener
        return Closed(self._now_s)

    async def _end(self) -> None:
        self._cancel(self._work)
        await asyncio.gather(*self._work, *self._closers, return_exceptions=True)
        await self._close()

    # -- the link's background

    async def _listen(self, client: GaitNodeClient) -> None:
        why = ""
        try:
            async for arrival in client.arrivals():
                self.on_arrival(self, arrival)
                self.monitor.push(arrival)
                if not self.state.live or self.monitor.samples_ns != self._samples_ns:
                    self._samples_ns, self._heard_s = self.monitor.samples_ns, self._now_s
        except LinkLost as lost:
            why = str(lost)
        if client is self._client:  # else we closed it
            self._events.put_nowait(Failed(self._now_s, why))

    async def _ping(self, client: GaitNodeClient) -> None:
        begin_s = self._now_s
        with contextlib.suppress(LinkLost):
            while client is self._client:
                await client.ping()
                young = self._now_s - begin_s < FIRST_PINGS_S
                await asyncio.sleep(FIRST_PING_EVERY_S if young else self.rng.uniform(*PING_EVERY_S))

    # -- missed samples

    def _next_range(self, until: int | None = None) -> Range | None:
        ledger = self.monitor.ledger
        if ledger is None:
            return None
        if self._backfill is None or self._backfill.ledger is not ledger:
            self._backfill = Backfill(ledger)
        return self._backfill.next(until)

    async def _fetch_rest(self, client: GaitNodeClient, next_counter: int) -> None:
        """Everything up to the sample that was not taken any more."""
        ledger = self.monitor.ledger
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

    def _linked(self) -> GaitNodeClient:
        if self._client is None:
            raise LinkLost(f"{self.name} is not connected.")
        return self._client


def _another(session: int) -> int:
    return session % 0xFFFFFFFF + 1


@asynccontextmanager
async def running(workers: list[NodeWorker]) -> AsyncIterator[None]:
    """Run workers while in the context; none is left after it."""
    tasks = [asyncio.create_task(worker.run(), name=worker.name) for worker in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
