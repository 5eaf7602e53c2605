"""Movella (Xsens) DOT, payload mode 21: acceleration and angular rate without magnetometer.

Layout as documented by Movella in XD0506P Rev C, July 2023; not tried on a real DOT. It streams at 60 Hz at most. Its
payload has a clock but no counter, so the counter is the clock divided by the period.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import numpy as np

from sensor.clock import OneWay
from sensor.devices.samples import Booted, DeviceSamples, unwrap
from sensor.links.link import Arrival


def _uuid(number: int) -> str:
    return f"1517{number:04x}-4947-11e9-8646-d663bd873d93"


MEASUREMENT_SERVICE_UUID = _uuid(0x2000)
CONTROL_UUID = _uuid(0x2001)
MEDIUM_UUID = _uuid(0x2003)
BATTERY_UUID = _uuid(0x3001)
COMPANY_ID = 0x0886
PAYLOAD_MODE = 21
PAYLOAD_BYTES = 28  # time, acceleration, angular rate; zeros may follow
START = bytes((1, 1, PAYLOAD_MODE))
STOP = bytes((1, 0, PAYLOAD_MODE))
RATE_HZ = 60.0
RESTART_US = 1_000_000  # a payload that is older than the last by more did not come late


@dataclass(frozen=True, slots=True)
class Battery:
    """Charge of a DOT."""

    level_pct: int
    charging: bool


DotEvent = DeviceSamples | OneWay | Battery | Booted


@dataclass(slots=True)
class MovellaDotDecoder:
    """Notifications of one DOT, in order of arrival, to samples and clock pairs."""

    rate_hz: float = RATE_HZ
    refused: int = 0  # notifications that are no mode 21 payload
    duplicates: int = 0
    _origin_us: int | None = None
    _last_us: int = 0
    _last_counter: int = -1

    def push(self, arrival: Arrival) -> list[DotEvent]:
        """Decode one notification; what cannot be understood is counted and gives nothing."""
        if arrival.channel == BATTERY_UUID and len(arrival.frame) >= 2 and arrival.frame[0] <= 100:
            return [Battery(arrival.frame[0], arrival.frame[1] == 1)]
        if arrival.channel != MEDIUM_UUID or len(arrival.frame) < PAYLOAD_BYTES:
            self.refused += 1
            return []
        time_us, *values = struct.unpack_from("<I6f", arrival.frame)
        if not all(map(math.isfinite, values)):
            self.refused += 1
            return []
        return self._sample(time_us, np.array(values, dtype=np.float64), arrival.host_ns)

    def _sample(self, time_us: int, values: np.ndarray, host_ns: int) -> list[DotEvent]:
        if self._origin_us is None:
            self._origin_us = self._last_us = time_us
        events: list[DotEvent] = []
        device_us = unwrap(time_us, self._last_us)
        if device_us < self._last_us - RESTART_US:  # switched off and on, or its clock was set
            events.append(Booted())
            self._origin_us = self._last_us = device_us = time_us
            self._last_counter = -1
        counter = round((device_us - self._origin_us) * 1e-6 * self.rate_hz)
        if counter <= self._last_counter:
            self.duplicates += 1
            return []
        self._last_us, self._last_counter = device_us, counter
        samples = DeviceSamples(
            counter=np.array([counter]),
            device_us=np.array([float(device_us)]),
            acc_m_s2=values[None, :3],
            gyr_rad_s=np.radians(values[None, 3:]),
            host_ns=host_ns,
        )
        return [*events, OneWay(device_us, host_ns), samples]
