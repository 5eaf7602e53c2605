"""Stretches of signals as rows of one array, so that what is measured in each stride costs one call for many strides.

Rows have lengths of their own; what lies behind a row's end is padding. A row's numbers must not depend on its padding
or on the other rows, or live and offline would differ in the last bit. So only elementwise operations, extrema and
sums that run along the row from its start may follow, and sums over rows of one fixed length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.signals.timeline import Series
from sensor.samples import BoolArray, FloatArray, IntArray

HUNDREDTHS = np.arange(100) / 100.0  # a cycle in equal shares, its end left to the next
_FAR_BEFORE = -(2**31)


def whole(at: FloatArray) -> IntArray:
    """Grid indices (k,) with their fraction cut off."""
    return np.asarray(at, dtype=np.float64).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Rows cut from a series.

    Attributes
    ----------
    values : (k, width) or (k, width, channels) array
        What lies outside a row is arbitrary.
    inside : (k, width) bool array
        Which samples belong to the row; none where the series does not hold the whole of it.
    """

    values: FloatArray
    inside: BoolArray

    @property
    def found(self) -> BoolArray:
        """Which rows the series holds, (k,)."""
        return np.asarray(self.inside.any(axis=1))

    def largest(self) -> FloatArray:
        """Largest value of each row, (k,) or (k, channels); NaN where a sample is NaN or there is no row."""
        return _or_nan(self._filled(-np.inf).max(axis=1, initial=-np.inf))

    def smallest(self) -> FloatArray:
        """Smallest value of each row, alike."""
        return _or_nan(self._filled(np.inf).min(axis=1, initial=np.inf))

    def first(self) -> FloatArray:
        """First value of each row, (k,) or (k, channels); NaN where there is no row."""
        found = self.found.reshape((-1,) + (1,) * (self.values.ndim - 2))
        return np.where(found, self.values[:, 0], np.nan)

    def _filled(self, filling: float) -> FloatArray:
        inside = self.inside.reshape(self.inside.shape + (1,) * (self.values.ndim - 2))
        return np.where(inside, self.values, filling)


def _or_nan(extreme: FloatArray) -> FloatArray:
    return np.where(np.isinf(extreme), np.nan, extreme)


def cut(series: Series, first: IntArray, last: IntArray) -> Windows:
    """Rows ``[first, last)`` of a series, both (k,); empty where they reach beyond it."""
    held = (first >= series.start) & (last <= series.end) & (last > first)
    width = int((last - first)[held].max(initial=1))
    index = first[:, None] + np.arange(width)
    inside = held[:, None] & (index < last[:, None])
    kept = np.maximum(np.minimum(index, series.end - 1), series.start)  # np.clip takes thrice as long for so few
    return Windows(series.at(kept), inside)


def holds(series: Series, first: IntArray, last: IntArray) -> BoolArray:
    """Whether a series holds ``[first, last)``, which is not empty, for (k,) starts and ends."""
    return np.asarray((first >= series.start) & (last <= series.end) & (last > first))


def missing(series: Series) -> BoolArray:
    """Which samples of a series have a missing channel, (its length,)."""
    signal = series.window(series.start, series.end)
    return np.asarray(np.isnan(signal.reshape(-1, series.width)).any(axis=1))


def nearest(at: FloatArray) -> IntArray:
    """Nearest grid indices, (k,); far before any series where there is none."""
    return np.where(np.isnan(at), _FAR_BEFORE, np.rint(at)).astype(np.int64)


def count_where(series: Series, first: IntArray, last: IntArray, what: BoolArray) -> IntArray:
    """How many samples of ``[first, last)``, clipped to the series, are marked in ``what`` (its length), (k,)."""
    before = np.concatenate(([0], np.cumsum(what)))
    low, high = (np.clip(at - series.start, 0, len(what)) for at in (first, last))
    return np.asarray(before[np.maximum(high, low)] - before[low])


def between(series: Series, at: FloatArray, last: IntArray) -> FloatArray:
    """Linear interpolation at fractional grid indices (k, m); none uses a sample at or behind its row's ``last``.

    Rows must lie inside the series.
    """
    low = np.minimum(whole(at), last[:, None] - 2)
    weight = at - low
    if series.width > 1:
        weight = weight[..., None]
    before = series.at(low)
    return np.asarray(before + weight * (series.at(low + 1) - before))


def at_shares(series: Series, share: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """Samples at these shares (m,) of each span between grid indices (k,), interpolated: (k, m) or (k, m, channels).

    NaN where the series does not hold the whole span.
    """
    out = np.full((len(start), len(share)) + ((series.width,) if series.width > 1 else ()), np.nan)
    last = whole(end) + 2
    held = holds(series, whole(start), last)
    at = start[held, None] + share * (end - start)[held, None]
    out[held] = between(series, at, last[held])
    return out
