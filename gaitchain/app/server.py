"""The app put together: door, pages, API, hub, store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, files
from importlib.resources import files as resources
from pathlib import Path

from fastapi import FastAPI, HTTPException
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

from gaitchain import __version__
from gaitchain.app import pages
from gaitchain.app.access.door import Clocks, door
from gaitchain.app.access.guard import Guard
from gaitchain.app.api import documents, follow_up, live, patients, people, readiness, recordings, sessions, stream
from gaitchain.app.api.errors import handle_errors
from gaitchain.app.hub.hub import Hub
from gaitchain.app.hub.run import RunParams
from gaitchain.app.leftovers import sweep
from gaitchain.app.settings import Settings
from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.store import Store, open_store

PLOT_PACKAGE = "uplot-python"
PLOT_FILES = {"uPlot.iife.js": "text/javascript", "uPlot.min.css": "text/css"}
WORDS = "Describes movement patterns; not a medical device; not for diagnosis, triage or treatment decisions."


def create_app(
    settings: Settings, *, store: Store | None = None, clocks: Clocks | None = None, run: RunParams | None = None
) -> FastAPI:
    """Put the app together.

    Parameters
    ----------
    settings : Settings
    store : Store, optional
        Opened below ``settings.data`` if not given, and then closed with the app.
    clocks : Clocks, optional
    run : RunParams, optional
        How long the steps of a recording take.

    Raises
    ------
    StoreError
        The store cannot be opened.
    """
    kept = store or open_store(settings.data, settings.store_url)
    hub = Hub(kept, run or RunParams(speed=settings.sim_speed))

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(sweep, settings.data)
        await hub.open()
        try:
            yield
        finally:
            await hub.close()
            if store is None:
                kept.close()

    app = FastAPI(
        title="gaitchain",
        version=__version__,
        description=WORDS,
        openapi_url="/api/openapi.json",
        docs_url=None,  # they fetch scripts from elsewhere
        redoc_url=None,
        lifespan=living,
    )
    app.state.settings, app.state.store, app.state.hub = settings, kept, hub
    app.state.door = door(settings, kept, clocks or Clocks())
    for part in (readiness, patients, follow_up, sessions, documents, recordings, live, stream, people):
        app.include_router(part.routes)
    _serve_files(app)
    app.include_router(pages.router())
    handle_errors(app)
    app.add_middleware(Guard, settings=settings, door=app.state.door)
    return app


def plot_files() -> dict[str, Path]:
    """Where the plotting library's files are. The package is never imported: it drags half a notebook along."""
    try:
        installed = {path.name: Path(str(path.locate())) for path in files(PLOT_PACKAGE) or []}
    except PackageNotFoundError:
        installed = {}
    missing = [name for name in PLOT_FILES if not (name in installed and installed[name].is_file())]
    if missing:
        raise GaitchainError(
            f"{', '.join(missing)} of {PLOT_PACKAGE} is missing; install gaitchain[app] again.", ExitCode.UNEXPECTED
        )
    return {name: installed[name] for name in PLOT_FILES}


def _serve_files(app: FastAPI) -> None:
    found = plot_files()

    @app.get("/static/uplot/{name}", include_in_schema=False, response_model=None)
    async def plot_file(name: str) -> FileResponse:
        if name not in found:
            raise HTTPException(404)
        return FileResponse(found[name], media_type=PLOT_FILES[name], headers={"cache-control": "no-cache"})

    app.mount("/static", StaticFiles(directory=str(resources("gaitchain.app").joinpath("static"))), name="static")
