"""Messages to frames and back. PROTOCOL.md sections 3 and 4."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from firmware_protocol.frames import (
    CRC_BYTES,
    HEADER_BYTES,
    MAX_FRAME_BYTES,
    MIN_ATT_MTU,
    MIN_FRAME_BYTES,
    FrameFault,
    frame_fault,
    seal,
)
from firmware_protocol.messages import (
    MESSAGES,
    PROTOCOL_MAJOR,
    SAMPLE_BYTES,
    Data,
    Layout,
    Message,
    Result,
    Status,
    layout_of,
)

KNOWN_INCOMPATIBLE_FLAGS = 0  # version 1.0 defines none
LAYOUTS: dict[type[Message], Layout] = {message: layout_of(message) for message in MESSAGES}
BY_TYPE: dict[int, type[Message]] = {message.type_code: message for message in MESSAGES}
DATA_OVERHEAD_BYTES = HEADER_BYTES + LAYOUTS[Data].packer.size + CRC_BYTES


class Refusal(StrEnum):
    """Why a frame carries no message we can use."""

    FRAME = "frame"  # length or CRC
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_FLAGS = "unknown_flags"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Extension:
    """An addition a later version or another maker put behind the declared fields; skipped if not known."""

    tag: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Packet:
    """A message with its envelope.

    Attributes
    ----------
    request : int
        1 to 255 chosen by the host and echoed in every answer; 0 in what the node sends unasked.
    compat : int
        Compatible flags, also those we do not know.
    """

    message: Message
    request: int = 0
    compat: int = 0
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A frame that carries no message we can use. ``type_code`` to ``length`` are 0 if the frame itself is bad."""

    refusal: Refusal
    frame_fault: FrameFault | None = None
    type_code: int = 0
    incompat: int = 0
    request: int = 0
    length: int = 0  # of the payload


def encode(message: Message, request: int = 0, compat: int = 0, extensions: Sequence[Extension] = ()) -> bytes:
    """A complete frame.

    Parameters
    ----------
    message : Message
    request : int
        Request number, 0 to 255.
    compat : int
        Compatible flags.
    extensions : sequence of Extension
        Written behind the declared fields.

    Raises
    ------
    ValueError
        A value does not fit its field, or the frame gets longer than 512 bytes.
    """
    fault = message.fault()
    if fault is not None:
        raise ValueError(f"{type(message).__name__}: {fault}.")
    layout = LAYOUTS[type(message)]
    try:
        body = bytes((message.type_code, 0, compat, request))
        body += layout.packer.pack(*(getattr(message, name) for name in layout.names))
        tail = b"".join(bytes((e.tag, len(e.value))) + e.value for e in extensions)
    except (struct.error, OverflowError, ValueError) as error:
        raise ValueError(f"{type(message).__name__}: a value does not fit its field ({error}).") from error
    return seal(body + (message.raw if isinstance(message, Data) else b"") + tail)


def decode(frame: bytes) -> Packet | Refused:
    """The message in a frame, or why there is none. Never raises, whatever the bytes.

    Parameters
    ----------
    frame : bytes
        One notification, or one frame from a ``StreamDecoder``: header to CRC.
    """
    bad = frame_fault(frame)
    if bad is not None:
        return Refused(Refusal.FRAME, bad)
    type_code, incompat, compat, request = frame[:HEADER_BYTES]
    payload = frame[HEADER_BYTES:-CRC_BYTES]
    if incompat & ~KNOWN_INCOMPATIBLE_FLAGS:
        return Refused(Refusal.UNKNOWN_FLAGS, None, type_code, incompat, request, len(payload))
    kind = BY_TYPE.get(type_code)
    if kind is None:
        return Refused(Refusal.UNKNOWN_TYPE, None, type_code, incompat, request, len(payload))
    message, end = _message(kind, payload)
    extensions = read_extensions(payload[end:])
    if message is None or extensions is None or message.fault() is not None:
        return Refused(Refusal.MALFORMED, None, type_code, incompat, request, len(payload))
    return Packet(message, request, compat, extensions)


def _message(kind: type[Message], payload: bytes) -> tuple[Message | None, int]:
    packer = LAYOUTS[kind].packer
    if len(payload) < packer.size:
        return None, 0
    values = packer.unpack_from(payload)
    if kind is not Data:
        return kind(*values), packer.size
    counter, time_us, period_us, count = values
    end = packer.size + SAMPLE_BYTES * count
    return Data(counter, time_us, period_us, count, payload[packer.size : end]), end


def read_extensions(tail: bytes) -> tuple[Extension, ...] | None:
    """Tag, length, value records; None if the last one runs past the end."""
    found = []
    at = 0
    while at < len(tail):
        if at + 2 > len(tail) or at + 2 + tail[at + 1] > len(tail):
            return None
        found.append(Extension(tail[at], tail[at + 2 : at + 2 + tail[at + 1]]))
        at += 2 + tail[at + 1]
    return tuple(found)


def batch_for(max_frame: int) -> int:
    """How many samples a DATA frame of at most ``max_frame`` bytes holds, 1 to 41.

    Raises
    ------
    ValueError
        The link is too narrow for the protocol at all.
    """
    if max_frame < MIN_FRAME_BYTES:
        raise ValueError(mtu_sentence(max_frame + 3))
    return (min(max_frame, MAX_FRAME_BYTES) - DATA_OVERHEAD_BYTES) // SAMPLE_BYTES


def mtu_sentence(att_mtu: int, needed: int = MIN_ATT_MTU) -> str:
    """Why a link with this ATT MTU is refused, and what to do."""
    return (
        f"The Bluetooth link offers an ATT MTU of {att_mtu} bytes, the sensor needs {needed}: one sample with its "
        "counter and time does not fit. Use a Bluetooth 4.2 or newer adapter, or connect the sensor by cable."
    )


_REASONS = {
    Status.UNKNOWN_COMMAND: "it does not know this command; its firmware is older than this program",
    Status.MALFORMED: "the message had {detail} payload bytes that make no sense to it",
    Status.UNSUPPORTED_FLAGS: "the message needs a feature it does not have (flags {detail:#04x}); update its firmware",
    Status.INVALID_VALUE: "value number {detail} of the message is outside what it supports",
    Status.WRONG_STATE: "its present state ({detail}) does not allow it",
    Status.WRONG_SESSION: "it holds session {detail:#010x}, not the one asked for",
    Status.SENSOR_FAULT: "its motion sensor does not work (code {detail}); do not use this node",
    Status.VERSION_MISMATCH: "it speaks protocol version {detail}, this program speaks {major}; update the older one",
    Status.BUSY: "it is still sending an earlier range",
}


def explain(result: Result) -> str:
    """A RESULT as a sentence for a person."""
    name = BY_TYPE[result.of_type].__name__ if result.of_type in BY_TYPE else f"type {result.of_type:#04x}"
    if result.status == Status.OK:
        return f"The sensor accepted {name}."
    if result.status == Status.MTU_TOO_SMALL:
        return mtu_sentence(result.detail)
    try:
        reason = _REASONS[Status(result.status)].format(detail=result.detail, major=PROTOCOL_MAJOR)
    except ValueError:
        reason = f"it gave status {result.status}, which this program does not know (detail {result.detail})"
    return f"The sensor refused {name}: {reason}."
