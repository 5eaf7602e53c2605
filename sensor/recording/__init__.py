"""The recording on disk: one table for CSV, gzipped CSV and Parquet, and the sidecar beside it."""

from sensor.recording.exclusion import EXCLUDED_FROM, kept
from sensor.recording.reader import read_recording
from sensor.recording.sidecar import ENDINGS, sidecar_path
from sensor.recording.table import Marker, RecordingError, RecordingTable, blocks
from sensor.recording.writer import write_recording

__all__ = [
    "ENDINGS",
    "EXCLUDED_FROM",
    "Marker",
    "RecordingError",
    "RecordingTable",
    "blocks",
    "kept",
    "read_recording",
    "sidecar_path",
    "write_recording",
]
