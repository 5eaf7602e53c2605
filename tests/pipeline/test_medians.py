"""The quick medians are numpy's, bit for bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.medians import median, medians


@given(st.integers(1, 8), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_they_are_numpys(rows: int, columns: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(rows, columns)).round(1)  # with ties
    expected = np.median(values, axis=1)
    np.testing.assert_array_equal([median(row) for row in values], expected)
    np.testing.assert_array_equal(medians(values), expected)
