"""Where gaitchain keeps its state: store, logs, models."""

from __future__ import annotations

import os
from pathlib import Path


def data_dir(given: str | None) -> Path:
    """The folder of ``--data``, else of ``GAITCHAIN_DATA``, else the platform's user data folder; not created here."""
    if given is not None:
        return Path(given)
    if told := os.environ.get("GAITCHAIN_DATA"):
        return Path(told)
    import platformdirs  # only asked when nobody said where

    return platformdirs.user_data_path("gaitchain", appauthor=False)
