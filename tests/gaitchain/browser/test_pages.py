"""Every page that is not part of a recording: no violation, no complaint, not too wide; and what it must say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gaitchain.store import Role
from sensor.recording import write_recording
from sensor.simulation import WalkSpec, simulate
from tests.gaitchain.browser.chromium import DESK, new_context, window
from tests.gaitchain.browser.clinic import Clinic
from tests.gaitchain.browser.conftest import Opens
from tests.gaitchain.browser.serving import Served, served

PAGES = {
    "home": "/",
    "new": "/patients/new",
    "patient": "/patients/{knee}",
    "flagged": "/patients/{flagged}",
    "edit": "/patients/{flagged}/edit",
    "open": "/patients/{knee}/open",
    "result": "/sessions/{first}",
    "result with long reasons": "/sessions/{long}",
    "result with warning signs": "/sessions/{flagged_sid}",
    "compare": "/compare?a={first}&b={last}",
    "users": "/users",
    "audit": "/audit",
    "help": "/help",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_in_order(name: str, app: Served, somebody: Clinic, opens: Opens) -> None:
    one = opens(app)
    one.go(PAGES[name].format(**_keys(somebody)))
    assert one.page.title().endswith("gaitchain")
    assert (somebody.knee.person.code or "") not in one.page.title()
    assert one.examine() == []


def test_whoever_looks_at_a_patient_leaves_a_line_without_a_code(app: Served, somebody: Clinic, opens: Opens) -> None:
    one = opens(app)
    one.go(f"/patients/{somebody.knee.pid}")
    one.go(f"/sessions/{somebody.sids[0]}")
    seen = app.store.audit_trail(somebody.knee.pid, limit=2)
    assert {(line.who, line.what) for line in seen} == {("local", "patient seen"), ("local", "session seen")}
    one.go("/audit")
    assert "patient seen" in one.page.locator("main").inner_text()
    assert (somebody.knee.person.code or "") not in one.page.locator("main").inner_text()


def test_warning_signs_come_first_and_take_the_score_away(app: Served, somebody: Clinic, opens: Opens) -> None:
    one = opens(app)
    one.go(f"/sessions/{somebody.flagged_sid}")
    text = one.page.locator("main").inner_text()
    assert text.index("Numbness in the saddle area") < text.index("In short")
    assert "The score is withheld" in text
    assert "0.62" not in text
    assert one.page.locator(".patient-banner .alarm").inner_text() == "Warning signs stated"


def test_a_sign_ticked_later_takes_the_score_of_earlier_sessions_away(
    app: Served, somebody: Clinic, opens: Opens
) -> None:
    one = opens(app)
    one.go(f"/patients/{somebody.even.pid}/edit")
    one.page.get_by_label("A hot, swollen knee?").check()
    one.page.get_by_role("button", name="Save patient").click()
    one.page.wait_for_url(f"**/patients/{somebody.even.pid}")
    assert "Hot swollen knee" in one.page.locator(".warning").inner_text()
    one.go(f"/sessions/{somebody.even_sid}")
    assert "The score is withheld" in one.page.locator("main").inner_text()
    assert "0.08" not in one.page.locator("main").inner_text()


def test_two_sessions_are_ticked_and_compared(app: Served, somebody: Clinic, opens: Opens) -> None:
    one = opens(app)
    one.go(f"/patients/{somebody.knee.pid}")
    assert one.page.locator("#compare-go").is_disabled()
    ticks = one.page.get_by_label("Compare the session of")
    ticks.first.check()
    ticks.last.check()
    one.page.get_by_role("button", name="Compare two sessions").click()
    one.page.wait_for_url("**/compare*")
    standing = one.page.locator(".links .standing").all_inner_texts()
    assert len(standing) == 8
    assert any("Resolved" in words for words in standing)
    assert "grey" in " ".join(one.page.locator("main").inner_text().split())


def test_a_patient_is_taken_in_changed_and_deleted(app: Served, opens: Opens) -> None:
    one = opens(app)
    page = one.page
    one.go("/patients/new")
    page.get_by_label("Code").fill("NEW-1")
    page.get_by_label("Height").fill("172")
    page.get_by_role("button", name="Save patient").click()
    said = page.get_by_label("Height").evaluate("field => field.validationMessage")
    assert said == "Write metres, such as 1.72."
    page.get_by_label("Height").fill("1.72")
    page.get_by_role("button", name="Save patient").click()
    page.wait_for_url(re.compile("patients/[0-9a-f]{12}$"))
    assert page.locator(".patient-banner").inner_text().split()[0] == "NEW-1"
    one.go("/patients/new")
    page.get_by_label("Code").fill("new-1")
    page.get_by_role("button", name="Save patient").click()
    assert "Another patient has this code" in page.locator(".wrong:visible").inner_text()
    one.complaints.clear()  # the browser reports the refusal itself
    one.go("/")
    page.get_by_label("Find a code").fill("new-")
    assert page.locator("#patients tbody tr:visible").count() == 1
    page.get_by_role("link", name="NEW-1", exact=True).click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Delete …").click()
    expect(page.locator("dialog[open]")).to_be_visible()
    assert one.axe() == []
    page.get_by_role("button", name="Delete for good").click()
    assert "Type NEW-1" in page.locator("dialog[open] .wrong").inner_text()
    page.locator("dialog[open] input").fill("NEW-1")
    page.get_by_role("button", name="Delete for good").click()
    page.wait_for_url(f"{app.url}/")
    assert "NEW-1" not in page.locator("main").inner_text()


def test_a_recording_file_becomes_a_session(app: Served, somebody: Clinic, opens: Opens, tmp_path: Path) -> None:
    file = tmp_path / "walk.csv.gz"
    write_recording(simulate(WalkSpec("healthy", duration_s=30.0, seed=2)).table, file)
    one = opens(app)
    one.go(f"/patients/{somebody.even.pid}/open")
    one.page.get_by_label("File").set_input_files(file)
    one.page.get_by_role("button", name="Open and analyse").click()
    one.page.wait_for_url("**/sessions/*")
    assert "The kinetic chain" in one.page.locator("main").inner_text()


def test_what_is_not_there_is_said_on_a_page(app: Served, opens: Opens) -> None:
    one = opens(app)
    for path in ("/nowhere", "/patients/0123456789ab", "/sessions/20260101T000000-000000", "/compare"):
        one.go(path)
        assert one.page.locator("h1").inner_text() != ""
        assert one.page.get_by_role("link", name="To the first page").count() == 1
        assert one.examine() == []
    assert all("Failed to load resource" in complaint for complaint in one.complaints)
    one.complaints.clear()


def test_whoever_is_not_known_reads_how_to_get_in(app: Served, browser: Browser) -> None:
    context = new_context(browser, DESK)
    one = window(context, app.url)
    one.go("/patients/new")
    assert one.page.url == f"{app.url}/"
    assert "gaitchain serve" in one.page.locator("main").inner_text()
    assert one.examine() == []
    assert one.complaints == []
    context.close()


def test_a_viewer_logs_in_and_finds_nothing_to_change(browser: Browser, tmp_path: Path) -> None:
    app = served(tmp_path / "data", users_required=True)
    app.store.users.add("vera", Role.VIEWER, "long enough to guess")
    app.start()
    context = new_context(browser, DESK)
    one = window(context, app.url)
    try:
        one.go("/")
        assert one.examine() == []
        one.page.get_by_label("Name").fill("vera")
        one.page.get_by_label("Password").fill("long enough to gess")
        one.page.get_by_role("button", name="Log in").click()
        expect(one.page.locator(".wrong")).to_have_text("Name or password is wrong.")
        assert one.page.get_by_label("Name").input_value() == "vera", "one need not type it again"
        one.complaints.clear()  # the browser reports the refusal itself
        one.page.get_by_label("Password").fill("long enough to guess")
        one.page.get_by_role("button", name="Log in").click()
        one.page.wait_for_selector("#readiness")
        assert one.page.get_by_role("link", name="New patient").count() == 0
        assert one.page.locator("#try").count() == 0
        one.go("/users")
        assert "Only an admin" in one.page.locator("main").inner_text()
        one.page.get_by_role("button", name="Log out").click()
        one.page.wait_for_selector("input[name=password]")
    finally:
        context.close()
        app.stop()
        app.store.close()


def _keys(somebody: Clinic) -> dict[str, str]:
    return {
        "knee": somebody.knee.pid,
        "flagged": somebody.flagged.pid,
        "flagged_sid": somebody.flagged_sid,
        "first": somebody.sids[0],
        "long": somebody.sids[2],
        "last": somebody.sids[-1],
    }
