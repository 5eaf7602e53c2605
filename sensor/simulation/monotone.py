"""Monotone cubic interpolation (Fritsch & Carlson 1980): smooth time-to-phase maps without importing scipy."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sensor.samples import FloatArray, IntArray


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
        _, u, low, rise, square, cube = self._pieces(x)
        inside = low + u * (rise + u * (square + u * cube))
        before, after = self._beyond(x)
        return np.asarray(inside + before * self.slope[0] + after * self.slope[-1])

    def averaged(self, x: FloatArray, width: float) -> FloatArray:
        """Mean of the curve over ``width`` about each ``x`` (n,); twice differentiable, and it never turns back."""
        return (self._integral(x + 0.5 * width) - self._integral(x - 0.5 * width)) / width

    def _integral(self, x: FloatArray) -> FloatArray:
        cell, u, low, rise, square, cube = self._pieces(x)
        width = np.diff(self.x)
        whole = width * (0.5 * (self.y[1:] + self.y[:-1]) + width * (self.slope[:-1] - self.slope[1:]) / 12.0)
        until = np.concatenate([[0.0], np.cumsum(whole)])[cell]
        inside = until + width[cell] * u * (low + u * (rise / 2.0 + u * (square / 3.0 + u * cube / 4.0)))
        before, after = self._beyond(x)
        inside += before * (self.y[0] + 0.5 * before * self.slope[0])
        return np.asarray(inside + after * (self.y[-1] + 0.5 * after * self.slope[-1]))

    def _pieces(self, x: FloatArray) -> tuple[IntArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """The piece under each ``x``, how far along it, and its cubic's four coefficients."""
        cell = np.clip(np.searchsorted(self.x, x, side="right") - 1, 0, len(self.x) - 2)
        width = np.diff(self.x)[cell]
        u = np.clip((x - self.x[cell]) / width, 0.0, 1.0)
        low, high = self.y[cell], self.y[cell + 1]
        rise, run = self.slope[cell] * width, self.slope[cell + 1] * width
        return cell, u, low, rise, 3 * (high - low) - 2 * rise - run, 2 * (low - high) + rise + run

    def _beyond(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """How far ``x`` lies before the first knot (negative) and after the last one."""
        return np.minimum(x - self.x[0], 0.0), np.maximum(x - self.x[-1], 0.0)
