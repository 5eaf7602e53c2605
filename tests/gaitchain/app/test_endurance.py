"""Half an hour of four sensors, whatever browsers do: nothing lost; memory grows by the walk's own results only."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gaitchain.app.hub.subscribers import BLOCKS, Subscriber
from tests.fakes.virtual_time import run_virtually
from tests.gaitchain.app.real import serving
from tests.gaitchain.app.test_stream import opened, raw, until
from tests.gaitchain.app.virtually import Tab, desk

MINUTE_S = 60.0
CATCH_UP_S = 5.0  # real ones, in which it gets through a quarter of an hour


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_half_an_hour_with_a_closed_lid_and_a_killed_window(tmp_path: Path) -> None:
    used_mb: dict[int, float] = {}
    sids: list[str] = []

    async def main() -> None:
        async with desk(tmp_path / "data") as at:
            lid = Tab(at.app, at.tab.cookie, "closed-lid").open()
            killed = Tab(at.app, at.tab.cookie, "killed-window").open()
            await at.walk()
            lid.reads = False
            for minute in (5, 10, 15, 20, 25, 30):
                await at.until(partial(walked_for, minute * MINUTE_S))
                if minute == 15:
                    await killed.kill()
                await asyncio.to_thread(time.sleep, CATCH_UP_S)  # the live analysis; virtual time runs away from it
                used_mb[minute] = resident_mb()
                assert all(node["live"] for node in at.tab.state["nodes"])
            assert at.tab.state["phase"] == "recording"  # it never stops by itself
            await at.stop()
            assert lid.samples.total() < at.tab.samples.total() / 5
            sids.append((await at.post("accept"))["session"])
            await lid.kill()

    run_virtually(main)
    (session,) = (tmp_path / "data").glob(f"patients/*/sessions/{sids[0]}/session.json")
    nodes = json.loads(session.read_text(encoding="utf-8"))["nodes"].values()
    assert len(nodes) == 4
    for node in nodes:
        assert node["gaps"] == []
        assert node["samples"] > 30 * MINUTE_S * 100.0
    assert used_mb[30] - used_mb[10] < 40.0, used_mb  # pelvic angles, strides, clock pairs: 1.7 MB a minute


@pytest.mark.long
def test_a_minute_in_real_time_does_not_hold_the_loop_up(tmp_path: Path) -> None:
    late_s: list[float] = []

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        while True:
            begin_s = loop.time()
            await asyncio.sleep(0.01)
            late_s.append(loop.time() - begin_s - 0.01)

    with serving(tmp_path / "data") as served, served.client() as client:
        asyncio.run_coroutine_threadsafe(watch(), served.loop)
        with opened(served) as good, raw(served, "closed-lid"), raw(served, "third-window") as killed:
            pid = client.post("/api/patients", json={"code": "K-1"}).json()["pid"]
            client.post("/api/live/start", json={"pid": pid, "protocol": "2min", "source": "sim"})
            until(good, "placing")
            client.post("/api/live/place", json={})
            until(good, "checking", lambda state: bool(state["checks"]))
            for what in ("calibrate", "skip", "begin"):
                client.post(f"/api/live/{what}")
            until(good, "recording", lambda state: state["elapsed_s"] > 20.0)
            killed.close()
            seen = until(good, "recording", lambda state: state["elapsed_s"] > 60.0)
            assert all(node["gap_s"] < 1.0 for node in seen["nodes"])
            client.post("/api/live/stop")
            done = until(good, "verdict", lambda state: state["verdict"]["final"])
    late_s.sort()
    assert late_s[int(0.99 * len(late_s))] < 0.1  # a node's buffer holds 30 s; a page waits for a tenth
    session = tmp_path / "data" / "patients" / pid / "sessions" / done["session"] / "session.json"
    nodes: dict[str, Any] = json.loads(session.read_text(encoding="utf-8"))["nodes"]
    assert all(not node["gaps"] for node in nodes.values())


def test_whoever_is_slow_misses_the_oldest_pictures_and_sees_the_newest_state() -> None:
    async def main() -> list[str | bytes | None]:
        slow = Subscriber("a-slow-window", "local")
        for number in range(BLOCKS + 7):
            slow.block(number.to_bytes(2, "big"))
            slow.state(f"state {number}")
        assert slow.dropped == 7
        seen = [await slow.next() for _ in range(1 + BLOCKS)]
        slow.end()
        return [*seen, await slow.next()]

    first, *blocks, end = asyncio.run(main())
    assert first == f"state {BLOCKS + 6}"
    assert [int.from_bytes(block, "big") for block in blocks if isinstance(block, bytes)] == list(range(7, BLOCKS + 7))
    assert end is None


def walked_for(seconds: float, state: dict[str, Any]) -> bool:
    return bool(state["elapsed_s"] >= seconds)


def resident_mb() -> float:
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6
