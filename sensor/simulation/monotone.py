"""Monotone cubic interpolation (Fritsch & Carlson 1980): smooth time-to-phase maps without importing scipy."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sensor.samples import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class MonotoneCurve:
    """A once differentiable curve through increasing knots that never turns back; straight beyond its ends.

    Parameters
    ----------
    x, y : (k,) arrays, k >= 3
        Knots, both strictly increasing.
    """

    x: FloatArray
    y: FloatArray
    slope: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        step = np.diff(self.x)
        if len(self.x) < 3 or np.any(step <= 0) or np.any(np.diff(self.y) <= 0):
            raise ValueError("a monotone curve needs at least three knots, increasing in x and y")
        secant = np.diff(self.y) / step
        before, after = 2 * step[1:] + step[:-1], step[1:] + 2 * step[:-1]
        inner = (before + after) / (before / secant[:-1] + after / secant[1:])
        object.__setattr__(self, "slope", np.concatenate([secant[:1], inner, secant[-1:]]))

    def __call__(self, x: FloatArray) -> FloatArray:
        """Values at ``x`` (n,)."""
        cell = np.clip(np.searchsorted(self.x, x, side="right") - 1, 0, len(self.x) - 2)
        width = np.diff(self.x)[cell]
        u = np.clip((x - self.x[cell]) / width, 0.0, 1.0)
        low, high = self.y[cell], self.y[cell + 1]
        rise, run = self.slope[cell] * width, self.slope[cell + 1] * width
        inside = low + u * (rise + u * (3 * (high - low) - 2 * rise - run + u * (2 * (low - high) + rise + run)))
        outside = np.where(x < self.x[0], (x - self.x[0]) * self.slope[0], 0.0)
        outside += np.where(x > self.x[-1], (x - self.x[-1]) * self.slope[-1], 0.0)
        return np.asarray(inside + outside)
