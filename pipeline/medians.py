"""Medians of rows, as numpy gives them and many times faster: one partition, no search for missing values."""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray


def medians(rows: FloatArray) -> FloatArray:
    """Median of each row (k, n) without missing values, (k,); the rows are reordered in place."""
    half = rows.shape[1] // 2
    rows.partition(half, axis=1)
    upper = rows[:, half]
    return upper if rows.shape[1] % 2 else np.asarray(0.5 * (rows[:, :half].max(axis=1) + upper))


def median(values: FloatArray) -> float:
    """Median of values (n,) without missing ones."""
    return float(medians(values[None].copy())[0])
