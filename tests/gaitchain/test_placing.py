"""Placing sensors by tapping them, and telling which one was tapped."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from firmware_protocol.messages import Role
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeSpec, SampleSource
from gaitchain.cli import run
from gaitchain.errors import ExitCode
from gaitchain.live.placing import ORDER, place_by_taps
from sensor.acquisition.finding import Found
from sensor.acquisition.tapping import tapping
from sensor.acquisition.virtual_patient import RadioSpec, found, living
from sensor.links.loopback import World
from sensor.samples import FloatArray, Placement
from tests.fakes.virtual_time import run_virtually

P = Placement


def tapped_at(*moments_s: float) -> SampleSource:
    """A sensor at rest but for taps; true times."""

    def feel(time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        acc = np.tile([0.0, 0.0, 9.81], (len(time_s), 1))
        for moment_s in moments_s:
            acc[np.abs(time_s - moment_s) < 0.006, 0] += 20.0
        return acc, np.zeros((len(time_s), 3))

    return feel


def ward(*sources: SampleSource) -> tuple[World, list[Found]]:
    """Nodes whose labels name no place."""
    nodes = [VirtualNode(NodeSpec(serial=k + 1, role=Role.UNASSIGNED), feel) for k, feel in enumerate(sources)]
    world = World(nodes)
    return world, found(world, RadioSpec(loss=0.0))


def test_sensors_get_their_places_in_the_order_in_which_they_are_tapped() -> None:
    world, here = ward(tapped_at(10.0), tapped_at(5.0, 7.0, 16.0))
    told: list[str] = []

    async def skipped() -> None:
        """The third place, the left hip, is left empty."""
        await asyncio.sleep(13.0 - asyncio.get_running_loop().time() if "left hip" in told[-1] else 1e6)

    async def main() -> dict[str, Placement]:
        async with living(world), tapping(here, world.clock_ns) as taps:
            assert taps.deaf == []
            return await place_by_taps(here, ORDER, taps.next, skipped, told.append)

    assert run_virtually(main) == {"00000002": P.KNEE_LEFT, "00000001": P.KNEE_RIGHT}
    assert [sentence for sentence in told if "already" in sentence] == [
        "Sensor 00000002 has its place already: left knee."
    ]
    assert {node.state.name for node in world.nodes} == {"HOLDING"}  # stopped, and not left streaming
    assert not any(node.linked for node in world.nodes)


def test_a_place_may_be_left_empty() -> None:
    world, here = ward(tapped_at(9.0))
    asked: list[str] = []

    async def skipped() -> None:
        await asyncio.sleep(2.0 if len(asked) <= 2 else 1e6)

    async def main() -> dict[str, Placement]:
        async with living(world), tapping(here, world.clock_ns) as taps:
            return await place_by_taps(here, ORDER, taps.next, skipped, asked.append)

    assert run_virtually(main) == {"00000001": P.HIP_LEFT}


def test_a_sensor_that_does_not_answer_is_named() -> None:
    world, _ = ward(tapped_at())
    world.nodes[0] = VirtualNode(NodeSpec(serial=1, battery_start_pct=0.0), tapped_at())

    async def main() -> list[str]:
        async with living(world), tapping(found(world, RadioSpec()), world.clock_ns) as taps:
            return taps.deaf

    [why] = run_virtually(main)
    assert why == "00000001: Virtual node 00000001 does not answer."


@pytest.mark.parametrize("arguments", [[], ["1A", "--tap"], ["--tap", "--source", "sim"], ["1A", "--source", "ble"]])
def test_identify_wants_a_sensor_or_taps(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["identify", *arguments]) == ExitCode.USAGE
    assert "Error" in capsys.readouterr().err
