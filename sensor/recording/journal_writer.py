"""Writing a journal while the event loop goes on: appending never waits for a disk."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sensor.recording.journal import MAGIC, Anchor, Closed, Frame, Header, Record, Source, encode
from sensor.recording.journal_file import SEGMENT_BYTES, Disk, JournalFailed, JournalFile, JournalState, failure


@dataclass(frozen=True, slots=True)
class JournalParams:
    """How often what."""

    write_every_s: float = 0.1  # a killed process loses this; 0.25 s is promised
    sync_every_s: float = 1.0  # a power cut loses this and how long the disk takes
    anchor_every_s: float = 10.0  # the wall clock may be set while we record
    segment_bytes: int = SEGMENT_BYTES
    backlog_bytes: int = 64 << 20  # a disk that is so far behind has stopped
    close_within_s: float = 20.0


class JournalWriter:
    """Appends records to a new journal. ``append`` belongs to one thread; two others write and sync.

    Parameters
    ----------
    folder : Path
        A folder without a journal; made if need be.
    session : str
        Identity of the session, in every segment.
    software : str
        Who writes, such as ``gaitchain 0.1.0``.
    clock_ns, utc_ns : callable
        The monotonic clock that stamps arrivals, and the wall clock.
    tap : callable, optional
        Given every record right after it was appended, in the order in which a reader will find them.
    on_failure : callable, optional
        Told once, from a writing thread, when nothing more can be written.

    Raises
    ------
    JournalFailed
        The journal cannot be created.
    """

    def __init__(
        self,
        folder: Path,
        session: str,
        software: str,
        *,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        utc_ns: Callable[[], int] = time.time_ns,
        tap: Callable[[Record], None] | None = None,
        on_failure: Callable[[JournalFailed], None] | None = None,
        disk: Disk | None = None,
        params: JournalParams | None = None,
    ) -> None:
        self.folder = folder
        self._session, self._software = session, software
        self._clock_ns, self._utc_ns = clock_ns, utc_ns
        self._tap, self._on_failure = tap, on_failure
        self._params = params or JournalParams()
        self._sources: dict[tuple[str, str, str], Source] = {}
        self._anchor_due_ns = clock_ns() + round(self._params.anchor_every_s * 1e9)
        self._stirred = threading.Condition()  # guards what follows; held for moments only
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._closing = False
        self._state = JournalState.OPEN
        self._failed: JournalFailed | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = JournalFile(folder, self._preamble, disk or Disk(), self._params.segment_bytes)
        except OSError as error:
            raise failure(error, folder) from error
        self._threads = [
            threading.Thread(target=self._write_on, name="journal writer", daemon=True),
            threading.Thread(target=self._sync_on, name="journal sync", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def state(self) -> JournalState:
        """Whether it still records, and if not, why."""
        return self._state

    @property
    def backlog_bytes(self) -> int:
        """Bytes that the operating system has not taken yet."""
        return self._pending_bytes

    def append(self, record: Record) -> None:
        """Take a record; it is with the operating system within a quarter of a second.

        Raises
        ------
        JournalFailed
            The journal takes nothing more, and why.
        """
        data = encode(record)
        now_ns = self._clock_ns()
        if now_ns >= self._anchor_due_ns:
            self._anchor_due_ns = now_ns + round(self._params.anchor_every_s * 1e9)
            data = encode(Anchor(now_ns, self._utc_ns())) + data
        with self._stirred:
            if self._state is not JournalState.OPEN:
                raise self._failed or JournalFailed(self._state, self.folder)
            self._pending.append(data)
            self._pending_bytes += len(data)
            late = self._pending_bytes > self._params.backlog_bytes
        if late:
            self._fail(JournalFailed(JournalState.FAILED, self.folder, "it has stopped taking data"))
        if self._tap is not None:
            self._tap(record)

    def frame(self, host_ns: int, node: str, device: str, channel: str, data: bytes) -> Frame:
        """Append a frame, and its source before the first of it; return the record as it stands in the journal."""
        key = (node, device, channel)
        if key not in self._sources:
            source = Source(host_ns, len(self._sources), *key)
            with self._stirred:
                self._sources[key] = source
            self.append(source)
        record = Frame(host_ns, self._sources[key].index, data)
        self.append(record)
        return record

    def close(self, reason: str) -> None:
        """End in order: on return everything is on the disk. Blocks; call it outside the event loop.

        Raises
        ------
        JournalFailed
            It is not; what was on the disk before stays.
        """
        if self._state is JournalState.OPEN:
            with contextlib.suppress(JournalFailed):
                self.append(Closed(self._clock_ns(), reason))
        with self._stirred:
            self._closing = True
            self._stirred.notify_all()
        ends = time.monotonic() + self._params.close_within_s
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            self._fail(JournalFailed(JournalState.FAILED, self.folder, "it does not finish writing"))
        else:
            self._finish()
        if self._failed is not None:
            raise self._failed

    def _finish(self) -> None:
        if self._state is JournalState.OPEN:
            try:
                self._file.sync()
                self._state = JournalState.CLOSED
            except OSError as error:
                self._fail(failure(error, self.folder))
        self._file.close()

    def _preamble(self, number: int) -> bytes:
        """What makes a segment readable on its own."""
        now_ns = self._clock_ns()
        with self._stirred:
            sources = list(self._sources.values())
        records: list[Record] = [
            Header(now_ns, self._session, number, self._software),
            Anchor(now_ns, self._utc_ns()),
            *sources,
        ]
        return MAGIC + b"".join(encode(record) for record in records)

    def _over(self) -> bool:
        return self._closing or self._state is not JournalState.OPEN

    def _write_on(self) -> None:
        while True:
            with self._stirred:
                self._stirred.wait_for(self._over, self._params.write_every_s)
                if self._state is not JournalState.OPEN:
                    return
                batch, self._pending = self._pending, []
                last = self._closing
            data = b"".join(batch)
            try:
                self._file.write(data)
            except OSError as error:
                with contextlib.suppress(OSError):  # what went in before shall at least be safe
                    self._file.sync()
                self._fail(failure(error, self.folder))
                return
            with self._stirred:
                self._pending_bytes -= len(data)
            if last:
                return

    def _sync_on(self) -> None:
        while True:
            with self._stirred:
                self._stirred.wait_for(self._over, self._params.sync_every_s)
                if self._over():
                    return
            try:
                self._file.sync()
            except OSError as error:  # never tried again: the system may have dropped what it could not write
                self._fail(failure(error, self.folder))
                return

    def _fail(self, failed: JournalFailed) -> None:
        with self._stirred:
            if self._state is not JournalState.OPEN:
                return
            self._state, self._failed = failed.state, failed
            self._stirred.notify_all()
        if self._on_failure is not None:
            self._on_failure(failed)
