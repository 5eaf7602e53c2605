"""Copies of patients' data that live for one request: what they are called, so that none outlives a server."""

from __future__ import annotations

import shutil
from pathlib import Path

UPLOAD = ".upload-"  # folders below the data folder
EXPORT = ".export-"  # files beside a session folder


def sweep(data: Path) -> None:
    """Remove those of a server that was killed; only one serves a data folder, and it has not begun."""
    for folder in data.glob(f"{UPLOAD}*"):
        shutil.rmtree(folder, ignore_errors=True)
    for file in data.glob(f"patients/*/sessions/{EXPORT}*"):
        file.unlink(missing_ok=True)
