"""A simulated patient who wears virtual nodes: the whole path from sensor to journal without hardware."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import numpy as np

from firmware_protocol.crystal import Crystal
from firmware_protocol.faults import LinkFaults, Radio
from firmware_protocol.messages import Role
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeFaults, NodeSpec, SampleSource
from sensor.acquisition.finding import Found, labelled
from sensor.acquisition.simulated import felt
from sensor.links.link import Link
from sensor.links.loopback import World
from sensor.recording.table import RecordingTable
from sensor.samples import HIPS, KNEES, FloatArray, Placement

WORN = KNEES + HIPS
FIRST_SERIAL = 0x51A0_0000_A0C3_0001
CRYSTALS_PPM = (30.0, -25.0, 8.0, -12.0)  # as far apart as good crystals are


@dataclass(frozen=True, slots=True)
class RadioSpec:
    """What is between the nodes and the host."""

    loss: float = 0.002  # the radio itself repeats what is lost on the air
    interval_s: float = 0.030
    seed: int = 0


def again(source: SampleSource, period_s: float, begin_s: float = 0.0) -> SampleSource:
    """A signal that begins at ``begin_s`` and anew after its end; before it, its first value."""

    def feel(at_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        return source(np.maximum(at_s - begin_s, 0.0) % period_s)

    return feel


def virtual_node(
    table: RecordingTable,
    placement: Placement,
    *,
    begin_s: float = 0.0,
    serial_line: bool = False,
    faults: NodeFaults | None = None,
) -> VirtualNode:
    """A node worn at one placement of a walk, which begins at ``begin_s`` and is walked over and over again."""
    period_s = float(table.time_s[-1] - table.time_s[0])
    source = again(felt(table, placement), period_s, begin_s)
    return worn_node(source, placement, serial_line=serial_line, faults=faults)


def worn_node(
    source: SampleSource, placement: Placement, *, serial_line: bool = False, faults: NodeFaults | None = None
) -> VirtualNode:
    """A node worn at one placement by somebody who moves so."""
    k = list(Placement).index(placement)
    spec = NodeSpec(
        serial=FIRST_SERIAL + k,
        role=Role[placement.name],
        crystal=Crystal(CRYSTALS_PPM[k % len(CRYSTALS_PPM)], start_us=k * 1_000_003),
        battery_start_pct=95.0 - 4.0 * k,
        serial_line=serial_line,
        faults=faults or NodeFaults(),
    )
    return VirtualNode(spec, source)


@dataclass(slots=True)
class LoopbackOpener:
    """Connects to a virtual node in this process."""

    world: World
    node: VirtualNode
    radio: RadioSpec
    opened: int = 0

    async def open(self, search: bool) -> Link:
        del search  # it is where it was
        self.opened += 1
        seed = self.radio.seed + 1000 * self.opened + self.node.spec.serial % 1000
        radio = Radio(self.radio.interval_s, seed=seed)
        return self.world.connect(self.node, radio, LinkFaults(loss=self.radio.loss, seed=seed))


def found(world: World, radio: RadioSpec) -> list[Found]:
    """The nodes of a world as a search would find them."""
    return [
        Found(
            node.advert.label,
            "sim",
            "in this program",
            LoopbackOpener(world, node, radio),
            labelled(node.advert),
            node.advert.battery_pct,
        )
        for node in world.nodes
    ]


@asynccontextmanager
async def living(world: World, speed: float = 1.0) -> AsyncIterator[World]:
    """Keep a world at the event loop's time, or a multiple of it, while in the context."""
    loop = asyncio.get_running_loop()
    turning = loop.create_task(world.follow(lambda: round(loop.time() * speed * 1e9)), name="world")
    await asyncio.sleep(0)
    try:
        yield world
    finally:
        turning.cancel()
        with suppress(asyncio.CancelledError):
            await turning
