"""``gaitchain identify``: make a sensor shine."""

from __future__ import annotations

import asyncio
import contextlib

import click

from firmware_protocol.messages import LedPattern
from gaitchain.commands import COMMANDS
from gaitchain.console import stage
from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.sources import Source, look, named, parse_source
from sensor.devices.gaitnode_client import GaitNodeClient, NodeRefused
from sensor.links.link import LinkLost

LABEL_HELP = "the 8 digits printed on the sensor, or the last of them, or serial:PORT"


@click.command(short_help=COMMANDS["identify"])
@click.argument("node", metavar="NODE")
@click.option(
    "--seconds",
    type=click.IntRange(1, 255),
    default=10,
    show_default=True,
    help="How long it blinks, five times a second.",
)
def command(node: str, seconds: int) -> ExitCode:
    """Let sensor NODE blink: the 8 digits printed on it, or the last of them, or serial:PORT.

    A sensor that is recording can be found by tapping it instead.
    """
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


async def _blink(source: Source, label: str, seconds: int) -> str:
    try:
        found = await look([source], [label] if label else [])
        one = named(label, found)
        link = await one.opener.open(search=False)
        client = GaitNodeClient(link)

        async def listen() -> None:
            with contextlib.suppress(LinkLost):
                async for _ in client.arrivals():
                    pass

        listening = asyncio.create_task(listen())
        try:
            await client.hello()
            await client.light(LedPattern.FAST, seconds)
        finally:
            await link.close()
            await listening
    except (LinkLost, NodeRefused) as lost:
        raise GaitchainError(str(lost), ExitCode.NO_DEVICE) from lost
    return one.name
