"""What is measured in a cycle: times that add up, a step of the side that lands, signs of the drop, impacts, gaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.angles.joints import Inclination
from pipeline.angles.orientation import Motion
from pipeline.events.contacts import Contact
from pipeline.result import Stride
from pipeline.signals.bridging import Trust
from pipeline.signals.timeline import Series
from pipeline.strides.cycles import Cycle
from pipeline.strides.measures import (
    BodySignals,
    LegSignals,
    MeasureParams,
    attenuations,
    drops_deg,
    impact_peaks_m_s2,
    knee_peaks_deg,
    measure,
    ranges_deg,
)
from sensor.samples import FloatArray, Side
from tests.pipeline.strides import fc, ic
from tests.pipeline.synthetic import motion_of, random_rotation, turned

PARAMS = MeasureParams()
LEFT, RIGHT = Side.LEFT, Side.RIGHT
NOTHING = LegSignals(None, None)

# A left cycle of 1.1 s from 5 s on: right lands at 5.55, left leaves at 5.68, right has left at 5.12.
CYCLE = Cycle(
    LEFT,
    ic=ic(500.0),
    fc=fc(568.0),
    next_ic=ic(610.0, swing_peak_rad_s=4.2),
    after_next_ic=ic(721.0),
    previous_other_ic=ic(446.0, RIGHT),
    other_fc=fc(512.0, RIGHT),
    other_ic=ic(555.0, RIGHT),
    reason="",
)


def series(values: FloatArray) -> Series:
    made = Series(values.shape[1] if values.ndim == 2 else 1)
    made.append(values)
    return made


def measured(
    cycle: Cycle = CYCLE,
    leg: LegSignals = NOTHING,
    pelvis: FloatArray | None = None,
    trunk: FloatArray | None = None,
    straight: bool = True,
    origin_s: float = 0.0,
    apart: FloatArray | None = None,
) -> Stride:
    body = BodySignals(
        {LEFT: leg, RIGHT: NOTHING},
        None if pelvis is None else series(pelvis),
        None if trunk is None else series(trunk),
        hips_apart=None if apart is None else series(apart),
    )
    (stride,) = measure([cycle], [straight], origin_s, body, 1.75, PARAMS)
    return stride


def leg_of(motion: Motion) -> LegSignals:
    shank = Inclination(motion, np.eye(3), 0)
    shank.advance(motion.end)
    return LegSignals(shank, None)


def impact_peak_m_s2(shank: Motion, ic: float, params: MeasureParams) -> float:
    return float(impact_peaks_m_s2(shank, np.array([ic]), params)[0])


def attenuation(trunk: Series, ic: float, impact: float) -> float:
    return float(attenuations(trunk, np.array([ic]), np.array([impact]), PARAMS.smoothness)[0])


def drop_deg(angles: Series, side: Side, ic: float, fc: float) -> float:
    return float(drops_deg(angles, side, np.array([ic]), np.array([fc]))[0])


def ranges(angles: Series, start: float, end: float) -> FloatArray:
    return np.asarray(ranges_deg(angles, np.array([start]), np.array([end]))[0])


def knee_peaks(flexion: Series, start: float, end: float) -> tuple[float, float]:
    loading, swing = knee_peaks_deg(flexion, np.array([start]), np.array([end]), PARAMS)
    return float(loading[0]), float(swing[0])


class TestTimes:
    def test_are_those_of_the_field(self) -> None:
        stride = measured(origin_s=100.0)
        assert stride.ic_s == pytest.approx(105.0)
        assert stride.fc_s == pytest.approx(105.68)
        assert stride.next_ic_s == pytest.approx(106.1)
        assert stride.stance_time_s == pytest.approx(0.68)
        assert stride.swing_time_s == pytest.approx(0.42)
        assert stride.step_time_s == pytest.approx(0.54)  # from right landing to this landing
        assert stride.single_support_s == pytest.approx(0.43)  # right foot in the air
        assert stride.double_support_s == pytest.approx(0.12 + 0.13)
        assert stride.knee_swing_velocity_rad_s == 4.2
        assert stride.valid

    def test_add_up_to_the_cycle(self) -> None:
        stride = measured()
        assert stride.stance_time_s + stride.swing_time_s == pytest.approx(stride.stride_time_s)
        assert stride.single_support_s + stride.double_support_s == pytest.approx(stride.stance_time_s)

    @pytest.mark.parametrize(
        ("missing", "unknown"),
        [
            ("fc", {"fc_s", "stance_time_s", "swing_time_s", "double_support_s"}),
            ("previous_other_ic", {"step_time_s"}),
            ("other_fc", {"single_support_s", "double_support_s"}),
            ("other_ic", {"single_support_s", "double_support_s"}),
        ],
    )
    def test_a_missing_contact_takes_only_what_rests_on_it(self, missing: str, unknown: set[str]) -> None:
        stride, whole = measured(replace(CYCLE, **{missing: None})), measured()  # type: ignore[arg-type]
        times = {n for n in Stride.__slots__ if n.endswith("_s")}
        known = {n for n in times if np.isfinite(getattr(whole, n))}
        assert {n for n in known if not np.isfinite(getattr(stride, n))} == unknown

    def test_an_estimated_final_contact_measures_no_stance(self) -> None:
        estimate: Contact = fc(568.0, note="side_inferred;estimated")
        stride = measured(replace(CYCLE, fc=estimate))
        assert np.isnan([stride.fc_s, stride.stance_time_s, stride.swing_time_s]).all()


class TestValidity:
    def test_a_turn_is_a_reason_only_if_there_is_no_other(self) -> None:
        assert measured(straight=False).reason == "turn"
        both = measured(replace(CYCLE, reason="feet do not alternate"), straight=False)
        assert (both.reason, both.straight, both.valid) == ("feet do not alternate", False, False)

    def test_a_withheld_sample_of_the_own_shank(self) -> None:
        for at, valid in ((499, True), (505, False), (609, False), (612, True)):
            trust = np.zeros(900)
            trust[at] = Trust.WITHHELD
            leg = leg_of(motion_of(turned(0.0, 0.0, np.zeros(900)), trust=trust))
            assert measured(leg=leg).valid == valid, at

    def test_a_bridged_sample_costs_nothing(self) -> None:
        trust = np.zeros(900)
        trust[520:528] = Trust.BRIDGED
        leg = leg_of(motion_of(turned(0.0, 0.0, np.zeros(900)), trust=trust))
        assert measured(leg=leg).valid


class TestImpact:
    def struck(self, at: int, size: float, seed: int = 0) -> Motion:
        acc = np.zeros((900, 3))
        acc[at, 2] = size
        return motion_of(turned(0.0, 0.0, np.zeros(900)), random_rotation(seed), acceleration_m_s2=acc)

    @settings(max_examples=20)
    @given(st.integers(0, 2**31), st.floats(0.0, 60.0))
    def test_is_the_peak_above_gravity_whatever_the_mounting(self, seed: int, size: float) -> None:
        assert impact_peak_m_s2(self.struck(503, size, seed), 500.0, PARAMS) == pytest.approx(size, abs=1e-9)

    @pytest.mark.parametrize(("at", "seen"), [(497, False), (498, True), (508, True), (509, False)])
    def test_is_looked_for_about_the_contact(self, at: int, seen: bool) -> None:
        assert (impact_peak_m_s2(self.struck(at, 30.0), 500.0, PARAMS) > 20.0) == seen

    def test_beyond_the_signal_there_is_none(self) -> None:
        assert np.isnan(impact_peak_m_s2(self.struck(3, 9.0), 1.0, PARAMS))
        assert np.isnan(impact_peak_m_s2(self.struck(3, 9.0), 895.0, PARAMS))

    def test_attenuation_is_what_does_not_arrive(self) -> None:
        trunk = np.zeros((900, 3))
        trunk[505] = [0.0, 6.0, 8.0]
        assert attenuation(series(trunk), 500.0, 40.0) == pytest.approx(0.75)
        for shank in (0.0, -1.0, float("nan")):
            assert np.isnan(attenuation(series(trunk), 500.0, shank))
        trunk[505] = np.nan
        assert np.isnan(attenuation(series(trunk), 500.0, 40.0))


class TestPelvis:
    def angles(self) -> FloatArray:
        """Tilt, obliquity, rotation (n, 3): the left side rises by 4 degrees in left stance, falls by 3 after."""
        t = np.arange(900.0)
        obliquity = np.interp(t, [500.0, 530.0, 570.0, 590.0, 610.0], [1.0, 5.0, 1.0, -2.0, 1.0])
        return np.stack((np.where((t > 520) & (t < 540), 3.0, 1.0), obliquity, 0.01 * t), axis=1)

    def test_the_drop_is_how_far_the_own_side_rises_in_stance(self) -> None:
        """The right side of the pelvis drops by as much, while the left leg stands."""
        assert drop_deg(series(self.angles()), LEFT, 500.0, 568.0) == pytest.approx(4.0)
        mirrored = self.angles() * [1.0, -1.0, -1.0]
        assert drop_deg(series(mirrored), RIGHT, 500.0, 568.0) == pytest.approx(4.0)
        assert drop_deg(series(self.angles()), RIGHT, 500.0, 568.0) == pytest.approx(0.0)

    def test_offsets_do_not_matter(self) -> None:
        assert drop_deg(series(self.angles() + 20.0), LEFT, 500.0, 568.0) == pytest.approx(4.0)

    def test_ranges_are_those_of_the_cycle(self) -> None:
        found = ranges(series(self.angles()), 500.0, 610.0)
        assert found == pytest.approx((2.0, 7.0, 1.09))

    @pytest.mark.parametrize("at", [500, 545, 605])
    def test_one_untrusted_sample_withholds_the_range(self, at: int) -> None:
        angles = self.angles()
        angles[at] = np.nan
        stride = measured(pelvis=angles)
        assert np.isnan([stride.tilt_rom_deg, stride.obliquity_rom_deg, stride.rotation_rom_deg]).all()
        assert np.isnan(stride.drop_deg) == (at < 568)
        assert stride.valid

    def test_means_are_those_of_the_cycle(self) -> None:
        stride = measured(pelvis=self.angles())
        cycle = self.angles()[500:610]
        assert stride.tilt_mean_deg == pytest.approx(cycle[:, 0].mean(), abs=0.02)
        assert stride.obliquity_mean_deg == pytest.approx(cycle[:, 1].mean(), abs=0.02)

    def test_the_hips_residual_is_a_root_mean_square_over_the_cycle(self) -> None:
        apart = np.where(np.arange(900) < 555, 6.0, 8.0)
        assert measured(apart=apart).hips_apart_deg == pytest.approx(np.sqrt(50.0), abs=0.02)
        apart[505] = np.nan
        assert np.isnan(measured(apart=apart).hips_apart_deg)

    def test_beyond_the_signal_there_is_none(self) -> None:
        assert np.isnan(ranges(series(self.angles()), 850.0, 960.0)).all()
        assert np.isnan(drop_deg(series(self.angles()), LEFT, 850.0, 910.0))
        assert np.isnan(drop_deg(series(self.angles()), LEFT, 500.0, 500.0))


class TestShank:
    def test_excursion_is_the_range_of_its_inclination_in_the_cycle(self) -> None:
        """The lower end goes from 20 degrees ahead to 50 behind within the cycle, farther outside of it."""
        ahead = np.interp(
            np.arange(900.0), [400.0, 500.0, 560.0, 590.0, 609.0, 700.0], [60.0, 20.0, -50.0, 10.0, 18.0, 60.0]
        )
        leg = leg_of(motion_of(turned(0.0, -ahead, 0.0), np.eye(3)))
        assert measured(leg=leg).shank_excursion_deg == pytest.approx(70.0, abs=0.01)
        assert np.isnan(measured(leg=replace(leg, has_length=False)).shank_excursion_deg)


class TestKnee:
    def test_peaks_of_loading_and_of_swing(self) -> None:
        """Flexion 5 at contact, 20 in loading, 65 in swing; a peak of 90 between them counts for neither."""
        t = np.linspace(0.0, 1.0, 110, endpoint=False)
        flexion = np.interp(t, [0.0, 0.13, 0.25, 0.4, 0.5, 0.72, 1.0], [5.0, 20.0, 8.0, 90.0, 10.0, 65.0, 5.0])
        loading, swing = knee_peaks(series(np.tile(flexion, 3)), 110.0, 220.0)
        assert loading == pytest.approx(15.0, abs=0.5)
        assert swing == pytest.approx(65.0, abs=0.5)

    def test_an_untrusted_sample_withholds_the_part_it_lies_in(self) -> None:
        flexion = np.full(330, 10.0)
        flexion[115] = np.nan
        loading, swing = knee_peaks(series(flexion), 110.0, 220.0)
        assert np.isnan(loading)
        assert swing == 10.0
