"""``gaitchain analyze``: a recording in, report and tables out."""

from __future__ import annotations

from pathlib import Path

import click

from gaitchain.analysis import analyse_together, exit_code, recordings_in, write
from gaitchain.commands import COMMANDS
from gaitchain.console import print_bytes, print_path, stage
from gaitchain.errors import ExitCode
from gaitchain.outputs import summary_bytes
from gaitchain.own_model import read_model


@click.command(short_help=COMMANDS["analyze"])
@click.argument("recordings", metavar="RECORDING...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "out_dir",
    metavar="OUT",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder for report.html, summary.json, curves.json and tables: events, strides, bouts, pelvis, joints (.csv).",
)
@click.option("--json", "as_json", is_flag=True, help="Print summary.json and nothing else.")
@click.option("--pdf", is_flag=True, help="Write report.pdf, too, and print its path.")
@click.option(
    "--model",
    "model_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Judge with a model.json of `gaitchain train` instead of the model that gaitchain comes with.",
)
@click.option("--strict", is_flag=True, help="End with code 5 also when the recording needs attention.")
def command(
    recordings: tuple[Path, ...], out_dir: Path, as_json: bool, pdf: bool, model_path: Path | None, strict: bool
) -> ExitCode:
    """Analyse RECORDING: a session folder, or a .csv, .csv.gz or .parquet with its sidecar .json about the person.

    Several, or a folder of them, are taken together when they are of one person, day and condition: four walks of
    10 m count as one of 40 m.

    Ends with code 0, or 5 if the recording cannot be used (all files are still written), or 3 if it cannot be read.
    """
    model = read_model(model_path) if model_path else None
    paths = [path for given in recordings for path in recordings_in(given)]
    with stage(f"Analysing {len(paths)} recordings together" if len(paths) > 1 else "Analysing the walk"):
        analysis = analyse_together(paths, model)
    with stage("Writing the report"):
        report = write(analysis, out_dir, pdf=pdf)
    if as_json:
        print_bytes(summary_bytes(analysis.document))
    else:
        from gaitchain.overview import print_overview  # rich: 70 ms that --json need not pay

        print_overview(analysis.document)
        print_path(report)
    return exit_code(analysis, strict=strict)
