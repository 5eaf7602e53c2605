"""Folders on their way out or in: their names say what is left to do when a crash comes between."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from gaitchain.store.layout import Layout, is_pid

_ERASED = ".erased-"  # decided: only the removing is left
_MAKING = ".making-"  # not whole: thrown away
_READY = ".ready-"  # whole; it takes the place of the patient named last


def erase_folder(layout: Layout, pid: str) -> None:
    """Remove a patient's folder. Once it has its new name nothing brings it back."""
    folder = layout.folder(pid)
    if folder.exists():
        gone = folder.with_name(f"{_ERASED}{secrets.token_hex(6)}")
        folder.rename(gone)
        shutil.rmtree(gone)


def making(layout: Layout, pid: str) -> Path:
    """Where a patient's folder is made that shall take another's place."""
    return layout.patients / f"{_MAKING}{pid}"


def take_place(layout: Layout, new: str, old: str) -> None:
    """Put a folder that was made in the place of a patient's, which is erased."""
    ready = layout.patients / f"{_READY}{new}-{old}"
    making(layout, new).rename(ready)
    _settle(layout, ready)


def finish_erasing(layout: Layout) -> None:
    """Do what a crash left undone."""
    for path in sorted(layout.patients.iterdir()):
        if path.name.startswith((_ERASED, _MAKING)):
            shutil.rmtree(path)
        elif path.name.startswith(_READY):
            _settle(layout, path)


def _settle(layout: Layout, ready: Path) -> None:
    new, _, old = ready.name.removeprefix(_READY).partition("-")
    if is_pid(new) and is_pid(old):
        erase_folder(layout, old)
        ready.rename(layout.folder(new))
