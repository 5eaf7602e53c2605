"""Who gets in: hosts, origins, tokens, logins, roles, forged requests, and how often one may be wrong."""

from __future__ import annotations

import asyncio
import logging
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.websockets import WebSocketDisconnect

from gaitchain.app.access.door import AT_ONCE, door
from gaitchain.app.access.limits import WrongTries
from gaitchain.app.api import stream
from gaitchain.app.api.stream import GOING_AWAY
from gaitchain.app.settings import Settings, Tls
from gaitchain.store import Role, Store
from tests.gaitchain.app.clients import STREAM, TestClient, WebSocketDenialResponse
from tests.gaitchain.app.clock import FakeClock
from tests.gaitchain.app.conftest import HEADERS, PASSWORD

Enter = Callable[..., TestClient]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 200),
        ("/api/patients", {}, 401),
        ("/api/openapi.json", {}, 401),
        ("/api/nothing", {}, 401),
        ("/patients/0123456789ab", {}, 303),
        ("/static/uplot/uPlot.iife.js", {}, 200),
        ("/static/uplot/uPlot.min.css", {}, 200),
        ("/static/../settings.py", {}, 303),
        ("/static/%2e%2e/settings.py", {}, 404),
        ("/static/uplot/..%2f..%2fserver.py", {}, 404),
        ("/", {"host": "evil.example"}, 400),
        ("/", {"host": "127.0.0.1.evil.example:8642"}, 400),
        ("/", {"host": "127.0.0.1:8642@evil.example"}, 400),
        ("/", {"host": "127.0.0.1:port"}, 400),
        ("/", {"host": ""}, 400),
        ("/", {"host": "localhost:9000"}, 200),
        ("/", {"host": "[::1]:8642"}, 200),
        ("/", {"origin": "https://evil.example"}, 403),
        ("/", {"origin": "null"}, 403),
        ("/", {"origin": "http://127.0.0.1:9999"}, 403),
        ("/", {"origin": "http://127.0.0.1:8642"}, 200),
        ("/?token=wrong", {}, 403),
    ],
)
def test_whoever_is_not_in_sees_how_to_get_in_and_nothing_else(
    enter: Enter, path: str, headers: dict[str, str], status: int
) -> None:
    answer = enter(token=False).get(path, headers=headers)
    assert answer.status_code == status, answer.text
    if path.startswith("/api/"):
        assert answer.json()["error"].endswith(".")


