"""Stride length from the pelvis: the pendulum's formula on heights that are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.strides.pelvis_stride_length import PelvisLengthParams, pelvis_stride_lengths_m, vertical_displacements_m
from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ

LEG_M = 0.9


def bounce(rise_m: float, samples: int) -> FloatArray:
    """Vertical acceleration of a pelvis that rises and falls by ``rise_m`` in each of two steps."""
    omega = 2.0 * 2.0 * np.pi / samples
    return np.asarray(-0.5 * rise_m * (omega * GRID_HZ) ** 2 * np.cos(omega * np.arange(samples)))


def length_of(acceleration: FloatArray, middle: int) -> float:
    return float(pelvis_stride_lengths_m(acceleration[None], np.array([middle]), LEG_M, PelvisLengthParams())[0])


def pendulum(rise_m: float) -> float:
    return 2.0 * 1.15 * float(np.sqrt(2.0 * LEG_M * rise_m - rise_m**2))


@pytest.mark.parametrize("rise_m", [0.02, 0.04, 0.06])
def test_two_equal_steps_follow_the_formula(rise_m: float) -> None:
    assert length_of(bounce(rise_m, 110), 55) == pytest.approx(2.0 * pendulum(rise_m), rel=0.02)


@given(st.floats(-3.0, 3.0), st.integers(80, 200))
def test_a_constant_error_of_the_accelerometer_changes_nothing(bias_m_s2: float, samples: int) -> None:
    plain = bounce(0.04, samples)
    biased, unbiased = vertical_displacements_m(np.stack((plain + bias_m_s2, plain)))
    assert biased == pytest.approx(unbiased, abs=1e-9)


def test_a_body_that_does_not_rise_does_not_step() -> None:
    assert length_of(np.zeros(100), 50) == 0.0


def test_an_impossible_rise_is_held_at_the_leg() -> None:
    assert length_of(bounce(5.0, 100), -1) == pytest.approx(2.0 * pendulum(LEG_M))


@pytest.mark.parametrize("samples", [1, 2, 3])
def test_contacts_that_nearly_coincide_are_no_stride_and_no_warning(samples: int) -> None:
    lengths = pelvis_stride_lengths_m(np.ones((3, samples)), np.zeros(3, dtype=np.int64), 0.9, PelvisLengthParams())
    assert lengths.shape == (3,)
    assert np.isnan(lengths).all() == (samples == 1)
