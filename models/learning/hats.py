"""A curve per feature for a linear model: hat functions at quantiles, and a column of its own for being missing."""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sensor.samples import FloatArray

KNOTS = 5


class Hats(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Columns of hat functions, then of indicators; a missing value is nothing but its indicator.

    Attributes
    ----------
    knots_ : (k, 5) array
        Minimum, quartiles and maximum of the values that are there; evenly spaced where quartiles coincide.
    """

    def fit(self, values: FloatArray, _target: object = None) -> Self:
        """Learn the knots from (n, k) values with NaN where missing; every column needs a value."""
        self.knots_ = np.array([_knots(column[np.isfinite(column)]) for column in values.T])
        return self

    def transform(self, values: FloatArray) -> FloatArray:
        """Hats (n, 5 k), feature by feature, and indicators (n, k)."""
        hats = [
            np.nan_to_num(np.interp(column, knots, peak))
            for column, knots in zip(values.T, self.knots_, strict=True)
            for peak in np.eye(KNOTS)
        ]
        return np.column_stack([*hats, np.isnan(values).astype(float)])


def _knots(values: FloatArray) -> FloatArray:
    knots = np.quantile(values, np.linspace(0.0, 1.0, KNOTS))
    if np.diff(knots).min() > 0.0:
        return knots
    low, high = float(knots[0]), float(knots[-1])
    return np.linspace(low, high, KNOTS) if high > low else np.linspace(low - 0.5, low + 0.5, KNOTS)
