"""The command line itself: help, exit codes, sentences instead of tracebacks, nothing slow loaded for nothing."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from gaitchain import __version__
from gaitchain.cli import cli, run
from gaitchain.commands import COMMANDS
from gaitchain.config import data_dir
from gaitchain.errors import ExitCode, GaitchainError, explain
from sensor.recording import RecordingError

PROGRAM = [sys.executable, "-m", "gaitchain"]


def fails_with(error: BaseException) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def command_that(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make `gaitchain demo` fail."""
    failing = click.Command("demo", callback=fails_with(error))
    monkeypatch.setattr(cli, "get_command", lambda *_: failing)


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert all(name in shown for name in COMMANDS)
    assert "not a medical device" in " ".join(shown.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_the_help_that_the_list_shows(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.short_help == COMMANDS[name]
    assert run([name, "--help"]) == ExitCode.OK
    assert f"Usage: gaitchain {name}" in capsys.readouterr().out


def test_every_command_file_is_listed() -> None:
    import gaitchain.commands

    files = {path.stem.replace("_", "-") for path in Path(gaitchain.commands.__file__).parent.glob("[a-z]*.py")}
    assert files == set(COMMANDS)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == ExitCode.OK
    assert capsys.readouterr().out == f"gaitchain {__version__}\n"


@pytest.mark.parametrize("arguments", [["dance"], ["--dance"], ["analyze"], ["analyze", "walk.csv", "--dance"]])
def test_wrong_usage_is_code_2_and_says_what(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Error: " in captured.err


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (RecordingError("walk.csv: empty."), ExitCode.REFUSED, "Error: walk.csv: empty."),
        (GaitchainError("No node answers.", ExitCode.NO_DEVICE), ExitCode.NO_DEVICE, "Error: No node answers."),
        (OSError(errno.ENOSPC, "No space left on device"), ExitCode.UNEXPECTED, "Error: The disk is full"),
        (OSError(errno.EACCES, "Permission denied", "out"), ExitCode.UNEXPECTED, "Error: out: Permission denied"),
        (MemoryError(), ExitCode.UNEXPECTED, "Error: Not enough memory"),
        (ZeroDivisionError("by zero"), ExitCode.UNEXPECTED, "Error: unexpected ZeroDivisionError: by zero"),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "Interrupted."),
        (click.UsageError("severity is 3."), ExitCode.USAGE, "Error: severity is 3."),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_a_code(
    error: BaseException, code: ExitCode, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command_that(monkeypatch, error)
    assert run(["demo"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("switch", ["option", "variable"])
def test_a_mistake_of_the_program_shows_its_traceback_on_request(
    switch: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command_that(monkeypatch, ZeroDivisionError("by zero"))
    monkeypatch.setenv("GAITCHAIN_DEBUG", "1" if switch == "variable" else "0")
    assert run(["--debug", "demo"] if switch == "option" else ["demo"]) == ExitCode.UNEXPECTED
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_an_unknown_mistake_has_no_explanation() -> None:
    assert explain(ZeroDivisionError()) is None


def test_a_reader_that_went_away_is_no_error() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as nobody:
        ended = subprocess.run([*PROGRAM, "--help"], stdout=nobody, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_help_loads_nothing_slow() -> None:
    program = """
import sys
from gaitchain.cli import run
assert run(["--help"]) == 0
slow = {"numpy", "rich", "pyarrow", "jinja2", "pathlib", "platformdirs", "sensor", "pipeline", "models"}
sys.exit(", ".join(slow & sys.modules.keys()) or 0)
"""
    ended = subprocess.run(
        [sys.executable, "-S", "-c", program], env=_path(), capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def _path() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


@pytest.mark.long
def test_help_costs_a_few_bare_interpreters() -> None:
    """performance.md, goal 11: gate 8, goal 4."""

    def cpu_s(*arguments: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    pairs = [(cpu_s("-m", "gaitchain", "--help"), cpu_s("-c", "pass")) for _ in range(15)]
    assert min(full for full, _ in pairs) / min(bare for _, bare in pairs) < 8.0


def test_the_data_folder_is_the_one_that_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAITCHAIN_DATA", "/from/variable")
    assert data_dir("/from/option") == Path("/from/option")
    assert data_dir(None) == Path("/from/variable")
    monkeypatch.delenv("GAITCHAIN_DATA")
    assert data_dir(None).name == "gaitchain"
