"""One recording from looking for sensors to the finished session folder; the command and its view stand around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from gaitchain import __version__
from gaitchain.analysis import Analysis
from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.live.numbers import LiveNumbers, Walked
from gaitchain.live.sources import Source, look, worn
from gaitchain.live.thread import LiveThread
from sensor.acquisition.checks import Check
from sensor.acquisition.finding import SCAN_S, Found
from sensor.acquisition.preflight import PreflightParams
from sensor.acquisition.recover import Recovery, finish
from sensor.acquisition.session import (
    HostClock,
    NodeView,
    RecordingSession,
    SessionSpec,
    WornNode,
    recording_session,
)
from sensor.acquisition.states import NodeState
from sensor.person import Person
from sensor.recording.journal_file import JournalFailed
from sensor.recording.marks import Mark
from sensor.samples import Placement

SHOW_EVERY_S = 0.25
GIVE_UP_S = 60.0  # without any sensor; what they hold is overwritten then
MARKERS = {"m": Mark.EVENT, "t": Mark.TURN, "p": Mark.PAIN, "x": Mark.EXCLUDE}
BEGIN_KEYS = (" ", "\r", "\n")
STOP_KEY = "q"


class Phase(StrEnum):
    """Where the recording stands."""

    CONNECTING = "connecting"
    CHECKING = "checking"
    CALIBRATING = "calibrating"  # the person shall stand still
    READY = "ready"
    RECORDING = "recording"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Moment:
    """What there is to see."""

    phase: Phase
    elapsed_s: float
    duration_s: float | None
    nodes: tuple[NodeView, ...]
    checks: tuple[Check, ...]
    walked: Walked
    marker: str = ""  # the last one
    left_s: float = 0.0  # of standing still
    said: str = ""  # what the person should do now


class Desk(Protocol):
    """Who stands at the computer, if anybody."""

    @property
    def attended(self) -> bool:
        """Whether somebody can be asked."""

    def tell(self, sentence: str) -> None:
        """Say something."""

    def show(self, moment: Moment) -> None:
        """Show how it goes."""

    def place(self, node: Found) -> Placement | None:
        """Ask where a sensor is worn; None if it is not."""

    async def key(self) -> str:
        """The next key pressed; never returns without a keyboard."""

    def forget(self) -> None:
        """Keys pressed before now do not count."""

    def concluded(self, analysis: Analysis | None) -> None:
        """The walk is over and this is what was seen live; the files are still to be written."""


@dataclass(frozen=True, slots=True)
class RecordOrder:
    """What is to be recorded."""

    path: Path
    sources: tuple[Source, ...]
    places: Mapping[str, Placement] = field(default_factory=dict)
    duration_s: float | None = None
    person: Person = field(default_factory=Person)
    rate_hz: int = 100
    preflight: PreflightParams = field(default_factory=PreflightParams)
    scan_s: float = SCAN_S
    protocol: str = ""
    condition: str = ""
    notes: str = ""
    give_up_s: float | None = GIVE_UP_S  # None: never
    stand_s: float = 0.0  # how long the person shall stand still before the walk, if somebody sees to it


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """What became of it.

    Attributes
    ----------
    analysis : Analysis or None
        As seen live; None if the walk never began.
    absent : tuple of NodeView
        Sensors that were not there at the end.
    nodes : tuple of NodeView
        All sensors as they were when the walk ended.
    failure : JournalFailed or None
        Why the recording is not whole.
    """

    path: Path
    recovery: Recovery | None
    analysis: Analysis | None
    absent: tuple[NodeView, ...]
    interrupted: bool
    failure: JournalFailed | None
    nodes: tuple[NodeView, ...] = ()


class Stop:
    """The wish to end, wherever it comes from."""

    def __init__(self) -> None:
        self.interrupted = False
        self._asked = asyncio.Event()

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    def ask(self, *, interrupted: bool = False) -> None:
        """End the recording in order."""
        self.interrupted |= interrupted
        self._asked.set()

    async def unless(self, work: Coroutine[Any, Any, Any]) -> bool:
        """Do some work unless the end is asked for; whether it was done."""
        task = asyncio.ensure_future(work)
        asked = asyncio.ensure_future(self._asked.wait())
        try:
            await asyncio.wait((task, asked), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
            return task.done()
        finally:
            for one in (task, asked):
                one.cancel()
            await asyncio.gather(task, asked, return_exceptions=True)


class Recorder:
    """One recording.

    Parameters
    ----------
    order : RecordOrder
    desk : Desk

    Attributes
    ----------
    stop : Stop
        Whoever wants the recording to end asks here.
    session : RecordingSession or None
        While its journal is open.
    """

    def __init__(self, order: RecordOrder, desk: Desk) -> None:
        self.order, self.desk = order, desk
        self.stop = Stop()
        self.session: RecordingSession | None = None
        self._numbers = LiveNumbers()
        self._checks: tuple[Check, ...] = ()
        self._phase = Phase.CONNECTING
        self._marker = ""
        self._left_s, self._said = 0.0, ""
        self._told: dict[str, NodeState] = {}

    async def run(self, nodes: tuple[WornNode, ...], clock: HostClock) -> Recorded:
        """Record from these sensors.

        Raises
        ------
        GaitchainError
            There is nowhere to record to.
        """
        order = self.order
        spec = SessionSpec(
            order.path,
            nodes,
            f"gaitchain {__version__}",
            order.rate_hz,
            order.person,
            protocol=order.protocol,
            condition=order.condition,
            notes=order.notes,
        )
        live = LiveThread()
        try:
            async with recording_session(spec, clock, live.push) as session:
                self.session = session
                session.on_news(self._news)
                async with self._watched(session, live):
                    views = await self._session(session)
        except JournalFailed as failed:
            raise GaitchainError(str(failed)) from failed
        finally:
            self.session = None
            analysis = await asyncio.to_thread(live.finish)
        self.desk.concluded(analysis)
        if live.failure is not None:
            self.desk.tell(
                f"The live analysis broke off ({live.failure}); `gaitchain analyze` can be run on the session."
            )
        recovery = None if session.failure else await asyncio.to_thread(finish, self.order.path)
        absent = tuple(view for view in views if not view.state.live)
        return Recorded(self.order.path, recovery, analysis, absent, self.stop.interrupted, session.failure, views)

    def choose(self, found: Sequence[Found]) -> tuple[WornNode, ...]:
        """Which of the sensors are recorded, and where they are worn; GaitchainError if none is."""
        nodes, unplaced = worn(found, self.order.places)
        for one in unplaced:
            placement = self.desk.place(one) if self.desk.attended else None
            if placement is not None:
                nodes.append(WornNode(one.name, placement, one.opener, one.device))
            else:
                self.desk.tell(f"Sensor {one.name} is left out: nobody said where it is worn.")
        if not nodes:
            names = ", ".join(one.name for one in unplaced)
            raise GaitchainError(
                f"Nobody said where the sensors are worn ({names}); say it with --place SENSOR=PLACEMENT.",
                ExitCode.USAGE,
            )
        return tuple(nodes)

    async def _session(self, session: RecordingSession) -> tuple[NodeView, ...]:
        """From connecting to stopping; the sensors as they were before they were stopped."""
        if await self.stop.unless(session.connect()) and await self.stop.unless(session.stream()):
            views = session.views()
            if any(view.state.live for view in views):
                self._phase = Phase.CHECKING
                if await self.stop.unless(asyncio.sleep(self.order.preflight.settle_s)):
                    await self._walk(session)
        nodes = session.views()
        self._phase = Phase.STOPPING
        await session.stop()
        return nodes

    async def _walk(self, session: RecordingSession) -> None:
        self._checks = tuple(session.checks(self.order.preflight))
        if not self.desk.attended:
            for check in self._checks:
                if check.sentence:
                    self.desk.tell(check.sentence)
        elif not await self.stop.unless(self._prepared(session)):
            return
        self._phase, self._checks = Phase.RECORDING, ()
        session.begin()
        self.desk.tell("Recording.")
        ends = [self._marking(session), session.failed()]
        if self.order.duration_s is not None:
            ends.append(asyncio.sleep(self.order.duration_s))
        await self.stop.unless(_first_of(ends))

    async def _prepared(self, session: RecordingSession) -> None:
        """Somebody has looked at the checks, let the person stand still if asked to, and says that the walk begins."""

        def look() -> None:
            self._checks = tuple(session.checks(self.order.preflight))

        await self._agreed(look)
        if self.order.stand_s > 0.0:
            self._phase, self._checks = Phase.CALIBRATING, ()
            await _first_of([self._stood(session, self.order.stand_s), self._agreed()])  # or it is left out
            self._phase, self._left_s, self._said = Phase.READY, 0.0, ""
            await self._agreed()

    async def _agreed(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Somebody has pressed the key to go on."""
        key = ""
        self.desk.forget()
        while key not in BEGIN_KEYS:
            meanwhile()
            with suppress(TimeoutError):
                key = await asyncio.wait_for(self.desk.key(), 1.0)
            if key == STOP_KEY:
                self.stop.ask()

    async def _stood(self, session: RecordingSession, stand_s: float) -> None:
        """The person has stood still for so long from now on."""
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        self._left_s, self._said = stand_s, "Stand still."
        while self._left_s > 0.0:
            await asyncio.sleep(SHOW_EVERY_S)
            passed_s = loop.time() - begun_s
            still_s = min(session.still_for_s(), passed_s)
            if still_s < passed_s - 2.0 * SHOW_EVERY_S:  # samples are a moment old
                self._said = "They moved; it starts again. Stand still."
            self._left_s = max(0.0, stand_s - still_s)

    async def _marking(self, session: RecordingSession) -> None:
        while (key := await self.desk.key()) != STOP_KEY:
            if key in MARKERS:
                session.mark(MARKERS[key])
                self._marker = f"{MARKERS[key]} at {session.elapsed_s:.0f} s"

    def _news(self, view: NodeView) -> None:
        """Tell a change of state; that single samples are fetched now and then is none."""
        state = NodeState.STREAMING if view.state is NodeState.BACKFILLING else view.state
        if self._told.get(view.name) is state:
            return
        self._told[view.name] = state
        why = f": {view.why}" if view.why and not view.state.live else ""
        self.desk.tell(f"{view.placement.value} ({view.name}) {view.state.value}{why}")

    @asynccontextmanager
    async def _watched(self, session: RecordingSession, live: LiveThread) -> AsyncIterator[None]:
        """Show how it goes, and end it when nobody is left."""
        task = asyncio.create_task(self._watch(session, live), name="watch")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self, session: RecordingSession, live: LiveThread) -> None:
        loop = asyncio.get_running_loop()
        heard_s, give_up_s = loop.time(), self.order.give_up_s
        while True:
            self._numbers.add(live.strides())
            views = session.views()
            self.desk.show(
                Moment(
                    self._phase,
                    session.elapsed_s,
                    self.order.duration_s,
                    views,
                    self._checks,
                    self._numbers.now(),
                    self._marker,
                    self._left_s,
                    self._said,
                )
            )
            if self._phase is not Phase.RECORDING or any(view.state.live for view in views):
                heard_s = loop.time()
            elif give_up_s is not None and loop.time() - heard_s > give_up_s and not self.stop.asked:
                self.desk.tell(f"No sensor has been there for {give_up_s:.0f} s; the recording ends.")
                self.stop.ask()
            await asyncio.sleep(SHOW_EVERY_S)


async def _first_of(work: Sequence[Coroutine[Any, Any, Any]]) -> None:
    """Return when the first of them does; the others are cancelled."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def search(order: RecordOrder) -> list[Found]:
    """Look for the sensors of an order; GaitchainError if a source cannot be used."""
    return await look(order.sources, list(order.places), order.scan_s)
