"""The node's ring buffer of raw samples."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Ring:
    """The last ``capacity`` samples by their counter since START (here unbounded; the wire takes it modulo 2^32)."""

    capacity: int
    start: int = 0  # counter of the first sample ever
    next: int = 0
    _raw: NDArray[np.int16] = field(init=False)
    _time_us: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.next = self.start
        self._raw = np.zeros((self.capacity, 6), dtype=np.int16)
        self._time_us = np.zeros(self.capacity, dtype=np.int64)

    @property
    def oldest(self) -> int:
        """Counter of the oldest sample still held; ``next`` if none."""
        return max(self.start, self.next - self.capacity)

    def append(self, raw: NDArray[np.int16], time_us: NDArray[np.int64]) -> None:
        """Take (n, 6) samples and their device times, overwriting the oldest."""
        slots = (self.next + np.arange(len(raw))) % self.capacity
        self._raw[slots[-self.capacity :]] = raw[-self.capacity :]
        self._time_us[slots[-self.capacity :]] = time_us[-self.capacity :]
        self.next += len(raw)

    def read(self, first: int, count: int) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
        """Samples and times of ``[first, first + count)``, all of which must be held."""
        if not self.oldest <= first <= first + count <= self.next:
            raise IndexError(f"[{first}, {first + count}) is not within [{self.oldest}, {self.next})")
        slots = (first + np.arange(count)) % self.capacity
        return self._raw[slots], self._time_us[slots]
