"""From readiness to the PDF with simulated sensors: by mouse with every screen examined, and by keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.gaitchain.browser import flow
from tests.gaitchain.browser.conftest import Opens
from tests.gaitchain.browser.serving import Served


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    return tmp_path / "report.pdf"


def test_from_readiness_to_the_pdf(app: Served, opens: Opens, pdf: Path) -> None:
    window = opens(app)
    page = window.page
    window.go("/")
    page.wait_for_selector("#readiness li:not(.waiting)")
    assert page.locator("#readiness li").count() >= 3
    assert window.examine() == []
    flow.try_simulated(page)
    assert window.examine() == []
    page.get_by_label("Pain before").select_option("4")
    flow.connect(page)
    page.get_by_role("button", name="Tap it").nth(1).click()
    page.wait_for_selector("#body-nodes tr.tapped")
    assert (
        page.locator("#body-nodes tr.tapped code").inner_text() == page.locator("#body-nodes code").nth(1).inner_text()
    )
    assert page.locator(".place.on").count() == 6, "both knees once, both hips on both figures"
    assert window.examine() == []
    flow.attach(page)
    assert window.examine() == []
    flow.stand(page)
    assert window.examine() == []
    flow.walk(page, 4)
    page.keyboard.press("m")
    expect(page.locator("#last-mark")).to_contain_text("Event")
    page.keyboard.press("p")
    page.keyboard.press("7")
    expect(page.locator("#last-mark")).to_contain_text("Pain 7")
    page.keyboard.press("u")
    expect(page.locator("#last-mark")).to_contain_text("Event")
    page.get_by_text("Biofeedback").click()
    page.get_by_label("Measure").select_option("stance")
    assert window.examine() == []
    flow.walked(page, 24)
    assert page.locator("#n-cadence").inner_text().endswith("/min")
    flow.stop(page)
    assert window.examine() == []
    page.locator(".scale label").nth(3).click()
    page.get_by_label("Notes").fill("Went well.")
    flow.accept(page)
    assert window.examine() == []
    assert page.locator(".care select[name=pain_before]").input_value() == "4"
    assert page.locator(".care select[name=pain_after]").input_value() == "3"
    assert page.locator(".care textarea").input_value() == "Went well."
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF", exact=True).click()
    download.value.save_as(pdf)
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_the_same_without_a_mouse(app: Served, opens: Opens) -> None:
    window = opens(app)
    page = window.page
    window.go("/")
    _tab_to(page, "#try")
    page.keyboard.press("Enter")
    flow.step(page, "protocol")
    page.keyboard.press("Space")  # the main button, each time
    flow.step(page, "body")
    page.keyboard.press("Escape")
    flow.step(page, "protocol")
    page.keyboard.press("Space")
    flow.step(page, "body")
    page.keyboard.press("Space")
    flow.step(page, "check")
    page.wait_for_selector("#calibrate:not([disabled])")
    page.keyboard.press("Space")
    page.wait_for_selector("#begin:not([hidden])")
    page.keyboard.press("Space")
    page.wait_for_selector("#stop:not([hidden])")
    page.keyboard.press("Escape")
    flow.walked(page, 6)
    assert page.locator("#stop").is_visible(), "Escape ends no recording"
    page.keyboard.press("Space")
    flow.step(page, "verdict")
    _tab_to(page, "[name=pain_after]")
    page.keyboard.press("ArrowRight")
    _tab_to(page, "#accept")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions/*")
    assert page.locator(".care select[name=pain_after]").input_value() == "1"


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by Tab")
