"""Lines: any straight one is carried, missing is only missing, and nothing grows beyond what was seen."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.impute import SimpleImputer

from models.learning.lines import Lines

DRAW = np.random.default_rng(0)
HOLED = np.array([[1.0, np.nan], [2.0, 5.0], [4.0, 7.0], [np.nan, 9.0]])


def test_they_are_the_values_shifted_and_scaled() -> None:
    values = DRAW.normal(size=(200, 3))
    shares, gone = np.split(Lines().fit_transform(values), 2, axis=1)
    assert np.corrcoef(shares.T, values.T)[:3, 3:].diagonal() == pytest.approx(1.0)
    assert shares.min(axis=0) == pytest.approx(0.0)
    assert shares.max(axis=0) == pytest.approx(1.0)
    assert not gone.any()


def test_a_missing_value_is_the_mean_and_its_indicator() -> None:
    shares, gone = np.split(Lines().fit_transform(HOLED), 2, axis=1)
    theirs = SimpleImputer(strategy="mean").fit_transform(Lines().fit(HOLED).shares(HOLED))
    assert shares == pytest.approx(theirs)
    assert gone.tolist() == [[0, 1], [0, 0], [0, 0], [1, 0]]


def test_a_column_with_one_value_stays_finite() -> None:
    assert np.isfinite(Lines().fit_transform(np.ones((5, 1)))).all()


def test_beyond_what_was_seen_nothing_grows() -> None:
    lines = Lines().fit(np.linspace(0.0, 1.0, 9)[:, None])
    assert (lines.transform(np.array([[9.0], [-9.0]])) == lines.transform(np.array([[1.0], [0.0]]))).all()
