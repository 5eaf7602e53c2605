"""The Bluetooth link over real ATT and GATT: bleak on Bumble's virtual controllers, on virtual time."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from bleak import BleakClient

from firmware_protocol import gatt
from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, decode
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeSpec
from sensor.devices.gaitnode import GaitNodeDecoder
from sensor.devices.gaitnode_client import GaitNodeClient, NodeRefused
from sensor.links.ble import BleAdapter
from sensor.links.link import LinkLost, LinkRefused
from tests.fakes.bumble.central import BumbleClient
from tests.fakes.bumble.peripheral import NodeInAir, in_air
from tests.fakes.virtual_time import run_virtually
from tests.firmware_protocol.packets import clockwork
from tests.sensor.links.streamed import SESSION, samples_of, seen, streamed


def story(tell: Callable[[BleAdapter, list[NodeInAir]], Awaitable[None]], *serials: int, att_mtu: int = 247) -> None:
    """Play a story with these nodes in the air."""

    async def main() -> None:
        async with in_air([VirtualNode(NodeSpec(serial=one), clockwork) for one in serials], att_mtu) as (adapter, air):
            await tell(adapter, air)

    run_virtually(main)


def test_four_nodes_stream_at_once_without_loss() -> None:
    async def tell(adapter: BleAdapter, air: list[NodeInAir]) -> None:
        found = await seen(adapter, 1, 2, 3, 4)
        links = [await adapter.connect(one) for one in found]
        rates = (100, 200, 200, 100)
        streams = await asyncio.gather(*(streamed(link, 3.0, r) for link, r in zip(links, rates, strict=True)))
        for (decoder, counters), rate_hz in zip(streams, rates, strict=True):
            assert len(counters) == pytest.approx(3.0 * rate_hz, rel=0.1)
            assert (decoder.refused, decoder.ledger.missing()) == (0, [])
        await asyncio.sleep(0.1)
        assert [one.connection for one in air] == [None] * 4

    story(tell, 1, 2, 3, 4)


@pytest.mark.parametrize(("att_mtu", "batch"), [(65, 3), (185, 13), (517, 13)])
def test_the_mtu_is_exchanged_and_the_batch_follows_it(att_mtu: int, batch: int) -> None:
    async def tell(adapter: BleAdapter, air: list[NodeInAir]) -> None:
        link = await adapter.connect((await seen(adapter, 7))[0])
        assert link.max_frame == att_mtu - 3
        assert air[0].connection is not None
        assert air[0].connection.att_mtu == att_mtu
        decoder, _ = await streamed(link, 0.5, 100)
        assert decoder.info is not None
        assert decoder.info.batch == batch

    story(tell, 7, att_mtu=att_mtu)


def test_an_mtu_of_23_is_refused_by_host_and_node() -> None:
    async def tell(adapter: BleAdapter, air: list[NodeInAir]) -> None:
        [one] = await seen(adapter, 7)
        with pytest.raises(LinkRefused, match=r"ATT MTU of 23 .* needs 65"):
            await adapter.connect(one)
        await asyncio.sleep(0.1)
        assert air[0].connection is None
        stubborn = await adapter.connect((await seen(adapter, 7))[0], least_frame=20)
        client = GaitNodeClient(stubborn)
        listening = asyncio.create_task(client.arrivals().__anext__())  # type: ignore[arg-type, var-annotated]
        with pytest.raises(NodeRefused, match="23") as refused:
            await client.ask(m.Hello(1, 0, 20), m.HelloReply)
        assert refused.value.result == m.Result(m.Hello.type_code, m.Status.MTU_TOO_SMALL, 23)
        await listening
        await stubborn.close()

    story(tell, 7, att_mtu=23)


def test_a_lost_link_is_told_and_the_node_can_be_had_again_with_what_was_missed() -> None:
    async def tell(adapter: BleAdapter, air: list[NodeInAir]) -> None:
        link = await adapter.connect((await seen(adapter, 7))[0])
        client, decoder = GaitNodeClient(link), GaitNodeDecoder()
        heard: list[int] = []

        async def listen(of: GaitNodeClient) -> None:
            async for arrival in of.arrivals():
                for samples in samples_of(decoder.push(arrival)):
                    heard.extend(samples.counter.tolist())

        first = asyncio.create_task(listen(client))
        await client.hello()
        await client.configure(100)
        await client.start(SESSION)
        await asyncio.sleep(1.0)
        await air[0].drop()
        with pytest.raises(LinkLost, match="was lost"):
            await first
        with pytest.raises(LinkLost):
            await link.send(b"", gatt.CONTROL_UUID)
        await link.close()
        await asyncio.sleep(1.0)
        again = await adapter.connect((await seen(adapter, 7))[0])
        client = GaitNodeClient(again)
        second = asyncio.create_task(listen(client))
        assert (await client.hello()).session == SESSION
        await client.configure()
        started = await client.start(SESSION)
        await client.fetch(SESSION, heard[-1] + 1, started.next_counter - heard[-1] - 1)
        stopped = await client.stop(SESSION)
        await asyncio.sleep(0.1)
        assert sorted(heard) == list(range(stopped.next_counter))
        assert decoder.ledger.backfilled > 50
        await again.close()
        with pytest.raises(LinkLost):
            await second

    story(tell, 7)


def test_the_profile_is_the_one_of_the_protocol() -> None:
    """Services, characteristics and properties as PROTOCOL.md section 5 lists them, read over ATT."""
    expected = {
        gatt.CONTROL_UUID: {"write", "indicate"},
        gatt.DATA_UUID: {"notify"},
        gatt.STATUS_UUID: {"read", "notify"},
        gatt.TIME_UUID: {"write-without-response", "notify"},
        gatt.BATTERY_LEVEL_UUID: {"read", "notify"},
        gatt.MANUFACTURER_NAME_UUID: {"read"},
        gatt.MODEL_NUMBER_UUID: {"read"},
        gatt.SERIAL_NUMBER_UUID: {"read"},
        gatt.FIRMWARE_REVISION_UUID: {"read"},
    }

    async def tell(adapter: BleAdapter, _: list[NodeInAir]) -> None:
        [one] = await seen(adapter, 0x2A)
        async with BleakClient(one.device, backend=BumbleClient) as client:
            offered = {
                part.uuid: set(part.properties) for service in client.services for part in service.characteristics
            }
            assert {uuid: offered.get(uuid) for uuid in expected} == expected
            ours = client.services.get_service(gatt.SERVICE_UUID)
            assert ours is not None
            assert {part.uuid for part in ours.characteristics} == {channel.value for channel in gatt.Channel}
            assert await client.read_gatt_char(gatt.BATTERY_LEVEL_UUID) == bytes([100])
            assert await client.read_gatt_char(gatt.SERIAL_NUMBER_UUID) == b"000000000000002A"
            status = decode(bytes(await client.read_gatt_char(gatt.STATUS_UUID)))
            assert isinstance(status, Packet)
            assert status.request == 0
            assert isinstance(status.message, m.NodeStatus)

    story(tell, 0x2A)


def test_subscriptions_end_with_the_connection() -> None:
    async def tell(adapter: BleAdapter, air: list[NodeInAir]) -> None:
        [one] = await seen(adapter, 7)
        for _ in range(3):
            link = await adapter.connect(one)
            decoder, counters = await streamed(link, 0.3, 100)
            assert decoder.ledger.duplicates == 0
            assert len(counters) > 20
        assert np.isfinite(air[0].node.now_s)

    story(tell, 7)
