"""Every operation of the API, and the least role that may do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from gaitchain.store import Role
from tests.gaitchain.app.clients import TestClient
from tests.gaitchain.app.conftest import BASE, HEADERS, PASSWORD

PID, SID = "0123456789ab", "20260102T030405-abcdef"
PATIENT = {"code": "K-1"}
LIVE = {
    "start": {"pid": PID, "protocol": "2min", "source": "sim"},
    "place": {},
    "identify": {"node": "A0C30001"},
    "tapped": {"node": "A0C30001"},
    "mark": {"kind": "turn"},
} | dict.fromkeys(
    ("search", "calibrate", "skip", "begin", "undo", "stop", "accept", "repeat", "cancel", "control"), None
)
Operation = tuple[str, str, Any, Role | None]
TABLE: list[Operation] = [
    ("GET", "/api/readiness", None, Role.VIEWER),
    ("GET", "/api/patients", None, Role.VIEWER),
    ("POST", "/api/patients/search", {"text": "K"}, Role.VIEWER),
    ("POST", "/api/patients", PATIENT, Role.THERAPIST),
    ("GET", "/api/patients/{pid}", None, Role.VIEWER),
    ("PUT", "/api/patients/{pid}", PATIENT, Role.THERAPIST),
    ("DELETE", "/api/patients/{pid}", None, Role.ADMIN),
    ("POST", "/api/patients/{pid}/anonymise", None, Role.ADMIN),
    ("GET", "/api/patients/{pid}/trend", None, Role.VIEWER),
    ("GET", f"/api/compare?a={SID}&b={SID}", None, Role.VIEWER),
    ("GET", "/api/sessions", None, Role.VIEWER),
    ("GET", "/api/sessions/{sid}", None, Role.VIEWER),
    ("PUT", "/api/sessions/{sid}/care", {}, Role.THERAPIST),
    ("GET", "/api/sessions/{sid}/summary", None, Role.VIEWER),
    ("GET", "/api/sessions/{sid}/curves", None, Role.VIEWER),
    ("GET", "/api/sessions/{sid}/report.html", None, Role.VIEWER),
    ("GET", "/api/sessions/{sid}/report.pdf", None, Role.VIEWER),
    ("GET", "/api/sessions/{sid}/export.zip", None, Role.THERAPIST),
    ("POST", "/api/recordings", "form", Role.THERAPIST),
    ("GET", "/api/live", None, Role.VIEWER),
    *(("POST", f"/api/live/{what}", body, Role.THERAPIST) for what, body in LIVE.items()),
    ("GET", "/api/session", None, Role.VIEWER),
    ("DELETE", "/api/session", None, Role.VIEWER),
    ("GET", "/api/users", None, Role.ADMIN),
    ("POST", "/api/users", {"name": "x", "password": PASSWORD, "role": "viewer"}, Role.ADMIN),
    ("DELETE", "/api/users/{name}", None, Role.ADMIN),
    ("GET", "/api/audit", None, Role.ADMIN),
    (
        "POST",
        "/api/session",
        {"name": "viewer-1", "password": PASSWORD},
        None,
    ),  # last: whoever asks is another afterwards
]


@pytest.fixture
def everybody(enter: Callable[..., TestClient], users: None) -> Iterator[dict[Role | None, TestClient]]:
    """A client of each role, and one who is not in; all of one app."""
    nobody = enter(token=False, users_required=True)
    with ExitStack() as stack:
        found: dict[Role | None, TestClient] = {None: nobody}
        for role in Role:
            client = TestClient(nobody.app, BASE, headers=HEADERS, follow_redirects=False)
            stack.callback(client.close)
            said = {"name": f"{role.value}-1", "password": PASSWORD}
            assert client.post("/api/session", json=said).status_code == 200
            found[role] = client
        yield found


def asked(client: TestClient, operation: Operation) -> int:
    method, path, body, _ = operation
    address = path.format(pid=PID, sid=SID, name="somebody")
    headers = {"X-Gaitchain-Tab": "tab-of-roles"}
    if body == "form":
        files = {"file": ("a.csv", b"")}
        return int(client.post(address, data={"pid": PID}, files=files, headers=headers).status_code)
    return int(client.request(method, address, json=body, headers=headers).status_code)


def test_what_each_role_may(everybody: dict[Role | None, TestClient]) -> None:
    wrong = []
    for operation in TABLE:
        least = operation[3]
        for role, client in everybody.items():
            if operation[:2] == ("DELETE", "/api/session") and role is not None:
                continue  # each may end its own login; test_access.py does
            status = asked(client, operation)
            may = least is None or (role is not None and role.may(least))
            expected = status not in {401, 403} if may else status == (401 if role is None else 403)
            if not expected or status >= 500:
                wrong.append((*operation[:2], role, status))
    assert wrong == []


def test_the_table_knows_every_operation(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()["paths"]
    there = {(method.upper(), path) for path, operations in described.items() for method in operations}
    assert {(method, path.partition("?")[0]) for method, path, _, _ in TABLE} == there
