"""The app on virtual time: requests and websockets without sockets, an hour in seconds."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from gaitchain.app.hub.run import RunParams
from gaitchain.app.server import create_app
from gaitchain.app.settings import Settings
from gaitchain.store import Store
from sensor.acquisition.preflight import PreflightParams

BASE = "http://127.0.0.1:8642"
TAB = "tab-of-the-test"
State = dict[str, Any]
PATIENCE_S = 240.0  # only a test that fails waits so long
QUICK = RunParams(stand_s=2.0, preflight=PreflightParams(settle_s=1.0))


@dataclass
class Tab:
    """A browser's window on the stream; ``reads`` False is a closed lid: the socket stands, nobody reads."""

    app: FastAPI
    cookie: str
    name: str = TAB
    reads: bool = True
    state: State = field(default_factory=dict)
    samples: Counter[int] = field(default_factory=Counter)
    blocks: int = 0
    closed: int | None = None
    phases: list[str] = field(default_factory=list)
    _inbox: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    _task: asyncio.Task[None] | None = None
    _awake: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self) -> Tab:
        scope = {
            "type": "websocket",
            "path": "/api/live/stream",
            "raw_path": b"/api/live/stream",
            "query_string": f"tab={self.name}".encode(),
            "headers": [(b"host", b"127.0.0.1:8642"), (b"cookie", self.cookie.encode())],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8642),
            "scheme": "ws",
            "root_path": "",
            "subprotocols": [],
            "state": {},
        }
        self._inbox.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self.app(scope, self._inbox.get, self._send))  # type: ignore[arg-type]
        return self

    async def kill(self) -> None:
        """The window is gone without a word to us; the server hears of it from the network."""
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": 1006})
        self.reads = True
        self._awake.set()
        assert self._task is not None
        await self._task

    async def _send(self, message: dict[str, Any]) -> None:
        while not self.reads:
            await self._awake.wait()
        if message["type"] == "websocket.close":
            self.closed = message["code"]
        elif message.get("text"):
            self.state = json.loads(message["text"])
            if self.state["phase"] not in self.phases[-1:]:
                self.phases.append(self.state["phase"])
        elif message.get("bytes"):
            self.blocks += 1
            for stream, count in records(message["bytes"]):
                self.samples[stream] += count


def records(block: bytes) -> list[tuple[int, int]]:
    """Number of the sensor and count of samples of each record."""
    found, at = [], 0
    while at < len(block):
        stream, count, _, step_s = struct.unpack_from("<IIdf", block, at)
        assert 0.0 < step_s < 0.1
        found.append((stream, count))
        at += 20 + 24 * count
    assert at == len(block)
    return found


def _later(than_s: float, state: State) -> bool:
    return bool(state["now_s"] > than_s)


@dataclass
class Desk:
    """Somebody at a browser."""

    app: FastAPI
    client: httpx.AsyncClient
    tab: Tab
    pid: str = ""

    async def post(self, what: str, status: int = 200, tab: str = TAB, **said: Any) -> Any:
        answer = await self.client.post(
            f"/api/live/{what}", json=said if said or what == "place" else None, headers={"X-Gaitchain-Tab": tab}
        )
        assert answer.status_code == status, (what, answer.text)
        return answer.json()

    async def until(self, ready: Callable[[State], object]) -> State:
        """Wait until the window shows something; its patience is real: the live analysis has its own thread."""
        ends_s = time.monotonic() + PATIENCE_S
        while not (self.tab.state and ready(self.tab.state)):
            assert time.monotonic() < ends_s, self.tab.state
            await asyncio.sleep(0.05)
        return self.tab.state

    async def phase(self, name: str) -> State:
        return await self.until(lambda state: state["phase"] == name)

    async def start(self, **said: Any) -> State:
        await self.post("start", **{"pid": self.pid, "protocol": "2min", "source": "sim", **said})
        return await self.phase("placing")

    async def tap(self, node: str) -> State:
        """Tap a sensor until the window shows it: what the radio loses is tapped again."""
        state = self.tab.state
        while all(one["tapped_s"] is None for one in state["nodes"]):
            told_s = (await self.post("tapped", node=node))["now_s"] + 2.0
            state = await self.until(partial(_later, told_s))
        return state

    async def walk(self, **said: Any) -> State:
        """From nothing to walking."""
        await self.start(**said)
        await self.post("place")
        await self.until(lambda state: state["checks"])
        await self.post("calibrate")
        await self.phase("ready")
        await self.post("begin")
        return await self.phase("recording")

    async def stop(self) -> State:
        """From walking to the final verdict."""
        await self.post("stop")
        return await self.until(lambda state: state["verdict"] and state["verdict"]["final"])


@asynccontextmanager
async def desk(data: Path, store: Store | None = None, run: RunParams = QUICK) -> AsyncIterator[Desk]:
    """An app with a window open and a patient; closed in order afterwards."""
    settings = Settings(data)
    app = create_app(settings, store=store, run=run)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=BASE, headers={"X-Gaitchain": "1"}) as client,
    ):
        await client.get(f"/?token={settings.token}")
        tab = Tab(app, "; ".join(f"{name}={value}" for name, value in client.cookies.items())).open()
        found = (await client.get("/api/patients")).json()
        patient = found[0] if found else (await client.post("/api/patients", json={"code": "K-17"})).json()
        yield Desk(app, client, tab, patient["pid"])
