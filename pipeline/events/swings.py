"""Swings of a leg: the spans in which the shank turns forward, from its sagittal angular rate.

Every swing shows as one positive wave of the sagittal rate (Aminian 2002 and Salarian 2004 use its peak). Here a swing
is the run above a level, because where it rises and falls through that level is what the contacts are timed by.

Deviations from the sources: a run above 1 rad/s, or less for a leg that swings slowly, instead of a peak above
50 deg/s; two humps of one swing are joined; of two swings closer than 0.55 of the usual stride the weaker is dropped;
weak swings count from 0.3 of the usual peak, so that the short steps of gait initiation and termination are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.signals.candidates import Refractory
from pipeline.signals.timeline import Series
from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ


@dataclass(frozen=True, slots=True)
class SwingParams:
    """What counts as a swing."""

    level_rad_s: float = 1.0  # crossed steeply by every swing, above what a stance leg does
    level_part: float = 0.3  # of the usual peak, where that is less: a stiff or very slow leg peaks at 1.3 rad/s
    weakest: float = 0.3  # of the usual peak
    hump_gap_s: float = 0.15  # two runs closer than this are humps of one swing ...
    hump_dip_rad_s: float = -0.5  # ... unless the leg turns back between them, as it does after a contact
    closest: float = 0.55  # of the usual stride time
    usual_stride_s: tuple[float, float] = (0.4, 3.0)  # intervals outside say nothing about the rhythm


@dataclass(frozen=True, slots=True)
class Swing:
    """One swing in grid samples: the crossings with a fraction, the peak in rad/s."""

    rise: float
    at: int
    fall: float
    strength: float


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is usual for this leg: peak of a swing, rad/s, and stride, samples."""

    peak_rad_s: float
    stride: float


class SwingFinder:
    """Stage: sagittal angular rate, rad/s, + while the leg swings forward; finished swings out, in order.

    Parameters
    ----------
    rhythm : Rhythm
        From :func:`learn_rhythm`.
    start : int
        Grid index of the first sample to come.
    """

    def __init__(self, params: SwingParams, rhythm: Rhythm, start: int = 0) -> None:
        self.params = params
        self.rate = Series(1, start)
        self._level = level_of(rhythm.peak_rad_s, params)
        self._weakest = max(self._level, params.weakest * rhythm.peak_rad_s)
        self._kept: Refractory[Swing] = Refractory(params.closest * rhythm.stride)
        self._scanned = start
        self._rise: float | None = None  # of the run that goes on
        self._open: Swing | None = None  # last finished run; the next may be its second hump

    def push(self, rate_rad_s: FloatArray) -> list[Swing]:
        """Take samples (n,); return the swings that are now certain."""
        self.rate.append(rate_rad_s)
        out: list[Swing] = []
        for run in self._finished_runs():
            out += self._take(run)
        out += self._close(self._scanned)
        out += self._kept.settle(self.known)
        return out

    def finish(self) -> list[Swing]:
        """Return the swings that wait for a successor."""
        out = self._candidate(self._open) if self._open else []
        self._open = None
        return out + self._kept.finish()

    @property
    def known(self) -> float:
        """Grid index before which no new swing can begin."""
        if self._open is not None:
            return self._open.rise
        return self._rise if self._rise is not None else float(self._scanned)

    @property
    def settled(self) -> float:
        """Grid index before which every swing has been returned."""
        held = self._kept.held
        return min(self.known, held.rise) if held is not None else self.known

    def _finished_runs(self) -> list[Swing]:
        first, last = self._scanned, self.rate.end
        if last - first < 2:
            return []
        w = self.rate.window(first, last)
        level = self._level
        runs = []
        for i in np.flatnonzero(np.diff(w > level)):
            crossing = first + i + (level - w[i]) / (w[i + 1] - w[i])
            if w[i + 1] > w[i]:
                self._rise = float(crossing)
            elif self._rise is not None:  # else the recording began inside a swing
                begin = min(int(self._rise) + 1, first + int(i))
                run = self.rate.window(begin, first + int(i) + 1)
                peak = int(np.argmax(run))
                runs.append(Swing(self._rise, begin + peak, float(crossing), float(run[peak])))
                self._rise = None
        self._scanned = last - 1
        return runs

    def _take(self, run: Swing) -> list[Swing]:
        previous = self._open
        if previous is not None and self._same_swing(previous, run):
            top = previous if previous.strength >= run.strength else run
            self._open = Swing(previous.rise, top.at, run.fall, top.strength)
            return []
        self._open = run
        return self._candidate(previous) if previous else []

    def _same_swing(self, first: Swing, second: Swing) -> bool:
        if second.rise - first.fall >= self.params.hump_gap_s * GRID_HZ:
            return False
        between = self.rate.window(int(first.fall), int(second.rise) + 2)
        return bool(between.min() > self.params.hump_dip_rad_s)

    def _close(self, scanned: int) -> list[Swing]:
        """Pass on the open run once no hump can follow it."""
        run = self._open
        if run is None:
            return []
        horizon = run.fall + self.params.hump_gap_s * GRID_HZ
        if scanned < horizon or (self._rise is not None and self._rise < horizon):
            return []
        self._open = None
        return self._candidate(run)

    def _candidate(self, run: Swing) -> list[Swing]:
        return self._kept.push(run) if run.strength >= self._weakest else []


def level_of(peak_rad_s: float, params: SwingParams) -> float:
    """The rate, rad/s, above which a leg with this usual peak swings."""
    return min(params.level_rad_s, params.level_part * peak_rad_s)


def learn_rhythm(rate_rad_s: FloatArray, params: SwingParams) -> Rhythm | None:
    """Usual peak and stride of a leg from a stretch of walking (n,); None when no swings stand out."""
    finder = SwingFinder(params, Rhythm(float(np.percentile(rate_rad_s, 99)), 0.0))
    runs = finder.push(rate_rad_s) + finder.finish()
    peaks = np.array([run.strength for run in runs])
    if len(peaks) < 2:
        return None
    strong = peaks > 0.5 * np.percentile(peaks, 90)  # leaves out twitches, keeps a short first step out of the median
    times = np.array([run.at for run in runs])[strong]
    low, high = (limit * GRID_HZ for limit in params.usual_stride_s)
    intervals = np.diff(times)
    intervals = intervals[(intervals > low) & (intervals < high)]
    if len(intervals) == 0:
        return None
    return Rhythm(float(np.median(peaks[strong])), float(np.median(intervals)))
