"""Medians over strides with an interval that knows that neighbouring strides are alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pipeline.result import Interval
from pipeline.signals.medians import middles
from sensor.samples import FloatArray

_SEED = 20260101  # a result must not change from run to run


@dataclass(frozen=True, slots=True)
class BootstrapParams:
    """Circular block bootstrap (Politis & Romano 1992, recalled), spread for the finite number of blocks."""

    block: int = 5  # strides; fluctuations of stride time are correlated over a few strides
    most_draws: int = 1000
    budget: int = 400_000  # values drawn per median: long walks need fewer draws


def median_draws(values: FloatArray, params: BootstrapParams, stream: int = 0) -> FloatArray:
    """Medians of block-resampled strides, (draws,); ``values`` (n,) without NaN, in the order of walking, n >= 2.

    Different ``stream`` numbers draw independently.
    """
    n = len(values)
    block = min(params.block, max(1, n // 4))
    draws = int(np.clip(params.budget // n, 200, params.most_draws))
    starts = _starts(n, block, draws, stream)
    ordered = np.sort(values)
    ranks = np.searchsorted(ordered, values).astype(np.int32)  # the middle one of integers is found in half the time
    pieces = sliding_window_view(np.concatenate((ranks, ranks[: block - 1])), block).copy()
    lower, upper = middles(pieces.take(starts, axis=0).reshape(draws, -1)[:, :n])
    drawn, median = 0.5 * (ordered[lower] + ordered[upper]), np.median(values)
    # Drawn blocks vary less than independent strides would; without this 95 % intervals held 83 to 91 %.
    return np.asarray(median + (drawn - median) * np.sqrt(n / (n - block)))


def draws_of_both(
    first: FloatArray, second: FloatArray, params: BootstrapParams, streams: tuple[int, int] = (0, 1)
) -> tuple[FloatArray, FloatArray]:
    """:func:`median_draws` of two independent sets of strides, as many of the one as of the other."""
    draws = [median_draws(values, params, stream) for values, stream in zip((first, second), streams, strict=True)]
    count = min(map(len, draws))
    return draws[0][:count], draws[1][:count]


@lru_cache(maxsize=8)
def _starts(n: int, block: int, draws: int, stream: int) -> NDArray[np.int64]:
    """Where the drawn blocks begin, (draws, blocks); the same for every measure of the same strides."""
    return np.random.default_rng([_SEED, stream]).integers(0, n, size=(draws, -(-n // block)))


def widened(value: float, interval: Interval, sd: float) -> Interval:
    """An interval about a value with a further normal error of the given SD, joined in quadrature."""
    low, high = interval
    other = 1.96 * sd
    return value - float(np.hypot(value - low, other)), value + float(np.hypot(high - value, other))


def interval95(draws: FloatArray) -> Interval:
    """Percentile interval of bootstrap draws."""
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)
