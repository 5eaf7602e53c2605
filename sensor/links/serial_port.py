"""Serial link: pyserial in a reader thread, an asyncio face."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import serial

from firmware_protocol.frames import MAX_FRAME_BYTES
from sensor.links.framing import CobsFraming, Framing
from sensor.links.link import Arrival, Inbox, LinkLost

T = TypeVar("T")
BAUD = 921_600
READ_TIMEOUT_S = 0.1  # how soon the thread notices that it shall end where a blocked read cannot be cancelled
WRITE_TIMEOUT_S = 2.0
# a port that vanishes or is closed under a blocked call raises any of these, depending on system and moment
PORT_ERRORS = (serial.SerialException, OSError, TypeError, AttributeError, ValueError)


class SerialLink:
    """An open serial port. Use ``open_serial``."""

    def __init__(self, port: serial.Serial, framing: Framing) -> None:
        self._port = port
        self._framing = framing
        self._inbox = Inbox()
        self._loop = asyncio.get_running_loop()
        self._closing = threading.Event()
        self._writing = asyncio.Lock()
        self._in_use = threading.Lock()  # held by a write, also one that nobody waits for any more, and by the close
        self._released: asyncio.Future[None] | None = None
        self._thread = threading.Thread(target=self._read, name=f"serial {self.name}", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        return str(self._port.name)

    @property
    def max_frame(self) -> int:
        return MAX_FRAME_BYTES

    @property
    def dropped(self) -> int:
        return self._inbox.dropped

    @property
    def bad_frames(self) -> int:
        """Pieces that were no frames: noise, cut or damaged frames."""
        return self._framing.bad

    def frames(self) -> AsyncIterator[Arrival]:
        return self._inbox.frames()

    async def send(self, frame: bytes, channel: str = "") -> None:
        if self._inbox.end is not None:
            raise self._inbox.end
        async with self._writing:
            try:
                await asyncio.to_thread(self._write, self._framing.wrap(frame))
            except PORT_ERRORS as error:
                lost = self._lost(error)
                self._inbox.lose(lost)
                raise lost from error

    async def close(self) -> None:
        self._inbox.lose(LinkLost(f"The serial port {self.name} was closed."))
        if self._released is None:
            self._released = self._loop.run_in_executor(None, self._release)
        await asyncio.shield(self._released)  # who stops waiting does not stop it

    def _release(self) -> None:
        """End the thread, then close the port: under a read or write its descriptor might become another file's."""
        self._closing.set()
        with contextlib.suppress(*PORT_ERRORS):  # the read or the write may have ended already
            self._port.cancel_read()
            self._port.cancel_write()
        self._thread.join()
        with self._in_use:
            self._port.close()

    def _write(self, data: bytes) -> None:
        with self._in_use:
            self._port.write(data)

    def _read(self) -> None:
        try:
            while not self._closing.is_set():
                data = self._port.read(max(1, self._port.in_waiting))
                host_ns = time.monotonic_ns()
                if frames := self._framing.push(bytes(data)):
                    self._to_loop(host_ns, frames)
        except PORT_ERRORS as error:
            self._call(self._inbox.lose, self._lost(error))

    def _to_loop(self, host_ns: int, frames: list[bytes]) -> None:
        for frame in frames:
            self._call(self._inbox.put, Arrival(host_ns, "", frame))

    def _call(self, function: Callable[[T], None], argument: T) -> None:
        try:
            self._loop.call_soon_threadsafe(function, argument)
        except RuntimeError:
            self._closing.set()  # the loop is closed, nobody listens any more

    def _lost(self, error: Exception) -> LinkLost:
        return LinkLost(f"The serial port {self.name} is gone ({error}). Check the cable, then connect again.")


async def open_serial(device: str, framing: Framing | None = None, baud: int = BAUD) -> SerialLink:
    """Open a serial port as a link.

    Parameters
    ----------
    device : str
        Port name (``/dev/ttyACM0``, ``COM5``) or a pyserial URL (``socket://host:port``).
    framing : Framing, optional
        Default: the node protocol's.
    baud : int
        A USB CDC port ignores it.

    Raises
    ------
    LinkLost
        The port does not open; the message says why and what to do.
    """

    def opened() -> serial.Serial:
        exclusive = None if "://" in device else True
        port: serial.Serial = serial.serial_for_url(
            device, baud, timeout=READ_TIMEOUT_S, write_timeout=WRITE_TIMEOUT_S, exclusive=exclusive
        )
        return port

    opening = asyncio.ensure_future(asyncio.to_thread(opened))
    try:
        port = await asyncio.shield(opening)
    except asyncio.CancelledError:  # whoever stops waiting shall not leave a port held
        with contextlib.suppress(*PORT_ERRORS):
            (await opening).close()
        raise
    except PORT_ERRORS as error:
        raise LinkLost(
            f"The serial port {device} does not open ({error}). "
            "Check that the sensor is plugged in and no other program uses it."
        ) from error
    return SerialLink(port, CobsFraming() if framing is None else framing)
