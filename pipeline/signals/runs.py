"""Runs of equal values in a row."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray


def runs(values: NDArray[Any]) -> list[tuple[int, int]]:
    """Begin and end, half-open and in order, of each run of equal values (n,); none of nothing."""
    edges = [0, *(np.flatnonzero(values[1:] != values[:-1]) + 1).tolist(), len(values)]
    return list(pairwise(edges)) if len(values) else []


def spans(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end, half-open and in order, of each run of samples (n,) of which something holds."""
    return [(first, last) for first, last in runs(flags) if flags[first]]
