"""The walk over time: slopes recovered, rests left out, chance not taken for change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.result import BoutKind, Confidence, Measure, Rest, Status, Stride
from pipeline.walk.timecourse import TimeCourseParams, half_minutes, theil_sen, time_course
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


def rest(start_s: float, end_s: float, kind: BoutKind = BoutKind.STANDING, walked_s: float = 60.0) -> Rest:
    return Rest(kind, start_s, end_s, Confidence.HIGH, walked_s)


def course(strides: list[Stride], *rests: Rest) -> dict[str, Measure]:
    return dict(time_course(strides, rests, PARAMS))


def value(strides: list[Stride], name: str, *rests: Rest) -> float:
    found = course(strides, *rests)[name].value
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
        """Two minutes, an hour's rest, two minutes: the decline goes on where it stopped."""
        first = walked(2.0, lambda minute: 1.2 * (1.0 - 0.04 * minute))
        later = walked(2.0, lambda minute: 1.2 * (1.0 - 0.04 * (2.0 + minute)), start_s=3720.0)
        assert value([*first, *later], "speed_slope_pct_min", rest(120.0, 3720.0)) == pytest.approx(-4.0, rel=0.1)

    def test_is_that_of_one_walk_when_it_lasts(self) -> None:
        """Down by 6 % a minute, back after sitting, down again: no slope over both would say so."""
        first = walked(4.0, lambda minute: 1.2 * (1.0 - 0.06 * minute))
        later = walked(3.0, lambda minute: 1.2 * (1.0 - 0.06 * minute), start_s=420.0)
        assert value([*first, *later], "speed_slope_pct_min", rest(240.0, 420.0)) == pytest.approx(-6.0, rel=0.1)

    def test_lost_samples_do_not_stop_the_clock(self) -> None:
        """Two minutes lost in the middle of a decline: it goes on meanwhile."""
        strides = [s for s in walked(6.0, lambda minute: 1.2 * (1.0 - 0.04 * minute)) if not 120 <= s.ic_s < 240]
        strides += walked(3.0, lambda minute: 1.2 * (0.76 - 0.04 * minute), start_s=360.0)
        assert value(strides, "speed_slope_pct_min") == pytest.approx(-4.0, rel=0.1)

    def test_of_variability_is_in_points(self) -> None:
        rng, strides = np.random.default_rng(0), []
        for k in range(360):
            late = 0.01 * (1.0 + k / 60.0) * rng.standard_normal()
            strides += [stride(side, k + 0.5 * (side is Side.RIGHT), 1.0 + late) for side in Side]
        assert value(strides, "stride_time_cv_slope_pct_min") == pytest.approx(1.0, abs=0.3)

    def test_of_the_lean_is_in_degrees_and_needs_a_trunk_sensor(self) -> None:
        leaning = [replace(s, trunk_lean_deg=2.0 + s.ic_s / 60.0) for s in walked(5.0)]
        assert value(leaning, "trunk_lean_slope_deg_min") == pytest.approx(1.0, abs=0.02)
        assert course(walked(5.0))["trunk_lean_slope_deg_min"].reason == "these sensors do not show it"

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
        if minutes > 2.0 and name.startswith("warm_up"):
            continue
        assert measure.status is Status.NOT_ASSESSED, name
        assert measure.value is None
        assert measure.reason


