"""The virtual node keeps the promises of PROTOCOL.md: its stream."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol import messages as m
from firmware_protocol.crystal import Crystal
from firmware_protocol.gatt import Channel
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeSpec
from tests.firmware_protocol.packets import still
from tests.firmware_protocol.talk import SESSION, ask, counters, data_of, opened, running


def test_the_stream_is_gapless_and_on_time() -> None:
    node = running()
    data = data_of(opened(node.advance(11.0)))
    assert counters(data) == list(range(76 * 13))  # 10 s of 100 Hz hold 76 full batches
    assert [d.time_us for d in data] == [1_010_000 + 130_000 * i for i in range(76)]
    assert {d.period_us for d in data} == {10_000}


@settings(max_examples=30)
@given(st.lists(st.floats(0.0, 3.0), max_size=12))
def test_the_steps_in_which_time_passes_do_not_matter(stops: list[float]) -> None:
    whole, parts = running(), running()
    got = [one for t in sorted(stops) for one in parts.advance(1.0 + t)] + parts.advance(4.0)
    assert [(s.frame, s.channel) for s in got] == [(s.frame, s.channel) for s in whole.advance(4.0)]


def test_time_cannot_go_back() -> None:
    node = running()
    with pytest.raises(ValueError, match="cannot go back"):
        node.advance(0.9)


def test_samples_carry_the_announced_scale() -> None:
    node = VirtualNode(NodeSpec(), still)
    node.connect(0.0)
    ask(node, m.Hello(1, 0, 512), 0.0)
    info = ask(node, m.Config(0, 4, 500, 0), 0.0)
    assert isinstance(info, m.StreamInfo)
    assert math.isclose(info.acc_range_m_s2, 4 * 9.80665, rel_tol=1e-6)
    ask(node, m.Start(SESSION), 0.0)
    samples = data_of(opened(node.advance(0.5)))[0].samples
    np.testing.assert_allclose(samples[:, 2] * info.acc_scale, 9.80665, atol=info.acc_scale / 2)
    assert not samples[:, 3:].any()


def test_a_value_beyond_the_range_is_clipped_and_a_missing_one_is_marked() -> None:
    def broken(time_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        acc, gyr = still(time_s)
        acc[:, 0], acc[:, 1] = 1e6, -1e6
        gyr[time_s > 0.055, 1] = np.nan
        return acc, gyr

    node = VirtualNode(NodeSpec(), broken)
    node.connect(0.0)
    ask(node, m.Hello(1, 0, 512), 0.0)
    ask(node, m.Start(SESSION), 0.0)
    samples = data_of(opened(node.advance(0.2)))[0].samples
    assert samples[:5, :2].tolist() == [[32767, -32767]] * 5
    assert (samples[5:] == m.MISSING_RAW).all()


def test_a_crystal_that_is_fast_shows_in_the_stamps_not_in_the_samples() -> None:
    node = running(NodeSpec(crystal=Crystal(drift_ppm=40.0, start_us=10**6), rate_error_ppm=0.0))
    data = data_of(opened(node.advance(601.0)))
    true_s = np.concatenate([d.samples[:, 3] for d in data]) * float(np.float32(math.radians(2000) / 32768)) / 0.05
    device_s = np.concatenate([d.time_us + d.period_us * np.arange(d.count) for d in data]) * 1e-6
    slope = np.polyfit(true_s, device_s, 1)[0]
    assert abs((slope - 1.0) * 1e6 - 40.0) < 2.0


@given(st.floats(-100, 100), st.floats(0, 5), st.floats(0, 7200))
def test_a_crystal_can_be_read_backwards(drift_ppm: float, wander_ppm: float, at_s: float) -> None:
    crystal = Crystal(drift_ppm, wander_ppm)
    assert abs(crystal.since_boot_s(crystal.device_us(at_s)) - at_s) < 1e-8


@pytest.mark.parametrize(("max_frame", "expected"), [(62, 3), (182, 13), (244, 13), (512, 13)])
def test_the_batch_is_sized_from_the_link(max_frame: int, expected: int) -> None:
    node = running(max_frame=max_frame)
    info = ask(node, m.Config(0, 0, 0, 0), 1.0)
    assert isinstance(info, m.StreamInfo)
    assert info.batch == expected
    assert {d.count for d in data_of(opened(node.advance(3.0)))} == {expected}
    assert all(len(one.frame) <= max_frame for one in node.advance(4.0))


def test_no_batch_is_older_than_a_quarter_second() -> None:
    node = VirtualNode(NodeSpec(), still)
    node.connect(0.0, 512)
    ask(node, m.Hello(1, 0, 512), 0.0)
    info = ask(node, m.Config(50, 0, 0, 40), 0.0)
    assert isinstance(info, m.StreamInfo)
    assert info.batch == 12


def test_status_comes_unasked_every_ten_seconds() -> None:
    node = running()
    reports = [s for s in node.advance(41.0) if s.channel is Channel.STATUS]
    assert [round(s.at_s, 6) for s in reports] == [10.5, 20.5, 30.5, 40.5]
    status = opened(reports)[0].message
    assert isinstance(status, m.NodeStatus)
    assert (status.state, status.uptime_s, status.next_counter) == (m.NodeState.STREAMING, 10, 950)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([50, 100, 200]), st.floats(-60, 60))
def test_every_sample_is_there_once_and_in_order(serial: int, rate_hz: int, ppm: float) -> None:
    spec = replace(NodeSpec(), serial=serial, crystal=Crystal(ppm))
    node = running(spec, rate_hz=rate_hz)
    sent = [one for k in range(40) for one in node.advance(1.0 + 0.173 * k)]
    got = counters(data_of(opened(sent)))
    assert got == list(range(len(got)))
    assert len(got) > 6.0 * rate_hz
