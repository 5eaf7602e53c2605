"""``gaitchain replay``: a file says what analyze says, a journal what was said live; paced or not, the same bits."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gaitchain.analysis import Analysis
from gaitchain.cli import run
from gaitchain.errors import ExitCode
from gaitchain.live.analysis import JournalReplay, LiveAnalysis, TableReplay
from gaitchain.live.pace import Paced, Unpaced
from pipeline.result import SessionResult, Stride
from pipeline.session import analyze_table
from sensor.acquisition.plan import RECORDING
from sensor.acquisition.simulated import felt
from sensor.person import Person
from sensor.recording import read_recording, write_recording
from sensor.recording.journal import Record, StateChange
from sensor.recording.journal_reader import JournalReader
from sensor.samples import HIPS, KNEES
from sensor.simulation import WalkSpec, simulate
from tests.pipeline.judging import assert_same_bits
from tests.sensor.recorded import record

Capture = pytest.CaptureFixture[str]
SPEC = WalkSpec("antalgic_knee", severity=0.6, duration_s=58.0, seed=3, placements=KNEES + HIPS)
LOST_S = (42.0, 53.0)  # after calibration has closed, at about 39 s


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("walk") / "patient.csv"
    write_recording(simulate(SPEC).table, path)
    return path


@dataclass(frozen=True)
class Session:
    path: Path
    records: list[Record]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The same walk recorded from four nodes: 3 % loss, the left knee's link gone for 8 s, what was lost fetched."""
    table = simulate(SPEC).table
    path = tmp_path_factory.mktemp("sessions") / "walk"
    worn = {placement: felt(table, placement, begin_s=7.0) for placement in KNEES + HIPS}
    person = Person(code="P7", height_m=1.72)
    return Session(path, record(path, worn, SPEC.duration_s, loss=0.03, lost_s=LOST_S, person=person))


@pytest.fixture(scope="module")
def final(session: Session) -> SessionResult:
    return analyze_table(read_recording(session.path))


@pytest.fixture(scope="module")
def replayed(session: Session) -> tuple[list[Stride], Analysis]:
    replay = JournalReplay(JournalReader(session.path / "journal"))
    return list(replay.strides(Unpaced())), replay.finish()


def said(arguments: list[str], capsys: Capture, code: ExitCode = ExitCode.OK) -> str:
    assert run(arguments) == code
    return capsys.readouterr().out


def test_a_replayed_file_has_the_bits_of_its_analysis(recording: Path) -> None:
    table = read_recording(recording)
    replay = TableReplay(table)
    strides = list(replay.strides(Unpaced()))
    analysis = replay.finish()
    assert_same_bits(analysis.result, analyze_table(table))
    assert repr(strides) == repr(list(analysis.result.strides[: len(strides)]))
    assert len(strides) > 0.7 * len(analysis.result.strides)


def test_replay_and_analyze_print_and_write_the_same(recording: Path, tmp_path: Path, capsys: Capture) -> None:
    shown = said(["replay", str(recording), "--json", "-o", str(tmp_path / "replay")], capsys)
    assert shown == said(["analyze", str(recording), "--json", "-o", str(tmp_path / "analyze")], capsys)
    for path in (tmp_path / "analyze").iterdir():
        assert (tmp_path / "replay" / path.name).read_bytes() == path.read_bytes(), path.name


def test_live_and_replay_of_its_journal_are_the_same_bits(
    session: Session, replayed: tuple[list[Stride], Analysis]
) -> None:
    live = LiveAnalysis()
    strides = [stride for r in session.records for stride in live.push(r)]
    again, analysis = replayed
    assert repr(again) == repr(strides)  # NaN equals NaN
    assert len(strides) > 30
    assert_same_bits(analysis.result, live.finish().result)


def test_what_was_lost_is_a_gap_live_and_there_in_the_end(
    final: SessionResult, replayed: tuple[list[Stride], Analysis]
) -> None:
    _, live = replayed
    assert "As seen live" in live.result.recording.notices[0]
    assert "Final recording" in final.recording.notices[0]
    in_gap = [s for s in live.result.strides if s.ic_s < LOST_S[1] - 0.5 and s.next_ic_s > LOST_S[0] + 0.5]
    assert not [s for s in in_gap if s.valid and s.side == "left"]
    assert len([s for s in final.strides if s.valid]) >= len([s for s in live.result.strides if s.valid]) + 3
    assert max(final.recording.missing_pct.values()) < 2.0
    assert live.result.recording.missing_pct[KNEES[0]] > 10.0
    assert live.person == Person(code="P7", height_m=1.72)


def test_the_session_says_what_the_walk_was(final: SessionResult) -> None:
    """Through nodes with other clocks, 3 % loss and a lost link, the numbers of the walk itself come back."""
    direct = analyze_table(simulate(SPEC).table)
    for metric in ("stance_time", "swing_time"):
        found, expected = final.asymmetry[metric].effect, direct.asymmetry[metric].effect
        assert found is not None
        assert expected is not None
        assert found == pytest.approx(expected, abs=3.0)
    found_cadence, cadence = final.gait["cadence_spm"].value, direct.gait["cadence_spm"].value
    assert found_cadence == pytest.approx(cadence, rel=0.01)


