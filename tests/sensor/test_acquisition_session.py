"""Sessions of virtual nodes: what is lost comes back or is a gap, and no node waits for another."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, decode
from firmware_protocol.nodespec import NodeFaults, SampleSource
from sensor.acquisition.history import NodeHistory
from sensor.acquisition.recover import finish
from sensor.acquisition.restore import restore
from sensor.acquisition.states import NodeParams, NodeState
from sensor.links.link import Arrival, LinkRefused
from sensor.links.loopback import LoopbackLink
from sensor.recording import read_recording
from sensor.recording.journal import Frame, MarkerSet, Source, StateChange
from sensor.recording.journal_reader import JournalReader
from sensor.recording.session_folder import SessionEnd, SessionFolder, read_info
from sensor.samples import FloatArray, Placement
from tests.sensor.acquired import WORN, Ward, ramp, session

P = Placement


async def begun(ward: Ward, settle_s: float = 5.0) -> None:
    await ward.session.connect()
    await ward.session.stream()
    await asyncio.sleep(settle_s)
    ward.session.begin()


def history(ward: Ward, placement: Placement) -> NodeHistory:
    """What the records hold of one node."""
    name = ward.view(placement).name
    sources: dict[int, Source] = {}
    one = NodeHistory(name, "gaitnode", 0)
    for record in ward.records:
        if isinstance(record, Source):
            sources[record.index] = record
        elif isinstance(record, Frame) and sources[record.source].node == name:
            one.push(Arrival(record.host_ns, sources[record.source].channel, record.data))
    return one


def states(ward: Ward, placement: Placement) -> list[str]:
    return [view.state.value for view in ward.news if view.placement is placement]


def test_a_session_from_connecting_to_its_folder(tmp_path: Path) -> None:
    async def story(ward: Ward) -> None:
        assert [view.state for view in ward.session.views()] == [NodeState.SEEN] * 4
        await begun(ward)
        await asyncio.sleep(8.0)
        ward.session.mark("pain 7")
        ward.session.note("slippery floor")
        await asyncio.sleep(4.0)
        assert ward.session.elapsed_s == pytest.approx(12.0, abs=0.05)
        await ward.session.stop()

    ward = session(tmp_path / "walk", story)
    for placement in WORN:
        assert states(ward, placement) == ["connecting", "ready", "streaming", "stopping", "stopped"]
    finish(tmp_path / "walk")
    table = read_recording(tmp_path / "walk")
    assert table.placements == WORN
    assert table.time_s[-1] == pytest.approx(12.0, abs=0.1)
    assert all(np.isfinite(table.acc_m_s2[placement]).all() for placement in WORN)
    assert [(marker.label, round(marker.time_s)) for marker in table.markers] == [("pain 7", 8)]
    info = read_info(SessionFolder(tmp_path / "walk"))
    assert info is not None
    assert (info.end, info.notes) == (SessionEnd.COMPLETE, "slippery floor")
    assert not (tmp_path / "walk" / "recovery.json").exists()


def test_a_tapped_sensor_is_told_and_its_place_can_be_said_anew(tmp_path: Path) -> None:
    def tapped_at(moment_s: float, strength: float) -> SampleSource:
        def feel(time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
            acc, gyr = ramp(time_s)
            acc[np.abs(time_s - moment_s) < 0.006, 1] += strength
            return acc, gyr

        return feel

    async def story(ward: Ward) -> None:
        await ward.session.connect()
        await ward.session.stream()
        await asyncio.sleep(8.0)
        names = {view.placement: view.name for view in ward.session.views()}
        assert [tap.node for tap in ward.session.taps()] == [names[P.KNEE_LEFT], names[P.HIP_RIGHT]]
        last = ward.session.taps()[-1]
        assert last.host_ns == pytest.approx(6e9, abs=0.4e9)
        assert ward.session.taps(last.host_ns) == (last,)
        assert ward.session.taps(last.host_ns + 1) == ()
        swapped = {names[P.KNEE_LEFT]: P.KNEE_RIGHT, names[P.KNEE_RIGHT]: P.KNEE_LEFT}
        with pytest.raises(ValueError, match="at one place"):
            ward.session.wear({names[P.KNEE_LEFT]: P.KNEE_RIGHT})
        with pytest.raises(ValueError, match="No sensor X"):
            ward.session.wear({"X": P.TRUNK})
        ward.session.wear(swapped)
        assert ward.session.begin().placements == {**{n: p for p, n in names.items()}, **swapped}
        with pytest.raises(ValueError, match="has begun"):
            ward.session.wear(swapped)
        for label in ("turn", "pain"):
            ward.session.mark(label)
            await asyncio.sleep(0.5)
        ward.session.unmark()
        await ward.session.stop()

    feel = {P.KNEE_LEFT: tapped_at(4.0, 20.0), P.KNEE_RIGHT: tapped_at(4.05, 9.0), P.HIP_RIGHT: tapped_at(6.0, 15.0)}
    session(tmp_path / "walk", story, feel=feel)
    finish(tmp_path / "walk")
    info = read_info(SessionFolder(tmp_path / "walk"))
    assert info is not None
    assert info.placements["00000001"] is P.KNEE_RIGHT
    assert [marker.label for marker in read_recording(tmp_path / "walk").markers] == ["turn"]


def test_one_sensor_blinks_while_all_stream_and_its_newest_samples_can_be_had(tmp_path: Path) -> None:
    async def story(ward: Ward) -> None:
        await begun(ward, 2.0)
        worker = ward.worker(P.HIP_LEFT)
        await ward.session.light(worker.name, 3)
        assert [reach.node.led.name for reach in ward.reaches.values()] == ["OFF", "OFF", "FAST", "OFF"]
        seen = worker.monitor.newer(-1)
        last = int(seen[-1].counter[-1])
        assert worker.monitor.newer(last) == []
        await asyncio.sleep(1.0)
        later = np.concatenate([part.counter for part in worker.monitor.newer(last)])
        assert later.tolist() == list(range(last + 1, last + 1 + len(later)))
        assert len(later) == pytest.approx(100, abs=14)
        await ward.session.stop()

    session(tmp_path / "walk", story)


def test_a_link_that_takes_its_time_to_close_is_closed_when_the_session_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slowly(link: LoopbackLink) -> None:
        await asyncio.sleep(0.5)
        link.drop("was closed")

    async def story(ward: Ward) -> None:
        await begun(ward)
        await ward.session.stop()

    monkeypatch.setattr(LoopbackLink, "close", slowly)
    ward = session(tmp_path / "walk", story)
    assert [link.open for reach in ward.reaches.values() for link in reach.links] == [False] * 4


def test_everything_is_kept_from_the_first_frame_on(tmp_path: Path) -> None:
    async def story(ward: Ward) -> None:
        await ward.session.connect()

    ward = session(tmp_path / "walk", story)
    first = next(record for record in ward.records if isinstance(record, Frame))
    packet = decode(first.data)
    assert isinstance(packet, Packet)
    assert isinstance(packet.message, m.HelloReply)
    restored = restore(JournalReader(tmp_path / "walk" / "journal"), "walk")
    assert (restored.closed, restored.duration_s, len(restored.nodes)) == (True, 0.0, 4)


@pytest.mark.parametrize(
    ("worn", "between_s"),
    [((P.KNEE_LEFT, P.HIP_RIGHT), 20.0), pytest.param(WORN, 198.0, marks=pytest.mark.long)],
    ids=["two nodes, one minute", "four nodes, ten minutes"],
)
def test_loss_and_disconnects_leave_every_sample_there_once(
    tmp_path: Path, worn: tuple[Placement, ...], between_s: float
) -> None:
    async def story(ward: Ward) -> None:
        await begun(ward)
        for placement, refusals in ((P.KNEE_LEFT, 0), (P.HIP_RIGHT, 3), (P.KNEE_LEFT, 4)):
            await ward.lose(placement, refusals)
            await asyncio.sleep(between_s)
        await ward.session.stop()

    ward = session(tmp_path / "walk", story, worn=worn, loss=0.03, rate_hz=200)
    for placement in worn:
        samples = history(ward, placement).ordered()
        count = ward.reaches[placement].node.sampler.ring.next
        assert np.array_equal(samples.counter, np.arange(count))
        assert (np.diff(samples.time_s) > 0).all()
        vitals = ward.view(placement).vitals
        assert (vitals.received, vitals.missing, vitals.gone) == (count, 0, 0)
    assert (ward.view(P.KNEE_LEFT).losses, ward.view(P.HIP_RIGHT).losses) == (2, 1)
    first = next(view for view in ward.news if view.state is NodeState.LOST)
    assert "was lost" in first.why


def test_one_nodes_loss_does_not_touch_the_others(tmp_path: Path) -> None:
    async def story(ward: Ward) -> None:
        await begun(ward)
        await asyncio.sleep(5.0)
        await ward.lose(P.KNEE_LEFT, 1000)
        await asyncio.sleep(20.0)
        assert ward.view(P.KNEE_LEFT).state in (NodeState.RECONNECTING, NodeState.LOST)
        assert ward.view(P.KNEE_LEFT).vitals.rate_hz == 0.0
        assert ward.view(P.KNEE_LEFT).vitals.gap_s > 19.0
        await ward.session.stop()

    ward = session(tmp_path / "walk", story)
    for placement in WORN[1:]:
        assert states(ward, placement) == ["connecting", "ready", "streaming", "stopping", "stopped"]
        assert np.array_equal(
            history(ward, placement).ordered().counter,
            np.arange(ward.reaches[placement].node.sampler.ring.next),
        )
    finish(tmp_path / "walk")
    table = read_recording(tmp_path / "walk")
    assert np.isnan(table.acc_m_s2[P.KNEE_LEFT][1000:]).all()
    assert np.isfinite(table.acc_m_s2[P.KNEE_RIGHT]).all()


def test_a_node_away_longer_than_its_ring_leaves_a_gap_of_just_what_was_overwritten(tmp_path: Path) -> None:
    async def story(ward: Ward) -> None:
        await begun(ward)
        await ward.lose(P.KNEE_LEFT, 30)  # over 2 min of attempts; the ring holds one at 200 Hz
        await ward.until(P.KNEE_LEFT, "streaming")
        await asyncio.sleep(30.0)
        await ward.session.stop()

    ward = session(tmp_path / "walk", story, worn=(P.KNEE_LEFT,), rate_hz=200)
    vitals = ward.view(P.KNEE_LEFT).vitals
    assert vitals.gone > 10_000
    assert vitals.missing == 0
    assert vitals.received + vitals.gone == ward.reaches[P.KNEE_LEFT].node.sampler.ring.next
    (gap,) = restore(JournalReader(tmp_path / "walk" / "journal"), "walk").nodes[0].gaps
    assert gap.samples == vitals.gone
    assert gap.cause == "link_lost"


def test_a_node_that_starts_again_begins_a_new_life(tmp_path: Path) -> None:
    async def story(ward: Ward) -> None:
        await begun(ward)
        await asyncio.sleep(30.0)
        await ward.session.stop()

    ward = session(tmp_path / "walk", story, worn=(P.KNEE_LEFT,), faults={P.KNEE_LEFT: NodeFaults(reboot_s=(20.0,))})
    node = history(ward, P.KNEE_LEFT)
    assert len(node.lives) == 2
    samples = node.ordered()
    assert (np.diff(samples.time_s) > 0).all()
    assert (samples.counter[samples.life == 1] == np.arange((samples.life == 1).sum())).all()
    assert ward.view(P.KNEE_LEFT).losses == 1


def test_silence_is_noticed_within_two_seconds_and_what_was_felt_meanwhile_is_fetched(tmp_path: Path) -> None:
    async def story(ward: Ward) -> None:
        await begun(ward)
        await asyncio.sleep(20.0 - ward.world.now_s)
        await ward.until(P.KNEE_LEFT, "lost", "reconnecting")
        assert ward.world.now_s < 22.0
        assert "said nothing" in ward.view(P.KNEE_LEFT).why
        await ward.until(P.KNEE_LEFT, "streaming")
        await asyncio.sleep(10.0)
        await ward.session.stop()

    faults = {P.KNEE_LEFT: NodeFaults(silent_s=((20.0, 26.0),))}
    ward = session(tmp_path / "walk", story, worn=(P.KNEE_LEFT,), faults=faults)
    count = ward.reaches[P.KNEE_LEFT].node.sampler.ring.next
    assert np.array_equal(history(ward, P.KNEE_LEFT).ordered().counter, np.arange(count))


def test_a_node_still_held_by_a_recording_that_was_killed_is_freed(tmp_path: Path) -> None:
    async def killed(ward: Ward) -> None:
        await begun(ward)

    async def story(ward: Ward) -> None:
        node = ward.reaches[P.KNEE_LEFT].node
        node.sampler.begin(4711, ward.world.now_s)
        node._state = m.NodeState.BUFFERING
        await begun(ward)
        await ward.session.stop()

    session(tmp_path / "first", killed, worn=(P.KNEE_LEFT,))
    ward = session(tmp_path / "walk", story, worn=(P.KNEE_LEFT,))
    assert states(ward, P.KNEE_LEFT) == ["connecting", "ready", "streaming", "stopping", "stopped"]


def test_a_node_that_waited_half_an_hour_for_us_is_emptied_and_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware_protocol.node.LONELY_S", 150.0)  # for us it is over sooner

    async def story(ward: Ward) -> None:
        await begun(ward)
        await ward.lose(P.KNEE_LEFT, 35)
        await ward.until(P.KNEE_LEFT, "streaming")
        await asyncio.sleep(5.0)
        await ward.session.stop()

    ward = session(tmp_path / "walk", story, worn=(P.KNEE_LEFT,))
    node = history(ward, P.KNEE_LEFT)
    assert len(node.lives) == 2
    assert node.backfilled == 12_000  # the whole ring: its last 2 min


def test_nodes_that_cannot_be_used_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    async def refuse(search: bool) -> None:
        raise LinkRefused(f"Too narrow, searched: {search}.")

    async def story(ward: Ward) -> None:
        ward.reaches[P.KNEE_LEFT].open = refuse  # type: ignore[method-assign, assignment]
        ward.reaches[P.HIP_LEFT].refusals = 1000
        await begun(ward)
        assert ward.view(P.KNEE_LEFT).state is NodeState.UNUSABLE
        assert ward.view(P.HIP_LEFT).state is NodeState.UNUSABLE
        plan = ward.session.plan
        assert plan is not None
        assert set(plan.placements.values()) == {P.KNEE_RIGHT, P.HIP_RIGHT}
        await ward.session.stop()

    ward = session(tmp_path / "walk", story)
    assert ward.view(P.KNEE_LEFT).why == "Too narrow, searched: False."
    assert ward.reaches[P.HIP_LEFT].searches == 2
    wrong = [c for c in ward.session.checks() if c.name == "connected" and c.placement is P.KNEE_LEFT]
    assert wrong[0].sentence == "knee_left: Too narrow, searched: False."


def test_the_journal_says_what_happened_when(tmp_path: Path) -> None:
    async def story(ward: Ward) -> None:
        await begun(ward)
        await asyncio.sleep(5.0)
        ward.session.mark("turn")
        await ward.session.stop()

    ward = session(tmp_path / "walk", story, worn=(P.KNEE_LEFT,))
    read = [r for r in JournalReader(tmp_path / "walk" / "journal") if isinstance(r, StateChange | MarkerSet)]
    told = [r.label if isinstance(r, MarkerSet) else f"{r.subject}:{r.state}" for r in read]
    name = ward.view(P.KNEE_LEFT).name
    assert told == [
        f"{name}:connecting",
        f"{name}:ready",
        f"{name}:streaming",
        ":recording",
        "turn",
        ":stopped",
        f"{name}:stopping",
        f"{name}:stopped",
    ]
    assert [r.host_ns for r in read] == sorted(r.host_ns for r in read)


def test_a_hundred_reconnects_leave_nothing_behind(tmp_path: Path) -> None:
    counts: list[int] = []

    async def story(ward: Ward) -> None:
        await begun(ward, 1.0)
        for _ in range(100):
            await ward.lose(P.KNEE_LEFT)
            await ward.until(P.KNEE_LEFT, "streaming")
            counts.append(len(asyncio.all_tasks()))
        await ward.session.stop()

    ward = session(tmp_path / "walk", story, worn=(P.KNEE_LEFT,), params=NodeParams(backoff_s=(0.05,)))
    assert max(counts) <= counts[0] + 1  # a fetch may be under way
    assert len(ward.reaches[P.KNEE_LEFT].links) == 101
