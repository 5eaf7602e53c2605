"""The growing series against a plain list, and that it lets go."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.timeline import Series

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, 1500)),
        st.tuples(st.just("forget"), st.integers(-50, 6000)),
    ),
    max_size=20,
)


@given(st.integers(1, 4), st.integers(-20, 500), STEPS)
def test_a_series_is_a_list_that_forgets_its_beginning(width: int, start: int, steps: list[tuple[str, int]]) -> None:
    series, model, before = Series(width, start), np.empty((0, width)), start
    for what, size in steps:
        if what == "append":
            rows = np.arange(len(model) * width, (len(model) + size) * width, dtype=float).reshape(size, width)
            series.append(rows)
            model = np.concatenate((model, rows))
        else:
            series.forget(size)
            before = max(before, min(size, start + len(model)))
        assert series.end == start + len(model)
        assert series.start <= before, "more was forgotten than allowed"
        kept = series.window(series.start, series.end)
        expected = model[series.start - start :]
        np.testing.assert_array_equal(kept, expected[:, 0] if width == 1 else expected)


@pytest.mark.parametrize(("first", "last"), [(9, 20), (10, 41), (-5, 5), (50, 60)])
def test_what_is_not_there_is_an_error_and_never_other_samples(first: int, last: int) -> None:
    series = Series(2, 10)
    series.append(np.ones((30, 2)))
    with pytest.raises(IndexError, match=r"is not inside \[10, 40\)"):
        series.window(first, last)


def test_an_hour_with_a_look_back_of_twelve_seconds_stays_small() -> None:
    series, most = Series(3), 0
    for _ in range(3600):
        series.append(np.zeros((100, 3)))
        series.forget(series.end - 1200)
        most = max(most, series.end - series.start)
    assert most < 5_000
    assert series.end == 360_000


def test_after_a_flood_the_memory_is_given_back() -> None:
    series = Series(1)
    series.append(np.zeros(400_000))
    for _ in range(3):
        series.append(np.arange(1000.0))
        series.forget(series.end - 1000)
    assert series.end == 403_000
    assert len(series._data) < 10_000
    np.testing.assert_array_equal(series.window(402_000, 403_000), np.arange(1000.0))
