"""``gaitchain devices``: which sensors can be reached."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import click

from gaitchain.commands import COMMANDS
from gaitchain.console import stage
from gaitchain.errors import ExitCode
from gaitchain.live.sources import NOBODY
from sensor.acquisition.finding import SCAN_S, Found, ask_serial, find_ble
from sensor.links.ble import BleAdapter
from sensor.links.link import LinkLost
from sensor.links.serial_ports import SerialPort, usb_serial_ports


@dataclass(slots=True)
class Around:
    """What was found.

    Attributes
    ----------
    silent : list of SerialPort
        USB serial ports that were not asked who is there.
    problems : list of str
        What kept us from looking.
    """

    nodes: list[Found] = field(default_factory=list)
    silent: list[SerialPort] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@click.command(short_help=COMMANDS["devices"])
@click.option(
    "--scan",
    "scan_s",
    metavar="S",
    type=click.FloatRange(0.1, 60.0),
    default=SCAN_S,
    show_default=True,
    help="Seconds to listen for Bluetooth sensors.",
)
@click.option("--port", "ports", metavar="PORT", multiple=True, help="Ask this serial port who is there; repeatable.")
@click.option("--ask-all", is_flag=True, help="Ask every USB serial port; other devices get bytes they do not expect.")
@click.option("--no-bluetooth", is_flag=True, help="Look at cables only.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(scan_s: float, ports: tuple[str, ...], ask_all: bool, no_bluetooth: bool, as_json: bool) -> ExitCode:
    """List sensors that advertise by Bluetooth and those on serial ports.

    Ends with code 4 if there is none.
    """
    with stage("Looking for sensors"):
        around = asyncio.run(_look(None if no_bluetooth else scan_s, ports, ask_all))
    if as_json:
        click.echo(json.dumps(_said(around), ensure_ascii=False, allow_nan=False))
    else:
        _print(around)
    return ExitCode.OK if around.nodes else ExitCode.NO_DEVICE


async def _look(scan_s: float | None, ports: tuple[str, ...], ask_all: bool) -> Around:
    around = Around()
    listed = await asyncio.to_thread(usb_serial_ports)
    asked = dict.fromkeys([*ports, *(port.device for port in listed if ask_all)])
    around.silent = [port for port in listed if port.device not in asked]
    for port in asked:
        try:
            around.nodes.append(await ask_serial(port))
        except LinkLost as lost:
            around.problems.append(str(lost))
    if scan_s is not None:
        try:
            around.nodes += await find_ble(BleAdapter(), scan_s)
        except LinkLost as lost:
            around.problems.append(str(lost))
    return around


def _said(around: Around) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "nodes": [
            {
                "node": one.name,
                "device": one.device,
                "link": one.link,
                "where": one.where,
                "placement": one.placement,
                "battery_pct": one.battery_pct,
                "rssi_dbm": one.rssi_dbm,
                "usable": one.refusal is None,
                "refusal": one.refusal,
            }
            for one in around.nodes
        ],
        "serial_ports": [
            {"port": port.device, "description": port.description, "usb_serial_number": port.serial_number}
            for port in around.silent
        ],
        "problems": around.problems,
    }


def _print(around: Around) -> None:
    for one in around.nodes:
        place = one.placement.value if one.placement else "no place set"
        parts = [one.name, place, "Bluetooth" if one.link == "ble" else one.where]
        parts += [one.title] if one.title else []
        parts += [] if one.battery_pct is None else [f"battery {one.battery_pct} %"]
        parts += [] if one.rssi_dbm is None else [f"{one.rssi_dbm} dBm"]
        click.echo(", ".join(parts) + (f". {one.refusal}" if one.refusal else ""))
    for problem in around.problems:
        click.echo(problem, err=True)
    for port in around.silent:
        click.echo(f"{port.device} ({port.description}) was not asked; do so with --port {port.device}.", err=True)
    if not around.nodes:
        click.echo(NOBODY, err=True)
