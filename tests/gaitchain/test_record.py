"""``gaitchain record``: a simulated patient on virtual time, everything but the wall clock as with real sensors."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gaitchain.analysis import Analysis, analyse
from gaitchain.cli import run
from gaitchain.commands.record import exit_code_of
from gaitchain.errors import ExitCode
from gaitchain.live.recorder import Recorded
from gaitchain.live.sources import Source, parse_place, parse_source
from sensor.acquisition.session import NodeView
from sensor.acquisition.states import NodeState
from sensor.acquisition.vitals import Vitals
from sensor.recording import RecordingTable, read_recording
from sensor.recording.journal_file import JournalFailed, JournalState
from sensor.recording.session_folder import SessionEnd, SessionFolder, read_info
from sensor.samples import HIPS, KNEES, Placement
from sensor.simulation import WalkSpec, simulate

P = Placement
WORN = KNEES + HIPS
SIM = ["--source", "sim", "--speed", "max"]
STOOD = ExitCode.INVALID  # in its first 6 s the simulated patient does not walk yet


@pytest.fixture(scope="module")
def table() -> RecordingTable:
    return simulate(WalkSpec(duration_s=40.0, placements=WORN, seed=2)).table


@pytest.fixture(scope="module")
def analyses(table: RecordingTable) -> dict[bool, Analysis]:
    """Of somebody who walked, and of somebody who only stood."""
    return {True: analyse(table), False: analyse(cut(table, 3.0))}


def cut(table: RecordingTable, until_s: float) -> RecordingTable:
    kept = slice(0, int(until_s * table.rate_hz))
    acc, gyr = ({p: of[p][kept] for p in table.placements} for of in (table.acc_m_s2, table.gyr_rad_s))
    return replace(table, time_s=table.time_s[kept], acc_m_s2=acc, gyr_rad_s=gyr)


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
    for node in live["nodes"]:  # as seen live; the clocks of the final recording stand in live["recording"]
        assert (node["state"], node["losses"]) == ("streaming", 0)
        assert 95.0 < node["rate_hz"] < 105.0
        assert abs(node["clock_drift_ppm"]) < 100.0
        assert 0.0 < node["clock_residual_s"] < 0.1
        assert 0.0 < node["clock_uncertainty_s"] < 0.03
    strides = live["summary"]["strides"]
    assert min(strides["left"]["valid"], strides["right"]["valid"]) > 10
    assert live["summary"]["recording"]["patient_code"] == "SIM-1"
    code, replayed = said(capsys, "replay", str(session), "--json")
    assert replayed == live["summary"]


def test_the_words_for_people_end_in_the_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = tmp_path / "walk"
    assert run(["record", "-o", str(session), *SIM, "--duration", "6"]) == STOOD
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
    assert code == STOOD
    worn_where = {node["node"]: node["placement"] for node in live["recording"]["nodes"]}
    assert worn_where == {"A0C30001": "knee_right", "A0C30002": "knee_left"}
    assert read_recording(tmp_path / "walk").placements == KNEES


def test_who_walks_is_read_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    person = tmp_path / "person.json"
    person.write_text('{"code": "K-17", "height_m": 1.81}', encoding="utf-8")
    code, live = said(
        capsys, "record", "-o", str(tmp_path / "walk"), *SIM, "--duration", "6", "--json", "--person", str(person)
    )
    assert code == STOOD
    assert live["summary"]["recording"]["patient_code"] == "K-17"
    info = read_info(SessionFolder(tmp_path / "walk"))
    assert info is not None
    assert info.person.height_m == 1.81


def test_what_was_walked_and_how_is_kept_even_without_session_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = SessionFolder(tmp_path / "walk")
    words = ["--protocol", "4 x 10 m", "--condition", "with a cane", "--notes", "tired"]
    assert said(capsys, "record", "-o", str(folder.path), *SIM, "--duration", "6", "--json", *words)[0] == STOOD
    before = read_info(folder)
    assert before is not None
    assert (before.protocol, before.condition, before.notes) == ("4 x 10 m", "with a cane", "tired")
    folder.info.unlink()
    assert run(["recover", str(folder.path)]) == ExitCode.OK
    after = read_info(folder)
    assert after is not None
    assert (after.protocol, after.condition, after.notes) == ("4 x 10 m", "with a cane", "tired")


@pytest.mark.parametrize(
    ("failure", "interrupted", "absent", "walked", "code"),
    [
        (True, True, True, False, ExitCode.UNEXPECTED),
        (False, True, True, False, ExitCode.INTERRUPTED),
        (False, False, True, False, ExitCode.NO_DEVICE),
        (False, False, False, False, ExitCode.INVALID),
        (False, False, False, True, ExitCode.OK),
    ],
)
def test_of_several_troubles_the_worst_is_the_code(
    failure: bool, interrupted: bool, absent: bool, walked: bool, code: ExitCode, analyses: dict[bool, Analysis]
) -> None:
    view = NodeView("A", P.SACRUM, NodeState.LOST, "Its battery is empty.", 1, Vitals())
    failed = JournalFailed(JournalState.FULL, Path("walk")) if failure else None
    end = Recorded(Path("walk"), None, analyses[walked], (view,) * absent, interrupted, failed)
    assert exit_code_of(end) is code


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
