"""``gaitchain recover``: what a session's journal holds, restored if the recording broke off."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gaitchain.commands import COMMANDS
from gaitchain.console import stage
from gaitchain.errors import ExitCode
from sensor.acquisition.recover import Recovery, recover


@click.command(short_help=COMMANDS["recover"])
@click.argument("session", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(session: Path, as_json: bool) -> ExitCode:
    """Restore session folder DIR from its journal, which is never changed.

    A complete session is left as it is; running this twice changes nothing. Prints what there is of each sensor.
    """
    with stage("Reading the journal"):
        recovery = recover(session)
    if as_json:
        click.echo(json.dumps(recovery.said(), ensure_ascii=False, allow_nan=False))
    else:
        _print(session, recovery)
    return ExitCode.OK


def _print(session: Path, recovery: Recovery) -> None:
    said = recovery.said()
    done = "restored from its journal" if recovery.needed else "complete"
    click.echo(f"{session.resolve().name}: {done}; {said['duration_s']:.1f} s from first to last sample.")
    for node in said["nodes"]:
        missing = sum(gap["samples"] for gap in node["gaps"])
        place = node["placement"] or "no place known"
        gaps = f"{missing} missing in {len(node['gaps'])} gaps" if missing else "none missing"
        click.echo(f"  {node['node']} ({place}): {node['samples']} samples, {gaps}, {node['backfilled']} fetched later")
    for damage in said["journal"]["damages"]:
        click.echo(f"  {damage['segment']}: {damage['why']}; {damage['lost_bytes']} bytes cannot be used.")
