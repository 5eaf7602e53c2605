"""Chromium of the system, and a page that notes whatever a page should not do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright

DESK = (1366, 768)
TABLET = (820, 1180)
PHONE = (390, 844)
ZOOMED = (683, 384)  # the desk at 200 %
NARROW = (320, 640)  # WCAG 1.4.10: nothing sideways down to here
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 30_000  # of a busy machine
_COVERED = """() => [...document.querySelectorAll("body *")]
  .filter((one) => ["sticky", "fixed"].includes(getComputedStyle(one).position))
  .reduce((sum, one) => sum + one.getBoundingClientRect().height, 0)"""


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """A headless browser with a profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(slots=True)
class Window:
    """One browser window on the app.

    Attributes
    ----------
    complaints : list of str
        Console errors, exceptions, refused policies, requests to elsewhere.
    """

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page of the app."""
        self.page.goto(self.origin + path)

    def axe(self) -> list[str]:
        """What axe finds on the page as it is, one line per rule."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {'; '.join(node['html'][:120] for node in one['nodes'])}" for one in found]

    def size(self, size: tuple[int, int]) -> None:
        """Make the window as large as a screen."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def too_wide_px(self) -> int:
        """By how much the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def covered_px(self) -> int:
        """How much of the window's height is taken by what stays in sight while the rest scrolls."""
        return int(self.page.evaluate(_COVERED))

    def examine(self) -> list[str]:
        """Everything wrong with the page as it is, at all sizes; the window is a desk's afterwards."""
        wrong = []
        for size in (TABLET, ZOOMED, NARROW, PHONE, DESK):
            self.size(size)
            if (by := self.too_wide_px()) > 0:
                wrong.append(f"{by} px too wide at {size[0]}")
            if (by := self.covered_px()) > 0.4 * size[1]:
                wrong.append(f"{by} px of {size[1]} stay covered at {size[0]}")
            if size in (PHONE, DESK):
                wrong += self.axe()
        return wrong


def window(context: BrowserContext, origin: str) -> Window:
    """A new window; nothing but the app can be reached from it."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    made = Window(page, origin)

    def gate(route: Route) -> None:
        if route.request.url.startswith((origin + "/", "data:")):
            route.continue_()
        else:
            made.complaints.append(f"request to {route.request.url}")
            route.abort()

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            made.complaints.append(f"{message.type}: {message.text}")

    page.route("**/*", gate)
    page.on("console", heard)
    page.on("pageerror", lambda error: made.complaints.append(f"exception: {error}"))
    return made


def new_context(browser: Browser, size: tuple[int, int] = DESK, **options: Any) -> BrowserContext:
    """A browser that remembers nothing, with a window of that size."""
    return browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
