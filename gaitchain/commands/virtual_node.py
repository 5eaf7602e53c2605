"""``gaitchain virtual-node``: sensors to try the serial path with, without hardware."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

import click

from gaitchain.commands import COMMANDS
from gaitchain.console import stage
from gaitchain.errors import ExitCode
from sensor.acquisition.virtual_patient import WORN, virtual_node
from sensor.recording import RecordingTable, read_recording
from sensor.samples import Placement, Side
from sensor.simulation import WalkSpec, simulate
from sensor.simulation.pathways import PATHWAYS

WALK_S = 120.0  # then it begins anew


def _roles(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[Placement, ...]:
    chosen = tuple(Placement(value) for value in values)
    if len(set(chosen)) < len(chosen):
        raise click.BadParameter("a placement is named twice; each is worn once.")
    return chosen or (WORN[0],)


@click.command(short_help=COMMANDS["virtual-node"])
@click.option("--pty", is_flag=True, required=True, help="Offer each sensor on a pseudo terminal (Linux, macOS).")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([placement.value for placement in Placement]),
    callback=_roles,
    help="Where it is worn; repeat it for more sensors on the same walk. [default: knee_left]",
)
@click.option(
    "--recording",
    metavar="REC",
    type=click.Path(path_type=Path),
    help="Feel what this recording holds; else a simulated walk. Either begins anew after its end.",
)
@click.option(
    "--pathway", type=click.Choice(list(PATHWAYS)), default="healthy", show_default=True, help="Of the simulated walk."
)
@click.option(
    "--side", type=click.Choice([side.value for side in Side]), default="left", show_default=True, help="Affected side."
)
@click.option("--severity", type=click.FloatRange(0.0, 1.0), default=0.5, show_default=True, help="0 (nothing) to 1.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Decides the person.")
@click.option("--duration", "duration_s", metavar="S", type=click.FloatRange(0.0), help="End after so many seconds.")
def command(
    pty: bool,
    roles: tuple[Placement, ...],
    recording: Path | None,
    pathway: str,
    side: str,
    severity: float,
    seed: int,
    duration_s: float | None,
) -> ExitCode:
    """Be one or more sensors that speak the node protocol, until Ctrl-C.

    Prints the path of each sensor's port on a line of its own, in the order of the roles; give them to
    `gaitchain record --source serial:PATH`.
    """
    del pty  # the only kind there is
    if sys.platform == "win32":
        raise click.UsageError("Windows has no pseudo terminals; use `gaitchain record --source sim` instead.")
    with stage("Preparing the walk"):
        if recording is not None:
            table = read_recording(recording)
        else:
            spec = WalkSpec(pathway, Side(side), severity, WALK_S, seed, placements=roles)
            table = simulate(spec).table
    missing = [role.value for role in roles if role not in table.placements]
    if missing:
        raise click.UsageError(f"{recording} holds no {' and no '.join(missing)}; choose other roles.")
    return asyncio.run(_offer(table, roles, duration_s))


async def _offer(table: RecordingTable, roles: tuple[Placement, ...], duration_s: float | None) -> ExitCode:
    from sensor.acquisition.virtual_cable import VirtualCable  # needs a system with pseudo terminals

    cables = [VirtualCable(virtual_node(table, role, serial_line=True)) for role in roles]
    for cable, role in zip(cables, roles, strict=True):
        click.echo(cable.port)
        click.echo(f"Sensor {cable.node.advert.label}, {role.value}: {cable.port}. Ctrl-C ends it.", err=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell script starts what runs beside it deaf to Ctrl-C
        with suppress(ValueError, RuntimeError):  # not in the main thread: whoever runs us there takes care of signals
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(cable.run()) for cable in cables]
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({*tasks, stopped}, timeout=duration_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for one in ended:
        if isinstance(one, Exception):
            raise one
    return ExitCode.INTERRUPTED if stop.is_set() else ExitCode.OK
