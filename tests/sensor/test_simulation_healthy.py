"""The healthy curves against the published numbers they stand for (biomechanics.md 5.2 and 5.3)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor import healthy
from sensor.healthy import Channel
from sensor.samples import FloatArray

LEG_M = 0.90
PHASE = np.arange(2000) / 2000


def rate_deg_s(curve_deg: FloatArray, v_star: float) -> FloatArray:
    return np.asarray(np.gradient(curve_deg, healthy.stride_time_s(v_star, LEG_M) / len(PHASE)))


# Tolerance 5 % as stated there; the tilt moves by some tenths of a degree only, so rounding shows: 1.5 deg/s.
@pytest.mark.parametrize(
    ("v_star", "peak", "rms", "obliquity", "rotation", "tilt"),
    [(0.290, 261, 120, 20, 25, 7), (0.429, 345, 160, 32, 33, 13), (0.560, 410, 196, 45, 55, 22)],
)
def test_angular_rates_are_the_published_ones(
    v_star: float, peak: float, rms: float, obliquity: float, rotation: float, tilt: float
) -> None:
    shank = np.rad2deg(healthy.shank_velocity_rad_s(v_star, LEG_M, PHASE))
    curves = healthy.curves(v_star, PHASE)
    assert shank.max() == pytest.approx(peak, rel=0.05)
    assert np.sqrt(np.mean(shank**2)) == pytest.approx(rms, rel=0.05)
    children = curves[Channel.OBLIQUITY] / healthy.ADULT_OBLIQUITY
    assert np.abs(rate_deg_s(children, v_star)).max() == pytest.approx(obliquity, rel=0.05)
    # the linear fit misses the slow group's rotation by a fifth; the free and fast groups hold to a tenth
    assert np.abs(rate_deg_s(curves[Channel.ROTATION], v_star)).max() == pytest.approx(rotation, rel=0.23)
    assert np.abs(rate_deg_s(curves[Channel.TILT], v_star)).max() == pytest.approx(tilt, abs=1.5)


def test_very_slow_walking_keeps_most_of_its_swing() -> None:
    """184 deg/s published, 75 root mean square; the blend of three channels' terms reaches both within 10 %.

    Obliquity, tilt and most of rotation have no terms of their own there: 14 for 12, 4 for 3, 18 for 23 deg/s.
    """
    shank = np.rad2deg(healthy.shank_velocity_rad_s(0.172, LEG_M, PHASE))
    assert shank.max() == pytest.approx(184, rel=0.10)
    assert np.sqrt(np.mean(shank**2)) == pytest.approx(75, rel=0.10)
    curves = healthy.curves(0.172, PHASE)
    for channel, published in ((Channel.OBLIQUITY, 12), (Channel.ROTATION, 23), (Channel.TILT, 3)):
        part = healthy.ADULT_OBLIQUITY if channel is Channel.OBLIQUITY else 1.0
        assert np.abs(rate_deg_s(curves[channel] / part, 0.172)).max() == pytest.approx(published, rel=0.25, abs=1.5)


def test_the_thigh_of_free_walking() -> None:
    curves = healthy.curves(0.429, PHASE)
    rate = rate_deg_s(curves[Channel.HIP_FLEXION] - curves[Channel.TILT], 0.429)
    assert (rate.min(), rate.max()) == (pytest.approx(-113, rel=0.05), pytest.approx(186, rel=0.05))


def test_the_shank_of_free_walking() -> None:
    curves = healthy.curves(0.429, PHASE)
    shank = curves[Channel.HIP_FLEXION] - curves[Channel.TILT] - curves[Channel.KNEE_FLEXION]
    assert (shank.min(), shank.max()) == (pytest.approx(-52, abs=1.0), pytest.approx(19, abs=1.0))
    swing = healthy.shank_velocity_rad_s(0.429, LEG_M, PHASE)
    assert PHASE[swing.argmax()] == pytest.approx(0.86, abs=0.01)
    assert np.rad2deg(swing) == pytest.approx(rate_deg_s(shank, 0.429), abs=1.0)


@pytest.mark.parametrize(("v_star", "loading", "swing"), [(0.290, 8.8, 55.7), (0.429, 12.9, 58.7), (0.560, 16.9, 61.5)])
def test_knee_flexion_grows_with_speed_as_published(v_star: float, loading: float, swing: float) -> None:
    knee = healthy.curves(v_star, PHASE)[Channel.KNEE_FLEXION]
    assert knee[: len(PHASE) // 4].max() - knee[0] == pytest.approx(loading, abs=0.1)
    assert knee.max() == pytest.approx(swing, abs=0.1)


@pytest.mark.parametrize(
    ("v_star", "speed_m_s", "cadence_spm", "stride_s", "step_m"),
    [(0.290, 0.86, 90, 1.33, 0.58), (0.429, 1.28, 112, 1.07, 0.68), (0.560, 1.66, 131, 0.92, 0.77)],
)
def test_steps_are_the_published_ones(
    v_star: float, speed_m_s: float, cadence_spm: float, stride_s: float, step_m: float
) -> None:
    stride = healthy.stride_time_s(v_star, LEG_M)
    assert stride == pytest.approx(stride_s, rel=0.02)
    assert 120.0 / stride == pytest.approx(cadence_spm, rel=0.02)
    assert healthy.step_length_star(v_star) * LEG_M == pytest.approx(step_m, rel=0.025)
    assert healthy.dimensionless_speed(speed_m_s, LEG_M) == pytest.approx(v_star, rel=0.01)


@given(st.floats(0.1, 0.8))
def test_speed_is_step_rate_times_step_length(v_star: float) -> None:
    assert healthy.cadence_star(v_star) * healthy.step_length_star(v_star) == pytest.approx(v_star)
    assert healthy.dimensionless_speed(v_star * np.sqrt(9.81 * LEG_M), LEG_M) == pytest.approx(v_star)


@given(st.floats(0.12, 0.7))
def test_a_little_faster_is_a_little_different(v_star: float) -> None:
    """No step anywhere in the blends between speeds, in curves or in stance."""
    near = v_star + 1e-4
    assert np.abs(healthy.curves(near, PHASE) - healthy.curves(v_star, PHASE)).max() < 0.03
    assert healthy.stance_fraction(near) == pytest.approx(healthy.stance_fraction(v_star), abs=1e-4)


@given(st.floats(0.15, 0.7), st.floats(-3.0, 3.0))
def test_both_sides_of_one_pelvis_agree(v_star: float, phase: float) -> None:
    """Half a cycle later the other side leads: obliquity and rotation change sign, tilt does not."""
    own, other = healthy.curves(v_star, np.array([phase, phase + 0.5])).T
    assert own[Channel.OBLIQUITY] == pytest.approx(-other[Channel.OBLIQUITY], abs=1e-9)
    assert own[Channel.ROTATION] == pytest.approx(-other[Channel.ROTATION], abs=1e-9)
    assert own[Channel.TILT] == pytest.approx(other[Channel.TILT], abs=1e-9)
