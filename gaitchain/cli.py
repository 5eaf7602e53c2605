"""The command line: finds the command, runs it, and turns what goes wrong into a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from gaitchain import __version__
from gaitchain.commands import COMMANDS
from gaitchain.errors import ExitCode, explain

if TYPE_CHECKING:  # `gaitchain --help` shall not pay for them
    from collections.abc import Sequence

DEBUG_VARIABLE = "GAITCHAIN_DEBUG"
# Read when numpy is imported, which nothing has done yet. The matrices here are small: a thread for every core costs
# more than it saves, and with one the last bits of a simulated walk are the same on every machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class LazyGroup(click.Group):
    """Commands are files of ``gaitchain.commands``, imported only when one is run or asked for its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"gaitchain.commands.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option(
    "--data",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Where state is kept (store, logs, models); else GAITCHAIN_DATA, else the user's data folder.",
)
@click.option("--debug", is_flag=True, help=f"Show tracebacks of unexpected errors; also {DEBUG_VARIABLE}=1.")
@click.pass_context
def cli(ctx: click.Context, data: str | None, debug: bool) -> None:
    """From sensors on knees and hips to a page about how a person walks.

    Describes movement patterns; research and education software; not a medical device; not for diagnosis, triage or
    treatment decisions.
    """
    ctx.obj = data
    if debug:
        os.environ[DEBUG_VARIABLE] = "1"


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. Nothing but the result goes to stdout."""
    try:
        with cli.make_context("gaitchain", list(arguments)) as context:
            code = cli.invoke(context)
        sys.stdout.flush()
        return int(code or ExitCode.OK)
    except click.exceptions.Exit as stop:  # after --help and --version
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return ExitCode.USAGE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Who read our output has had enough; without this the interpreter complains once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001  the last resort: a sentence instead of a traceback
        return _report(error)


def _report(error: Exception) -> int:
    explained = explain(error)
    if os.environ.get(DEBUG_VARIABLE, "0") not in ("", "0"):
        import traceback

        traceback.print_exception(error)
    if explained is None:
        first = next(iter(str(error).splitlines()), "")
        click.echo(
            f"Error: unexpected {type(error).__name__}: {first} (a mistake in gaitchain). "
            "Run it again with `gaitchain --debug ...` for the traceback, and report it.",
            err=True,
        )
        return ExitCode.UNEXPECTED
    sentence, code = explained
    click.echo(f"Error: {sentence}", err=True)
    return code


def main() -> NoReturn:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))
