import json
from typing import Any

import pytest

from firmware_protocol import gatt
from firmware_protocol import messages as m
from firmware_protocol.codec import BY_TYPE, Extension, Packet, Refused, decode, encode
from firmware_protocol.frames import StreamDecoder, crc16, to_serial
from firmware_protocol.vectors.generate import PATH, text

VECTORS: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
BY_NAME = {kind.__name__: kind for kind in m.MESSAGES}


def packet_of(vector: dict[str, Any]) -> Packet:
    values = dict(vector["fields"])
    if "samples" in values:
        rows = values.pop("samples")
        values["raw"] = b"".join(v.to_bytes(2, "little", signed=True) for row in rows for v in row)
    extensions = tuple(Extension(tag, bytes.fromhex(value)) for tag, value in vector["extensions"])
    return Packet(BY_NAME[vector["message"]](**values), vector["request"], vector["compat"], extensions)


@pytest.mark.parametrize("vector", VECTORS["packets"], ids=lambda v: v["comment"])
def test_a_golden_packet(vector: dict[str, Any]) -> None:
    packet = packet_of(vector)
    frame = bytes.fromhex(vector["frame"])
    assert encode(packet.message, packet.request, packet.compat, packet.extensions) == frame
    decoded = decode(frame)
    assert isinstance(decoded, Packet)
    assert encode(decoded.message, decoded.request, decoded.compat, decoded.extensions) == frame
    assert to_serial(frame).hex() == vector["serial"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda v: v["comment"])
def test_a_golden_refusal(vector: dict[str, Any]) -> None:
    refused = decode(bytes.fromhex(vector["frame"]))
    assert isinstance(refused, Refused)
    assert (refused.refusal, refused.request) == (vector["refusal"], vector["request"])


def test_the_golden_stream() -> None:
    decoder = StreamDecoder()
    frames = decoder.push(bytes.fromhex(VECTORS["stream"]["serial"]))
    assert [frame.hex() for frame in frames] == VECTORS["stream"]["frames"]
    assert {name: getattr(decoder.counts, name) for name in VECTORS["stream"]["counts"]} == VECTORS["stream"]["counts"]


def test_crc_and_cobs() -> None:
    for vector in VECTORS["crc16"]:
        assert f"{crc16(bytes.fromhex(vector['bytes'])):04x}" == vector["crc"]
    for vector in VECTORS["cobs"]:
        assert to_serial(bytes.fromhex(vector["bytes"])).hex() == vector["serial"]


@pytest.mark.parametrize("vector", VECTORS["adverts"], ids=lambda v: v["comment"])
def test_a_golden_advertisement(vector: dict[str, Any]) -> None:
    advert = gatt.Advert(vector["major"], vector["role"], vector["short_id"], vector["battery_pct"])
    raw = bytes.fromhex(vector["advertising"])
    assert gatt.advertising_data(advert) == raw
    assert gatt.parse_raw(raw + bytes.fromhex(vector["scan_response"])) == advert


def test_every_message_has_a_golden_packet() -> None:
    assert {v["message"] for v in VECTORS["packets"]} == {kind.__name__ for kind in BY_TYPE.values()}


def test_the_file_is_what_its_script_writes() -> None:
    assert PATH.read_text(encoding="utf-8") == text(), "run python -m firmware_protocol.vectors.generate"
