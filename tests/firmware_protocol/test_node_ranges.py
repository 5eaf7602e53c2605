"""The virtual node's ring: every sample that is still held can be fetched again."""

import pytest

from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, encode
from firmware_protocol.crystal import Crystal
from firmware_protocol.gatt import Channel
from firmware_protocol.nodespec import NodeSpec
from tests.firmware_protocol.talk import SESSION, ask, counters, data_of, opened, running


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
