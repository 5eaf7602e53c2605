"""Does what a node's machine asks: links, requests, pings. One task per node; no node waits for another."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from firmware_protocol import messages as m
from sensor.acquisition.decoders import GAITNODE, decoder_for
from sensor.acquisition.gaitnode_talk import GaitNodeTalk
from sensor.acquisition.makers import BY_KIND, MakerTalk
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
from sensor.acquisition.talk import NodeSetup, Opener, Talk, TalkParts
from sensor.acquisition.vitals import NodeMonitor
from sensor.devices.gaitnode_client import NodeRefused
from sensor.links.link import Arrival, Link, LinkLost, LinkRefused

# a node that has just started again, or still answers an earlier request, refuses for a moment only
PASSING = (m.Status.WRONG_STATE, m.Status.WRONG_SESSION, m.Status.BUSY)


@dataclass(slots=True)
class NodeWorker:
    """Drives one node.

    Parameters
    ----------
    name : str
        The node's label, by which the journal knows it.
    device : str
        What decodes it, as the journal's sources say it.
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
    device: str = GAITNODE
    params: NodeParams = field(default_factory=NodeParams)
    machine: NodeMachine = field(init=False)
    monitor: NodeMonitor = field(init=False)
    _events: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)
    _talk: Talk = field(init=False)
    _link: Link | None = None
    _work: set[asyncio.Task[None]] = field(default_factory=set)  # actions and pings; they end with their link
    _closers: set[asyncio.Task[None]] = field(default_factory=set)
    _listener: asyncio.Task[None] | None = None
    _heard_s: float = 0.0
    _samples_ns: int | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.machine = NodeMachine(self.params)
        self.monitor = NodeMonitor(decoder_for(self.device))
        self._talk = _talk_to(self.device, TalkParts(self.monitor, self.setup, self.clock_ns, self.rng))

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

    async def light(self, seconds: int) -> None:
        """Let it blink; LinkLost or NodeRefused if it cannot."""
        await self._talk.light(seconds)

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
        heard_s = self._heard_s if self._talk.answers or self.state.live else self._now_s
        return Ticked(self._now_s, heard_s, self._talk.holes)

    def _take(self, event: Event) -> None:
        before = self.state
        actions = self.machine.on(event)
        if self.state is not before:
            if self.state is NodeState.RECONNECTING:
                self.monitor.interrupted()
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
        self._link = link = await self.opener.open(search)
        self._talk.attach(link)
        self._listener = asyncio.create_task(self._listen(link), name=f"{self.name} listen")
        return Opened(self._now_s)

    async def _greet(self) -> Event:
        await self._talk.greet()
        self._spawn(self._talk.keep(), "keep", self._work)
        return Greeted(self._now_s)

    async def _start(self) -> Event:
        await self._talk.start()
        self._heard_s = self._now_s
        return Started(self._now_s)

    async def _fetch(self) -> Event:
        await self._talk.fetch()
        return Fetched(self._now_s)

    async def _finish(self) -> Event:
        await self._talk.finish()
        return Finished(self._now_s)

    async def _close(self) -> Event:
        link, self._link = self._link, None
        self._talk.detach()
        if link is not None:
            await link.close()
        if self._listener is not None:
            await self._listener
        return Closed(self._now_s)

    async def _end(self) -> None:
        self._cancel(self._work)
        await asyncio.gather(*self._work, *self._closers, return_exceptions=True)
        await self._close()

    # -- the link's background

    async def _listen(self, link: Link) -> None:
        why = ""
        try:
            async for arrival in self._talk.arrivals():
                self.on_arrival(self, arrival)
                self.monitor.push(arrival)
                if not self.state.live or self.monitor.samples_ns != self._samples_ns:
                    self._samples_ns, self._heard_s = self.monitor.samples_ns, self._now_s
        except LinkLost as lost:
            why = str(lost)
        if link is self._link:  # else we closed it
            self._events.put_nowait(Failed(self._now_s, why))


def _talk_to(device: str, parts: TalkParts) -> Talk:
    maker = BY_KIND.get(device.partition(" ")[0])
    return GaitNodeTalk(parts) if maker is None else MakerTalk(parts, maker)


@asynccontextmanager
async def running(workers: list[NodeWorker]) -> AsyncIterator[None]:
    """Run workers while in the context; none is left after it."""
    tasks = [asyncio.create_task(worker.run(), name=worker.name) for worker in workers]
    try:
        yield
    finally:
        for worker, task in zip(workers, tasks, strict=True):
            if not worker.state.over:  # else it is closing its link
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
