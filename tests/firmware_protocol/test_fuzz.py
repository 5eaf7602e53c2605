"""Ten million random bytes, and the speed of the decode path."""

import logging
import time
from random import Random

import pytest

from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, decode, encode
from firmware_protocol.frames import StreamDecoder, to_serial

FRAME = encode(m.Data(7, 8, 10_000, 13, bytes(range(156))))
PACKETS_PER_S = 100_000


def next_frame_is_read(decoder: StreamDecoder) -> bool:
    """Whether a frame behind a delimiter is read, whatever came before."""
    return decoder.push(b"\0" + to_serial(FRAME))[-1:] == [FRAME]


@pytest.mark.long
def test_ten_million_random_bytes() -> None:
    rng = Random(20240607)
    decoder, accepted, chunks = StreamDecoder(), 0, 2_500
    for _ in range(chunks):
        frames = decoder.push(rng.randbytes(4_000))
        accepted += len([decode(frame) for frame in frames])
        assert next_frame_is_read(decoder)
    assert accepted == 0  # a few hundred pieces were well stuffed and long enough; a CRC of 16 bits stops those
    assert decoder.counts.good == chunks
    assert decoder.counts.encoding > 20_000


@pytest.mark.long
def test_ten_million_random_bytes_well_stuffed_so_that_only_the_crc_guards() -> None:
    rng = Random(424242)
    decoder, pieces, accepted, sent = StreamDecoder(), 0, 0, 0
    while sent < 10_000_000:
        noise = rng.randbytes(rng.randint(6, 80))
        sent += len(noise)
        pieces += 1
        accepted += len([decode(frame) for frame in decoder.push(to_serial(noise))])
        if pieces % 100 == 0:
            assert next_frame_is_read(decoder)
    assert decoder.counts.crc + accepted == pieces > 200_000
    assert accepted <= 12  # 3.6 expected by the CRC's odds


@pytest.mark.long
def test_changed_frames_pass_no_oftener_than_the_crc_allows() -> None:
    rng = Random(11)
    trials, wrong = 200_000, 0
    for _ in range(trials):
        frame = bytearray(FRAME)
        for _ in range(rng.randint(3, 40)):
            frame[rng.randrange(len(frame))] = rng.randrange(256)
        wrong += bytes(frame) != FRAME and isinstance(decode(bytes(frame)), Packet)
    assert wrong <= 15  # 3.1 expected


@pytest.mark.long
def test_throughput_of_the_decode_path() -> None:
    """Serial bytes to samples, 13 a packet, in reads of 4 kB, on one core."""
    line = to_serial(FRAME) * 20_000
    rates = []
    for _ in range(5):
        decoder, samples = StreamDecoder(), 0
        start = time.process_time()
        for at in range(0, len(line), 4096):
            for frame in decoder.push(line[at : at + 4096]):
                packet = decode(frame)
                if isinstance(packet, Packet) and isinstance(packet.message, m.Data):
                    samples += len(packet.message.samples)
        rates.append(20_000 / (time.process_time() - start))
        assert samples == 13 * 20_000
    ratio = max(rates) / PACKETS_PER_S
    logging.getLogger(__name__).info("decode path: %.0f packets/s, %.1f times what is asked", max(rates), ratio)
    assert max(rates) >= PACKETS_PER_S
