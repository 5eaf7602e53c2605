"""The uniform grid: what it keeps, what it calls a gap, and that blocks of any size and order give the same frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.samples import BoolArray, FloatArray, Placement, SampleBlock
from sensor.synchronise import GRID_HZ, Frame, UniformGrid

LEFT, RIGHT, SACRUM = Placement.KNEE_LEFT, Placement.KNEE_RIGHT, Placement.SACRUM
RATES = (50.0, 60.0, 100.0, 102.4, 128.0, 200.0)


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """All samples of one placement: times (n,) and the six channels (n, 6)."""

    placement: Placement
    time_s: FloatArray
    values: FloatArray

    def block(self, start: int, end: int) -> SampleBlock:
        part = slice(start, end)
        return SampleBlock(self.placement, self.time_s[part], self.values[part, :3], self.values[part, 3:])

    def blocks(self, cuts: Sequence[int]) -> list[SampleBlock]:
        edges = [0, *sorted(min(cut, len(self.time_s)) for cut in cuts), len(self.time_s)]
        return [self.block(a, b) for a, b in pairwise(edges)]


def ramps(placement: Placement, time_s: FloatArray) -> Stream:
    """Six channels that are straight lines of time, so that linear interpolation is exact."""
    return Stream(placement, time_s, np.outer(time_s, [1.0, -2.0, 0.5, 3.0, 0.0, -0.25]) + np.arange(6))


def noise(placement: Placement, time_s: FloatArray, seed: int = 0) -> Stream:
    return Stream(placement, time_s, np.random.default_rng(seed).normal(0.0, 5.0, (len(time_s), 6)))


def without(stream: Stream, rows: Iterable[int]) -> Stream:
    """The stream with some samples missing: NaN in one channel is enough."""
    values = stream.values.copy()
    for row in rows:
        values[row, row % 6] = np.nan
    return Stream(stream.placement, stream.time_s, values)


def joined(frames: Sequence[Frame]) -> tuple[dict[Placement, FloatArray], dict[Placement, BoolArray]]:
    """Frames end to end; they follow each other without hole or overlap from grid index 0."""
    assert [frame.start for frame in frames] == [sum(len(f) for f in frames[:i]) for i in range(len(frames))]
    placements = frames[0].samples
    return (
        {p: np.concatenate([frame.samples[p] for frame in frames]) for p in placements},
        {p: np.concatenate([frame.valid[p] for frame in frames]) for p in placements},
    )


def on_grid(
    streams: Sequence[Stream], rate_hz: float = 100.0, blocks: Sequence[SampleBlock] = ()
) -> tuple[dict[Placement, FloatArray], dict[Placement, BoolArray]]:
    grid = UniformGrid({stream.placement: rate_hz for stream in streams})
    frames = [f for b in blocks or [s.block(0, len(s.time_s)) for s in streams] for f in grid.push(b)]
    return joined(frames + grid.finish())


class TestValues:
    """What stands on the grid is what was measured."""

    @pytest.mark.parametrize("origin_s", [0.0, 1000.37, 1.7e9])
    def test_samples_that_lie_on_the_grid_pass(self, origin_s: float) -> None:
        stream = noise(LEFT, origin_s + np.arange(500) / GRID_HZ)
        samples, valid = on_grid([stream])
        assert valid[LEFT].all()
        assert len(valid[LEFT]) == 500
        np.testing.assert_allclose(samples[LEFT], stream.values, atol=1e-5 if origin_s > 1e6 else 1e-9)

    @given(
        st.sampled_from(RATES),
        st.floats(0.0, 0.02),
        st.lists(st.floats(-0.2, 0.2), min_size=40, max_size=200),
    )
    def test_straight_lines_survive_any_rate_phase_and_jitter(
        self, rate_hz: float, phase_s: float, jitter: list[float]
    ) -> None:
        time_s = phase_s + (np.arange(len(jitter)) + np.array(jitter)) / rate_hz
        stream = ramps(LEFT, time_s)
        samples, valid = on_grid([stream], rate_hz)
        grid_s = time_s[0] + np.arange(len(valid[LEFT])) / GRID_HZ
        inside = grid_s <= time_s[-1]
        assert valid[LEFT][inside].all()
        np.testing.assert_allclose(samples[LEFT][inside], ramps(LEFT, grid_s).values[inside], atol=1e-9)

    def test_placements_out_of_step_meet_on_one_grid(self) -> None:
        left, right = ramps(LEFT, np.arange(300) / 100.0), ramps(RIGHT, 0.0043 + np.arange(300) / 100.0)
        samples, valid = on_grid([left, right])
        both = valid[LEFT] & valid[RIGHT]
        assert both[1:300].all()
        np.testing.assert_allclose(samples[RIGHT][1:300], left.values[1:], atol=1e-9)

    @given(st.sampled_from(RATES), st.integers(0, 2**32 - 1), st.sets(st.integers(0, 119)))
    def test_nothing_is_ever_extrapolated(self, rate_hz: float, seed: int, lost: set[int]) -> None:
        stream = without(noise(LEFT, np.arange(120) / rate_hz, seed), lost)
        samples, valid = on_grid([stream], rate_hz)
        if len(lost) < 120:
            low, high = (f(np.where(np.isfinite(stream.values), stream.values, np.nan)) for f in (np.nanmin, np.nanmax))
            kept = samples[LEFT][valid[LEFT]]
            assert ((low - 1e-9 <= kept) & (kept <= high + 1e-9)).all()
        assert np.isnan(samples[LEFT][~valid[LEFT]]).all()


class TestGaps:
    """A gap in the recording is a gap on the grid, of the same size."""

    @given(st.sets(st.integers(0, 99)))
    def test_on_the_grid_exactly_the_missing_samples_are_missing(self, lost: set[int]) -> None:
        stream = without(noise(LEFT, np.arange(100) / GRID_HZ), lost)
        samples, valid = on_grid([stream])
        present = np.array([row not in lost for row in range(100)])
        np.testing.assert_array_equal(valid[LEFT], present)
        np.testing.assert_allclose(samples[LEFT][present], stream.values[present], atol=1e-12)

    @given(st.sets(st.integers(1, 98)))
    def test_rows_left_out_are_the_same_gap_as_rows_of_nan(self, lost: set[int]) -> None:
        stream = noise(LEFT, np.arange(100) / GRID_HZ)
        kept = np.array([row not in lost for row in range(100)])
        shorter = Stream(LEFT, stream.time_s[kept], stream.values[kept])
        (a, valid_a), (b, valid_b) = on_grid([shorter]), on_grid([without(stream, lost)])
        np.testing.assert_array_equal(valid_a[LEFT], valid_b[LEFT])
        np.testing.assert_array_equal(a[LEFT], b[LEFT])

    @pytest.mark.parametrize("rate_hz", RATES)
    def test_a_step_of_up_to_one_and_a_half_periods_is_no_gap(self, rate_hz: float) -> None:
        before = np.arange(100) / rate_hz
        for periods, is_gap in ((1.45, False), (1.55, True), (3.0, True)):
            after = before[-1] + (periods + np.arange(100)) / rate_hz
            # the grid is put so that one of its samples lies in the middle of the step
            middle = 0.5 * (before[-1] + after[0])
            first = middle - np.floor(middle * GRID_HZ) / GRID_HZ
            time_s = np.concatenate(([first], before[before > first], after))
            _, valid = on_grid([ramps(LEFT, time_s)], rate_hz)
            assert valid[LEFT][round((middle - first) * GRID_HZ)] == (not is_gap), periods

    @pytest.mark.parametrize("rate_hz", RATES)
    def test_a_gap_is_not_widened_by_more_than_half_a_period(self, rate_hz: float) -> None:
        stream = without(
            ramps(LEFT, np.arange(round(4 * rate_hz)) / rate_hz), range(round(2 * rate_hz), round(3 * rate_hz))
        )
        _, valid = on_grid([stream], rate_hz)
        edges = np.flatnonzero(np.diff(valid[LEFT][:390]))
        assert len(edges) == 2
        good = stream.time_s[np.isfinite(stream.values).all(axis=1)]
        begin, end = good[good < 2.0].max(), good[good > 2.5].min()
        assert edges[0] / GRID_HZ == pytest.approx(begin, abs=0.5 / rate_hz + 1.0 / GRID_HZ)
        assert (edges[1] + 1) / GRID_HZ == pytest.approx(end, abs=0.5 / rate_hz + 1.0 / GRID_HZ)

    def test_a_gap_in_one_placement_leaves_the_others_alone(self) -> None:
        time_s = np.arange(100) / GRID_HZ
        _, valid = on_grid([without(ramps(LEFT, time_s), range(30, 60)), ramps(RIGHT, time_s)])
        assert (~valid[LEFT]).sum() == 30
        assert valid[RIGHT].all()

    def test_a_placement_that_falls_silent_is_missing_from_then_on(self) -> None:
        time_s = np.arange(200) / GRID_HZ
        samples, valid = on_grid([ramps(LEFT, time_s), ramps(RIGHT, time_s[:80])])
        assert len(valid[LEFT]) == len(valid[RIGHT]) == 200
        assert valid[LEFT].all()
        np.testing.assert_array_equal(valid[RIGHT], np.arange(200) < 80)
        assert np.isnan(samples[RIGHT][80:]).all()


class TestStream:
    """Frames come as soon as they are certain, and never change."""

    def test_nothing_comes_before_every_placement_has_spoken(self) -> None:
        time_s = np.arange(100) / GRID_HZ
        left, right = ramps(LEFT, time_s), ramps(RIGHT, time_s)
        grid = UniformGrid({LEFT: 100.0, RIGHT: 100.0})
        assert grid.push(left.block(0, 100)) == []
        assert 47 <= sum(map(len, grid.push(right.block(0, 50)))) <= 50  # held back: what a next sample may change
        assert sum(map(len, grid.push(right.block(50, 51)))) == 1

    def test_an_empty_block_and_an_empty_recording_are_nothing(self) -> None:
        grid = UniformGrid({LEFT: 100.0})
        assert grid.push(ramps(LEFT, np.empty(0)).block(0, 0)) == []
        assert grid.finish() == []

    def test_the_clock_runs_on_through_rows_of_nan(self) -> None:
        """A node whose samples are lost must not hold up the others."""
        time_s = np.arange(300) / GRID_HZ
        left, right = ramps(LEFT, time_s), without(ramps(RIGHT, time_s), range(100, 300))
        grid = UniformGrid({LEFT: 100.0, RIGHT: 100.0})
        frames = [f for s in (left, right) for f in grid.push(s.block(0, 300))]
        assert sum(map(len, frames)) > 290

    @pytest.mark.parametrize("cut", [5, 6, 7])
    def test_a_lost_sample_between_two_close_ones_is_judged_once_the_next_is_there(self, cut: int) -> None:
        """Two samples 1.4 periods apart bridge the lost one between them: not known before the second has come."""
        time_s = np.concatenate((np.arange(6) / 10.0, 0.5 + np.array([0.7, 1.4, 2.4, 3.4, 4.4]) / 10.0))
        stream = without(noise(LEFT, time_s), [6])
        whole, valid = on_grid([stream], 10.0)
        pieces, pieces_valid = on_grid([stream], 10.0, stream.blocks([cut]))
        np.testing.assert_array_equal(pieces_valid[LEFT], valid[LEFT])
        np.testing.assert_array_equal(pieces[LEFT], whole[LEFT])
        assert valid[LEFT].all()

    @settings(max_examples=150)
    @given(st.data())
    def test_any_blocks_in_any_order_give_the_same_bits(self, data: st.DataObject) -> None:
        rate_hz = data.draw(st.sampled_from(RATES), "rate")
        streams = []
        for number, placement in enumerate((LEFT, RIGHT, SACRUM)[: data.draw(st.integers(1, 3), "placements")]):
            n = data.draw(st.integers(1, 60), "n")
            steps = data.draw(st.lists(st.sampled_from([0.7, 1.0, 1.0, 1.3, 1.6, 4.0, 20.0]), min_size=n, max_size=n))
            time_s = (0.3 * number + np.cumsum(steps)) / rate_hz
            lost = data.draw(st.sets(st.integers(0, n - 1)), "lost")
            streams.append(without(noise(placement, time_s, number), lost))
        whole, valid = on_grid(streams, rate_hz)

        queues = [s.blocks(data.draw(st.lists(st.integers(0, 60), max_size=8), "cuts")) for s in streams]
        first = [next(i for i, b in enumerate(q) if len(b)) for q in queues]
        order = queues[0][: first[0] + 1]  # the grid starts at the first sample pushed: that one stays first
        queues[0] = queues[0][first[0] + 1 :]
        while any(queues):
            queue = data.draw(st.sampled_from([q for q in queues if q]), "next")
            order.append(queue.pop(0))
        pieces, pieces_valid = on_grid(streams, rate_hz, order)
        for placement in whole:
            np.testing.assert_array_equal(pieces_valid[placement], valid[placement])
            np.testing.assert_array_equal(pieces[placement], whole[placement])
