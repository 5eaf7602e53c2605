"""Reference bands: sane at every speed, and moving the way walking moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.norms import (
    ASYMMETRY,
    Matched,
    cadence_band,
    curve_band,
    double_support_band,
    range_band,
    range_z,
    speed_band,
    stride_time_band,
)

SPEEDS = np.linspace(0.3, 2.0, 35)
LEGS = st.floats(0.6, 1.1)
RANGES = ("obliquity_rom_deg", "tilt_rom_deg", "rotation_rom_deg", "drop_deg")
CURVES = ("pelvis_tilt", "pelvis_obliquity", "pelvis_rotation", "knee_angular_velocity", "knee_flexion")


def at(speed_m_s: float, leg_m: float = 0.9) -> Matched:
    return Matched(speed_m_s, leg_m)


@given(st.floats(0.05, 3.0), LEGS)
def test_bands_are_bands_at_any_speed(speed: float, leg: float) -> None:
    here = at(speed, leg)
    for low, high in (
        *(range_band(name, here) for name in RANGES),
        cadence_band(here),
        stride_time_band(here),
        double_support_band(here),
    ):
        assert 0.0 <= low < high < 1000.0


@pytest.mark.parametrize(
    ("band", "rises"), [(cadence_band, True), (stride_time_band, False), (double_support_band, False)]
)
def test_faster_walking_is_brisker_and_has_less_double_support(band: object, rises: bool) -> None:
    assert callable(band)
    middles = [float(np.mean(band(at(speed)))) for speed in SPEEDS]
    steps = np.diff(middles)
    assert (steps >= -1e-9).all() if rises else (steps <= 1e-9).all()
    assert abs(middles[-1] - middles[0]) > 0.1


@pytest.mark.parametrize("name", RANGES)
def test_the_pelvis_moves_no_less_when_walking_is_faster(name: str) -> None:
    tops = [range_band(name, at(speed))[1] for speed in SPEEDS]
    assert (np.diff(tops) >= -1e-9).all()


def test_a_longer_leg_walks_the_same_speed_with_fewer_steps() -> None:
    assert np.mean(cadence_band(at(1.2, 1.0))) < np.mean(cadence_band(at(1.2, 0.8)))


def test_a_usual_adult_walk_lies_in_every_band() -> None:
    here = at(1.3, 0.92)
    for value, (low, high) in (
        (112.0, cadence_band(here)),
        (1.07, stride_time_band(here)),
        (24.0, double_support_band(here)),
        (7.0, range_band("obliquity_rom_deg", here)),
        (11.0, range_band("rotation_rom_deg", here)),
        (1.35, speed_band(35.0, "male")),
    ):
        assert low <= value <= high


@given(st.sampled_from(RANGES), st.floats(0.0, 40.0), st.floats(0.3, 2.0))
def test_z_and_band_agree(name: str, value: float, speed: float) -> None:
    low, high = range_band(name, at(speed))
    z = range_z(name, value, at(speed))
    if low > 0.0:
        assert (low <= value <= high) == (abs(z) <= 1.96 + 1e-9)
    assert range_z(name, value + 1.0, at(speed)) > z


class TestSpeed:
    def test_older_people_walk_more_slowly(self) -> None:
        for sex in ("male", "female"):
            tops = [speed_band(age, sex)[1] for age in (30.0, 50.0, 70.0, 85.0)]
            assert tops == sorted(tops, reverse=True)

    @pytest.mark.parametrize("age", [None, 18.0, 40.0, 60.0, 75.0, 100.0, 150.0])
    @pytest.mark.parametrize("sex", [None, "male", "female", "other", ""])
    def test_what_is_not_told_widens_the_band(self, age: float | None, sex: str | None) -> None:
        low, high = speed_band(age, sex)
        assert 0.8 < low < high < 1.8
        widest = speed_band(None, None)
        assert widest[0] <= low
        assert high <= widest[1]


class TestCurves:
    @pytest.mark.parametrize("name", CURVES)
    @pytest.mark.parametrize("speed", [0.4, 0.9, 1.3, 1.9])
    def test_are_bands_that_close_on_themselves(self, name: str, speed: float) -> None:
        band = curve_band(name, at(speed), 101)
        assert band is not None
        low, high = band
        assert low.shape == high.shape == (101,)
        assert (high > low).all()
        np.testing.assert_allclose([low[0], high[0]], [low[-1], high[-1]], atol=1e-6)

    def test_the_knee_bends_most_in_swing_and_the_shank_is_fastest_before_contact(self) -> None:
        flexion, rate = (curve_band(name, at(1.3), 101) for name in ("knee_flexion", "knee_angular_velocity"))
        assert flexion is not None
        assert rate is not None
        assert 65 <= int(np.argmax(flexion[0] + flexion[1])) <= 80
        assert 75 <= int(np.argmax(rate[0] + rate[1])) <= 95
        assert 250.0 < float(np.max(rate[0] + rate[1])) / 2.0 < 500.0

    def test_what_has_no_reference_has_no_band(self) -> None:
        assert curve_band("something", at(1.2), 101) is None


@pytest.mark.parametrize("metric", sorted(ASYMMETRY))
def test_limits_of_asymmetry_are_in_order(metric: str) -> None:
    norm = ASYMMETRY[metric]
    assert 0.0 < norm.normal < norm.clear
    assert 0.0 < norm.least_change < norm.clear, "a borderline difference can occur"
    assert norm.instrument > 0.0
    assert norm.angle_sd_deg > 0.0
    assert norm.is_angle == metric.startswith("knee_flexion")
