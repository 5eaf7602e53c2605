"""The journal's records and their bytes: what arrived, in order of arrival, as it arrived.

A segment file is the magic and then records; docs/recording-format.md is the normative text.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zlib import crc32

SCHEMA_VERSION = 1
MAGIC = b"\x89GCJ\r\n\x1a\n"  # the line ends show a transfer that took the file for text
SEGMENT_GLOB = "*.gcj"
MAX_BODY_BYTES = 1 << 20  # a longer length can only be damage

ENVELOPE = struct.Struct("<II")  # length of the body, CRC-32 over that length and the body
_KIND_TIME = struct.Struct("<Bq")
_FRAME = struct.Struct("<BqH")
_ANCHOR = struct.Struct("<Bqq")

LAYOUT = {
    "file": "8 bytes magic 89 47 43 4A 0D 0A 1A 0A, then records",
    "record": "u32 length of body, u32 CRC-32 (zlib) over these 4 length bytes and the body, body; little endian",
    "body": "u8 kind, i64 host time in ns (monotonic), rest by kind; skip kinds that you do not know",
    "1": "header: this JSON object",
    "2": "source: JSON {index, node, device, channel}",
    "3": "frame: u16 index of its source, the bytes as they arrived",
    "4": "anchor: i64 UTC in ns since 1970 at that host time",
    "5": "marker: JSON {label}",
    "6": "note: JSON {text}",
    "7": "state: JSON {subject, state, detail}; subject is a node, or empty for the session",
    "8": "close: JSON {reason}; the recording ended in order",
}


@dataclass(frozen=True, slots=True)
class Header:
    """First record of every segment."""

    kind: ClassVar[int] = 1
    host_ns: int
    session: str
    segment: int
    software: str
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Source:
    """Where frames come from; frames name it by ``index``. ``device`` says which decoder reads them."""

    kind: ClassVar[int] = 2
    host_ns: int
    index: int
    node: str
    device: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes that arrived at ``host_ns``."""

    kind: ClassVar[int] = 3
    host_ns: int
    source: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the wall clock (UTC, ns since 1970) showed at a monotonic time."""

    kind: ClassVar[int] = 4
    host_ns: int
    utc_ns: int


@dataclass(frozen=True, slots=True)
class MarkerSet:
    """Somebody marked this moment."""

    kind: ClassVar[int] = 5
    host_ns: int
    label: str


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on the session."""

    kind: ClassVar[int] = 6
    host_ns: int
    text: str


@dataclass(frozen=True, slots=True)
class StateChange:
    """A node (``subject``), or the session (empty ``subject``), entered a state."""

    kind: ClassVar[int] = 7
    host_ns: int
    subject: str
    state: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """The recording ended in order."""

    kind: ClassVar[int] = 8
    host_ns: int
    reason: str


Record = Header | Source | Frame | Anchor | MarkerSet | Note | StateChange | Closed
_JSON_KINDS = (Header, Source, MarkerSet, Note, StateChange, Closed)
_BY_KIND: dict[int, Any] = {kind.kind: kind for kind in _JSON_KINDS}


def encode(record: Record) -> bytes:
    """A record with its envelope, ready to be appended to a segment.

    Raises
    ------
    ValueError
        The body would be longer than ``MAX_BODY_BYTES``.
    """
    if isinstance(record, Frame):
        body = _FRAME.pack(record.kind, record.host_ns, record.source) + record.data
    elif isinstance(record, Anchor):
        body = _ANCHOR.pack(record.kind, record.host_ns, record.utc_ns)
    else:
        said = {name: getattr(record, name) for name in record.__slots__ if name != "host_ns"}
        if isinstance(record, Header):
            said["layout"] = LAYOUT
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        body = _KIND_TIME.pack(record.kind, record.host_ns) + text.encode("utf-8", "surrogatepass")
    if len(body) > MAX_BODY_BYTES:
        raise ValueError(f"a record of {len(body)} bytes is too long for the journal ({MAX_BODY_BYTES} at most)")
    length = struct.pack("<I", len(body))
    return length + struct.pack("<I", crc32(body, crc32(length))) + body


def decode(body: bytes) -> Record | None:
    """The record in a body whose CRC was right; None for a kind or a form of a later version."""
    try:
        kind, host_ns = _KIND_TIME.unpack_from(body)
        if kind == Frame.kind:
            return Frame(host_ns, _FRAME.unpack_from(body)[2], body[_FRAME.size :])
        if kind == Anchor.kind:
            return Anchor(host_ns, _ANCHOR.unpack_from(body)[2])
        if kind not in _BY_KIND:
            return None
        made = _BY_KIND[kind]
        said = json.loads(body[_KIND_TIME.size :].decode("utf-8", "surrogatepass"))
        record: Record = made(host_ns, **{name: said[name] for name in made.__slots__ if name in said})
    except (struct.error, ValueError, TypeError, RecursionError):
        return None
    return record


def whole_body(data: bytes, at: int) -> bytes | str:
    """The body of the record that begins at ``at``, or why there is none."""
    if at + ENVELOPE.size > len(data):
        return "the file ends within a record"
    length, check = ENVELOPE.unpack_from(data, at)
    start = at + ENVELOPE.size
    if length > MAX_BODY_BYTES:
        return "the length of a record is damaged"
    if start + length > len(data):
        return "the file ends within a record"
    body = data[start : start + length]
    if crc32(body, crc32(data[at : at + 4])) != check:
        return "the check sum of a record is wrong"
    return body
