"""The virtual node when something breaks: reboot, dead radio, dead sensor, empty battery, lost host."""

import numpy as np

from firmware_protocol import messages as m
from firmware_protocol.codec import encode
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeFaults, NodeSpec
from tests.firmware_protocol.packets import still
from tests.firmware_protocol.talk import SESSION, ask, counters, data_of, opened, running


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
