"""Recording over real pseudo terminals: the path that a cable takes, in real time."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeSpec
from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.live.recorder import Recorded, Recorder, RecordOrder, search
from gaitchain.live.sources import Source, look
from sensor.acquisition.preflight import PreflightParams
from sensor.acquisition.session import HostClock
from sensor.acquisition.virtual_cable import VirtualCable
from sensor.acquisition.virtual_patient import virtual_node
from sensor.recording import RecordingTable, read_recording
from sensor.samples import KNEES, Placement
from sensor.simulation import WalkSpec, simulate
from tests.gaitchain.desk import FakeDesk

P = Placement
SETTLE = PreflightParams(settle_s=1.0)


@pytest.fixture(scope="module")
def table() -> RecordingTable:
    return simulate(WalkSpec(duration_s=20.0, placements=KNEES)).table


def held(folder: Path) -> Counter[str]:
    """Terminals and files of the recording that this process has open; only Linux tells."""
    targets = []
    for link in Path("/proc/self/fd").glob("*"):
        with contextlib.suppress(OSError):  # closed meanwhile
            targets.append(str(link.readlink()))
    return Counter(one for one in targets if one.startswith(("/dev/pts/", "/dev/ptmx", str(folder))))


@contextlib.asynccontextmanager
async def plugged(*nodes: VirtualNode) -> AsyncIterator[list[VirtualCable]]:
    cables = [VirtualCable(node) for node in nodes]
    tasks = [asyncio.create_task(cable.run(), name=cable.port) for cable in cables]
    try:
        yield cables
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def pull(cable: VirtualCable) -> None:
    next(task for task in asyncio.all_tasks() if task.get_name() == cable.port).cancel()


async def recorded(path: Path, cables: list[VirtualCable], duration_s: float, desk: FakeDesk) -> Recorded:
    sources = tuple(Source("serial", cable.port) for cable in cables)
    order = RecordOrder(path, sources, duration_s=duration_s, preflight=SETTLE)
    recorder = Recorder(order, desk)
    nodes = recorder.choose(await search(order))
    return await recorder.run(nodes, HostClock())


def test_two_sensors_on_cables(tmp_path: Path, table: RecordingTable) -> None:
    async def main() -> Recorded:
        async with plugged(*(virtual_node(table, p, serial_line=True) for p in KNEES)) as cables:
            return await asyncio.wait_for(recorded(tmp_path / "walk", cables, 1.5, FakeDesk()), 30.0)

    before = held(tmp_path)
    end = asyncio.run(main())
    assert held(tmp_path) <= before  # fewer if an earlier test's rests are collected meanwhile
    assert (end.absent, end.failure) == ((), None)
    recording = read_recording(tmp_path / "walk")
    assert recording.placements == KNEES
    assert recording.time_s[-1] == pytest.approx(1.5, abs=0.15)
    assert end.recovery is not None
    for node in end.recovery.restored.nodes:
        assert node.gaps == ()
        assert node.samples > 240
    for placement in KNEES:  # at rest before the walk
        felt, stood = recording.acc_m_s2[placement].mean(axis=0), table.acc_m_s2[placement][:400].mean(axis=0)
        assert np.abs(felt - stood).max() < 0.3


def test_a_cable_that_is_pulled_out_does_not_end_the_others_recording(tmp_path: Path, table: RecordingTable) -> None:
    desk = FakeDesk()

    async def main() -> Recorded:
        left, right = (virtual_node(table, p, serial_line=True) for p in KNEES)
        async with plugged(left) as stays, plugged(right) as goes:
            recording = asyncio.create_task(recorded(tmp_path / "walk", [*stays, *goes], 2.0, desk))
            while "Recording." not in desk.told:
                await asyncio.sleep(0.05)
            pull(goes[0])
            return await asyncio.wait_for(recording, 30.0)

    end = asyncio.run(main())
    assert [view.placement for view in end.absent] == [P.KNEE_RIGHT]
    assert any("knee_right" in sentence and "lost" in sentence for sentence in desk.told)
    recording = read_recording(tmp_path / "walk")
    assert np.isfinite(recording.acc_m_s2[P.KNEE_LEFT]).all()


def test_a_port_that_is_refused_leaves_the_others_free_to_try_again(table: RecordingTable) -> None:
    async def main() -> None:
        async with plugged(virtual_node(table, P.KNEE_LEFT, serial_line=True)) as (there,):
            before = asyncio.all_tasks()
            with pytest.raises(GaitchainError, match="does not open"):
                await look([Source("serial", "/dev/there-is-no-such-port"), Source("serial", there.port)])
            assert asyncio.all_tasks() == before
            (found,) = await look([Source("serial", there.port)])
            assert found.placement is P.KNEE_LEFT

    asyncio.run(main())


@pytest.mark.long  # three times two seconds of silence
def test_a_port_where_nobody_answers_says_so(tmp_path: Path) -> None:
    async def main() -> None:
        async with plugged(VirtualNode(NodeSpec(serial_line=True, battery_start_pct=0.0), lambda t: (t, t))) as cables:
            await recorded(tmp_path / "walk", cables, 1.0, FakeDesk())

    with pytest.raises(GaitchainError, match="did not answer Hello") as refused:
        asyncio.run(main())
    assert refused.value.code is ExitCode.NO_DEVICE
    assert not (tmp_path / "walk").exists()
