"""Loss: gaps withhold what they touch, nothing more, and never make an asymmetry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.result import Flag, SessionResult
from pipeline.session import analyze_table
from sensor.recording import RecordingTable
from sensor.samples import HIPS, KNEES, THIGHS, Placement, Side
from sensor.simulation import WalkSpec
from tests.pipeline.judging import assert_same_bits, assert_sane
from tests.pipeline.walks import SOON, WALKS, long_walk, recording, walk, without

Gap = tuple[Placement, int, int]

ROWS = 2800
WORN = (*KNEES, *HIPS)
GAPS = st.lists(
    st.tuples(
        st.sampled_from(WORN),
        st.integers(0, ROWS - 1),
        st.one_of(st.integers(1, 15), st.integers(1, 80), st.integers(80, 700)),
    ),
    min_size=1,
    max_size=8,
)


def long_gaps(table: RecordingTable, placement: Placement) -> list[tuple[float, float]]:
    """Spans without a sample of one placement, longer than the 0.1 s that may be bridged; open at both ends."""
    known = np.isfinite(table.acc_m_s2[placement]).all(axis=1) & np.isfinite(table.gyr_rad_s[placement]).all(axis=1)
    times = np.concatenate(([-np.inf], table.time_s[known], [np.inf]))
    steps = np.flatnonzero(np.diff(times) > 0.1 + 1.5 / table.rate_hz)
    return [(float(times[i]), float(times[i + 1])) for i in steps]


def assert_nothing_rests_on_a_gap(table: RecordingTable, result: SessionResult) -> None:
    inferred = {(e.time_s, e.side) for e in result.events if "side_inferred" in e.note}  # seen by the pelvis instead
    for side in Side:
        for start, end in long_gaps(table, Placement(f"knee_{side}")):
            for event in result.events:
                if event.side is side and "side_inferred" not in event.note:
                    assert not start < event.time_s < end, (event, start, end)
            for stride in result.strides:
                if stride.side is side and stride.valid and (stride.ic_s, side) not in inferred:
                    assert stride.next_ic_s <= start or stride.ic_s >= end, (stride, start, end)
    angles = result.pelvis_series
    for placement in set(HIPS) & set(table.placements):
        for start, end in long_gaps(table, placement):
            inside = (angles.time_s > start) & (angles.time_s < end)
            assert np.isnan(angles.obliquity_deg[inside]).all()


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(GAPS)
def test_gaps_anywhere_never_raise_and_nothing_rests_on_them(gaps: list[Gap]) -> None:
    table = without(recording("healthy").only(WORN), gaps)
    result = analyze_table(table, params=SOON)
    assert_sane(result, table.time_s[0], table.time_s[-1])
    assert_nothing_rests_on_a_gap(table, result)


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(GAPS, st.integers(3, 400))
def test_gaps_anywhere_give_the_same_bits_in_any_chunks(gaps: list[Gap], chunk: int) -> None:
    table = without(recording("healthy").only(WORN), gaps)
    assert_same_bits(analyze_table(table, chunk, SOON), analyze_table(table, None, SOON))


@pytest.mark.long
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(GAPS, st.integers(20, 400), st.sampled_from([WORN, KNEES, HIPS, tuple(Placement), (*THIGHS, *HIPS), THIGHS]))
def test_many_gaps_anywhere(gaps: list[Gap], chunk: int, worn: tuple[Placement, ...]) -> None:
    table = without(recording("healthy").only(worn), gaps)
    result = analyze_table(table, None, SOON)
    assert_sane(result, table.time_s[0], table.time_s[-1])
    if set(KNEES) <= set(worn):
        assert_nothing_rests_on_a_gap(table, result)
    assert_same_bits(analyze_table(table, chunk, SOON), result)


@pytest.mark.parametrize("lost", [WORN, (Placement.KNEE_LEFT,), (Placement.HIP_RIGHT,)])
@pytest.mark.parametrize("row", range(1200, 1320, 17))
def test_three_missing_samples_cost_two_strides_at_most(lost: tuple[Placement, ...], row: int) -> None:
    table = recording("healthy").only(WORN)
    whole = analyze_table(table, params=SOON)
    result = analyze_table(without(table, [(p, row, 3) for p in lost]), params=SOON)
    count, expected = (sum(s.valid for s in r.strides) for r in (result, whole))
    assert expected - 2 <= count <= expected
    assert len(result.events) >= len(whole.events) - 2
    for metric, usual in whole.asymmetry.items():
        found = result.asymmetry[metric]
        if usual.effect is not None and usual.ci95 is not None and found.effect is not None:
            assert usual.ci95[0] <= found.effect <= usual.ci95[1], metric


@pytest.mark.parametrize("length", [12, 60, 300])
def test_a_gap_costs_the_strides_it_touches_and_their_neighbours_only(length: int) -> None:
    table = recording("healthy").only(WORN)
    whole = analyze_table(table, params=SOON)
    holed = without(table, [(p, 1500, length) for p in WORN])
    result = analyze_table(holed, params=SOON)
    start_s, end_s = table.time_s[1500], table.time_s[1500] + length / 100.0
    kept = [s for s in result.strides if s.valid]
    for stride in whole.strides:
        apart = max(start_s - stride.next_ic_s, stride.ic_s - end_s)  # from the gap, s
        if stride.valid and apart > 2.5 * stride.stride_time_s:
            found = min(kept, key=lambda other: abs(other.ic_s - stride.ic_s))
            assert found.side is stride.side
            assert found.ic_s == pytest.approx(stride.ic_s, abs=0.005)  # what is usual was learned from fewer strides
            assert found.stance_time_s == pytest.approx(stride.stance_time_s, abs=0.005)
            assert found.obliquity_rom_deg == pytest.approx(stride.obliquity_rom_deg, abs=1.0)
            assert found.stride_length_m == pytest.approx(stride.stride_length_m, rel=0.1)


@pytest.mark.parametrize("length", [12, 60, 300])
def test_angles_right_behind_a_gap_are_as_true_as_without_it(length: int) -> None:
    made = walk(WALKS["healthy"])
    table = made.table.only((*KNEES, *THIGHS, *HIPS))
    whole = analyze_table(table, params=SOON)
    holed = analyze_table(without(table, [(p, 1500, length) for p in table.placements]), params=SOON)
    behind = slice(1500 + length, 1600 + length)

    def errors_deg(result: SessionResult) -> list[float]:
        assert result.knee_series is not None
        pelvis, knees, truth = result.pelvis_series, result.knee_series, made.truth
        pairs = (
            (pelvis.tilt_deg, truth.tilt_deg),
            (pelvis.obliquity_deg, truth.obliquity_deg),
            (knees.left_deg, truth.knee_flexion_left_deg),
            (knees.right_deg, truth.knee_flexion_right_deg),
        )
        return [float(np.sqrt(np.mean((ours - true)[behind] ** 2))) for ours, true in pairs]

    for ours, usual in zip(errors_deg(holed), errors_deg(whole), strict=True):
        assert ours < usual + 0.5


def test_events_beside_a_short_gap_are_kept_and_say_so() -> None:
    table = recording("knees").only(KNEES)
    whole = analyze_table(table, params=SOON)
    contact = next(e for e in whole.events if e.side is Side.LEFT and e.kind == "IC" and e.time_s > 12.0)
    row = round(contact.time_s * 100.0) - 3
    result = analyze_table(without(table, [(Placement.KNEE_LEFT, row, 6)]), params=SOON)
    near = min(result.events, key=lambda e: abs(e.time_s - contact.time_s))
    assert (near.side, near.kind) == (Side.LEFT, "IC")
    assert abs(near.time_s - contact.time_s) < 0.06
    assert "near_gap" in near.note
    assert near.confidence < 0.6 * contact.confidence


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in (2, 3, 4, 5))])
def test_three_percent_loss_leaves_a_symmetric_walk_symmetric(seed: int) -> None:
    spec = replace(long_walk(seed=seed), loss=0.03)
    made = walk(spec)
    result = analyze_table(made.table)
    lossless = analyze_table(walk(long_walk(seed=seed)).table)
    assert 2.0 < np.mean(list(result.recording.missing_pct.values())) < 4.0
    assert {a.flag for a in result.asymmetry.values()} == {Flag.NONE}
    assert sum(s.valid for s in result.strides) >= 0.4 * sum(s.valid for s in lossless.strides)
    for metric, truth in (
        ("stance_time", "stance_asym_pct"),
        ("swing_time", "swing_asym_pct"),
        ("step_time", "step_asym_pct"),
    ):
        found, usual = result.asymmetry[metric], lossless.asymmetry[metric]
        assert found.ci95 is not None
        assert usual.effect is not None
        true = made.truth.numbers[truth]
        assert isinstance(true, float)
        assert found.ci95[0] <= true <= found.ci95[1], metric
        assert found.ci95[0] <= usual.effect <= found.ci95[1], metric


def test_a_node_that_dies_on_the_way_leaves_what_was_measured_before() -> None:
    table = walk(WalkSpec(duration_s=40.0, seed=1, placements=WORN)).table
    holed = without(table, [(Placement.KNEE_LEFT, 2500, 10_000)])
    result = analyze_table(holed, params=SOON)
    assert_sane(result, 0.0, 40.0)
    assert any("knee_left" in reason for reason in result.quality.reasons)
    last = max(s.next_ic_s for s in result.strides if s.side is Side.LEFT and s.valid)
    assert 22.5 < last <= 25.0
    assert max(e.time_s for e in result.events if e.side is Side.RIGHT) > 30.0
