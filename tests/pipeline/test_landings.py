"""Landings: timed the same however hard the foot strikes, and found again when a leg changes its habit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events.landings import (
    LandingFinder,
    ShankLandingParams,
    ShankLandings,
    ThighLandingParams,
    ThighLandings,
    landing_profile,
    landing_time,
    usual_delay,
    zero_crossing,
)
from pipeline.events.swings import Swing
from pipeline.signals.timeline import Series
from sensor.samples import FloatArray

SHANK, THIGH = ShankLandingParams(), ThighLandingParams()
FALLS = np.arange(100.0, 2700.0, 110.0)


def series(values: FloatArray) -> Series:
    made = Series(1)
    made.append(values)
    return made


def struck(delays: list[int], size: float = 900.0) -> Series:
    """Squared jerk of a leg that lands so many samples after each swing; the last falls do not come to land."""
    jerk = np.full(3000, 0.1)
    for fall, delay in zip(FALLS, delays, strict=False):
        jerk[int(fall) + delay : int(fall) + delay + 4] += size * np.array([0.1, 1.0, 0.6, 0.2])
    return series(jerk)


def found(finder: LandingFinder, jerk: Series, count: int) -> FloatArray:
    """Delays of the landings after the first swings."""
    rate = series(np.ones(3000))  # never crosses zero: the jerk alone counts
    landings = [finder.find(jerk, rate, Swing(fall - 40.0, int(fall) - 20, fall, 5.0), trusted=True) for fall in FALLS]
    assert all(landing is not None for landing in landings[:count])
    delays = [landing.at - fall for landing, fall in zip(landings[:count], FALLS, strict=False) if landing]
    return np.array(delays)


class TestLandingTime:
    @given(st.floats(1e-6, 1e6), st.integers(0, 2**32 - 1))
    def test_scaling_the_impact_leaves_its_time_where_it_is(self, gain: float, seed: int) -> None:
        jerk = np.random.default_rng(seed).exponential(1.0, 200)
        first, second = (landing_time(series(values), 60.0, 16, SHANK.share, SHANK) for values in (jerk, gain * jerk))
        assert first is not None
        assert second == pytest.approx(first, abs=1e-6)

    @given(st.integers(-4, 3), st.floats(0.0, 2.0))
    def test_a_later_impact_is_a_later_landing(self, shift: int, floor: float) -> None:
        jerk = np.full(300, floor)
        jerk[110:114] += [100.0, 500.0, 300.0, 50.0]
        usual = landing_time(series(jerk), 100.0, 19, SHANK.share, SHANK)
        later = landing_time(series(np.roll(jerk, shift)), 100.0, 19, SHANK.share, SHANK)
        assert usual is not None
        assert later == pytest.approx(usual + shift, abs=1e-9)
        assert 109.0 <= usual <= 112.0

    @pytest.mark.parametrize("fall", [5.0, 290.0])
    def test_a_window_that_is_not_all_there_gives_none(self, fall: float) -> None:
        jerk = series(np.ones(300))
        jerk.forget(0)
        assert landing_time(jerk, fall - 20.0 if fall < 10.0 else fall, 19, SHANK.share, SHANK) is None

    @pytest.mark.parametrize("braking", [10.0, 1000.0, 5000.0])
    def test_a_leg_that_brakes_hard_has_not_landed(self, braking: float) -> None:
        """The sound leg of a slow walker swings fast: what stops it is stronger than its landing."""
        jerk = np.full(300, 1.0)
        jerk[110:114] += [100.0, 500.0, 300.0, 50.0]
        usual = landing_time(series(jerk), 100.0, 19, SHANK.share, SHANK, 108.4)
        jerk[101:106] += braking
        assert usual is not None
        assert landing_time(series(jerk), 100.0, 19, SHANK.share, SHANK, 108.4) == pytest.approx(usual, abs=0.1)

    @pytest.mark.parametrize("crossing", [None, 90.0, 117.0, 150.0])
    def test_a_crossing_elsewhere_says_nothing_of_braking(self, crossing: float | None) -> None:
        jerk = np.full(300, 1.0)
        jerk[110:114] += [100.0, 500.0, 300.0, 50.0]
        usual = landing_time(series(jerk), 100.0, 19, SHANK.share, SHANK)
        assert landing_time(series(jerk), 100.0, 19, SHANK.share, SHANK, crossing) == usual

    def test_no_jerk_no_landing(self) -> None:
        assert landing_time(series(np.zeros(300)), 100.0, 19, SHANK.share, SHANK) is None


class TestUsualDelay:
    def test_is_the_usual_onset_after_the_swing(self) -> None:
        profiles = np.full((20, 40), 0.1)
        for number, profile in enumerate(profiles):
            profile[7 + number % 2] += 100.0 * (1 + number % 3)
            profile[8 + number % 2] += 900.0
        assert usual_delay(profiles, SHANK) in {7, 8}

    def test_one_stumble_does_not_matter(self) -> None:
        profiles = np.full((20, 40), 0.1)
        profiles[:, 9] += 500.0
        profiles[4, 2] += 1e6
        assert usual_delay(profiles, SHANK) == 9

    def test_a_swing_at_the_end_of_the_recording_teaches_nothing(self) -> None:
        assert landing_profile(series(np.ones(300)), 299.0, SHANK) is None
        assert ShankLandings(SHANK).find(
            series(np.ones(300)), series(np.ones(300)), Swing(250.0, 270, 299.0, 5.0), trusted=True
        ) is None  # fmt: skip


class TestShankLandings:
    def test_a_leg_that_begins_to_pause_is_followed(self) -> None:
        """It lands 20 ms after its swings at first, 200 ms after them later: no landing is timed early for long."""
        delays = [2] * 8 + [20] * 15
        late = found(ShankLandings(SHANK), struck(delays), 23)
        np.testing.assert_allclose(late, np.array(delays) + 1.0, atol=1.5)

    def test_a_soft_last_step_is_found_where_it_lands(self) -> None:
        jerk = struck([3] * 10)
        softly = jerk.window(0, 3000).copy()
        softly[int(FALLS[10]) + 25 : int(FALLS[10]) + 29] += 2.0
        assert found(ShankLandings(SHANK), series(softly), 11)[-1] == pytest.approx(26.0, abs=1.5)

    def test_what_a_leg_brakes_with_before_a_soft_landing_is_not_the_landing(self) -> None:
        jerk = struck([6] * 10).window(0, 3000).copy()
        usual = found(ShankLandings(SHANK), series(jerk), 10)[-1]
        fall = int(FALLS[10])
        jerk[fall + 1 : fall + 3] += 8.0  # a twentieth of it is spent before the foot lands with a third of its jerk
        jerk[fall + 6 : fall + 10] += 100.0 * np.array([0.1, 1.0, 0.6, 0.2])
        assert found(ShankLandings(SHANK), series(jerk), 11)[-1] == pytest.approx(usual, abs=1.5)

    @pytest.mark.parametrize("gain", [0.1, 10.0])
    def test_a_leg_that_always_lands_softly_lands_no_later(self, gain: float) -> None:
        soft, firm = (found(ShankLandings(SHANK), struck([6] * 10, size), 10) for size in (900.0 * gain, 900.0))
        np.testing.assert_allclose(soft, firm, atol=0.1)

    def test_what_a_gap_has_filled_is_not_learned(self) -> None:
        jerk, rate = struck([3] * 10 + [20] * 13), series(np.ones(3000))
        finder = ShankLandings(SHANK)
        swings = [Swing(fall - 40.0, int(fall) - 20, fall, 5.0) for fall in FALLS]
        for swing in swings[:10]:
            finder.find(jerk, rate, swing, trusted=True)
        for swing in swings[10:22]:
            finder.find(jerk, rate, swing, trusted=False)
        usual = finder.find(struck([3] * 23), rate, swings[22], trusted=False)
        assert usual is not None
        assert usual.at - swings[22].fall == pytest.approx(4.0, abs=1.5)


class TestThighLandings:
    def test_are_a_lead_before_the_peak_of_the_envelope(self) -> None:
        late = found(ThighLandings(THIGH, 110.0), struck([12] * 23), 20)
        np.testing.assert_allclose(late, 13.5 - 100.0 * THIGH.lead_s, atol=1.0)

    def test_a_recording_that_ends_with_the_swing_shows_none(self) -> None:
        finder, jerk = ThighLandings(THIGH, 110.0), series(np.linspace(0.0, 1.0, 305))
        assert finder.find(jerk, series(np.ones(305)), Swing(260.0, 280, 300.0, 5.0), trusted=True) is None


class TestZeroCrossing:
    @given(st.floats(0.5, 20.0), st.floats(0.1, 3.0))
    def test_of_a_straight_line_is_exact(self, after: float, slope: float) -> None:
        rate = slope * (50.0 + after - np.arange(200.0))
        assert zero_crossing(series(rate), 50.0, SHANK) == pytest.approx(50.0 + after, abs=1e-9)

    def test_later_than_it_is_looked_for_there_is_none(self) -> None:
        assert zero_crossing(series(np.ones(200)), 50.0, SHANK) is None
