"""``gaitchain record``: sensors in, a session folder out."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from gaitchain.analysis import exit_code
from gaitchain.commands import COMMANDS
from gaitchain.console import print_path
from gaitchain.errors import ExitCode
from gaitchain.live.placing import tapped_places
from gaitchain.live.recorder import Recorded, Recorder, RecordOrder, Stop, search
from gaitchain.live.simulated_patient import PATIENT
from gaitchain.live.sources import Source, parse_place, parse_source
from gaitchain.live.view import alive, desk
from sensor.acquisition.session import HostClock, NodeView
from sensor.acquisition.virtual_patient import RadioSpec, found, living, virtual_node
from sensor.acquisition.vitals import Vitals
from sensor.links.loopback import World
from sensor.person import Person
from sensor.recording.sidecar import read_sidecar
from sensor.samples import Placement
from sensor.simulation import simulate
from sensor.simulation.virtual_time import VirtualLoop

STANDS_S = 8.0  # until the sensors have been checked; then it stands on for 5 s, and walks


def _sources(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[Source, ...]:
    try:
        sources = tuple(parse_source(value) for value in values)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if len(sources) > 1 and Source("sim") in sources:
        raise click.BadParameter("sim goes alone.")
    return sources


def _places(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, Placement]:
    try:
        pairs = [parse_place(value) for value in values]
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    places = dict(pairs)
    if len(places) < len(pairs):
        raise click.BadParameter("a sensor is placed twice.")
    return places


@click.command(short_help=COMMANDS["record"])
@click.option(
    "-o",
    "--output",
    "path",
    metavar="DIR",
    type=click.Path(path_type=Path),
    required=True,
    help="Session folder to write; it must not hold anything yet.",
)
@click.option(
    "--source",
    "sources",
    metavar="sim|serial:PORT|ble",
    multiple=True,
    required=True,
    callback=_sources,
    help="Where the sensors are; repeat it for sensors on several cables. sim: a simulated patient.",
)
@click.option(
    "--duration", "duration_s", metavar="S", type=click.FloatRange(0.0, min_open=True), help="Stop after S s."
)
@click.option(
    "--place",
    "places",
    metavar="NODE=PLACEMENT",
    multiple=True,
    callback=_places,
    help="Record only sensors named so, worn there: 1A2B3C4D=knee_left, the last digits are enough. Else labels count.",
)
@click.option("--rate", "rate_hz", type=click.Choice(["100", "200"]), default="100", show_default=True, help="Hz.")
@click.option(
    "--person",
    "sidecar",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON about the person, as a recording's sidecar: code, height_m, leg_length_m, painful_side, ...",
)
@click.option("--protocol", default="", metavar="TEXT", help='What is walked, such as "4 x 10 m".')
@click.option("--condition", default="", metavar="TEXT", help='How, such as "own shoes, no cane".')
@click.option("--notes", default="", metavar="TEXT", help="Any remark; no names.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end and nothing else.")
@click.option("--speed", type=click.Choice(["1", "max"]), default="1", hidden=True, help="Of a simulated patient.")
def command(
    path: Path,
    sources: tuple[Source, ...],
    duration_s: float | None,
    places: dict[str, Placement],
    rate_hz: str,
    sidecar: Path | None,
    protocol: str,
    condition: str,
    notes: str,
    as_json: bool,
    speed: str,
) -> ExitCode:
    """Record a walk into session folder DIR.

    Without a terminal nothing is asked: the recording begins when the sensors have streamed for 5 s, and ends after
    --duration or by Ctrl-C, which always leaves a complete session. Ends with code 4 when no sensor is found or one is
    missing at the end, else with code 5 when the walk as seen live is invalid, such as nobody walking.
    """
    simulated = sources == (Source("sim"),)
    if speed == "max" and not simulated:
        raise click.UsageError("--speed is for --source sim.")
    if speed == "max" and duration_s is None:
        raise click.UsageError("--speed max needs --duration.")
    person = Person() if sidecar is None else read_sidecar(sidecar).person
    order = RecordOrder(
        path, sources, places, duration_s, person, int(rate_hz), protocol=protocol, condition=condition, notes=notes
    )
    with asyncio.Runner(loop_factory=VirtualLoop if speed == "max" else None) as runner:
        recorded = runner.run(_simulated(order) if simulated else _real(order))
    if as_json:
        click.echo(json.dumps(_said(recorded), ensure_ascii=False, allow_nan=False))
    else:
        _print(recorded)
    return exit_code_of(recorded)


async def _real(order: RecordOrder) -> Recorded:
    one = desk()
    recorder = Recorder(order, one)
    with stopping(recorder.stop):
        if any(source.kind == "ble" for source in order.sources):
            one.tell("Looking for sensors ...")
        heard = await search(order)
        if one.attended and not order.places:
            order = recorder.order = replace(order, places=await tapped_places(heard, one.tell))
        nodes = recorder.choose(heard)
        with alive(one):
            return await recorder.run(nodes, HostClock())


async def _simulated(order: RecordOrder) -> Recorded:
    """A patient with a painful left knee, whose sensors are in this program."""
    walk = simulate(PATIENT)
    if order.person == Person():
        order = replace(order, person=walk.table.person)
    one = desk()
    recorder = Recorder(order, one)
    world = World([virtual_node(walk.table, placement, begin_s=STANDS_S) for placement in PATIENT.placements])
    with stopping(recorder.stop):
        nodes = recorder.choose(found(world, RadioSpec()))
        async with living(world):
            with alive(one):
                return await recorder.run(nodes, HostClock(world.clock_ns, seed=PATIENT.seed))


@contextmanager
def stopping(stop: Stop) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM end the recording in order; the second ends the program."""
    loop = asyncio.get_running_loop()
    before: dict[signal.Signals, Any] = {}

    def ask(number: int, _: object) -> None:
        signal.signal(number, before[signal.Signals(number)])
        loop.call_soon_threadsafe(lambda: stop.ask(interrupted=True))

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError):  # not in the main thread: whoever runs us there takes care of signals
            before[number] = signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _said(recorded: Recorded) -> dict[str, Any]:
    """The recording as a JSON object."""
    return {
        "schema_version": 1,
        "session": str(recorded.path.resolve()),
        "interrupted": recorded.interrupted,
        "failure": None if recorded.failure is None else str(recorded.failure),
        "absent": [{"node": view.name, "placement": view.placement, "why": view.why} for view in recorded.absent],
        "nodes": [_node_said(view) for view in recorded.nodes],
        "recording": None if recorded.recovery is None else recorded.recovery.said(),
        "summary": None if recorded.analysis is None else recorded.analysis.document,
    }


