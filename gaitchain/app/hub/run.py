"""One recording as the app leads it: from looking for sensors to the stored, analysed session."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gaitchain.analysis import Analysis
from gaitchain.app.hub.desk import PageDesk
from gaitchain.app.hub.keep import Kept, discard, keep
from gaitchain.app.hub.order import SIMULATED, LiveOrder, Supply, places_of, supply
from gaitchain.app.hub.phases import LivePhase, NotNow
from gaitchain.app.hub.remembered import remember_places, remembered_places
from gaitchain.app.hub.said import NodeNews, no_verdict, verdict_said
from gaitchain.errors import explain
from gaitchain.live.recorder import Moment, Phase, Recorded, Recorder, RecordOrder
from gaitchain.live.simulated_patient import ObedientPatient
from gaitchain.store import Care, Store
from sensor.acquisition.preflight import PreflightParams
from sensor.acquisition.session import HostClock, NodeView, RecordingSession
from sensor.devices.gaitnode_client import NodeRefused
from sensor.links.link import LinkLost
from sensor.recording.marks import Mark
from sensor.recording.table import Marker
from sensor.samples import Placement

STAND_S = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunParams:
    """How long things take; a test takes less."""

    speed: float = 1.0  # of a simulated patient
    stand_s: float = STAND_S
    preflight: PreflightParams = field(default_factory=PreflightParams)


class LiveRun:
    """One recording. Its methods belong to the event loop.

    Parameters
    ----------
    order : LiveOrder
    path : Path
        Where the session folder will be.
    on_news : callable
        Told whenever the state is another.

    Attributes
    ----------
    failure : str
        Why it broke off.
    verdict : dict or None
    """

    def __init__(
        self, order: LiveOrder, path: Path, store: Store, on_news: Callable[[], None], params: RunParams
    ) -> None:
        self.order, self.path = order, path
        self.failure = ""
        self.verdict: dict[str, Any] | None = None
        self.marks: list[Marker] = []
        self._store, self._on_news, self._params = store, on_news, params
        self._desk = PageDesk(self._news, self._concluded)
        self._recorder: Recorder | None = None
        self._session: RecordingSession | None = None
        self._patient: ObedientPatient | None = None
        self._clock: HostClock | None = None
        self._placed = self._asked_to_stop = self._cancelled = False
        self._epoch_ns = 0
        self._task = asyncio.get_running_loop().create_task(self._run(), name="recording")

    # -- what there is to see

    @property
    def phase(self) -> LivePhase:
        """Where it stands."""
        if self.failure:
            return LivePhase.FAILED
        if self.verdict is not None:
            return LivePhase.VERDICT
        if self.done:  # left before the walk
            return LivePhase.IDLE
        if self._asked_to_stop:
            return LivePhase.STOPPING
        moment = self._desk.moment
        if self._recorder is None:
            return LivePhase.SEARCHING
        if moment is None:
            return LivePhase.CONNECTING
        if moment.phase is Phase.CHECKING and not self._placed:
            return LivePhase.PLACING
        return LivePhase(moment.phase.value)

    @property
    def done(self) -> bool:
        """Whether nothing more happens: what was walked is stored."""
        return self._task.done()

    @property
    def moment(self) -> Moment | None:
        """What the recorder has shown last."""
        return self._desk.moment

    @property
    def told(self) -> list[str]:
        """The last sentences."""
        return list(self._desk.told)

    @property
    def session(self) -> RecordingSession | None:
        """While its journal is open."""
        return None if self._recorder is None else self._recorder.session

    @property
    def began(self) -> bool:
        """Whether the walk has begun."""
        return self._session is not None and self._session.plan is not None

    @property
    def epoch_s(self) -> float:
        """Second 0 of traces and ages, on the recording's clock."""
        return self._epoch_ns * 1e-9

    @property
    def now_s(self) -> float:
        """Seconds since the sensors were found."""
        return 0.0 if self._clock is None else (self._clock.monotonic_ns() - self._epoch_ns) * 1e-9

    def node_news(self) -> dict[str, NodeNews]:
        """Age of data and taps, by sensor."""
        session = self.session
        if session is None or self._clock is None:
            return {}
        now_ns = self._clock.monotonic_ns()
        tapped_ns = {tap.node: tap.host_ns for tap in session.taps()}
        return {
            worker.name: NodeNews(
                _since_s(worker.monitor.samples_ns, now_ns), _since_s(tapped_ns.get(worker.name), now_ns)
            )
            for worker in session.workers
        }

    def without(self, nodes: Collection[str]) -> LiveOrder:
        """The same order without some of the sensors; NotNow if nobody may be left out any more, or none would stay."""
        self._during(LivePhase.PLACING)
        stay = {name: view.placement for name, view in self._views().items() if name not in nodes}
        if not stay:
            raise NotNow("A sensor has to stay: nothing could be recorded.")
        return replace(self.order, places=stay, only=True)

    # -- what may be asked of it

    def place(self, places: Mapping[str, Placement], *, done: bool) -> None:
        """Say where sensors are worn; NotNow if that cannot be."""
        session = self._during(LivePhase.PLACING, LivePhase.CHECKING, LivePhase.READY)
        try:
            session.wear(places)
        except ValueError as error:
            raise NotNow(str(error)) from error
        self.order = replace(self.order, places={**self.order.places, **places})
        if done and not self._placed:
            self._placed = True
            self._patient_shall(ObedientPatient.walk)
        self._on_news()

    async def identify(self, node: str, seconds: int) -> None:
        """Let a sensor blink; NotNow if it cannot."""
        session = self._during(*(phase for phase in LivePhase if phase.running))
        if node not in [worker.name for worker in session.workers]:
            raise NotNow(f"No sensor {node} is in this recording.")
        try:
            await session.light(node, seconds)
        except (LinkLost, NodeRefused) as error:
            raise NotNow(str(error)) from error

    def tap(self, node: str) -> None:
        """Tap a sensor of a simulated patient."""
        views = self._views()
        if self._patient is None or node not in views:
            raise NotNow("Only a simulated patient's sensors are tapped from here; tap the sensor itself.")
        self._patient.tap(views[node].placement)

    async def calibrate(self) -> None:
        """The person shall stand still."""
        self._during(LivePhase.CHECKING)
        if self._desk.moment is None or not self._desk.moment.checks:
            raise NotNow("The sensors are still being checked; wait a moment.")
        self._patient_shall(ObedientPatient.stand)
        await self._step(LivePhase.CHECKING)

    async def skip(self) -> None:
        """Leave the standing out."""
        self._during(LivePhase.CALIBRATING)
        await self._step(LivePhase.CALIBRATING)

    async def begin(self) -> None:
        """The walk begins."""
        self._during(LivePhase.READY)
        self._patient_shall(ObedientPatient.walk)
        await self._step(LivePhase.READY)

    def mark(self, kind: Mark, pain: int | None) -> None:
        """Mark this moment of the walk."""
        session = self._during(LivePhase.RECORDING)
        label = kind.told(pain)
        session.mark(label)
        self.marks.append(Marker(round(session.elapsed_s, 2), label))
        self._on_news()

    def undo(self) -> None:
        """Take the last marker back."""
        session = self._during(LivePhase.RECORDING)
        if not self.marks:
            raise NotNow("There is no marker to take back.")
        session.unmark()
        self.marks.pop()
        self._on_news()

    def stop(self) -> None:
        """End the walk."""
        self._during(LivePhase.RECORDING)
        self._ask_to_stop()

    def cancel(self) -> None:
        """Leave before the walk has begun."""
        self._cancelled = True
        if self._recorder is None:
            self._task.cancel()
        else:
            self._ask_to_stop()

    async def close(self) -> None:
        """End in order, wherever it stands; what has been walked is kept."""
        if self._recorder is None:
            self._task.cancel()
        else:
            self._recorder.stop.ask(interrupted=True)
        await self.over()

    async def over(self) -> None:
        """Return once nothing more happens."""
        await asyncio.wait((self._task,))

    # -- how it goes

    async def _run(self) -> None:
        try:
            async with supply(
                self.order.source, list(self.order.places), self._params.speed, self.order.protocol
            ) as sensors:
                recorded = await self._record(sensors)
            await self._keep(recorded)
        except asyncio.CancelledError:
            if not self._cancelled:
                raise
        except Exception as error:  # noqa: BLE001 - whatever it is becomes a sentence on the page
            self.failure = _sentence(error)
        finally:
            self._on_news()

    async def _record(self, sensors: Supply) -> Recorded:
        order = self.order
        known = {} if order.source == SIMULATED else remembered_places(self._store.layout.data)
        nodes = places_of(sensors.found, order.places or known, only=order.only)
        self._clock, self._patient = sensors.clock, sensors.patient
        self._epoch_ns = sensors.clock.monotonic_ns()
        recorder = self._recorder = Recorder(
            RecordOrder(
                self.path,
                (),
                person=order.person,
                preflight=self._params.preflight,
                protocol=order.protocol,
                condition=order.condition,
                give_up_s=None,
                stand_s=self._params.stand_s,
            ),
            self._desk,
        )
        self._on_news()
        return await recorder.run(nodes, sensors.clock)

    def _news(self) -> None:
        """Hold on to the session: whether a walk began is asked when it has ended, too."""
        self._session = self.session or self._session
        self._on_news()

    def _concluded(self, analysis: Analysis | None) -> None:
        """The walk as it was seen live: on the screen before anything is written."""
        if self.began:
            sid = self.path.name
            self.verdict = (
                no_verdict(["The recording is being read."], sid, final=False)
                if analysis is None
                else verdict_said(analysis.document, sid, final=False)
            )
        self._on_news()

    async def _keep(self, recorded: Recorded) -> None:
        order = self.order
        if not self.began:
            await asyncio.to_thread(discard, self._store, self.path, order.pid, order.by)
            if not self._cancelled:
                why = " ".join(view.why for view in recorded.absent if view.why)
                self.failure = why or "The recording ended before the walk began."
            return
        if recorded.failure is not None:
            self._desk.tell(str(recorded.failure))
        if order.source != SIMULATED and self._session is not None and self._session.plan is not None:
            remember_places(self._store.layout.data, self._session.plan.placements)
        care = Care(
            protocol=order.protocol, condition=order.condition, pain_before=order.pain_before, created_by=order.by
        )
        kept = await asyncio.to_thread(keep, self._store, self.path, care, order.by)
        self.verdict = _final(kept)

    async def _step(self, before: LivePhase) -> None:
        """Go on, and wait until it has been seen."""
        self._desk.go_on()
        for _ in range(100):
            if self.phase is not before:
                return
            await asyncio.sleep(0.02)

    def _ask_to_stop(self) -> None:
        if self._recorder is not None:
            self._asked_to_stop = True
            self._recorder.stop.ask()
            self._on_news()

    def _during(self, *phases: LivePhase) -> RecordingSession:
        session = self.session
        if self.phase not in phases or session is None:
            raise NotNow(f"This cannot be done now ({self.phase.value}).")
        return session

    def _views(self) -> dict[str, NodeView]:
        session = self.session
        return {} if session is None else {view.name: view for view in session.views()}

    def _patient_shall(self, do: Callable[[ObedientPatient], None]) -> None:
        if self._patient is not None:
            do(self._patient)


def _final(kept: Kept) -> dict[str, Any]:
    sid = kept.path.name
    if kept.document is None:
        return no_verdict([kept.problem], sid, final=True)
    return verdict_said(kept.document, sid, final=True)


def _sentence(error: Exception) -> str:
    explained = explain(error)
    if explained is None:
        _log.error("unexpected %s while recording", type(error).__name__)  # its words may be about a patient
        return f"Something unexpected happened ({type(error).__name__}); what was recorded is kept."
    return explained[0]


def _since_s(then_ns: int | None, now_ns: int) -> float | None:
    return None if then_ns is None else (now_ns - then_ns) * 1e-9
