"""Messages: one frozen dataclass each, its wire layout declared in its fields. PROTOCOL.md section 4.

All integers are little endian. A field declared ``wire("u16")`` takes two bytes where it stands; there is no padding.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field, fields
from enum import IntEnum, IntFlag
from typing import Any, ClassVar, Literal, TypeVar, dataclass_transform

import numpy as np
from numpy.typing import NDArray

PROTOCOL_MAJOR = 1
PROTOCOL_MINOR = 0

SAMPLE_BYTES = 12  # acc x y z, gyr x y z as int16
MISSING_RAW = -32768  # on every axis: the sensor had no value; a real value is clipped to -32767 .. 32767
BATTERY_UNKNOWN = 255
TEMPERATURE_UNKNOWN = -32768

T = TypeVar("T")
WireType = Literal["u8", "i8", "u16", "i16", "u32", "u64", "f32"]
STRUCT_CODES: dict[str, str] = {"u8": "B", "i8": "b", "u16": "H", "i16": "h", "u32": "I", "u64": "Q", "f32": "f"}


class Role(IntEnum):
    """Where the node says it is worn: a label, never trusted over the session's own placement table."""

    UNASSIGNED = 0
    KNEE_LEFT = 1
    KNEE_RIGHT = 2
    HIP_LEFT = 3
    HIP_RIGHT = 4
    THIGH_LEFT = 5
    THIGH_RIGHT = 6
    SACRUM = 7
    TRUNK = 8


class NodeState(IntEnum):
    """The node's state machine, PROTOCOL.md section 7."""

    IDLE = 0
    STREAMING = 1  # sampling, live delivery
    BUFFERING = 2  # sampling into the ring, nobody listens
    HOLDING = 3  # stopped; the ring can still be read
    FAULT = 4  # the sensor does not answer


class Status(IntEnum):
    """Outcome of a request, in RESULT."""

    OK = 0
    UNKNOWN_COMMAND = 1  # detail: the type
    MALFORMED = 2  # detail: payload length received
    UNSUPPORTED_FLAGS = 3  # detail: the incompatible flags not understood
    INVALID_VALUE = 4  # detail: index of the first field refused, from 0
    WRONG_STATE = 5  # detail: NodeState
    WRONG_SESSION = 6  # detail: the session the node holds, 0 for none
    MTU_TOO_SMALL = 7  # detail: the ATT MTU
    SENSOR_FAULT = 8  # detail: the node maker's code
    VERSION_MISMATCH = 9  # detail: the node's major version
    BUSY = 10  # a GET_RANGE is still being answered


class LedPattern(IntEnum):
    """What the node's light does."""

    OFF = 0
    ON = 1
    SLOW = 2  # 1 Hz
    FAST = 3  # 5 Hz


class Compat(IntFlag):
    """Compatible flags: a receiver that does not know one ignores it."""

    NONE = 0
    BACKFILL = 1  # this DATA answers GET_RANGE


class Capability(IntFlag):
    """What the node can do beyond streaming."""

    NONE = 0
    BATTERY = 1
    LED = 2
    BACKFILL = 4
    TEMPERATURE = 8


def wire(kind: WireType) -> Any:
    """A dataclass field with its wire type."""
    return field(metadata={"wire": kind})


@dataclass_transform(frozen_default=True, field_specifiers=(wire,))
def message(cls: type[T]) -> type[T]:
    """A frozen slotted dataclass whose wired fields are all required."""
    return dataclass(frozen=True, slots=True)(cls)


class Message:
    """Base of all messages."""

    __slots__ = ()
    type_code: ClassVar[int]

    def fault(self) -> str | None:
        """A sentence if the values make no sense, which makes the message malformed."""
        return None


@message
class Hello(Message):
    """Host to node, first after every connection: versions, and the longest frame the host takes on this link."""

    type_code: ClassVar[int] = 0x01
    major: int = wire("u8")
    minor: int = wire("u8")
    max_frame: int = wire("u16")


@message
class Config(Message):
    """Host to node: wishes for the stream; 0 keeps a value. All zero asks for STREAM_INFO."""

    type_code: ClassVar[int] = 0x02
    rate_hz: int = wire("u16")
    acc_range_g: int = wire("u8")
    gyr_range_deg_s: int = wire("u16")
    batch: int = wire("u8")  # samples per DATA frame at most


@message
class Start(Message):
    """Host to node: begin a session, or resume live delivery of the running one. Session 0 is refused."""

    type_code: ClassVar[int] = 0x03
    session: int = wire("u32")


@message
class Stop(Message):
    """Host to node: end the session; the ring stays readable."""

    type_code: ClassVar[int] = 0x04
    session: int = wire("u32")


@message
class GetStatus(Message):
    """Host to node: ask for STATUS."""

    type_code: ClassVar[int] = 0x05


@message
class TimePing(Message):
    """Host to node: the host's clock when the ping left."""

    type_code: ClassVar[int] = 0x06
    host_ns: int = wire("u64")


@message
class GetRange(Message):
    """Host to node: send these samples of the ring again."""

    type_code: ClassVar[int] = 0x07
    session: int = wire("u32")
    first: int = wire("u32")
    count: int = wire("u32")


@message
class Led(Message):
    """Host to node: light up so that a person finds the node."""

    type_code: ClassVar[int] = 0x08
    pattern: int = wire("u8")
    duration_s: int = wire("u8")


@message
class SetRole(Message):
    """Host to node: keep this role in non-volatile memory."""

    type_code: ClassVar[int] = 0x09
    role: int = wire("u8")


