"""WitMotion inertial sensors: the serial "normal protocol" and the Bluetooth 5.0 packets.

Layouts as documented in WitMotion's Python SDK for the JY901 (serial) and its "Bluetooth 5.0 communication protocol";
not tried on real sensors. Neither form has a sample counter, and their clocks are too coarse to use: samples are
counted as they come, their time is the count over the nominal rate, and a lost sample cannot be seen. Such recordings
carry less certainty than those of nodes that count.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sensor.clock import OneWay
from sensor.devices.samples import Booted, DeviceSamples
from sensor.links.link import Arrival

NOTIFY_UUID = "0000ffe4-0000-1000-8000-00805f9a34fb"  # 9a34fb, not the 9b34fb of the Bluetooth SIG
WRITE_UUID = "0000ffe9-0000-1000-8000-00805f9a34fb"
SERVICE_UUID = "0000ffe5-0000-1000-8000-00805f9a34fb"

ACC_M_S2 = 16 * 9.80665 / 32768  # per count
GYR_RAD_S = math.radians(2000.0) / 32768
UNLOCK = bytes.fromhex("ffaa6988b5")
RATE_CODES = {10: 0x06, 20: 0x07, 50: 0x08, 100: 0x09}
RATE_200_BLE, RATE_200_SERIAL = 0x0A, 0x0B

HEADER = 0x55
SERIAL_BYTES = 11
TYPE_ACC, TYPE_GYR = 0x51, 0x52
SERIAL_TYPES = range(0x50, 0x60)
BLE_DATA, BLE_REGISTER = 0x61, 0x71
BLE_FORMS = (20, 28)  # without and with the date behind the values
LONG_AGO_NS = -(1 << 62)
SILENT_NS = 900_000_000  # a session gives a link up after 1 s; a stall of the radio is shorter

WitEvent = DeviceSamples | OneWay | Booted


def rate_command(rate_hz: int, ble: bool) -> bytes:
    """The command that sets the output rate until the sensor is switched off; send ``UNLOCK`` before it.

    Raises
    ------
    ValueError
        The sensor has no such rate.
    """
    codes = RATE_CODES | {200: RATE_200_BLE if ble else RATE_200_SERIAL}
    if rate_hz not in codes:
        raise ValueError(f"A WitMotion sensor cannot send {rate_hz} samples/s; choose one of {sorted(codes)}.")
    return bytes((0xFF, 0xAA, 0x03, codes[rate_hz], 0))


@dataclass(slots=True)
class _Counting:
    """Samples without a counter of their own. After a silence it begins anew: nobody knows how many were missed."""

    rate_hz: float
    count: int = 0
    last_ns: int | None = None

    def interrupted(self) -> None:
        """Whatever comes next is a new life."""
        if self.last_ns is not None:
            self.last_ns = LONG_AGO_NS

    def sample(self, acc: tuple[int, ...], gyr: tuple[int, ...], host_ns: int) -> list[WitEvent]:
        """The next sample, from raw counts."""
        events: list[WitEvent] = []
        if self.last_ns is not None and host_ns - self.last_ns > SILENT_NS:
            events.append(Booted())
            self.count = 0
        self.last_ns = host_ns
        device_us = self.count * 1e6 / self.rate_hz
        samples = DeviceSamples(
            counter=np.array([self.count]),
            device_us=np.array([device_us]),
            acc_m_s2=np.array([acc], dtype=np.float64) * ACC_M_S2,
            gyr_rad_s=np.array([gyr], dtype=np.float64) * GYR_RAD_S,
            host_ns=host_ns,
        )
        self.count += 1
        return [*events, OneWay(round(device_us), host_ns), samples]


@dataclass(slots=True)
class WitMotionSerialDecoder:
    """Bytes of the serial protocol: frames of 11 bytes, found by header and sum; any chunking gives the same samples.

    A sample is complete when an angular rate follows its acceleration.
    """

    rate_hz: float
    refused: int = 0  # bytes skipped while looking for a frame
    unpaired: int = 0  # acceleration without angular rate or the reverse
    _rest: bytes = b""
    _acc: tuple[int, ...] | None = None
    _counting: _Counting = field(init=False)

    def __post_init__(self) -> None:
        self._counting = _Counting(self.rate_hz)

    @property
    def count(self) -> int:
        """Samples since the last silence."""
        return self._counting.count

    def push(self, arrival: Arrival) -> list[WitEvent]:
        """Decode what one read delivered."""
        found: list[WitEvent] = []
        for kind, values in self._frames(arrival.frame):
            if kind == TYPE_ACC:
                self.unpaired += self._acc is not None
                self._acc = values[:3]
            elif kind == TYPE_GYR and self._acc is not None:
                found += self._counting.sample(self._acc, values[:3], arrival.host_ns)
                self._acc = None
            elif kind == TYPE_GYR:
                self.unpaired += 1
        return found

    def interrupted(self) -> None:
        """The link was lost and stands again: nobody knows how many samples were missed."""
        self._counting.interrupted()
        self._rest, self._acc = b"", None

    def _frames(self, data: bytes) -> Iterator[tuple[int, tuple[int, ...]]]:
        data, at = self._rest + data, 0
        while at + SERIAL_BYTES <= len(data):
            frame = data[at : at + SERIAL_BYTES]
            known = frame[0] == HEADER and frame[1] in SERIAL_TYPES
            if known and sum(frame[:-1]) & 0xFF == frame[-1]:
                yield frame[1], struct.unpack_from("<4h", frame, 2)
                at += SERIAL_BYTES
            else:
                self.refused += 1
                at += 1
        self._rest = data[at:]


@dataclass(slots=True)
class WitMotionBleDecoder:
    """Notifications of the Bluetooth models; one may hold several packets, which are told apart by their length."""

    rate_hz: float
    refused: int = 0  # notifications that could not be understood
    _counting: _Counting = field(init=False)

    def __post_init__(self) -> None:
        self._counting = _Counting(self.rate_hz)

    def push(self, arrival: Arrival) -> list[WitEvent]:
        """Decode one notification; answers to register reads are passed over."""
        packets = split_packets(arrival.frame)
        if packets is None:
            self.refused += 1
            return []
        found: list[WitEvent] = []
        for packet in packets:
            if packet[1] == BLE_DATA:
                values = struct.unpack_from("<9h", packet, 2)
                found += self._counting.sample(values[:3], values[3:6], arrival.host_ns)
        return found

    def interrupted(self) -> None:
        """The link was lost and stands again: nobody knows how many samples were missed."""
        self._counting.interrupted()


def split_packets(notification: bytes) -> list[bytes] | None:
    """The packets in a notification, all of one form, or None if neither form fits."""
    for size in BLE_FORMS:
        packets = [notification[at : at + size] for at in range(0, len(notification), size)]
        headed = all(len(p) == size and p[0] == HEADER and p[1] in (BLE_DATA, BLE_REGISTER) for p in packets)
        if packets and headed:
            return packets
    return None