def test_one_lost_node_does_not_hold_up_the_others(session: Session) -> None:
    """While the left knee is silent, strides of the right side go on becoming certain.

    A stride waits 3 s for the turns; behind a lost frame of any sensor up to as long for where the vertical is.
    """
    live, seen = LiveAnalysis(), list[tuple[float, Stride]]()
    begin_ns = next(r.host_ns for r in session.records if isinstance(r, StateChange) and r.state == RECORDING)
    for r in session.records:
        seen += [((r.host_ns - begin_ns) * 1e-9, stride) for stride in live.push(r)]
    fresh = [stride for at_s, stride in seen if LOST_S[0] + 2.0 < at_s < LOST_S[1]]
    assert {stride.side for stride in fresh if stride.next_ic_s > LOST_S[0]} == {"right"}
    assert all(at_s - stride.next_ic_s < 9.0 for at_s, stride in seen if stride.valid and stride.next_ic_s > 40.0)


def test_json_lines_are_strides_and_then_the_result(
    session: Session, replayed: tuple[list[Stride], Analysis], capsys: Capture
) -> None:
    lines = [json.loads(line) for line in said(["replay", str(session.path), "--jsonl"], capsys).splitlines()]
    assert [line["type"] for line in lines] == ["stride"] * (len(lines) - 1) + ["result"]
    assert {line["side"] for line in lines[:-1]} == {"left", "right"}
    assert len(lines) - 1 == len(replayed[0])
    assert lines[-1]["summary"] == replayed[1].document


def test_words_for_people_and_the_report(recording: Path, tmp_path: Path, capsys: Capture) -> None:
    shown = said(["replay", str(recording), "-o", str(tmp_path / "out")], capsys).splitlines()
    assert "left" in shown[0] + shown[1]
    assert "stride" in shown[0]
    assert shown[-1] == str((tmp_path / "out" / "report.html").resolve())


@dataclass
class VirtualTime:
    now_s: float = 100.0
    waits: list[float] = field(default_factory=list)

    def clock_s(self) -> float:
        return self.now_s

    def sleep(self, duration_s: float) -> None:
        self.waits.append(duration_s)
        self.now_s += duration_s


def paced(speed: float) -> tuple[VirtualTime, Paced]:
    time = VirtualTime()
    return time, Paced(speed, time.clock_s, time.sleep)


@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_a_paced_replay_takes_as_long_as_it_should(speed: float, recording: Path) -> None:
    whole = read_recording(recording)
    table = replace(
        whole,
        time_s=whole.time_s[:500],
        acc_m_s2={p: acc[:500] for p, acc in whole.acc_m_s2.items()},
        gyr_rad_s={p: gyr[:500] for p, gyr in whole.gyr_rad_s.items()},
    )
    time, pace = paced(speed)
    assert list(TableReplay(table).strides(pace)) == []
    assert time.now_s - 100.0 == pytest.approx((table.time_s[-1] - 0.1) / speed, abs=0.02)
    assert max(time.waits) <= 0.1 / speed + 1e-9


def test_a_journal_is_paced_from_the_begin_of_the_walk(session: Session) -> None:
    time, pace = paced(1.0)
    replay = JournalReplay(JournalReader(session.path / "journal"))
    assert len(list(replay.strides(pace))) > 30
    begin_ns = next(r.host_ns for r in session.records if isinstance(r, StateChange) and r.state == RECORDING)
    assert time.now_s - 100.0 == pytest.approx((session.records[-1].host_ns - begin_ns) * 1e-9, abs=0.2)


def test_time_that_was_lost_is_not_waited_for() -> None:
    time, pace = paced(1.0)
    pace.until(0.0)
    time.now_s += 5.0
    pace.until(3.0)
    assert time.waits == []
    pace.until(6.0)
    assert time.waits == [1.0]


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "nan", "inf"])
def test_a_speed_that_is_none_is_refused(speed: str, recording: Path, capsys: Capture) -> None:
    assert run(["replay", str(recording), "--speed", speed]) == ExitCode.USAGE
    assert "is no speed" in capsys.readouterr().err


def test_json_and_json_lines_exclude_each_other(recording: Path, capsys: Capture) -> None:
    assert run(["replay", str(recording), "--json", "--jsonl"]) == ExitCode.USAGE
    assert "exclude each other" in capsys.readouterr().err


def test_a_session_that_broke_off_before_the_walk(session: Session, tmp_path: Path, capsys: Capture) -> None:
    journal = tmp_path / "walk" / "journal"
    journal.mkdir(parents=True)
    data = (session.path / "journal" / "000000.gcj").read_bytes()
    (journal / "000000.gcj").write_bytes(data[:5000])
    assert run(["replay", str(tmp_path / "walk")]) == ExitCode.REFUSED
    assert "before the walk began" in capsys.readouterr().err


def lines_of(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)


def test_ctrl_c_ends_it_in_order(recording: Path) -> None:
    command = [sys.executable, "-m", "gaitchain", "replay", str(recording), "--speed", "50", "--jsonl"]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        lines = lines_of(process)
        assert next(lines)["type"] == "stride"
        process.send_signal(signal.SIGINT)
        rest = [line["type"] for line in lines]
        assert process.stderr is not None
        errors = process.stderr.read()
    assert process.returncode == ExitCode.INTERRUPTED
    assert errors == "Interrupted.\n"
    assert set(rest) <= {"stride"}
