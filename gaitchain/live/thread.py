"""The live analysis beside the recording: in a thread of its own, so that it delays no arrival."""

from __future__ import annotations

import threading
from collections import deque
from queue import SimpleQueue

from gaitchain.analysis import Analysis
from gaitchain.live.analysis import LiveAnalysis
from pipeline.result import Stride
from sensor.recording.journal import Record


class LiveThread:
    """Takes records, gives strides. A failure of the analysis ends the analysis, never the recording.

    Attributes
    ----------
    failure : Exception or None
        Why there is no live analysis any more.
    """

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self._records: SimpleQueue[Record | None] = SimpleQueue()
        self._strides: deque[Stride] = deque()
        self._analysis: Analysis | None = None
        self._thread = threading.Thread(target=self._run, name="live analysis", daemon=True)
        self._thread.start()

    def push(self, record: Record) -> None:
        """Hand over the next record; returns at once."""
        if self.failure is None:  # else nobody fetches it, and an hour of walking would pile up
            self._records.put(record)

    def strides(self) -> list[Stride]:
        """Strides that have become certain since the last call."""
        return [self._strides.popleft() for _ in range(len(self._strides))]

    def finish(self) -> Analysis | None:
        """Wait until everything is analysed; None if there is nothing to say."""
        self._records.put(None)
        self._thread.join()
        return self._analysis

    def _run(self) -> None:
        live = LiveAnalysis()
        try:
            while (record := self._records.get()) is not None:
                self._strides += live.push(record)
            if live.began:
                self._analysis = live.finish()
        except Exception as error:  # noqa: BLE001 - whatever it is, the recording goes on
            self.failure = error
