"""``gaitchain record`` is killed while it records: ``recover`` brings back all but the last second."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gaitchain.cli import run
from gaitchain.errors import ExitCode
from sensor.acquisition.plan import RECORDING
from sensor.recording import read_recording
from sensor.recording.journal import Frame, StateChange
from sensor.recording.journal_reader import JournalReader
from sensor.recording.session_folder import SessionEnd, SessionFolder, read_info
from sensor.samples import HIPS, KNEES

AT_ONCE = 4  # more would keep each other waiting
LONGEST_S = 3.0


def killed(seed: int, process: subprocess.Popen[bytes]) -> int:
    """Kill it at a moment of its own after it began to record; the host time of the moment."""
    assert process.stderr is not None
    said = b"".join(iter(process.stderr.readline, b"Recording.\n"))
    assert b"knee_left (A0C30001) streaming" in said
    time.sleep(random.Random(seed).uniform(0.0, LONGEST_S))  # real time is what is tested
    moment_ns = time.monotonic_ns()
    process.kill()
    with process:
        _, err = process.communicate()
    assert b"Traceback" not in err
    return moment_ns


def loss_s(session: Path, moment_ns: int) -> float:
    """How long before the kill the newest frame arrived that the journal holds."""
    newest_ns = max(record.host_ns for record in JournalReader(session / "journal") if isinstance(record, Frame))
    return (moment_ns - newest_ns) * 1e-9


def check(folder: Path, seeds: range, capsys: pytest.CaptureFixture[str]) -> None:
    sessions = {seed: folder / f"walk{seed}" for seed in seeds}
    command = [sys.executable, "-m", "gaitchain", "record", "--source", "sim", "-o"]
    started = [
        (seed, subprocess.Popen([*command, str(path)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE))
        for seed, path in sessions.items()
    ]
    moments = {seed: killed(seed, process) for seed, process in started}
    for seed, path in sessions.items():
        assert loss_s(path, moments[seed]) <= 1.0
        capsys.readouterr()
        assert run(["recover", str(path), "--json"]) == ExitCode.OK
        said: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert said["complete"] is False
        assert {node["placement"] for node in said["nodes"]} == set(KNEES + HIPS)
        changes = [r for r in JournalReader(path / "journal") if isinstance(r, StateChange)]
        begun = [change.host_ns for change in changes if change.state == RECORDING]
        if begun:  # the journal is told of it, and keeps it a moment later
            for node in said["nodes"]:
                assert (moments[seed] - begun[0]) * 1e-9 - node["last_s"] <= 1.0
        info = read_info(SessionFolder(path))
        assert info is not None
        assert info.end is SessionEnd.RECOVERED
        assert info.calibration["moved"] in (True, False)
        if said["recording_s"] > 0.0:
            assert read_recording(path).placements == KNEES + HIPS


def test_three_kills_lose_at_most_a_second_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(tmp_path, range(3), capsys)


@pytest.mark.long
@pytest.mark.parametrize("first", range(3, 23, AT_ONCE))
def test_twenty_more_kills(first: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(tmp_path, range(first, first + AT_ONCE), capsys)
