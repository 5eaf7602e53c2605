"""The websocket over a real server: what it refuses, and that nobody who looks can disturb a recording."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.gaitchain.app.real import Served, serving
from tests.gaitchain.app.virtually import QUICK, records

TAB = "tab-of-the-test"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("streamed") / "data", QUICK) as running:
        yield running


def opened(served: Served, tab: str = TAB, **headers: str) -> ClientConnection:
    return connect(f"{served.stream}?tab={tab}", additional_headers={"Cookie": served.cookie(), **headers})


def test_the_state_comes_at_once(served: Served) -> None:
    with opened(served) as tab:
        state = json.loads(tab.recv())
    assert (state["type"], state["phase"], state["controller"]) == ("state", "idle", True)


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"Cookie": "gaitchain=wrong"}, 401, "Not logged in"),
        ({"Origin": "http://evil.test"}, 403, "Another site"),
        ({"Host": "evil.test"}, 400, "that name"),
    ],
)
def test_handshakes_that_are_refused(served: Served, headers: dict[str, str], status: int, words: str) -> None:
    if "Host" in headers:  # the client would send a second one
        answer = raw_handshake(served, headers["Host"])
        assert f" {status} " in answer
        assert words in answer
        return
    with pytest.raises(InvalidStatus) as refused:
        opened(served, **headers)
    assert refused.value.response.status_code == status
    assert words in json.loads(refused.value.response.body)["error"]


@pytest.mark.parametrize("tab", ["", "short", "x" * 65, "no/slash/here", "nul%00nul%00"])
def test_windows_without_a_proper_name_are_told_so(served: Served, tab: str) -> None:
    with opened(served, tab) as socket_:
        assert "?tab=" in json.loads(socket_.recv())["error"]
        assert closed(socket_) == 1008


@pytest.mark.parametrize("message", ["{}", "not json", '{"type": "stop"}', b"\x00\x01", ""])
def test_whoever_sends_something_is_told_and_shown_out(served: Served, message: str | bytes) -> None:
    with opened(served) as tab:
        tab.recv()
        tab.send(message)
        said = [json.loads(one) for one in texts(tab)]
        assert "Nothing is expected here" in said[-1]["error"]
        assert closed(tab) == 1003


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\xfe\xff\xff\x00\x00\x00\x00" + b"x" * 65535, 1009),  # larger than is taken
        (b"\x81\x82\x00\x00\x00\x00\xff\xfe", 1007),  # text that is no UTF-8
        (b"\x81\x02{}", 1002),  # a client must mask
        (b"\x83\x80\x00\x00\x00\x00", 1002),  # an opcode that means nothing
        (b"\xc1\x80\x00\x00\x00\x00", 1002),  # a reserved bit
    ],
)
def test_malformed_frames_end_the_connection_with_the_right_code(served: Served, frame: bytes, code: int) -> None:
    with raw(served) as line:
        line.sendall(frame)
        assert close_code(line) == code
    with opened(served) as tab:  # and nobody else's
        assert json.loads(tab.recv())["type"] == "state"


def test_there_is_an_end_to_how_many_look(served: Served) -> None:
    with ExitStack() as stack:
        for number in range(32):
            stack.enter_context(opened(served, f"window-{number:02}")).recv()
        last = stack.enter_context(opened(served, "one-too-many"))
        assert "32 windows" in json.loads(last.recv())["error"]
        assert closed(last) == 1013


def test_windows_that_stall_or_die_cost_a_recording_nothing(served: Served) -> None:
    with served.client() as client, opened(served) as good, raw(served, "closed-lid") as lid:
        lid.settimeout(5.0)
        pid = client.post("/api/patients", json={"code": "K-1"}).json()["pid"]
        start = {"pid": pid, "protocol": "2min", "source": "sim"}
        assert client.post("/api/live/start", json=start).status_code == 200
        until(good, "placing")
        killed = raw(served, "killed-window")
        killed.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        killed.close()  # a reset, not a good-bye
        client.post("/api/live/place", json={})
        until(good, "checking", lambda state: bool(state["checks"]))
        for what in ("calibrate", "skip", "begin"):
            assert client.post(f"/api/live/{what}").status_code == 200, what
        seen = until(good, "recording", lambda state: state["elapsed_s"] > 2.0)
        assert all(node["live"] for node in seen["nodes"])
        client.post("/api/live/stop")
        done = until(good, "verdict", lambda state: state["verdict"]["final"])
        sid = client.post("/api/live/accept").json()["session"]
        nodes = json.loads(
            (served.settings.data / "patients" / pid / "sessions" / sid / "session.json").read_text(encoding="utf-8")
        )["nodes"]
        assert done["session"] == sid
        assert all(not node["gaps"] and node["samples"] > 150 for node in nodes.values())


def until(tab: ClientConnection, phase: str, ready: Any = lambda state: True) -> dict[str, Any]:
    """Read until the state is so."""
    ends_s = time.monotonic() + 60.0
    while time.monotonic() < ends_s:
        message = tab.recv(30.0)
        if isinstance(message, bytes):
            assert records(message)
            continue
        state: dict[str, Any] = json.loads(message)
        assert not state.get("failure"), state["failure"]
        if state["phase"] == phase and ready(state):
            return state
    raise AssertionError(phase)


def texts(tab: ClientConnection) -> list[str]:
    """All texts until the end."""
    found = []
    try:
        while True:
            message = tab.recv(10.0)
            if isinstance(message, str):
                found.append(message)
    except ConnectionClosed:
        return found


def closed(tab: ClientConnection) -> int | None:
    """The code with which the other side ended."""
    texts(tab)
    return tab.close_code


def raw_handshake(served: Served, host: str) -> str:
    with socket.create_connection(("127.0.0.1", served.settings.port), 10.0) as line:
        line.sendall(_handshake(served, host, TAB))
        return line.recv(65536).decode()


def raw(served: Served, tab: str = TAB) -> socket.socket:
    """A websocket without a client's manners, behind its handshake."""
    line = socket.create_connection(("127.0.0.1", served.settings.port), 10.0)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.sendall(_handshake(served, f"127.0.0.1:{served.settings.port}", tab))
    head = b""
    while b"\r\n\r\n" not in head:
        head += line.recv(1)
    assert b" 101 " in head
    return line


def _handshake(served: Served, host: str, tab: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /api/live/stream?tab={tab} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nCookie: {served.cookie()}\r\n\r\n"
    ).encode()


def close_code(line: socket.socket) -> int:
    """The code of the first close frame; the frames before it are short or medium, and not masked."""
    line.settimeout(10.0)

    def exactly(count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = line.recv(count - len(data))
            assert part, "ended without a close frame"
            data += part
        return data

    while True:
        opcode, length = exactly(2)
        if length == 126:
            length = int.from_bytes(exactly(2), "big")
        data = exactly(length)
        if opcode & 0x0F == 8:
            return int.from_bytes(data[:2], "big")
