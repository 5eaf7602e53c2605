"""A recording session: nodes, journal, and what is said of them while it runs."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sensor.acquisition.checks import Check
from sensor.acquisition.decoders import GAITNODE, device_tag
from sensor.acquisition.node_worker import NodeWorker, running
from sensor.acquisition.placement_checks import RawSamples, placement_checks
from sensor.acquisition.plan import STOPPED, UNMARKED, RecordingPlan
from sensor.acquisition.preflight import PreflightParams, node_checks
from sensor.acquisition.standing import still_for_s
from sensor.acquisition.states import NodeParams, NodeState
from sensor.acquisition.talk import NodeSetup, Opener
from sensor.acquisition.taps import NodeTap, tapped
from sensor.acquisition.vitals import WINDOW_S, Vitals
from sensor.links.link import Arrival
from sensor.person import Person
from sensor.recording.journal import MarkerSet, Note, Record, StateChange
from sensor.recording.journal_file import JournalFailed
from sensor.recording.journal_writer import JournalWriter
from sensor.recording.session_folder import SessionInfo, create_session
from sensor.samples import Placement


@dataclass(frozen=True, slots=True)
class WornNode:
    """A node, where it is worn, how it is reached, and what kind it is."""

    name: str
    placement: Placement
    opener: Opener
    device: str = GAITNODE


@dataclass(frozen=True, slots=True)
class SessionSpec:
    """What is recorded."""

    path: Path
    worn: tuple[WornNode, ...]
    software: str
    rate_hz: int = 100
    person: Person = field(default_factory=Person)
    params: NodeParams = field(default_factory=NodeParams)
    protocol: str = ""
    condition: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node as it is at a moment, for people to look at."""

    name: str
    placement: Placement
    state: NodeState
    why: str
    losses: int
    vitals: Vitals


@dataclass(frozen=True, slots=True)
class HostClock:
    """The computer's clocks; a simulated world brings its own."""

    monotonic_ns: Callable[[], int] = time.monotonic_ns
    utc_ns: Callable[[], int] = time.time_ns
    seed: int | None = None  # of the moments of pings; None: drawn


