"""Standing still before the walk: what each sensor reads while nothing turns. Read from the journal like all else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sensor.acquisition.placement_checks import RawSamples, upward
from sensor.samples import BoolArray, FloatArray, Placement

_GRID_HZ = 50.0


@dataclass(frozen=True, slots=True)
class StandingParams:
    """When a person counts as standing still."""

    limit_rad_s: float = 0.12  # as in the analysis: above a gyro's noise and bias, below a shift of weight
    least_s: float = 2.0  # a pause between two fidgets is shorter
    most_s: float = 10.0  # more says nothing new, and what is nearest to the walk counts
    before_s: float = 30.0  # earlier the sensors may still have lain on a table
    after_s: float = 2.0  # who is told "go" does not go at once
    stale_s: float = 0.1  # no sample for so long: nothing is known


@dataclass(frozen=True, slots=True, eq=False)
class StandingSensor:
    """One sensor over the span.

    Attributes
    ----------
    gyr_bias_rad_s : (3,) array
        Median angular rate in sensor axes.
    up : (3,) array
        Unit vector against gravity in sensor axes.
    gravity_m_s2 : float
        Length of the mean specific force.
    samples : int
    """

    gyr_bias_rad_s: FloatArray
    up: FloatArray
    gravity_m_s2: float
    samples: int


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The last half-open span ``[begin_s, end_s)`` before the walk in which no sensor turned."""

    begin_s: float
    end_s: float
    sensors: Mapping[Placement, StandingSensor]

    def said(self, zero_s: float = 0.0) -> dict[str, Any]:
        """As session.json has it; times count from ``zero_s``."""
        return {
            "from_s": round(self.begin_s - zero_s, 2),
            "to_s": round(self.end_s - zero_s, 2),
            "moved": False,
            "sensors": {
                placement.value: {
                    "gyr_bias_rad_s": [round(float(v), 6) + 0.0 for v in one.gyr_bias_rad_s],
                    "up": [round(float(v), 5) + 0.0 for v in one.up],
                    "gravity_m_s2": round(one.gravity_m_s2, 4),
                    "samples": one.samples,
                }
                for placement, one in self.sensors.items()
            },
        }


MOVED: dict[str, Any] = {"from_s": None, "to_s": None, "moved": True, "sensors": {}}


def standing(
    worn: Mapping[Placement, RawSamples], walk_s: float, params: StandingParams | None = None
) -> Standing | None:
    """Where all sensors were still before the walk, and what they read; None if the person moved all the time.

    Parameters
    ----------
    worn : mapping of Placement to RawSamples
        On one clock. A sensor without samples is left out.
    walk_s : float
        When the recording proper begins on that clock.
    """
    p = params or StandingParams()
    there = {placement: raw for placement, raw in worn.items() if len(raw[0])}
    if not there:
        return None
    latest_s = min(walk_s + p.after_s, *(float(raw[0][-1]) for raw in there.values()))
    earliest_s = max(walk_s - p.before_s, *(float(raw[0][0]) for raw in there.values()))
    time_s = np.arange(earliest_s, latest_s, 1.0 / _GRID_HZ)
    still = np.ones(len(time_s), dtype=bool)
    for raw in there.values():
        still &= _still(raw, time_s, p)
    edges = np.flatnonzero(np.diff(still.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    long = [(a, b) for a, b in edges.tolist() if (b - a) / _GRID_HZ >= p.least_s]
    if not long:
        return None
    begin, end = long[-1]
    end_s = float(time_s[0]) + end / _GRID_HZ
    begin_s = max(float(time_s[begin]), end_s - p.most_s)
    return Standing(begin_s, end_s, {placement: _read(raw, begin_s, end_s) for placement, raw in there.items()})


def still_for_s(worn: Mapping[Placement, RawSamples], params: StandingParams | None = None) -> float:
    """For how long all sensors have been still up to now, seconds; 0 without samples."""
    p = params or StandingParams()
    there = [raw for raw in worn.values() if len(raw[0])]
    if not there:
        return 0.0
    time_s = np.arange(max(float(raw[0][0]) for raw in there), min(float(raw[0][-1]) for raw in there), 1.0 / _GRID_HZ)
    moving = np.zeros(len(time_s), dtype=bool)
    for raw in there:
        moving |= ~_still(raw, time_s, p)
    last = np.flatnonzero(moving)
    return (len(time_s) - (int(last[-1]) + 1 if len(last) else 0)) / _GRID_HZ


def _still(raw: RawSamples, time_s: FloatArray, p: StandingParams) -> BoolArray:
    """Whether the sample last taken at each time turned slower than the limit; a missing one is not still."""
    at = np.maximum(np.searchsorted(raw[0], time_s, side="right") - 1, 0)
    rate = np.linalg.norm(raw[2], axis=1)[at]
    return np.asarray((rate < p.limit_rad_s) & (time_s - raw[0][at] < p.stale_s))


def _read(raw: RawSamples, begin_s: float, end_s: float) -> StandingSensor:
    inside = (raw[0] >= begin_s) & (raw[0] < end_s) & np.isfinite(raw[1]).all(axis=1) & np.isfinite(raw[2]).all(axis=1)
    acc = raw[1][inside]
    gravity = float(np.linalg.norm(acc.mean(axis=0)))
    return StandingSensor(np.median(raw[2][inside], axis=0), upward(acc), gravity, int(inside.sum()))
