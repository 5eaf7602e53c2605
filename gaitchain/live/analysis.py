"""The analysis while it is recorded, and its replay: the same records give the same strides, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from gaitchain.analysis import Analysis, concluded
from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.live.pace import Pace
from pipeline.result import Stride
from pipeline.session import SessionAnalysis
from sensor.acquisition.live_fold import LiveFold
from sensor.recording import RecordingTable, blocks, kept
from sensor.recording.journal import Record
from sensor.recording.journal_reader import JournalReader

AS_LIVE = "As seen live: samples in order of arrival, clocks as known then; the final recording may be better."
CHUNK_S = 0.1  # how much of a recording file arrives at a time


@dataclass(slots=True)
class LiveAnalysis:
    """Fold over a session's records: strides as they become certain, one analysis at the end."""

    fold: LiveFold = field(default_factory=LiveFold)
    _analysis: SessionAnalysis | None = None

    @property
    def began(self) -> bool:
        """Whether the recording proper has begun."""
        return self.fold.plan is not None

    def push(self, record: Record) -> list[Stride]:
        """Take the next record; return the strides that are now certain."""
        blocks = self.fold.push(record)
        if self._analysis is None and self.fold.plan is not None:
            plan = self.fold.plan
            self._analysis = SessionAnalysis(plan.rates_by_placement, plan.person, plan.name, (AS_LIVE,))
        if self._analysis is None:
            return []
        return [stride for block in blocks for stride, _ in self._analysis.push(block).strides]

    def finish(self) -> Analysis:
        """Take the end; GaitchainError if the recording proper never began."""
        if self._analysis is None or self.fold.plan is None:
            raise GaitchainError(
                "The recording broke off before the walk began: there is nothing to replay. `gaitchain analyze` uses "
                "what the sensors sent before.",
                ExitCode.REFUSED,
            )
        return concluded(self._analysis.finish(), self.fold.plan.person)


class Replay(Protocol):
    """A recording on its way through the analysis."""

    def strides(self, pace: Pace) -> Iterator[Stride]:
        """Strides as they become certain."""

    def finish(self) -> Analysis:
        """What all of it says; call it behind the last stride."""


class TableReplay:
    """A recording file, a tenth of a second at a time: ends in what `analyze` says of it."""

    def __init__(self, table: RecordingTable) -> None:
        self._table = table = kept(table)
        rates = dict.fromkeys(table.placements, table.rate_hz)
        self._analysis = SessionAnalysis(rates, table.person, table.name, table.notices)

    def strides(self, pace: Pace) -> Iterator[Stride]:
        begin_s = float(self._table.time_s[0]) if len(self._table) else 0.0
        for block in blocks(self._table, max(1, round(CHUNK_S * self._table.rate_hz))):
            pace.until(float(block.time_s[-1]) - begin_s)
            for stride, _ in self._analysis.push(block).strides:
                yield stride

    def finish(self) -> Analysis:
        return concluded(self._analysis.finish(), self._table.person)


class JournalReplay:
    """A session's journal in order of arrival: ends in what was said live."""

    def __init__(self, reader: JournalReader) -> None:
        self._reader = reader
        self._live = LiveAnalysis()

    def strides(self, pace: Pace) -> Iterator[Stride]:
        begin_ns: int | None = None
        for record in self._reader:
            if begin_ns is not None:
                pace.until((record.host_ns - begin_ns) * 1e-9)
            yield from self._live.push(record)
            if begin_ns is None and self._live.began:  # the preflight before it is not waited for
                begin_ns = record.host_ns

    def finish(self) -> Analysis:
        return self._live.finish()
