"""A signal that grows at its end and is forgotten at its start, addressed by grid index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensor.samples import FloatArray

_SMALLEST = 1024  # samples; about ten seconds, what most stages look back


class Series:
    """Samples ``[start, end)`` of the grid. Appending and forgetting cost amortised constant time per sample.

    Parameters
    ----------
    width : int
        Number of channels; windows have shape (n, width), or (n,) when it is 1.
    start : int
        Grid index of the first sample to come.
    """

    __slots__ = ("_data", "_first", "end", "width")

    def __init__(self, width: int, start: int = 0) -> None:
        self.width = width
        self._data = np.empty((_SMALLEST, width))
        self._first = start  # grid index of _data[0]
        self.end = start

    @property
    def start(self) -> int:
        """Grid index of the oldest sample kept."""
        return self._first

    def append(self, samples: FloatArray) -> None:
        """Add samples at the end, shape (n, width) or (n,)."""
        rows = samples.reshape(-1, self.width)
        used = self.end - self._first
        if used + len(rows) > len(self._data):
            grown = np.empty((2 * (used + len(rows)), self.width))
            grown[:used] = self._data[:used]
            self._data = grown
        self._data[used : used + len(rows)] = rows
        self.end += len(rows)

    def window(self, start: int, end: int) -> FloatArray:
        """Samples ``[start, end)``; a view that is valid until the next append or forget."""
        if start < self._first or end > self.end:
            raise IndexError(f"[{start}, {end}) is not inside [{self._first}, {self.end})")
        rows = self._data[start - self._first : end - self._first]
        return rows[:, 0] if self.width == 1 else rows

    def at(self, index: NDArray[np.int64]) -> FloatArray:
        """Samples at grid indices of any shape, all inside ``[start, end)``; shape of ``index``, then the channels."""
        rows = self._data.take(index - self._first, axis=0)  # several times faster than indexing
        return rows[..., 0] if self.width == 1 else rows

    def forget(self, before: int) -> None:
        """Let go of samples before the given index, at a time of the series' own choosing."""
        drop = min(before, self.end) - self._first
        if drop < len(self._data) // 2:
            return
        kept = self.end - self._first - drop
        self._data[:kept] = self._data[drop : drop + kept].copy()
        self._first += drop
        if len(self._data) > 4 * max(kept, _SMALLEST):
            self._data = self._data[: 2 * max(kept, _SMALLEST)].copy()
