"""GATT profile and advertising. PROTOCOL.md sections 5 and 6."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from firmware_protocol.messages import BATTERY_UNKNOWN, PROTOCOL_MAJOR, Role

SERVICE_UUID = "cf550001-cf02-48b2-b72f-62f52374eb9c"
CONTROL_UUID = "cf550002-cf02-48b2-b72f-62f52374eb9c"
DATA_UUID = "cf550003-cf02-48b2-b72f-62f52374eb9c"
STATUS_UUID = "cf550004-cf02-48b2-b72f-62f52374eb9c"
TIME_UUID = "cf550005-cf02-48b2-b72f-62f52374eb9c"


def sig_uuid(number: int) -> str:
    """A 16-bit Bluetooth SIG number as a full UUID."""
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


BATTERY_SERVICE_UUID = sig_uuid(0x180F)
BATTERY_LEVEL_UUID = sig_uuid(0x2A19)
DEVICE_INFORMATION_UUID = sig_uuid(0x180A)
MANUFACTURER_NAME_UUID = sig_uuid(0x2A29)
MODEL_NUMBER_UUID = sig_uuid(0x2A24)
SERIAL_NUMBER_UUID = sig_uuid(0x2A25)
FIRMWARE_REVISION_UUID = sig_uuid(0x2A26)

COMPANY_ID = 0xFFFF  # reserved by the Bluetooth SIG for tests; a product needs its own
FLAGS = b"\x02\x01\x06"  # general discoverable, no classic Bluetooth
AD_UUID128_COMPLETE = 0x07
AD_NAME_COMPLETE = 0x09
AD_SERVICE_DATA_16 = 0x16
AD_MANUFACTURER = 0xFF
AD_MAX_BYTES = 31


class Channel(StrEnum):
    """The characteristic a frame travels on; serial carries all of them in one stream."""

    CONTROL = CONTROL_UUID
    DATA = DATA_UUID
    STATUS = STATUS_UUID
    TIME = TIME_UUID


@dataclass(frozen=True, slots=True)
class Advert:
    """What a node says before anyone connects.

    Attributes
    ----------
    short_id : int
        Low 32 bits of the serial number: the node's identity on every operating system.
    battery_pct : int or None
        None if the scan response has not been received or the node does not know.
    """

    major: int
    role: int
    short_id: int
    battery_pct: int | None = None

    @property
    def label(self) -> str:
        """The identity as printed on the node: eight hex digits."""
        return f"{self.short_id:08X}"

    @property
    def role_name(self) -> str:
        """The placement the node is labelled for, ``unassigned``, or the number of a role of a later version."""
        try:
            return Role(self.role).name.lower()
        except ValueError:
            return f"role {self.role}"

    def refusal(self) -> str | None:
        """Why a host of this version must not connect, or None."""
        if self.major == PROTOCOL_MAJOR:
            return None
        older = "sensor's firmware" if self.major < PROTOCOL_MAJOR else "program"
        return (
            f"Sensor {self.label} speaks protocol version {self.major}, this program speaks {PROTOCOL_MAJOR}; "
            f"update the {older}."
        )


def _field(kind: int, value: bytes) -> bytes:
    return bytes((len(value) + 1, kind)) + value


def advertising_data(advert: Advert) -> bytes:
    """The advertising packet: exactly 31 bytes, everything a scanner filters on."""
    manufacturer = struct.pack("<HBBI", COMPANY_ID, advert.major, advert.role, advert.short_id)
    uuid = UUID(SERVICE_UUID).bytes[::-1]
    return FLAGS + _field(AD_UUID128_COMPLETE, uuid) + _field(AD_MANUFACTURER, manufacturer)


def scan_response(advert: Advert) -> bytes:
    """The scan response: name for people, battery level as service data."""
    level = BATTERY_UNKNOWN if advert.battery_pct is None else advert.battery_pct
    name = f"GaitNode-{advert.label}".encode()
    return _field(AD_NAME_COMPLETE, name) + _field(AD_SERVICE_DATA_16, struct.pack("<HB", 0x180F, level))


def manufacturer_data(advert: Advert) -> dict[int, bytes]:
    """Manufacturer data as operating systems hand it over: company id to the bytes behind it."""
    return {COMPANY_ID: struct.pack("<BBI", advert.major, advert.role, advert.short_id)}


def parse_advert(manufacturer: Mapping[int, bytes], service_data: Mapping[str, bytes] | None = None) -> Advert | None:
    """A node's advertisement as operating systems hand it over; None if it is not one of ours.

    Parameters
    ----------
    manufacturer : mapping
        Company id to the bytes behind it.
    service_data : mapping, optional
        Full UUID to bytes.
    """
    ours = manufacturer.get(COMPANY_ID, b"")
    if len(ours) < 6:
        return None
    major, role, short_id = struct.unpack_from("<BBI", ours)
    level = (service_data or {}).get(BATTERY_SERVICE_UUID, b"")
    known = len(level) == 1 and level[0] <= 100
    return Advert(major, role, short_id, level[0] if known else None)


def parse_raw(packet: bytes) -> Advert | None:
    """A node's advertisement from raw advertising bytes, with or without the scan response behind them."""
    uuids, manufacturer, service_data = [], {}, {}
    at = 0
    while at < len(packet) and packet[at]:
        kind, value = packet[at + 1 : at + 2], packet[at + 2 : at + 1 + packet[at]]
        at += 1 + packet[at]
        if at > len(packet) or not kind:
            return None
        if kind[0] == AD_UUID128_COMPLETE and len(value) == 16:
            uuids.append(str(UUID(bytes=value[::-1])))
        elif kind[0] == AD_MANUFACTURER and len(value) >= 2:
            manufacturer[int.from_bytes(value[:2], "little")] = value[2:]
        elif kind[0] == AD_SERVICE_DATA_16 and len(value) >= 2:
            service_data[sig_uuid(int.from_bytes(value[:2], "little"))] = value[2:]
    return parse_advert(manufacturer, service_data) if SERVICE_UUID in uuids else None
