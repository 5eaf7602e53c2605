"""The own node's decoder and client against virtual nodes."""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol import messages as m
from firmware_protocol.codec import encode
from firmware_protocol.crystal import Crystal
from firmware_protocol.faults import LinkFaults, Radio
from firmware_protocol.frames import seal
from firmware_protocol.gatt import Channel
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeSpec
from sensor.clock import OneWay, TwoWay
from sensor.devices.gaitnode import Event, GaitNodeDecoder
from sensor.devices.gaitnode_client import GaitNodeClient, NodeRefused, asking
from sensor.devices.samples import Booted, DeviceSamples, unwrap
from sensor.links.link import Arrival, LinkLost, LinkRefused
from sensor.links.loopback import LoopbackLink, World
from tests.fakes.virtual_time import run_virtually, turning
from tests.firmware_protocol.packets import clockwork, still
from tests.sensor.links.streamed import samples_of

SESSION = 4242


@given(st.integers(0, 2**40), st.integers(-(2**31) + 1, 2**31 - 1))
def test_unwrapping_finds_the_number_next_to_the_expected(true: int, off: int) -> None:
    assert unwrap(true % 2**32, true - off) == true


@dataclass(repr=False)
class Host:
    """A host of one node: decoder, client, and the task that listens."""

    world: World
    link: LoopbackLink
    decoder: GaitNodeDecoder = field(default_factory=GaitNodeDecoder)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = GaitNodeClient(self.link, self.world.clock_ns)
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for arrival in self.client.arrivals():
            self.events += self.decoder.push(arrival)

    async def opened(self, rate_hz: int = 100) -> m.Started:
        await self.client.hello()
        await self.client.configure(rate_hz)
        started: m.Started = await self.client.start(SESSION)
        return started

    async def gone(self) -> str:
        with pytest.raises(LinkLost) as lost:
            await self.task
        return str(lost.value)


