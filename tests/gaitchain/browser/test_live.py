"""The live page when things go wrong, in two windows, and in time."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.gaitchain.browser import flow
from tests.gaitchain.browser.clinic import Clinic
from tests.gaitchain.browser.conftest import Opens
from tests.gaitchain.browser.serving import Served

COUNT_DRAWS = """() => {
  const Plot = window.uPlot;
  window.drawn = 0;
  window.uPlot = class extends Plot {
    constructor(options, ...rest) {
      super({ ...options, hooks: { draw: [() => { window.drawn += 1; }] } }, ...rest);
    }
  };
}"""


def test_a_protocol_of_parts_says_what_is_next(app: Served, opens: Opens) -> None:
    page = opens(app).page
    page.goto(app.url + "/")
    flow.try_simulated(page)
    page.get_by_label("Walk, sit, walk").check()
    flow.connect(page)
    flow.attach(page)
    flow.stand(page)
    expect(page.locator("#planned-said")).to_have_text("walk until 3:00, of 7:00")
    plan = """async elapsed_s => (await import("/static/js/live/numbers.js")).plan({ elapsed_s, planned_s: 420,
      parts: [{ does: "walk", until_s: 180 }, { does: "sit", until_s: 240 }, { does: "walk again", until_s: 420 }] })"""
    assert [page.evaluate(plan, second) for second in (179.9, 180, 300, 420)] == [
        "walk until 3:00, of 7:00",
        "sit until 4:00, of 7:00",
        "walk again until 7:00, of 7:00",
        "7:00 are full",
    ]
    page.get_by_role("button", name="Back").click()
    flow.step(page, "protocol")


def test_a_second_window_looks_on_until_it_takes_control(app: Served, somebody: Clinic, opens: Opens) -> None:
    first = opens(app)
    first.go("/")
    flow.try_simulated(first.page)
    flow.connect(first.page)
    second = opens(app)
    second.go(f"/patients/{somebody.knee.pid}/record")
    flow.step(second.page, "other")  # the recording of one patient is never shown as another's
    assert "SIMULATED" in second.page.locator("#other-who").inner_text()
    assert second.examine() == []
    second.page.get_by_role("link", name="Go there").click()
    flow.step(second.page, "body")
    assert second.page.locator("#viewer").is_visible()
    assert not second.page.locator("#places-done").is_visible()
    selects = second.page.locator("#body-nodes select")
    assert selects.first.is_disabled()
    assert second.examine() == []
    second.page.get_by_role("button", name="Take control").click()
    second.page.wait_for_selector("#viewer", state="hidden")
    first.page.wait_for_selector("#viewer")
    before = [selects.nth(i).input_value() for i in range(2)]
    selects.first.select_option(before[1])  # a place that is taken: the two change places
    expect(selects.nth(1)).to_have_value(before[0])
    expect(selects.first).to_have_value(before[1])
    expect(first.page.locator("#body-nodes select").first).to_have_value(before[1])
    second.page.keyboard.press("Escape")
    flow.step(first.page, "protocol")


def test_a_server_that_goes_is_told_and_the_page_resumes(app: Served, opens: Opens) -> None:
    window = opens(app)
    page = window.page
    window.go("/")
    flow.try_simulated(page)
    assert page.locator("#lost").is_hidden()
    app.stop()
    page.wait_for_selector("#lost:not([hidden])")
    assert "No connection to the server" in page.locator("#lost").inner_text()
    assert window.axe() == []
    app.start()
    page.wait_for_selector("#lost", state="hidden")
    flow.connect(page)
    page.locator("[data-for=body]").get_by_role("button", name="Back").click()
    flow.step(page, "protocol")
    assert all("ERR_CONNECTION" in complaint or "WebSocket" in complaint for complaint in window.complaints)
    window.complaints.clear()


def test_steps_that_pass_too_quickly_are_in_order_too(app: Served, opens: Opens) -> None:
    window = opens(app)
    window.go("/")
    flow.try_simulated(window.page)
    for step in ("connect", "still", "saving", "failed"):
        reveal = "step => document.querySelectorAll('.step').forEach(one => { one.hidden = one.dataset.for !== step; })"
        window.page.evaluate(reveal, step)
        assert window.page.locator(f"[data-for={step}] h2").is_visible()
        assert window.examine() == []


def test_every_module_can_be_read(app: Served, opens: Opens) -> None:
    from importlib.resources import files

    window = opens(app)
    window.go("/")
    flow.try_simulated(window.page)
    root = files("gaitchain.app").joinpath("static/js")
    names = [f"{at}{one.name}" for at in ("", "live/") for one in root.joinpath(at).iterdir() if one.is_file()]
    assert len(names) > 20
    read = "path => import(path).then(() => '', (error) => String(error))"
    assert [said for name in names if (said := window.page.evaluate(read, f"/static/js/{name}"))] == []


@pytest.mark.long
def test_the_traces_of_four_sensors_are_drawn_ten_times_a_second(app: Served, opens: Opens) -> None:
    window = opens(app)
    page = window.page
    window.go("/")
    flow.try_simulated(page)
    page.evaluate(COUNT_DRAWS)
    flow.connect(page)
    flow.attach(page)
    flow.stand(page)
    flow.walk(page, 4)
    sensors = page.locator("#cards .plot").count()
    page.evaluate("() => { window.drawn = 0; window.since = performance.now(); }")
    page.wait_for_timeout(6000)
    per_second = page.evaluate("() => window.drawn / ((performance.now() - window.since) / 1000)")
    flow.stop(page)
    assert sensors == 4
    assert 10.0 <= per_second / sensors <= 16.0
