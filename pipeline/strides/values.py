"""The strides that may be used: how many there are, and the values of one field in the order of walking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.result import Stride
from sensor.samples import FloatArray, Side


def of_all(strides: Sequence[Stride], name: str) -> FloatArray:
    """Values (n,) of one field over the valid strides of both sides, without missing ones."""
    values = np.array([getattr(s, name) for s in strides if s.valid], dtype=np.float64)
    return values[np.isfinite(values)]


def of_side(strides: Sequence[Stride], side: Side, name: str) -> FloatArray:
    """Values (n,) of one field over the valid strides of a side, without missing ones."""
    return of_all([s for s in strides if s.side is side], name)


def valid_strides(strides: Sequence[Stride]) -> Mapping[Side, int]:
    """How many strides of each side enter the measures."""
    return {side: sum(s.valid and s.side is side for s in strides) for side in Side}
