"""``gaitchain serve``: the therapist's app in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from gaitchain.commands import COMMANDS
from gaitchain.config import data_dir
from gaitchain.errors import ExitCode

DEFAULT_PORT = 8642


@click.command(short_help=COMMANDS["serve"])
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; this computer by default.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Port; {DEFAULT_PORT} or the next free one by default. 0: any free one.",
)
@click.option(
    "--tls-cert",
    metavar="PEM",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificate; the names in it are the names that the app answers to.",
)
@click.option(
    "--tls-key", metavar="PEM", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its private key."
)
@click.option("--login", is_flag=True, help="Demand a login on this computer, too. See `gaitchain users`.")
@click.option("--open/--no-open", "browse", default=True, help="Open the browser.")
@click.option("--sim-speed", type=click.FloatRange(0.1, 20.0), default=1.0, hidden=True, envvar="GAITCHAIN_SIM_SPEED")
@click.pass_obj
def command(
    data: str | None,
    host: str,
    port: int | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    login: bool,
    browse: bool,
    sim_speed: float,
) -> ExitCode:
    """Serve the app: record, see, compare, print. Prints its address, with a token that lets one browser in, once.

    Only this computer can reach it. Another --host demands --tls-cert, --tls-key and users (`gaitchain users add`), who
    then log in. Ctrl-C ends it; a walk that is being recorded is closed and stored first. Ends with code 4 when the
    port that was asked for is taken.
    """
    from gaitchain.app.serving import Wish, serve  # says which package is missing

    return serve(Wish(data_dir(data), host, port, DEFAULT_PORT, tls_cert, tls_key, login, browse, sim_speed))
