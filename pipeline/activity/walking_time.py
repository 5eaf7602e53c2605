"""Walking time: a clock that runs only while the person walks, and which walk a stride belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.result import Rest, Stride
from sensor.samples import FloatArray, IntArray

Quantity = Callable[[Stride], float]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Valid strides in order, and when they were walked; arrays (n,).

    Attributes
    ----------
    start_s : array
        Initial contact, on the recording's clock.
    walking_s : array
        Walking time at the initial contact: rests left out. Lost samples are not left out, the walk went on.
    walk : array
        How many rests lie before the stride.
    """

    strides: tuple[Stride, ...]
    start_s: FloatArray
    walking_s: FloatArray
    walk: IntArray

    def values(self, of: Quantity) -> FloatArray:
        """A quantity of each stride, (n,)."""
        return np.array([of(stride) for stride in self.strides], dtype=np.float64)

    def during(self, walk: int) -> Course:
        """The strides of one walk; its clock begins at zero."""
        own = np.flatnonzero(self.walk == walk)
        clock = self.walking_s[own]
        return Course(
            tuple(self.strides[i] for i in own),
            self.start_s[own],
            clock - (clock[0] if len(clock) else 0.0),
            np.zeros(len(own), dtype=np.int64),
        )


def course(strides: Sequence[Stride], rests: Sequence[Rest]) -> Course:
    """The course of a recording from all its strides and rests, both in any order."""
    ordered = tuple(sorted((s for s in strides if s.valid), key=lambda s: s.ic_s))
    start_s = np.array([s.ic_s for s in ordered])
    walk = np.zeros(len(ordered), dtype=np.int64)
    rested_s = np.zeros(len(ordered))
    for rest in rests:
        behind = start_s >= rest.start_s
        walk += behind
        rested_s += np.where(behind, rest.end_s - rest.start_s, 0.0)
    clock = start_s - rested_s
    return Course(ordered, start_s, np.asarray(clock - (clock[0] if len(clock) else 0.0)), walk)
