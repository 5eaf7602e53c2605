"""Writing an analysis to its folder: all files are there whole, or an earlier result stays as it was."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from gaitchain.outputs.curves import curves_json
from gaitchain.outputs.plain import JsonObject
from gaitchain.outputs.summary import summary_bytes
from gaitchain.outputs.tables import bouts_csv, events_csv, joints_csv, pelvis_csv, strides_csv
from pipeline.result import SessionResult
from sensor.recording.atomic import whole_file

_NOT_ALWAYS = {"joints.csv", "report.pdf"}


class OutputError(Exception):
    """An output could not be written; the message says which one, why, and what to do."""


def write_outputs(
    result: SessionResult, document: JsonObject, report: str, out_dir: Path, pdf: bytes | None = None
) -> dict[str, Path]:
    """Write summary.json, curves.json, the CSV tables and report.html into ``out_dir``, which is made if need be.

    Parameters
    ----------
    result
        The analysis; its events, strides, series and curves fill the tables.
    document
        The summary of the same result, from :func:`gaitchain.outputs.summary.summary`.
    report
        The HTML page of the same summary, from :func:`gaitchain.report.report_html`.
    out_dir
        Files of an earlier analysis are replaced; a ``joints.csv`` or ``report.pdf`` that no longer applies is removed.
    pdf
        The same report as a PDF, written as report.pdf.

    Returns
    -------
    dict
        File name to path.

    Raises
    ------
    OutputError
        When a file or the folder cannot be written; files of an earlier analysis are then untouched.
    """
    contents = {
        "events.csv": events_csv(result.events),
        "strides.csv": strides_csv(result.strides),
        "bouts.csv": bouts_csv(result.bouts, result.strides),
        "pelvis.csv": pelvis_csv(result.pelvis_series),
    }
    if result.knee_series is not None:
        contents["joints.csv"] = joints_csv(result.knee_series)
    contents |= {"curves.json": curves_json(result.curves)}
    contents |= {"summary.json": summary_bytes(document), "report.html": report.encode()}
    if pdf is not None:
        contents["report.pdf"] = pdf
    paths = {name: out_dir / name for name in contents}
    at = out_dir
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:  # the parts take their names only once all of them are written
            for name, content in contents.items():
                at = paths[name]
                stack.enter_context(whole_file(at)).write_bytes(content)
        for name in _NOT_ALWAYS - contents.keys():
            (out_dir / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"Cannot write {at}: {(error.strerror or str(error)).lower()}. Make room or choose another folder with -o."
        ) from error
    return paths
