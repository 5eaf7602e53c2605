"""How tests talk to a virtual node."""

from collections.abc import Iterable

from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, decode, encode
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeSpec, Sent
from tests.firmware_protocol.packets import clockwork

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
