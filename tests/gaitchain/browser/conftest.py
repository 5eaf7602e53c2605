"""The app in a real browser. A window that complains fails its test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from gaitchain.app.hub.run import RunParams
from sensor.acquisition.preflight import PreflightParams
from tests.gaitchain.browser.chromium import Window, chromium, new_context, window
from tests.gaitchain.browser.clinic import Clinic, clinic
from tests.gaitchain.browser.serving import Served, let_in, served

FAST = RunParams(speed=8.0, stand_s=3.0, preflight=PreflightParams(settle_s=4.0))
Opens = Callable[[Served], Window]


@pytest.fixture(scope="module")  # while Playwright is open, asyncio.run refuses its work in all other tests
def browser(require_tool: Callable[[str, str], str]) -> Iterator[Browser]:
    with chromium(require_tool("chromium", "chromium")) as one:
        yield one


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An empty app with a fast simulated patient."""
    one = served(tmp_path_factory.mktemp("data"), run=FAST)
    one.start()
    yield one
    one.stop()
    one.store.close()


@pytest.fixture(scope="module")
def somebody(app: Served, tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """The same app with patients and results in it."""
    return clinic(app.store, tmp_path_factory.mktemp("files"))


@pytest.fixture
def opens(browser: Browser) -> Iterator[Opens]:
    """Open a window on an app that has let it in; all windows of a test share their cookies."""
    contexts: list[BrowserContext] = []
    windows: list[Window] = []

    def one(app: Served) -> Window:
        if not contexts:
            contexts.append(new_context(browser))
            let_in(contexts[0], app)
        windows.append(window(contexts[0], app.url))
        return windows[-1]

    yield one
    for context in contexts:
        context.close()
    assert [complaint for each in windows for complaint in each.complaints] == []
