"""Gaps on the grid: filled so that filters can run, marked so that no number rests on the filling."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from pipeline.signals.runs import runs
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import BoolArray, FloatArray
from sensor.synchronise import GRID_HZ

_GRAVITY = np.array([0.0, 0.0, GRAVITY_M_S2, 0.0, 0.0, 0.0])  # what a sensor nothing is known of yet is taken to feel


class Trust(IntEnum):
    """What a bridged sample may be used for."""

    SAMPLE = 0
    BRIDGED = 1  # inside a gap of at most 0.1 s: events may be detected, with lower confidence
    WITHHELD = 2  # inside a longer gap: nothing may rest on it


@dataclass(frozen=True, slots=True)
class BridgingParams:
    """How gaps are treated."""

    detect_s: float = 0.1  # events may be detected across this much (contract); a heel strike's window is longer
    fill_s: float = 0.5  # straight lines up to here keep the orientation filter's error to a few degrees


@dataclass(slots=True)
class Bridging:
    """Stage: samples with gaps in, gapless samples with their trust out. Held back until a gap ends or is long.

    Gaps of up to ``fill_s`` become straight lines between their edges; in longer ones, and before the first sample,
    the specific force is held and the angular rate is zero.
    """

    params: BridgingParams = field(default_factory=BridgingParams)
    _last: FloatArray | None = None
    _open: int = 0  # samples of the present gap that are held back
    _long: bool = False  # the present gap is longer than fill_s, its start is already out

    def push(self, samples: FloatArray, valid: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Return bridged samples (m, 6) and their trust (m,)."""
        if valid.all() and len(valid):
            return _joined(self._good(samples))
        parts: list[tuple[FloatArray, FloatArray]] = []
        for first, last in runs(valid):
            parts.extend(self._good(samples[first:last]) if valid[first] else self._gap(last - first))
        return _joined(parts)

    def finish(self) -> tuple[FloatArray, FloatArray]:
        """Return what is held back; a gap at the end is never bridged."""
        return _joined([self._held(self._open)])

    def _good(self, samples: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
        out = []
        if self._open:
            if self._last is None or self._long:
                out.append(self._held(self._open))
            else:
                weight = (np.arange(1, self._open + 1) / (self._open + 1))[:, None]
                line = self._last + weight * (samples[0] - self._last)
                trust = Trust.BRIDGED if self._open <= self.params.detect_s * GRID_HZ else Trust.WITHHELD
                out.append((line, np.full(self._open, float(trust))))
        self._open, self._long, self._last = 0, False, samples[-1].copy()
        out.append((samples, np.full(len(samples), float(Trust.SAMPLE))))
        return out

    def _gap(self, length: int) -> list[tuple[FloatArray, FloatArray]]:
        self._open += length
        if self._long or self._open > self.params.fill_s * GRID_HZ:
            out = [self._held(self._open)]
            self._open, self._long = 0, True
            return out
        return []

    def _held(self, length: int) -> tuple[FloatArray, FloatArray]:
        still = _GRAVITY if self._last is None else np.concatenate((self._last[:3], np.zeros(3)))
        return np.tile(still, (length, 1)), np.full(length, float(Trust.WITHHELD))


def _joined(parts: list[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    if not parts:
        return np.empty((0, 6)), np.empty(0)
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([samples for samples, _ in parts]), np.concatenate([trust for _, trust in parts])
