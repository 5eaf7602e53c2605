"""``gaitchain demo``: from a simulated patient to the report, in one go."""

from __future__ import annotations

from pathlib import Path

import click

from gaitchain.analysis import analyse, exit_code, write
from gaitchain.commands import COMMANDS
from gaitchain.console import print_path, stage
from gaitchain.errors import ExitCode
from gaitchain.overview import print_overview
from sensor.recording import read_recording, write_recording
from sensor.samples import Side
from sensor.simulation import WalkSpec, simulate, write_truth

PATIENT = WalkSpec(pathway="antalgic_knee", side=Side.LEFT, severity=0.6, duration_s=120.0, seed=1)


@click.command(short_help=COMMANDS["demo"])
@click.option(
    "-o",
    "--output",
    "out_dir",
    metavar="OUT",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    help="Folder for the recording, its truth, the report and the tables.",
)
def command(out_dir: Path) -> ExitCode:
    """Simulate two minutes of a patient with a painful left knee, analyse the recording, write the report.

    The last line of output is the path of the report.
    """
    recording = out_dir / "patient.csv"
    with stage("Simulating a patient with a painful left knee"):
        walk = simulate(PATIENT)
        out_dir.mkdir(parents=True, exist_ok=True)
        write_recording(walk.table, recording)
        write_truth(walk, out_dir / "truth")
    with stage("Analysing the recording"):
        analysis = analyse(read_recording(recording))
    with stage("Writing the report"):
        report = write(analysis, out_dir)
    print_overview(analysis.document)
    print_path(report)
    return exit_code(analysis, strict=False)