@message
class HelloReply(Message):
    """Node to host: who it is and what it is doing. The first two fields never change in any version."""

    type_code: ClassVar[int] = 0x81
    major: int = wire("u8")
    minor: int = wire("u8")
    role: int = wire("u8")
    state: int = wire("u8")
    serial: int = wire("u64")
    boot_id: int = wire("u32")
    session: int = wire("u32")
    device_time_us: int = wire("u64")
    max_frame: int = wire("u16")
    capabilities: int = wire("u16")
    firmware_major: int = wire("u8")
    firmware_minor: int = wire("u8")
    firmware_patch: int = wire("u8")


@message
class StreamInfo(Message):
    """Node to host: what a raw sample means. Scales times raw give SI units."""

    type_code: ClassVar[int] = 0x82
    rate_mhz: int = wire("u32")  # millihertz, nominal
    acc_scale: float = wire("f32")  # m/s^2 per count
    gyr_scale: float = wire("f32")  # rad/s per count
    acc_range_m_s2: float = wire("f32")
    gyr_range_rad_s: float = wire("f32")
    ring_samples: int = wire("u32")
    batch: int = wire("u8")

    def fault(self) -> str | None:
        positive = (self.acc_scale, self.gyr_scale, self.acc_range_m_s2, self.gyr_range_rad_s)
        if not all(math.isfinite(value) and value > 0 for value in positive):
            return "scale and range must be positive numbers"
        if self.rate_mhz == 0 or self.batch == 0:
            return "rate and batch must not be 0"
        return None


@message
class Started(Message):
    """Node to host: the session runs, and live delivery begins at ``next_counter``."""

    type_code: ClassVar[int] = 0x83
    session: int = wire("u32")
    boot_id: int = wire("u32")
    device_time_us: int = wire("u64")
    next_counter: int = wire("u32")
    oldest_counter: int = wire("u32")


@message
class Stopped(Message):
    """Node to host: the session has ended before sample ``next_counter``."""

    type_code: ClassVar[int] = 0x84
    session: int = wire("u32")
    next_counter: int = wire("u32")
    oldest_counter: int = wire("u32")


@message
class NodeStatus(Message):
    """Node to host: health, on request and every 10 s while a host is connected."""

    type_code: ClassVar[int] = 0x85
    state: int = wire("u8")
    battery_pct: int = wire("u8")
    temperature_centi_deg_c: int = wire("i16")
    uptime_s: int = wire("u32")
    next_counter: int = wire("u32")
    oldest_counter: int = wire("u32")
    unsent_frames: int = wire("u32")  # live DATA the link could not take
    bad_frames: int = wire("u32")  # received with a wrong CRC or form


@message
class TimePong(Message):
    """Node to host: the ping's value, and the node's clock at its arrival and at this departure."""

    type_code: ClassVar[int] = 0x86
    host_ns: int = wire("u64")
    received_us: int = wire("u64")
    sent_us: int = wire("u64")


@message
class RangeDone(Message):
    """Node to host: GET_RANGE is answered; these samples were sent."""

    type_code: ClassVar[int] = 0x87
    session: int = wire("u32")
    first: int = wire("u32")
    count: int = wire("u32")


@message
class RangeGone(Message):
    """Node to host: samples before ``oldest_counter`` are overwritten and will never come."""

    type_code: ClassVar[int] = 0xC7
    session: int = wire("u32")
    oldest_counter: int = wire("u32")


@message
class Result(Message):
    """Node to host: outcome of a request that has no reply of its own, or why there is none."""

    type_code: ClassVar[int] = 0xFF
    of_type: int = wire("u8")
    status: int = wire("u8")
    detail: int = wire("u32")


@message
class Data(Message):
    """Node to host: consecutive samples. ``count`` samples of 12 bytes follow the declared fields.

    Attributes
    ----------
    counter : int
        Number of the first sample since START, modulo 2^32.
    time_us : int
        Node clock at the first sample, modulo 2^32.
    period_us : int
        Time from sample to sample in this batch, as measured by the node.
    raw : bytes
        The samples, 12 bytes each: acc x y z, gyr x y z as little-endian int16.
    """

    type_code: ClassVar[int] = 0xC0
    counter: int = wire("u32")
    time_us: int = wire("u32")
    period_us: int = wire("u16")
    count: int = wire("u8")
    raw: bytes

    def fault(self) -> str | None:
        if self.count == 0 or self.period_us == 0:
            return "count and period must not be 0"
        if len(self.raw) != SAMPLE_BYTES * self.count:
            return f"{self.count} samples take {SAMPLE_BYTES * self.count} bytes, not {len(self.raw)}"
        return None

    @property
    def samples(self) -> NDArray[np.int16]:
        """(count, 6) raw samples: acc x y z, gyr x y z."""
        return np.frombuffer(self.raw, dtype="<i2").reshape(-1, 6)


REQUESTS: tuple[type[Message], ...] = (Hello, Config, Start, Stop, GetStatus, TimePing, GetRange, Led, SetRole)
REPORTS: tuple[type[Message], ...] = (
    HelloReply, StreamInfo, Started, Stopped, NodeStatus, TimePong, RangeDone, Data, RangeGone, Result,
)  # fmt: skip
MESSAGES = REQUESTS + REPORTS


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the declared fields of a message stand."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    packer: struct.Struct


def layout_of(kind: type[Message]) -> Layout:
    """The wire layout declared by a message class."""
    wired = [f for f in fields(kind) if "wire" in f.metadata]  # type: ignore[arg-type]
    kinds = tuple(f.metadata["wire"] for f in wired)
    return Layout(tuple(f.name for f in wired), kinds, struct.Struct("<" + "".join(STRUCT_CODES[k] for k in kinds)))
