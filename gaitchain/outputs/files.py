"""Writing an analysis to its folder: each file is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

from gaitchain.outputs.plain import JsonObject
from gaitchain.outputs.summary import summary_bytes
from gaitchain.outputs.tables import events_csv, joints_csv, pelvis_csv, strides_csv
from pipeline.result import SessionResult
from sensor.recording.atomic import whole_file


class OutputError(Exception):
    """An output could not be written; the message says which one, why, and what to do."""


def write_outputs(result: SessionResult, document: JsonObject, report: str, out_dir: Path) -> dict[str, Path]:
    """Write summary.json, the CSV tables and report.html into ``out_dir``, which is made if need be.

    Parameters
    ----------
    result
        The analysis; its events, strides and series fill the tables.
    document
        The summary of the same result, from :func:`gaitchain.outputs.summary.summary`.
    report
        The HTML page of the same summary, from :func:`gaitchain.report.report_html`.
    out_dir
        Files of an earlier analysis are replaced; a ``joints.csv`` that no longer applies is removed.

    Returns
    -------
    dict
        File name to path, in the order written.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    contents = {
        "events.csv": events_csv(result.events),
        "strides.csv": strides_csv(result.strides),
        "pelvis.csv": pelvis_csv(result.pelvis_series),
    }
    if result.knee_series is not None:
        contents["joints.csv"] = joints_csv(result.knee_series)
    contents |= {"summary.json": summary_bytes(document), "report.html": report.encode()}
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        if result.knee_series is None:
            (out_dir / "joints.csv").unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot use {out_dir} for output: {_why(error)}. Choose another folder with -o.") from error
    return {name: _write(out_dir / name, content) for name, content in contents.items()}


def _write(path: Path, content: bytes) -> Path:
    try:
        with whole_file(path) as part:
            part.write_bytes(content)
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {_why(error)}. Free some space or choose another folder with -o."
        ) from error
    return path


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
