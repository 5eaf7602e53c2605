"""Sensors of other makers end to end: found, recorded, lost, had again, replayed, recovered. Fakes after documents."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from firmware_protocol.nodespec import SampleSource
from gaitchain.cli import run
from gaitchain.errors import ExitCode
from gaitchain.live.recorder import Recorded, Recorder, RecordOrder, search
from gaitchain.live.sources import Source
from sensor.acquisition.finding import find_ble
from sensor.acquisition.preflight import PreflightParams
from sensor.acquisition.recover import recover
from sensor.acquisition.session import HostClock
from sensor.acquisition.virtual_patient import virtual_node
from sensor.devices import movella_dot, witmotion
from sensor.links.ble import BleAdapter
from sensor.recording import read_recording
from sensor.samples import FloatArray, Placement
from sensor.simulation import WalkSpec, simulate
from tests.fakes.bluez.air import on_air
from tests.fakes.makers import WitCable, dot, wit
from tests.gaitchain.desk import FakeDesk

P = Placement
SETTLE = PreflightParams(settle_s=1.0)


def steady(number: float) -> SampleSource:
    """Gravity along z; the gyro says which sensor it is."""

    def feel(time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.tile([0.0, 0.0, 9.81], (len(time_s), 1)), np.full((len(time_s), 3), 0.01 * number)

    return feel


def test_a_dot_and_a_witmotion_beside_our_own_node(bus: str, tmp_path: Path) -> None:
    desk = FakeDesk()
    away_s: list[float] = []
    places = {"CD000001": P.KNEE_LEFT, "34000001": P.KNEE_RIGHT, "A0C30007": P.SACRUM}
    table = simulate(WalkSpec(duration_s=10.0, placements=(P.SACRUM,))).table

    async def main() -> Recorded:
        async with on_air(bus, [virtual_node(table, P.SACRUM)]) as (bluez, _):
            one, other = dot(bluez, steady(1)), wit(bluez, steady(2))
            heard = {found.name: found for found in await find_ble(BleAdapter(), 5.0, [int(k, 16) for k in places])}
            assert {name: found.title for name, found in heard.items()} == {
                "CD000001": "Movella DOT",
                "34000001": "WitMotion",
                "A0C30007": "",
            }
            order = RecordOrder(tmp_path / "walk", (Source("ble"),), places, preflight=SETTLE)
            recorder = Recorder(order, desk)
            recording = asyncio.create_task(recorder.run(recorder.choose(await search(order)), HostClock()))
            while "Recording." not in desk.told:
                await asyncio.sleep(0.02)
            await asyncio.sleep(1.0)
            dropped_s = time.monotonic()
            one.drop()
            other.drop()
            asked = 2 * [witmotion.UNLOCK, witmotion.rate_command(100, ble=True)]
            async with asyncio.timeout(60.0):
                while (one.written, other.written) != ([movella_dot.START, movella_dot.START], asked):
                    await asyncio.sleep(0.05)
            await asyncio.sleep(2.5)
            away_s.append(time.monotonic() - dropped_s)
            recorder.stop.ask()
            end = await asyncio.wait_for(recording, 60.0)
            assert one.written == [movella_dot.START, movella_dot.START, movella_dot.STOP]
            assert other.written == asked
            for sensor in (one, other):
                await sensor.stop()
            return end

    end = asyncio.run(main())
    assert end.absent == ()
    assert end.recovery is not None
    said = {node["node"]: node for node in end.recovery.said()["nodes"]}
    assert {name: node["device"] for name, node in said.items()} == {
        "CD000001": "movella_dot",
        "34000001": "witmotion_ble 100",
        "A0C30007": "gaitnode",
    }
    assert [said[name]["rate_hz"] for name in places] == [60.0, 100.0, 100.0]
    assert [len(said[name]["gaps"]) for name in places] == [1, 1, 0]
    recording = read_recording(tmp_path / "walk")
    for placement, number in ((P.KNEE_LEFT, 1), (P.KNEE_RIGHT, 2)):
        there = np.isfinite(recording.gyr_rad_s[placement]).all(axis=1)
        lost_s = np.count_nonzero(~there) / recording.rate_hz
        assert 0.0 < lost_s < away_s[0] - 1.0  # how long it takes to find them again is the machine's; then they send
        np.testing.assert_allclose(recording.gyr_rad_s[placement][there], 0.01 * number, atol=0.001)
        np.testing.assert_allclose(recording.acc_m_s2[placement][there, 2], 9.81, atol=0.003)
    assert np.isfinite(recording.acc_m_s2[P.SACRUM]).all()
    before = (tmp_path / "walk" / "recording.parquet").read_bytes()
    broken = tmp_path / "broken"  # as a killed process leaves it
    shutil.copytree(tmp_path / "walk" / "journal", broken / "journal")
    assert recover(broken).needed
    assert (broken / "recording.parquet").read_bytes() == before


def test_a_replay_of_another_makers_journal_says_what_was_said_live(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def main() -> Recorded:
        cable = WitCable(steady(3))
        running = asyncio.create_task(cable.run())
        order = RecordOrder(tmp_path / "walk", (Source("serial", cable.port),), duration_s=2.0, preflight=SETTLE)
        found = await search(order)
        assert [(one.device, one.title, one.placement) for one in found] == [("witmotion_serial", "WitMotion", None)]
        desk = FakeDesk({3600.0: " "}, {found[0].name: P.SACRUM})
        recorder = Recorder(order, desk)
        nodes = recorder.choose(found)
        desk.keys.clear()  # who said where it is worn has left
        end = await asyncio.wait_for(recorder.run(nodes, HostClock()), 30.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return end

    end = asyncio.run(main())
    assert (end.absent, end.failure) == ((), None)
    recording = read_recording(tmp_path / "walk")
    np.testing.assert_allclose(recording.gyr_rad_s[P.SACRUM], 0.03, atol=0.001)
    assert recording.time_s[-1] == pytest.approx(2.0, abs=0.1)
    assert end.analysis is not None
    assert run(["replay", str(tmp_path / "walk"), "--json"]) == ExitCode.INVALID  # nobody walked
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(end.analysis.document))
