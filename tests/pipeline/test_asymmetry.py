"""The asymmetry index: antisymmetric, free of units, and a flag that needs every one of its reasons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.norms import ASYMMETRY
from pipeline.result import Asymmetry, Flag, Status
from pipeline.strides.values import of_side
from pipeline.walk.asymmetry import FIELD, AsymmetryParams, asymmetry
from sensor.samples import FloatArray, Side
from tests.pipeline.strides import row, stride

PARAMS = AsymmetryParams()
RATIOS = [name for name, norm in ASYMMETRY.items() if not norm.is_angle]
ANGLES = [name for name, norm in ASYMMETRY.items() if norm.is_angle]
TIMES = st.lists(st.floats(0.3, 1.2), min_size=3, max_size=60).map(np.array)


def judged(metric: str, left: FloatArray, right: FloatArray, why_not: str = "") -> Asymmetry:
    return asymmetry(metric, left, right, why_not, PARAMS)


def effect(metric: str, left: FloatArray, right: FloatArray) -> float:
    found = judged(metric, left, right).effect
    assert found is not None
    return found


def around(middle: float, count: int = 60, spread: float = 0.002) -> FloatArray:
    """Values about their median, of a relative spread that moves the median little."""
    return np.asarray(middle * (1.0 + spread * np.linspace(-1.0, 1.0, count)))


class TestIndex:
    @given(st.sampled_from(sorted(ASYMMETRY)), TIMES, TIMES)
    def test_swapping_the_sides_mirrors_it_and_its_interval(
        self, metric: str, left: FloatArray, right: FloatArray
    ) -> None:
        one, other = judged(metric, left, right), judged(metric, right, left)
        assert one.effect is not None
        assert other.effect is not None
        assert one.ci95 is not None
        assert other.ci95 is not None
        assert one.effect == pytest.approx(-other.effect, abs=1e-9)
        if np.median(left) != np.median(right):
            assert one.ci95 == pytest.approx((-other.ci95[1], -other.ci95[0]), abs=1e-9)
        assert one.flag is other.flag

    @given(st.sampled_from(RATIOS), TIMES, TIMES, st.floats(0.01, 100.0))
    def test_a_ratio_has_no_unit(self, metric: str, left: FloatArray, right: FloatArray, unit: float) -> None:
        assert effect(metric, unit * left, unit * right) == pytest.approx(effect(metric, left, right), abs=1e-9)

    @given(st.sampled_from(RATIOS), TIMES, TIMES, TIMES)
    def test_ratios_add(self, metric: str, a: FloatArray, b: FloatArray, c: FloatArray) -> None:
        assert effect(metric, a, b) + effect(metric, b, c) == pytest.approx(effect(metric, a, c), abs=1e-9)

    @pytest.mark.parametrize("metric", RATIOS)
    def test_a_ratio_is_the_logarithm_in_per_cent(self, metric: str) -> None:
        assert effect(metric, np.full(9, 1.1), np.full(9, 1.0)) == pytest.approx(9.531, abs=1e-3)
        assert effect(metric, np.full(9, 1.0), np.full(9, 1.0)) == 0.0

    @pytest.mark.parametrize("metric", ANGLES)
    def test_an_angle_counts_in_healthy_standard_deviations(self, metric: str) -> None:
        found = effect(metric, np.full(9, 20.0), np.full(9, 15.0))
        assert found == pytest.approx(5.0 / ASYMMETRY[metric].angle_sd_deg)
        assert effect(metric, np.full(9, -3.0), np.full(9, 2.0)) < 0.0  # angles may be negative

    def test_one_odd_stride_moves_nothing(self) -> None:
        left = around(0.66)
        odd = np.concatenate((left, [3.0]))
        assert effect("stance_time", odd, around(0.66)) == pytest.approx(0.0, abs=0.05)

    @given(st.integers(0, 2**32 - 1))
    def test_the_interval_holds_the_effect_and_at_least_the_instruments_error(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        found = judged("stance_time", rng.normal(0.6, 0.02, 40), rng.normal(0.6, 0.02, 35))
        assert found.ci95 is not None
        assert found.effect is not None
        other = 1.96 * ASYMMETRY["stance_time"].instrument
        assert found.ci95[0] <= found.effect - other + 1e-9
        assert found.ci95[1] >= found.effect + other - 1e-9

    def test_a_time_between_feet_knows_that_clocks_differ(self) -> None:
        values = around(0.55)
        step, stance = judged("step_time", values, values).ci95, judged("stance_time", values, values).ci95
        assert step is not None
        assert stance is not None
        offset = 1.96 * 100.0 * PARAMS.clock_offset_s * 2.0 / 0.55
        assert step[1] == pytest.approx(np.hypot(1.96 * ASYMMETRY["step_time"].instrument, offset), abs=0.2)
        assert stance[1] == pytest.approx(1.96 * ASYMMETRY["stance_time"].instrument, abs=0.2)


class TestNotAssessed:
    @pytest.mark.parametrize(("left", "right"), [(0, 0), (2, 30), (30, 2), (0, 30)])
    def test_too_few_strides(self, left: int, right: int) -> None:
        found = judged("stance_time", around(0.6, left), around(0.6, right))
        assert found.status is Status.NOT_ASSESSED
        assert (found.effect, found.ci95, found.flag) == (None, None, Flag.NONE)
        assert found.reason == f"only {left} left and {right} right strides could be used"
        assert (found.left is None) == (left == 0)

    def test_sensors_that_cannot_show_it_give_their_own_reason(self) -> None:
        found = judged("knee_flexion_swing", np.empty(0), np.empty(0), "needs sensors on both thighs")
        assert found.reason == "needs sensors on both thighs"

    @pytest.mark.parametrize("bad", [0.0, -1.0])
    def test_there_is_no_ratio_of_what_is_not_positive(self, bad: float) -> None:
        found = judged("impact_peak", np.full(9, bad), np.full(9, 3.0))
        assert found.status is Status.NOT_ASSESSED
        assert "not positive" in found.reason

    @pytest.mark.parametrize("values", [[-1.0, 2.0, 3.0], [0.01, 0.5, 0.99], [1e-9, 1e-9, 5.0]])
    def test_single_strides_may_be_negative_and_the_interval_still_is_one(self, values: list[float]) -> None:
        """An impact is a peak less gravity; the bootstrap then draws medians that have no logarithm."""
        for left, right in ((np.array(values), np.full(3, 2.0)), (np.full(3, 2.0), np.array(values))):
            found = judged("impact_peak", left, right)
            assert found.effect is not None
            assert found.ci95 is not None
            assert np.isfinite(found.ci95).all()
            assert found.ci95[0] <= found.effect <= found.ci95[1]

    def test_three_strides_are_enough_to_say_something(self) -> None:
        assert judged("stance_time", around(0.6, 3), around(0.6, 3)).status is Status.OBSERVED


@pytest.mark.parametrize("metric", sorted(ASYMMETRY))
class TestFlag:
    """One gate after the other is closed; only with all open there is a flag."""

    def sides(self, metric: str, size: float, count: int = 60, spread: float = 1e-4) -> tuple[FloatArray, FloatArray]:
        """Values whose effect has the given size."""
        norm = ASYMMETRY[metric]
        if norm.is_angle:
            return around(20.0 + size * norm.angle_sd_deg, count, spread), around(20.0, count, spread)
        return around(0.6 * np.exp(size / 100.0), count, spread), around(0.6, count, spread)

    def test_a_large_certain_effect_of_many_strides_is_clear(self, metric: str) -> None:
        found = judged(metric, *self.sides(metric, 3.0 * ASYMMETRY[metric].clear))
        assert (found.flag, found.reason) == (Flag.CLEAR, "")

    def test_between_normal_and_clear_it_is_borderline(self, metric: str) -> None:
        norm = ASYMMETRY[metric]
        found = judged(metric, *self.sides(metric, norm.clear - 0.01))
        assert found.flag is not Flag.CLEAR
        assert found.flag is Flag.BORDERLINE or found.reason or norm.least_change >= norm.clear

    def test_inside_the_band_there_is_none(self, metric: str) -> None:
        norm = ASYMMETRY[metric]
        found = judged(metric, *self.sides(metric, 0.95 * norm.normal))
        assert (found.flag, found.reason) == (Flag.NONE, "")

    def test_below_what_can_be_detected_there_is_none_and_it_says_so(self, metric: str) -> None:
        norm = ASYMMETRY[metric]
        if norm.least_change > norm.normal:
            found = judged(metric, *self.sides(metric, 0.98 * norm.least_change))
            assert found.flag is Flag.NONE
            assert f"least change that can be detected ({norm.least_change:g} %)" in found.reason

    def test_too_few_strides_say_so(self, metric: str) -> None:
        for count in (PARAMS.flag_strides - 1, PARAMS.flag_strides):
            found = judged(metric, *self.sides(metric, 3.0 * ASYMMETRY[metric].clear, count))
            assert (found.flag is Flag.NONE) == (count < PARAMS.flag_strides)
            assert ("too few to flag" in found.reason) == (count < PARAMS.flag_strides)

    def test_an_interval_that_reaches_into_the_band_says_so(self, metric: str) -> None:
        """Excluding zero is not enough: the whole interval must lie beyond what is normal."""
        norm = ASYMMETRY[metric]
        found = judged(metric, *self.sides(metric, max(norm.normal, norm.least_change) + 0.1))
        assert found.ci95 is not None
        assert 0.0 < found.ci95[0] < norm.normal
        assert found.flag is Flag.NONE
        assert "reaches into it" in found.reason

    def test_strides_that_scatter_widely_are_not_flagged(self, metric: str) -> None:
        norm = ASYMMETRY[metric]
        left, right = self.sides(metric, max(norm.clear, norm.least_change) + 0.1, spread=0.0)
        rng = np.random.default_rng(0)
        noisy = left * np.exp(rng.normal(0.0, 1.2, len(left)))
        noisy *= np.median(left) / np.median(noisy)
        found = judged(metric, noisy, right)
        assert found.flag is Flag.NONE
        assert "reaches into it" in found.reason


class TestOfSide:
    def test_takes_valid_strides_of_the_side_in_order_without_missing_values(self) -> None:
        strides = [
            stride(Side.LEFT, 3.0, stance_time_s=0.6),
            stride(Side.RIGHT, 4.0, stance_time_s=0.9),
            stride(Side.LEFT, 1.0, stance_time_s=0.7),
            stride(Side.LEFT, 2.0),
            stride(Side.LEFT, 5.0, stance_time_s=0.8, reason="turn"),
        ]
        np.testing.assert_array_equal(of_side(strides, Side.LEFT, "stance_time_s"), [0.6, 0.7])

    @pytest.mark.parametrize("metric", sorted(FIELD))
    def test_every_metric_has_its_field_and_its_norm(self, metric: str) -> None:
        assert metric in ASYMMETRY
        assert len(of_side(row(Side.RIGHT, 4, "", **{FIELD[metric]: 1.0}), Side.RIGHT, FIELD[metric])) == 4

    def test_no_metric_is_left_out(self) -> None:
        assert set(FIELD) == set(ASYMMETRY)
