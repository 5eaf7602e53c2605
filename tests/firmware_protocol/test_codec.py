import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol import messages as m
from firmware_protocol.codec import (
    BY_TYPE,
    LAYOUTS,
    Extension,
    Packet,
    Refusal,
    Refused,
    batch_for,
    decode,
    encode,
    explain,
)
from firmware_protocol.frames import MAX_FRAME_BYTES, MIN_FRAME_BYTES, seal
from tests.firmware_protocol.packets import any_message, packets


@given(packets())
def test_a_packet_survives_the_wire(packet: Packet) -> None:
    assert decode(encode(packet.message, packet.request, packet.compat, packet.extensions)) == packet


@given(any_message())
def test_every_message_fits_the_narrowest_link(message: m.Message) -> None:
    assert len(encode(message)) <= MIN_FRAME_BYTES


@pytest.mark.parametrize("kind", m.REQUESTS)
def test_every_request_fits_a_link_too_narrow_for_data(kind: type[m.Message]) -> None:
    """So that a host on ATT MTU 23 can be told why it is refused."""
    made: Callable[..., m.Message] = kind
    assert len(encode(made(**dict.fromkeys(LAYOUTS[kind].names, 1)))) <= 20
    assert len(encode(m.Result(1, m.Status.MTU_TOO_SMALL, 23))) <= 20


def test_types_are_unique_and_replies_answer_requests() -> None:
    assert len(BY_TYPE) == len(m.MESSAGES)
    for request in m.REQUESTS:
        assert request.type_code < 0x80
    for report in m.REPORTS:
        assert report.type_code >= 0x80


def test_start_in_bytes_written_by_hand() -> None:
    frame = encode(m.Start(0x11223344), request=5)
    assert frame[:8] == bytes.fromhex("03 00 00 05 44 33 22 11")


def test_samples_are_little_endian_acc_then_gyr() -> None:
    raw = struct.pack("<12h", 1, 2, 3, -4, -5, -6, 7, 8, 9, 10, 11, 12)
    packet = decode(encode(m.Data(0, 0, 10_000, 2, raw)))
    assert isinstance(packet, Packet)
    assert isinstance(packet.message, m.Data)
    np.testing.assert_array_equal(packet.message.samples, [[1, 2, 3, -4, -5, -6], [7, 8, 9, 10, 11, 12]])


@given(st.binary(max_size=600))
def test_no_bytes_make_the_decoder_raise(frame: bytes) -> None:
    assert isinstance(decode(frame), Packet | Refused)


@given(st.binary(min_size=4, max_size=80))
def test_no_sealed_bytes_make_the_decoder_raise_and_what_it_reads_it_can_write(body: bytes) -> None:
    packet = decode(seal(body))
    if isinstance(packet, Packet):
        assert encode(packet.message, packet.request, packet.compat, packet.extensions) == seal(body)
    else:
        assert packet.refusal is not Refusal.FRAME


@given(packets(), st.integers(1, 255))
def test_an_unknown_incompatible_flag_refuses_the_message(packet: Packet, flags: int) -> None:
    body = bytearray(encode(packet.message, packet.request)[:-2])
    body[1] = flags
    refused = decode(seal(bytes(body)))
    assert isinstance(refused, Refused)
    assert (refused.refusal, refused.incompat, refused.request) == (Refusal.UNKNOWN_FLAGS, flags, packet.request)


@given(st.integers(0, 255).filter(lambda t: t not in BY_TYPE), st.integers(0, 255))
def test_an_unknown_type_is_named_so_that_the_node_can_answer(type_code: int, request: int) -> None:
    refused = decode(seal(bytes((type_code, 0, 0, request))))
    assert refused == Refused(Refusal.UNKNOWN_TYPE, None, type_code, 0, request, 0)


@pytest.mark.parametrize("kind", [k for k in m.MESSAGES if k is not m.GetStatus])
def test_a_message_cut_short_is_malformed(kind: type[m.Message]) -> None:
    refused = decode(seal(bytes((kind.type_code, 0, 0, 0))))
    assert isinstance(refused, Refused)
    assert refused.refusal is Refusal.MALFORMED


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 0.0, -1.0])
def test_a_scale_that_is_not_a_positive_number_is_never_accepted(bad: float) -> None:
    good = m.StreamInfo(100_000, 0.005, 0.001, 157.0, 35.0, 6000, 13)
    frame = bytearray(encode(good))
    frame[8:12] = struct.pack("<f", bad)
    refused = decode(seal(bytes(frame[:-2])))
    assert isinstance(refused, Refused)
    assert refused.refusal is Refusal.MALFORMED
    with pytest.raises(ValueError, match="positive"):
        encode(m.StreamInfo(100_000, bad, 0.001, 157.0, 35.0, 6000, 13))


@pytest.mark.parametrize(
    "message",
    [m.Start(-1), m.Start(1 << 32), m.Led(256, 0), m.NodeStatus(0, 0, 40000, 0, 0, 0, 0, 0)],
)
def test_a_value_that_does_not_fit_is_refused_in_a_sentence(message: m.Message) -> None:
    with pytest.raises(ValueError, match="does not fit its field"):
        encode(message)


def test_an_extension_too_long_for_its_length_byte_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode(m.GetStatus(), extensions=[Extension(1, bytes(256))])


@given(st.integers(MIN_FRAME_BYTES, 600))
def test_the_batch_fills_the_link_and_no_more(max_frame: int) -> None:
    n = batch_for(max_frame)
    assert n >= 1
    assert len(encode(m.Data(0, 0, 1, n, bytes(12 * n)))) <= min(max_frame, MAX_FRAME_BYTES)
    if max_frame <= MAX_FRAME_BYTES:
        assert len(encode(m.Data(0, 0, 1, n, bytes(12 * n)))) + 12 > max_frame


def test_the_default_bluetooth_mtu_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"ATT MTU of 23 .* needs 65.*adapter"):
        batch_for(20)


@pytest.mark.parametrize("status", [*m.Status, 77])
def test_every_status_reads_as_a_sentence(status: int) -> None:
    sentence = explain(m.Result(m.Start.type_code, status, 3))
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_an_unknown_request_in_a_result_is_named_by_its_number() -> None:
    assert "type 0x60" in explain(m.Result(0x60, m.Status.UNKNOWN_COMMAND, 0x60))
