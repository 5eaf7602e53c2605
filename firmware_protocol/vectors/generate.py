"""Writes vectors.json, the golden bytes of the protocol: ``python -m firmware_protocol.vectors.generate``.

The file is what other implementations test against. It changes only together with PROTOCOL.md.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from firmware_protocol import gatt
from firmware_protocol import messages as m
from firmware_protocol.codec import LAYOUTS, Extension, Packet, Refused, decode, encode
from firmware_protocol.frames import StreamDecoder, crc16, seal, to_serial

PATH = Path(__file__).with_name("vectors.json")
SESSION = 0x51E55104
BOOT = 0xB007B007
SERIAL = 0x0123456789ABCDEF

SAMPLES = b"".join(
    value.to_bytes(2, "little", signed=True)
    for row in ((0, 0, 2048, 1, -1, 16), (-32767, 32767, 256, 255, -256, 0), (-32768,) * 6)
    for value in row
)

PACKETS: tuple[tuple[str, Packet], ...] = (
    ("the host's first words on a link with ATT MTU 247", Packet(m.Hello(1, 0, 244), 1)),
    ("what is the stream like?", Packet(m.Config(0, 0, 0, 0), 2)),
    ("200 Hz, 16 g, 2000 deg/s, 13 samples a frame", Packet(m.Config(200, 16, 2000, 13), 3)),
    ("start", Packet(m.Start(SESSION), 4)),
    ("stop", Packet(m.Stop(SESSION), 5)),
    ("status, please", Packet(m.GetStatus(), 6)),
    ("a ping", Packet(m.TimePing(1_234_567_890_123_456_789), 7)),
    ("samples 1000 to 1051 again", Packet(m.GetRange(SESSION, 1000, 52), 8)),
    ("blink fast for 10 s", Packet(m.Led(m.LedPattern.FAST, 10), 9)),
    ("you are the left knee", Packet(m.SetRole(m.Role.KNEE_LEFT), 10)),
    (
        "a left-hip node, idle, 2 s after power-on",
        Packet(m.HelloReply(1, 0, 3, 0, SERIAL, BOOT, 0, 2_000_000, 244, 7, 1, 4, 2), 1),
    ),
    (
        "100 Hz, 16 g and 2000 deg/s over 15 bits",
        Packet(m.StreamInfo(100_000, 0.0047884034, 0.00106526445, 156.9064, 34.9065857, 12_000, 13), 2),
    ),
    ("the session runs from sample 0", Packet(m.Started(SESSION, BOOT, 2_500_000, 0, 0), 4)),
    ("resumed: live from 4711 on, 1000 still held", Packet(m.Started(SESSION, BOOT, 49_610_000, 4711, 1000), 4)),
    ("stopped after 6000 samples", Packet(m.Stopped(SESSION, 6000, 0), 5)),
    ("unasked status, temperature 31.25 deg C", Packet(m.NodeStatus(1, 87, 3125, 62, 5950, 0, 0, 1))),
    ("battery and temperature unknown", Packet(m.NodeStatus(0, 255, -32768, 5, 0, 0, 0, 0), 6)),
    (
        "a pong 71 min 40 s after power-on, beyond 32 bits",
        Packet(m.TimePong(1_234_567_890_123_456_789, 4_300_000_000, 4_300_001_000), 7),
    ),
    ("backfill complete", Packet(m.RangeDone(SESSION, 1000, 52), 8)),
    ("samples before 900 are overwritten", Packet(m.RangeGone(SESSION, 900), 8)),
    ("LED accepted", Packet(m.Result(0x08, m.Status.OK, 0), 9)),
    ("refused: ATT MTU 23", Packet(m.Result(0x01, m.Status.MTU_TOO_SMALL, 23), 1)),
    ("three samples: ordinary, clipped, missing", Packet(m.Data(0, 2_500_000, 10_000, 3, SAMPLES))),
    ("counter and clock just before their wrap", Packet(m.Data(0xFFFFFFFF, 0xFFFFFFFE, 5_000, 1, bytes(12)))),
    ("backfill", Packet(m.Data(1000, 12_500_000, 10_000, 3, SAMPLES), 8, m.Compat.BACKFILL)),
    ("a compatible flag of a later version", Packet(m.Data(13, 2_630_000, 10_000, 1, SAMPLES[:12]), 0, 0x80)),
    (
        "an extension of a later version",
        Packet(m.Start(SESSION), 4, 0, (Extension(0x21, b"\x00\x01"), Extension(0x22, b""))),
    ),
    ("DATA with an extension", Packet(m.Data(26, 2_760_000, 10_000, 1, SAMPLES[:12]), 0, 0, (Extension(0x21, b"x"),))),
)

BAD_FRAMES: tuple[tuple[str, bytes], ...] = (
    ("no bytes", b""),
    ("header without CRC", bytes(4)),
    ("513 bytes", seal(bytes(510)) + b"\0"),
    ("CRC wrong in the last bit", encode(m.GetStatus(), 6)[:-1] + bytes([encode(m.GetStatus(), 6)[-1] ^ 1])),
    ("a type of a later version", seal(bytes((0x60, 0, 0, 9)))),
    ("an incompatible flag of a later version", seal(bytes((0x05, 0x01, 0, 9)))),
    ("START without its session", seal(bytes((0x03, 0, 0, 9)))),
    ("START with half an extension", seal(bytes((0x03, 0, 0, 9, 1, 0, 0, 0, 0x21, 5, 1)))),
    ("DATA without samples", seal(bytes((0xC0, 0, 0, 0)) + bytes(8) + b"\x10\x27\x00")),
    ("DATA of 2 samples with the bytes of 1", seal(bytes((0xC0, 0, 0, 0)) + bytes(8) + b"\x10\x27\x02" + bytes(12))),
    ("DATA with period 0", seal(bytes((0xC0, 0, 0, 0)) + bytes(10) + b"\x01" + bytes(12))),
    ("STREAM_INFO with scale NaN", seal(bytes((0x82, 0, 0, 2)) + b"\xa0\x86\x01\x00" + b"\xff" * 16 + b"\0\1\0\0\x0d")),
)

ADVERTS: tuple[tuple[str, gatt.Advert], ...] = (
    ("left knee, battery 87 %", gatt.Advert(1, m.Role.KNEE_LEFT, SERIAL & 0xFFFFFFFF, 87)),
    ("no role, battery unknown", gatt.Advert(1, m.Role.UNASSIGNED, 0xC0FFEE01, None)),
)


def _stream() -> tuple[str, bytes]:
    good = [to_serial(encode(packet.message, packet.request)) for _, packet in PACKETS[:3]]
    noise = b"\x05\x01\x00" + b"\x41" * 600 + b"\x00" + b"\x03\x01\x02\x00"
    return "tail of a frame, frame, empty, noise, overlong, short, frame, cut frame, frame", (
        good[0][3:] + good[0] + b"\0" + noise + good[1] + good[2][:4] + b"\0" + good[2]
    )


def packet_vector(comment: str, packet: Packet) -> dict[str, Any]:
    """One packet with its bytes."""
    frame = encode(packet.message, packet.request, packet.compat, packet.extensions)
    values = {name: getattr(packet.message, name) for name in LAYOUTS[type(packet.message)].names}
    if isinstance(packet.message, m.Data):
        values["samples"] = packet.message.samples.tolist()
    return {
        "comment": comment,
        "message": type(packet.message).__name__,
        "request": packet.request,
        "compat": int(packet.compat),
        "fields": {k: v if isinstance(v, float | list) else int(v) for k, v in values.items()},
        "extensions": [[e.tag, e.value.hex()] for e in packet.extensions],
        "frame": frame.hex(),
        "serial": to_serial(frame).hex(),
    }


def refused_vector(comment: str, frame: bytes) -> dict[str, Any]:
    """One frame that carries no usable message."""
    refused = decode(frame)
    if not isinstance(refused, Refused):
        raise TypeError(f"The vector '{comment}' is not refused.")
    return {"comment": comment, "frame": frame.hex(), "refusal": refused.refusal.value, "request": refused.request}


def document() -> dict[str, Any]:
    """Everything that goes into the file."""
    comment, stream = _stream()
    decoder = StreamDecoder()
    frames = decoder.push(stream)
    return {
        "protocol": f"{m.PROTOCOL_MAJOR}.{m.PROTOCOL_MINOR}",
        "crc16": [{"bytes": text.hex(), "crc": f"{crc16(text):04x}"} for text in (b"123456789", b"", bytes(2))],
        "cobs": [
            {"comment": c, "bytes": b.hex(), "serial": to_serial(b).hex()}
            for c, b in (
                ("no zero", b"\x11\x22\x33"),
                ("only zeros", bytes(3)),
                ("254 bytes without zero", bytes([7]) * 254),
                ("255 bytes without zero", bytes([7]) * 255),
                ("zero after 254", bytes([7]) * 254 + b"\0"),
            )
        ],
        "packets": [packet_vector(*one) for one in PACKETS],
        "refused": [refused_vector(*one) for one in BAD_FRAMES],
        "stream": {
            "comment": comment,
            "serial": stream.hex(),
            "frames": [f.hex() for f in frames],
            "counts": asdict(decoder.counts),
        },
        "adverts": [
            {
                "comment": c,
                "major": a.major,
                "role": int(a.role),
                "short_id": a.short_id,
                "battery_pct": a.battery_pct,
                "advertising": gatt.advertising_data(a).hex(),
                "scan_response": gatt.scan_response(a).hex(),
            }
            for c, a in ADVERTS
        ],
    }


def text() -> str:
    """The file's content."""
    return json.dumps(document(), indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
