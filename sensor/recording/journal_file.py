"""The journal's files on disk: appending, making durable, beginning the next segment, and knowing when it is over."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

SEGMENT_BYTES = 1 << 20  # damage to a segment costs at most the rest of it: 3 minutes of 4 nodes at 100 Hz


class JournalState(StrEnum):
    """What has become of a journal that is being written."""

    OPEN = "open"
    CLOSED = "closed"
    FULL = "full"  # the disk has no room
    GONE = "gone"  # the disk or the folder is no longer there
    FAILED = "failed"  # the disk refuses for another reason


_STATES = {
    JournalState.FULL: (errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
    JournalState.GONE: (errno.ENOENT, errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN, errno.EROFS),
}
_SENTENCES = {
    JournalState.FULL: "The disk of {folder} is full: nothing more is recorded, everything before is kept. "
    "Free some space, then begin a new recording.",
    JournalState.GONE: "The disk or the folder {folder} is gone ({why}): nothing more is recorded, everything before "
    "is on that disk. Connect it again, then begin a new recording.",
    JournalState.FAILED: "The disk of {folder} refuses to write ({why}): nothing more is recorded, everything before "
    "is kept. Check the disk, then begin a new recording.",
    JournalState.CLOSED: "The recording in {folder} is closed.",
}


class JournalFailed(Exception):  # noqa: N818 - a state that the session has to live with
    """Nothing more can be written; the message says why and what to do.

    Attributes
    ----------
    state : JournalState
    """

    def __init__(self, state: JournalState, folder: Path, why: str = "") -> None:
        super().__init__(_SENTENCES[state].format(folder=folder, why=why))
        self.state = state


def failure(error: OSError, folder: Path) -> JournalFailed:
    """What an error of the disk means for the recording."""
    state = next((s for s, numbers in _STATES.items() if error.errno in numbers), JournalState.FAILED)
    return JournalFailed(state, folder, (error.strerror or str(error)).lower())


def sync_folder(folder: Path) -> None:
    """Make the names of the folder's files durable."""
    if os.name == "nt":  # Windows does so itself and gives no handle of a folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Disk:
    """The calls to the operating system that a journal makes; a test puts a worse disk in its place."""

    def create(self, path: Path) -> int:
        """A new file, open for writing; FileExistsError if there is one."""
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
        try:
            sync_folder(path.parent)
        except OSError:
            os.close(file)
            raise
        return file

    def write(self, file: int, data: bytes | memoryview) -> int:
        """Write some of the data; how much of it."""
        return os.write(file, data)

    def sync(self, file: int) -> None:
        """Return once the file is on the disk."""
        os.fsync(file)

    def check(self, file: int, path: Path) -> None:
        """FileNotFoundError if the open file is no longer the one of that name: writing on would help nobody."""
        if not os.path.samestat(os.fstat(file), path.stat()):
            raise FileNotFoundError(errno.ENOENT, "the file was replaced by another", str(path))


class JournalFile:
    """The segments of one journal. ``write`` and ``sync`` may run in two threads, so a slow sync delays no write.

    Parameters
    ----------
    folder : Path
        Must exist.
    preamble : callable
        Segment number to the bytes that the segment begins with.
    """

    def __init__(
        self, folder: Path, preamble: Callable[[int], bytes], disk: Disk, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        self._folder, self._preamble, self._disk, self._segment_bytes = folder, preamble, disk, segment_bytes
        self._lock = threading.Lock()  # over the descriptors, never held while the disk works on a sync
        self._retired: list[int] = []
        self._number = -1
        self._written = 0
        self._file: int | None = None
        try:
            self._next_segment()
        except OSError:
            self.close()
            raise

    def write(self, data: bytes) -> None:
        """Append; on return the operating system has it all. OSError when it takes no more."""
        if self._written >= self._segment_bytes:
            self._next_segment()
        self._write(data)

    def sync(self) -> None:
        """On return everything that was written before the call is on the disk."""
        with self._lock:
            retired, self._retired = self._retired, []
            current = None if self._file is None else os.dup(self._file)
            path = self._path
        try:
            for file in retired:
                self._disk.sync(file)
            if current is not None:
                self._disk.sync(current)
                self._disk.check(current, path)
        finally:
            for file in [*retired, *([] if current is None else [current])]:
                os.close(file)

    def close(self) -> None:
        """Give back the descriptors; says nothing about the disk."""
        with self._lock:
            files, self._retired = [*self._retired, *([] if self._file is None else [self._file])], []
            self._file = None
        for file in files:
            os.close(file)

    @property
    def _path(self) -> Path:
        return self._folder / f"{self._number:06d}.gcj"

    def _next_segment(self) -> None:
        path = self._folder / f"{self._number + 1:06d}.gcj"
        file = self._disk.create(path)
        with self._lock:
            self._retired += [] if self._file is None else [self._file]
            self._file, self._number, self._written = file, self._number + 1, 0
        self._write(self._preamble(self._number))

    def _write(self, data: bytes) -> None:
        if self._file is None:
            raise ValueError("the journal is closed")
        rest = memoryview(data)
        while rest:
            done = self._disk.write(self._file, rest)
            self._written += done
            rest = rest[done:]
