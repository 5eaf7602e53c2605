"""docs/guide.md says what the commands are, which sentences they end with, and what may stand in a sidecar."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from gaitchain.commands import COMMANDS
from gaitchain.errors import ExitCode
from sensor.recording import sidecar
from sensor.samples import Placement
from tests.docs.pages import DOCS, ROOT, blocks_of_code, name_of, tables, tables_with, text_of

GUIDE = DOCS / "guide.md"

# The sentences that a user meets before or beside a result. Those of the risk are in docs/risk-model.md.
SPEAKING = (
    "sensor/recording/files.py",
    "sensor/recording/reader.py",
    "sensor/recording/sidecar.py",
    "sensor/recording/units.py",
    "sensor/recording/exclusion.py",
    "pipeline/walk/quality.py",
    "pipeline/mounting/mounts.py",
    "pipeline/walk/body.py",
    "pipeline/pooling.py",
    "gaitchain/analysis.py",
    "gaitchain/outputs/files.py",
    "gaitchain/errors.py",
)


def command_lines() -> Iterator[list[str]]:
    """The words of every `gaitchain ...` line in the guide's code, behind the program's name."""
    for block in blocks_of_code(GUIDE):
        for line in block.replace("\\\n", " ").splitlines():
            if found := re.match(r" *(?:\$ )?(?:\S*/)?gaitchain (.*)", line):
                yield shlex.split(found[1])


def command(name: str) -> click.Command:
    found: click.Command = import_module(f"gaitchain.commands.{name.replace('-', '_')}").command
    return found


def test_every_command_has_an_example_and_every_example_a_command() -> None:
    shown = {next((word for word in words if not word.startswith("-")), "") for words in command_lines()} - {""}
    said = set(re.findall(r"`gaitchain ([a-z][a-z-]*)", text_of(GUIDE)))
    unshown, unknown = sorted(set(COMMANDS) - shown), sorted((shown | said) - set(COMMANDS))
    assert not unshown, f"{', '.join(unshown)}: run it and show it in docs/guide.md, under All commands"
    assert not unknown, f"{', '.join(unknown)}: in docs/guide.md, but no command"


@pytest.mark.parametrize("words", [words for words in command_lines() if words[0] in COMMANDS], ids=" ".join)
def test_examples_can_be_typed(words: list[str]) -> None:
    known = command(words[0])
    try:
        known.make_context(words[0], words[1:], resilient_parsing=False)
    except click.BadParameter as error:
        if "does not exist" not in error.message:  # the reader's own file
            raise


def test_exit_codes() -> None:
    (table,) = [table for table in tables(GUIDE) if table.header[0] == "code"]
    assert [int(code) for code in table.column("code")] == [code.value for code in ExitCode]


def test_placements() -> None:
    (table,) = [table for table in tables(GUIDE) if table.header[0] == "placement"]
    assert sorted(name for cell in table.column("placement") for name in cell.split(", ")) == sorted(Placement)


def test_sidecar_fields() -> None:
    (table,) = [table for table in tables(GUIDE) if table.header[0] == "field"]
    assert set(table.column("field")) == sidecar._KNOWN - {"schema_version"}
    for name, limits in zip(table.column("field"), table.column("unit, range"), strict=True):
        if name in sidecar._RANGES:
            low, high = sidecar._RANGES[name]
            assert f"{low:g} to {high:g}" in limits, name


def plain(sentence: str) -> str:
    """A sentence without the path before it, runs of placeholders as one."""
    joined = re.sub(r"…[… ]*…", "…", " ".join(sentence.split()))
    return joined.removeprefix("…: ").replace("`", "")


def sentences(path: Path) -> Iterator[str]:
    """Texts of the code that end as a sentence, with … for what is filled in; no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Expr) for part in ast.walk(node.value)
              if isinstance(node.value, ast.Constant)}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in ast.walk(node) if part is not node}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if re.search(r"\w[^ ]* .*[.?…]$", text) and text.strip() == text and text.count(" ") >= 2:
            yield plain(text)


def test_every_sentence_is_explained() -> None:
    explained = {plain(cell) for table in tables_with("it says", [GUIDE]) for cell in table.column("it says")}
    spoken = {sentence: file for file in SPEAKING for sentence in sentences(ROOT / file)}
    missing = [f"{file} says: {sentence}" for sentence, file in spoken.items() if sentence not in explained]
    assert not missing, "\n".join([f"explain in a table of {name_of(GUIDE)}:", *missing])
    stale = sorted(explained - set(spoken))
    assert not stale, "\n".join([f"{name_of(GUIDE)} explains what nobody says:", *stale])
