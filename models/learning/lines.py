"""A straight line per feature for a linear model, level beyond what taught it; a column for being missing."""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sensor.samples import FloatArray


class Lines(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Columns of features as shares of their range, then of indicators; a missing value is the mean and its indicator.

    Attributes
    ----------
    low_, high_ : (k,) arrays
        Least and largest value that is there; a little apart where there is but one.
    mean_ : (k,) array
        Mean share of the values that are there.
    """

    def fit(self, values: FloatArray, _target: object = None) -> Self:
        """Learn the ranges from (n, k) values with NaN where missing; every column needs a value."""
        self.low_ = np.nanmin(values, axis=0)
        self.high_ = np.maximum(np.nanmax(values, axis=0), self.low_ + 1e-9)
        self.mean_ = np.nanmean(self.shares(values), axis=0)
        return self

    def transform(self, values: FloatArray) -> FloatArray:
        """Shares (n, k) and indicators (n, k) side by side."""
        shares, gone = self.shares(values), np.isnan(values)
        return np.column_stack([np.where(gone, self.mean_, shares), gone.astype(float)])

    def shares(self, values: FloatArray) -> FloatArray:
        """Where values (..., k) lie between the least, 0, and the largest, 1; NaN where missing."""
        return np.asarray(np.clip((values - self.low_) / (self.high_ - self.low_), 0.0, 1.0))
