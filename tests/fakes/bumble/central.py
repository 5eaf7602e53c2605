"""Bleak on Bumble: a backend for bleak's own ``BleakScanner`` and ``BleakClient`` over a virtual controller.

Bleak has no Bumble backend, and a real one needs a radio. This one is handed to bleak by its ``backend=`` argument, so
that everything above it is as in production, and everything below it is real HCI, L2CAP, ATT and GATT.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, cast

from bleak import BleakClient, BleakScanner
from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError
from bleak.uuids import normalize_uuid_str
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData, ProtocolError
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from sensor.links.ble import BleAdapter

HOST_MTU = 517  # what operating systems ask for
LE_PACKET_BYTES = 251  # data length extension; Bumble's 27 would cut every frame in pieces
NAMES: dict[Characteristic.Properties, CharacteristicPropertyName] = {
    Characteristic.READ: "read",
    Characteristic.WRITE: "write",
    Characteristic.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Characteristic.NOTIFY: "notify",
    Characteristic.INDICATE: "indicate",
}


def device_on(link: LocalLink, name: str, address: str) -> Device:
    """A Bluetooth device with a controller of its own on a virtual link."""
    controller = Controller(name, link=link)
    controller.le_acl_data_packet_length = LE_PACKET_BYTES
    host = Host(controller, AsyncPipeSink(controller))
    return Device(name=name, address=Address(address), host=host)


def adapter_on(central: Device) -> BleAdapter:
    """The program's Bluetooth, with bleak's classes on this device."""
    scanner = partial(BleakScanner, backend=_scanner_on(central))
    client = partial(BleakClient, backend=BumbleClient)
    return BleAdapter(cast("type[BleakScanner]", scanner), cast("type[BleakClient]", client))


def _scanner_on(central: Device) -> type[BaseBleakScanner]:
    class BumbleScanner(BaseBleakScanner):
        def __init__(self, detection_callback: Any, service_uuids: list[str] | None, *_: Any, **__: Any) -> None:
            super().__init__(detection_callback, service_uuids)

        async def start(self) -> None:
            self.seen_devices = {}
            central.on("advertisement", self._heard)
            await central.start_scanning(legacy=True)

        async def stop(self) -> None:
            await central.stop_scanning(legacy=True)
            central.remove_listener("advertisement", self._heard)

        def _heard(self, advertisement: Advertisement) -> None:
            listed = advertisement.data.get(AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS)
            uuids = [_full(uuid) for uuid in cast("list[UUID]", listed or [])]
            manufacturer = advertisement.data.get(AdvertisingData.MANUFACTURER_SPECIFIC_DATA)
            if not self.is_allowed_uuid(uuids):
                return
            data = AdvertisementData(
                local_name=None,
                manufacturer_data=dict([manufacturer]) if manufacturer else {},
                service_data={},
                service_uuids=uuids,
                tx_power=None,
                rssi=advertisement.rssi,
                platform_data=(),
            )
            address = str(advertisement.address)
            details = (central, advertisement.address)
            device = self.create_or_update_device(address, address, None, details, data)
            self.call_detection_callbacks(device, data)

    return BumbleScanner


class BumbleClient(BaseBleakClient):
    """A connection of bleak's over Bumble."""

    def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
        super().__init__(
            address_or_ble_device,
            disconnected_callback=options.get("disconnected_callback"),
            timeout=options.get("timeout", 10.0),
        )
        assert isinstance(address_or_ble_device, BLEDevice)
        self._central, self._peer_address = address_or_ble_device.details
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._ours = False  # we ended it

    @property
    def name(self) -> str:
        return self.address

    @property
    def mtu_size(self) -> int:
        return 23 if self._connection is None else int(self._connection.att_mtu)

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **_: Any) -> None:
        async with asyncio.timeout(self._timeout):
            self._connection = await self._central.connect(self._peer_address)
            self._connection.on("disconnection", self._gone)
            self._peer = Peer(self._connection)
            await self._peer.request_mtu(HOST_MTU)
            await self._peer.discover_services()
            services = BleakGATTServiceCollection()
            for one in self._peer.services:
                await one.discover_characteristics()
                service = BleakGATTService(one, one.handle, _full(one.uuid))
                services.add_service(service)
                for part in one.characteristics:
                    services.add_characteristic(self._characteristic(part, service))
            self.services = services

    def _characteristic(self, part: CharacteristicProxy[bytes], service: BleakGATTService) -> BleakGATTCharacteristic:
        names = [name for flag, name in NAMES.items() if part.properties & flag]
        return BleakGATTCharacteristic(part, part.handle, _full(part.uuid), names, lambda: self.mtu_size - 3, service)

    async def disconnect(self) -> None:
        if self._connection is not None:
            self._ours = True
            await self._connection.disconnect()

    def _gone(self, _: int) -> None:
        self._connection = self._peer = self.services = None
        if self._disconnected_callback is not None and not self._ours:
            self._disconnected_callback()

    def _linked(self) -> Peer:
        if self._peer is None:
            raise BleakError("Not connected")
        return self._peer

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:
        return bytearray(await self._linked().read_value(characteristic.obj))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: Any, response: bool) -> None:
        try:
            await self._linked().write_value(characteristic.obj, bytes(data), with_response=response)
        except (ProtocolError, TimeoutError, asyncio.CancelledError) as error:
            if self._peer is None:  # Bumble cancels what was under way when the link ended
                raise BleakError("Not connected") from error
            raise

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: Any) -> None:
        def notified(value: bytes) -> None:
            callback(bytearray(value))

        await self._linked().subscribe(characteristic.obj, notified)

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        await self._linked().unsubscribe(characteristic.obj)

    async def pair(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError

    async def unpair(self) -> None:
        raise NotImplementedError

    async def read_gatt_descriptor(self, *_: Any, **__: Any) -> bytearray:
        raise NotImplementedError

    async def write_gatt_descriptor(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError


def _full(uuid: UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))
