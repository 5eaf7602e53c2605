"""Measures of the whole walk: their formulas, their intervals, and what they need."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.norms import (
    HIP_DIFFERENCE_INSTRUMENT_SD_DEG,
    JOINT_INSTRUMENT_SD_DEG,
    PELVIS_INSTRUMENT_SD_DEG,
    SHANK_INSTRUMENT_SD_DEG,
    TRUNK_INSTRUMENT_SD_DEG,
    Matched,
)
from pipeline.result import Confidence, Measure, Status, Stride
from pipeline.walk.summary_measures import (
    CV_STRIDES,
    SummaryParams,
    gait_measures,
    joint_measures,
    pelvis_measures,
    trunk_measures,
    variability,
)
from sensor.person import Person
from sensor.samples import Side
from tests.pipeline.strides import row, stride

PARAMS = SummaryParams()
AT = Matched(1.2, 0.9)


def gait(strides: list[Stride], at: Matched | None = AT, person: Person | None = None) -> dict[str, Measure]:
    return dict(gait_measures(strides, 60.0, person or Person(), at, PARAMS))


def pelvis(strides: list[Stride], at: Matched | None = AT, standing: bool = True) -> dict[str, Measure]:
    return dict(pelvis_measures(strides, at, standing, PARAMS))


def both(count: int, **values: float) -> list[Stride]:
    return [*row(Side.LEFT, count, "", **values), *row(Side.RIGHT, count, "", **values)]


class TestGait:
    def test_formulas(self) -> None:
        found = gait(both(30, stride_length_m=1.32, double_support_s=0.22))
        assert found["stride_time_s"].value == pytest.approx(1.1)
        assert found["cadence_spm"].value == pytest.approx(120.0 / 1.1)
        assert found["speed_m_s"].value == pytest.approx(1.2)
        assert found["double_support_pct"].value == pytest.approx(20.0)
        assert found["walking_time_s"].value == 60.0
        assert all(m.n == 60 for name, m in found.items() if m.value is not None)

    def test_what_sensors_add_to_speed_and_support_stays_in_their_intervals(self) -> None:
        found = gait(both(500, stride_length_m=1.32, double_support_s=0.22))
        speed, support = found["speed_m_s"], found["double_support_pct"]
        assert speed.instrument_sd == pytest.approx(0.11 * 1.2)
        assert support.instrument_sd == 1.5
        for measure in (speed, support):
            assert measure.ci95 is not None
            assert measure.instrument_sd is not None
            assert (measure.ci95[1] - measure.ci95[0]) / 2.0 == pytest.approx(1.96 * measure.instrument_sd)
        assert found["cadence_spm"].instrument_sd is None

    def test_strides_of_both_sides_share_their_time(self) -> None:
        """Right strides half a stride behind the left ones tell hardly anything new."""
        rng, sides = np.random.default_rng(4), []
        times = 1.1 + 0.02 * rng.standard_normal(60)
        for k, t in enumerate(times):
            sides += [stride(Side.LEFT, 1.1 * k, float(t)), stride(Side.RIGHT, 1.1 * k + 0.55, float(t))]
        together, alone = (gait(s)["stride_time_s"].ci95 for s in (sides, sides[0::2]))
        assert together is not None
        assert alone is not None
        assert together[1] - together[0] > 0.8 * (alone[1] - alone[0])

    def test_only_valid_strides_count(self) -> None:
        odd = [stride(Side.LEFT, 9.0, 2.9, reason="turn", stride_length_m=9.0)] * 50
        found = gait(both(10, stride_length_m=1.32) + odd)
        assert found["stride_time_s"].value == pytest.approx(1.1)
        assert found["stride_time_s"].n == 20

    def test_the_interval_of_a_falling_function_is_in_order(self) -> None:
        rng = np.random.default_rng(0)
        found = gait([stride(Side.LEFT, 1.1 * k, float(t)) for k, t in enumerate(rng.normal(1.1, 0.03, 60))])
        for name in ("stride_time_s", "cadence_spm"):
            measure = found[name]
            assert measure.ci95 is not None
            assert measure.value is not None
            assert measure.ci95[0] < measure.value < measure.ci95[1]

    @pytest.mark.parametrize("count", [0, 1])
    def test_too_few_strides_say_so(self, count: int) -> None:
        for name, measure in gait(both(count)).items():
            if name != "walking_time_s":
                assert (measure.value, measure.status) == (None, Status.NOT_ASSESSED), name
                assert measure.reason

    def test_without_lengths_there_is_no_speed_and_the_reason_is_the_sensors(self) -> None:
        found = gait(both(30))["speed_m_s"]
        assert found.reason == "needs sensors below the knees"

    def test_bands_need_a_speed_but_for_speed_itself(self) -> None:
        found = gait(both(30, stride_length_m=1.3), None)
        assert found["cadence_spm"].band is None
        assert found["speed_m_s"].band is not None
        old = gait(both(30, stride_length_m=1.3), AT, Person(age_years=85.0, sex="female"))["speed_m_s"].band
        assert old is not None
        assert old[0] < 1.0


class TestReasons:
    def test_sensors_are_missed_only_where_there_were_strides_to_see(self) -> None:
        seen = gait(both(30)) | pelvis(both(30))
        assert seen["drop_left_deg"].reason == "needs sensors on the hips or the sacrum"
        assert seen["step_regularity"].reason == "needs a sensor on the hips, the sacrum or the trunk"
        nobody = gait([]) | pelvis([])
        assert {nobody[name].reason for name in ("speed_m_s", "cadence_spm", "drop_left_deg", "step_regularity")} == {
            "no valid strides"
        }


class TestVariability:
    def of(self, left: list[float], right: list[float]) -> Measure:
        sides = ((Side.LEFT, left), (Side.RIGHT, right))
        return variability([stride(side, 2.0 * k, t) for side, times in sides for k, t in enumerate(times)])

    def test_is_the_mean_of_the_sides(self) -> None:
        left, right = [1.0, 1.1] * 15, [1.0, 1.04] * 15
        each = [100.0 * np.std(t, ddof=1) / np.mean(t) for t in (left, right)]
        assert self.of(left, right).value == pytest.approx(np.mean(each))

    def test_a_difference_between_the_sides_is_not_variability(self) -> None:
        assert self.of([1.0] * 30, [1.2] * 30).value == pytest.approx(0.0, abs=1e-9)

    def walked(self, rng: np.random.Generator, strides: int) -> Measure:
        """Contacts on one clock, left and right in turn; each step is a little like the one before."""
        slow = np.zeros(2 * strides + 3)
        for i, draw in enumerate(rng.normal(0.0, np.sqrt(0.5), len(slow) - 1)):
            slow[i + 1] = np.sqrt(0.5) * slow[i] + draw
        contacts = np.cumsum(0.55 * (1.0 + 0.0172 * (slow + rng.normal(size=len(slow)))))
        return self.of(list(np.diff(contacts[0::2])), list(np.diff(contacts[1::2])))

    @pytest.mark.parametrize("strides", [20, 60])
    def test_its_interval_holds_the_truth_of_strides_that_share_their_time(self, strides: int) -> None:
        rng = np.random.default_rng(3)
        truth = self.walked(rng, 20_000).value
        assert truth is not None
        found = [self.walked(rng, strides).ci95 for _ in range(300)]
        held = np.mean([ends is not None and ends[0] <= truth <= ends[1] for ends in found])
        assert 0.91 <= held <= 0.985

    @pytest.mark.parametrize(
        ("count", "status"), [(CV_STRIDES - 1, Status.NOT_ASSESSED), (CV_STRIDES, Status.OBSERVED)]
    )
    def test_needs_strides_of_one_side(self, count: int, status: Status) -> None:
        assert self.of([1.0] * count, [1.0] * 3).status is status


class TestPelvis:
    def test_drops_by_side_and_their_difference(self) -> None:
        strides = [*row(Side.LEFT, 30, "", drop_deg=6.0), *row(Side.RIGHT, 30, "", drop_deg=3.5)]
        found = pelvis(strides)
        assert found["drop_left_deg"].value == 6.0
        assert found["drop_right_deg"].value == 3.5
        assert found["drop_difference_deg"].value == 2.5
        assert found["drop_difference_deg"].band == (-2.0, 2.0)

    @pytest.mark.parametrize("name", sorted(PELVIS_INSTRUMENT_SD_DEG))
    def test_more_strides_do_not_take_soft_tissue_out_of_the_interval(self, name: str) -> None:
        values = dict.fromkeys(TestErrorBudget.angles, 5.0)
        found = pelvis(both(500, **values))[name]
        assert found.ci95 is not None
        assert (found.ci95[1] - found.ci95[0]) / 2.0 == pytest.approx(1.96 * PELVIS_INSTRUMENT_SD_DEG[name])

    def test_without_a_pelvis_sensor_each_says_what_it_needs(self) -> None:
        found = pelvis(both(30))
        assert found.pop("hips_apart_deg").reason == "needs sensors on both hips"
        for measure in found.values():
            assert measure.status is Status.NOT_ASSESSED
            assert "hips or the sacrum" in measure.reason

    def test_offsets_count_from_standing_or_not_at_all(self) -> None:
        strides = both(30, tilt_mean_deg=3.0, obliquity_mean_deg=-2.5, tilt_rom_deg=4.0)
        found = pelvis(strides)
        assert (found["tilt_offset_deg"].value, found["obliquity_offset_deg"].value) == (3.0, -2.5)
        assert found["obliquity_offset_deg"].band == (-2.0, 2.0)
        lying = pelvis(strides, standing=False)
        assert lying["tilt_offset_deg"].reason == lying["obliquity_offset_deg"].reason == "needs quiet standing as zero"
        assert lying["tilt_rom_deg"].value == 4.0

    def test_the_residual_of_the_hips_is_given_with_its_limit(self) -> None:
        found = pelvis(both(30, hips_apart_deg=13.0))["hips_apart_deg"]
        assert (found.value, found.band) == (13.0, (0.0, 12.0))

    def test_one_side_alone_has_no_difference(self) -> None:
        found = pelvis(row(Side.LEFT, 30, "", drop_deg=6.0))
        assert found["drop_left_deg"].value == 6.0
        assert found["drop_difference_deg"].status is Status.NOT_ASSESSED


class TestErrorBudget:
    angles = dict.fromkeys(
        ("tilt_rom_deg", "obliquity_rom_deg", "rotation_rom_deg", "drop_deg", "trunk_lean_deg", "trunk_side_lean_deg",
         "thorax_pelvis_phase_deg", "thorax_pelvis_rom_deg", "knee_flexion_loading_deg", "knee_flexion_swing_deg",
         "hip_flexion_max_deg", "hip_flexion_min_deg", "shank_excursion_deg", "tilt_mean_deg", "obliquity_mean_deg"),
        5.0,
    )  # fmt: skip

    def found(self) -> dict[str, Measure]:
        strides = both(30, **self.angles)
        return {
            **{name: m for name, m in pelvis(strides).items() if name != "hips_apart_deg"},  # is no angle of the body
            **trunk_measures(strides, AT, True, PARAMS),
            **joint_measures(strides, True, PARAMS),
        }

    def test_every_angle_says_what_its_sensors_add_and_its_interval_holds_that(self) -> None:
        budgets = PELVIS_INSTRUMENT_SD_DEG | TRUNK_INSTRUMENT_SD_DEG
        budgets |= {f"shank_excursion_{side.value}_deg": SHANK_INSTRUMENT_SD_DEG for side in Side}
        budgets["hip_flexion_difference_deg"] = HIP_DIFFERENCE_INSTRUMENT_SD_DEG
        for name, measure in self.found().items():
            assert measure.instrument_sd == budgets.get(name, JOINT_INSTRUMENT_SD_DEG), name
            assert measure.ci95 is not None
            assert measure.ci95[1] - measure.ci95[0] >= 2 * 1.95 * measure.instrument_sd

    def test_what_rests_on_headings_is_of_low_confidence_and_no_other_angle(self) -> None:
        low = {name for name, measure in self.found().items() if measure.confidence is Confidence.LOW}
        assert low == {"rotation_rom_deg", "thorax_pelvis_phase_deg", "thorax_pelvis_rom_deg"}

    def test_what_is_no_angle_has_no_confidence(self) -> None:
        found = gait(both(30, stride_length_m=1.32))
        assert {measure.confidence for measure in found.values()} == {None}


class TestHips:
    def strides(self) -> list[Stride]:
        return [*row(Side.LEFT, 30, "", hip_flexion_max_deg=38.0), *row(Side.RIGHT, 30, "", hip_flexion_max_deg=28.0)]

    def test_the_difference_of_their_flexion(self) -> None:
        found = joint_measures(self.strides(), True, PARAMS)["hip_flexion_difference_deg"]
        assert (found.value, found.band, found.n) == (10.0, (-8.0, 8.0), 30)

    def test_needs_standing_and_both_sides(self) -> None:
        lying = joint_measures(self.strides(), False, PARAMS)["hip_flexion_difference_deg"]
        alone = joint_measures(self.strides()[:30], True, PARAMS)["hip_flexion_difference_deg"]
        assert (lying.value, lying.reason) == (None, "needs quiet standing as zero")
        assert (alone.value, alone.reason) == (None, "needs sensors on both thighs and on the hips or the sacrum")
