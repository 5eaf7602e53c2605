"""``gaitchain backup``: everything that cannot be made again, in one archive."""

from __future__ import annotations

from pathlib import Path

import click

from gaitchain.commands import COMMANDS
from gaitchain.config import data_dir
from gaitchain.console import print_path, stage
from gaitchain.errors import ExitCode


@click.command(short_help=COMMANDS["backup"])
@click.argument("dest", type=click.Path(path_type=Path))
@click.pass_obj
def command(data: str | None, dest: Path) -> ExitCode:
    """Write patients, sessions, users and the audit trail into one .tar.gz; the app may go on running.

    DEST is the archive, or a folder in which it gets a name with the date. Nothing is overwritten. The archive is not
    encrypted: keep it where the patients' data may be kept.
    """
    from gaitchain.store import backup  # the database: half a second

    with stage("Writing the backup"):
        done = backup(data_dir(data), dest)
    click.echo(f"{done.files} files, {done.size / 1e6:.1f} MB.", err=True)
    print_path(done.path)
    return ExitCode.OK
