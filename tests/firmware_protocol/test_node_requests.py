"""What the virtual node answers: requests, refusals, sessions, pings."""

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, encode
from firmware_protocol.crystal import Crystal
from firmware_protocol.frames import seal
from firmware_protocol.gatt import Channel
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeSpec
from tests.firmware_protocol.packets import packets, still
from tests.firmware_protocol.talk import SESSION, ask, counters, data_of, opened, running


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
