"""``gaitchain compare``: has the walk changed since the first session, and is it more than error?"""

from __future__ import annotations

import json
from pathlib import Path

import click

from gaitchain.analysis import analyse_together, recordings_in
from gaitchain.commands import COMMANDS
from gaitchain.console import stage
from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.follow_up import FollowUp, follow_up
from gaitchain.outputs.plain import JsonObject

SUMMARY = "summary.json"


@click.command(short_help=COMMANDS["compare"])
@click.argument("earlier", type=click.Path(path_type=Path))
@click.argument("later", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(earlier: Path, later: tuple[Path, ...], as_json: bool) -> ExitCode:
    """Compare sessions of one person: EARLIER is the baseline, each LATER one is judged against it.

    Each is a folder that analyze wrote, a summary.json, a session folder or a recording. A change counts once it
    exceeds the minimal detectable change; each link of the chain is then resolved, resolving, unchanged or worse.
    """
    baseline = _document(earlier)
    found = [(path, follow_up(baseline, _document(path))) for path in later]
    if as_json:
        said = {
            "schema_version": 1,
            "baseline": str(earlier),
            "sessions": [{"session": str(path), **one.said()} for path, one in found],
        }
        click.echo(json.dumps(said, ensure_ascii=False, allow_nan=False))
        return ExitCode.OK
    for path, one in found:
        _print(earlier, path, one)
    return ExitCode.OK


def _document(path: Path) -> JsonObject:
    """The summary that a path stands for; a recording is analysed."""
    summary = path / SUMMARY if path.is_dir() else path
    if summary.name == SUMMARY and summary.is_file():
        return _read(summary)
    with stage(f"Analysing {path.name}"):
        return analyse_together(recordings_in(path)).document


def _read(path: Path) -> JsonObject:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GaitchainError(
            f"{path}: cannot be read ({error}); analyse the recording again.", ExitCode.REFUSED
        ) from error
    if not isinstance(document, dict) or {"quality", "asymmetry", "measures", "recording"} - document.keys():
        raise GaitchainError(f"{path}: this is no summary that `gaitchain analyze` wrote.", ExitCode.REFUSED)
    return document


def _print(earlier: Path, later: Path, found: FollowUp) -> None:
    from gaitchain.overview import print_follow_up  # rich: 70 ms that --json need not pay

    print_follow_up(f"{later} against {earlier}", found)