class TestRecovery:
    def found(
        self, before: float, after: float, kind: BoutKind = BoutKind.SITTING, minutes: float = 1.0, name: str = ""
    ) -> Measure:
        first = walked(minutes, lambda _: before)
        later = walked(minutes, lambda _: after, start_s=60.0 * minutes + 120.0)
        paused = rest(60.0 * minutes, 60.0 * minutes + 120.0, kind)
        return course([*first, *later], paused)[name or "recovery_speed_pct"]

    def test_is_the_speed_that_came_back(self) -> None:
        assert self.found(0.8, 1.2).value == pytest.approx(50.0)
        assert self.found(0.8, 1.2).n == 2 * 60  # half a minute before and after, both sides
        assert self.found(1.2, 0.9).value == pytest.approx(-25.0)

    def test_quicker_steps_of_the_same_length_bring_back_speed_and_no_length(self) -> None:
        later = [stride(side, 180.0 + 0.8 * k, 0.8, stride_length_m=1.2) for k in range(75) for side in Side]
        found = course([*walked(1.0), *later], rest(60.0, 180.0, BoutKind.SITTING))
        for name, pct in (("speed_pct", 25.0), ("speed_sitting_pct", 25.0), ("stride_length_sitting_pct", 0.0)):
            assert found[f"recovery_{name}"].value == pytest.approx(pct, abs=1e-9)

    @pytest.mark.parametrize("kind", [BoutKind.SITTING, BoutKind.STANDING, BoutKind.UNKNOWN])
    def test_a_seat_and_standing_are_kept_apart(self, kind: BoutKind) -> None:
        for other in (BoutKind.SITTING, BoutKind.STANDING):
            name = f"recovery_stride_length_{other.value}_pct"
            found = self.found(0.8, 1.2, kind, name=name)
            assert (found.value == pytest.approx(50.0)) if kind is other else found.status is Status.NOT_ASSESSED

    def test_each_kind_by_its_longest_rest(self) -> None:
        parts = [
            walked(1.0, lambda _: 1.0),
            walked(1.0, lambda _: 1.1, start_s=80.0),
            walked(1.0, lambda _: 1.65, start_s=240.0),
        ]
        rests = rest(60.0, 80.0, BoutKind.SITTING), rest(140.0, 240.0, BoutKind.SITTING)
        found = course([s for part in parts for s in part], *rests)
        assert found["recovery_speed_sitting_pct"].value == pytest.approx(50.0)

    def test_of_the_lean_is_a_difference(self) -> None:
        first = [replace(s, trunk_lean_deg=14.0) for s in walked(1.0)]
        later = [replace(s, trunk_lean_deg=4.0) for s in walked(1.0, start_s=120.0)]
        found = course([*first, *later], rest(60.0, 120.0, BoutKind.SITTING))["recovery_lean_sitting_deg"]
        assert found.value == pytest.approx(-10.0)
        assert found.unit == "deg"

    def test_a_pause_that_was_no_rest_is_none(self) -> None:
        """Lost samples, turning, an obstacle: what is not among the rests brings nothing back."""
        first, later = walked(1.0, lambda _: 0.8), walked(1.0, lambda _: 1.2, start_s=90.0)
        assert course([*first, *later])["recovery_speed_pct"].status is Status.NOT_ASSESSED

    def test_a_few_steps_after_it_do_not_tell(self) -> None:
        assert self.found(0.8, 1.2, minutes=0.05).status is Status.NOT_ASSESSED

    def test_its_interval_holds_no_change(self) -> None:
        held = 0
        for seed in range(40):
            first, later = walked(1.0, noise=0.05, seed=seed), walked(1.0, start_s=120.0, noise=0.05, seed=99 - seed)
            found = course([*first, *later], rest(60.0, 120.0))["recovery_speed_pct"].ci95
            assert found is not None
            held += found[0] <= 0.0 <= found[1]
        assert held >= 34


class TestUntilRest:
    def test_time_and_way_to_the_first_rest(self) -> None:
        strides = walked(3.0, lambda _: 0.9) + walked(1.0, lambda _: 1.2, start_s=240.0)
        found = course(strides, rest(180.0, 240.0, walked_s=180.0))
        assert found["walked_to_rest_s"].value == 180.0
        assert found["walked_to_rest_m"].value == pytest.approx(162.0)
        assert found["walked_to_rest_s"].n == 1

    def test_who_never_rests_has_none(self) -> None:
        assert course(walked(6.0))["walked_to_rest_s"].reason == "no rest was seen between walks"


class TestWarmUp:
    def test_a_slow_start_is_negative(self) -> None:
        strides = walked(4.0, lambda minute: 1.0 if minute < 1.0 else 1.25)
        assert value(strides, "warm_up_speed_pct") == pytest.approx(-20.0)

    def test_needs_two_minutes_without_a_rest(self) -> None:
        strides = walked(1.0) + walked(4.0, start_s=90.0)
        assert course(strides, rest(60.0, 90.0))["warm_up_speed_pct"].status is Status.NOT_ASSESSED


class TestHalfMinutes:
    def test_they_follow_the_walk_from_its_begin(self) -> None:
        found = half_minutes(walked(3.0, lambda minute: 1.2 - 0.1 * minute, start_s=100.0), (), PARAMS)
        assert [half.start_s for half in found] == [100.0 + 30.0 * k for k in range(6)]
        assert [half.walked_s for half in found] == pytest.approx([14.75 + 30.0 * k for k in range(6)])
        assert all(half.strides == 60 and half.fitted for half in found)
        middles = [1.2 - 0.1 * half.walked_s / 60.0 for half in found]
        assert [half.speed_m_s for half in found] == pytest.approx(middles, abs=2e-3)
        assert [half.step_length_m for half in found] == pytest.approx([0.5 * v for v in middles], abs=2e-3)

    def test_every_walk_begins_a_new_one_and_only_the_long_one_is_fitted(self) -> None:
        strides = walked(0.75) + walked(3.0, start_s=105.0)
        found = half_minutes(strides, (rest(45.0, 105.0),), PARAMS)
        assert [half.start_s for half in found] == [0.0, 30.0, *(105.0 + 30.0 * k for k in range(6))]
        assert [half.fitted for half in found] == [False] * 2 + [True] * 6
        assert found[2].walked_s == pytest.approx(45.0 + 14.75)
        assert found[1].end_s <= 46.0

    def test_short_walks_are_fitted_together_and_few_strides_are_no_half_minute(self) -> None:
        strides = walked(1.0) + walked(1.05, start_s=120.0)
        found = half_minutes(strides, (rest(60.0, 120.0),), PARAMS)
        assert [half.fitted for half in found] == [True] * 4
        assert half_minutes(walked(0.05), (), PARAMS) == ()
        assert half_minutes([], (), PARAMS) == ()

    def test_what_no_sensor_shows_is_left_open(self) -> None:
        (half,) = half_minutes([replace(s, stride_length_m=np.nan) for s in walked(0.4)], (), PARAMS)
        assert (half.speed_m_s, half.step_length_m, half.strides) == (None, None, 48)


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
