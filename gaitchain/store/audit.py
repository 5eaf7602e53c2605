"""The audit trail: one line of JSON per deed, appended and never changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from gaitchain.store.errors import StoreError
from gaitchain.store.rows import Trace
from gaitchain.store.truth import now

_LONGEST = 80


def append(path: Path, who: str, what: str, pid: str | None, sid: str | None) -> None:
    """Append a line; it is on disk when this returns. The caller holds the write lock."""
    if not what.isprintable() or len(what) > _LONGEST:
        raise StoreError(f"What was done is said in at most {_LONGEST} printable characters.")
    said = {"when": now().isoformat(), "who": who, "what": what, "pid": pid, "sid": sid}
    line = (json.dumps(said, ensure_ascii=False) + "\n").encode()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        end = file.seek(0, os.SEEK_END)
        if end and _last_byte(file, end) != b"\n":  # a crash cut the last line: it stays as it is, and ends here
            line = b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(descriptor)


def rows(path: Path, start: int = 0) -> Iterator[dict[str, Any]]:
    """Rows of the lines from a place on; a line that a crash cut short is passed over."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        at = file.seek(start)
        for line in file:
            with suppress(ValueError, KeyError, TypeError):
                yield _row(at, json.loads(line))
            at += len(line)


def trace(row: Any) -> Trace:
    """A row of the index as a line of the trail."""
    return Trace(datetime.fromisoformat(row.moment), row.who, row.what, row.pid, row.sid)


def _row(at: int, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": at,
        "moment": said["when"],
        "who": said["who"],
        "what": said["what"],
        "pid": said["pid"],
        "sid": said["sid"],
    }


def _last_byte(file: Any, end: int) -> bytes:
    file.seek(end - 1)
    last: bytes = file.read(1)
    file.seek(end)
    return last
