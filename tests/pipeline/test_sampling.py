"""The bootstrap of medians: the same every time, and an interval that holds what it promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.walk.sampling import BootstrapParams, draws_of_both, interval95, median_draws, widened
from sensor.samples import FloatArray

PARAMS = BootstrapParams()


def coverage(n: int, make: str, repeats: int = 300) -> float:
    """Share of samples of size n whose interval holds the true median, 0."""
    rng, held = np.random.default_rng(5), 0
    for _ in range(repeats):
        values: FloatArray = rng.standard_normal(n)
        if make == "correlated":  # as stride times are, over a few strides
            for k in range(1, n):
                values[k] = 0.5 * values[k - 1] + values[k]
        low, high = interval95(median_draws(values, BootstrapParams(most_draws=200)))
        held += low <= 0.0 <= high
    return held / repeats


@pytest.mark.parametrize(("n", "least"), [(20, 0.86), (40, 0.87), (80, 0.89)])
def test_the_interval_holds_the_median_of_white_noise(n: int, least: float) -> None:
    assert least <= coverage(n, "white") <= 0.99


def test_correlated_strides_are_not_taken_for_independent_ones() -> None:
    """Single strides, drawn without their neighbours, would hold it in about 73 % of the cases."""
    assert coverage(60, "correlated") >= 0.82
    values, rng = np.empty(400), np.random.default_rng(0)
    values[0] = 0.0
    for k in range(1, 400):
        values[k] = 0.7 * values[k - 1] + rng.standard_normal()
    blocked, single = (np.std(median_draws(values, BootstrapParams(block=b))) for b in (5, 1))
    assert blocked > 1.2 * single


def test_the_interval_narrows_with_the_root_of_the_strides() -> None:
    rng = np.random.default_rng(1)
    widths = [float(np.ptp(interval95(median_draws(rng.standard_normal(n), PARAMS)))) for n in (50, 5000)]
    assert widths[0] / widths[1] == pytest.approx(10.0, rel=0.4)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=60), st.integers(0, 3))
def test_draws_stay_about_the_values_the_same_every_time(values: list[float], stream: int) -> None:
    array = np.array(values)
    draws = median_draws(array, PARAMS, stream)
    np.testing.assert_array_equal(draws, median_draws(array.copy(), PARAMS, stream))
    middle, reach = np.median(array), 1.5 * np.ptp(array) + 1e-9
    assert np.abs(draws - middle).max() <= reach
    low, high = interval95(draws)
    assert low <= high


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=60), st.floats(-10.0, 10.0), st.floats(-1e3, 1e3))
def test_draws_follow_a_change_of_unit_and_of_zero(values: list[float], gain: float, shift: float) -> None:
    array = np.array(values)
    np.testing.assert_allclose(
        median_draws(gain * array + shift, PARAMS), gain * median_draws(array, PARAMS) + shift, atol=1e-6
    )


def test_streams_are_independent() -> None:
    values = np.random.default_rng(0).standard_normal(50)
    first, second = (median_draws(values, PARAMS, stream) for stream in (0, 1))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.15


@pytest.mark.parametrize(("n", "draws"), [(2, 1000), (400, 1000), (1000, 400), (5_000, 200)])
def test_long_walks_cost_no_more(n: int, draws: int) -> None:
    assert len(median_draws(np.zeros(n), PARAMS)) == draws


def test_equal_strides_have_no_width() -> None:
    assert interval95(median_draws(np.full(30, 0.7), PARAMS)) == (0.7, 0.7)


def test_a_further_error_joins_in_quadrature() -> None:
    low, high = widened(10.0, (10.0 - 3.0 * 1.96, 10.0 + 0.0), 4.0)
    assert low == pytest.approx(10.0 - 5.0 * 1.96)
    assert high == pytest.approx(10.0 + 4.0 * 1.96)
    assert widened(1.0, (0.5, 1.25), 0.0) == pytest.approx((0.5, 1.25))


def test_both_sides_are_drawn_alike_however_many_strides_they_have() -> None:
    rng = np.random.default_rng(5)
    many, few = rng.standard_normal(900), rng.standard_normal(60)
    for first, second, streams in ((many, few, (0, 1)), (few, many, (1, 0))):
        one, other = draws_of_both(first, second, PARAMS, streams)
        assert len(one) == len(other) == len(median_draws(many, PARAMS))
        np.testing.assert_array_equal(other, median_draws(second, PARAMS, streams[1])[: len(other)])
