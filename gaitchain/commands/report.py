"""``gaitchain report``: the report of a session, a result or a recording, as PDF or HTML."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from gaitchain.commands import COMMANDS
from gaitchain.console import print_path, stage
from gaitchain.errors import ExitCode
from gaitchain.reporting import Reported, analysed, read, result_folder, today
from sensor.recording.atomic import whole_file


def _day(_: click.Context, __: click.Parameter, value: str | None) -> str:
    if value is None:
        return today()
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise click.BadParameter("write a day as 2026-05-31.") from None


@click.command(short_help=COMMANDS["report"])
@click.argument("source", metavar="SESSION|RESULT|RECORDING", type=click.Path(exists=True, path_type=Path))
@click.option("--pdf", "kind", flag_value="pdf", default="pdf", help="A tagged PDF (PDF/UA-1); the default.")
@click.option("--html", "kind", flag_value="html", help="One self-contained page.")
@click.option("--compact", is_flag=True, help="One page with what matters most; PDF only.")
@click.option(
    "-o",
    "--output",
    "out",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to; else report.pdf, report-compact.pdf or report.html in the result folder.",
)
@click.option("--date", "created", metavar="DAY", callback=_day, help="Date to print, as 2026-05-31; else today.")
def command(source: Path, kind: str, compact: bool, out: Path | None, created: str) -> ExitCode:
    """Write the report of a session's newest result, a result, or a recording or folder of them, analysed first.

    The same result and date give the same bytes. Prints the path of the report.
    """
    if compact and kind == "html":
        raise click.UsageError("--compact is for the PDF.")
    folder = result_folder(source)
    if out is None:
        if folder is None:
            raise click.UsageError("This recording has no result folder yet: say where to with -o FILE.")
        out = folder / (f"report-compact.{kind}" if compact else f"report.{kind}")
    with stage("Making the report"):
        found = analysed(source) if folder is None else read(folder)
        content = _content(found, kind, created, compact=compact)
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(out) as part:
        part.write_bytes(content)
    print_path(out)
    return ExitCode.OK


def _content(found: Reported, kind: str, created: str, *, compact: bool) -> bytes:
    if kind == "html":
        from gaitchain.report import report_html

        return report_html(found.document, found.curves, found.person, created).encode()
    from gaitchain.report.pdf import report_pdf  # typst: only a PDF needs it

    return report_pdf(found.document, found.curves, found.person, created, compact=compact)
