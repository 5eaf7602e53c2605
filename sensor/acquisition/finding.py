"""Which nodes there are, and how each is reached: Bluetooth or cable."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

from firmware_protocol.gatt import SERVICE_UUID, Advert
from firmware_protocol.messages import HelloReply
from sensor.acquisition.decoders import GAITNODE, WITMOTION_SERIAL
from sensor.acquisition.makers import BY_KIND, Maker, maker_of
from sensor.acquisition.talk import Opener
from sensor.devices.gaitnode_client import TRIES, GaitNodeClient, NodeRefused, NodeSilent, asking
from sensor.devices.witmotion import SERIAL_BYTES, WitMotionSerialDecoder
from sensor.links.ble import BleAdapter, Seen
from sensor.links.framing import RawFraming
from sensor.links.link import Link, LinkLost, LinkRefused
from sensor.links.serial_port import BAUD, SerialLink, open_serial
from sensor.links.serial_ports import usb_serial_ports
from sensor.samples import Placement

SCAN_S = 5.0  # a node advertises every 0.1 s, and every second once it has waited for 3 min
SEARCH_S = 5.0
WIT_BAUDS = (115_200, 921_600, 460_800, 230_400, 9_600)  # as delivered in a case, what can be set, as delivered bare
HEAR_S = 0.5  # 5 samples at the 10 Hz of delivery
LEAST_SAMPLES = 3  # by chance no noise has three pairs of frames whose sums are right


@dataclass(frozen=True, slots=True)
class Found:
    """A node that has shown itself.

    Attributes
    ----------
    name : str
        Its label, eight hex digits: the identity on every link and system. Of another maker's sensor those of its
        Bluetooth address, or made from its port.
    link : str
        ``ble``, ``serial`` or ``sim``.
    where : str
        Address or port, for people.
    placement : Placement or None
        Where its label says it is worn.
    refusal : str or None
        Why it cannot be used.
    device : str
        What kind it is, see ``decoders``.
    """

    name: str
    link: str
    where: str
    opener: Opener
    placement: Placement | None = None
    battery_pct: int | None = None
    rssi_dbm: int | None = None
    refusal: str | None = None
    device: str = GAITNODE

    @property
    def title(self) -> str:
        """Whose sensor it is; empty for the project's own."""
        maker = BY_KIND.get(self.device)
        return "" if maker is None else maker.title


def labelled(advert: Advert) -> Placement | None:
    """Where a node says it is worn; None for no place, or one of a later version."""
    return Placement(advert.role_name) if advert.role_name in list(Placement) else None


@dataclass(slots=True)
class BleOpener:
    """Connects to a sensor over Bluetooth; after a failure it scans for it first. Without a maker it is our own."""

    adapter: BleAdapter
    seen: Seen
    maker: Maker | None = None

    async def open(self, search: bool) -> Link:
        if search:
            self.seen = await self._found_again()
        if self.maker is None:
            return await self.adapter.connect(self.seen)
        return await self.adapter.connect(self.seen, self.maker.channels, self.maker.least_frame)

    async def _found_again(self) -> Seen:
        label, services = self.seen.label, (SERVICE_UUID,) if self.maker is None else ()
        for one in await self.adapter.scan(SEARCH_S, [int(label, 16)], services):
            if one.label == label:
                return one
        title = "Sensor" if self.maker is None else self.maker.title
        raise LinkLost(f"{title} {label} is not to be heard. Is it switched on, charged and near?")


async def find_ble(adapter: BleAdapter, duration_s: float = SCAN_S, wanted: Iterable[int] = ()) -> list[Found]:
    """Sensors that advertise, nearest first, also those of makers we know; LinkLost if there is no Bluetooth.

    Parameters
    ----------
    wanted : iterable of int
        Labels as numbers; once all of them have been heard nothing else is waited for.
    """
    heard = await adapter.scan(duration_s, wanted, ())  # other makers do not advertise a service that tells them
    nearest = sorted(heard, key=lambda one: -one.rssi_dbm)
    return [found for one in nearest if (found := _advertised(adapter, one)) is not None]


