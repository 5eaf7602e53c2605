"""One writer at a time, among threads and among processes."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gaitchain.store.errors import StoreError

PATIENCE_S = 30.0
_LOOK_EVERY_S = 0.02


class WriteLock:
    """Held while files and index change. The file stays; the system lets go of it when a process dies."""

    def __init__(self, path: Path, patience_s: float = PATIENCE_S) -> None:
        self._path, self._patience_s = path, patience_s
        self._thread = threading.RLock()
        self._depth = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock and hold it; a thread that has it may take it again.

        Raises
        ------
        StoreError
            Somebody else has held it for too long.
        """
        with self._thread:
            if self._depth:
                yield
                return
            with self._path.open("a+b") as file:
                self._wait(file.fileno())
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                    _unlock(file.fileno())

    def _wait(self, descriptor: int) -> None:
        until = time.monotonic() + self._patience_s
        while not _try_lock(descriptor):
            if time.monotonic() > until:
                raise StoreError(
                    f"Another gaitchain has been writing to {self._path.parent} for {self._patience_s:.0f} s; "
                    "wait for it or end it, then try again."
                )
            time.sleep(_LOOK_EVERY_S)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
