"""The vertical and the gyroscope's bias that a stretch of motion shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.angles.filter_start import FilterStartParams, steady_start
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray
from tests.pipeline.synthetic import motion_of, random_rotation, seconds, turned

SIGMA = np.radians(0.5)  # what the filter takes a bias for that it knows nothing of
BIAS = np.radians([0.8, -0.6, 0.0])
PARAMS = FilterStartParams()


def walk(first_s: float, length_s: float = 10.0, sets_off_at_s: float | None = None) -> tuple[FloatArray, FloatArray]:
    """A swinging limb, pushed at every step, that begins in the middle of one; perhaps it stood until then."""
    t = first_s + seconds(length_s)
    phase = 2.0 * np.pi * t / 1.1
    body = turned(0.0, 25.0 * np.sin(phase), 4.0 * np.sin(2.0 * phase))
    push = np.stack((3.0 * np.sin(phase), np.cos(2.0 * phase), 2.0 * np.sin(2.0 * phase)), axis=1)
    if sets_off_at_s is not None:
        push[:, 0] += 1.2 * np.exp(-0.5 * ((t - first_s - sets_off_at_s) / 0.3) ** 2) / (0.3 * np.sqrt(2.0 * np.pi))
    motion = motion_of(body, acceleration_m_s2=push)
    return motion.acc.window(0, motion.end), motion.gyr.window(0, motion.end)


def off_deg(up: FloatArray, truth: FloatArray) -> float:
    return float(np.degrees(np.arccos(up @ truth / np.linalg.norm(up) / np.linalg.norm(truth))))


def upward(first_s: float) -> FloatArray:
    phase = 2.0 * np.pi * first_s / 1.1
    rotation = turned(0.0, np.array([25.0 * np.sin(phase)]), np.array([4.0 * np.sin(2.0 * phase)]))[0]
    return np.asarray(rotation[2])


@pytest.mark.parametrize("first_s", [0.0, 0.31, 0.77])
def test_bias_and_vertical_are_found_in_walking(first_s: float) -> None:
    acc, gyr = walk(first_s)
    up, bias = steady_start(acc, gyr + BIAS, np.zeros(3), SIGMA, PARAMS)
    assert off_deg(up, upward(first_s)) < 1.3
    assert np.linalg.norm((bias - BIAS)[:2]) < 0.35 * np.linalg.norm(BIAS)


@pytest.mark.parametrize("first_s", [0.0, 0.31, 0.77])
def test_setting_off_is_not_taken_for_a_lean(first_s: float) -> None:
    """A mean over 3 s that fades in and out would take it for 0.6 m/s^2, 3.5 degrees."""
    acc, gyr = walk(first_s, sets_off_at_s=1.0)
    up, _ = steady_start(acc, gyr, np.zeros(3), SIGMA, PARAMS)
    assert off_deg(up, upward(first_s)) < 2.2


def test_what_is_known_of_the_bias_is_kept() -> None:
    acc, gyr = walk(0.31, 3.0)
    up, bias = steady_start(acc, gyr + BIAS, BIAS, np.radians(0.02), PARAMS)
    np.testing.assert_allclose(bias, BIAS, atol=np.radians(0.02))
    assert off_deg(up, upward(0.31)) < 0.5


@pytest.mark.parametrize("n", [1, 2, 5])
def test_of_a_few_samples_the_mean_is_all_there_is(n: int) -> None:
    acc, gyr = walk(0.2, 1.0)
    up, bias = steady_start(acc[:n], gyr[:n], BIAS, SIGMA, PARAMS)
    assert off_deg(up, acc[:n].mean(axis=0)) < 5.0
    np.testing.assert_allclose(up, acc[:n].mean(axis=0), atol=1.0)
    np.testing.assert_allclose(bias, BIAS, atol=1e-4)


def test_a_sensor_at_rest_shows_gravity() -> None:
    acc = np.tile([0.0, 0.6 * GRAVITY_M_S2, 0.8 * GRAVITY_M_S2], (500, 1))
    up, bias = steady_start(acc, np.zeros((500, 3)), np.zeros(3), SIGMA, PARAMS)
    np.testing.assert_allclose(up, acc[0], atol=1e-6)
    np.testing.assert_allclose(bias, 0.0, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_mounting_turns_what_is_found(seed: int) -> None:
    mount = random_rotation(seed)
    acc, gyr = walk(0.31)
    up, bias = steady_start(acc, gyr + BIAS, np.zeros(3), SIGMA, PARAMS)
    other_up, other_bias = steady_start(acc @ mount, (gyr + BIAS) @ mount, np.zeros(3), SIGMA, PARAMS)
    np.testing.assert_allclose(other_up, up @ mount, atol=1e-6)
    np.testing.assert_allclose(other_bias, bias @ mount, atol=1e-9)
