"""Recording by Bluetooth: unmodified bleak, a fake BlueZ on a private D-Bus, real time."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest

from gaitchain.live.recorder import Recorded, Recorder, RecordOrder, search
from gaitchain.live.sources import Source
from sensor.acquisition.preflight import PreflightParams
from sensor.acquisition.recover import finish
from sensor.acquisition.session import HostClock
from sensor.acquisition.virtual_patient import WORN, virtual_node
from sensor.recording import RecordingTable, read_recording
from sensor.samples import Placement
from sensor.simulation import WalkSpec, simulate
from tests.fakes.bluez.air import on_air
from tests.gaitchain.desk import FakeDesk

P = Placement
SETTLE = PreflightParams(settle_s=1.0)
LABELS = [f"A0C3000{k + 1}" for k in range(4)]


@pytest.fixture(scope="module")
def table() -> RecordingTable:
    return simulate(WalkSpec(duration_s=20.0, placements=WORN)).table


def order(path: Path, duration_s: float, scan_s: float = 5.0) -> RecordOrder:
    places = dict(zip(LABELS, WORN, strict=True))
    return RecordOrder(path, (Source("ble"),), places, duration_s, rate_hz=200, preflight=SETTLE, scan_s=scan_s)


def test_four_sensors_one_of_which_is_lost_twice(bus: str, tmp_path: Path, table: RecordingTable) -> None:
    desk = FakeDesk()

    async def main() -> Recorded:
        async with on_air(bus, [virtual_node(table, placement) for placement in WORN]) as (_, nodes):
            recorder = Recorder(order(tmp_path / "walk", 5.0), desk)
            recording = asyncio.create_task(recorder.run(recorder.choose(await search(recorder.order)), HostClock()))
            for _ in range(2):
                while "Recording." not in desk.told or not desk.shown[-1].nodes[1].state.live:
                    await asyncio.sleep(0.02)
                nodes[1].drop()
                await asyncio.sleep(0.3)
            return await recording

    before = len(os.listdir("/dev/fd"))  # noqa: PTH208
    end = asyncio.run(asyncio.wait_for(main(), 60.0))
    assert len(os.listdir("/dev/fd")) <= before  # noqa: PTH208
    assert end.absent == ()
    assert end.recovery is not None
    assert [view.losses for view in desk.shown[-1].nodes] == [0, 2, 0, 0]
    for node in end.recovery.restored.nodes:
        assert node.gaps == ()
    assert end.recovery.restored.nodes[1].backfilled > 0
    recording = read_recording(tmp_path / "walk")
    assert recording.rate_hz == 200.0
    for placement in WORN:
        assert np.isfinite(recording.acc_m_s2[placement]).all()
    assert finish(tmp_path / "walk").restored.closed


def test_a_sensor_that_is_not_on_the_air_is_named(bus: str, tmp_path: Path, table: RecordingTable) -> None:
    from gaitchain.errors import ExitCode, GaitchainError

    async def main() -> None:
        async with on_air(bus, [virtual_node(table, P.KNEE_LEFT)]):
            recorder = Recorder(order(tmp_path / "walk", 1.0, scan_s=0.3), FakeDesk())
            recorder.choose(await search(recorder.order))

    with pytest.raises(GaitchainError, match="Sensor A0C30002 is not there; found: A0C30001") as refused:
        asyncio.run(main())
    assert refused.value.code is ExitCode.NO_DEVICE
