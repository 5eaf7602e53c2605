"""The loopback keeps the shape and the promises of a link, and nodes behave behind it as on the air."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, decode, encode
from firmware_protocol.faults import LinkFaults, Radio
from firmware_protocol.gatt import CONTROL_UUID, DATA_UUID
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeFaults, NodeSpec
from sensor.links.link import Arrival, Inbox, LinkLost
from sensor.links.loopback import LoopbackLink, World
from tests.firmware_protocol.packets import still


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(main(), 20.0))


async def collect(link: LoopbackLink | Inbox, into: list[Arrival]) -> None:
    async for arrival in link.frames():
        into.append(arrival)  # noqa: PERF401 - what came before the end counts


async def start(world: World, link: LoopbackLink) -> None:
    for request, message in enumerate((m.Hello(1, 0, link.max_frame), m.Start(5)), 1):
        await link.send(encode(message, request), CONTROL_UUID)
        await world.run(0.2)


def messages(arrivals: list[Arrival]) -> list[m.Message]:
    return [p.message for a in arrivals if isinstance(p := decode(a.frame), Packet)]


def test_a_node_behind_a_radio_streams_late_but_in_order() -> None:
    async def main() -> None:
        world = World([VirtualNode(NodeSpec(), still)], epoch_ns=10**15)
        link = world.connect(world.nodes[0], Radio(0.03, seed=4))
        got: list[Arrival] = []
        task = asyncio.create_task(collect(link, got))
        await start(world, link)
        await world.run(5.0)
        await link.close()
        with pytest.raises(LinkLost, match="was closed"):
            await task
        stamps = [a.host_ns for a in got]
        assert stamps == sorted(stamps)
        assert stamps[0] > 10**15
        data = [(a, x) for a, x in zip(got, messages(got), strict=True) if isinstance(x, m.Data)]
        assert {a.channel for a, _ in data} == {DATA_UUID}
        for arrival, x in data:  # the node's clock runs true from world time 0
            late_s = (arrival.host_ns - 10**15) * 1e-9 - (x.time_us + (x.count - 1) * x.period_us) * 1e-6
            assert 0.0 < late_s < 0.2
        assert [x.counter for _, x in data] == list(range(0, 13 * len(data), 13))

    run(main)


def test_the_same_seeds_give_the_same_nanoseconds() -> None:
    async def once() -> list[Arrival]:
        world = World([VirtualNode(NodeSpec(), still)])
        link = world.connect(world.nodes[0], Radio(seed=1), LinkFaults(0.1, 0.1, 0.1, 0.1, seed=2))
        got: list[Arrival] = []
        task = asyncio.create_task(collect(link, got))
        await start(world, link)
        await world.run(5.0)
        task.cancel()
        return got

    first, second = asyncio.run(once()), asyncio.run(once())
    assert len(first) > 20
    assert first == second


def test_a_silent_node_is_dropped_after_the_supervision_timeout_and_can_be_had_again() -> None:
    async def main() -> None:
        faults = NodeFaults(silent_s=((1.0, 8.0),))
        world = World([VirtualNode(NodeSpec(faults=faults), still)])
        link = world.connect(world.nodes[0])
        await start(world, link)
        await world.run(4.0)
        early = link.open
        await world.run(1.0)
        assert (early, link.open) == (True, False)
        with pytest.raises(LinkLost, match="does not answer"):
            await link.send(b"", CONTROL_UUID)
        with pytest.raises(LinkLost, match="does not answer"):
            world.connect(world.nodes[0])
        await world.run(4.0)
        assert world.connect(world.nodes[0]).open
        with pytest.raises(LinkLost, match="connected already"):
            world.connect(world.nodes[0])

    run(main)


def test_a_reboot_ends_the_link() -> None:
    async def main() -> None:
        world = World([VirtualNode(NodeSpec(faults=NodeFaults(reboot_s=(1.0,))), still)])
        link = world.connect(world.nodes[0])
        await world.run(1.1)
        with pytest.raises(LinkLost, match="started again"):
            await collect(link, [])

    run(main)


def test_a_consumer_that_sleeps_loses_frames_and_it_is_counted() -> None:
    async def main() -> None:
        inbox = Inbox(capacity=3)
        for i in range(5):
            inbox.put(Arrival(i, "", b""))
        inbox.lose(LinkLost("first"))
        inbox.lose(LinkLost("second"))
        got: list[Arrival] = []
        with pytest.raises(LinkLost, match="first"):
            await collect(inbox, got)
        assert [arrival.host_ns for arrival in got] == [0, 1, 2]
        assert inbox.dropped == 2

    run(main)


def test_a_world_can_follow_real_time() -> None:
    async def main() -> None:
        world = World([VirtualNode(NodeSpec(), still)])
        clock = iter(range(0, 10**12, 10**9))
        task = asyncio.create_task(world.follow(lambda: next(clock)))
        while world.now_s < 2.0:
            await asyncio.sleep(0)
        task.cancel()
        assert abs(world.nodes[0].now_s - world.now_s) < 1e-9

    run(main)
