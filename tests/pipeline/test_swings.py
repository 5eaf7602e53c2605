"""Swings: humps joined, twitches and doubles dropped, crossings where the formula puts them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events.swings import Rhythm, Swing, SwingFinder, SwingParams, learn_rhythm
from sensor.samples import FloatArray
from tests.pipeline.synthetic import pieces, waves

RHYTHM = Rhythm(peak_rad_s=4.0, stride=100.0)


def swings(rate: FloatArray, rhythm: Rhythm = RHYTHM, cuts: tuple[int, ...] = (), start: int = 0) -> list[Swing]:
    stage = SwingFinder(SwingParams(), rhythm, start)
    found = [swing for part in pieces(len(rate), cuts) for swing in stage.push(rate[part])]
    return found + stage.finish()


class TestOneSwing:
    def test_is_timed_where_the_rate_passes_the_level(self) -> None:
        (swing,) = swings(waves(3.0, (1.503, 0.5, 4.0)))
        half = 0.5 / np.pi * np.arccos(1.0 / 4.0)  # of 4 cos(pi t / 0.5) = 1
        assert swing.rise == pytest.approx(100.0 * (1.503 - half), abs=0.05)
        assert swing.fall == pytest.approx(100.0 * (1.503 + half), abs=0.05)
        assert swing.at == 150
        assert swing.strength == pytest.approx(4.0, abs=0.01)

    def test_of_a_slow_stiff_leg_is_timed_by_its_own_level(self) -> None:
        """A peak of 1.3 rad/s hardly passes 1 rad/s: the swing would seem half as long as it is."""
        rhythm = learn_rhythm(waves(9.0, *((1.0 + 1.5 * k, 0.5, 1.3) for k in range(5))), SwingParams())
        assert rhythm is not None
        (swing,) = swings(waves(3.0, (1.503, 0.5, 1.3)), rhythm)
        half = 0.5 / np.pi * np.arccos(0.3)
        assert swing.fall - swing.rise == pytest.approx(200.0 * half, abs=0.3)

    def test_counts_from_where_the_stream_begins(self) -> None:
        rate = waves(3.0, (1.5, 0.5, 4.0))
        (here,), (there,) = swings(rate), swings(rate, start=5000)
        assert (there.rise - here.rise, there.at - here.at, there.fall - here.fall) == (5000, 5000, 5000)

    def test_that_began_before_the_recording_is_no_swing(self) -> None:
        assert swings(waves(3.0, (0.0, 0.5, 4.0))) == []

    def test_that_goes_on_at_the_end_is_no_swing(self) -> None:
        assert swings(waves(1.5, (1.5, 0.5, 4.0))) == []


@pytest.mark.parametrize("stride_s", [0.9, 1.8, 2.8])
def test_the_rhythm_of_slow_walking_is_learned(stride_s: float) -> None:
    rhythm = learn_rhythm(waves(16.0, *((1.0 + stride_s * k, 0.4, 3.0) for k in range(5))), SwingParams())
    assert rhythm is not None
    assert rhythm.stride == pytest.approx(100.0 * stride_s)


class TestHumps:
    def test_two_humps_of_one_swing_are_joined(self) -> None:
        (swing,) = swings(waves(3.0, (1.0, 0.2, 3.0), (1.25, 0.3, 4.0)))
        assert swing.rise == pytest.approx(92.0, abs=1.0)
        assert swing.fall == pytest.approx(137.5, abs=1.0)
        assert (swing.at, round(swing.strength, 1)) == (125, 4.0)

    def test_a_leg_that_turns_back_between_has_swung_twice(self) -> None:
        """Kept apart; being closer than a swing can follow, the weaker is dropped."""
        rate = waves(3.0, (1.0, 0.2, 3.0), (1.125, 0.05, -2.0), (1.25, 0.2, 4.0))
        (swing,) = swings(rate)
        assert swing.rise == pytest.approx(117.0, abs=1.0)
        assert len(swings(rate, Rhythm(4.0, 20.0))) == 2

    def test_humps_far_apart_are_two(self) -> None:
        rate = waves(3.0, (1.0, 0.2, 3.0), (1.5, 0.2, 4.0))
        assert len(swings(rate, Rhythm(4.0, 50.0))) == 2


class TestWhatIsDropped:
    @pytest.mark.parametrize(("peak", "count"), [(1.1, 0), (1.15, 0), (1.3, 1), (9.0, 1)])
    def test_a_swing_weaker_than_three_tenths_of_the_usual(self, peak: float, count: int) -> None:
        assert len(swings(waves(3.0, (1.5, 0.5, peak)))) == count

    @pytest.mark.parametrize(("apart_s", "kept"), [(0.45, [4.0]), (0.6, [3.0, 4.0])])
    def test_the_weaker_of_two_too_close(self, apart_s: float, kept: list[float]) -> None:
        found = swings(waves(4.0, (1.5, 0.3, 3.0), (1.5 + apart_s, 0.3, 4.0)))
        assert [round(swing.strength, 1) for swing in found] == kept

    def test_missing_swings_do_not_matter(self) -> None:
        found = swings(waves(9.0, (1.0, 0.4, 4.0), (2.0, 0.4, 4.0), (6.0, 0.4, 4.0)))
        assert [swing.at for swing in found] == [100, 200, 600]


RATES = st.lists(
    st.tuples(
        st.sampled_from([-2.0, -0.4, 0.0, 0.9, 1.0, float(np.nextafter(1.0, 2.0)), 1.3, 3.0, 4.0, 5.0]),
        st.integers(1, 30),
    ),
    max_size=40,
).map(lambda runs: np.concatenate([np.empty(0), *(np.full(length, level) for level, length in runs)]))


class TestStream:
    @given(RATES, st.lists(st.integers(0, 1200), max_size=12).map(tuple))
    def test_any_pieces_give_the_same_swings(self, rate: FloatArray, cuts: tuple[int, ...]) -> None:
        assert swings(rate, cuts=cuts) == swings(rate)

    @given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 1500), max_size=12).map(tuple))
    def test_nor_does_it_matter_for_wild_signals(self, seed: int, cuts: tuple[int, ...]) -> None:
        rng = np.random.default_rng(seed)
        rate = np.convolve(rng.normal(0.0, 8.0, 1500), np.ones(9) / 9.0, "same")
        assert swings(rate, Rhythm(3.0, 40.0), cuts) == swings(rate, Rhythm(3.0, 40.0))

    @given(RATES, st.lists(st.integers(0, 1200), max_size=12))
    def test_what_is_settled_stays_settled(self, rate: FloatArray, cuts: list[int]) -> None:
        stage, settled = SwingFinder(SwingParams(), RHYTHM), 0.0
        for part in pieces(len(rate), cuts):
            found = stage.push(rate[part])
            assert all(swing.rise >= settled for swing in found)
            assert stage.settled >= settled
            settled = stage.settled
        assert all(swing.rise >= settled for swing in stage.finish())

    @given(RATES)
    def test_swings_are_in_order_and_apart(self, rate: FloatArray) -> None:
        found = swings(rate)
        assert all(swing.rise < swing.at + 1 <= swing.fall + 1 for swing in found)
        assert all(b.at - a.at >= 0.55 * RHYTHM.stride for a, b in pairwise(found))


class TestRhythm:
    def test_is_the_usual_peak_and_stride(self) -> None:
        walk = waves(22.0, *((1.0 + 1.1 * k, 0.4, 4.0 + 0.1 * (k % 3)) for k in range(18)))
        rhythm = learn_rhythm(walk, SwingParams())
        assert rhythm is not None
        assert rhythm.peak_rad_s == pytest.approx(4.1, abs=0.02)
        assert rhythm.stride == pytest.approx(110.0, abs=1.0)

    def test_is_not_misled_by_twitches_pauses_and_a_kick(self) -> None:
        walk = [(1.0 + 1.1 * k, 0.4, 4.0) for k in range(9)] + [(20.0 + 1.1 * k, 0.4, 4.0) for k in range(9)]
        twitches = [(12.0 + 0.3 * k, 0.1, 1.4) for k in range(8)]
        rhythm = learn_rhythm(waves(32.0, *walk, *twitches, (16.0, 0.3, 12.0)), SwingParams())
        assert rhythm is not None
        assert rhythm.peak_rad_s == pytest.approx(4.0, abs=0.02)
        assert rhythm.stride == pytest.approx(110.0, abs=1.0)

    @pytest.mark.parametrize("humps", [(), ((1.0, 0.4, 4.0),), ((1.0, 0.4, 4.0), (9.0, 0.4, 4.0))])
    def test_is_not_there_when_nobody_walks(self, humps: tuple[tuple[float, float, float], ...]) -> None:
        assert learn_rhythm(waves(12.0, *humps), SwingParams()) is None
