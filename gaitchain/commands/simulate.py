"""``gaitchain simulate``: a recording whose truth is known."""

from __future__ import annotations

from pathlib import Path

import click

from gaitchain.commands import COMMANDS
from gaitchain.console import print_path
from gaitchain.errors import ExitCode
from sensor.recording import ENDINGS, write_recording
from sensor.samples import Placement, Side
from sensor.simulation import PROTOCOLS, WalkSpec, simulate, write_truth
from sensor.simulation.pathways import PATHWAYS


def _placements(_: click.Context, __: click.Parameter, value: str) -> tuple[Placement, ...]:
    names = [name.strip() for name in value.split(",")]
    unknown = [name for name in names if name not in list(Placement)]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)} is no placement; choose from {', '.join(Placement)}.")
    return tuple(placement for placement in Placement if placement in names)


def _recording(_: click.Context, __: click.Parameter, value: Path) -> Path:
    if not value.name.lower().endswith(ENDINGS):
        raise click.BadParameter(f"{value} must end in {', '.join(ENDINGS)}.")
    return value


@click.command(short_help=COMMANDS["simulate"])
@click.option(
    "-o",
    "--output",
    "recording",
    metavar="REC",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    callback=_recording,
    help="Recording to write: .csv, .csv.gz or .parquet. Its sidecar .json is written beside it.",
)
@click.option(
    "--pathway", type=click.Choice(list(PATHWAYS)), default="healthy", show_default=True, help="What changes the walk."
)
@click.option(
    "--side",
    type=click.Choice([side.value for side in Side]),
    default="left",
    show_default=True,
    help="The affected side.",
)
@click.option("--severity", type=float, default=0.5, show_default=True, help="0 (nothing) to 1.")
@click.option(
    "--protocol",
    type=click.Choice(list(PROTOCOLS)),
    default="walk",
    show_default=True,
    help="What the person is asked to do; the truth says when.",
)
@click.option("--duration", "duration_s", metavar="S", type=float, help="Seconds. [default: the protocol's; walk 120]")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides the person; same seed, same bytes.")
@click.option(
    "--placements",
    metavar="LIST",
    default=",".join(Placement),
    callback=_placements,
    help="Sensors worn, separated by commas. [default: all eight]",
)
@click.option("--rate", "rate_hz", metavar="HZ", type=float, default=100.0, show_default=True, help="Sampling rate.")
@click.option(
    "--loss", type=float, default=0.0, show_default=True, help="Share of samples lost by the radio, 0 to 0.9."
)
@click.option(
    "--truth",
    "truth_dir",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the true events.csv, pelvis.csv, joints.csv and truth.json.",
)
def command(
    recording: Path,
    pathway: str,
    side: str,
    severity: float,
    protocol: str,
    duration_s: float | None,
    seed: int,
    placements: tuple[Placement, ...],
    rate_hz: float,
    loss: float,
    truth_dir: Path | None,
) -> ExitCode:
    """Simulate the recording of a patient whose every event and angle is known.

    The last line of output is the path of the recording.
    """
    try:
        spec = WalkSpec(
            pathway=pathway,
            side=Side(side),
            severity=severity,
            duration_s=PROTOCOLS[protocol].duration_s if duration_s is None else duration_s,
            protocol=protocol,
            seed=seed,
            placements=placements,
            rate_hz=rate_hz,
            loss=loss,
        )
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
    walk = simulate(spec)
    recording.parent.mkdir(parents=True, exist_ok=True)
    write_recording(walk.table, recording)
    if truth_dir is not None:
        write_truth(walk, truth_dir)
    print_path(recording)
    return ExitCode.OK
