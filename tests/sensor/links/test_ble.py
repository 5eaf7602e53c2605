"""The Bluetooth link: unmodified bleak, unmodified BlueZ backend, a fake org.bluez on a private D-Bus."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
from bleak import BleakClient

from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, decode, encode
from firmware_protocol.gatt import CONTROL_UUID, TIME_UUID
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeSpec
from sensor.devices import movella_dot
from sensor.devices.samples import DeviceSamples
from sensor.links import ble
from sensor.links.ble import BleAdapter
from sensor.links.link import LinkLost, LinkRefused
from tests.fakes.bluez.air import on_air
from tests.fakes.bluez.node import NodeOnAir
from tests.fakes.bluez.service import Characteristic, FakeBlueZ, Peripheral
from tests.firmware_protocol.packets import still
from tests.sensor.links.streamed import seen, streamed


@contextlib.asynccontextmanager
async def air(bus: str, *serials: int, att_mtu: int = 247) -> AsyncIterator[tuple[FakeBlueZ, list[NodeOnAir]]]:
    """Nodes that lie still."""
    nodes = [VirtualNode(NodeSpec(serial=serial), still) for serial in serials]
    async with on_air(bus, nodes, att_mtu) as both:
        yield both


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(30.0):
            await main()

    asyncio.run(limited())


def test_four_nodes_are_found_by_what_they_advertise_and_stream_at_once(bus: str) -> None:
    async def main() -> None:
        async with air(bus, 1, 2, 3, 4):
            adapter = BleAdapter()
            found = await seen(adapter, 1, 2, 3, 4)
            assert [one.advert.battery_pct for one in found if one.advert] == [100] * 4
            assert all(one.rssi_dbm < 0 for one in found)
            links = [await adapter.connect(one) for one in found]
            assert [link.name for link in links] == [f"Sensor 0000000{i}" for i in (1, 2, 3, 4)]
            rates = (100, 200, 200, 100)
            streams = await asyncio.gather(*(streamed(k, 1.0, r) for k, r in zip(links, rates, strict=True)))
            for (decoder, _), rate_hz in zip(streams, rates, strict=True):
                assert decoder.ledger.received >= 0.9 * rate_hz
                assert decoder.ledger.missing() == []
                assert decoder.refused == 0

    run(main)


@pytest.mark.parametrize(("att_mtu", "batch"), [(65, 3), (185, 13), (517, 13)])
def test_the_batch_follows_the_mtu(bus: str, att_mtu: int, batch: int) -> None:
    async def main() -> None:
        async with air(bus, 7, att_mtu=att_mtu):
            adapter = BleAdapter()
            link = await adapter.connect((await seen(adapter, 7))[0])
            assert link.max_frame == att_mtu - 3
            decoder = (await streamed(link, 0.4))[0]
            assert decoder.info is not None
            assert decoder.info.batch == batch

    run(main)


def test_an_mtu_of_23_is_refused_in_a_sentence(bus: str) -> None:
    async def main() -> None:
        async with air(bus, 7, att_mtu=23) as (_, nodes):
            adapter = BleAdapter()
            with pytest.raises(LinkRefused, match=r"ATT MTU of 23 .* needs 65"):
                await adapter.connect((await seen(adapter, 7))[0])
            assert not nodes[0].peripheral.connected

    run(main)


def test_a_drop_ends_the_link_and_the_same_node_can_be_had_again(bus: str) -> None:
    async def main() -> None:
        async with air(bus, 7) as (_, nodes):
            adapter = BleAdapter()
            [one] = await seen(adapter, 7)
            link = await adapter.connect(one)
            nodes[0].drop()
            with pytest.raises(LinkLost, match="was lost"):
                await anext(link.frames())
            with pytest.raises(LinkLost, match="was lost"):
                await link.send(b"", CONTROL_UUID)
            await link.close()
            again = await adapter.connect(one)
            assert (await streamed(again, 0.3))[0].ledger.received > 0

    run(main)


@pytest.mark.parametrize("times", [20, pytest.param(100, marks=pytest.mark.long)])
def test_drops_leave_no_descriptor_and_no_task_behind(bus: str, times: int) -> None:
    async def main() -> None:
        async with air(bus, 7) as (_, nodes):
            adapter = BleAdapter()
            [one] = await seen(adapter, 7)

            async def once(how: str) -> tuple[int, int]:
                link = await adapter.connect(one)
                if how == "drop":
                    nodes[0].drop()
                    with pytest.raises(LinkLost):
                        await anext(link.frames())
                await link.close()
                return len(list(Path("/proc/self/fd").iterdir())), len(asyncio.all_tasks())

            await once("drop")
            before = await once("close")
            for k in range(times):
                await once("drop" if k % 2 else "close")
            after = await once("close")
            assert np.subtract(after, before).max() <= 0

    run(main)


def test_a_node_that_refuses_connects_on_a_later_try(bus: str) -> None:
    async def main() -> None:
        async with air(bus, 7) as (bluez, nodes):
            adapter = BleAdapter()
            [one] = await seen(adapter, 7)
            nodes[0].peripheral.refusals = 2
            for _ in range(2):
                with pytest.raises(LinkLost, match=r"could not be connected .*br-connection-canceled"):
                    await adapter.connect(one)
            await (await adapter.connect(one)).close()
            assert bluez.connects == 3

    run(main)


def test_a_silent_node_is_given_up_in_time_and_does_not_block_the_others(
    bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ble, "CONNECT_S", 2.0)  # the good one needs some 50 ms, on a machine that stalls more

    async def main() -> None:
        async with air(bus, 7, 8) as (_, nodes):
            adapter = BleAdapter()
            silent, good = await seen(adapter, 7, 8)
            nodes[0].peripheral.silent = True
            lost, link = await asyncio.gather(adapter.connect(silent), adapter.connect(good), return_exceptions=True)
            assert isinstance(lost, LinkLost)
            assert "did not answer in time" in str(lost)
            assert not isinstance(link, BaseException)
            await link.close()

    run(main)


def test_a_device_that_bluez_forgot_must_be_scanned_again(bus: str) -> None:
    async def main() -> None:
        async with air(bus, 7) as (bluez, nodes):
            adapter = BleAdapter()
            [one] = await seen(adapter, 7)
            bluez.remove(nodes[0].peripheral)
            await asyncio.sleep(0.05)
            with pytest.raises(LinkLost, match=r"not found.* Scan again"):
                await adapter.connect(one)
            [fresh] = await seen(adapter, 7)
            await (await adapter.connect(fresh)).close()

    run(main)


def test_an_adapter_that_is_off_is_said(bus: str) -> None:
    async def main() -> None:
        async with air(bus, 7) as (bluez, _):
            bluez.powered = False
            with pytest.raises(LinkLost, match=r"Bluetooth cannot be used .* Switch it on"):
                await BleAdapter().scan(1.0)

    run(main)


def test_a_computer_without_a_system_bus_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/nowhere")

    async def main() -> None:
        with pytest.raises(LinkLost, match="D-Bus and BlueZ are not running"):
            await BleAdapter().scan(0.5)

    run(main)


def test_other_devices_are_not_taken_for_nodes(bus: str) -> None:
    async def main() -> None:
        async with air(bus, 7, 8) as (_, nodes):
            adapter = BleAdapter()
            nodes[0].peripheral.service = "0000180d-0000-1000-8000-00805f9b34fb"
            nodes[1].peripheral.characteristics = nodes[1].peripheral.characteristics[:2]
            found = await adapter.scan(0.3)
            assert [one.advert.short_id for one in found if one.advert] == [8]
            with pytest.raises(LinkRefused, match="another kind of device"):
                await adapter.connect(found[0])

    run(main)


def test_pings_travel_on_their_own_characteristic(bus: str) -> None:
    async def main() -> None:
        async with air(bus, 7):
            adapter = BleAdapter()
            link = await adapter.connect((await seen(adapter, 7))[0])
            await link.send(encode(m.Hello(1, 0, link.max_frame), 1), CONTROL_UUID)
            await link.send(encode(m.TimePing(5), 2), TIME_UUID)
            frames = link.frames()
            got = [await anext(frames), await anext(frames)]
            packets = [decode(arrival.frame) for arrival in got]
            assert [arrival.channel for arrival in got] == [CONTROL_UUID, TIME_UUID]
            assert all(isinstance(packet, Packet) for packet in packets)
            await link.close()

    run(main)


def test_another_makers_sensor_streams_over_the_same_link(bus: str) -> None:
    payload = bytes.fromhex("40420f00 00000000 00000000 00001d41 0000b442 000034c2 0000003f") + bytes(12)

    async def main() -> None:
        async with air(bus) as (bluez, _):
            medium = Characteristic(movella_dot.MEDIUM_UUID, ("notify",))

            def control_written(value: bytes) -> None:
                if value == movella_dot.START:
                    bluez.notify(medium, payload)

            control = Characteristic(movella_dot.CONTROL_UUID, ("read", "write"), on_write=control_written)
            service = movella_dot.MEASUREMENT_SERVICE_UUID
            dot = Peripheral("D4:22:CD:00:00:01", "Movella DOT", service, [control, medium])
            bluez.add(dot)
            adapter = BleAdapter()
            [one] = await adapter.scan(0.3, service_uuids=())
            assert (one.name, one.advert) == ("Movella DOT", None)
            needed = movella_dot.PAYLOAD_BYTES
            link = await adapter.connect(one, [movella_dot.MEDIUM_UUID], least_frame=needed)
            await link.send(movella_dot.START, movella_dot.CONTROL_UUID)
            _, samples = movella_dot.MovellaDotDecoder().push(await anext(link.frames()))
            assert isinstance(samples, DeviceSamples)
            assert samples.acc_m_s2.tolist() == [[0.0, 0.0, 9.8125]]
            await link.close()
            dot.att_mtu = 23
            with pytest.raises(LinkRefused, match="ATT MTU of 23 bytes, the sensor needs 31"):
                await adapter.connect(one, [movella_dot.MEDIUM_UUID], least_frame=needed)

    run(main)


@pytest.mark.parametrize("silent", [True, False], ids=["while connecting", "while subscribing"])
def test_a_connection_nobody_waits_for_any_more_is_given_back(
    bus: str, silent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with air(bus, 9) as (_, (node,)):
            adapter = BleAdapter()
            (one,) = await seen(adapter, 9)
            node.peripheral.silent = silent
            if not silent:
                monkeypatch.setattr(BleakClient, "start_notify", lambda *_: asyncio.Event().wait())
            connecting = asyncio.create_task(adapter.connect(one))
            await asyncio.sleep(0.3)
            assert node.peripheral.connected is not silent
            connecting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await connecting
            await asyncio.sleep(0.05)
            assert not node.peripheral.connected
            monkeypatch.undo()
            monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
            node.peripheral.silent = False
            link = await adapter.connect(one)
            await link.close()

    run(main)
