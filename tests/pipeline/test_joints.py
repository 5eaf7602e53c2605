"""Knee flexion from two inclinations: size, sign, any mounting and heading, gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.angles.joints import Inclination, KneeFlexion, inclination
from pipeline.signals.bridging import Trust
from sensor.samples import FloatArray
from tests.pipeline.synthetic import motion_of, pieces, random_rotation, seconds, turned


def leg(
    thigh_deg: FloatArray,
    shank_deg: FloatArray,
    seeds: tuple[int, int] | None = None,
    headings_deg: tuple[float, float] = (0.0, 0.0),
    trust: FloatArray | None = None,
    cuts: tuple[int, ...] = (),
) -> FloatArray:
    """Knee flexion (n,), deg, of a leg whose segments pitch by the given angles, distal end backward +."""
    mounts = [np.eye(3) if seeds is None else random_rotation(seed) for seed in seeds or (0, 0)]
    thigh = motion_of(turned(headings_deg[0], thigh_deg, 0.0), mounts[0], trust=trust)
    shank = motion_of(turned(headings_deg[1], shank_deg, 0.0), mounts[1])
    limbs = Inclination(thigh, mounts[0], 0), Inclination(shank, mounts[1], 0)
    stage = KneeFlexion(*limbs)
    for part in pieces(len(thigh_deg), cuts):
        for each in (*limbs, stage):
            each.advance(part.stop)
    return stage.flexion.window(0, stage.flexion.end)


def test_heel_towards_the_seat_is_flexion() -> None:
    """Thigh upright, shank's distal end 60 degrees backward: the knee is bent by 60 degrees."""
    shank = turned(0.0, np.full(10, 60.0), 0.0)
    ankle = shank[0] @ np.array([0.0, 0.0, -0.4])
    assert ankle[0] < 0.0
    np.testing.assert_allclose(leg(np.zeros(10), np.full(10, 60.0)), 60.0, atol=1e-9)


def test_a_lifted_thigh_with_a_hanging_shank_is_flexion_too() -> None:
    np.testing.assert_allclose(leg(np.full(10, -80.0), np.zeros(10)), 80.0, atol=1e-9)


def test_a_straight_leg_that_swings_is_not() -> None:
    swing = 30.0 * np.sin(2.0 * np.pi * seconds(3.0))
    np.testing.assert_allclose(leg(swing, swing), 0.0, atol=1e-9)


def test_inclination_is_positive_with_the_distal_end_forward() -> None:
    pitch = np.array([-25.0, 0.0, 10.0])
    found = np.degrees(inclination(motion_of(turned(0.0, pitch, 0.0)), np.eye(3), 0, 3))
    np.testing.assert_allclose(found, -pitch, atol=1e-9)


@settings(max_examples=20)
@given(st.tuples(st.integers(0, 2**31), st.integers(0, 2**31)), st.tuples(st.floats(-180, 180), st.floats(-180, 180)))
def test_neither_mounting_nor_heading_matters(seeds: tuple[int, int], headings_deg: tuple[float, float]) -> None:
    t = seconds(3.0)
    thigh, shank = 20.0 * np.sin(6.0 * t), 35.0 + 30.0 * np.sin(6.0 * t + 1.0)
    np.testing.assert_allclose(leg(thigh, shank, seeds, headings_deg), shank - thigh, atol=1e-6)


@settings(max_examples=30)
@given(st.integers(0, 900), st.integers(1, 300), st.lists(st.integers(0, 1000), max_size=8).map(tuple))
def test_a_gap_withholds_itself_and_nothing_more_in_any_pieces(start: int, length: int, cuts: tuple[int, ...]) -> None:
    trust = np.zeros(1000)
    trust[start : start + length] = Trust.WITHHELD
    found = leg(np.zeros(1000), np.full(1000, 20.0), trust=trust, cuts=cuts)
    np.testing.assert_array_equal(np.isnan(found), trust == Trust.WITHHELD)


def test_bridged_samples_are_used() -> None:
    trust = np.zeros(300)
    trust[100:110] = Trust.BRIDGED
    assert np.isfinite(leg(np.zeros(300), np.zeros(300), trust=trust)).all()


@pytest.mark.parametrize("flexion_deg", [0.0, 5.0, 65.0, 120.0])
def test_the_whole_range_of_a_knee(flexion_deg: float) -> None:
    np.testing.assert_allclose(leg(np.full(5, -30.0), np.full(5, flexion_deg - 30.0)), flexion_deg, atol=1e-9)
