"""Patients, sessions, recordings from files, and what goes out of the house."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gaitchain.app.settings import Limits
from gaitchain.store import Store, backup
from sensor.recording import write_recording
from sensor.simulation import WalkSpec, simulate
from tests.gaitchain.app.clients import TestClient

HEADER = (
    ",".join(["time_s", *(f"knee_left_{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz")]).encode() + b"\n"
)


def upload(client: TestClient, pid: str, name: str, content: bytes) -> tuple[int, dict[str, object]]:
    answer = client.post("/api/recordings", files={"file": (name, content)}, data={"pid": pid})
    return answer.status_code, answer.json()


def test_a_patient_from_taking_in_to_deleting(client: TestClient, store: Store) -> None:
    said = {"code": "K-17", "height_m": 1.74, "painful_side": "left", "red_flags": ["fever with the pain"]}
    answer = client.post("/api/patients", json=said)
    assert answer.status_code == 201
    pid = answer.json()["pid"]
    assert answer.json()["red_flags"] == ["fever with the pain"]
    changed = client.put(f"/api/patients/{pid}", json={**said, "notes": "walks with a cane", "mass_kg": 71.5})
    assert (changed.json()["notes"], changed.json()["mass_kg"]) == ("walks with a cane", 71.5)
    assert client.post("/api/patients", json={"code": "k-17"}).status_code == 409
    assert [one["pid"] for one in client.post("/api/patients/search", json={"text": "K-1"}).json()] == [pid]
    assert client.post("/api/patients/search", json={"text": "Z"}).json() == []
    other = client.post(f"/api/patients/{pid}/anonymise").json()
    assert other["pid"] != pid
    assert other["code"] != "K-17"
    assert client.get(f"/api/patients/{pid}").status_code == 404
    assert client.delete(f"/api/patients/{other['pid']}").json() == {"clean": True}
    assert client.get("/api/patients").json() == []
    trail = [(one["who"], one["what"]) for one in client.get("/api/audit").json()]
    assert ("local", "patient added") in trail
    assert ("local", "patient changed") in trail
    assert store.patients() == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "code: Field required"),
        ({"code": ""}, "code"),
        ({"code": "  "}, "A patient needs a code"),
        ({"code": "K", "height_m": 174}, "height_m"),
        ({"code": "K", "painful_side": "both"}, "painful_side"),
        ({"code": "K", "name": "Mr Smith"}, "name"),
        ({"code": "K", "age_years": "old"}, "age_years"),
        ({"code": "K\x00"}, "printable"),
    ],
)
def test_what_cannot_be_a_patient(client: TestClient, said: dict[str, object], words: str) -> None:
    answer = client.post("/api/patients", json=said)
    assert answer.status_code == 422
    assert words in answer.json()["error"]
    assert "Mr Smith" not in answer.text


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]", b'{"code": NaN}', b'"\xff"'])
def test_bodies_that_are_no_json(client: TestClient, content: bytes) -> None:
    answer = client.post("/api/patients", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.json()["error"]


def test_a_recording_file_becomes_an_analysed_session(client: TestClient, pid: str, sid: str, store: Store) -> None:
    (session,) = client.get("/api/sessions", params={"pid": pid}).json()
    assert session["sid"] == sid
    assert session["has_result"]
    summary = client.get(f"/api/sessions/{sid}/summary").json()
    assert summary["recording"]["patient_code"] == "K-17"
    assert summary["strides"]["left"]["valid"] > 5
    curves = client.get(f"/api/sessions/{sid}/curves").json()
    assert len(curves["pelvis_obliquity"]["left_mean"]) == 101
    named = [path for path in store.session(sid).path.rglob("*") if "Smith" in path.name]
    assert named == []  # the name of the file that somebody opened is kept nowhere
    assert not list(store.layout.data.glob(".upload-*"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("walk.txt", b"time_s", "Only recordings"),
        ("../../evil.csv", b"", "empty"),
        ("walk.csv", b"a,b\n1,2\n", "time_s"),
        ("walk.csv.gz", b"no gzip at all", "damaged"),
        ("walk.parquet", b"PAR1", "damaged"),
        ("walk.csv", b"\xff\xfe\x00", "UTF-8"),
        ("walk.csv", HEADER + b"0.00,0,0,x,0,0,0\n", "row 2"),
    ],
)
def test_files_that_are_no_recordings(
    client: TestClient, pid: str, store: Store, name: str, content: bytes, words: str
) -> None:
    status, said = upload(client, pid, name, content)
    assert status == 422
    assert words.lower() in str(said["error"]).lower()
    assert not str(said["error"]).startswith("The file: ")
    assert str(store.layout.data) not in str(said["error"])
    assert store.sessions() == []
    assert not list(store.layout.data.glob(".upload-*"))
    assert not [path for path in store.layout.patients.rglob("sessions/*") if path.is_dir()]


def test_a_recording_that_nobody_walks_in_is_kept_and_said_to_be_invalid(
    client: TestClient, pid: str, tmp_path: Path
) -> None:
    still = tmp_path / "still.csv"
    write_recording(simulate(WalkSpec(duration_s=3.0)).table, still)
    status, said = upload(client, pid, "still.csv", still.read_bytes())
    assert (status, said["verdict"]) == (201, "invalid")


def test_files_opened_out_of_order_follow_each_other_as_they_were_walked(
    client: TestClient, pid: str, tmp_path: Path
) -> None:
    walk = tmp_path / "walk.parquet"
    write_recording(simulate(WalkSpec(duration_s=3.0)).table, walk)
    today = datetime.now().astimezone().date()
    days = [today.isoformat(), "2026-03-02", "2026-01-15"]
    for day in days:
        said = {"pid": pid, "day": day, "condition": "own shoes"}
        answer = client.post("/api/recordings", files={"file": ("walk.parquet", walk.read_bytes())}, data=said)
        assert answer.status_code == 201
        assert answer.json()["condition"] == "own shoes"
    begun = [datetime.fromisoformat(one["started"]) for one in client.get("/api/sessions", params={"pid": pid}).json()]
    assert {at.astimezone().date().isoformat() for at in begun} == set(days)
    assert begun == sorted(begun, reverse=True)
    later = {"pid": pid, "day": (today + timedelta(days=2)).isoformat()}
    answer = client.post("/api/recordings", files={"file": ("walk.parquet", walk.read_bytes())}, data=later)
    assert answer.status_code == 422
    assert "still to come" in answer.json()["error"]


def test_an_upload_that_is_too_large(enter: Callable[..., TestClient]) -> None:
    client = enter(limits=Limits(upload_bytes=100_000))
    pid = client.post("/api/patients", json={"code": "K-1"}).json()["pid"]
    status, said = upload(client, pid, "walk.csv", b"x" * 200_000)
    assert status == 413
    assert "100 kB" in str(said["error"])
    answer = client.post(  # its length is not told
        "/api/recordings",
        content=iter([b"x" * 60_000] * 3),
        headers={"content-type": "multipart/form-data; boundary=abc"},
    )
    assert answer.status_code in {400, 413}


@pytest.mark.parametrize(
    "path",
    [
        "/api/patients/..%2f..%2fusers.json",
        "/api/patients/%2e%2e",
        "/api/sessions/..%2f..%2f..%2fusers.json/summary",
        "/api/sessions/20260102T030405-abcdef%00/summary",
        "/api/sessions/20260102T030405-abcdef/..%2f..%2fcare.json",
        "/api/sessions/....//summary",
    ],
)
def test_no_path_leads_out_of_the_store(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {404, 422}
    assert "error" in answer.json()


def test_what_the_therapist_says_about_a_session(client: TestClient, sid: str, store: Store) -> None:
    said = {"protocol": "4x10m", "pain_before": 3, "pain_after": 5, "notes": "tired", "verdict": "accepted"}
    answer = client.put(f"/api/sessions/{sid}/care", json=said)
    assert answer.status_code == 200
    assert (answer.json()["pain_after"], answer.json()["decision"]) == (5, "accepted")
    assert answer.json()["created_by"] == "local"
    assert client.put(f"/api/sessions/{sid}/care", json={"pain_after": 11}).status_code == 422
    assert json.loads((store.session(sid).path / "care.json").read_text(encoding="utf-8"))["notes"] == "tired"


def test_reports_and_the_archive_go_out_without_a_code_in_their_names(client: TestClient, sid: str) -> None:
    report = client.get(f"/api/sessions/{sid}/report.html")
    assert "K-17" in report.text
    assert "sandbox" in report.headers["content-security-policy"]
    assert "script-src" not in report.headers["content-security-policy"]
    assert "x-frame-options" not in report.headers
    archive = client.get(f"/api/sessions/{sid}/export.zip")
    assert sid in archive.headers["content-disposition"]
    names = zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    assert {f"{sid}/session.json", f"{sid}/recording.parquet"} <= set(names)
    for answer in (report, archive):
        assert "K-17" not in str(answer.headers)


def test_the_report_as_pdf(client: TestClient, sid: str) -> None:
    pytest.importorskip("gaitchain.report.pdf")
    for compact in (0, 1):
        pdf = client.get(f"/api/sessions/{sid}/report.pdf", params={"compact": compact})
        assert pdf.content.startswith(b"%PDF-")


def test_two_sessions_compared_and_all_as_a_trend(client: TestClient, pid: str, sid: str, walk_file: Path) -> None:
    _, said = upload(client, pid, "walk.csv.gz", walk_file.read_bytes())
    later = str(said["sid"])
    one = client.get("/api/compare", params={"a": sid, "b": later})
    assert one.status_code == 200, one.text
    assert one.json() == client.get("/api/compare", params={"a": later, "b": sid}).json()
    assert one.json()["measures"]["asymmetry.stance_time"]["status"] == "unchanged"  # the very same walk
    stance = client.get(f"/api/patients/{pid}/trend").json()[0]
    assert stance["key"] == "asymmetry.stance_time"
    assert len(stance["points"]) == 2
    assert client.get("/compare", params={"a": later, "b": sid}).text.count(f'value="{later}" selected') == 1
    other = client.post("/api/patients", json={"code": "K-18"}).json()["pid"]
    _, elsewhere = upload(client, other, "walk.csv.gz", walk_file.read_bytes())
    refused = client.get("/api/compare", params={"a": sid, "b": str(elsewhere["sid"])})
    assert refused.status_code == 409
    assert "two patients" in refused.json()["error"]
    page = client.get("/compare", params={"a": sid, "b": str(elsewhere["sid"])})
    assert page.status_code == 409
    assert refused.json()["error"] in page.text


def test_a_warning_sign_that_was_stated_then_stays_on_page_and_report(
    client: TestClient, pid: str, walk_file: Path
) -> None:
    said = {"code": "K-17", "red_flags": ["weakness in both legs"]}
    assert client.put(f"/api/patients/{pid}", json=said).status_code == 200
    _, session = upload(client, pid, "walk.csv.gz", walk_file.read_bytes())
    assert client.put(f"/api/patients/{pid}", json={"code": "K-17"}).status_code == 200
    for path in (f"/sessions/{session['sid']}", f"/api/sessions/{session['sid']}/report.html"):
        assert "Warning signs stated for this person" in client.get(path).text, path


def test_who_looked_is_written_down(client: TestClient, pid: str, sid: str, store: Store) -> None:
    for path in (f"patients/{pid}", f"sessions/{sid}", f"sessions/{sid}/summary", f"sessions/{sid}/report.html"):
        client.get(f"/api/{path}")
    seen = [(trace.who, trace.what, trace.pid) for trace in store.audit_trail() if "seen" in trace.what]
    assert seen[::-1] == [("local", f"{what} seen", pid) for what in ("patient", "session", "result", "report")]
    assert [line["what"] for line in client.get("/api/audit", params={"pid": pid, "limit": 1}).json()] == [
        "report seen"
    ]


def test_readiness_says_when_the_last_backup_was_made(
    client: TestClient, pid: str, store: Store, tmp_path: Path
) -> None:
    def line() -> dict[str, str]:
        found: list[dict[str, str]] = client.get("/api/readiness").json()
        return next(one for one in found if one["key"] == "backup")

    assert pid
    assert (line()["state"], line()["text"]) == ("warn", "never made")
    backup(store.layout.data, tmp_path / "kept.tar.gz")
    assert (line()["state"], line()["text"], line()["fix"]) == ("ok", "today", "")
    month_ago = time.time() - 30 * 86400.0
    os.utime(store.layout.backed_up, (month_ago, month_ago))
    assert (line()["state"], line()["text"]) == ("warn", "30 days ago")


def test_readiness_names_the_fix(client: TestClient) -> None:
    lines = client.get("/api/readiness").json()
    assert {line["key"] for line in lines} >= {"python", "data folder", "disk"}
    assert all(line["fix"] for line in lines if line["state"] == "bad")
    order = [line["state"] for line in lines]
    assert order == sorted(order, key=["bad", "warn", "ok"].index)
