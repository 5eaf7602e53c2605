"""The app behind a real web server on loopback, in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from gaitchain.app.hub.run import RunParams
from gaitchain.app.server import create_app
from gaitchain.app.serving import config_of
from gaitchain.app.settings import Limits, Settings


@dataclass(frozen=True)
class Served:
    """A server that runs, and how to get in."""

    app: Any
    settings: Settings
    loop: asyncio.AbstractEventLoop

    @property
    def base(self) -> str:
        return self.settings.address

    @property
    def stream(self) -> str:
        return self.base.replace("http", "ws", 1) + "/api/live/stream"

    def cookie(self) -> str:
        """What a browser holds that is in; made without using up the token."""
        return f"{self.settings.cookie}={self.app.state.door.logins.open('local')}"

    def client(self, tab: str = "tab-of-the-test") -> httpx.Client:
        headers = {"X-Gaitchain": "1", "X-Gaitchain-Tab": tab, "Cookie": self.cookie()}
        return httpx.Client(base_url=self.base, headers=headers, timeout=60.0)


@contextmanager
def serving(data: Path, run: RunParams | None = None, limits: Limits | None = None) -> Iterator[Served]:
    """Serve while in the context; ended as by Ctrl-C."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        settings = Settings(data, port=listener.getsockname()[1], limits=limits or Limits())
        app = create_app(settings, run=run)
        server = uvicorn.Server(config_of(app, settings))
        started = threading.Event()
        loops: list[asyncio.AbstractEventLoop] = []

        async def main() -> None:
            loops.append(asyncio.get_running_loop())
            serve = asyncio.create_task(server.serve([listener]))
            while not server.started and not serve.done():
                await asyncio.sleep(0.01)
            started.set()
            await serve

        thread = threading.Thread(target=lambda: asyncio.run(main()), name="server")
        thread.start()
        try:
            assert started.wait(30.0)
            yield Served(app, settings, loops[0])
        finally:
            server.should_exit = True
            thread.join(60.0)
            assert not thread.is_alive()