def _advertised(adapter: BleAdapter, one: Seen) -> Found | None:
    where, maker = one.device.address, maker_of(one)
    if maker is not None:
        opener = BleOpener(adapter, one, maker)
        return Found(one.label, "ble", where, opener, rssi_dbm=one.rssi_dbm, device=maker.kind)
    if one.advert is None or SERVICE_UUID not in one.services:
        return None
    return Found(
        name=one.label,
        link="ble",
        where=where,
        opener=BleOpener(adapter, one),
        placement=labelled(one.advert),
        battery_pct=one.advert.battery_pct,
        rssi_dbm=one.rssi_dbm,
        refusal=one.advert.refusal(),
    )


@dataclass(slots=True)
class SerialOpener:
    """Opens a serial port; after a failure it looks where its USB device is now."""

    port: str
    usb_serial_number: str | None = None
    baud: int = BAUD
    raw: bool = False  # no frames of ours: bytes as they come

    async def open(self, search: bool) -> SerialLink:
        if search and self.usb_serial_number is not None:
            listed = await asyncio.to_thread(usb_serial_ports)
            self.port = next((p.device for p in listed if p.serial_number == self.usb_serial_number), self.port)
        return await open_serial(self.port, RawFraming() if self.raw else None, self.baud)


async def ask_serial(port: str) -> Found:
    """Who is on a serial port: a node that answers, else a sensor of a maker we know that streams by itself.

    Raises
    ------
    LinkLost
        The port does not open, or nobody answers there.
    """
    listed = await asyncio.to_thread(usb_serial_ports)
    number = next((p.serial_number for p in listed if p.device == port), None)
    try:
        return await _ask_node(SerialOpener(port, number))
    except (LinkRefused, NodeRefused) as refused:
        raise LinkLost(f"{port}: {refused}") from refused
    except NodeSilent as silent:
        found = await _hear_witmotion(port, number)
        if found is None:
            raise LinkLost(str(silent)) from silent
        return found


async def _hear_witmotion(port: str, number: str | None) -> Found | None:
    for baud in WIT_BAUDS:
        opener = SerialOpener(port, number, baud, raw=True)
        link, decoder = await opener.open(search=False), WitMotionSerialDecoder(1.0)
        try:
            with contextlib.suppress(TimeoutError, LinkLost):
                async with asyncio.timeout(HEAR_S):
                    async for arrival in link.frames():
                        decoder.push(arrival)
        finally:
            await link.close()
        if decoder.count >= LEAST_SAMPLES and decoder.refused < 2 * SERIAL_BYTES:
            slow = f"set it to {WIT_BAUDS[0]} baud with its maker's program: {baud} carry too few samples"
            refusal = f"The WitMotion on {port} is too slow; {slow}." if baud < WIT_BAUDS[0] else None
            label = f"{crc32((number or port).encode()):08X}"
            return Found(label, "serial", port, opener, refusal=refusal, device=WITMOTION_SERIAL)
    return None


async def _hello(client: GaitNodeClient, link: SerialLink) -> HelloReply:
    """Ask until it answers, but not for long if somebody is there who speaks otherwise."""
    try:
        return await client.hello(tries=1)
    except NodeSilent:
        if link.bad_frames:
            raise
    return await client.hello(tries=TRIES - 1)


async def _ask_node(opener: SerialOpener) -> Found:
    port = opener.port
    link = await opener.open(search=False)
    async with asking(link) as client:
        hello = await _hello(client, link)
        battery_pct = (await client.status()).battery_pct
    advert = Advert(hello.major, hello.role, hello.serial & 0xFFFFFFFF)
    known = battery_pct if battery_pct <= 100 else None
    return Found(advert.label, "serial", port, opener, labelled(advert), known)
