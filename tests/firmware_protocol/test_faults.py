import itertools

from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.codec import Packet, decode, encode
from firmware_protocol.faults import FaultyLink, LinkFaults, Radio
from firmware_protocol.gatt import Channel
from firmware_protocol.messages import TimePing
from firmware_protocol.nodespec import Sent


def frames(n: int) -> list[Sent]:
    return [Sent(0.01 * i, Channel.DATA, encode(TimePing(i))) for i in range(n)]


def test_a_sound_link_changes_nothing() -> None:
    assert FaultyLink(LinkFaults()).carry(frames(50)) == frames(50)


@given(st.integers(0, 1000), st.lists(st.integers(0, 60), max_size=5))
def test_the_same_seed_does_the_same_harm_however_the_calls_are_cut(seed: int, cuts: list[int]) -> None:
    faults = LinkFaults(0.1, 0.1, 0.1, 0.1, seed)
    edges = [0, *sorted(cuts), 60]
    link = FaultyLink(faults)
    parts = [one for a, b in itertools.pairwise(edges) for one in link.carry(frames(60)[a:b])]
    assert parts == FaultyLink(faults).carry(frames(60))


def test_every_kind_of_harm_happens_about_as_often_as_asked() -> None:
    sent = frames(4000)
    link = FaultyLink(LinkFaults(loss=0.03, duplicate=0.05, swap=0.02, corrupt=0.04, seed=1))
    arrived = [p.message.host_ns for s in link.carry(sent) if isinstance(p := decode(s.frame), Packet)]  # type: ignore[attr-defined]
    backwards = sum(b < a for a, b in itertools.pairwise(arrived))
    assert 4000 * 0.05 < 4000 - len(set(arrived)) < 4000 * 0.09  # lost or corrupted
    assert 4000 * 0.03 < len(arrived) - len(set(arrived)) < 4000 * 0.07
    assert 4000 * 0.01 < backwards < 4000 * 0.03


def test_a_radio_delivers_in_order_at_connection_events_and_never_early() -> None:
    radio = Radio(interval_s=0.03, retransmit=0.2, host_delay_s=0.002, phase_s=0.01, seed=3)
    sent = [0.011 * i for i in range(2000)]
    arrived = [radio.up(t) for t in sent]
    delays = [b - a for a, b in zip(sent, arrived, strict=True)]
    assert arrived == sorted(arrived)
    assert 0 < min(delays) < 0.004
    assert 0.018 < sum(delays) / len(delays) < 0.035  # half an interval, retransmissions, host
    downs = [radio.down(t) for t in sent]
    assert all(abs((t - 0.01) / 0.03 - round((t - 0.01) / 0.03)) < 1e-6 for t in downs)
