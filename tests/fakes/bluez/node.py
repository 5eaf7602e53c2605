"""A virtual node as a peripheral of the fake BlueZ, in real time."""

from __future__ import annotations

import asyncio

from firmware_protocol import gatt
from firmware_protocol.frames import ATT_BYTES
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import Sent
from tests.fakes.bluez.sensor import SensorOnAir
from tests.fakes.bluez.service import Characteristic, FakeBlueZ, Peripheral

FLAGS = {
    gatt.Channel.CONTROL: ("write", "indicate"),
    gatt.Channel.DATA: ("notify",),
    gatt.Channel.STATUS: ("read", "notify"),
    gatt.Channel.TIME: ("write-without-response", "notify"),
}


class NodeOnAir(SensorOnAir):
    """Wires one node to the fake BlueZ; time is the event loop's, from the node's making on."""

    def __init__(self, bluez: FakeBlueZ, node: VirtualNode, att_mtu: int = 247) -> None:
        self.node = node
        self._start_s = asyncio.get_running_loop().time()
        self._by_channel = {
            channel: Characteristic(channel.value, flags, on_write=self._written) for channel, flags in FLAGS.items()
        }
        level = Characteristic(
            gatt.BATTERY_LEVEL_UUID, ("read",), on_read=lambda: bytes([node.advert.battery_pct or 0])
        )
        number = node.spec.serial & 0xFFFF
        peripheral = Peripheral(
            address=f"C0:FF:EE:00:{number >> 8:02X}:{number & 0xFF:02X}",
            name="GaitNode",
            service=gatt.SERVICE_UUID,
            characteristics=[*self._by_channel.values(), level],
            manufacturer=gatt.manufacturer_data(node.advert),
            service_data={gatt.BATTERY_SERVICE_UUID: bytes([node.advert.battery_pct or 0])},
            att_mtu=att_mtu,
            on_connect=self._connected,
            on_disconnect=self._disconnected,
        )
        super().__init__(bluez, peripheral)

    @property
    def now_s(self) -> float:
        """The node's true time."""
        return max(self.node.now_s, asyncio.get_running_loop().time() - self._start_s)

    def _connected(self) -> None:
        self._carry(self.node.connect(self.now_s, self.peripheral.att_mtu - ATT_BYTES))

    def _disconnected(self) -> None:
        self._carry(self.node.disconnect(self.now_s))

    def _written(self, frame: bytes) -> None:
        self._carry(self.node.receive(frame, self.now_s))

    def _carry(self, sent: list[Sent]) -> None:
        for one in sent:
            self._bluez.notify(self._by_channel[one.channel], one.frame)

    def _step(self) -> None:
        self._carry(self.node.advance(self.now_s))
