"""The steps of a recording, as somebody in front of the screen takes them."""

from __future__ import annotations

import time

from playwright.sync_api import Page

from tests.gaitchain.browser.chromium import PATIENCE_MS

WALK_S = 90.0


def step(page: Page, name: str) -> None:
    """Wait until a step of the recording is shown."""
    page.wait_for_selector(f"[data-for={name}]:not([hidden])", timeout=PATIENCE_MS)


def try_simulated(page: Page) -> None:
    """From the first page to the choice of a protocol, with the simulated patient."""
    page.get_by_role("button", name="Try it").click()
    step(page, "protocol")


def connect(page: Page) -> None:
    """Until the sensors stream and wait for their places."""
    page.get_by_role("button", name="Connect sensors").click()
    step(page, "body")


def attach(page: Page) -> None:
    """Until the checks have said something."""
    page.get_by_role("button", name="Sensors are on").click()
    step(page, "check")
    page.wait_for_selector("#calibrate:not([disabled])")


def stand(page: Page) -> None:
    """Until the walk may begin."""
    page.get_by_role("button", name="Go on: stand still").click()
    page.wait_for_selector("#begin:not([hidden])")


def walk(page: Page, strides: int) -> None:
    """Begin, and go on until the left leg has made so many strides."""
    page.get_by_role("button", name="Start walking").click()
    page.wait_for_selector("#stop:not([hidden])")
    walked(page, strides)


def walked(page: Page, strides: int) -> None:
    """Wait until the left leg has made so many strides."""
    end = time.monotonic() + WALK_S
    while int(page.locator("#strides-left").inner_text()) < strides:
        assert time.monotonic() < end, "nobody walks"
        page.wait_for_timeout(100)


def stop(page: Page) -> None:
    """Until the verdict is there."""
    page.get_by_role("button", name="Stop recording").click()
    step(page, "verdict")


def accept(page: Page) -> None:
    """Until the result is shown."""
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url("**/sessions/*", timeout=2 * PATIENCE_MS)
