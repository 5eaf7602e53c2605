"""The app on a free port, in a thread of the test, with a simulated patient whose time goes faster."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import BrowserContext

from gaitchain.app.access.logins import Logins
from gaitchain.app.hub.run import RunParams
from gaitchain.app.server import create_app
from gaitchain.app.serving import config_of
from gaitchain.app.settings import Settings
from gaitchain.store import LOCAL, Store, open_store

START_S = 20.0


@dataclass(slots=True)
class Served:
    """A server that can be ended and started again on its port, as after a crash of the program."""

    settings: Settings
    store: Store
    run: RunParams
    _app: FastAPI | None = None
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None
    _started: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        return self.settings.address

    @property
    def door(self) -> str:
        """The address that lets a browser in, once."""
        return f"{self.url}/?token={self.settings.token}"

    @property
    def logins(self) -> Logins:
        """Who is in."""
        assert self._app is not None
        logins: Logins = self._app.state.door.logins
        return logins

    def start(self) -> None:
        """Serve, and return once it answers."""
        self._app = create_app(self.settings, store=self.store, run=self.run)
        config = config_of(self._app, self.settings)
        config.host, config.port = self.settings.host, self.settings.port
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._started.clear()
        self._thread.start()
        if not self._started.wait(START_S):
            raise RuntimeError("the server did not start")

    def stop(self) -> None:
        """End it in order."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(START_S)

    async def _serve(self) -> None:
        assert self._server is not None
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started and not serving.done():
            await asyncio.sleep(0.01)
        self._started.set()
        await serving


def served(data: Path, *, speed: float = 1.0, run: RunParams | None = None, users_required: bool = False) -> Served:
    """An app over a data folder, not started yet."""
    settings = Settings(data=data, port=free_port(), users_required=users_required, sim_speed=speed)
    return Served(settings, open_store(data), run or RunParams(speed=speed))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def let_in(context: BrowserContext, app: Served) -> None:
    """Log a browser in as the one-time token would."""
    cookie = app.logins.open(LOCAL)
    context.add_cookies([{"name": app.settings.cookie, "value": cookie, "url": app.url}])
