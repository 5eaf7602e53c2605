"""The session: what it assumes and says so, what it cannot show and why, and that memory stays flat."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest

from pipeline.result import Status, Verdict
from pipeline.session import SessionAnalysis, analyze_table
from pipeline.signals.timeline import Series
from sensor.person import Person
from sensor.recording import EXCLUDED_FROM, Marker, RecordingTable, blocks
from sensor.samples import HIPS, KNEES, THIGHS, Placement, SampleBlock, Side
from sensor.simulation import STRAIGHT, WalkSpec
from tests.pipeline.judging import assert_same_bits, assert_sane
from tests.pipeline.walks import SOON, analysed, recording, rows, walk


class TestPerson:
    def heights(self, person: Person) -> tuple[float, float, tuple[str, ...]]:
        found = SessionAnalysis({Placement.KNEE_LEFT: 100.0}, person).finish().recording
        return found.height_m, found.leg_length_m, found.assumptions

    def test_what_is_told_is_used_and_nothing_assumed(self) -> None:
        assert self.heights(Person(height_m=1.8, leg_length_m=0.97)) == (1.8, 0.97, ())

    def test_leg_length_follows_from_height_and_the_other_way_round(self) -> None:
        height, leg, said = self.heights(Person(height_m=1.8))
        assert (height, round(leg, 3), len(said)) == (1.8, 0.954, 1)
        height, leg, said = self.heights(Person(leg_length_m=0.954))
        assert (round(height, 3), leg, len(said)) == (1.8, 0.954, 1)

    @pytest.mark.parametrize("sex", [None, "female", "male", "other"])
    def test_a_body_that_is_not_known_is_said_to_be_assumed(self, sex: str | None) -> None:
        height, leg, said = self.heights(Person(sex=sex))
        assert 1.5 < height < 1.9
        assert leg == pytest.approx(0.53 * height)
        assert any("height is not known" in sentence for sentence in said)

    def test_lengths_scale_with_the_height_and_times_do_not(self) -> None:
        table = recording("knees").only(KNEES)
        small, tall = (analyze_table(replace(table, person=Person(height_m=h)), params=SOON) for h in (1.5, 1.9))
        lengths = [r.gait["speed_m_s"].value for r in (small, tall)]
        assert lengths[0] is not None
        assert lengths[1] is not None
        assert lengths[0] < lengths[1]
        assert small.asymmetry["stance_time"] == tall.asymmetry["stance_time"]


class TestExcluded:
    def test_what_follows_the_marker_is_not_analysed_and_that_is_said(self) -> None:
        table = recording("healthy")
        marked = replace(
            table, markers=(Marker(15.0, "turn"), Marker(20.0, EXCLUDED_FROM), Marker(24.0, EXCLUDED_FROM))
        )
        result = analyze_table(marked, params=SOON)
        cut = replace(rows(table, 0, int(np.searchsorted(table.time_s, 20.0))), notices=result.recording.notices)
        assert_same_bits(result, analyze_table(cut, params=SOON))
        assert result.recording.notices[-1] == "What follows 20.0 s is left out, as it was marked."
        assert analysed("healthy").recording.duration_s > result.recording.duration_s > 19.9

    def test_a_marker_before_everything_leaves_nothing(self) -> None:
        result = analyze_table(replace(recording("healthy"), markers=(Marker(-1.0, EXCLUDED_FROM),)))
        assert result.quality.verdict is Verdict.INVALID


class TestWhatCannotBeShown:
    @pytest.mark.parametrize(
        ("name", "metric", "words"),
        [
            ("knees", "knee_flexion_swing", "thighs"),
            ("one_knee", "stance_time", "both knees"),
            ("hips", "stance_time", "both knees"),
            ("sacrum", "impact_peak", "both knees"),
            ("trunk", "knee_swing_velocity", "both knees"),
        ],
    )
    def test_says_which_sensors_are_needed(self, name: str, metric: str, words: str) -> None:
        found = analysed(name).asymmetry[metric]
        assert found.status is Status.NOT_ASSESSED
        assert words in found.reason

    @pytest.mark.parametrize("name", ["knees", "one_knee", "thighs", "trunk"])
    def test_no_pelvis_no_angles(self, name: str) -> None:
        found = analysed(name)
        assert len(found.pelvis_series.time_s) == 0
        assert all(m.status is Status.NOT_ASSESSED for m in found.pelvis.values())

    @pytest.mark.parametrize("name", ["hips", "sacrum", "trunk", "one_knee_and_hips"])
    def test_a_length_from_the_pelvis_tells_no_sides(self, name: str) -> None:
        """It is the same formula for both, and not the one for a shank."""
        found = analysed(name)
        assert found.gait["speed_m_s"].status is Status.OBSERVED
        length = found.asymmetry["stride_length"]
        assert (length.status, length.reason) == (Status.NOT_ASSESSED, "needs sensors below both knees")

    def test_knee_angles_need_thigh_and_knee(self) -> None:
        assert analysed("thighs").knee_series is None
        assert analysed("knees").knee_series is None
        series = analysed("healthy").knee_series
        assert series is not None
        assert 40.0 < float(np.nanmax(series.left_deg)) < 90.0

    @pytest.mark.parametrize("name", ["hips", "sacrum", "trunk"])
    def test_step_times_are_there_without_knees_but_sides_are_inferred(self, name: str) -> None:
        found = analysed(name)
        assert found.asymmetry["step_time"].status is Status.OBSERVED
        assert all("side_inferred" in event.note for event in found.events)
        assert any("inferred" in reason for reason in found.quality.reasons)

    @pytest.mark.parametrize("placements", [(Placement.KNEE_LEFT, *HIPS), (*THIGHS, *HIPS), THIGHS])
    def test_feet_seen_by_different_sensors_or_by_thighs_are_not_compared(
        self, placements: tuple[Placement, ...]
    ) -> None:
        """Each detector errs in its own way, and what the two do differently looks like a limp."""
        found = analyze_table(recording("healthy").only(placements), params=SOON)
        step = found.asymmetry["step_time"]
        assert (step.status, step.n_left, step.n_right) == (Status.NOT_ASSESSED, 0, 0)
        assert step.reason == "needs sensors below both knees, or none on a leg"
        assert {stride.side for stride in found.strides if stride.valid} == set(Side)


def test_every_sample_of_the_grid_has_its_angles() -> None:
    found, table = analysed("healthy"), recording("healthy")
    assert len(found.pelvis_series.time_s) == len(table)
    np.testing.assert_allclose(found.pelvis_series.time_s, table.time_s, atol=1e-9)
    assert found.knee_series is not None
    assert len(found.knee_series.time_s) == len(table)


def test_the_zero_of_the_pelvis_is_standing() -> None:
    angles = analysed("healthy").pelvis_series
    standing = slice(100, 400)
    for values in (angles.tilt_deg, angles.obliquity_deg):
        assert abs(float(np.median(values[standing]))) < 1.0


def test_provenance_tells_versions_parameters_and_what_was_learned() -> None:
    found = analysed("healthy").provenance
    assert {"gaitchain", "numpy", "vqf", "params", "calibration"} <= set(found)
    assert "walking_s': 8.0" in repr(found["params"])


def kept_samples() -> int:
    """The longest series alive."""
    return max(s.end - s.start for s in gc.get_objects() if isinstance(s, Series))


class TestMemory:
    """A session may last for hours: no series may keep more than the stages look back at."""

    MOST = 12_000  # two minutes of the grid

    def longest(self, spec: WalkSpec, standing_s: int) -> int:
        table, most = walk(spec).table, 0
        analysis = SessionAnalysis(dict.fromkeys(table.placements, 100.0), table.person, params=SOON)
        gc.collect()
        for number, block in enumerate(blocks(table, 100)):
            analysis.push(block)
            if number % 400 == 0:
                most = max(most, kept_samples())
        rng = np.random.default_rng(0)
        for second in range(standing_s):
            time_s = table.time_s[-1] + 0.01 + second + np.arange(100) / 100.0
            for p in table.placements:
                noise = rng.normal(0.0, 0.003, (2, 100, 3))
                still = table.acc_m_s2[p][:100] + noise[0], 0.2 * table.gyr_rad_s[p][:100] + noise[1]
                analysis.push(SampleBlock(p, time_s, *still))
        most = max(most, kept_samples())
        result = analysis.finish()
        assert_sane(result, 0.0, table.time_s[-1] + standing_s + 1.0)
        assert result.quality.verdict is not Verdict.INVALID
        return most

    def test_standing_after_a_walk_keeps_nothing(self) -> None:
        spec = WalkSpec(duration_s=28.0, seed=7, placements=(*KNEES, *HIPS))
        assert self.longest(spec, 150) < self.MOST

    def waiting(self, waiting_s: int) -> RecordingTable:
        """A walk after somebody has stood for minutes."""
        table, rng = recording("healthy").only((*KNEES, *HIPS)), np.random.default_rng(0)
        n = 100 * waiting_s
        acc = {p: np.concatenate((a[:1] + rng.normal(0.0, 0.003, (n, 3)), a)) for p, a in table.acc_m_s2.items()}
        gyr = {p: np.concatenate((rng.normal(0.0, 0.003, (n, 3)), g)) for p, g in table.gyr_rad_s.items()}
        return replace(table, time_s=np.arange(n + len(table)) / 100.0, acc_m_s2=acc, gyr_rad_s=gyr)

    def test_standing_before_the_first_walk_keeps_little(self) -> None:
        table, most = self.waiting(260), 0
        analysis = SessionAnalysis(dict.fromkeys(table.placements, 100.0), table.person, params=SOON)
        gc.collect()
        for number, block in enumerate(blocks(table, 1000)):
            analysis.push(block)
            if number % 20 == 0:
                most = max(most, kept_samples())
        assert most < 20_000  # two minutes, and the room that a growing series takes
        result = analysis.finish()
        assert result.bouts[0].start_s > 100.0
        assert len(result.pelvis_series.time_s) == len(table)
        assert len(result.strides) == len(
            analyze_table(recording("healthy").only((*KNEES, *HIPS)), params=SOON).strides
        )

    @pytest.mark.parametrize("chunk", [137, 6000])
    def test_what_was_forgotten_before_the_walk_depends_on_no_chunk(self, chunk: int) -> None:
        table = self.waiting(200)
        assert_same_bits(analyze_table(table, chunk, SOON), analyze_table(table, None, SOON))

    @pytest.mark.long
    def test_ten_minutes_of_walking_and_five_of_standing(self) -> None:
        spec = WalkSpec(duration_s=600.0, seed=1)
        assert self.longest(spec, 300) < self.MOST

    @pytest.mark.long
    def test_what_is_forgotten_is_not_missed(self) -> None:
        table = walk(WalkSpec(duration_s=600.0, seed=2, placements=(*KNEES, *HIPS))).table
        assert_same_bits(analyze_table(table, 100), analyze_table(table, None))

    @pytest.mark.long
    def test_ten_minutes_without_knees(self) -> None:
        spec = WalkSpec(duration_s=600.0, seed=1, walkway_m=STRAIGHT, placements=HIPS)
        assert self.longest(spec, 60) < self.MOST
