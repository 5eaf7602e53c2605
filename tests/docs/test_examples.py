"""What docs/guide.md shows of a run is what the run says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from gaitchain.cli import run
from gaitchain.errors import ExitCode
from tests.docs.pages import DOCS, text_of

GUIDE = DOCS / "guide.md"
CUT = "..."  # lines are left out here
ELSEWHERE = "/home/me/"  # paths of somebody else's computer


def shown(beginning: str) -> tuple[list[str], list[str]]:
    """The words of the first example that begins so, without the program's name, and the lines shown of its output."""
    pattern = rf"^ {{4}}\$ gaitchain ({beginning}(?:\\\n|.)*)\n((?: {{4}}.*\n|\n)*)"
    example = re.search(pattern, text_of(GUIDE), re.MULTILINE)
    assert example is not None, f"docs/guide.md shows no {beginning}"
    return shlex.split(example[1].replace("\\\n", " ")), re.findall(r"^ {4}(.*)", example[2], re.MULTILINE)


def assert_said(lines: list[str], output: str) -> None:
    """Every line that is shown was printed, in this order."""
    printed = iter([line.rstrip() for line in output.replace("\u00a0", " ").splitlines()])  # no break before a unit
    for line in lines:
        if line.strip() and line.strip() != CUT and not line.startswith(ELSEWHERE):
            assert any(line.rstrip() == one for one in printed), f"not printed, or not here: {line}"


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the guide's patient."""
    folder = tmp_path_factory.mktemp("guide")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run(shown("simulate")[0]) == ExitCode.OK
    return folder


@pytest.mark.parametrize("command", ["analyze patient.csv -o out", "replay patient.csv"])
def test_a_command_prints_what_is_shown(
    command: str, patient: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(patient)
    words, lines = shown(command)
    capsys.readouterr()
    assert run([word if word != "4" else "max" for word in words]) == ExitCode.OK  # nobody waits for --speed 4
    assert_said(lines, capsys.readouterr().out)


def test_the_python_example_prints_what_is_shown(
    patient: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(patient)
    section = text_of(GUIDE).split("## For analysts: the same in Python\n")[1].split("\n## ")[0]
    code, printed = (re.findall(r"^ {4}(.*)", part, re.MULTILINE) for part in section.split("\nprints\n"))
    exec(compile("\n".join(code), "docs/guide.md", "exec"), {})
    assert_said(printed, capsys.readouterr().out)
