"""The walk over time: slopes recovered, rests left out, chance not taken for change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.result import Measure, Status, Stride
from pipeline.timecourse import TimeCourseParams, theil_sen, time_course
from sensor.samples import Side
from tests.pipeline.strides import stride

PARAMS = TimeCourseParams()
Law = Callable[[float], float]


def walked(
    minutes: float,
    speed: Law = lambda _: 1.2,
    start_s: float = 0.0,
    stance: Law = lambda _: 0.0,
    noise: float = 0.0,
    seed: int = 0,
) -> list[Stride]:
    """Strides of 1 s of both sides; speed, m/s, and stance asymmetry, per cent, as laws of the minute."""
    rng, out = np.random.default_rng(seed), []
    for k in range(round(60.0 * minutes)):
        for side in Side:
            at = k + (0.5 if side is Side.RIGHT else 0.0)
            share = 0.01 * stance(at / 60.0) * (0.5 if side is Side.LEFT else -0.5)
            out.append(
                stride(
                    side,
                    start_s + at,
                    1.0,
                    stride_length_m=speed(at / 60.0) * float(np.exp(noise * rng.standard_normal())),
                    stance_time_s=0.62 * float(np.exp(share)),
                )
            )
    return out


def course(strides: list[Stride]) -> dict[str, Measure]:
    return dict(time_course(strides, PARAMS))


def value(strides: list[Stride], name: str) -> float:
    found = course(strides)[name].value
    assert found is not None
    return found


class TestSlope:
    @pytest.mark.parametrize("pct_min", [-5.0, -1.0, 0.0, 3.0])
    def test_of_the_speed_comes_back(self, pct_min: float) -> None:
        strides = walked(6.0, lambda minute: 1.2 * (1.0 + 0.01 * pct_min * minute))
        assert value(strides, "speed_slope_pct_min") == pytest.approx(pct_min, rel=0.05, abs=1e-6)
        assert value(strides, "stride_length_slope_pct_min") == pytest.approx(pct_min, rel=0.05, abs=1e-6)
        assert value(strides, "stride_time_slope_pct_min") == pytest.approx(0.0, abs=1e-6)

    def test_of_the_asymmetry_is_in_points(self) -> None:
        strides = walked(5.0, stance=lambda minute: -2.0 * minute)
        assert value(strides, "stance_asymmetry_slope_pct_min") == pytest.approx(-2.0, rel=0.02)
        assert course(strides)["stance_asymmetry_slope_pct_min"].unit == "points/min"

    def test_runs_on_walking_time(self) -> None:
        """Three minutes, an hour's rest, three minutes: the decline goes on where it stopped."""
        first = walked(3.0, lambda minute: 1.2 * (1.0 - 0.04 * minute))
        later = walked(3.0, lambda minute: 1.2 * (1.0 - 0.04 * (3.0 + minute)), start_s=3780.0)
        assert value([*first, *later], "speed_slope_pct_min") == pytest.approx(-4.0, rel=0.1)

    def test_one_stumble_is_no_slope(self) -> None:
        strides = walked(4.0, lambda minute: 0.4 if 1.9 < minute < 2.1 else 1.2)
        assert value(strides, "speed_slope_pct_min") == pytest.approx(0.0, abs=1e-6)

    def test_invalid_strides_do_not_count(self) -> None:
        bad = [stride(Side.LEFT, 0.3 + k, 1.0, reason="turn", stride_length_m=9.0) for k in range(240)]
        assert value(walked(4.0) + bad, "speed_slope_pct_min") == pytest.approx(0.0, abs=1e-6)

    def test_its_interval_holds_what_does_not_change(self) -> None:
        held = 0
        for seed in range(40):
            found = course(walked(4.0, noise=0.05, seed=seed))["speed_slope_pct_min"].ci95
            assert found is not None
            held += found[0] <= 0.0 <= found[1]
        assert held >= 34


@pytest.mark.parametrize("minutes", [0.0, 0.2, 1.0, 2.4])
def test_too_short_a_walk_says_so(minutes: float) -> None:
    for name, measure in course(walked(minutes)).items():
        assert measure.status is Status.NOT_ASSESSED, name
        assert measure.value is None
        assert measure.reason


class TestRecovery:
    def found(self, rest_s: float, before: float, after: float, minutes: float = 1.0) -> Measure:
        first = walked(minutes, lambda _: before)
        later = walked(minutes, lambda _: after, start_s=60.0 * minutes + rest_s)
        return course([*first, *later])["recovery_speed_pct"]

    def test_is_the_speed_that_came_back(self) -> None:
        assert self.found(120.0, 0.8, 1.2).value == pytest.approx(50.0)
        assert self.found(120.0, 1.2, 0.9).value == pytest.approx(-25.0)

    def test_time_spent_turning_is_no_rest(self) -> None:
        first, later = walked(1.0, lambda _: 0.8), walked(1.0, lambda _: 1.2, start_s=90.0)
        turning = [stride(Side.LEFT, 60.0 + k, 1.0, reason="turn", stride_length_m=1.0) for k in range(30)]
        assert course([*first, *turning, *later])["recovery_speed_pct"].status is Status.NOT_ASSESSED

    def test_a_pause_at_an_obstacle_is_no_rest(self) -> None:
        assert self.found(8.0, 0.8, 1.2).status is Status.NOT_ASSESSED

    def test_nor_does_a_few_steps_after_it_tell(self) -> None:
        assert self.found(60.0, 0.8, 1.2, minutes=0.05).status is Status.NOT_ASSESSED


@given(
    st.lists(st.floats(-100.0, 100.0), min_size=2, max_size=12, unique=True),
    st.floats(-5.0, 5.0),
    st.floats(-10.0, 10.0),
)
def test_theil_sen_finds_a_line(at: list[float], slope: float, offset: float) -> None:
    x = np.round(np.array(at), 3)
    if len(np.unique(x)) == len(x):
        found, slopes = theil_sen(x, slope * x + offset)
        assert found == pytest.approx(slope, abs=1e-6)
        assert len(slopes) == len(x) * (len(x) - 1) // 2
