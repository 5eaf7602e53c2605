"""Journals for tests: random records, files made by hand, disks that fail."""

from __future__ import annotations

import errno
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st

from sensor.recording.journal import (
    MAGIC,
    Anchor,
    Closed,
    Frame,
    Header,
    MarkerSet,
    Note,
    Record,
    Source,
    StateChange,
    encode,
)
from sensor.recording.journal_file import Disk

HEADER = Header(0, "s1", 0, "test")
TIMES = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(max_size=20)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
records: st.SearchStrategy[Record] = st.one_of(
    st.builds(Frame, TIMES, st.integers(0, 0xFFFF), st.binary(max_size=60)),
    st.builds(Source, TIMES, st.integers(0, 0xFFFF), TEXTS, TEXTS, TEXTS),
    st.builds(Anchor, TIMES, TIMES),
    st.builds(MarkerSet, TIMES, TEXTS),
    st.builds(Note, TIMES, TEXTS),
    st.builds(StateChange, TIMES, TEXTS, TEXTS, st.dictionaries(TEXTS, json_values, max_size=3)),
    st.builds(Closed, TIMES, TEXTS),
)


def segment(content: list[Record], number: int = 0) -> bytes:
    head = Header(0, HEADER.session, number, HEADER.software)
    return MAGIC + b"".join(map(encode, [head, *content]))


def put(folder: Path, *segments: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(segments):
        (folder / f"{number:06d}.gcj").write_bytes(data)
    return folder


@dataclass
class BadDisk(Disk):
    """A disk with ``room`` bytes left, that may break, or hang until it is let go."""

    room: int = 1 << 40
    write_error: int | None = None
    sync_error: int | None = None
    wrote: threading.Event = field(default_factory=threading.Event)
    synced: threading.Event = field(default_factory=threading.Event)
    writing_goes_on: threading.Event = field(default_factory=threading.Event)
    syncing_goes_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.writing_goes_on.set()
        self.syncing_goes_on.set()

    def write(self, file: int, data: bytes | memoryview) -> int:
        assert self.writing_goes_on.wait(20)
        if self.write_error is not None:
            raise OSError(self.write_error, os.strerror(self.write_error))
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = os.write(file, data[: min(self.room, 100)])  # short writes are allowed to happen
        self.room -= done
        self.wrote.set()
        return done

    def sync(self, file: int) -> None:
        assert self.syncing_goes_on.wait(20)
        if self.sync_error is not None:
            raise OSError(self.sync_error, os.strerror(self.sync_error))
        super().sync(file)
        self.synced.set()