class RecordingSession:
    """The session while it runs. Use ``recording_session``.

    Attributes
    ----------
    failure : JournalFailed or None
        Why nothing is recorded any more.
    """

    def __init__(self, spec: SessionSpec, journal: JournalWriter, clock: HostClock) -> None:
        self.spec = spec
        self.failure: JournalFailed | None = None
        self.plan: RecordingPlan | None = None
        self._journal, self._clock = journal, clock
        self._begun_ns = self._ended_ns = 0
        self._failed = asyncio.Event()
        self._on_news: list[Callable[[NodeView], None]] = []
        rng = random.Random(clock.seed)
        number = 1 + (rng.getrandbits(32) if clock.seed is not None else secrets.randbits(32)) % 0xFFFFFFFF
        self._workers = [
            NodeWorker(
                name=one.name,
                opener=one.opener,
                setup=NodeSetup(number, spec.rate_hz),
                on_arrival=self._arrived,
                on_state=self._changed,
                clock_ns=clock.monotonic_ns,
                rng=random.Random(rng.random()),
                device=device_tag(one.device, spec.rate_hz),
                params=spec.params,
            )
            for one in spec.worn
        ]
        self._placements = {one.name: one.placement for one in spec.worn}

    @property
    def workers(self) -> Sequence[NodeWorker]:
        """One per node, in the order of the spec."""
        return self._workers

    @property
    def elapsed_s(self) -> float:
        """Since the recording proper began; 0 before."""
        if self.plan is None:
            return 0.0
        return ((self._ended_ns or self._clock.monotonic_ns()) - self._begun_ns) * 1e-9

    def views(self) -> tuple[NodeView, ...]:
        """All nodes as they are now."""
        return tuple(self._view(worker) for worker in self._workers)

    def on_news(self, tell: Callable[[NodeView], None]) -> None:
        """Have every change of a node's state told."""
        self._on_news.append(tell)

    async def connect(self) -> None:
        """Connect all nodes; returns when each is ready or unusable. Links that share a radio take turns."""
        for worker in self._workers:
            worker.connect()
        await asyncio.gather(*(worker.reach(NodeState.READY) for worker in self._workers))

    async def stream(self) -> None:
        """Let all nodes that are ready stream; returns when they do. What they send is kept from here on."""
        for worker in self._workers:
            worker.stream()
        await asyncio.gather(*(worker.reach(NodeState.STREAMING, NodeState.BACKFILLING) for worker in self._workers))

    def checks(self, params: PreflightParams | None = None) -> list[Check]:
        """What speaks for and against beginning now."""
        found = []
        for view in self.views():
            found += node_checks(view.placement, view.state, view.why, view.vitals, params)
        return found + placement_checks(self._raw())

    def still_for_s(self) -> float:
        """For how long the person has been standing still, as far as all sensors that stream feel; at most 10 s."""
        return still_for_s(self._raw())

    def taps(self, since_ns: int = 0) -> tuple[NodeTap, ...]:
        """Which sensors were tapped with a finger, oldest first; of taps that came together the hardest.

        Parameters
        ----------
        since_ns : int
            Host time; earlier ones are left out.
        """
        return tapped(
            NodeTap(worker.name, tap.host_ns, tap.strength_m_s2)
            for worker in self._workers
            for tap in worker.monitor.taps
            if tap.host_ns >= since_ns
        )

    async def light(self, name: str, seconds: int = 5) -> None:
        """Let one sensor blink; LinkLost or NodeRefused if it cannot."""
        await next(worker for worker in self._workers if worker.name == name).light(seconds)

    def wear(self, places: Mapping[str, Placement]) -> None:
        """Say anew where nodes are worn, until the recording begins; those not named stay where they are.

        Raises
        ------
        ValueError
            Nodes would share a place, there is no such node, or the recording has begun.
        """
        placements = self._placements | dict(places)
        if self.plan is not None:
            raise ValueError("The recording has begun; where sensors are worn cannot be changed any more.")
        if len(placements) > len(self._placements):
            unknown = ", ".join(sorted(set(places) - set(self._placements)))
            raise ValueError(f"No sensor {unknown} is in this session.")
        if len(set(placements.values())) < len(placements):
            raise ValueError("Two sensors cannot be worn at one place.")
        self._placements = placements

    def begin(self) -> RecordingPlan:
        """Begin the recording proper with the nodes whose rate is known."""
        rates = {view.name: view.vitals.nominal_hz for view in self.views()}
        known = {name: rate for name, rate in rates.items() if rate is not None}
        placements = {name: self._placements[name] for name in known}
        spec = self.spec
        name = spec.path.resolve().name
        plan = RecordingPlan(placements, known, spec.person, name, spec.protocol, spec.condition)
        self._begun_ns = self._clock.monotonic_ns()
        self._append(plan.begun(self._begun_ns))
        self.plan = plan
        return plan

    def mark(self, label: str) -> None:
        """Mark this moment."""
        self._append(MarkerSet(self._clock.monotonic_ns(), label))

    def unmark(self) -> None:
        """Take the last marker back; without one nothing happens."""
        self._append(StateChange(self._clock.monotonic_ns(), "", UNMARKED))

    def note(self, text: str) -> None:
        """Keep a remark."""
        self._append(Note(self._clock.monotonic_ns(), text))

    async def failed(self) -> None:
        """Return once nothing can be recorded any more."""
        await self._failed.wait()

    async def stop(self) -> None:
        """End the recording proper, stop the nodes, fetch what is missing from those that are there."""
        if self.plan is not None and not self._ended_ns:
            self._ended_ns = self._clock.monotonic_ns()
            self._append(StateChange(self._ended_ns, "", STOPPED))
        for worker in self._workers:
            worker.stop()
        await asyncio.gather(*(worker.reach() for worker in self._workers))

    def _raw(self) -> dict[Placement, RawSamples]:
        """What each sensor that streams felt in the last seconds."""
        now_ns = self._clock.monotonic_ns()
        return {self._placements[worker.name]: worker.monitor.recent(now_ns, WINDOW_S) for worker in self._workers}

    def _view(self, worker: NodeWorker) -> NodeView:
        machine = worker.machine
        vitals = worker.monitor.at(self._clock.monotonic_ns())
        placement = self._placements[worker.name]
        return NodeView(worker.name, placement, machine.state, machine.why, machine.losses, vitals)

    def _arrived(self, worker: NodeWorker, arrival: Arrival) -> None:
        if self.failure is None:
            try:
                self._journal.frame(arrival.host_ns, worker.name, worker.device, arrival.channel, arrival.frame)
            except JournalFailed as failed:
                self._fail(failed)

    def _changed(self, worker: NodeWorker) -> None:
        machine = worker.machine
        detail = {"why": machine.why} if machine.why else {}
        self._append(StateChange(self._clock.monotonic_ns(), worker.name, machine.state.value, detail))
        for tell in self._on_news:
            tell(self._view(worker))

    def _append(self, record: Record) -> None:
        if self.failure is None:
            try:
                self._journal.append(record)
            except JournalFailed as failed:
                self._fail(failed)

    def _fail(self, failed: JournalFailed) -> None:
        self.failure = failed
        self._failed.set()


@asynccontextmanager
async def recording_session(
    spec: SessionSpec, clock: HostClock | None = None, tap: Callable[[Record], None] | None = None
) -> AsyncIterator[RecordingSession]:
    """A session with its folder and journal; afterwards links and files are closed, whatever happened.

    Parameters
    ----------
    spec : SessionSpec
    clock : HostClock, optional
    tap : callable, optional
        Given every record in the order of the journal: fed to ``LiveFold`` it gives the samples of all nodes on the
        session's clock, as blocks.

    Raises
    ------
    RecordingError
        The folder is not empty.
    JournalFailed
        The disk does not take the journal.
    """
    clock = clock or HostClock()
    created = datetime.fromtimestamp(clock.utc_ns() * 1e-9, UTC).isoformat(timespec="milliseconds")
    placements = {one.name: one.placement for one in spec.worn}
    identity = secrets.token_hex(8) if clock.seed is None else f"{clock.seed:016x}"
    info = SessionInfo(
        identity,
        created,
        spec.software,
        person=spec.person,
        placements=placements,
        protocol=spec.protocol,
        condition=spec.condition,
        notes=spec.notes,
    )
    folder = create_session(spec.path, info)
    journal = JournalWriter(
        folder.journal, identity, spec.software, clock_ns=clock.monotonic_ns, utc_ns=clock.utc_ns, tap=tap
    )
    session = RecordingSession(spec, journal, clock)
    if spec.notes:
        session.note(spec.notes)
    reason = "broke off"
    try:
        async with running(list(session.workers)):
            yield session
        reason = "stopped"
    finally:
        try:
            await asyncio.to_thread(journal.close, reason)
        except JournalFailed as failed:
            session.failure = failed
