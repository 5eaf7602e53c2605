"""Which nodes there are, and how each is reached: Bluetooth or cable."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from firmware_protocol.gatt import Advert
from sensor.acquisition.node_worker import Opener
from sensor.devices.gaitnode_client import GaitNodeClient
from sensor.links.ble import BleAdapter, Seen
from sensor.links.link import Link, LinkLost, LinkRefused
from sensor.links.serial_port import open_serial
from sensor.links.serial_ports import usb_serial_ports
from sensor.samples import Placement

SCAN_S = 5.0  # a node advertises every 0.1 s, and every second once it has waited for 3 min
SEARCH_S = 5.0


@dataclass(frozen=True, slots=True)
class Found:
    """A node that has shown itself.

    Attributes
    ----------
    name : str
        Its label, eight hex digits: the identity on every link and system.
    link : str
        ``ble``, ``serial`` or ``sim``.
    where : str
        Address or port, for people.
    placement : Placement or None
        Where its label says it is worn.
    refusal : str or None
        Why it cannot be used.
    """

    name: str
    link: str
    where: str
    opener: Opener
    placement: Placement | None = None
    battery_pct: int | None = None
    rssi_dbm: int | None = None
    refusal: str | None = None


def labelled(advert: Advert) -> Placement | None:
    """Where a node says it is worn; None for no place, or one of a later version."""
    return Placement(advert.role_name) if advert.role_name in list(Placement) else None


@dataclass(slots=True)
class BleOpener:
    """Connects to a node over Bluetooth; after a failure it scans for it first."""

    adapter: BleAdapter
    seen: Seen
    short_id: int

    async def open(self, search: bool) -> Link:
        if search:
            heard = await self.adapter.scan(SEARCH_S, [self.short_id])
            again = [one for one in heard if one.advert is not None and one.advert.short_id == self.short_id]
            if not again:
                raise LinkLost(f"Sensor {self.short_id:08X} is not to be heard. Is it switched on, charged and near?")
            self.seen = again[0]
        return await self.adapter.connect(self.seen)


async def find_ble(adapter: BleAdapter, duration_s: float = SCAN_S, wanted: Iterable[int] = ()) -> list[Found]:
    """Nodes that advertise, nearest first; LinkLost if there is no Bluetooth.

    Parameters
    ----------
    wanted : iterable of int
        Short ids; once all of them have been heard nothing else is waited for.
    """
    heard = await adapter.scan(duration_s, wanted)
    return [
        Found(
            name=one.advert.label,
            link="ble",
            where=one.device.address,
            opener=BleOpener(adapter, one, one.advert.short_id),
            placement=labelled(one.advert),
            battery_pct=one.advert.battery_pct,
            rssi_dbm=one.rssi_dbm,
            refusal=one.advert.refusal(),
        )
        for one in sorted(heard, key=lambda one: -one.rssi_dbm)
        if one.advert is not None
    ]


@dataclass(slots=True)
class SerialOpener:
    """Opens a serial port; after a failure it looks where its USB device is now."""

    port: str
    usb_serial_number: str | None = None

    async def open(self, search: bool) -> Link:
        if search and self.usb_serial_number is not None:
            listed = await asyncio.to_thread(usb_serial_ports)
            self.port = next((p.device for p in listed if p.serial_number == self.usb_serial_number), self.port)
        return await open_serial(self.port)


async def ask_serial(port: str) -> Found:
    """Who is on a serial port.

    Raises
    ------
    LinkLost
        The port does not open, or nobody answers there.
    """
    listed = await asyncio.to_thread(usb_serial_ports)
    opener = SerialOpener(port, next((p.serial_number for p in listed if p.device == port), None))
    link = await opener.open(search=False)
    client = GaitNodeClient(link)

    async def listen() -> None:
        with contextlib.suppress(LinkLost):
            async for _ in client.arrivals():
                pass

    listening = asyncio.create_task(listen())
    try:
        hello = await client.hello()
        advert = Advert(hello.major, hello.role, hello.serial & 0xFFFFFFFF)
        battery_pct = (await client.status()).battery_pct
    except LinkRefused as refused:
        raise LinkLost(f"{port}: {refused}") from refused
    finally:
        await link.close()
        await listening
    known = battery_pct if battery_pct <= 100 else None
    return Found(advert.label, "serial", port, opener, labelled(advert), known)
