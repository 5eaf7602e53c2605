import math
import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sensor.clock import OneWay
from sensor.devices.movella_dot import BATTERY_UUID, MEDIUM_UUID, START, STOP, Battery, DotEvent, MovellaDotDecoder
from sensor.devices.samples import Booted, DeviceSamples
from sensor.links.link import Arrival

# time 1 000 000 us; acc 0, 0, 9.8125 m/s^2; gyr 90, -45, 0.5 deg/s; by hand from IEEE 754
GOLDEN = bytes.fromhex("40420f00 00000000 00000000 00001d41 0000b442 000034c2 0000003f")


def push(decoder: MovellaDotDecoder, frame: bytes, channel: str = MEDIUM_UUID) -> list[DotEvent]:
    return decoder.push(Arrival(77, channel, frame))


def payload(time_us: int, *values: float) -> bytes:
    return struct.pack("<I6f", time_us % 2**32, *(values or (0.0,) * 6))


def test_the_golden_payload_with_and_without_its_padding() -> None:
    for frame in (GOLDEN, GOLDEN + bytes(12)):
        pair, samples = push(MovellaDotDecoder(), frame)
        assert pair == OneWay(1_000_000, 77)
        assert isinstance(samples, DeviceSamples)
        assert samples.acc_m_s2.tolist() == [[0.0, 0.0, 9.8125]]
        np.testing.assert_allclose(samples.gyr_rad_s, [[math.pi / 2, -math.pi / 4, math.radians(0.5)]], rtol=1e-12)
        assert samples.counter.tolist() == [0]


def test_commands_are_the_documented_bytes() -> None:
    assert (START, STOP) == (b"\x01\x01\x15", b"\x01\x00\x15")


def test_a_loss_leaves_a_hole_in_the_counter_and_the_clock_wraps() -> None:
    decoder = MovellaDotDecoder()
    start = 2**32 - 50_000
    got = [e for k in (0, 1, 2, 5, 6) for e in push(decoder, payload(start + round(k * 1e6 / 60)))]
    samples = [e for e in got if isinstance(e, DeviceSamples)]
    assert [int(s.counter[0]) for s in samples] == [0, 1, 2, 5, 6]
    assert samples[-1].device_us[0] == start + 100_000
    assert push(decoder, payload(start + 100_000)) == []
    assert decoder.duplicates == 1


def test_a_clock_that_goes_back_is_a_new_life() -> None:
    decoder = MovellaDotDecoder()
    push(decoder, payload(90_000_000))
    booted, pair, samples = push(decoder, payload(5_000))
    assert booted == Booted()
    assert pair == OneWay(5_000, 77)
    assert isinstance(samples, DeviceSamples)
    assert (samples.counter.tolist(), samples.device_us.tolist()) == ([0], [5_000.0])


def test_battery_and_strangers() -> None:
    decoder = MovellaDotDecoder()
    assert push(decoder, b"\x57\x01", BATTERY_UUID) == [Battery(87, charging=True)]
    assert push(decoder, GOLDEN[:-1]) == []
    assert push(decoder, GOLDEN, "another characteristic") == []
    assert push(decoder, payload(0, math.nan, 0, 0, 0, 0, 0)) == []
    assert decoder.refused == 3


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_no_bytes_raise(frames: list[bytes]) -> None:
    decoder = MovellaDotDecoder()
    for frame in frames:
        push(decoder, frame)
        push(decoder, frame, BATTERY_UUID)
