import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.clock import OneWay
from sensor.devices.samples import Booted, DeviceSamples
from sensor.devices.witmotion import WitMotionBleDecoder, WitMotionSerialDecoder, rate_command, split_packets
from sensor.links.link import Arrival

# acc 0, -1024, 2048 counts = 0, -0.5, 1 g; gyr 16384, 0, -1 counts = 1000, 0, -0.061 deg/s; sums by hand
ACC = bytes.fromhex("5551 0000 00fc 0008 c409 77")
GYR = bytes.fromhex("5552 0040 0000 ffff 0000 e5")
ANGLE = bytes.fromhex("5553 0000 0000 0000 0000 a8")
BLE = bytes.fromhex("5561 0000 00fc 0008 0040 0000 ffff 0000 0000 0000")


def samples(events: list[object]) -> list[DeviceSamples]:
    return [e for e in events if isinstance(e, DeviceSamples)]


def check_golden(sample: DeviceSamples) -> None:
    np.testing.assert_allclose(sample.acc_m_s2, [[0.0, -0.5 * 9.80665, 9.80665]], rtol=1e-12)
    np.testing.assert_allclose(sample.gyr_rad_s, [[math.radians(1000), 0.0, -math.radians(2000) / 32768]], rtol=1e-12)


def test_the_golden_serial_frames() -> None:
    assert [sum(f[:-1]) & 0xFF == f[-1] for f in (ACC, GYR, ANGLE)] == [True] * 3
    decoder = WitMotionSerialDecoder(100.0)
    got = samples([*decoder.push(Arrival(5, "", ACC + GYR + ANGLE)), *decoder.push(Arrival(6, "", ACC + GYR))])
    check_golden(got[0])
    assert [(int(s.counter[0]), float(s.device_us[0]), s.host_ns) for s in got] == [(0, 0.0, 5), (1, 10_000.0, 6)]
    assert decoder.refused == 0


@given(st.lists(st.sampled_from([ACC, GYR, ANGLE, b"\x55", b"\x55\x51", b"noise"]), max_size=12), st.data())
def test_any_chunking_gives_the_same_samples(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    whole, parts = WitMotionSerialDecoder(100.0), WitMotionSerialDecoder(100.0)
    expected = samples([*whole.push(Arrival(0, "", stream))])
    edges = [0, *cuts, len(stream)]
    got = samples([e for a, b in itertools.pairwise(edges) for e in parts.push(Arrival(0, "", stream[a:b]))])
    assert [s.acc_m_s2.tolist() for s in got] == [s.acc_m_s2.tolist() for s in expected]
    assert (parts.refused, parts.unpaired) == (whole.refused, whole.unpaired)


def test_a_damaged_or_cut_frame_costs_its_sample_only() -> None:
    decoder = WitMotionSerialDecoder(100.0)
    damaged = ACC[:4] + b"\x01" + ACC[5:]
    got = samples([*decoder.push(Arrival(0, "", ACC + GYR + damaged + GYR + ACC[:-3] + ACC + GYR))])
    assert len(got) == 2
    check_golden(got[1])
    assert decoder.unpaired == 1
    assert decoder.refused == len(damaged) + len(ACC) - 3


def test_an_acceleration_is_never_joined_with_another_ones_rate() -> None:
    decoder = WitMotionSerialDecoder(100.0)
    assert len(samples([*decoder.push(Arrival(0, "", ACC + ACC + GYR + GYR))])) == 1
    assert decoder.unpaired == 2


def test_after_a_silence_the_count_begins_anew() -> None:
    """Nobody knows how many samples were missed: a new life, with a clock of its own."""
    decoder = WitMotionBleDecoder(100.0)
    decoder.push(Arrival(0, "", BLE * 3))
    assert not any(isinstance(event, Booted) for event in decoder.push(Arrival(800_000_000, "", BLE)))
    booted, pair, sample = decoder.push(Arrival(1_800_000_000, "", BLE))
    assert booted == Booted()
    assert pair == OneWay(0, 1_800_000_000)
    assert isinstance(sample, DeviceSamples)
    assert sample.counter.tolist() == [0]


def test_the_golden_bluetooth_packets() -> None:
    decoder = WitMotionBleDecoder(200.0)
    long_form = BLE + bytes(8)
    for notification, n in [(BLE, 1), (BLE * 3, 3), (long_form, 1), (long_form * 5, 5), (BLE * 7, 7)]:
        got = samples([*decoder.push(Arrival(0, "", notification))])
        assert len(got) == n
        for one in got:
            check_golden(one)
    assert decoder._counting.count == 17
    register = b"\x55\x71\x64\x00" + bytes(16)
    assert samples([*decoder.push(Arrival(0, "", register + BLE))]) != []
    assert decoder.push(Arrival(0, "", BLE[:-1])) == []
    assert decoder.push(Arrival(0, "", b"")) == []
    assert decoder.refused == 2


@given(st.binary(max_size=90))
def test_no_bytes_raise(frame: bytes) -> None:
    WitMotionSerialDecoder(100.0).push(Arrival(0, "", frame))
    WitMotionBleDecoder(100.0).push(Arrival(0, "", frame))
    packets = split_packets(frame)
    assert packets is None or b"".join(packets) == frame


def test_rates_are_the_documented_commands() -> None:
    assert rate_command(100, ble=False).hex() == "ffaa030900"
    assert rate_command(200, ble=True).hex() == "ffaa030a00"
    assert rate_command(200, ble=False).hex() == "ffaa030b00"
    with pytest.raises(ValueError, match="cannot send 60 samples/s"):
        rate_command(60, ble=True)