def table(events: list[Event]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counters, device times and first gyr axis of all samples, by counter."""
    parts = samples_of(events)
    counter = np.concatenate([p.counter for p in parts])
    order = np.argsort(counter)
    device_us = np.concatenate([p.device_us for p in parts])[order]
    return counter[order], device_us, np.concatenate([p.gyr_rad_s[:, 0] for p in parts])[order]


def test_samples_arrive_in_si_units_on_the_nodes_clock() -> None:
    async def main() -> None:
        world = World([VirtualNode(NodeSpec(), clockwork)])
        await turning(world)
        host = Host(world, world.connect(world.nodes[0]))
        await host.opened()
        await asyncio.sleep(20.0)
        counter, device_us, gyr = table(host.events)
        assert counter.tolist() == list(range(len(counter)))
        assert len(counter) > 1900
        np.testing.assert_allclose(gyr / 0.05, device_us * 1e-6, atol=0.011)  # half a count of 1.07 mrad/s
        first = samples_of(host.events)[0]
        np.testing.assert_allclose(first.acc_m_s2[:, 2], 9.80665, atol=0.0025)
        assert len(first) == 13
        await host.link.close()
        assert "was closed" in await host.gone()

    run_virtually(main)


def test_a_node_that_is_only_asked_is_left_with_its_link_closed_whatever_it_says() -> None:
    async def main() -> None:
        world = World([VirtualNode(NodeSpec(), clockwork)])
        await turning(world)
        alone = asyncio.all_tasks()
        link = world.connect(world.nodes[0])

        async def stop_what_does_not_run() -> None:
            async with asking(link) as client:
                await client.hello()
                await client.stop(SESSION)

        with pytest.raises(NodeRefused):
            await stop_what_does_not_run()
        assert asyncio.all_tasks() == alone
        with pytest.raises(LinkLost, match="was closed"):
            await link.send(b"")

    run_virtually(main)


def test_news_and_clock_pairs_come_with_the_samples() -> None:
    async def main() -> None:
        world = World([VirtualNode(NodeSpec(crystal=Crystal(start_us=2**33)), still)])
        await turning(world)
        host = Host(world, world.connect(world.nodes[0]))
        await host.opened()
        await host.client.ping()
        await asyncio.sleep(2.0)
        assert host.events[0] == Booted(world.nodes[0].boot_id)
        pong = next(e for e in host.events if isinstance(e, TwoWay))
        assert 0 <= pong.arrived_ns - pong.sent_ns < 250e6
        assert 2**33 < pong.received_us < pong.returned_us <= pong.received_us + 51_000
        oneway = [e for e in host.events if isinstance(e, OneWay)]
        late_s = [e.host_ns * 1e-9 - (e.device_us - 2**33) * 1e-6 for e in oneway]
        assert len(late_s) > 10
        assert 0.0 < min(late_s) < max(late_s) < 0.2
        await host.link.close()
        await host.gone()

    run_virtually(main)


async def fill(host: Host, until: int) -> None:
    """Fetch every hole until nothing is missing that the node still has."""
    for _ in range(20):
        missing = host.decoder.ledger.missing(until)
        if not missing:
            return
        for start, end in missing:
            with contextlib.suppress(NodeRefused, LinkLost):  # RANGE_DONE may be lost too: then it is asked again
                await host.client.fetch(SESSION, start, end - start, timeout_s=5.0)


async def stormy(rate_hz: int, duration_s: float, drops: int, serial: int, radio: Radio) -> Host:
    """Stream with loss, duplicates, swaps, corruption and drops; after each reconnect the holes are fetched."""
    node = VirtualNode(NodeSpec(serial=serial, crystal=Crystal(30.0, start_us=2**32 - 10**7)), clockwork)
    world = World([node])
    await turning(world)
    faults = LinkFaults(loss=0.03, duplicate=0.02, swap=0.02, corrupt=0.01, seed=serial)
    host = Host(world, world.connect(node, radio, faults))
    await host.opened(rate_hz)
    for k in range(drops + 1):
        for _ in range(round(duration_s / (drops + 1) / 10.0)):
            await asyncio.sleep(10.0)
            await fill(host, host.decoder.ledger.next)
        if k == drops:
            break
        host.link.drop()
        await host.gone()
        await asyncio.sleep(3.0)
        host = Host(world, world.connect(node, radio, faults), host.decoder, host.events)
        started = await host.opened(0)
        await fill(host, started.next_counter)
    stopped = await host.client.stop(SESSION)
    await fill(host, stopped.next_counter)
    assert host.decoder.ledger.next == stopped.next_counter
    await host.link.close()
    await host.gone()
    return host


def check(host: Host, rate_hz: int, duration_s: float) -> None:
    ledger = host.decoder.ledger
    counter, device_us, gyr = table(host.events)
    assert len(counter) == len(set(counter.tolist())) == ledger.received > rate_hz * duration_s
    gone = {i for start, end in ledger.lost for i in range(start, end)}
    assert sorted(set(counter.tolist()) | gone) == list(range(ledger.next))
    assert not gone
    steps = np.diff(device_us)
    assert abs(steps - 1e6 / rate_hz).max() < 100
    assert ledger.duplicates > 0
    assert ledger.backfilled > 2.9 * rate_hz
    true_s = gyr / 0.05
    np.testing.assert_array_less(np.abs(np.diff(true_s) - 1.0 / rate_hz)[true_s[1:] < 690.0], 0.03)
    live = [s for s in samples_of(host.events) if not s.backfill]
    assert sum(map(len, live)) + ledger.backfilled == ledger.received


def test_loss_and_drops_leave_every_sample_once_and_in_order() -> None:
    host = run_virtually(lambda: stormy(100, 30.0, 2, 11, Radio(seed=1)))
    check(host, 100, 30.0)


@pytest.mark.long
def test_four_nodes_for_ten_minutes_with_three_disconnects() -> None:
    async def main() -> None:
        for serial in range(4):
            check(await stormy(200, 600.0, 3, serial, Radio(seed=serial)), 200, 600.0)

    run_virtually(main)


def test_what_the_ring_lost_is_a_hole_and_not_asked_for_for_ever() -> None:
    async def main() -> None:
        world = World([VirtualNode(NodeSpec(ring_samples=300), clockwork)])
        await turning(world)
        host = Host(world, world.connect(world.nodes[0]))
        await host.opened()
        await asyncio.sleep(2.0)
        host.link.drop()
        await host.gone()
        await asyncio.sleep(10.0)
        host = Host(world, world.connect(world.nodes[0]), host.decoder, host.events)
        started = await host.opened(0)
        await fill(host, started.next_counter)
        [(start, end)] = host.decoder.ledger.lost
        assert 150 < start < 200
        assert end - start > 650
        assert not host.decoder.ledger.missing()
        await host.link.close()
        await host.gone()

    run_virtually(main)


def test_a_reboot_begins_anew() -> None:
    async def main() -> None:
        node = VirtualNode(NodeSpec(), still)
        world = World([node])
        await turning(world)
        host = Host(world, world.connect(node))
        await host.opened()
        await asyncio.sleep(2.0)
        node.reboot(world.now_s)
        await asyncio.sleep(0.1)
        assert "started again" in await host.gone()
        host = Host(world, world.connect(node), host.decoder, host.events)
        assert (await host.opened()).next_counter == 0
        await asyncio.sleep(1.0)
        assert [e.boot_id for e in host.events if isinstance(e, Booted)][1] == node.boot_id
        assert samples_of(host.events)[-1].device_us[-1] < 1.5e6
        await host.link.close()
        await host.gone()

    run_virtually(main)


def test_nothing_is_scaled_before_the_scale_is_known() -> None:
    decoder = GaitNodeDecoder()
    data = Arrival(0, Channel.DATA, encode(m.Data(0, 0, 10_000, 2, bytes(24))))
    assert decoder.push(data) == []
    assert decoder.unscaled == 2
    decoder.push(Arrival(0, "", encode(m.Started(1, 2, 0, 0, 0))))
    decoder.push(Arrival(0, "", encode(m.StreamInfo(100_000, 0.5, 0.25, 1.0, 1.0, 100, 2))))
    raw = b"".join(v.to_bytes(2, "little", signed=True) for v in (1, 2, 3, 4, 5, 6, *(-32768,) * 6))
    samples = samples_of(decoder.push(Arrival(0, Channel.DATA, encode(m.Data(0, 0, 10_000, 2, raw)))))[0]
    assert samples.acc_m_s2[0].tolist() == [0.5, 1.0, 1.5]
    assert samples.gyr_rad_s[0].tolist() == [1.0, 1.25, 1.5]
    assert np.isnan(samples.acc_m_s2[1]).all()
    assert np.isnan(samples.gyr_rad_s[1]).all()


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_hostile_bytes_are_counted_not_raised(noise: list[bytes]) -> None:
    decoder = GaitNodeDecoder()
    for piece in noise:
        decoder.push(Arrival(0, "", piece))
        decoder.push(Arrival(0, "", seal(piece.ljust(4, b"\0"))))
    assert decoder.refused >= len(noise)


def test_a_narrow_link_is_refused_with_what_to_do() -> None:
    async def main() -> None:
        world = World([VirtualNode(NodeSpec(), still)])
        await turning(world)
        host = Host(world, world.connect(world.nodes[0], att_mtu=23))
        with pytest.raises(LinkRefused, match="ATT MTU of 23"):
            await host.client.hello()
        await host.link.close()
        await host.gone()

    run_virtually(main)


def test_a_no_of_the_node_is_a_sentence() -> None:
    async def main() -> None:
        world = World([VirtualNode(NodeSpec(), still)])
        await turning(world)
        host = Host(world, world.connect(world.nodes[0]))
        await host.opened()
        with pytest.raises(NodeRefused, match=r"refused Start: it holds session 0x00001092"):
            await host.client.start(SESSION + 1)
        await host.client.light(m.LedPattern.ON, 3)
        assert (await host.client.status()).state == m.NodeState.STREAMING
        await host.link.close()
        await host.gone()
        with pytest.raises(LinkLost):
            await host.client.status()

    run_virtually(main)


def test_a_node_that_does_not_answer_is_asked_again_then_given_up() -> None:
    async def main() -> None:
        world = World([VirtualNode(NodeSpec(), still)])
        await turning(world)
        host = Host(world, world.connect(world.nodes[0], faults=LinkFaults(loss=1.0)))
        with pytest.raises(LinkLost, match="did not answer GetStatus 3 times"):
            await host.client.ask(m.GetStatus(), m.NodeStatus, timeout_s=0.01)
        await host.link.close()
        await host.gone()

    run_virtually(main)


def test_waiting_ends_with_the_link() -> None:
    async def main() -> None:
        world = World([VirtualNode(NodeSpec(), still)])
        await turning(world)
        host = Host(world, world.connect(world.nodes[0]))
        asked = asyncio.create_task(host.client.hello())
        await asyncio.sleep(0)
        host.link.drop()
        assert "was lost" in await host.gone()
        with pytest.raises(LinkLost, match="was lost"):
            await asked

    run_virtually(main)


def test_parts_of_samples_keep_together() -> None:
    rows = np.arange(4)
    whole = DeviceSamples(rows, rows.astype(np.float64) * 10, np.ones((4, 3)), np.zeros((4, 3)), 5, True)
    part = whole.keep(slice(1, 3))
    assert (part.counter.tolist(), part.device_us.tolist(), part.host_ns, part.backfill) == (
        [1, 2],
        [10.0, 20.0],
        5,
        True,
    )


@pytest.mark.long
def test_throughput_from_frames_to_si_units() -> None:
    """13 samples a packet, one core; the wire's own decode path alone is measured in test_fuzz."""
    decoder = GaitNodeDecoder()
    decoder.push(Arrival(0, "", encode(m.Started(1, 2, 0, 0, 0))))
    decoder.push(Arrival(0, "", encode(m.StreamInfo(100_000, 0.5, 0.25, 1.0, 1.0, 100, 13))))
    raw = bytes(range(156))
    arrivals = [Arrival(i, "", encode(m.Data(13 * i, 130_000 * i % 2**32, 10_000, 13, raw))) for i in range(30_000)]
    start = time.process_time()
    n = sum(len(samples) for arrival in arrivals for samples in samples_of(decoder.push(arrival)))
    packets_per_s = len(arrivals) / (time.process_time() - start)
    logging.getLogger(__name__).info("frames to SI units: %.0f packets/s", packets_per_s)
    assert n == 13 * len(arrivals)
    assert packets_per_s > 50_000
