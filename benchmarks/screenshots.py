"""Screenshots of the app for its page in the documentation: ``python -m benchmarks.screenshots [-o docs/images]``.

Drives the system's Chromium through a recording with the simulated patient, and through pages of a patient whose three
sessions are simulated, analysed walks of a knee that hurts less each time. A few minutes, most of it analysis.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from playwright.sync_api import Page

from benchmarks.palette import palette_png
from gaitchain import __version__
from gaitchain.analysis import analyse, write
from gaitchain.app.hub.run import RunParams
from gaitchain.store import Care, Patient, Store
from gaitchain.store.adopt import adopt_recording
from sensor.person import Person
from sensor.recording import read_recording, write_recording
from sensor.recording.session_folder import SessionFolder
from sensor.samples import Side
from sensor.simulation import WalkSpec, simulate
from tests.gaitchain.browser import flow
from tests.gaitchain.browser.chromium import DESK, TABLET, Window, chromium, new_context, window
from tests.gaitchain.browser.serving import let_in, served

SEVERITIES = (0.8, 0.5, 0.1)
FIRST = datetime(2026, 9, 1, 10, 15, tzinfo=UTC)
PERSON = Person("KN-017", 58, "female", 1.68, 72.0, 0.89, Side.LEFT)


@dataclass(frozen=True, slots=True)
class Camera:
    """Takes pictures of a window; ``reader`` is an empty page that reads their pixels."""

    one: Window
    reader: Page
    folder: Path

    def shoot(self, name: str, *, whole: bool = False) -> None:
        """Write a picture of the page in a small palette."""
        picture = palette_png(self.reader, self.one.page.screenshot(full_page=whole))
        (self.folder / f"{name}.png").write_bytes(picture)
        click.echo(f"{name}: {len(picture) // 1024} kB", err=True)


def fill(store: Store, folder: Path) -> tuple[Patient, list[str]]:
    """A patient with a session for each severity."""
    patient = store.put_patient(None, PERSON, "Stairs are worst.", "local")
    sids = []
    for number, severity in enumerate(SEVERITIES):
        file = folder / f"{number}.csv.gz"
        spec = WalkSpec("antalgic_knee", Side.LEFT, severity, 120.0, seed=4)
        write_recording(replace(simulate(spec).table, person=PERSON), file)
        path = adopt_recording(store, patient.pid, file, "local", started=FIRST + timedelta(days=14 * number))
        write(analyse(read_recording(path)), SessionFolder(path).results(__version__))
        store.add_session(path, Care("2min", "own shoes, no aid", 6 - 2 * number, 5 - 2 * number), "local")
        sids.append(path.name)
    return patient, sids


def steps(camera: Camera) -> None:
    """A recording, step by step."""
    one, page = camera.one, camera.one.page
    one.go("/")
    page.wait_for_selector("#readiness li:not(.waiting)")
    camera.shoot("app-home")
    flow.try_simulated(page)
    camera.shoot("app-protocol")
    flow.connect(page)
    page.get_by_role("button", name="Tap it").nth(1).click()
    page.wait_for_selector("#body-nodes tr.tapped")
    camera.shoot("app-body")
    flow.attach(page)
    page.wait_for_timeout(1500)
    camera.shoot("app-check")
    page.get_by_role("button", name="Go on: stand still").click()
    flow.step(page, "still")
    page.wait_for_timeout(500)
    camera.shoot("app-still")
    page.wait_for_selector("#begin:not([hidden])")
    flow.walk(page, 20)
    page.keyboard.press("t")
    flow.walked(page, 35)
    camera.shoot("app-walk")
    one.size(TABLET)
    page.wait_for_timeout(800)
    camera.shoot("app-walk-tablet")
    one.size(DESK)
    flow.stop(page)
    page.locator(".scale label").nth(3).click()
    camera.shoot("app-verdict")
    flow.accept(page)


def pages(camera: Camera, patient: Patient, sids: list[str]) -> None:
    """What is seen of a patient afterwards."""
    for name, path, whole in (
        ("app-result", f"/sessions/{sids[0]}", False),
        ("app-patient", f"/patients/{patient.pid}", True),
        ("app-compare", f"/compare?a={sids[0]}&b={sids[-1]}", False),
        ("app-form", "/patients/new", True),
    ):
        camera.one.go(path)
        camera.shoot(name, whole=whole)


@click.command()
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path), default=Path("docs/images"))
@click.option("--chromium", "browser_path", default="/usr/bin/chromium", show_default=True)
def main(folder: Path, browser_path: str) -> None:
    """Write the pictures of docs/app.md."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        app = served(Path(temporary) / "data", run=RunParams(speed=3.0))
        patient, sids = fill(app.store, Path(temporary))
        app.start()
        try:
            with chromium(browser_path) as browser:
                context = new_context(browser)
                let_in(context, app)
                camera = Camera(window(context, app.url), browser.new_page(), folder)
                steps(camera)
                pages(camera, patient, sids)
        finally:
            app.stop()
            app.store.close()


if __name__ == "__main__":
    main()
