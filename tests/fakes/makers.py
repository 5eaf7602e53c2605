"""Sensors of other makers, as their documents describe them: a DOT and a WitMotion on the fake BlueZ, one on a pty."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import struct
import tty
from collections.abc import Callable

import numpy as np

from firmware_protocol.nodespec import SampleSource
from sensor.devices import movella_dot, witmotion
from tests.fakes.bluez.sensor import STEP_S, SensorOnAir
from tests.fakes.bluez.service import Characteristic, FakeBlueZ, Peripheral


class Stream:
    """Samples of a signal at a rate, as they become due; time is the event loop's, from the making on."""

    def __init__(self, source: SampleSource, rate_hz: float) -> None:
        self._source, self.rate_hz = source, rate_hz
        self._begin_s = asyncio.get_running_loop().time()
        self._next = 0

    def skip(self) -> None:
        """What was due until now is not sent."""
        self._next = math.ceil(self.now_s * self.rate_hz)

    @property
    def now_s(self) -> float:
        """Since the making."""
        return asyncio.get_running_loop().time() - self._begin_s

    def due(self) -> list[tuple[float, list[float], list[float]]]:
        """Time, acceleration in m/s^2 and rate in rad/s of each."""
        numbers = np.arange(self._next, math.floor(self.now_s * self.rate_hz) + 1)
        self._next += len(numbers)
        acc, gyr = self._source(numbers / self.rate_hz)
        return list(zip((numbers / self.rate_hz).tolist(), acc.tolist(), gyr.tolist(), strict=True))


def dot_payload(time_s: float, acc: list[float], gyr: list[float]) -> bytes:
    """Payload mode 21 in its 63 bytes of characteristic, zeros behind."""
    time_us = round(1e6 * (time_s + 4294.0)) % 2**32  # wraps a second after the start
    return struct.pack("<I6f", time_us, *acc, *np.degrees(gyr)) + bytes(12)


def wit_counts(acc: list[float], gyr: list[float]) -> list[int]:
    counts = [*(a / witmotion.ACC_M_S2 for a in acc), *(w / witmotion.GYR_RAD_S for w in gyr)]
    return [round(min(max(c, -32768.0), 32767.0)) for c in counts]


def wit_packet(time_s: float, acc: list[float], gyr: list[float]) -> bytes:
    del time_s  # it has none
    return struct.pack("<BB9h", 0x55, 0x61, *wit_counts(acc, gyr), 0, 0, 0)


def wit_frames(time_s: float, acc: list[float], gyr: list[float]) -> bytes:
    del time_s
    counts = wit_counts(acc, gyr)
    bodies = [struct.pack("<BB4h", 0x55, 0x51 + k, *values, 0) for k, values in enumerate((counts[:3], counts[3:]))]
    bodies.append(struct.pack("<BB4h", 0x55, 0x53, 0, 0, 0, 0))
    return b"".join(body + bytes([sum(body) & 0xFF]) for body in bodies)


class MakersSensor(SensorOnAir):
    """A sensor of another maker on the air of the fake BlueZ.

    Attributes
    ----------
    written : list of bytes
        What hosts wrote to it.
    """

    def __init__(
        self,
        bluez: FakeBlueZ,
        source: SampleSource,
        *,
        name: str,
        address: str,
        service: str,
        data: Characteristic,
        control: str,
        others: tuple[Characteristic, ...] = (),
        manufacturer: dict[int, bytes] | None = None,
        rate_hz: float,
        packet: Callable[[float, list[float], list[float]], bytes],
        streams_after: bytes,
        stops_after: bytes | None = None,
    ) -> None:
        self.written: list[bytes] = []
        self._data, self._packet = data, packet
        self._after = {streams_after: True, stops_after: False}
        self._streaming = False
        self._stream = Stream(source, rate_hz)
        commands = Characteristic(control, ("write", "write-without-response"), on_write=self._write)
        there = [data, commands, *others]
        super().__init__(bluez, Peripheral(address, name, service, there, manufacturer or {}, on_disconnect=self._idle))

    def _idle(self) -> None:
        self._streaming = False

    def _write(self, value: bytes) -> None:
        self.written.append(value)
        if value in self._after:
            self._streaming = self._after[value]

    def _step(self) -> None:
        if not self._streaming:
            self._stream.skip()
            return
        for one in self._stream.due():
            self._bluez.notify(self._data, self._packet(*one))


def dot(bluez: FakeBlueZ, source: SampleSource, number: int = 1) -> MakersSensor:
    """A Movella DOT; what it advertises beside its name and company is not documented, so nothing else is."""
    return MakersSensor(
        bluez,
        source,
        name="Movella DOT",
        address=f"D4:22:CD:00:00:{number:02X}",
        service="0000180a-0000-1000-8000-00805f9b34fb",
        data=Characteristic(movella_dot.MEDIUM_UUID, ("notify",)),
        control=movella_dot.CONTROL_UUID,
        others=(Characteristic(movella_dot.BATTERY_UUID, ("read", "notify")),),
        manufacturer={movella_dot.COMPANY_ID: b"\x01\x02"},
        rate_hz=60.0,
        packet=dot_payload,
        streams_after=movella_dot.START,
        stops_after=movella_dot.STOP,
    )


def wit(bluez: FakeBlueZ, source: SampleSource, rate_hz: int = 100, number: int = 1) -> MakersSensor:
    """A WitMotion with Bluetooth 5; from its making on it streams as soon as it is told the rate."""
    return MakersSensor(
        bluez,
        source,
        name="WT901BLE68",
        address=f"C7:12:34:00:00:{number:02X}",
        service=witmotion.SERVICE_UUID,
        data=Characteristic(witmotion.NOTIFY_UUID, ("notify",)),
        control=witmotion.WRITE_UUID,
        rate_hz=float(rate_hz),
        packet=wit_packet,
        streams_after=witmotion.rate_command(rate_hz, ble=True),
    )


class WitCable:
    """A WitMotion on a pseudo terminal: sends 10 samples/s by itself, and as many as it is told."""

    def __init__(self, source: SampleSource) -> None:
        self.written = b""
        self._end, self._host_end = os.openpty()
        for end in (self._end, self._host_end):
            tty.setraw(end)
        os.set_blocking(self._end, False)
        self.port = os.ttyname(self._host_end)
        self._source = source

    async def run(self) -> None:
        """Be a sensor until cancelled; then the cable is pulled out."""
        stream = Stream(self._source, 10.0)
        try:
            while True:
                with contextlib.suppress(BlockingIOError):
                    self.written += os.read(self._end, 4096)
                if stream.rate_hz == 10.0 and witmotion.rate_command(100, ble=False) in self.written:
                    stream = Stream(self._source, 100.0)
                with contextlib.suppress(BlockingIOError):  # nobody reads
                    os.write(self._end, b"".join(wit_frames(*one) for one in stream.due()))
                await asyncio.sleep(STEP_S)
        finally:
            os.close(self._end)
            os.close(self._host_end)
