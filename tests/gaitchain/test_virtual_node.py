"""``gaitchain virtual-node``: a process of its own offers sensors; devices, identify and record find them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gaitchain.cli import run
from gaitchain.errors import ExitCode
from sensor.recording import RecordingTable, write_recording
from sensor.samples import Placement
from sensor.simulation import WalkSpec, simulate


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    recording = tmp_path_factory.mktemp("virtual") / "walk.parquet"
    write_recording(simulate(WalkSpec(duration_s=10.0)).table, recording)
    command = [sys.executable, "-m", "gaitchain", "virtual-node", "--pty", "--recording", str(recording)]
    command += ["--role", "knee_right", "--role", "sacrum"]
    command = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *command]  # as a script starts what runs beside it
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield [process.stdout.readline().decode().strip() for _ in range(2)]
        process.send_signal(signal.SIGINT)
        try:
            _, err = process.communicate(timeout=20)
        finally:
            process.kill()
        assert process.returncode == ExitCode.INTERRUPTED, err.decode()


def test_each_line_is_a_port_with_a_sensor_of_that_role(ports: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    asked = [argument for port in ports for argument in ("--port", port)]
    assert run(["devices", "--json", "--no-bluetooth", *asked]) == ExitCode.OK
    found = json.loads(capsys.readouterr().out)
    assert [(one["where"], one["placement"], one["link"]) for one in found["nodes"]] == [
        (ports[0], "knee_right", "serial"),
        (ports[1], "sacrum", "serial"),
    ]
    assert all(one["usable"] and 0 < one["battery_pct"] <= 100 for one in found["nodes"])
    assert run(["devices", "--no-bluetooth", "--port", ports[0]]) == ExitCode.OK
    assert capsys.readouterr().out.startswith("A0C30002, knee_right, /dev/")


def test_it_can_be_made_to_blink(ports: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["identify", f"serial:{ports[1]}", "--seconds", "3"]) == ExitCode.OK
    assert capsys.readouterr().out == "Sensor A0C30007 blinks for 3 s.\n"


@pytest.mark.long  # taps are waited for in real time
def test_a_tap_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    time_s = np.arange(0.0, 3.0, 0.01)
    acc = np.tile([0.0, 0.0, 9.81], (300, 1))
    acc[150, 0] = 20.0
    still = {Placement.SACRUM: np.zeros((300, 3))}
    write_recording(RecordingTable("tap", time_s, {Placement.SACRUM: acc}, still, 100.0), tmp_path / "tap.csv")
    command = [sys.executable, "-m", "gaitchain", "virtual-node", "--pty", "--recording", str(tmp_path / "tap.csv")]
    command += ["--role", "sacrum"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = process.stdout.readline().decode().strip()
        code = run(["identify", "--tap", "--source", f"serial:{port}", "--seconds", "7"])
        process.kill()
    assert code == ExitCode.OK
    assert set(capsys.readouterr().out.splitlines()) == {"A0C30007 sacrum"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--pty"),
        (["--pty", "--role", "elbow"], "elbow"),
        (["--pty", "--role", "trunk", "--role", "trunk"], "named twice"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["virtual-node", *arguments]) == ExitCode.USAGE
    assert words in capsys.readouterr().err


def test_a_recording_without_that_sensor_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = tmp_path / "walk.parquet"
    write_recording(simulate(WalkSpec(duration_s=10.0, placements=(Placement.SACRUM,))).table, recording)
    assert run(["virtual-node", "--pty", "--recording", str(recording)]) == ExitCode.USAGE
    assert "no knee_left" in capsys.readouterr().err


def test_it_ends_by_itself_when_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["virtual-node", "--pty", "--duration", "0.05"]) == ExitCode.OK
    out, err = capsys.readouterr()
    assert out.startswith("/dev/")
    assert "Sensor A0C30001, knee_left" in err
