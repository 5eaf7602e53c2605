"""``gaitchain record``: a simulated patient on virtual time, everything but the wall clock as with real sensors."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from firmware_protocol.nodespec import NodeFaults
from gaitchain.analysis import Analysis
from gaitchain.cli import run
from gaitchain.commands.record import stopping
from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.recorder import GIVE_UP_S, Moment, Phase, Recorded, Recorder, RecordOrder
from gaitchain.sources import Source, parse_place, parse_source, worn
from sensor.acquisition.finding import Found
from sensor.acquisition.session import HostClock, WornNode
from sensor.acquisition.virtual_patient import RadioSpec, found, living, virtual_node
from sensor.links.loopback import World
from sensor.recording import RecordingTable, read_recording
from sensor.recording.session_folder import SessionEnd, SessionFolder, read_info
from sensor.samples import HIPS, KNEES, Placement
from sensor.simulation import WalkSpec, simulate
from sensor.simulation.virtual_time import run_virtually

P = Placement
WORN = KNEES + HIPS
SIM = ["--source", "sim", "--speed", "max"]


@dataclass
class FakeDesk:
    """Somebody who presses keys at certain moments, or nobody."""

    keys: dict[float, str] = field(default_factory=dict)  # by seconds on the loop's clock
    places: dict[str, Placement] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    shown: list[Moment] = field(default_factory=list)
    analyses: list[Analysis | None] = field(default_factory=list)

    @property
    def attended(self) -> bool:
        return bool(self.keys)

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)

    def show(self, moment: Moment) -> None:
        self.shown.append(moment)

    def place(self, node: Found) -> Placement | None:
        return self.places.get(node.name)

    async def key(self) -> str:
        if not self.keys:
            await asyncio.Event().wait()
        due_s = min(self.keys)
        await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))
        return self.keys.pop(due_s)

    def forget(self) -> None:
        pass

    def concluded(self, analysis: Analysis | None) -> None:
        self.analyses.append(analysis)


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


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = run(list(arguments))
    shown: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, shown


def test_what_was_said_live_is_what_a_replay_says_bit_for_bit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = tmp_path / "walk"
    code, live = said(capsys, "record", "-o", str(session), *SIM, "--duration", "30", "--json")
    assert code == ExitCode.OK
    assert live["session"] == str(session)
    assert (live["absent"], live["interrupted"], live["failure"]) == ([], False, None)
    assert live["recording"]["complete"] is True
    assert {node["placement"] for node in live["recording"]["nodes"]} == set(WORN)
    strides = live["summary"]["strides"]
    assert min(strides["left"]["valid"], strides["right"]["valid"]) > 10
    assert live["summary"]["recording"]["patient_code"] == "SIM-1"
    code, replayed = said(capsys, "replay", str(session), "--json")
    assert replayed == live["summary"]


def test_the_words_for_people_end_in_the_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = tmp_path / "walk"
    assert run(["record", "-o", str(session), *SIM, "--duration", "6"]) == ExitCode.OK
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == str(session)
    assert "knee_left (A0C30001) streaming" in err
    assert "Take a few steps" in err
    assert "Recording." in err
    assert "backfilling" not in err
    assert "none missing" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--source", "usb"], "'usb' is no source"),
        (["--source", "serial:"], "serial:PORT"),
        (["--source", "sim", "--source", "ble"], "sim goes alone"),
        (["--source", "sim", "--place", "A0C30001=elbow"], "'elbow' is no placement"),
        (["--source", "sim", "--place", "left=knee_left"], "is no sensor's label"),
        (["--source", "sim", "--place", "1=knee_left", "--place", "1=hip_left"], "placed twice"),
        (["--source", "ble", "--speed", "max"], "--speed is for"),
        (["--source", "sim", "--speed", "max"], "needs --duration"),
        (["--source", "sim", "--duration", "-3"], "--duration"),
        (["--source", "sim", "--person", "nowhere.json"], "nowhere.json"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["record", "-o", str(tmp_path / "walk"), *arguments]) == ExitCode.USAGE
    assert words in capsys.readouterr().err
    assert not (tmp_path / "walk").exists()


def test_an_earlier_recording_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "walk").mkdir()
    (tmp_path / "walk" / "notes.txt").write_text("mine", encoding="utf-8")
    assert run(["record", "-o", str(tmp_path / "walk"), *SIM, "--duration", "5"]) == ExitCode.REFUSED
    assert "something is there already" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "walk").iterdir()] == ["notes.txt"]


def test_only_sensors_that_are_placed_are_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = ["--place", "01=knee_right", "--place", "a0c30002=knee_left"]
    code, live = said(capsys, "record", "-o", str(tmp_path / "walk"), *SIM, "--duration", "6", "--json", *places)
    assert code == ExitCode.OK
    worn_where = {node["node"]: node["placement"] for node in live["recording"]["nodes"]}
    assert worn_where == {"A0C30001": "knee_right", "A0C30002": "knee_left"}
    assert read_recording(tmp_path / "walk").placements == KNEES


def test_who_walks_is_read_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    person = tmp_path / "person.json"
    person.write_text('{"code": "K-17", "height_m": 1.81}', encoding="utf-8")
    code, live = said(
        capsys, "record", "-o", str(tmp_path / "walk"), *SIM, "--duration", "6", "--json", "--person", str(person)
    )
    assert code == ExitCode.OK
    assert live["summary"]["recording"]["patient_code"] == "K-17"
    info = read_info(SessionFolder(tmp_path / "walk"))
    assert info is not None
    assert info.person.height_m == 1.81


def test_what_was_walked_and_how_is_kept_even_without_session_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = SessionFolder(tmp_path / "walk")
    words = ["--protocol", "4 x 10 m", "--condition", "with a cane", "--notes", "tired"]
    assert said(capsys, "record", "-o", str(folder.path), *SIM, "--duration", "6", "--json", *words)[0] == ExitCode.OK
    before = read_info(folder)
    assert before is not None
    assert (before.protocol, before.condition, before.notes) == ("4 x 10 m", "with a cane", "tired")
    folder.info.unlink()
    assert run(["recover", str(folder.path)]) == ExitCode.OK
    after = read_info(folder)
    assert after is not None
    assert (after.protocol, after.condition, after.notes) == ("4 x 10 m", "with a cane", "tired")


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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("words", ["Recording.", "knee_left (A0C30001) connecting"])
def test_ctrl_c_leaves_a_complete_session(tmp_path: Path, words: str) -> None:
    session = tmp_path / "walk"
    command = [sys.executable, "-m", "gaitchain", "record", "-o", str(session), *SIM, "--duration", "7000"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if words in line.decode():
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED, err.decode()
    assert out.decode().splitlines()[-1] == str(session)
    assert b"Traceback" not in err
    info = read_info(SessionFolder(session))
    assert info is not None
    assert info.end is SessionEnd.COMPLETE


def fake(name: str, placement: Placement | None = None, refusal: str | None = None) -> Found:
    return Found(name, "sim", "", None, placement, refusal=refusal)  # type: ignore[arg-type]


def test_which_sensor_is_worn_where() -> None:
    here = [fake("0000000A", P.KNEE_LEFT), fake("1000000A", P.KNEE_RIGHT), fake("0000000B")]
    nodes, unplaced = worn(here, {})
    assert [(node.name, node.placement) for node in nodes] == [("0000000A", P.KNEE_LEFT), ("1000000A", P.KNEE_RIGHT)]
    assert [one.name for one in unplaced] == ["0000000B"]
    nodes, unplaced = worn(here, {"B": P.SACRUM, "1000000A": P.KNEE_LEFT})
    assert [(node.name, node.placement) for node in nodes] == [("0000000B", P.SACRUM), ("1000000A", P.KNEE_LEFT)]
    assert unplaced == []


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


def test_how_sources_and_places_are_written() -> None:
    assert parse_source("serial:socket://localhost:7") == Source("serial", "socket://localhost:7")
    assert parse_place("1a2B=hip_left") == ("1A2B", P.HIP_LEFT)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_a_disk_that_gets_full_is_said_and_everything_before_is_kept(tmp_path: Path) -> None:
    session = tmp_path / "walk"
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000));"
        "from gaitchain.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", limited, "record", "-o", str(session), *SIM, "--duration", "7000", "--json"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert done.returncode == ExitCode.UNEXPECTED, done.stderr.decode()
    assert "is full" in json.loads(done.stdout)["failure"]
    assert b"gaitchain recover" in done.stderr
    assert read_recording(session).time_s[-1] > 5.0
