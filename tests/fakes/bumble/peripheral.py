"""A virtual node as a real GATT server: Bumble's host and controller with the profile of PROTOCOL.md section 5."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable

from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.link import LocalLink

from firmware_protocol import gatt
from firmware_protocol.frames import ATT_BYTES
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import Sent
from sensor.links.ble import BleAdapter
from tests.fakes.bumble.central import adapter_on, device_on

STEP_S = 0.005
C = Characteristic
PROPERTIES = {
    gatt.Channel.CONTROL: C.WRITE | C.INDICATE,
    gatt.Channel.DATA: C.NOTIFY,
    gatt.Channel.STATUS: C.READ | C.NOTIFY,
    gatt.Channel.TIME: C.WRITE_WITHOUT_RESPONSE | C.NOTIFY,
}


class NodeInAir:
    """One node on a virtual link; time is the event loop's. Use ``in_air``."""

    def __init__(self, link: LocalLink, node: VirtualNode, att_mtu: int) -> None:
        self.node = node
        self.connection: Connection | None = None
        number = node.spec.serial & 0xFFFF
        self._device = device_on(link, "GaitNode", f"C0:FF:EE:00:{number >> 8:02X}:{number & 0xFF:02X}")
        self._device.gatt_server.max_mtu = att_mtu
        self._start_s = asyncio.get_running_loop().time()
        self._outbox: asyncio.Queue[Sent] = asyncio.Queue()
        self._by_channel = {
            channel: Characteristic[bytes](
                UUID(channel.value),
                properties,
                C.READABLE | C.WRITEABLE,
                CharacteristicValue(read=self._read_status, write=self._written),
            )
            for channel, properties in PROPERTIES.items()
        }
        self._device.add_services(
            [
                Service(UUID(gatt.SERVICE_UUID), list(self._by_channel.values())),
                Service(
                    UUID(gatt.BATTERY_SERVICE_UUID),
                    [_readable(gatt.BATTERY_LEVEL_UUID, bytes([node.advert.battery_pct or 0]), C.READ | C.NOTIFY)],
                ),
                Service(
                    UUID(gatt.DEVICE_INFORMATION_UUID),
                    [
                        _readable(gatt.MANUFACTURER_NAME_UUID, b"gaitchain"),
                        _readable(gatt.MODEL_NUMBER_UUID, b"virtual"),
                        _readable(gatt.SERIAL_NUMBER_UUID, b"%016X" % node.spec.serial),
                        _readable(gatt.FIRMWARE_REVISION_UUID, b"1.0.0"),
                    ],
                ),
            ]
        )
        self._device.on("connection", self._connected)
        self._tasks = [asyncio.create_task(self._live()), asyncio.create_task(self._deliver())]

    async def advertise(self) -> None:
        """Be there for whoever scans, again after each connection."""
        await self._device.power_on()
        await self._device.start_advertising(
            auto_restart=True, advertising_data=gatt.advertising_data(self.node.advert)
        )

    async def drop(self) -> None:
        """End the link from this side."""
        if self.connection is not None:
            await self.connection.disconnect()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def _now_s(self) -> float:
        return max(self.node.now_s, asyncio.get_running_loop().time() - self._start_s)

    def _connected(self, connection: Connection) -> None:
        self.connection = connection
        connection.on("disconnection", self._disconnected)
        connection.on("connection_att_mtu_update", self._link)
        self._link()

    def _link(self) -> None:
        if self.connection is not None:
            self._carry(self.node.connect(self._now_s, self.connection.att_mtu - ATT_BYTES))

    def _disconnected(self, _: int) -> None:
        self.connection = None
        self._carry(self.node.disconnect(self._now_s))

    def _written(self, _: Connection, frame: bytes) -> None:
        self._carry(self.node.receive(frame, self._now_s))

    def _read_status(self, _: Connection) -> bytes:
        return self.node.status_frame()

    def _carry(self, sent: Iterable[Sent]) -> None:
        for one in sent:
            self._outbox.put_nowait(one)

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(STEP_S)
            self._carry(self.node.advance(self._now_s))

    async def _deliver(self) -> None:
        server = self._device.gatt_server
        while True:
            one = await self._outbox.get()
            characteristic = self._by_channel[one.channel]
            if self.connection is None:
                continue
            with contextlib.suppress(asyncio.TimeoutError):
                if characteristic.properties & C.INDICATE:
                    await server.indicate_subscriber(self.connection, characteristic, one.frame)
                else:
                    await server.notify_subscriber(self.connection, characteristic, one.frame)


def _readable(uuid: str, value: bytes, properties: Characteristic.Properties = C.READ) -> Characteristic[bytes]:
    return Characteristic(UUID(uuid), properties, C.READABLE, value)


@contextlib.asynccontextmanager
async def in_air(nodes: Iterable[VirtualNode], att_mtu: int = 247) -> AsyncIterator[tuple[BleAdapter, list[NodeInAir]]]:
    """Nodes that advertise on a virtual link, and an adapter that hears them."""
    link = LocalLink()  # type: ignore[no-untyped-call]
    there = [NodeInAir(link, node, att_mtu) for node in nodes]
    central = device_on(link, "host", "F0:F1:F2:F3:F4:F5")
    await central.power_on()
    for one in there:
        await one.advertise()
    try:
        yield adapter_on(central), there
    finally:
        for one in there:
            await one.stop()
