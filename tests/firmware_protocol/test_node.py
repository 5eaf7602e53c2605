"""The virtual node keeps the promises of PROTOCOL.md."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, decode, encode
from firmware_protocol.crystal import Crystal
from firmware_protocol.frames import seal
from firmware_protocol.gatt import Channel
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeFaults, NodeSpec, Sent
from tests.firmware_protocol.packets import clockwork, packets, still

SESSION = 77


def opened(sent: Iterable[Sent]) -> list[Packet]:
    read = [decode(one.frame) for one in sent]
    assert all(isinstance(packet, Packet) for packet in read)
    return [packet for packet in read if isinstance(packet, Packet)]


def ask(node: VirtualNode, message: m.Message, at_s: float, request: int = 9) -> m.Message:
    """Send one request; the answer is the last packet and echoes the request."""
    packet = opened(node.receive(encode(message, request), at_s))[-1]
    assert packet.request == request
    return packet.message


def running(spec: NodeSpec | None = None, max_frame: int = 244, rate_hz: int = 100) -> VirtualNode:
    """A node that streams from true time 1 s on."""
    node = VirtualNode(spec or NodeSpec(), clockwork)
    node.connect(0.5, max_frame)
    assert isinstance(ask(node, m.Hello(1, 0, 512), 0.5), m.HelloReply)
    assert isinstance(ask(node, m.Config(rate_hz, 0, 0, 0), 0.6), m.StreamInfo)
    assert isinstance(ask(node, m.Start(SESSION), 1.0), m.Started)
    return node


def data_of(packets: Iterable[Packet]) -> list[m.Data]:
    return [p.message for p in packets if isinstance(p.message, m.Data)]


def counters(data: Iterable[m.Data]) -> list[int]:
    return [(d.counter + i) & 0xFFFFFFFF for d in data for i in range(d.count)]


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


def test_a_link_too_narrow_is_told_so_whatever_is_asked() -> None:
    node = VirtualNode(NodeSpec(), still)
    node.connect(0.0, 20)
    for message in (m.Hello(1, 0, 20), m.Start(SESSION)):
        assert ask(node, message, 0.0) == m.Result(message.type_code, m.Status.MTU_TOO_SMALL, 23)
    node.connect(0.0, 244)
    assert ask(node, m.Hello(1, 0, 20), 0.0) == m.Result(0x01, m.Status.MTU_TOO_SMALL, 23)


def test_nothing_is_answered_before_hello_nor_to_another_major_version() -> None:
    node = VirtualNode(NodeSpec(), still)
    node.connect(0.0)
    assert ask(node, m.Start(1), 0.0) == m.Result(0x03, m.Status.WRONG_STATE, m.NodeState.IDLE)
    reply = ask(node, m.Hello(2, 0, 512), 0.0)
    assert isinstance(reply, m.HelloReply)
    assert reply.major == 1
    assert ask(node, m.Start(1), 0.0) == m.Result(0x03, m.Status.VERSION_MISMATCH, 1)
    assert isinstance(ask(node, m.Hello(1, 9, 512), 0.0), m.HelloReply)
    assert isinstance(ask(node, m.Start(1), 0.0), m.Started)


def test_a_request_of_a_later_version_gets_an_answer_not_silence() -> None:
    node = running()
    unknown = opened(node.receive(seal(bytes((0x60, 0, 0, 5))), 1.0))[-1]
    assert unknown == Packet(m.Result(0x60, m.Status.UNKNOWN_COMMAND, 0x60), 5)
    flagged = opened(node.receive(seal(bytes((0x05, 0x10, 0, 6))), 1.0))[-1]
    assert flagged == Packet(m.Result(0x05, m.Status.UNSUPPORTED_FLAGS, 0x10), 6)
    short = opened(node.receive(seal(bytes((0x03, 0, 0, 7, 1))), 1.0))[-1]
    assert short == Packet(m.Result(0x03, m.Status.MALFORMED, 1), 7)
    report = opened(node.receive(encode(m.Stopped(1, 2, 3), 8), 1.0))[-1]
    assert report == Packet(m.Result(0x84, m.Status.UNKNOWN_COMMAND, 0x84), 8)


def test_a_damaged_request_is_counted_and_not_answered() -> None:
    node = running()
    assert node.receive(encode(m.GetStatus(), 1)[:-1] + b"\xff", 1.0) == []
    status = ask(node, m.GetStatus(), 1.0)
    assert isinstance(status, m.NodeStatus)
    assert status.bad_frames == 1


@settings(max_examples=60)
@given(st.lists(packets(), max_size=8), st.lists(st.binary(max_size=80), max_size=4))
def test_no_host_can_break_a_node(asked: list[Packet], noise: list[bytes]) -> None:
    node = running()
    for i, packet in enumerate(asked):
        frame = encode(packet.message, packet.request, packet.compat, packet.extensions)
        opened(node.receive(frame, 1.0 + 0.1 * i))
    for frame in noise:
        opened(node.receive(seal(frame.ljust(4, b"\0")), 3.0))
    node.connect(4.0)
    assert isinstance(ask(node, m.Hello(1, 0, 244), 4.0), m.HelloReply)


def test_lights_and_roles() -> None:
    node = running()
    assert ask(node, m.Led(m.LedPattern.FAST, 10), 1.0) == m.Result(0x08, m.Status.OK, 0)
    assert node.led is m.LedPattern.FAST
    assert ask(node, m.Led(9, 10), 1.0) == m.Result(0x08, m.Status.INVALID_VALUE, 0)
    assert ask(node, m.SetRole(m.Role.TRUNK), 1.0) == m.Result(0x09, m.Status.OK, 0)
    assert node.advert.role == m.Role.TRUNK
    assert ask(node, m.SetRole(99), 1.0) == m.Result(0x09, m.Status.INVALID_VALUE, 0)
    node.reboot(2.0)
    assert node.advert.role == m.Role.TRUNK


def test_a_wish_the_node_cannot_fulfil_names_the_field() -> None:
    node = VirtualNode(NodeSpec(), still)
    node.connect(0.0)
    ask(node, m.Hello(1, 0, 512), 0.0)
    assert ask(node, m.Config(123, 0, 0, 0), 0.0) == m.Result(0x02, m.Status.INVALID_VALUE, 0)
    assert ask(node, m.Config(0, 5, 0, 0), 0.0) == m.Result(0x02, m.Status.INVALID_VALUE, 1)
    assert ask(node, m.Config(0, 0, 7, 0), 0.0) == m.Result(0x02, m.Status.INVALID_VALUE, 2)


def test_sessions_are_guarded() -> None:
    node = running()
    assert ask(node, m.Config(200, 0, 0, 0), 1.0) == m.Result(0x02, m.Status.WRONG_STATE, m.NodeState.STREAMING)
    assert ask(node, m.Start(0), 1.0) == m.Result(0x03, m.Status.INVALID_VALUE, 0)
    assert ask(node, m.Start(SESSION + 1), 1.0) == m.Result(0x03, m.Status.WRONG_SESSION, SESSION)
    assert ask(node, m.Stop(SESSION + 1), 1.0) == m.Result(0x04, m.Status.WRONG_SESSION, SESSION)
    assert ask(node, m.GetRange(SESSION + 1, 0, 1), 1.0) == m.Result(0x07, m.Status.WRONG_SESSION, SESSION)


def test_stop_flushes_the_last_batch_and_may_be_repeated() -> None:
    node = running()
    sent = opened(node.receive(encode(m.Stop(SESSION), 4), 2.055))
    assert counters(data_of(sent)) == list(range(105))
    assert sent[-1] == Packet(m.Stopped(SESSION, 105, 0), 4)
    assert opened(node.advance(9.0)) == []
    assert ask(node, m.Stop(SESSION), 9.0) == m.Stopped(SESSION, 105, 0)
    assert ask(node, m.Start(SESSION), 9.0) == m.Result(0x03, m.Status.WRONG_STATE, m.NodeState.HOLDING)
    assert isinstance(ask(node, m.Start(SESSION + 1), 9.0), m.Started)
    assert counters(data_of(opened(node.advance(10.0))))[0] == 0


def test_after_a_lost_link_everything_can_be_fetched() -> None:
    node = running()
    live = opened(node.advance(3.0))
    node.disconnect(3.0)
    assert node.advance(5.0) == []
    assert node.state is m.NodeState.BUFFERING
    node.connect(5.0, 244)
    hello = ask(node, m.Hello(1, 0, 512), 5.0)
    assert isinstance(hello, m.HelloReply)
    assert (hello.session, hello.state, hello.boot_id) == (SESSION, m.NodeState.BUFFERING, node.boot_id)
    started = ask(node, m.Start(SESSION), 5.0)
    assert isinstance(started, m.Started)
    assert started.next_counter == 400
    first = counters(data_of(live))[-1] + 1
    node.receive(encode(m.GetRange(SESSION, first, started.next_counter - first), 8), 5.0)
    after = opened(node.advance(6.0))
    filled = [p for p in after if p.compat & m.Compat.BACKFILL]
    assert {p.request for p in filled} == {8}
    assert counters(data_of(live)) + counters(data_of(filled)) == list(range(400))
    assert Packet(m.RangeDone(SESSION, first, 400 - first), 8) in after
    assert counters(data_of(p for p in after if not p.compat))[0] == 400
    assert all(s.channel is Channel.DATA for s in node.advance(6.5))


def test_a_backfilled_sample_equals_the_live_one() -> None:
    node = running(NodeSpec(crystal=Crystal(35.0), rate_error_ppm=300.0))
    live = data_of(opened(node.advance(4.0)))
    node.receive(encode(m.GetRange(SESSION, 7, 200), 8), 4.0)
    filled = data_of(p for p in opened(node.advance(5.0)) if p.compat)

    def table(data: list[m.Data]) -> dict[int, tuple[bytes, float]]:
        return {
            d.counter + i: (d.raw[12 * i :][:12], d.time_us + i * d.period_us) for d in data for i in range(d.count)
        }

    here, again = table(live), table(filled)
    assert sorted(again) == list(range(7, 207))
    for counter, (raw, time_us) in again.items():
        assert raw == here[counter][0]
        assert abs(time_us - here[counter][1]) <= 100


def test_what_the_ring_no_longer_holds_is_said() -> None:
    node = running(NodeSpec(ring_samples=100))
    node.advance(4.0)
    node.receive(encode(m.GetRange(SESSION, 0, 250), 8), 4.0)
    sent = [p for p in opened(node.advance(4.1)) if p.request == 8]
    assert sent[0] == Packet(m.RangeGone(SESSION, 200), 8)
    assert counters(data_of(sent)) == list(range(200, 250))
    assert sent[-1] == Packet(m.RangeDone(SESSION, 200, 50), 8)


@pytest.mark.parametrize(("first", "count", "delivered"), [(0, 10, 0), (250, 100, 50), (300, 10, 0), (5000, 10, 0)])
def test_ranges_outside_the_ring_end_in_done(first: int, count: int, delivered: int) -> None:
    node = running(NodeSpec(ring_samples=100))
    node.advance(4.0)
    node.receive(encode(m.GetRange(SESSION, first, count), 8), 4.0)
    sent = [p for p in opened(node.advance(4.3)) if p.request == 8]
    done = sent[-1].message
    assert isinstance(done, m.RangeDone)
    assert done.count == len(counters(data_of(sent))) == delivered


def test_one_range_at_a_time() -> None:
    node = running()
    node.advance(4.0)
    node.receive(encode(m.GetRange(SESSION, 0, 300), 8), 4.0)
    assert ask(node, m.GetRange(SESSION, 0, 1), 4.0) == m.Result(0x07, m.Status.BUSY, 0)


def test_backfill_leaves_live_batches_on_time() -> None:
    quiet, busy = running(), running()
    quiet.advance(4.0)
    busy.advance(4.0)
    busy.receive(encode(m.GetRange(SESSION, 0, 290), 8), 4.0)
    live = [(round(s.at_s, 6), s.frame) for s in quiet.advance(6.0)]
    with_backfill = [(round(s.at_s, 6), s.frame) for s in busy.advance(6.0)]
    assert [one for one in with_backfill if one in live] == live
    assert len(with_backfill) > len(live)


def test_counter_and_clock_wrap_and_ranges_reach_across() -> None:
    spec = NodeSpec(first_counter=2**32 - 150, crystal=Crystal(start_us=2**32 - 2_000_000))
    node = running(spec)
    data = data_of(opened(node.advance(4.0)))
    assert counters(data) == [(2**32 - 150 + i) & 0xFFFFFFFF for i in range(23 * 13)]
    assert min(d.time_us for d in data) < 1_000_000 < max(d.time_us for d in data)
    node.receive(encode(m.GetRange(SESSION, 2**32 - 20, 40), 8), 4.0)
    filled = data_of(p for p in opened(node.advance(4.1)) if p.compat)
    assert counters(filled) == [(2**32 - 20 + i) & 0xFFFFFFFF for i in range(40)]


def test_a_ping_is_stamped_twice_on_an_unwrapped_clock() -> None:
    node = VirtualNode(NodeSpec(crystal=Crystal(start_us=2**33), turnaround_s=0.004, pong_spread_s=0.0), still)
    node.connect(0.0)
    ask(node, m.Hello(1, 0, 512), 0.0)
    assert node.receive(encode(m.TimePing(123), 3), 2.0) == []
    [sent] = node.advance(2.1)
    assert (sent.channel, sent.at_s) == (Channel.TIME, 2.004)
    assert opened([sent])[0] == Packet(m.TimePong(123, 2**33 + 2_000_000, 2**33 + 2_004_000), 3)


def test_pongs_leave_after_a_random_while() -> None:
    node = running()
    waits = []
    for k in range(200):
        sent = node.receive(encode(m.TimePing(k), 1), 1.0 + 0.1 * k) + node.advance(1.06 + 0.1 * k)
        assert [s.at_s for s in sent] == sorted(s.at_s for s in sent)
        [pong] = [p.message for p in opened(sent) if isinstance(p.message, m.TimePong)]
        waits.append(pong.sent_us - pong.received_us)
    assert 0 < min(waits) < 3_000
    assert 48_000 < max(waits) <= 51_000


def test_status_comes_unasked_every_ten_seconds() -> None:
    node = running()
    reports = [s for s in node.advance(41.0) if s.channel is Channel.STATUS]
    assert [round(s.at_s, 6) for s in reports] == [10.5, 20.5, 30.5, 40.5]
    status = opened(reports)[0].message
    assert isinstance(status, m.NodeStatus)
    assert (status.state, status.uptime_s, status.next_counter) == (m.NodeState.STREAMING, 10, 950)


def test_a_reboot_forgets_the_session_and_shows_in_the_boot_id() -> None:
    node = running(NodeSpec(faults=NodeFaults(reboot_s=(2.0,))))
    before = node.boot_id
    last = data_of(opened(node.advance(10.0)))[-1]
    assert last.counter + last.count <= 100
    assert not node.linked
    node.connect(10.0)
    hello = ask(node, m.Hello(1, 0, 512), 10.0)
    assert isinstance(hello, m.HelloReply)
    assert (hello.boot_id == before, hello.session, hello.state) == (False, 0, m.NodeState.IDLE)
    assert hello.device_time_us == 8_000_000
    assert ask(node, m.GetRange(SESSION, 0, 1), 10.0) == m.Result(0x07, m.Status.WRONG_SESSION, 0)


def test_a_silent_node_loses_frames_not_samples() -> None:
    node = running(NodeSpec(faults=NodeFaults(silent_s=((2.0, 3.0),))))
    heard = counters(data_of(opened(node.advance(4.0))))
    assert node.receive(encode(m.GetStatus(), 1), 4.0)
    missing = sorted(set(range(286)) - set(heard))
    assert 91 <= len(missing) <= 117
    node.receive(encode(m.GetRange(SESSION, missing[0], len(missing)), 8), 4.0)
    assert counters(data_of(p for p in opened(node.advance(5.0)) if p.compat)) == missing
    deaf = running(NodeSpec(faults=NodeFaults(silent_s=((2.0, 3.0),))))
    deaf.advance(2.5)
    assert deaf.receive(encode(m.GetStatus(), 1), 2.5) == []


def test_a_dead_sensor_is_said() -> None:
    node = running(NodeSpec(faults=NodeFaults(sensor_dead_from_s=2.0)))
    samples = np.concatenate([d.samples for d in data_of(opened(node.advance(3.0)))])
    assert (samples[-50:] == m.MISSING_RAW).all()
    assert (samples[:90] != m.MISSING_RAW).all()
    idle = VirtualNode(NodeSpec(faults=NodeFaults(sensor_dead_from_s=0.0)), still)
    idle.connect(1.0)
    hello = ask(idle, m.Hello(1, 0, 512), 1.0)
    assert isinstance(hello, m.HelloReply)
    assert hello.state == m.NodeState.FAULT
    assert ask(idle, m.Start(1), 1.0) == m.Result(0x03, m.Status.SENSOR_FAULT, 1)


def test_an_empty_battery_ends_everything() -> None:
    node = running(NodeSpec(battery_start_pct=50.0, battery_life_s=10.0))
    status = ask(node, m.GetStatus(), 3.0)
    assert isinstance(status, m.NodeStatus)
    assert status.battery_pct == 20
    data = data_of(opened(node.advance(60.0)))
    assert data[-1].time_us < 5_000_000
    assert node.off
    assert not node.linked
    assert node.connect(61.0) == []
    assert node.receive(encode(m.Hello(1, 0, 512), 1), 61.0) == []


def test_on_a_cable_a_host_that_falls_silent_is_gone() -> None:
    node = running(NodeSpec(serial_line=True))
    node.receive(encode(m.TimePing(1), 1), 4.0)
    sent = node.advance(20.0)
    assert max(s.at_s for s in sent) <= 9.0
    assert node.state is m.NodeState.BUFFERING
    node.connect(20.0)
    ask(node, m.Hello(1, 0, 512), 20.0)
    assert isinstance(ask(node, m.Start(SESSION), 20.0), m.Started)


def test_a_session_nobody_listens_to_ends_after_half_an_hour() -> None:
    node = running(rate_hz=50)
    node.disconnect(2.0)
    node.advance(5000.0)
    node.connect(5000.0)
    hello = ask(node, m.Hello(1, 0, 512), 5000.0)
    assert isinstance(hello, m.HelloReply)
    assert (hello.session, hello.state) == (SESSION, m.NodeState.HOLDING)
    assert ask(node, m.Stop(SESSION), 5000.0) == m.Stopped(SESSION, 90050, 90050 - 12_000)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([50, 100, 200]), st.floats(-60, 60))
def test_every_sample_is_there_once_and_in_order(serial: int, rate_hz: int, ppm: float) -> None:
    spec = replace(NodeSpec(), serial=serial, crystal=Crystal(ppm))
    node = running(spec, rate_hz=rate_hz)
    sent = [one for k in range(40) for one in node.advance(1.0 + 0.173 * k)]
    got = counters(data_of(opened(sent)))
    assert got == list(range(len(got)))
    assert len(got) > 6.0 * rate_hz
