"""From the wish to serve to a server that runs: what is demanded, the port, the certificate, the one line of output."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gaitchain.errors import ExitCode, GaitchainError

if TYPE_CHECKING:  # a second of imports that a refusal need not pay
    import uvicorn

    from gaitchain.app.settings import Settings
    from gaitchain.store import Store

NEEDED = ("fastapi", "uvicorn", "websockets", "sqlalchemy", "alembic", "argon2", "multipart", "cryptography", "uplot")
PORTS = 20  # so many are tried when nobody asked for one
CLOSE_WITHIN_S = 5.0  # for requests that are under way; a recording takes the time it needs
SOCKET_BYTES = 4096  # of what a window may send; it sends nothing
PING_S = 20.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for; ``port`` None leaves it to us."""

    data: Path
    host: str
    port: int | None
    default_port: int
    certificate: Path | None
    key: Path | None
    login: bool
    browse: bool
    sim_speed: float


def serve(wish: Wish) -> ExitCode:
    """Serve until somebody ends it.

    Raises
    ------
    GaitchainError
        A package is missing, access would be too open, the port is taken, or another one serves the same data.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise GaitchainError(
            f"The app needs packages that are not installed ({', '.join(missing)}): install gaitchain[app].",
            ExitCode.USAGE,
        )
    demand_safety(wish)
    from gaitchain.app.settings import Settings, is_everywhere, is_loopback
    from gaitchain.app.tls import certificate_names
    from gaitchain.store import open_store

    with _listening(wish) as listener, open_store(wish.data) as store, _alone(wish.data):
        users = not is_loopback(wish.host) or wish.login
        if users and not store.users.all():
            raise GaitchainError(
                "Nobody could log in: add a user first, with `gaitchain users add NAME --role admin`.", ExitCode.USAGE
            )
        tls, names = certificate_names(wish.certificate, wish.key)
        settings = Settings(
            data=wish.data,
            host=wish.host,
            port=int(listener.getsockname()[1]),
            tls=tls,
            users_required=users,
            names=names if is_everywhere(wish.host) else names | {wish.host.lower()},
            sim_speed=wish.sim_speed,
        )
        return _run(settings, store, listener, browse=wish.browse)


def demand_safety(wish: Wish) -> None:
    """GaitchainError if somebody on the network could read along."""
    from gaitchain.app.settings import is_loopback

    if (wish.certificate is None) != (wish.key is None):
        raise GaitchainError("Give both --tls-cert and --tls-key, or neither.", ExitCode.USAGE)
    if not is_loopback(wish.host) and wish.certificate is None:
        raise GaitchainError(
            f"{wish.host} can be reached by others: that needs --tls-cert, --tls-key and users who log in. "
            "Without --host only this computer is served.",
            ExitCode.USAGE,
        )


def _run(settings: Settings, store: Store, listener: socket.socket, *, browse: bool) -> ExitCode:
    import uvicorn

    from gaitchain.app.server import create_app

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce(settings, browse=browse)

    app = create_app(settings, store=store)
    with _without_sigterm_trace():
        asyncio.run(Announcing(config_of(app, settings)).serve([listener]))
    return ExitCode.OK


def config_of(app: object, settings: Settings) -> uvicorn.Config:
    """How the web server is set up: it logs no addresses, and takes nothing large from a websocket."""
    import uvicorn

    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # FastAPI's type, which is imported late
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        ws="websockets-sansio",
        ws_max_size=SOCKET_BYTES,
        ws_ping_interval=PING_S,
        ws_ping_timeout=PING_S,
        ws_per_message_deflate=False,
        h11_max_incomplete_event_size=16 << 10,
        limit_concurrency=200,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=int(CLOSE_WITHIN_S),
        ssl_certfile=None if settings.tls is None else str(settings.tls.certificate),
        ssl_keyfile=None if settings.tls is None else str(settings.tls.key),
    )


def announce(settings: Settings, *, browse: bool) -> None:
    """The one line on stdout: where the app is."""
    url = settings.address + "/" + ("" if settings.users_required else f"?token={settings.token}")
    click.echo(url)
    click.echo("Ctrl-C ends it.", err=True)
    if browse:
        threading.Thread(target=lambda: webbrowser.open(url), daemon=True).start()


@contextmanager
def _listening(wish: Wish) -> Iterator[socket.socket]:
    """A socket that listens; nobody else can take the port from here on."""
    ports = [wish.port] if wish.port is not None else range(wish.default_port, wish.default_port + PORTS)
    family = socket.AF_INET6 if ":" in wish.host else socket.AF_INET
    for port in ports:
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name == "posix":  # elsewhere it would let two programs have one port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((wish.host.strip("[]"), port))
            listener.listen(128)
        except OSError as error:
            listener.close()
            if error.errno == errno.EADDRINUSE:
                continue
            raise GaitchainError(
                f"Cannot listen on {wish.host}, port {port}: {error.strerror}.", ExitCode.NO_DEVICE
            ) from error
        with contextlib.closing(listener):
            yield listener
        return
    tried = f"Port {ports[0]} is" if len(ports) == 1 else f"Ports {ports[0]} to {ports[-1]} are"
    raise GaitchainError(f"{tried} taken by another program; give a free one with --port.", ExitCode.NO_DEVICE)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One server per data folder: a second one would take the first one's recording for one that broke off."""
    from gaitchain.store import StoreError
    from gaitchain.store.lock import WriteLock

    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(WriteLock(data / "serve.lock", patience_s=0.0).held())
        except StoreError as error:
            raise GaitchainError(
                f"Another `gaitchain serve` uses {data}: use its window, or end it first.", ExitCode.NO_DEVICE
            ) from error
        yield


@contextmanager
def _without_sigterm_trace() -> Iterator[None]:
    """Uvicorn raises the signal again that ended it; by then everything is closed, and there is nothing to tell."""
    with contextlib.suppress(KeyboardInterrupt):
        yield
