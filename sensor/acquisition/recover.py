"""Recovery: the journal's valid prefix becomes the session folder's files again. Twice gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sensor.acquisition.restore import NodeReport, Restored, restore
from sensor.recording.journal_reader import Damage, JournalReader
from sensor.recording.session_folder import (
    SessionEnd,
    SessionFolder,
    SessionInfo,
    is_session,
    read_info,
    write_info,
    write_json,
    write_markers,
)
from sensor.recording.table import RecordingError
from sensor.recording.writer import write_table

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a session folder holds, and what of its journal could not be read."""

    restored: Restored
    damages: tuple[Damage, ...]
    segments: int
    records: int
    valid_bytes: int
    needed: bool  # the recording had broken off, or a file was missing

    def said(self) -> dict[str, Any]:
        """As a JSON object, times to 0.1 ms."""
        restored = self.restored
        return {
            "schema_version": SCHEMA_VERSION,
            "session": restored.session,
            "complete": restored.closed and not self.damages,
            "duration_s": round(restored.duration_s, 4),
            "recording_s": round(_span_s(restored), 4),
            "nodes": [said_of(node) for node in restored.nodes],
            "journal": {
                "segments": self.segments,
                "records": self.records,
                "valid_bytes": self.valid_bytes,
                "damages": [
                    {"segment": d.segment, "at_byte": d.at_byte, "lost_bytes": d.lost_bytes, "why": d.why}
                    for d in self.damages
                ],
            },
        }


def said_of(node: NodeReport) -> dict[str, Any]:
    """One node as a JSON object."""
    return {
        "node": node.node,
        "device": node.device,
        **node.identity,
        "placement": node.placement,
        "rate_hz": node.rate_hz,
        "samples": node.samples,
        "backfilled": node.backfilled,
        "first_s": None if node.first_s is None else round(node.first_s, 4),
        "last_s": None if node.last_s is None else round(node.last_s, 4),
        "gaps": [
            {
                "start_s": round(gap.start_s, 4),
                "end_s": round(gap.end_s, 4),
                "samples": gap.samples,
                "cause": gap.cause.value,
            }
            for gap in node.gaps
        ],
        "clocks": [
            {key: v if isinstance(v, int) else float(f"{v:.6g}") for key, v in clock.items()} for clock in node.clocks
        ],
    }


def recover(path: Path) -> Recovery:
    """Restore a session folder from its journal, which is only read. A folder that is complete is left as it is.

    Raises
    ------
    RecordingError
        This is no session folder, or its journal cannot be read at all.
    OSError
        The restored files cannot be written.
    """
    folder = SessionFolder(path)
    if not is_session(path):
        raise RecordingError(f"{path}: this is no session folder; give the folder that `gaitchain record -o` wrote.")
    info = read_info(folder)
    recovery = _read(folder, info)
    if recovery.needed:
        whole = recovery.restored.closed and not recovery.damages
        write_restored(folder, recovery.restored, info, SessionEnd.COMPLETE if whole else SessionEnd.RECOVERED)
        write_json(folder.recovery, recovery.said())
    return recovery


def finish(path: Path) -> Recovery:
    """Make the session folder's files from a journal that has just been closed in order.

    Parameters
    ----------
    path : Path
        The session folder.

    Raises
    ------
    OSError
        A file cannot be written; ``recover`` can do it later, once there is room.
    """
    folder = SessionFolder(path)
    info = read_info(folder)
    recovery = _read(folder, info)
    write_restored(folder, recovery.restored, info, SessionEnd.COMPLETE)
    return recovery


def _read(folder: SessionFolder, info: SessionInfo | None) -> Recovery:
    reader = JournalReader(folder.journal)
    restored = restore(reader, folder.path.resolve().name, info.placements if info else None)
    ended = info is not None and info.end is not SessionEnd.RECORDING
    missing = not folder.markers.is_file() or (restored.table is not None and not folder.recording.is_file())
    return Recovery(
        restored,
        tuple(reader.damages),
        reader.segments,
        reader.records,
        reader.valid_bytes,
        needed=missing or not ended,
    )


def write_restored(folder: SessionFolder, restored: Restored, info: SessionInfo | None, end: SessionEnd) -> None:
    """Write recording.parquet and markers.csv, and session.json last: it says that the others are there."""
    if restored.table is not None:
        write_table(restored.table, folder.recording)
    write_markers(folder, restored.markers)
    created = "" if restored.utc_ns is None else datetime.fromtimestamp(restored.utc_ns * 1e-9, UTC).isoformat()
    plan = restored.plan
    known = info or SessionInfo(
        restored.session,
        created,
        restored.software,
        person=plan.person,
        protocol=plan.protocol,
        condition=plan.condition,
    )
    nodes = {node.node: {key: v for key, v in said_of(node).items() if key != "node"} for node in restored.nodes}
    recording = {
        "began": created,
        "duration_s": round(_span_s(restored), 4),
        "rate_hz": None if restored.table is None else restored.table.rate_hz,
    }
    write_info(
        folder,
        replace(
            known,
            end=end,
            placements=plan.placements,
            nodes=nodes,
            calibration=restored.calibration,
            recording=recording,
            notes=restored.notes or known.notes,
        ),
    )


def _span_s(restored: Restored) -> float:
    table = restored.table
    return 0.0 if table is None else float(table.time_s[-1] - table.time_s[0])
