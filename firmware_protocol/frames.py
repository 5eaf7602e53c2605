"""Frames: the unit both transports carry. PROTOCOL.md section 3.

A frame is ``type, incompatible flags, compatible flags, request, payload, CRC-16``. On BLE one notification or write is
one frame. On serial the same bytes are COBS encoded and end in a zero byte.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field
from enum import StrEnum

from cobs import cobs

HEADER_BYTES = 4
CRC_BYTES = 2
ATT_BYTES = 3  # opcode and handle in front of every notification
MIN_ATT_MTU = 65
MIN_FRAME_BYTES = MIN_ATT_MTU - ATT_BYTES  # every message except a large DATA batch fits
MAX_FRAME_BYTES = 512  # the longest attribute value the Bluetooth core specification allows
MAX_ENCODED_BYTES = MAX_FRAME_BYTES + MAX_FRAME_BYTES // 254 + 1  # COBS overhead; the delimiter not counted
DELIMITER = b"\0"


class FrameFault(StrEnum):
    """Why bytes are not a frame."""

    ENCODING = "encoding"  # COBS block runs past the end
    SHORT = "short"  # less than header and CRC
    LONG = "long"  # more than MAX_FRAME_BYTES
    CRC = "crc"


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, initial value 0xFFFF, not reflected, no final inversion.

    Check value: the ASCII digits ``123456789`` give 0x29B1.
    """
    return binascii.crc_hqx(data, 0xFFFF)


def seal(body: bytes) -> bytes:
    """Header and payload with their CRC appended: a complete frame."""
    if not HEADER_BYTES <= len(body) <= MAX_FRAME_BYTES - CRC_BYTES:
        raise ValueError(
            f"A frame body has {HEADER_BYTES} to {MAX_FRAME_BYTES - CRC_BYTES} bytes, this one has {len(body)}; "
            "use a smaller batch or shorter extensions."
        )
    return body + crc16(body).to_bytes(CRC_BYTES, "little")


def frame_fault(frame: bytes) -> FrameFault | None:
    """What is wrong with a received frame, or None if its length and CRC are right."""
    if len(frame) < HEADER_BYTES + CRC_BYTES:
        return FrameFault.SHORT
    if len(frame) > MAX_FRAME_BYTES:
        return FrameFault.LONG
    if crc16(frame[:-CRC_BYTES]) != int.from_bytes(frame[-CRC_BYTES:], "little"):
        return FrameFault.CRC
    return None


def to_serial(frame: bytes) -> bytes:
    """A frame as it goes over a serial line: COBS encoded, with the closing delimiter."""
    return bytes(cobs.encode(frame)) + DELIMITER


@dataclass(slots=True)
class DecoderCounts:
    """What a stream decoder has seen so far."""

    good: int = 0
    encoding: int = 0
    short: int = 0
    long: int = 0
    crc: int = 0

    @property
    def bad(self) -> int:
        """Pieces between delimiters that were not frames."""
        return self.encoding + self.short + self.long + self.crc

    def add(self, fault: FrameFault) -> None:
        """Count one bad piece."""
        setattr(self, fault.value, getattr(self, fault.value) + 1)


@dataclass(slots=True)
class StreamDecoder:
    """Serial bytes in, checked frames out. Any chunking of the bytes gives the same frames and counts.

    Never raises on any input, keeps at most ``MAX_ENCODED_BYTES`` between calls, and starts afresh at every delimiter,
    so a damaged frame costs itself only (two, if its delimiter is the damaged byte).
    """

    counts: DecoderCounts = field(default_factory=DecoderCounts)
    _rest: bytes = b""
    _skipping: bool = False  # inside a piece that is already too long to be a frame

    def push(self, data: bytes) -> list[bytes]:
        """Decode what the line delivered.

        Parameters
        ----------
        data : bytes
            Any number of bytes, in order of arrival.

        Returns
        -------
        list of bytes
            Complete frames, header to CRC, whose CRC is right.
        """
        *pieces, self._rest = (self._rest + data).split(DELIMITER)
        frames = []
        for piece in pieces:
            if self._skipping:
                self._skipping = False
            elif piece:
                frame = self._decode(piece)
                if frame is not None:
                    frames.append(frame)
        if self._skipping:
            self._rest = b""
        elif len(self._rest) > MAX_ENCODED_BYTES:
            self.counts.add(FrameFault.LONG)
            self._rest, self._skipping = b"", True
        return frames

    def _decode(self, piece: bytes) -> bytes | None:
        if len(piece) > MAX_ENCODED_BYTES:
            self.counts.add(FrameFault.LONG)
            return None
        try:
            frame = bytes(cobs.decode(piece))
        except cobs.DecodeError:
            self.counts.add(FrameFault.ENCODING)
            return None
        fault = frame_fault(frame)
        if fault is not None:
            self.counts.add(fault)
            return None
        self.counts.good += 1
        return frame
