"""The scorer on walks whose errors are known beforehand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import scoring
from pipeline.result import Event, EventKind
from sensor.samples import Side

IC, FC = EventKind.IC, EventKind.FC


def walk(
    strides: int = 10, stride_s: float = 1.0, left_stance_s: float = 0.6, right_stance_s: float = 0.6,
    left_step_s: float = 0.5, start_s: float = 0.0,
) -> list[Event]:  # fmt: skip
    """Regular walking that begins with a left initial contact; the step to the left takes `left_step_s`."""
    events = []
    for n in range(strides):
        left_s = start_s + n * stride_s
        right_s = left_s + stride_s - left_step_s
        for side, ic_s, stance_s in ((Side.LEFT, left_s, left_stance_s), (Side.RIGHT, right_s, right_stance_s)):
            events += [Event(ic_s, side, IC, 1.0), Event(ic_s + stance_s, side, FC, 1.0)]
    return sorted(events, key=lambda event: event.time_s)


def moved(events: list[Event], by_s: float, kind: EventKind | None = None, side: Side | None = None) -> list[Event]:
    return [
        Event(e.time_s + by_s, e.side, e.kind, 1.0) if kind in (None, e.kind) and side in (None, e.side) else e
        for e in events
    ]


def swapped(events: list[Event]) -> list[Event]:
    return [Event(e.time_s, e.side.other, e.kind, 1.0) for e in events]


class TestMatching:
    def test_the_nearer_of_two_detections_is_taken_even_if_it_comes_later(self) -> None:
        assert scoring.match(np.array([1.0]), np.array([0.9, 1.05])) == [(0, 1)]

    def test_nearest_pairs_first_may_leave_a_farther_reference_alone(self) -> None:
        # the second reference is nearest to the only detection, though the first is within reach too
        assert scoring.match(np.array([1.0, 1.2]), np.array([1.15])) == [(1, 0)]

    def test_a_pair_at_the_tolerance_matches_and_one_beyond_does_not(self) -> None:
        assert scoring.match(np.array([1.0]), np.array([1.25])) == [(0, 0)]
        assert scoring.match(np.array([1.0]), np.array([1.2501])) == []

    @pytest.mark.parametrize(("reference", "detected"), [([], [1.0]), ([1.0], []), ([], [])])
    def test_nothing_matches_nothing(self, reference: list[float], detected: list[float]) -> None:
        assert scoring.match(np.array(reference), np.array(detected)) == []

    @given(
        st.lists(st.floats(0, 5), max_size=15, unique=True),
        st.lists(st.floats(0, 5), max_size=15, unique=True),
    )
    def test_pairs_are_one_to_one_within_reach_and_none_is_left_that_could_be(
        self, reference: list[float], detected: list[float]
    ) -> None:
        pairs = scoring.match(np.array(reference), np.array(detected))
        rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
        assert len(rows) == len(columns) == len(pairs)
        assert all(abs(reference[row] - detected[column]) < 0.251 for row, column in pairs)
        free = [(r, d) for i, r in enumerate(reference) if i not in rows for j, d in enumerate(detected)
                if j not in columns]  # fmt: skip
        assert all(abs(r - d) > 0.25 for r, d in free)


class TestEvents:
    def test_a_constant_shift_is_the_median_error_and_spreads_nothing(self) -> None:
        reference = walk()
        score = scoring.score_events(reference, moved(reference, 0.04), IC)
        error = scoring.spread(score.error_s)
        assert score.f1 == score.precision == score.recall == 1.0
        assert error.n == 20
        assert [error.median, error.median_abs, error.p95_abs, error.mean_abs] == pytest.approx([0.04] * 4)
        assert error.mad == pytest.approx(0, abs=1e-12)

    def test_an_early_detection_has_a_negative_error(self) -> None:
        reference = walk()
        error = scoring.spread(scoring.score_events(reference, moved(reference, -0.03, FC), FC).error_s)
        assert error.median == pytest.approx(-0.03)
        assert error.median_abs == pytest.approx(0.03)
        assert scoring.score_events(reference, moved(reference, -0.03, FC), IC).error_s == pytest.approx([0.0] * 20)

    def test_missed_events_cost_recall_alone(self) -> None:
        reference = walk()
        score = scoring.score_events(reference, [e for e in reference if e.time_s < 5], IC)
        assert (score.recall, score.precision) == (0.5, 1.0)
        assert score.f1 == pytest.approx(2 / 3)

    def test_extra_events_inside_a_walk_cost_precision_and_outside_nothing(self) -> None:
        reference = walk(5) + walk(5, start_s=20.0)
        inside = [Event(t, Side.LEFT, IC, 1.0) for t in (1.4, 21.4)]
        outside = [Event(t, Side.LEFT, IC, 1.0) for t in (-1.0, 12.0, 30.0)]
        score = scoring.score_events(reference, reference + inside + outside, IC)
        assert (score.matched, score.missed, score.extra) == (20, 0, 2)
        assert score.precision == pytest.approx(20 / 22)

    def test_a_doubled_detection_is_extra(self) -> None:
        reference = walk()
        score = scoring.score_events(reference, reference + moved(reference, 0.02), IC)
        assert (score.matched, score.extra) == (20, 20)
        assert score.error_s == pytest.approx([0.0] * 20)

    def test_turns_are_left_out_of_both_lists(self) -> None:
        reference = walk()
        wrong_in_turn = [e for e in reference if not 3.9 < e.time_s < 6.1] + [Event(5.05, Side.LEFT, IC, 1.0)]
        score = scoring.score_events(reference, wrong_in_turn, IC, turns=[(3.9, 6.1)])
        assert (score.matched, score.missed, score.extra) == (15, 0, 0)

    def test_swapped_sides_lose_everything_per_side_and_nothing_without(self) -> None:
        reference = walk()
        assert scoring.score_events(reference, swapped(reference), IC).f1 == 0
        score, right = scoring.score_events_sides_ignored(reference, swapped(reference), IC)
        assert (score.f1, right) == (1.0, 0)

    def test_side_accuracy_counts_the_right_ones(self) -> None:
        reference = walk()
        half = [e for e in reference if e.time_s < 5] + swapped([e for e in reference if e.time_s >= 5])
        score, right = scoring.score_events_sides_ignored(reference, half, IC)
        assert (score.matched, right) == (20, 10)

    def test_a_side_or_kind_without_reference_is_not_judged(self) -> None:
        reference = [e for e in walk() if e.side is Side.RIGHT and e.kind is IC]
        assert scoring.score_events(reference, walk(), IC).precision == 1.0
        assert scoring.score_events_sides_ignored(reference, walk(), IC)[0].precision == 1.0
        assert math.isnan(scoring.score_events(reference, walk(), FC).f1)

    def test_nothing_found_is_zero_and_no_reference_is_nan(self) -> None:
        assert scoring.score_events(walk(), [], IC).f1 == 0
        assert math.isnan(scoring.score_events([], walk(), IC).f1)
        assert math.isnan(scoring.spread([]).median)

    def test_pooling_adds_counts_and_joins_errors(self) -> None:
        both = scoring.pooled([scoring.EventScore(2, 1, 0, (0.1, 0.2)), scoring.EventScore(1, 0, 3, (0.3,))])
        assert both == scoring.EventScore(3, 1, 3, (0.1, 0.2, 0.3))


class TestStrideTimes:
    def test_a_shift_does_not_change_stride_times(self) -> None:
        reference = walk()
        assert scoring.stride_time_errors_s(reference, moved(reference, 0.1)) == pytest.approx([0.0] * 18)

    def test_one_late_contact_lengthens_one_stride_and_shortens_the_next(self) -> None:
        reference = walk()
        late = [Event(3.05, Side.LEFT, IC, 1.0) if e == Event(3.0, Side.LEFT, IC, 1.0) else e for e in reference]
        errors = sorted(scoring.stride_time_errors_s(reference, late))
        assert [errors[0], errors[-1]] == pytest.approx([-0.05, 0.05])
        assert errors[1:-1] == pytest.approx([0.0] * 16)

    def test_a_missed_contact_costs_the_two_strides_it_bounds(self) -> None:
        reference = walk()
        missed = [e for e in reference if e != Event(3.0, Side.LEFT, IC, 1.0)]
        assert len(scoring.stride_time_errors_s(reference, missed)) == 16

    def test_strides_across_a_pause_or_a_turn_do_not_count(self) -> None:
        reference = walk(5) + walk(5, start_s=20.0)
        assert len(scoring.stride_time_errors_s(reference, reference)) == 16
        in_turn = scoring.stride_time_errors_s(walk(), walk(), turns=[(4.1, 4.4)])
        assert len(in_turn) == 16  # one stride of each side touches the turn


class TestAsymmetry:
    def test_known_stance_and_step_times(self) -> None:
        events = walk(left_stance_s=0.55, right_stance_s=0.65, left_step_s=0.52)
        assert scoring.stance_asymmetry_pct(events) == pytest.approx(100 * math.log(0.55 / 0.65))
        assert scoring.step_asymmetry_pct(events) == pytest.approx(100 * math.log(0.52 / 0.48))

    @given(st.floats(0.45, 0.75), st.floats(0.45, 0.75), st.floats(0.3, 0.7))
    def test_mirroring_the_walk_flips_the_sign(self, left_s: float, right_s: float, step_s: float) -> None:
        events = walk(left_stance_s=left_s, right_stance_s=right_s, left_step_s=step_s)
        for asymmetry in (scoring.stance_asymmetry_pct, scoring.step_asymmetry_pct):
            assert asymmetry(swapped(events)) == pytest.approx(-asymmetry(events), abs=1e-9)

    def test_a_missed_event_withholds_its_stance_and_steps_and_biases_nothing(self) -> None:
        events = walk(left_stance_s=0.55)
        for lost in events[4:8]:
            rest = [e for e in events if e != lost]
            assert scoring.stance_asymmetry_pct(rest) == pytest.approx(scoring.stance_asymmetry_pct(events))
            assert scoring.step_asymmetry_pct(rest) == pytest.approx(scoring.step_asymmetry_pct(events), abs=1e-9)

    def test_stances_and_steps_that_touch_a_turn_do_not_count(self) -> None:
        assert len(scoring.stance_times_s(walk(), Side.LEFT, turns=[(4.1, 4.4)])) == 9
        assert len(scoring.step_times_s(walk(), Side.RIGHT, turns=[(4.1, 4.4)])) == 9

    def test_a_trimmed_mean_forgives_one_long_stance(self) -> None:
        times = np.array([0.6] * 19 + [1.9])
        assert scoring.asymmetry_pct(times, np.array([0.6] * 20), trim=0.1) == pytest.approx(0.0)
        assert scoring.asymmetry_pct(times, np.array([0.6] * 20)) > 5

    def test_one_side_alone_has_no_asymmetry(self) -> None:
        assert math.isnan(scoring.stance_asymmetry_pct([e for e in walk() if e.side is Side.LEFT]))

    def test_only_events_of_the_reference_walk_are_compared(self) -> None:
        detected = walk(5, start_s=-10.0) + walk(5)
        kept = scoring.during_walks(detected, walk(5))
        assert {e.time_s for e in kept} == {e.time_s for e in walk(5)}


class TestPelvis:
    time_s = np.arange(0, 10, 0.01)

    def obliquity(self, left_deg: float, right_deg: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Rises by `left_deg` in the first half of each second and falls by `right_deg` in the second half."""
        phase = self.time_s % 1.0
        rise = np.sin(2 * np.pi * phase)
        return np.asarray(np.where(phase < 0.5, left_deg, right_deg) * rise)

    def test_range_of_motion_per_left_stride(self) -> None:
        cuts = np.arange(0, 10, 1.0)
        rom = scoring.ranges_of_motion(self.time_s, self.obliquity(3.0, 5.0), cuts)
        assert rom == pytest.approx([8.0] * 9, abs=0.01)

    def test_a_stride_with_an_untrusted_sample_has_none(self) -> None:
        angle = self.obliquity(3.0, 5.0)
        angle[250] = np.nan
        rom = scoring.ranges_of_motion(self.time_s, angle, np.arange(0, 10, 1.0))
        assert np.flatnonzero(np.isnan(rom)).tolist() == [2]

    def test_the_drop_of_a_stance_is_the_rise_of_its_own_side(self) -> None:
        events = walk(left_stance_s=0.6, right_stance_s=0.6)
        angle = self.obliquity(3.0, 5.0)
        assert scoring.mean_drop_deg(self.time_s, angle, events, Side.LEFT) == pytest.approx(3.0, abs=0.01)
        assert scoring.mean_drop_deg(self.time_s, angle, events, Side.RIGHT) == pytest.approx(5.0, abs=0.01)
        assert scoring.drop_difference_deg(self.time_s, angle, events) == pytest.approx(-2.0, abs=0.01)

    def test_an_offset_changes_neither(self) -> None:
        truth = {"obliquity": self.obliquity(3.0, 5.0)}
        shifted = {"obliquity": truth["obliquity"] + 7.0}
        errors = scoring.rom_errors_deg(self.time_s, truth, self.time_s, shifted, walk())
        assert errors["obliquity"] == pytest.approx([0.0] * 9, abs=1e-9)

    def test_the_error_is_estimate_minus_truth_on_another_grid(self) -> None:
        truth = {"obliquity": self.obliquity(3.0, 5.0)}
        coarse = {"obliquity": self.obliquity(4.0, 5.0)[::2]}
        errors = scoring.rom_errors_deg(self.time_s, truth, self.time_s[::2], coarse, walk())
        assert errors["obliquity"] == pytest.approx([1.0] * 9, abs=0.03)

    def test_no_series_no_error(self) -> None:
        empty = np.array([])
        errors = scoring.rom_errors_deg(self.time_s, {"obliquity": self.time_s}, empty, {"obliquity": empty}, walk())
        assert np.isnan(errors["obliquity"]).all()
        assert math.isnan(scoring.mean_drop_deg(empty, empty, walk(), Side.LEFT))
