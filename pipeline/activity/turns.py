"""Turns: where the body changes its heading, so that only straight walking enters the asymmetry.

After El-Gohary 2014 as mobgap documents it: rate about the vertical below 0.5 Hz, a peak of at least 15 deg/s between
two crossings of 5 deg/s, at least 45 degrees in all. Deviations: symmetric FIR instead of a Butterworth run both ways;
any sensor set may supply the rate; a turn is cut at 10 s instead of refused, since walking in a circle is not straight
either; used only as an exclusion mask, widened by half a second at both ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.mounting.standing import Span
from pipeline.signals.filters import lowpass_taps
from pipeline.signals.runs import runs
from pipeline.signals.timeline import Series
from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ


@dataclass(frozen=True, slots=True)
class TurnParams:
    """What counts as a turn."""

    cutoff_hz: float = 0.5
    taps: int = 151
    edge_deg_s: float = 5.0
    peak_deg_s: float = 15.0
    least_deg: float = 45.0
    longest_s: float = 10.0
    pad_s: float = 0.5

    def filter_taps(self) -> FloatArray:
        """Taps of the low-pass that the heading rate goes through."""
        return lowpass_taps(self.cutoff_hz, self.taps)


class TurnFinder:
    """Stage: follows a heading rate series, rad/s; knows the turns up to ``settled``."""

    def __init__(self, rate: Series, params: TurnParams) -> None:
        self.params = params
        self.turns: list[Span] = []  # those that a cycle to come may still overlap, padding included
        self.found: list[Span] = []  # all of them, without padding
        self._rate = rate
        self._longest = int(np.ceil(params.longest_s * GRID_HZ))
        self._next = rate.start
        self._begin: int | None = None
        self._angle = 0.0
        self._peak = 0.0
        self._cut = False  # the turn that goes on has already been reported in part

    @property
    def settled(self) -> int:
        """Grid index before which all turns are known, padding included."""
        return (self._next if self._begin is None else self._begin) - int(self.params.pad_s * GRID_HZ)

    def advance(self, end: int) -> None:
        """Take in the rate's samples before the grid index ``end``, as far as they are known."""
        end = min(end, self._rate.end)
        if end <= self._next:
            return
        w = np.degrees(self._rate.window(self._next, end))
        direction = np.where(np.abs(w) > self.params.edge_deg_s, np.sign(w), 0.0)
        rates = w.tolist()
        for first, last in runs(direction):
            self._run(self._next + first, float(direction[first]), rates[first:last])
        self._next = end

    def finish(self) -> None:
        """Close a turn that goes on at the end."""
        self.advance(self._rate.end)
        self._close(self._next)

    def forget(self, before: int) -> None:
        """Drop turns that ended before a grid index."""
        self.turns = [turn for turn in self.turns if turn.end > before]

    def _run(self, start: int, direction: float, rates: list[float]) -> None:
        if direction == 0.0 or (self._begin is not None and direction * self._angle < 0.0):
            self._close(start)
        while direction != 0.0 and rates:
            begin = self._begin = start if self._begin is None else self._begin
            room = begin + self._longest + 1 - start
            part, rates = rates[:room], rates[room:]
            start += len(part)
            for rate in part:
                self._angle += rate / GRID_HZ
            self._peak = max(self._peak, *map(abs, part))
            if len(part) == room:
                self._close(start - 1, goes_on=True)

    def _close(self, end: int, *, goes_on: bool = False) -> None:
        p = self.params
        is_turn = self._peak >= p.peak_deg_s and abs(self._angle) >= p.least_deg
        if self._begin is not None and (is_turn or self._cut):
            pad = int(p.pad_s * GRID_HZ)
            self.turns.append(Span(self._begin - pad, end + pad))
            self.found.append(Span(self._begin, end))
        self._cut = goes_on and (is_turn or self._cut)
        self._begin, self._angle, self._peak = None, 0.0, 0.0


def overlaps(turns: list[Span], start: float, end: float) -> bool:
    """Whether any turn shares time with ``[start, end)``."""
    return any(turn.start < end and start < turn.end for turn in turns)
