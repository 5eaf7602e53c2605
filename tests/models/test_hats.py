"""Hat functions: they carry any curve that is straight between the knots, and missing is only missing."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import SplineTransformer

from models.learning.hats import KNOTS, Hats

DRAW = np.random.default_rng(0)


def test_they_are_scikit_learns_linear_splines_where_nothing_is_missing() -> None:
    values = DRAW.normal(size=(200, 3))
    splines = SplineTransformer(n_knots=KNOTS, degree=1, knots="quantile", extrapolation="constant")
    assert Hats().fit_transform(values)[:, : 3 * KNOTS] == pytest.approx(splines.fit_transform(values), abs=1e-12)


def test_a_missing_value_is_its_indicator_and_nothing_else() -> None:
    values = np.array([[1.0, np.nan], [2.0, 5.0], [4.0, 7.0], [np.nan, 9.0]])
    columns = Hats().fit_transform(values)
    hats, gone = columns[:, : 2 * KNOTS].reshape(4, 2, KNOTS), columns[:, 2 * KNOTS :]
    assert gone.tolist() == [[0, 1], [0, 0], [0, 0], [1, 0]]
    assert hats.sum(axis=2) == pytest.approx(1.0 - gone)


def test_knots_ignore_what_is_missing_and_stay_apart() -> None:
    mostly = np.full((50, 1), np.nan)
    mostly[:5, 0] = [1.0, 2.0, 3.0, 4.0, 5.0]
    assert Hats().fit(mostly).knots_[0].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    tied = np.array([[0.0], [0.0], [0.0], [0.0], [8.0]])
    assert Hats().fit(tied).knots_[0].tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]
    assert (np.diff(Hats().fit(np.ones((5, 1))).knots_[0]) > 0.0).all()


def test_beyond_the_knots_nothing_grows() -> None:
    hats = Hats().fit(np.linspace(0.0, 1.0, 9)[:, None])
    assert (hats.transform(np.array([[9.0]])) == hats.transform(np.array([[1.0]]))).all()
