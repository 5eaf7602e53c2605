"""The recorder: what happens between sensors and desk, on virtual time."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from firmware_protocol.nodespec import NodeFaults
from gaitchain.commands.record import stopping
from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.live.recorder import GIVE_UP_S, Phase, Recorded, Recorder, RecordOrder
from gaitchain.live.sources import Source, worn
from sensor.acquisition.finding import Found
from sensor.acquisition.session import HostClock, WornNode
from sensor.acquisition.virtual_patient import RadioSpec, found, living, virtual_node
from sensor.links.loopback import World
from sensor.recording import RecordingTable, read_recording
from sensor.recording.session_folder import SessionEnd, SessionFolder, read_info
from sensor.samples import HIPS, KNEES, Placement
from sensor.simulation import WalkSpec, simulate
from tests.fakes.virtual_time import run_virtually
from tests.gaitchain.desk import FakeDesk

P = Placement
WORN = KNEES + HIPS


@pytest.fixture(scope="module")
def table() -> RecordingTable:
    return simulate(WalkSpec(duration_s=40.0, placements=WORN, seed=2)).table


def recorded(
    path: Path,
    table: RecordingTable,
    desk: FakeDesk,
    duration_s: float | None = 10.0,
    *,
    faults: NodeFaults | None = None,
    places: tuple[Placement, ...] = WORN,
    stand_s: float = 0.0,
) -> Recorded:
    """Record; the faults are those of the first sensor."""

    async def main() -> Recorded:
        world = World([virtual_node(table, p, begin_s=8.0, faults=faults if p is places[0] else None) for p in places])
        recorder = Recorder(RecordOrder(path, (Source("sim"),), duration_s=duration_s, stand_s=stand_s), desk)
        async with living(world):
            nodes = recorder.choose(found(world, RadioSpec(loss=0.0)))
            return await recorder.run(nodes, HostClock(world.clock_ns, seed=1))

    return run_virtually(main)


def test_a_sensor_that_dies_for_good_ends_in_code_4_with_the_others_recorded(
    tmp_path: Path, table: RecordingTable
) -> None:
    desk = FakeDesk()
    end = recorded(tmp_path / "walk", table, desk, 15.0, faults=NodeFaults(silent_s=((12.0, 1e9),)))
    assert [view.placement for view in end.absent] == [P.KNEE_LEFT]
    assert end.recovery is not None
    assert end.analysis is not None
    assert any("knee_left" in sentence and "lost" in sentence for sentence in desk.told)
    assert end.absent[0].why
    assert read_recording(tmp_path / "walk").time_s[-1] == pytest.approx(15.0, abs=0.2)


def test_a_recording_that_nobody_feeds_any_more_ends(tmp_path: Path, table: RecordingTable) -> None:
    desk = FakeDesk()
    faults = NodeFaults(silent_s=((12.0, 1e9),))
    end = recorded(tmp_path / "walk", table, desk, None, faults=faults, places=(P.KNEE_LEFT,))
    assert f"No sensor has been there for {GIVE_UP_S:.0f} s; the recording ends." in desk.told
    assert len(end.absent) == 1
    info = read_info(SessionFolder(tmp_path / "walk"))
    assert info is not None
    assert info.end is SessionEnd.COMPLETE


def test_sensors_that_never_answer(tmp_path: Path, table: RecordingTable) -> None:
    desk = FakeDesk()
    faults = NodeFaults(silent_s=((0.0, 1e9),))
    end = recorded(tmp_path / "walk", table, desk, 5.0, faults=faults, places=(P.KNEE_LEFT,))
    assert end.analysis is None
    assert [view.placement for view in end.absent] == [P.KNEE_LEFT]
    assert any("does not answer" in sentence for sentence in desk.told)


def test_somebody_at_the_desk_begins_marks_and_stops(tmp_path: Path, table: RecordingTable) -> None:
    desk = FakeDesk({12.0: " ", 22.0: "t", 26.0: "z", 27.0: "p", 30.0: "q"})
    end = recorded(tmp_path / "walk", table, desk, None)
    assert not end.interrupted
    recording = read_recording(tmp_path / "walk")
    assert [(marker.label, round(marker.time_s)) for marker in recording.markers] == [("turn", 10), ("pain", 15)]
    assert recording.time_s[-1] == pytest.approx(18.0, abs=0.2)
    phases = [moment.phase for moment in desk.shown]
    assert list(dict.fromkeys(phases)) == [Phase.CONNECTING, Phase.CHECKING, Phase.RECORDING, Phase.STOPPING]
    last = desk.shown[-1]
    assert last.marker == "pain at 15 s"
    assert last.walked.strides["left"] > 3  # type: ignore[index]
    checked = [moment for moment in desk.shown if moment.checks]
    assert all(moment.phase is Phase.CHECKING for moment in checked)
    assert any("a few steps" in check.why for check in checked[-1].checks)


def test_somebody_lets_the_person_stand_still_before_the_walk(tmp_path: Path, table: RecordingTable) -> None:
    desk = FakeDesk({7.0: " ", 14.0: " ", 30.0: "q"})
    end = recorded(tmp_path / "walk", table, desk, None, stand_s=3.0)
    phases = [moment.phase for moment in desk.shown]
    assert list(dict.fromkeys(phases)) == [
        Phase.CONNECTING,
        Phase.CHECKING,
        Phase.CALIBRATING,
        Phase.READY,
        Phase.RECORDING,
        Phase.STOPPING,
    ]
    standing = [moment for moment in desk.shown if moment.phase is Phase.CALIBRATING]
    assert standing[-1].left_s < standing[1].left_s <= 3.0
    assert {moment.said for moment in standing} == {"Stand still."}
    assert desk.analyses == [end.analysis]
    info = read_info(SessionFolder(tmp_path / "walk"))
    assert info is not None
    assert set(info.calibration["sensors"]) == set(WORN)


def test_a_person_who_never_stands_still_is_told_and_may_be_recorded_all_the_same(
    tmp_path: Path, table: RecordingTable
) -> None:
    desk = FakeDesk({14.0: " ", 22.0: " ", 23.0: " ", 30.0: "q"})  # the walk begins at 8 s
    recorded(tmp_path / "walk", table, desk, None, stand_s=3.0)
    standing = [moment for moment in desk.shown if moment.phase is Phase.CALIBRATING]
    assert standing[-1].left_s > 2.0
    assert "They moved; it starts again. Stand still." in {moment.said for moment in standing}
    assert Phase.RECORDING in {moment.phase for moment in desk.shown}


def test_somebody_at_the_desk_leaves_before_the_walk(tmp_path: Path, table: RecordingTable) -> None:
    end = recorded(tmp_path / "walk", table, FakeDesk({12.0: "q"}), None)
    assert (end.analysis, end.absent) == (None, ())
    assert end.recovery is not None
    assert {node.samples > 300 for node in end.recovery.restored.nodes} == {True}


def test_the_first_signal_ends_in_order_the_next_at_once() -> None:
    reached: list[bool] = []

    async def main() -> None:
        recorder = Recorder(RecordOrder(Path("x"), (Source("sim"),)), FakeDesk())
        with stopping(recorder.stop):
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.01)
            reached.append(recorder.stop.interrupted)
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.01)
            reached.append(True)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run_virtually(main)
    assert reached == [True]
    assert signal.getsignal(signal.SIGINT) is before


def fake(name: str, placement: Placement | None = None, refusal: str | None = None) -> Found:
    return Found(name, "sim", "", None, placement, refusal=refusal)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("here", "places", "code", "words"),
    [
        ([], {}, ExitCode.NO_DEVICE, "No sensor was found"),
        ([fake("0A", refusal="It is too old.")], {}, ExitCode.NO_DEVICE, "It is too old."),
        ([fake("0A"), fake("0B", refusal="It is too old.")], {"0B": P.TRUNK}, ExitCode.NO_DEVICE, "It is too old."),
        ([fake("0A")], {"0C": P.TRUNK}, ExitCode.NO_DEVICE, "Sensor 0C is not there; found: 0A."),
        ([fake("0A"), fake("1A")], {"A": P.TRUNK}, ExitCode.USAGE, "fits sensors 0A and 1A"),
        ([fake("0A")], {"A": P.TRUNK, "0A": P.SACRUM}, ExitCode.USAGE, "named twice"),
        ([fake("0A", P.TRUNK), fake("1A", P.TRUNK)], {}, ExitCode.USAGE, "both say trunk"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(
    here: list[Found], places: dict[str, Placement], code: ExitCode, words: str
) -> None:
    with pytest.raises(GaitchainError, match=words) as refused:
        worn(here, places)
    assert refused.value.code is code


def test_sensors_without_a_place_are_asked_for_or_left_out(tmp_path: Path) -> None:
    here = [fake("0000000A", P.KNEE_LEFT), fake("0000000B")]
    order = RecordOrder(tmp_path, (Source("ble"),))
    nobody = FakeDesk()
    assert Recorder(order, nobody).choose(here) == (WornNode("0000000A", P.KNEE_LEFT, here[0].opener),)
    assert nobody.told == ["Sensor 0000000B is left out: nobody said where it is worn."]
    somebody = FakeDesk({1.0: " "}, {"0000000B": P.SACRUM})
    assert [node.placement for node in Recorder(order, somebody).choose(here)] == [P.KNEE_LEFT, P.SACRUM]
    with pytest.raises(GaitchainError, match="--place SENSOR=PLACEMENT"):
        Recorder(order, FakeDesk()).choose(here[1:])


def test_which_sensor_is_worn_where() -> None:
    here = [fake("0000000A", P.KNEE_LEFT), fake("1000000A", P.KNEE_RIGHT), fake("0000000B")]
    nodes, unplaced = worn(here, {})
    assert [(node.name, node.placement) for node in nodes] == [("0000000A", P.KNEE_LEFT), ("1000000A", P.KNEE_RIGHT)]
    assert [one.name for one in unplaced] == ["0000000B"]
    nodes, unplaced = worn(here, {"B": P.SACRUM, "1000000A": P.KNEE_LEFT})
    assert [(node.name, node.placement) for node in nodes] == [("0000000B", P.SACRUM), ("1000000A", P.KNEE_LEFT)]
    assert unplaced == []
