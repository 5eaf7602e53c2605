"""Twice differentiable curves through key points."""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray


def through(knot_s: FloatArray, value: FloatArray, time_s: FloatArray) -> FloatArray:
    """Natural cubic splines through knots, constant outside them.

    Parameters
    ----------
    knot_s : (k,) array, strictly increasing, k >= 3
    value : (c, k) array
    time_s : (n,) array

    Returns
    -------
    (c, n) array
    """
    width = np.diff(knot_s)
    bend = _second_derivatives(width, value)
    inside = np.clip(time_s, knot_s[0], knot_s[-1])
    cell = np.clip(np.searchsorted(knot_s, inside, side="right") - 1, 0, len(width) - 1)
    step = width[cell]
    b = (inside - knot_s[cell]) / step
    a = 1.0 - b
    straight = a * value[:, cell] + b * value[:, cell + 1]
    return np.asarray(straight + ((a**3 - a) * bend[:, cell] + (b**3 - b) * bend[:, cell + 1]) * (step * step / 6.0))


def _second_derivatives(width: FloatArray, value: FloatArray) -> FloatArray:
    """Solve the tridiagonal system of continuous slopes for all rows at once."""
    slope = np.diff(value, axis=1) / width
    diagonal = 2.0 * (width[:-1] + width[1:])
    right = 6.0 * np.diff(slope, axis=1)
    bend = np.zeros_like(value)
    for i in range(1, len(diagonal)):
        factor = width[i] / diagonal[i - 1]
        diagonal[i] -= factor * width[i]
        right[:, i] -= factor * right[:, i - 1]
    for i in range(len(diagonal) - 1, -1, -1):
        bend[:, i + 1] = (right[:, i] - width[i + 1] * bend[:, i + 2]) / diagonal[i]
    return bend
