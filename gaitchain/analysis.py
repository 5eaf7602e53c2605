"""From a recording to what `analyze` writes: result, risk, summary document and report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.outputs import summary, write_outputs
from gaitchain.outputs.plain import JsonObject
from gaitchain.report import report_html
from gaitchain.reporting import today
from models.artefact import Artefact
from models.assess import assess
from models.risk import Risk
from pipeline.pooling import analyze_tables
from pipeline.result import SessionResult, Verdict
from pipeline.session import analyze_table
from sensor.person import Person
from sensor.recording import ENDINGS, RecordingTable, read_recording
from sensor.recording.session_folder import is_session


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """One analysed recording; ``document`` is the content of summary.json."""

    person: Person
    result: SessionResult
    risk: Risk
    document: JsonObject


def analyse(table: RecordingTable, model: Artefact | None = None) -> Analysis:
    """Run the whole analysis of a recording; judged with the shipped model, or another one."""
    return concluded(analyze_table(table), table.person, model)


def analyse_together(paths: Sequence[Path], model: Artefact | None = None) -> Analysis:
    """Run the analysis of recordings of one person, day and condition: their strides count together.

    Raises
    ------
    RecordingError
        One cannot be read, or they do not belong together.
    """
    persons: list[Person] = []

    def read() -> Iterator[RecordingTable]:
        for path in paths:
            table = read_recording(path)
            persons.append(table.person)
            yield table

    return concluded(analyze_tables(read()), persons[0], model)


def recordings_in(path: Path) -> list[Path]:
    """The recordings that a path means: itself, or what lies in a folder that is no session; GaitchainError if none."""
    if not path.is_dir() or is_session(path):
        return [path]
    found = sorted(one for one in path.iterdir() if is_session(one) or one.name.lower().endswith(ENDINGS))
    if not found:
        kinds = ", ".join(ENDINGS)
        raise GaitchainError(f"{path}: no session and no recording ({kinds}) in this folder.", ExitCode.REFUSED)
    return found


def concluded(result: SessionResult, person: Person, model: Artefact | None = None) -> Analysis:
    """Add to a result what is said about it."""
    risk = assess(result, person, model)
    return Analysis(person, result, risk, summary(result, risk, person))


def write(analysis: Analysis, out_dir: Path, *, pdf: bool = False) -> Path:
    """Write all files of an analysis into ``out_dir``, made if need be.

    Returns
    -------
    Path
        Of report.html, or with ``pdf`` of report.pdf, which is then there too.

    Raises
    ------
    GaitchainError
        ``out_dir`` is a file, or the PDF cannot be made here.
    OutputError
        A file cannot be written; an earlier result in ``out_dir`` is then untouched.
    """
    if out_dir.exists() and not out_dir.is_dir():
        raise GaitchainError(f"{out_dir}: a file of that name exists; give a folder with -o.", ExitCode.USAGE)
    day = today()
    report = report_html(analysis.document, analysis.result.curves, analysis.person, created=day)
    if not pdf:
        return write_outputs(analysis.result, analysis.document, report, out_dir)["report.html"]
    from gaitchain.report.pdf import report_pdf  # typst: only a PDF needs it

    made = report_pdf(analysis.document, analysis.result.curves, analysis.person, created=day)
    return write_outputs(analysis.result, analysis.document, report, out_dir, made)["report.pdf"]


def exit_code(analysis: Analysis, *, strict: bool) -> ExitCode:
    """0 for a usable recording, 5 for an invalid one; strictly also for one that needs attention."""
    refused = {Verdict.INVALID, Verdict.ATTENTION} if strict else {Verdict.INVALID}
    return ExitCode.INVALID if analysis.result.quality.verdict in refused else ExitCode.OK