def test_the_token_lets_one_browser_in_once(enter: Enter) -> None:
    client = enter(token=False)
    token = client.app.state.settings.token  # type: ignore[attr-defined]
    answer = client.get(f"/?token={token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert token not in cookie
    assert client.get("/api/session").json() == {"name": "local", "role": "admin"}
    assert client.get(f"/?token={token}").status_code == 303  # the same browser goes back to that address
    client.cookies.clear()
    assert client.get(f"/?token={token}").status_code == 403
    assert client.get("/api/session").status_code == 401


def test_wrong_tokens_and_passwords_count_together_and_time_forgives(
    enter: Enter, users: None, clock: FakeClock
) -> None:
    client = enter(token=False, users_required=True)
    wrong = {"name": "viewer-1", "password": "wrong password"}
    for _ in range(5):
        assert client.get("/?token=guess").status_code == 403
        assert client.post("/api/session", json=wrong).status_code == 401
    answer = client.post("/api/session", json={"name": "viewer-1", "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "300"
    assert "wait 300 s" in answer.json()["error"]
    assert client.get("/?token=guess").status_code == 429
    clock.pass_s(299.0)
    assert client.post("/api/session", json=wrong).status_code == 429
    clock.pass_s(1.0)
    assert client.post("/api/session", json={"name": "viewer-1", "password": PASSWORD}).status_code == 200


def test_passwords_that_are_tried_at_once_count_like_those_one_after_the_other(
    users: None, store: Store, clock: FakeClock
) -> None:
    one = door(Settings(store.layout.data, users_required=True), store, clock.clocks)

    async def main() -> list[object]:
        tries = [one.log_in("viewer-1", "wrong password", "192.0.2.1") for _ in range(16)]
        return await asyncio.gather(*tries, return_exceptions=True)

    tried = [answer for answer in asyncio.run(main()) if answer is None]
    assert len(tried) < one.settings.limits.wrong_tries + AT_ONCE


def test_tries_are_forgotten_one_by_one_and_addresses_do_not_share_them() -> None:
    now_s = 0.0
    tries = WrongTries(2, 10.0, lambda: now_s)
    tries.wrong("a")
    now_s = 4.0
    tries.wrong("a")
    assert (tries.wait_s("a"), tries.wait_s("b")) == (6, 0)
    now_s = 10.0
    assert tries.wait_s("a") == 0
    tries.wrong("a")
    assert tries.wait_s("a") == 4
    for number in range(5000):
        tries.wrong(str(number))
    assert tries.wait_s("a") == 0  # memory is bounded: the oldest address goes first


def test_a_login_outlives_the_server_and_ends_after_a_working_day(enter: Enter, clock: FakeClock, store: Store) -> None:
    first = enter()
    kept = store.layout.data / "logins.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    secret = next(iter(first.cookies.values()))
    assert secret not in kept.read_text(encoding="utf-8")
    clock.pass_s(3600.0)
    second = enter(token=False)
    second.cookies.update(first.cookies)
    assert second.get("/api/session").status_code == 200
    clock.pass_s(12 * 3600.0)
    assert second.get("/api/session").status_code == 200
    clock.pass_s(12 * 3600.0 + 1.0)
    assert second.get("/api/session").status_code == 401


def test_what_was_kept_of_logins_may_be_damaged(enter: Enter, store: Store) -> None:
    (store.layout.data / "logins.json").write_text('{"a": 3}', encoding="utf-8")
    assert enter().get("/api/session").status_code == 200


def test_who_came_by_the_token_is_not_in_where_everybody_logs_in(enter: Enter, users: None) -> None:
    local = enter()
    strict = enter(token=False, users_required=True)
    strict.cookies.update(local.cookies)
    assert strict.get("/api/session").status_code == 401
    assert strict.get(f"/?token={strict.app.state.settings.token}").status_code == 403  # type: ignore[attr-defined]


def test_a_user_who_is_removed_is_out_at_once(enter: Enter, users: None, store: Store) -> None:
    admin = enter(user="admin-1", users_required=True)
    other = TestClient(admin.app, str(admin.base_url), headers=HEADERS)
    assert other.post("/api/session", json={"name": "VIEWER-1", "password": PASSWORD}).json()["name"] == "viewer-1"
    assert other.get("/api/patients").status_code == 200
    with other.websocket_connect(f"{STREAM}?tab=viewer-tab") as socket:
        socket.receive_text()
        assert admin.delete("/api/users/VIEWER-1").status_code == 204
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
        assert ended.value.code == GOING_AWAY
    assert other.get("/api/patients").status_code == 401
    for name in ("admin-1", "Admin-1"):
        assert admin.delete(f"/api/users/{name}").status_code == 409
    assert "user removed" in {trace.what for trace in store.audit_trail()}


@pytest.mark.parametrize("added_again", [False, True])
def test_another_password_ends_what_began_with_the_old_one_and_nobody_elses(
    enter: Enter, users: None, store: Store, monkeypatch: pytest.MonkeyPatch, added_again: bool
) -> None:
    monkeypatch.setattr(stream, "ASKED_EVERY_S", 0.01)
    viewer = enter(user="viewer-1", users_required=True)
    other = enter(user="therapist-1", users_required=True)
    with viewer.websocket_connect(f"{STREAM}?tab=viewer-tab") as socket:
        socket.receive_text()
        if added_again:  # by the command, behind the server's back
            store.users.remove("viewer-1")
            store.users.add("viewer-1", Role.VIEWER, PASSWORD)
        else:
            store.users.set_password("viewer-1", PASSWORD)
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
        assert ended.value.code == GOING_AWAY
    assert viewer.get("/api/patients").status_code == 401
    assert viewer.post("/api/session", json={"name": "viewer-1", "password": PASSWORD}).status_code == 200
    assert viewer.get("/api/patients").status_code == 200
    assert other.get("/api/patients").status_code == 200


def test_users_that_cannot_be_read_let_nobody_in_and_say_so(
    enter: Enter, users: None, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    viewer = enter(user="viewer-1", users_required=True)
    store.layout.users.write_text("{", encoding="utf-8")
    answer = viewer.get("/api/patients")
    assert answer.status_code == 500
    assert "StoreError" in answer.json()["error"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert [record.getMessage() for record in caplog.records] == ["unexpected StoreError at no route"]


def test_logging_out(enter: Enter, users: None) -> None:
    client = enter(user="viewer-1", users_required=True)
    kept = dict(client.cookies)
    assert client.delete("/api/session").status_code == 204
    client.cookies.update(kept)
    assert client.get("/api/session").status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_request_that_changes_something_needs_our_header(client: TestClient, method: str) -> None:
    del client.headers["X-Gaitchain"]
    answer = client.request(method, "/api/patients", json={"code": "K-1"})
    assert answer.status_code == 403
    assert "X-Gaitchain" in answer.json()["error"]
    assert client.get("/api/patients").json() == []


def test_a_page_of_another_origin_is_refused_even_with_the_cookie(client: TestClient) -> None:
    assert client.post("/api/patients", json={"code": "K-1"}, headers={"origin": "http://evil.test"}).status_code == 403
    assert stream_refused(client, origin="http://evil.test") == 403
    assert stream_refused(client, host="evil.test") == 400


def test_without_a_login_no_websocket(enter: Enter) -> None:
    assert stream_refused(enter(token=False)) == 401


def stream_refused(client: TestClient, **headers: str) -> int:
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        client.websocket_connect(f"{STREAM}?tab=12345678", headers=headers),
    ):
        pass
    assert refused.value.json()["error"].endswith(".")
    return int(refused.value.status_code)


@pytest.mark.parametrize("path", ["/", "/api/patients", "/api/nothing", "/nothing", "/static/uplot/uPlot.min.css"])
@pytest.mark.parametrize("token", [True, False])
def test_every_answer_says_what_a_browser_may_do_with_it(enter: Enter, path: str, token: bool) -> None:
    headers = enter(token=token).get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    if "static" not in path:
        assert headers["cache-control"] == "no-store"


def test_over_tls_cookies_and_pages_stay_there(enter: Enter, users: None, tmp_path: Path) -> None:
    client = enter(
        token=False, users_required=True, tls=Tls(tmp_path / "c", tmp_path / "k"), names=frozenset({"clinic"})
    )
    client.base_url = "https://clinic:8642"
    answer = client.post("/api/session", json={"name": "viewer-1", "password": PASSWORD})
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]
    assert client.get("/api/session", headers={"origin": "http://clinic:8642"}).status_code == 403
    assert client.get("/api/session", headers={"origin": "https://clinic:8642"}).status_code == 200
    assert client.get("/api/session", headers={"host": "elsewhere:8642"}).status_code == 400


def test_nothing_larger_than_is_taken(enter: Enter, store: Store) -> None:
    client = enter()
    large = b'{"code": "' + b"x" * 300_000 + b'"}'
    told = client.post("/api/patients", content=large, headers={"content-type": "application/json"})
    untold = client.post("/api/patients", content=iter([large]), headers={"content-type": "application/json"})
    for answer in (told, untold):
        assert answer.status_code == 413
        assert "kB" in answer.json()["error"]
    assert store.patients() == []


def test_a_mistake_of_ours_is_an_answer_and_its_words_go_nowhere(
    client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Store, pid: str) -> None:
        raise ZeroDivisionError(f"K-17 {pid}")

    monkeypatch.setattr(Store, "patient", broken)
    answer = client.get("/api/patients/0123456789ab")
    assert answer.status_code == 500
    assert "ZeroDivisionError" in answer.json()["error"]
    assert "K-17" not in answer.text
    assert "default-src" in answer.headers["content-security-policy"]
    assert [record.getMessage() for record in caplog.records if record.name.startswith("gaitchain")] == [
        "unexpected ZeroDivisionError at /api/patients/{pid}"
    ]


@pytest.mark.parametrize("text", ["viewer", "therapist", "admin"])
def test_a_role_may_what_the_ones_before_it_may(text: str) -> None:
    roles = list(Role)
    assert [Role(text).may(needed) for needed in roles] == [roles.index(Role(text)) >= k for k in range(3)]


def test_no_log_line_and_no_address_holds_a_patients_code(
    client: TestClient, pid: str, sid: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    client.post("/api/patients", json={"code": "K-17"})  # a conflict
    client.post("/api/patients", json={"code": "K-17" * 40})  # too long
    client.get("/api/patients/K-17")
    client.get(f"/api/sessions/{sid}/report.html")
    client.post("/api/patients/search", json={"text": "K-17"})
    answers = [client.get("/"), client.get(f"/api/patients/{pid}"), client.get(f"/api/sessions/{sid}/export.zip")]
    assert all("K-17" not in str(answer.headers) for answer in answers)
    said = [line for line in caplog.text.splitlines() if "asyncio" not in line and "httpx" not in line]
    assert not [line for line in said if "K-17" in line]
    assert "K-17" not in "".join(capfd.readouterr())
    audit = client.app.state.store.layout.audit.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert "K-17" not in audit
    assert "report seen" in audit


def test_settings_hide_what_lets_in(tmp_path: Path) -> None:
    settings = Settings(tmp_path, store_url="postgresql://user:secret@host/db")
    assert settings.token not in repr(settings)
    assert "secret" not in repr(settings)
