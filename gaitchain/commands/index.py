"""``gaitchain index``: the database over the session folders."""

from __future__ import annotations

import json

import click

from gaitchain.commands import COMMANDS
from gaitchain.config import data_dir
from gaitchain.console import stage
from gaitchain.errors import ExitCode


@click.group(short_help=COMMANDS["index"])
def command() -> None:
    """Look after the index: the database over the session folders, which hold the truth."""


@command.command("rebuild")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.pass_obj
def rebuild_index(data: str | None, as_json: bool) -> ExitCode:
    """Make the index anew from the files. Nothing is lost by it; the app may go on running.

    Ends with code 6 if a file could not be read; the rest is in the index then.
    """
    from gaitchain.store import open_store, rebuild  # the database: half a second

    with stage("Reading the session folders"), open_store(data_dir(data)) as store:
        done = rebuild(store)
    if as_json:
        said = {"schema_version": 1, "ok": not done.problems, "errors": done.problems}
        click.echo(json.dumps(said | {"patients": done.patients, "sessions": done.sessions}, ensure_ascii=False))
    else:
        click.echo(f"{done.patients} patients and {done.sessions} sessions are in the index.")
        for problem in done.problems:
            click.echo(f"Left out: {problem}", err=True)
    return ExitCode.PARTIAL if done.problems else ExitCode.OK
