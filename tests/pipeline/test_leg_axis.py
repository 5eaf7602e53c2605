"""The mediolateral axis of a leg sensor: found under any mounting, with a leg that also turns about itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pipeline.mounting.leg_axis import LegAxisParams, leg_axis, segment_matrix, thigh_witness
from sensor.samples import FloatArray
from tests.pipeline.synthetic import motion_of, random_rotation, seconds, turned

RIGHT = np.array([0.0, -1.0, 0.0])  # in segment axes; a forward swing is positive about it


def swinging(axial_deg: float = 0.0, abduction_deg: float = 0.0, duration_s: float = 12.0) -> FloatArray:
    """Shank-to-earth matrices: fast forward swings, slow stances, and turns about the limb and sideways beside them."""
    phase = 2.0 * np.pi * seconds(duration_s) / 1.1
    pitch = -25.0 * np.sin(phase) - 9.0 * np.sin(2.0 * phase)  # about +y: distal end backward +
    return turned(axial_deg * np.sin(phase + 1.0), pitch, abduction_deg * np.sin(2.0 * phase + 0.4))


def angle_deg(a: FloatArray, b: FloatArray) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b, -1.0, 1.0))))


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_it_is_found_under_any_mounting(seed: int) -> None:
    mount = random_rotation(seed)
    motion = motion_of(swinging(axial_deg=8.0, abduction_deg=2.0), mount)
    found = leg_axis(motion.acc.window(0, motion.end), motion.gyr.window(0, motion.end), LegAxisParams())
    assert found is not None
    assert angle_deg(found.axis, mount.T @ RIGHT) < 6.0
    assert found.share > 0.95


@pytest.mark.parametrize("axial_deg", [5.0, 15.0, 30.0])
def test_a_leg_that_turns_about_itself_does_not_tilt_it(axial_deg: float) -> None:
    motion = motion_of(swinging(axial_deg))
    acc, gyr = motion.acc.window(0, motion.end), motion.gyr.window(0, motion.end)
    found = leg_axis(acc, gyr, LegAxisParams())
    assert found is not None
    assert angle_deg(found.axis, RIGHT) < 4.0
    if axial_deg == 30.0:  # what the first principal component alone would have said
        _, vectors = np.linalg.eigh(gyr.T @ gyr)
        assert angle_deg(np.abs(vectors[:, 2]), np.abs(RIGHT)) > 15.0


def test_the_share_tells_a_hinge_from_a_wobble() -> None:
    shares = []
    for abduction_deg in (0.0, 6.0, 12.0):
        motion = motion_of(swinging(abduction_deg=abduction_deg))
        found = leg_axis(motion.acc.window(0, motion.end), motion.gyr.window(0, motion.end), LegAxisParams())
        assert found is not None
        shares.append(found.share)
    assert shares[0] > 0.999
    assert shares == sorted(shares, reverse=True)
    assert shares[2] < 0.9


def test_a_leg_that_hardly_turns_has_no_axis() -> None:
    rng = np.random.default_rng(0)
    acc = np.tile([0.0, 0.0, 9.81], (1000, 1))
    assert leg_axis(acc, rng.normal(0.0, 0.05, (1000, 3)), LegAxisParams()) is None


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("faster_back", [0.0, 3.0])
def test_a_thigh_that_swings_no_faster_forward_than_back_is_told_by_its_lift(faster_back: float, seed: int) -> None:
    """Lifted as it starts forward, braked as it falls; its rate's third moment says nothing, or the opposite."""
    phase = 2.0 * np.pi * seconds(12.0) / 1.1
    pitch = -18.0 * np.sin(phase) + faster_back * np.sin(2.0 * phase)
    lift = np.outer(np.gradient(np.gradient(-pitch)) * 20.0, [0.0, 0.0, 1.0])
    mount = random_rotation(seed)
    motion = motion_of(turned(0.0, pitch, 0.0), mount, acceleration_m_s2=lift)
    acc, gyr = motion.acc.window(0, motion.end), motion.gyr.window(0, motion.end)
    assert thigh_witness(acc, gyr, mount.T @ RIGHT, LegAxisParams()) > 0.3
    assert thigh_witness(acc, gyr, -mount.T @ RIGHT, LegAxisParams()) < -0.3


@given(st.integers(0, 2**32 - 1))
def test_the_segment_matrix_keeps_up_and_is_a_rotation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    up = rng.normal(size=3)
    up /= np.linalg.norm(up)
    axis = np.cross(up, rng.normal(size=3)) + 0.2 * up  # not quite perpendicular
    matrix = segment_matrix(axis / np.linalg.norm(axis), up)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1.0)
    np.testing.assert_allclose(matrix @ up, [0.0, 0.0, 1.0], atol=1e-12)
    right = matrix @ axis
    assert right[1] < 0.0
    assert abs(right[0]) < 1e-12


def test_the_segment_matrix_undoes_a_mounting() -> None:
    mount = Rotation.from_euler("xyz", [40.0, -70.0, 110.0], degrees=True).as_matrix()
    np.testing.assert_allclose(segment_matrix(mount.T @ RIGHT, mount.T @ [0.0, 0.0, 1.0]), mount, atol=1e-12)
