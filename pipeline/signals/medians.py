"""Medians of rows, as numpy gives them and many times faster: one partition, no search for missing values."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sensor.samples import FloatArray

Number = TypeVar("Number", np.float64, np.int32)


def medians(rows: FloatArray) -> FloatArray:
    """Median of each row (k, n) without missing values, (k,); the rows are reordered in place."""
    lower, upper = middles(rows)
    return upper if rows.shape[1] % 2 else np.asarray(0.5 * (lower + upper))


def middles(rows: NDArray[Number]) -> tuple[NDArray[Number], NDArray[Number]]:
    """The two in the middle of each row (k, n), (k,) each and the same for odd n; the rows are reordered in place."""
    half = rows.shape[1] // 2
    rows.partition(half, axis=1)
    upper = rows[:, half]
    return (upper if rows.shape[1] % 2 else rows[:, :half].max(axis=1)), upper


def median(values: FloatArray) -> float:
    """Median of values (n,) without missing ones; few, for they are sorted."""
    ordered, half = np.sort(values), len(values) // 2
    return float(ordered[half] if len(values) % 2 else 0.5 * (ordered[half - 1] + ordered[half]))
