"""``gaitchain restore``: a backup, checked and unpacked into an empty data folder."""

from __future__ import annotations

from pathlib import Path

import click

from gaitchain.commands import COMMANDS
from gaitchain.config import data_dir
from gaitchain.console import stage
from gaitchain.errors import ExitCode


@click.command(short_help=COMMANDS["restore"])
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def command(data: str | None, archive: Path) -> ExitCode:
    """Unpack ARCHIVE, written by `gaitchain backup`, and make the index.

    Every checksum is verified first. A data folder that holds patients already is left as it is: give another one with
    `gaitchain --data DIR restore ARCHIVE`.
    """
    from gaitchain.store import open_store, rebuild, restore  # the database: half a second

    folder = data_dir(data)
    with stage("Checking and unpacking the backup"):
        done = restore(archive, folder)
    with stage("Making the index"), open_store(folder) as store:
        made = rebuild(store)
        store.audit("command line", "backup restored")
    for problem in made.problems:
        click.echo(f"Left out: {problem}", err=True)
    click.echo(f"{done.files} files verified; {made.patients} patients and {made.sessions} sessions are in {folder}.")
    return ExitCode.PARTIAL if made.problems else ExitCode.OK
