"""Bluetooth link: bleak as it comes, one connection attempt at a time, every loss cleaned up."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakBluetoothNotAvailableError, BleakError

from firmware_protocol.codec import mtu_sentence
from firmware_protocol.frames import ATT_BYTES, MIN_FRAME_BYTES
from firmware_protocol.gatt import SERVICE_UUID, Advert, Channel, parse_advert
from sensor.links.link import Arrival, Inbox, LinkLost, LinkRefused

CONNECT_S = 20.0  # a node out of reach never fails on BlueZ, it hangs
DISCONNECT_S = 5.0
# what bleak and the D-Bus below it raise when a link dies at an unlucky moment
RADIO_ERRORS = (BleakError, OSError, EOFError, TimeoutError, AssertionError)


@dataclass(frozen=True, slots=True)
class Seen:
    """A device that advertised. ``advert`` is None for other makers' devices.

    Attributes
    ----------
    companies : frozenset of int
        Company ids of its manufacturer data.
    services : tuple of str
        UUIDs that it advertises.
    """

    device: BLEDevice
    rssi_dbm: int
    advert: Advert | None
    name: str | None
    companies: frozenset[int] = frozenset()
    services: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Eight hex digits: those printed on our node, else the last of the address (on macOS: of its stand-in)."""
        digits = "".join(c for c in self.device.address.upper() if c in "0123456789ABCDEF")
        return self.advert.label if self.advert is not None else digits[-8:].rjust(8, "0")


class BleLink:
    """A connected device. Use ``BleAdapter.connect``."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._client: BleakClient | None = None
        self._inbox = Inbox()
        self._max_frame = 0
        self._cleaning: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def max_frame(self) -> int:
        return self._max_frame

    @property
    def dropped(self) -> int:
        return self._inbox.dropped

    def frames(self) -> AsyncIterator[Arrival]:
        return self._inbox.frames()

    async def send(self, frame: bytes, channel: str = "") -> None:
        if self._inbox.end is not None or self._client is None:
            raise self._inbox.end or LinkLost(f"{self.name} is not connected.")
        try:
            await self._client.write_gatt_char(channel, frame)
        except RADIO_ERRORS as error:
            raise LinkLost(f"{self.name} did not take a message ({error}).") from error

    async def close(self) -> None:
        self._inbox.lose(LinkLost(f"The connection to {self.name} was closed."))
        if self._cleaning is None:
            self._cleaning = asyncio.create_task(self._clean())
        await asyncio.shield(self._cleaning)  # who stops waiting does not stop it

    async def open(self, client: BleakClient, channels: Iterable[str], least_frame: int) -> None:
        """Connect and subscribe; ``BleAdapter`` calls this."""
        self._client = client
        try:
            async with asyncio.timeout(CONNECT_S):
                await client.connect()
                self._max_frame = self._narrowest(channels, least_frame)
                for channel in channels:
                    await client.start_notify(channel, self._notified)
        except LinkRefused as refused:
            self._inbox.lose(refused)
            await self.close()
            raise
        except asyncio.CancelledError:  # whoever stops waiting shall not leave a node held
            await self.close()
            raise
        except RADIO_ERRORS as error:
            self._inbox.lose(LinkLost(f"{self.name} could not be connected."))
            await self.close()
            why = str(error) or "it did not answer in time"
            hint = "Scan again." if "not found" in why else "Is it switched on, charged and near?"
            raise LinkLost(f"{self.name} could not be connected ({why}). {hint}") from error

    def _narrowest(self, channels: Iterable[str], least_frame: int) -> int:
        widths = []
        for channel in channels:
            characteristic = self._client.services.get_characteristic(channel) if self._client else None
            if characteristic is None:
                raise LinkRefused(f"{self.name} does not offer {channel}; it is another kind of device.")
            widths.append(characteristic.max_write_without_response_size)
        if min(widths) < least_frame:
            raise LinkRefused(mtu_sentence(min(widths) + ATT_BYTES, least_frame + ATT_BYTES))
        return min(widths)

    def _notified(self, characteristic: BleakGATTCharacteristic, data: bytearray) -> None:
        host_ns = time.monotonic_ns()
        self._inbox.put(Arrival(host_ns, characteristic.uuid, bytes(data)))

    def disconnected(self, _: BleakClient) -> None:
        """Bleak's news that the device is gone."""
        self._inbox.lose(LinkLost(f"The connection to {self.name} was lost."))
        if self._cleaning is None:  # without it bleak keeps the D-Bus socket of a lost connection open
            self._cleaning = asyncio.create_task(self._clean())

    async def _clean(self) -> None:
        if self._client is not None:
            with contextlib.suppress(*RADIO_ERRORS):
                async with asyncio.timeout(DISCONNECT_S):
                    await self._client.disconnect()


class BleAdapter:
    """The computer's Bluetooth. One per process: scanning and connecting take turns, as overlapping attempts fail.

    Parameters
    ----------
    scanner, client : type
        Bleak's classes, or others of the same shape.
    """

    def __init__(self, scanner: type[BleakScanner] = BleakScanner, client: type[BleakClient] = BleakClient) -> None:
        self._scanner = scanner
        self._client = client
        self._turn = asyncio.Lock()

    async def scan(
        self, duration_s: float, wanted: Iterable[int] = (), service_uuids: Iterable[str] = (SERVICE_UUID,)
    ) -> list[Seen]:
        """Devices that advertise, as a rule one of the services.

        Parameters
        ----------
        duration_s : float
            How long to listen at most.
        wanted : iterable of int
            Labels as numbers; when all of them have been heard the scan ends early.
        service_uuids : iterable of str
            None of them: whatever advertises.

        Raises
        ------
        LinkLost
            There is no Bluetooth, or it is switched off.
        """
        found: dict[str, Seen] = {}
        missing = set(wanted)
        complete = asyncio.Event()

        def heard(device: BLEDevice, data: AdvertisementData) -> None:
            advert = parse_advert(data.manufacturer_data, data.service_data)
            companies, services = frozenset(data.manufacturer_data), tuple(data.service_uuids)
            one = found[device.address] = Seen(device, data.rssi, advert, data.local_name, companies, services)
            if missing:
                missing.discard(int(one.label, 16))
                if not missing:
                    complete.set()

        async with self._turn:
            try:
                async with self._scanner(heard, list(service_uuids) or None):
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(complete.wait(), duration_s)
            except RADIO_ERRORS as error:
                raise LinkLost(_no_bluetooth(error)) from error
        return list(found.values())

    async def connect(
        self, seen: Seen, channels: Iterable[str] = tuple(Channel), least_frame: int = MIN_FRAME_BYTES
    ) -> BleLink:
        """Connect and subscribe to the notifications of ``channels`` (UUIDs of characteristics).

        Raises
        ------
        LinkRefused
            It is another kind of device, or its ATT MTU is too small for frames of ``least_frame`` bytes.
        LinkLost
            It does not answer, or is not known any more and must be scanned for again.
        """
        link = BleLink(f"Sensor {seen.advert.label}" if seen.advert else seen.name or seen.device.address)
        async with self._turn:
            client = self._client(seen.device, link.disconnected, timeout=CONNECT_S)
            await link.open(client, [str(channel) for channel in channels], least_frame)
        return link


def _no_bluetooth(error: BaseException) -> str:
    why = error.args[0] if isinstance(error, BleakBluetoothNotAvailableError) else error
    if isinstance(error, FileNotFoundError):
        why = "there is no system bus: D-Bus and BlueZ are not running"
    return f"Bluetooth cannot be used ({why}). Switch it on, plug in an adapter, or connect the sensors by cable."
