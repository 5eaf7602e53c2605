"""Gaps: short ones become straight lines, long ones are held and withheld, and no filling passes for a sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.bridging import Bridging, BridgingParams, Trust
from sensor.samples import BoolArray, FloatArray
from tests.pipeline.synthetic import pieces


def bridged(samples: FloatArray, valid: BoolArray, cuts: list[int]) -> tuple[FloatArray, FloatArray]:
    stage = Bridging()
    parts = [stage.push(samples[part], valid[part]) for part in pieces(len(valid), cuts)] + [stage.finish()]
    return np.concatenate([s for s, _ in parts]), np.concatenate([t for _, t in parts])


def ramp_with_gap(start: int, length: int, n: int = 200) -> tuple[FloatArray, FloatArray, BoolArray]:
    """A straight line (n, 6), the same with a gap of NaN, and its validity."""
    line = np.outer(np.arange(n, dtype=float), [1.0, -1.0, 0.5, 2.0, 0.1, -3.0])
    valid = np.ones(n, dtype=bool)
    valid[start : start + length] = False
    holed = line.copy()
    holed[~valid] = np.nan
    return line, holed, valid


@pytest.mark.parametrize(("length", "trust"), [(1, Trust.BRIDGED), (10, Trust.BRIDGED), (11, Trust.WITHHELD)])
def test_a_gap_of_up_to_a_tenth_of_a_second_may_carry_events(length: int, trust: Trust) -> None:
    line, holed, valid = ramp_with_gap(50, length)
    samples, trusts = bridged(holed, valid, [])
    np.testing.assert_allclose(samples, line, atol=1e-10)
    assert set(trusts[50 : 50 + length]) == {trust}
    assert set(np.delete(trusts, np.arange(50, 50 + length))) == {Trust.SAMPLE}


@pytest.mark.parametrize(("length", "straight"), [(50, True), (51, False)])
def test_a_straight_line_reaches_over_half_a_second_and_no_further(length: int, straight: bool) -> None:
    line, holed, valid = ramp_with_gap(60, length)
    samples, trusts = bridged(holed, valid, [])
    gap = slice(60, 60 + length)
    assert set(trusts[gap]) == {Trust.WITHHELD}
    assert np.allclose(samples[gap], line[gap]) == straight
    if not straight:
        np.testing.assert_array_equal(samples[gap, 3:], 0.0)
    np.testing.assert_array_equal(samples[valid], line[valid])


@pytest.mark.parametrize("start", [0, 195])
def test_what_lies_before_the_first_or_after_the_last_sample_is_never_bridged(start: int) -> None:
    _, holed, valid = ramp_with_gap(start, 5)
    samples, trusts = bridged(holed, valid, [])
    assert set(trusts[start : start + 5]) == {Trust.WITHHELD}
    assert np.isfinite(samples).all()


def test_a_sensor_that_never_sends_is_finite_and_withheld_throughout() -> None:
    samples, trusts = bridged(np.full((120, 6), np.nan), np.zeros(120, dtype=bool), [7, 90])
    assert samples.shape == (120, 6)
    assert np.isfinite(samples).all()
    assert set(trusts) == {Trust.WITHHELD}


def test_a_gap_is_held_back_only_until_it_is_certain_to_be_long() -> None:
    stage = Bridging(BridgingParams(fill_s=0.5))
    stage.push(np.ones((10, 6)), np.ones(10, dtype=bool))
    nothing = np.full((1, 6), np.nan)
    out = [len(stage.push(nothing, np.zeros(1, dtype=bool))[0]) for _ in range(60)]
    assert out == [0] * 50 + [51] + [1] * 9


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 70)), min_size=1, max_size=12),
    st.lists(st.integers(0, 500), max_size=10),
)
def test_any_pieces_give_the_same_bits_and_every_true_sample_passes(
    runs: list[tuple[bool, int]], cuts: list[int]
) -> None:
    valid = np.concatenate([np.full(length, good) for good, length in runs])
    samples = np.random.default_rng(len(valid)).normal(size=(len(valid), 6))
    samples[~valid] = np.nan
    whole, trust = bridged(samples, valid, [])
    assert len(whole) == len(valid)
    assert np.isfinite(whole).all()
    np.testing.assert_array_equal(whole[valid], samples[valid])
    np.testing.assert_array_equal(trust == Trust.SAMPLE, valid)
    found, found_trust = bridged(samples, valid, cuts)
    np.testing.assert_array_equal(found, whole)
    np.testing.assert_array_equal(found_trust, trust)
