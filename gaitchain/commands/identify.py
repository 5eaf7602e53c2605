"""``gaitchain identify``: make a sensor shine, or tell which one is tapped."""

from __future__ import annotations

import asyncio
import contextlib

import click

from firmware_protocol.messages import LedPattern
from gaitchain.commands import COMMANDS
from gaitchain.console import stage
from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.live.sources import NOBODY, Source, look, named, parse_source
from sensor.acquisition.tapping import tapping
from sensor.devices.gaitnode_client import NodeRefused, asking
from sensor.links.link import LinkLost

LABEL_HELP = "the 8 digits printed on the sensor, or the last of them, or serial:PORT"


def _sources(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[Source, ...]:
    try:
        sources = tuple(parse_source(value) for value in values)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if Source("sim") in sources:
        raise click.BadParameter("nobody can tap a simulated sensor.")
    return sources


@click.command(short_help=COMMANDS["identify"])
@click.argument("node", metavar="[NODE]", required=False)
@click.option("--tap", is_flag=True, help="Tell which sensor is tapped with a finger, as often as one is.")
@click.option(
    "--source",
    "sources",
    metavar="ble|serial:PORT",
    multiple=True,
    callback=_sources,
    help="With --tap: where the sensors are; repeat it for several cables. [default: ble]",
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 255),
    default=10,
    show_default=True,
    help="How long it blinks, five times a second, or taps are waited for.",
)
def command(node: str | None, tap: bool, sources: tuple[Source, ...], seconds: int) -> ExitCode:
    """Let sensor NODE blink: the 8 digits printed on it, or the last of them, or serial:PORT.

    Or the other way round: with --tap all sensors are connected, and each one that is tapped is told, on a line of its
    own: its digits and where its label says it is worn. The sensor must be at rest but for the tap.
    """
    if tap == (node is not None) or (sources and not tap):
        raise click.UsageError("give either NODE, or --tap and perhaps --source.")
    if node is None:
        asyncio.run(_tell_taps(sources or (Source("ble"),), seconds))
        return ExitCode.OK
    if node.startswith("serial:"):
        try:
            source, label = parse_source(node), ""
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    else:
        source, label = Source("ble"), node.upper()
        if not label or len(label) > 8 or set(label) - set("0123456789ABCDEF"):
            raise click.UsageError(f"{node!r} is no sensor; give {LABEL_HELP}.")
    with stage(f"Looking for {node}"):
        name = asyncio.run(_blink(source, label, seconds))
    click.echo(f"Sensor {name} blinks for {seconds} s.")
    return ExitCode.OK


async def _tell_taps(sources: tuple[Source, ...], seconds: int) -> None:
    with stage("Looking for sensors"):
        found = {one.name: one for one in await look(sources) if one.refusal is None}
    if not found:
        raise GaitchainError(NOBODY, ExitCode.NO_DEVICE)
    async with contextlib.AsyncExitStack() as stack:
        with stage(f"Connecting {', '.join(found)}"):
            taps = await stack.enter_async_context(tapping(list(found.values())))
        for why in taps.deaf:
            click.echo(f"Sensor {why}", err=True)
        click.echo(f"Tap a sensor; taps are told for {seconds} s.", err=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    one = found[await taps.next()]
                    click.echo(f"{one.name} {one.placement.value if one.placement else '(no place set)'}")


async def _blink(source: Source, label: str, seconds: int) -> str:
    one = named(label, await look([source], [label] if label else []))
    try:
        async with asking(await one.opener.open(search=False)) as client:
            await client.hello()
            await client.light(LedPattern.FAST, seconds)
    except (LinkLost, NodeRefused) as lost:
        raise GaitchainError(str(lost), ExitCode.NO_DEVICE) from lost
    return one.name
