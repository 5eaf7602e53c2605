"""Nodes, radio, link, decoder, clock together: samples end on the session's clock where they were felt."""

import asyncio
import itertools
import random
from dataclasses import dataclass, field

import numpy as np

from firmware_protocol.crystal import Crystal
from firmware_protocol.faults import LinkFaults, Radio
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeSpec
from sensor.clock import NodeClock, OneWay, TwoWay
from sensor.devices.gaitnode import GaitNodeDecoder
from sensor.devices.gaitnode_client import GaitNodeClient
from sensor.devices.samples import Booted, DeviceSamples
from sensor.links.link import LinkLost
from sensor.links.loopback import World
from sensor.samples import HIPS, KNEES, FloatArray, Placement, SampleBlock
from tests.fakes.virtual_time import run_virtually, turning

TURN_RAD_S = 2.0
TURN_HZ = 0.9


def swinging(time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A sensor that swings like a shank: its gyr tells the true time within a cycle."""
    acc, gyr = np.zeros((len(time_s), 3)), np.zeros((len(time_s), 3))
    gyr[:, 1] = TURN_RAD_S * np.sin(2 * np.pi * TURN_HZ * time_s)
    return acc, gyr


@dataclass(repr=False)
class Worn:
    """One node as a session sees it."""

    placement: Placement
    client: GaitNodeClient
    decoder: GaitNodeDecoder = field(default_factory=GaitNodeDecoder)
    clock: NodeClock = field(default_factory=NodeClock)
    samples: list[DeviceSamples] = field(default_factory=list)

    async def listen(self) -> None:
        async for arrival in self.client.arrivals():
            for event in self.decoder.push(arrival):
                match event:
                    case OneWay() | TwoWay():
                        self.clock.add(event)
                    case DeviceSamples():
                        self.samples.append(event)
                    case Booted():
                        self.clock, self.samples = NodeClock(self.clock.epoch_ns), []

    async def record(self, duration_s: float, rng: random.Random) -> None:
        listening = asyncio.create_task(self.listen())
        await self.client.hello()
        await self.client.configure(100)
        await self.client.start(5)
        end_s = asyncio.get_running_loop().time() + duration_s
        pause_s = 0.25
        while (now_s := asyncio.get_running_loop().time()) < end_s:
            await self.client.ping()
            pause_s = 0.25 if now_s < end_s - duration_s + 10.0 else rng.uniform(0.5, 1.5)
            await asyncio.sleep(pause_s)
        await self.client.stop(5)
        await self.client.link.close()
        await asyncio.wait([listening])
        assert isinstance(listening.exception(), LinkLost)

    def blocks(self) -> list[SampleBlock]:
        track = self.clock.track()
        assert track is not None
        ordered = sorted(self.samples, key=lambda s: int(s.counter[0]))
        return [SampleBlock(self.placement, track.session_s(s.device_us), s.acc_m_s2, s.gyr_rad_s) for s in ordered]


def when_felt(blocks: list[SampleBlock]) -> float:
    """By how much the blocks' times differ from the truth, from the phase of the swing, seconds."""
    time_s = np.concatenate([b.time_s for b in blocks])
    gyr = np.concatenate([b.gyr_rad_s[:, 1] for b in blocks])
    assert (np.diff(time_s) > 0).all()
    whole = time_s < time_s[0] + np.floor((time_s[-1] - time_s[0]) * TURN_HZ) / TURN_HZ
    turn = np.exp(-2j * np.pi * TURN_HZ * time_s[whole])
    phase = np.angle(1j * np.sum(gyr[whole] * turn))
    return float(-phase / (2 * np.pi * TURN_HZ))


def test_four_worn_nodes_agree_on_the_moment_within_three_milliseconds() -> None:
    async def main() -> list[Worn]:
        nodes = [
            VirtualNode(NodeSpec(serial=k, crystal=Crystal(ppm, 2.0, 900.0, start_us)), swinging)
            for k, (ppm, start_us) in enumerate([(40.0, 0), (-35.0, 2**32 - 60_000_000), (3.0, 10**9), (-12.0, 7)])
        ]
        world = World(nodes)
        await turning(world)
        rng = random.Random(8)
        radios = [Radio(0.03, 0.05, seed=1), Radio(0.03, 0.2, seed=2), Radio(0.015, 0.05, seed=3), Radio(0.05, seed=4)]
        links = [
            world.connect(node, radio, LinkFaults(loss=0.02, seed=k))
            for k, (node, radio) in enumerate(zip(nodes, radios, strict=True))
        ]
        worn = [
            Worn(placement, GaitNodeClient(link, world.clock_ns))
            for placement, link in zip(KNEES + HIPS, links, strict=True)
        ]
        await asyncio.gather(*(one.record(120.0, rng) for one in worn))
        return worn

    worn = run_virtually(main)
    errors_s = [when_felt(one.blocks()) for one in worn]
    for one, other in itertools.combinations(errors_s, 2):
        assert abs(one - other) < 0.003
    for error_s, node in zip(errors_s, worn, strict=True):
        track = node.clock.track()
        assert track is not None
        assert abs(error_s) < track.uncertainty_s.max() + 0.001
        assert track.uncertainty_s.max() < 0.012
