"""Stride length on a leg that moves by formula: an ankle that steps, and a shank that pivots over it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.angles.joints import Inclination
from pipeline.angles.orientation import Motion
from pipeline.signals.bridging import Trust
from pipeline.strides.stride_length import StrideLengthParams, displacements_m, mid_stances, stride_lengths_m
from sensor.samples import FloatArray
from tests.pipeline.synthetic import motion_of, random_rotation, turned

HEIGHT_M, STRIDE = 1.75, 110  # samples
LEVER_M = StrideLengthParams().sensor_above_ankle * HEIGHT_M
LIFT_M = 0.08
ICS = (110.0, 220.0, 330.0)
FINE = 20  # steps of the formulas per sample, so that differences are as good as derivatives


def smoothed(phase: FloatArray) -> FloatArray:
    """From 0 to 1 over a swing, with speed, acceleration and jerk zero at both ends."""
    x = np.clip(phase, 0.0, 1.0)
    return x**4 * (35.0 - 84.0 * x + 70.0 * x**2 - 20.0 * x**3)


def walking_leg(
    length_m: float, heading_deg: float = 0.0, seed: int | None = None, stance: float = 0.6
) -> tuple[Motion, FloatArray]:
    """A shank sensor over five strides and its sensor-to-segment matrix; contact at every multiple of the stride.

    The ankle stands still from contact on for ``stance`` of the cycle, while the shank pivots over it.
    """
    t = np.arange(5 * STRIDE * FINE) / (STRIDE * FINE)
    cycle, phase = np.floor(t), t % 1.0
    swing = (phase - stance) / (1.0 - stance)
    along = length_m * (cycle + smoothed(swing))
    up = LIFT_M * smoothed(2.0 * swing) * smoothed(2.0 - 2.0 * swing)
    lean = np.radians(-20.0 * np.cos(2.0 * np.pi * phase) + 6.0 * np.sin(4.0 * np.pi * phase))  # top forward +
    heading = np.radians(heading_deg)
    forward = np.array([np.cos(heading), np.sin(heading), 0.0])
    sensor = (along + LEVER_M * np.sin(lean))[:, None] * forward + (up + LEVER_M * np.cos(lean))[:, None] * np.array(
        [0.0, 0.0, 1.0]
    )
    step_s = 0.01 / FINE
    acceleration = np.gradient(np.gradient(sensor, step_s, axis=0), step_s, axis=0)
    mount = np.eye(3) if seed is None else random_rotation(seed)
    motion = motion_of(
        turned(heading_deg, np.degrees(lean)[::FINE], 0.0), mount, acceleration_m_s2=acceleration[::FINE]
    )
    return motion, mount


def length_of(motion: Motion, mount: FloatArray, ics: tuple[float, float, float] = ICS) -> float:
    return float(lengths_of(motion, mount, [ics])[0])


def shank_of(motion: Motion, mount: FloatArray) -> Inclination:
    shank = Inclination(motion, mount, 0)
    shank.advance(motion.end)
    return shank


def lengths_of(motion: Motion, mount: FloatArray, ics: list[tuple[float, float, float]]) -> FloatArray:
    return stride_lengths_m(shank_of(motion, mount), np.array(ics), HEIGHT_M, StrideLengthParams())


@pytest.mark.parametrize("length_m", [0.5, 0.9, 1.3, 1.7])
def test_the_length_comes_back(length_m: float) -> None:
    assert length_of(*walking_leg(length_m)) == pytest.approx(length_m, rel=0.01)


@settings(max_examples=15)
@given(st.floats(-180.0, 180.0), st.integers(0, 2**32 - 1))
def test_neither_heading_nor_mounting_matters(heading_deg: float, seed: int) -> None:
    assert length_of(*walking_leg(1.2, heading_deg, seed)) == pytest.approx(length_of(*walking_leg(1.2)), abs=0.003)


def test_every_stride_of_an_even_walk_is_the_same() -> None:
    motion, mount = walking_leg(1.2)
    lengths = [length_of(motion, mount, (a, a + 110.0, a + 220.0)) for a in (0.0, 110.0, 220.0)]
    assert np.ptp(lengths) < 0.005


@settings(max_examples=25)
@given(st.lists(st.tuples(st.floats(0, 300), st.floats(60, 140), st.floats(60, 140)), min_size=2, max_size=6))
def test_a_stride_is_the_same_bits_in_any_company(strides: list[tuple[float, float, float]]) -> None:
    """Live, a stride is measured alone or with one neighbour; offline, with a minute's others."""
    motion, mount = walking_leg(1.2, 30.0, 5)
    ics = [(ic, ic + first, ic + first + second) for ic, first, second in strides]
    alone = np.concatenate([lengths_of(motion, mount, [one]) for one in ics])
    np.testing.assert_array_equal(lengths_of(motion, mount, ics), alone)


def test_a_constant_error_of_the_accelerometer_is_taken_out() -> None:
    """An offset of 0.1 m/s^2 would be 6 cm without the correction at the second mid-stance."""
    motion, mount = walking_leg(1.2)
    motion.acc.window(0, motion.end)[:, 0] += 0.1
    assert length_of(motion, mount) == pytest.approx(1.2, abs=0.015)


def test_a_foot_that_stays_has_gone_nowhere() -> None:
    shank = shank_of(motion_of(turned(0.0, 0.0, np.zeros(200))), np.eye(3))
    moved = displacements_m(shank, np.array([10]), np.array([150]), LEVER_M)
    np.testing.assert_allclose(moved, 0.0, atol=1e-9)


def test_mid_stance_is_where_the_shank_passes_the_upright() -> None:
    motion, mount = walking_leg(1.2)
    at = int(mid_stances(shank_of(motion, mount), np.array([110.0]), np.array([220.0]), StrideLengthParams())[0])
    up = mount @ np.array([0.0, 0.0, 1.0])
    lean = np.arccos(np.clip((motion.acc.window(at, at + 1)[0] / 9.81) @ up, -1.0, 1.0))
    assert np.degrees(lean) < 30.0
    assert 110 + 11 <= at <= 110 + 50


class TestWithheld:
    @pytest.mark.parametrize(("start", "end"), [(150, 162), (225, 240)])
    def test_a_gap_between_the_mid_stances(self, start: int, end: int) -> None:
        motion, mount = walking_leg(1.2)
        motion.trust.window(0, motion.end)[start:end] = Trust.WITHHELD
        assert np.isnan(length_of(motion, mount))

    def test_a_gap_elsewhere_or_a_bridged_one_does_not_matter(self) -> None:
        motion, mount = walking_leg(1.2)
        motion.trust.window(0, motion.end)[[5, 75, 400]] = Trust.WITHHELD
        motion.trust.window(0, motion.end)[200:208] = Trust.BRIDGED
        assert np.isfinite(length_of(motion, mount))

    def test_strides_that_reach_beyond_the_signal(self) -> None:
        motion, mount = walking_leg(1.2)
        assert np.isnan(length_of(motion, mount, (330.0, 440.0, 900.0)))
