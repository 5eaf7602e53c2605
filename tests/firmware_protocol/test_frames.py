import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.frames import (
    MAX_ENCODED_BYTES,
    MAX_FRAME_BYTES,
    FrameFault,
    StreamDecoder,
    crc16,
    frame_fault,
    seal,
    to_serial,
)

bodies = st.binary(min_size=4, max_size=MAX_FRAME_BYTES - 2)


def test_the_crc_is_ccitt_false() -> None:
    assert crc16(b"123456789") == 0x29B1
    assert seal(b"1234")[-2:] == crc16(b"1234").to_bytes(2, "little")


@pytest.mark.parametrize("size", [0, 3, MAX_FRAME_BYTES - 1])
def test_a_body_of_an_impossible_length_is_refused_in_a_sentence(size: int) -> None:
    with pytest.raises(ValueError, match="4 to 510 bytes"):
        seal(bytes(size))


@given(bodies)
def test_what_goes_over_the_line_comes_back(body: bytes) -> None:
    encoded = to_serial(seal(body))
    assert encoded.index(0) == len(encoded) - 1 <= MAX_ENCODED_BYTES
    decoder = StreamDecoder()
    assert decoder.push(encoded) == [seal(body)]
    assert decoder.counts.bad == 0


@given(st.lists(st.one_of(bodies.map(lambda b: to_serial(seal(b))), st.binary(max_size=700)), max_size=6), st.data())
def test_any_chunking_gives_the_same_frames_and_counts(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    whole, parts = StreamDecoder(), StreamDecoder()
    expected = whole.push(stream + b"\0")
    edges = [0, *cuts, len(stream)]
    got = [frame for a, b in itertools.pairwise(edges) for frame in parts.push(stream[a:b])] + parts.push(b"\0")
    assert got == expected
    assert parts.counts == whole.counts


@given(st.binary(max_size=2000), bodies)
def test_after_any_noise_the_next_delimited_frame_is_read(noise: bytes, body: bytes) -> None:
    decoder = StreamDecoder()
    frames = decoder.push(noise + b"\0" + to_serial(seal(body)))
    assert frames[-1] == seal(body)


@given(bodies, st.integers(0), st.integers(1, 255))
def test_a_changed_byte_never_yields_a_frame(body: bytes, where: int, change: int) -> None:
    frame = bytearray(seal(body))
    frame[where % len(frame)] ^= change  # one byte is a burst of at most 8 bits: CRC-16 sees every one
    assert frame_fault(bytes(frame)) is FrameFault.CRC


def test_each_fault_is_counted_as_what_it_is() -> None:
    decoder = StreamDecoder()
    good = to_serial(seal(b"good"))
    wrong = bytearray(seal(b"good"))
    wrong[0] ^= 1
    pieces = [b"\x09\x01\0", b"\x03\x01\x01\0", b"\x01" * 600 + b"\0", to_serial(bytes(wrong)), b"\0\0\0", good]
    assert decoder.push(b"".join(pieces)) == [seal(b"good")]
    counts = decoder.counts
    assert (counts.encoding, counts.short, counts.long, counts.crc, counts.good) == (1, 1, 1, 1, 1)


def test_memory_stays_bounded_without_any_delimiter() -> None:
    decoder = StreamDecoder()
    for _ in range(1000):
        assert decoder.push(b"\x55" * 997) == []
        assert len(decoder._rest) <= MAX_ENCODED_BYTES
    assert decoder.counts.long == 1
    assert decoder.push(b"\0" + to_serial(seal(b"good"))) == [seal(b"good")]