def _node_said(view: NodeView) -> dict[str, Any]:
    """One sensor as it was seen live when the walk ended; its clock as it was known then."""
    said = {name: value if isinstance(value, int) else float(f"{value:.6g}") for name, value in _told(view.vitals)}
    return {"node": view.name, "placement": view.placement, "state": view.state, "losses": view.losses, **said}


def _told(vitals: Vitals) -> Iterator[tuple[str, float]]:
    return ((name, value) for name, value in asdict(vitals).items() if value is not None)


def _print(recorded: Recorded) -> None:
    if recorded.analysis is not None:
        from gaitchain.overview import print_overview

        print_overview(recorded.analysis.document)
    for node in recorded.recovery.said()["nodes"] if recorded.recovery else []:
        missing = sum(gap["samples"] for gap in node["gaps"])
        lost = f"{missing} missing in {len(node['gaps'])} gaps" if missing else "none missing"
        click.echo(f"{node['placement']} ({node['node']}): {node['samples']} samples, {lost}", err=True)
    click.echo(f"`gaitchain analyze {recorded.path} -o OUT` writes the report.", err=True)
    print_path(recorded.path)


def exit_code_of(recorded: Recorded) -> ExitCode:
    """What the process ends with; of several troubles the one that cost most. Says the sentences that belong to it."""
    if recorded.failure is not None:
        click.echo(
            f"Error: {recorded.failure} `gaitchain recover {recorded.path}` restores what was recorded.", err=True
        )
        return ExitCode.UNEXPECTED
    if recorded.interrupted:
        return ExitCode.INTERRUPTED
    for view in recorded.absent:
        click.echo(f"Error: {view.placement.value} ({view.name}) was not there at the end. {view.why}", err=True)
    if recorded.absent:
        return ExitCode.NO_DEVICE
    return ExitCode.OK if recorded.analysis is None else exit_code(recorded.analysis, strict=False)
