"""``gaitchain replay``: a recording as if it were live."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gaitchain.analysis import Analysis, exit_code, write
from gaitchain.commands import COMMANDS
from gaitchain.console import print_bytes, print_path
from gaitchain.errors import ExitCode
from gaitchain.live.analysis import JournalReplay, Replay, TableReplay
from gaitchain.live.pace import Pace, Paced, Unpaced
from gaitchain.outputs import summary_bytes
from gaitchain.outputs.plain import JsonObject, plain
from pipeline.result import Stride
from sensor.recording import read_recording
from sensor.recording.journal_reader import JournalReader
from sensor.recording.session_folder import SessionFolder, is_session


def _pace(_: click.Context, __: click.Parameter, value: str) -> Pace:
    if value == "max":
        return Unpaced()
    try:
        speed = float(value)
    except ValueError:
        speed = 0.0
    if not 0.0 < speed < float("inf"):
        raise click.BadParameter(f"{value!r} is no speed; give a positive number, such as 1 or 4, or max.")
    return Paced(speed)


@click.command(short_help=COMMANDS["replay"])
@click.argument("recording", type=click.Path(path_type=Path))
@click.option(
    "--speed",
    "pace",
    metavar="X|max",
    default="max",
    show_default=True,
    callback=_pace,
    help="1 is as it was recorded, 4 four times as fast.",
)
@click.option("--json", "as_json", is_flag=True, help="Print summary.json at the end and nothing else.")
@click.option(
    "--jsonl", "as_lines", is_flag=True, help="Print a JSON object per stride, then one with the summary, a line each."
)
@click.option(
    "-o",
    "--output",
    "out_dir",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Folder for the files that analyze writes.",
)
def command(recording: Path, pace: Pace, as_json: bool, as_lines: bool, out_dir: Path | None) -> ExitCode:
    """Replay RECORDING through the live analysis: a session folder or a recording file.

    A session's journal is replayed in order of arrival and says what was said live, bit for bit; a file says what
    analyze says of it. Strides are printed as they become certain.
    """
    if as_json and as_lines:
        raise click.UsageError("--json and --jsonl exclude each other.")
    replay: Replay = (
        JournalReplay(JournalReader(SessionFolder(recording).journal))
        if is_session(recording)
        else TableReplay(read_recording(recording))
    )
    for stride in replay.strides(pace):
        if as_lines:
            _print_line({"type": "stride", **plain(stride), "stride_time_s": plain(stride.stride_time_s)})
        elif not as_json:
            click.echo(_words(stride))
    analysis = replay.finish()
    report = None if out_dir is None else write(analysis, out_dir)
    _print_end(analysis, as_json=as_json, as_lines=as_lines)
    if report is not None and not (as_json or as_lines):
        print_path(report)
    return exit_code(analysis, strict=False)


def _print_end(analysis: Analysis, *, as_json: bool, as_lines: bool) -> None:
    if as_json:
        print_bytes(summary_bytes(analysis.document))
    elif as_lines:
        _print_line({"type": "result", "summary": analysis.document})
    else:
        from gaitchain.overview import print_overview  # rich: 70 ms that --json need not pay

        print_overview(analysis.document)


def _print_line(said: JsonObject) -> None:
    click.echo(json.dumps(said, ensure_ascii=False, allow_nan=False))


def _words(stride: Stride) -> str:
    why = "" if stride.valid else f"  ({stride.reason})"
    return f"{stride.ic_s:8.2f} s  {stride.side:<5}  stride {stride.stride_time_s:.2f} s{why}"
