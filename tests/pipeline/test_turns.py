"""Turns: half turns found, bends not, circles covered, and the same however the heading rate arrives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.activity.turns import TurnFinder, TurnParams, overlaps
from pipeline.mounting.standing import Span
from pipeline.signals.filters import smooth
from pipeline.signals.timeline import Series
from sensor.samples import FloatArray
from tests.pipeline.synthetic import pieces, seconds

PARAMS = TurnParams()


def turns_of(rate_deg_s: FloatArray, cuts: tuple[int, ...] = ()) -> list[Span]:
    """Turns in a heading rate that has passed the low-pass."""
    series = Series(1)
    finder = TurnFinder(series, PARAMS)
    for part in pieces(len(rate_deg_s), cuts):
        series.append(np.radians(rate_deg_s[part]))
        finder.advance(series.end)
    finder.finish()
    return finder.turns


def turning(angle_deg: float, at_s: float, length_s: float, duration_s: float = 30.0) -> FloatArray:
    """Heading rate (n,), deg/s, of a smooth turn, through the filter of the stage."""
    t = seconds(duration_s)
    inside = np.abs(t - at_s) < length_s / 2.0
    rate = np.where(inside, angle_deg / length_s * (1.0 + np.cos(2.0 * np.pi * (t - at_s) / length_s)), 0.0)
    return smooth(rate, PARAMS.filter_taps())


class TestOneTurn:
    @pytest.mark.parametrize("angle_deg", [180.0, -180.0, 90.0, -90.0, 60.0])
    @pytest.mark.parametrize("length_s", [1.2, 2.0, 3.5])
    def test_is_found_where_it_is(self, angle_deg: float, length_s: float) -> None:
        (turn,) = turns_of(turning(angle_deg, 12.0, length_s))
        assert turn.start <= 1200 - 100 * 0.4 * length_s
        assert turn.end >= 1200 + 100 * 0.4 * length_s
        assert turn.end - turn.start < 100 * (length_s + 4.0)

    @pytest.mark.parametrize("angle_deg", [30.0, -30.0, 40.0, 10.0])
    def test_a_bend_is_not_a_turn(self, angle_deg: float) -> None:
        assert turns_of(turning(angle_deg, 12.0, 2.0)) == []

    def test_sway_to_both_sides_adds_up_to_nothing(self) -> None:
        sway = 30.0 * np.sin(2.0 * np.pi * 0.4 * seconds(30.0))
        assert turns_of(sway) == []

    def test_a_turn_back_is_a_second_turn(self) -> None:
        rate = turning(120.0, 8.0, 2.0) + turning(-120.0, 16.0, 2.0)
        assert len(turns_of(rate)) == 2

    def test_a_turn_into_the_opposite_one_is_two(self) -> None:
        rate = np.repeat([0.0, 60.0, -60.0, 0.0], [500, 200, 200, 500])
        pad = int(100 * PARAMS.pad_s)
        assert turns_of(rate) == [Span(500 - pad, 700 + pad), Span(700 - pad, 900 + pad)]
        assert turns_of(0.3 * rate) == []  # two bends of 36 degrees do not add up

    def test_a_turn_that_goes_on_at_the_end_is_found(self) -> None:
        (turn,) = turns_of(turning(180.0, 12.0, 3.0)[:1250])
        assert turn.end >= 1250


@pytest.mark.parametrize("length_s", [10.5, 11.5, 14.0, 21.0, 25.0])
@pytest.mark.parametrize("rate_deg_s", [20.0, -35.0])
def test_every_moment_of_a_circle_is_turning(length_s: float, rate_deg_s: float) -> None:
    rate = np.zeros(4000)
    rate[500 : 500 + round(100 * length_s)] = rate_deg_s
    turns = turns_of(rate)
    covered = np.zeros(4000, dtype=bool)
    for turn in turns:
        covered[max(turn.start, 0) : turn.end] = True
    assert covered[rate != 0.0].all()
    assert covered.sum() < 100 * length_s + 101


RATES = st.lists(
    st.tuples(st.sampled_from([-60.0, -20.0, -10.0, -3.0, 0.0, 3.0, 10.0, 20.0, 60.0]), st.integers(1, 500)),
    max_size=12,
).map(lambda runs: np.concatenate([np.zeros(1), *(np.full(n, level) for level, n in runs)]))
CUTS = st.lists(st.integers(0, 5000), max_size=12).map(tuple)


class TestStream:
    @given(RATES, CUTS)
    def test_any_pieces_give_the_same_turns(self, rate: FloatArray, cuts: tuple[int, ...]) -> None:
        assert turns_of(rate, cuts) == turns_of(rate)

    @given(RATES, CUTS)
    def test_what_is_settled_is_never_found_to_be_a_turn_later(self, rate: FloatArray, cuts: tuple[int, ...]) -> None:
        series = Series(1)
        finder, settled, known = TurnFinder(series, PARAMS), -50, 0
        for part in [*pieces(len(rate), cuts), None]:
            if part is None:
                finder.finish()
            else:
                series.append(np.radians(rate[part]))
                finder.advance(series.end)
            assert all(turn.start >= settled for turn in finder.turns[known:])
            assert finder.settled >= settled
            settled, known = finder.settled, len(finder.turns)

    @given(RATES)
    def test_the_mirror_turns_the_other_way_at_the_same_time(self, rate: FloatArray) -> None:
        assert turns_of(-rate) == turns_of(rate)

    def test_old_turns_are_forgotten(self) -> None:
        series = Series(1)
        finder = TurnFinder(series, PARAMS)
        series.append(np.radians(turning(180.0, 5.0, 2.0) + turning(180.0, 20.0, 2.0)))
        finder.finish()
        finder.forget(1500)
        assert [turn.start > 1500 for turn in finder.turns] == [True]


def test_overlap_is_half_open() -> None:
    turns = [Span(100, 200)]
    assert overlaps(turns, 150.0, 160.0)
    assert overlaps(turns, 50.0, 100.5)
    assert not overlaps(turns, 50.0, 100.0)
    assert not overlaps(turns, 200.0, 300.0)
    assert not overlaps([], 0.0, 1e9)
