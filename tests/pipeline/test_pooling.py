"""Recordings taken together: every stride counts once, nobody's strides count for somebody else's."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.enough import too_little
from pipeline.pooling import BETWEEN_S, analyze_tables
from pipeline.result import SessionResult, Status, Verdict
from pipeline.session import analyze_table
from sensor.person import Person
from sensor.recording import RecordingError, RecordingTable
from sensor.samples import HIPS, KNEES, Placement, Side
from sensor.simulation import STRAIGHT, WalkSpec
from tests.pipeline.judging import assert_same_bits
from tests.pipeline.walks import rows, walk

WALKS = 4


@cache
def ten_metres() -> tuple[RecordingTable, ...]:
    """Four short walks of one person with a painful left knee."""
    spec = WalkSpec("antalgic_knee", Side.LEFT, 0.7, 25.0, seed=3, walkway_m=STRAIGHT, placements=(*KNEES, *HIPS))
    table = walk(spec).table
    last = len(table) - 50 * WALKS
    return tuple(replace(rows(table, 0, last + 50 * i), name=f"walk{i}", day="2026-11-22") for i in range(WALKS))


@cache
def together() -> SessionResult:
    return analyze_tables(ten_metres())


def test_one_recording_taken_together_is_that_recording() -> None:
    (first, *_) = ten_metres()
    assert_same_bits(analyze_tables([first]), analyze_table(first))


def test_every_stride_counts_once_where_its_recording_begins_on_the_common_clock() -> None:
    alone = [analyze_table(table) for table in ten_metres()]
    parts = together().provenance["parts"]
    assert isinstance(parts, list)
    at, expected = 0.0, []
    for result, part, table in zip(alone, parts, ten_metres(), strict=True):
        assert part["begin_s"] == pytest.approx(at)
        expected += [(stride.side, stride.ic_s + at, stride.valid) for stride in result.strides]
        at += (len(table) - 1) / 100.0 + BETWEEN_S
    found = [(s.side, s.ic_s, s.valid) for s in together().strides]
    assert [(side, valid) for side, _, valid in found] == [(side, valid) for side, _, valid in expected]
    assert [ic_s for _, ic_s, _ in found] == pytest.approx([ic_s for _, ic_s, _ in expected])
    assert len(together().events) == sum(len(result.events) for result in alone)
    assert bool(np.all(np.diff(together().pelvis_series.time_s) > 0.0))


def test_too_few_strides_each_are_enough_together() -> None:
    assert all(too_little(analyze_table(table)) for table in ten_metres())
    assert too_little(together()) == ()
    assert together().quality.verdict is Verdict.VALID
    swing = together().asymmetry["swing_time"]
    assert (swing.flag.value, min(swing.n_left, swing.n_right) >= 30) == ("clear", True)


def test_the_order_of_the_recordings_changes_no_median() -> None:
    other = analyze_tables(ten_metres()[::-1])
    for metric, found in together().asymmetry.items():
        assert other.asymmetry[metric].effect == found.effect
    assert {name: m.value for name, m in other.pelvis.items()} == {n: m.value for n, m in together().pelvis.items()}


def test_a_curve_is_the_mean_of_all_strides() -> None:
    alone = [analyze_table(table).curves["pelvis_obliquity"] for table in ten_metres()]
    curve = together().curves["pelvis_obliquity"]
    counts = [one.n_left for one in alone]
    means = [one.left_mean for one in alone if one.left_mean is not None]
    assert curve.n_left == sum(counts)
    assert curve.left_mean == pytest.approx(np.average(means, axis=0, weights=counts))


def test_a_recording_without_a_walk_is_left_out_and_said() -> None:
    still = replace(rows(ten_metres()[0], 0, 400), name="waiting")
    result = analyze_tables([still, *ten_metres()])
    assert len(result.strides) == len(together().strides)
    assert result.quality.verdict is Verdict.VALID
    assert any(notice.startswith("waiting is left out: Nobody walks") for notice in result.recording.notices), (
        result.recording.notices
    )


def test_when_none_can_be_used_the_verdict_is_invalid() -> None:
    still = [replace(rows(ten_metres()[0], 0, 400), name=f"waiting{i}") for i in range(2)]
    result = analyze_tables(still)
    assert (result.quality.verdict, len(result.strides)) == (Verdict.INVALID, 0)


def test_time_course_is_not_told_across_recordings() -> None:
    assert together().time_course["speed_slope_pct_min"].status is Status.NOT_ASSESSED
    assert together().time_course["recovery_speed_pct"].status is Status.NOT_ASSESSED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"person": Person(code="B")}, r"the patient code differs \(SIM-3; B\)"),
        ({"day": "2026-11-23"}, r"the day differs \(2026-11-22; 2026-11-23\)"),
        ({"day": ""}, r"the day differs \(2026-11-22; not told\)"),
        ({"condition": "barefoot"}, r"the condition differs \(not told; barefoot\)"),
    ],
)
def test_what_does_not_belong_together_is_refused(change: dict[str, str | Person], words: str) -> None:
    first, second, *_ = ten_metres()
    with pytest.raises(RecordingError, match=words):
        analyze_tables([first, replace(second, **change)])  # type: ignore[arg-type]


def test_other_sensors_and_other_bodies_are_refused() -> None:
    first, second, *_ = ten_metres()
    with pytest.raises(RecordingError, match=r"what is worn differs \(knee_left knee_right hip_left hip_right; knee_"):
        analyze_tables([first, second.only(KNEES)])
    with pytest.raises(RecordingError, match="say different things about the person"):
        analyze_tables([first, replace(second, person=replace(second.person, painful_side=Side.RIGHT))])


def test_samples_that_are_missing_weigh_by_time() -> None:
    first, second, *_ = ten_metres()
    acc = second.acc_m_s2[Placement.HIP_LEFT].copy()
    acc[100:300] = np.nan
    gappy = replace(second, acc_m_s2={**second.acc_m_s2, Placement.HIP_LEFT: acc})
    missing = analyze_tables([first, gappy]).recording.missing_pct
    assert missing[Placement.HIP_LEFT] == pytest.approx(100.0 * 200 / (len(first) + len(second)), rel=0.02)
    assert missing[Placement.HIP_RIGHT] == 0.0
