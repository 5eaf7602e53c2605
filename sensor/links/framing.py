"""How a serial line's bytes fall into frames."""

from __future__ import annotations

from typing import Protocol

from firmware_protocol.frames import DELIMITER, StreamDecoder, to_serial


class Framing(Protocol):
    """Cuts what arrives and wraps what leaves."""

    @property
    def bad(self) -> int:
        """Pieces that were not frames, so far."""

    def push(self, data: bytes) -> list[bytes]:
        """Frames completed by these bytes."""

    def wrap(self, frame: bytes) -> bytes:
        """A frame as it goes on the line."""


class CobsFraming:
    """The node protocol's serial framing."""

    def __init__(self) -> None:
        self._decoder = StreamDecoder()
        self._silent = True

    @property
    def bad(self) -> int:
        return self._decoder.counts.bad

    def push(self, data: bytes) -> list[bytes]:
        return self._decoder.push(data)

    def wrap(self, frame: bytes) -> bytes:
        opening = DELIMITER if self._silent else b""  # ends whatever noise the line carried before
        self._silent = False
        return opening + to_serial(frame)


class RawFraming:
    """No framing: what one read delivered is handed on; the device finds its packets itself."""

    bad = 0

    def push(self, data: bytes) -> list[bytes]:
        return [data] if data else []

    def wrap(self, frame: bytes) -> bytes:
        return frame
