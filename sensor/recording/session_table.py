"""A session folder as a recording: its final table, restored from the journal first if the recording broke off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sensor.acquisition.recover import recover
from sensor.recording.reader import read_table
from sensor.recording.session_folder import SessionEnd, SessionFolder, read_info, sidecar_of
from sensor.recording.table import RecordingError, RecordingTable

FINAL = "Final recording of the session: late samples filled in, clocks fitted over the whole session."
RECOVERED = "The recording broke off; this is what the journal holds of it, clocks fitted over the whole session."


def read_session(path: Path) -> RecordingTable:
    """Read the final recording of a session folder; one that broke off is recovered first.

    Raises
    ------
    RecordingError
        There is nothing to read, and why.
    """
    folder = SessionFolder(path)
    info = read_info(folder)
    if info is None or info.end is SessionEnd.RECORDING or not folder.recording.is_file():
        recover(path)
        info = read_info(folder)
    if info is None or not folder.recording.is_file():
        raise RecordingError(f"{path}: the journal holds no samples of a sensor whose place is known; record again.")
    table = read_table(folder.recording, sidecar_of(folder, info), str(folder.info))
    said = RECOVERED if info.end is SessionEnd.RECOVERED else FINAL
    return replace(table, name=path.resolve().name, notices=(said, *table.notices))
