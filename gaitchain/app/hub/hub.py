"""The hub: at most one recording, one window in control of it, and all that look."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from gaitchain.app.hub.keep import keep_unfinished
from gaitchain.app.hub.order import LiveOrder
from gaitchain.app.hub.phases import BEFORE_WALK, LivePhase, NotNow
from gaitchain.app.hub.run import LiveRun, RunParams
from gaitchain.app.hub.said import NodeNews, check_said, node_said, walked_said
from gaitchain.app.hub.subscribers import MOST, Subscriber
from gaitchain.app.hub.traces import EVERY_S, Traces
from gaitchain.store import CareVerdict, Store
from sensor.samples import Placement

SYSTEM = "system"  # who restores what broke off


class Hub:
    """The live side of the app. Its methods belong to the event loop.

    Attributes
    ----------
    recovered : list of str
        Sessions that had broken off and were restored when the app started.
    problems : list of str
        Sentences about those that could not be.
    """

    def __init__(self, store: Store, params: RunParams) -> None:
        self.recovered: list[str] = []
        self.problems: list[str] = []
        self._store, self._params = store, params
        self._run: LiveRun | None = None
        self._holder: str | None = None
        self._subscribers: list[Subscriber] = []
        self._starting = asyncio.Lock()
        self._work: set[asyncio.Task[None]] = set()

    # -- life

    async def open(self) -> None:
        """Begin; what a crash broke off is restored beside everything else."""
        self._spawn(self._trace())
        self._spawn(self._restore())

    async def close(self) -> None:
        """End in order: a walk that is being recorded is closed, analysed and stored."""
        if self._run is not None:
            await self._run.close()
        for subscriber in self._subscribers:
            subscriber.end()
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    # -- who looks

    def subscribe(self, tab: str, user: str) -> Subscriber:
        """A window begins to look; NotNow if there are too many."""
        if len(self._subscribers) >= MOST:
            raise NotNow(f"{MOST} windows are open already; close some.")
        subscriber = Subscriber(tab, user)
        self._subscribers.append(subscriber)
        subscriber.state(self._state_for(tab, self._shared()))
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """A window looks no more; nothing else changes by that."""
        with suppress(ValueError):
            self._subscribers.remove(subscriber)

    def show_out(self, user: str) -> None:
        """Close the windows of somebody who may no longer look."""
        for subscriber in self._subscribers:
            if subscriber.user == user:
                subscriber.end()

    # -- what there is to see

    @property
    def phase(self) -> LivePhase:
        """Where the recording stands."""
        return LivePhase.IDLE if self._run is None else self._run.phase

    @property
    def pid(self) -> str | None:
        """Whose recording runs, or is still being stored."""
        return self._run.order.pid if self._run is not None and not self._run.done else None

    def state(self, tab: str) -> dict[str, Any]:
        """The state as one window sees it."""
        return {**self._document(), "controller": self._controls(tab)}

    # -- control

    def take_control(self, tab: str) -> None:
        """The window leads from now on."""
        self._holder = tab
        self.news()

    def led_by(self, tab: str) -> LiveRun:
        """The recording, for the window that leads it; NotNow for another, or if there is none."""
        if self._run is None:
            raise NotNow("Nothing is being recorded.")
        if not self._controls(tab):
            raise NotNow("Another window leads this recording; take control first.")
        return self._run

    async def start(self, tab: str, order: LiveOrder) -> None:
        """Begin a recording; this window leads it. NotNow while there is one."""
        async with self._starting:
            if self.phase.running:
                raise NotNow("A recording is running already; stop it first, or take control of it.")
            await self._settled()
            path = await asyncio.to_thread(self._store.new_session, order.pid, order.by)
            self._holder = tab
            self._run = LiveRun(order, path, self._store, self.news, self._params)
        self.news()

    async def search(self, tab: str, by: str) -> None:
        """Try again what has failed."""
        run = self.led_by(tab)
        if run.phase is not LivePhase.FAILED:
            raise NotNow(f"This cannot be done now ({run.phase.value}).")
        await self.start(tab, replace(run.order, by=by))

    async def place(self, tab: str, places: Mapping[str, Placement | None], *, done: bool) -> None:
        """Say where sensors are worn. Without one that is worn nowhere the recording connects anew."""
        run = self.led_by(tab)
        nowhere = [name for name, place in places.items() if place is None]
        if nowhere:
            order = run.without(nowhere)
            run.cancel()
            await run.over()
            await self.start(tab, order)
        else:
            run.place({name: place for name, place in places.items() if place is not None}, done=done)

    async def cancel(self, tab: str) -> None:
        """Leave: before the walk has begun, or when it is over."""
        run = self.led_by(tab)
        if run.phase in BEFORE_WALK:
            run.cancel()
            await run.over()
        elif run.phase.running:
            raise NotNow("The walk has begun; stop it first.")
        else:
            await self._settled()
        self._leave(run)

    async def decide(self, tab: str, decision: CareVerdict, by: str) -> str:
        """Accept a session, or have it walked again; the key of the session that was decided about."""
        run = self.led_by(tab)
        if run.phase is not LivePhase.VERDICT:
            raise NotNow(f"This cannot be done now ({run.phase.value}).")
        await self._settled()
        sid = run.path.name
        await asyncio.to_thread(self._decide, sid, decision, by)
        if decision is CareVerdict.REPEAT:
            await self.start(tab, replace(run.order, by=by))
        else:
            self._leave(run)
        return sid

    def news(self) -> None:
        """Something is another: tell everybody who looks."""
        if self._subscribers:
            shared = self._shared()
            for subscriber in self._subscribers:
                subscriber.state(self._state_for(subscriber.tab, shared))

    # -- how it goes

    def _decide(self, sid: str, decision: CareVerdict, by: str) -> None:
        with self._store.lock.held():  # what somebody writes beside it stays
            care = self._store.session(sid).care
            self._store.put_care(sid, replace(care, verdict=decision), by)

    def _leave(self, run: LiveRun) -> None:
        if self._run is run:  # else another has begun meanwhile
            self._run = self._holder = None
        self.news()

    async def _settled(self) -> None:
        """The last recording has been stored."""
        if self._run is not None:
            await self._run.over()

    def _controls(self, tab: str) -> bool:
        return self._holder is None or self._holder == tab

    def _shared(self) -> str:
        return json.dumps(self._document(), ensure_ascii=False, allow_nan=False)

    def _state_for(self, tab: str, shared: str) -> str:
        return f'{shared[:-1]}, "controller": {"true" if self._controls(tab) else "false"}}}'

    def _document(self) -> dict[str, Any]:
        run = self._run
        moment = None if run is None else run.moment
        return {
            "type": "state",
            "phase": self.phase.value,
            "recovered": self.recovered,
            **_about(run),
            "now_s": 0.0 if run is None else round(run.now_s, 3),
            "elapsed_s": 0.0 if moment is None else round(moment.elapsed_s, 2),
            "nodes": [] if run is None or moment is None else _nodes(run),
            "checks": [] if moment is None else [check_said(check) for check in moment.checks],
            "calibration": None
            if moment is None or self.phase is not LivePhase.CALIBRATING
            else {"left_s": round(moment.left_s, 2), "text": moment.said},
            "walked": None if moment is None else walked_said(moment.walked),
            "markers": [] if run is None else [{"time_s": m.time_s, "label": m.label} for m in run.marks],
            "told": [] if run is None else run.told,
            "failure": "" if run is None else run.failure,
            "verdict": None if run is None else run.verdict,
        }

    async def _trace(self) -> None:
        """Show what the sensors feel to everybody who looks."""
        traces: tuple[LiveRun, Traces] | None = None
        while True:
            await asyncio.sleep(EVERY_S)
            run = self._run
            session = None if run is None else run.session
            if run is None or session is None or not self._subscribers:
                continue
            if traces is None or traces[0] is not run:
                traces = run, Traces(run.epoch_s)
            block = traces[1].news(session)
            for subscriber in self._subscribers if block else ():
                subscriber.block(block)

    async def _restore(self) -> None:
        self.recovered, self.problems = await asyncio.to_thread(keep_unfinished, self._store, SYSTEM)
        self.news()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)


def _about(run: LiveRun | None) -> Mapping[str, Any]:
    if run is None:
        nobody = dict.fromkeys(("patient", "session", "protocol", "condition", "pain_before", "source", "planned_s"))
        return nobody | {"parts": []}
    order = run.order
    return {
        "patient": {"pid": order.pid, "code": order.person.code},
        "session": run.path.name,
        "protocol": order.protocol,
        "condition": order.condition,
        "pain_before": order.pain_before,
        "source": order.source,
        "planned_s": order.planned_s,
        "parts": [asdict(part) for part in order.parts],
    }


def _nodes(run: LiveRun) -> list[dict[str, Any]]:
    views = () if run.moment is None else run.moment.nodes
    news = run.node_news()
    return [node_said(view, news.get(view.name, NodeNews(None, None))) for view in views]
