"""Comparison with motion capture, on motions whose difference is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from benchmarks import motion_capture
from sensor.samples import FloatArray, Side

ANGLES = st.floats(-180, 180)


def swaying(n: int = 200) -> Rotation:
    """A walk with a half turn in the middle: the heading changes, the body sways about both horizontal axes."""
    phase = np.linspace(0, 20 * np.pi, n)
    heading = 180 / (1 + np.exp(-np.linspace(-20, 20, n)))
    return Rotation.from_euler("ZYX", np.column_stack([heading, 4 * np.sin(phase), 6 * np.cos(phase)]), degrees=True)


@settings(max_examples=20)
@given(ANGLES, st.tuples(ANGLES, st.floats(-80, 80), ANGLES))
def test_heading_and_mounting_are_no_error(heading_deg: float, mounting_deg: tuple[float, float, float]) -> None:
    ours = swaying()
    heading = Rotation.from_euler("z", heading_deg, degrees=True)
    mounting = Rotation.from_euler("ZYX", mounting_deg, degrees=True)
    assert motion_capture.orientation_rms_deg(ours, heading * ours * mounting) < 1e-3


def test_a_sway_that_the_other_lacks_is_its_own_size() -> None:
    ours = swaying()
    phase = np.linspace(0, 20 * np.pi, len(ours))
    more = ours * Rotation.from_euler("X", 3 * np.sin(3 * phase)[:, np.newaxis], degrees=True)
    assert motion_capture.orientation_rms_deg(ours, more) == pytest.approx(3 / np.sqrt(2), rel=0.05)


def leg(flexion_deg: FloatArray, side: Side) -> dict[str, FloatArray]:
    """Joint centres of a leg with a vertical thigh of 0.4 m whose shank of 0.4 m swings back."""
    n, angle = len(flexion_deg), np.radians(flexion_deg)
    points = {
        "hip": np.tile([0.0, 0.1, 0.9], (n, 1)),
        "knee": np.tile([0.0, 0.1, 0.5], (n, 1)),
        "ankle": np.column_stack([-0.4 * np.sin(angle), np.full(n, 0.1), 0.5 - 0.4 * np.cos(angle)]),
    }
    return {f"{joint}_jc_{side}_{axis}": xyz[:, at] for joint, xyz in points.items() for at, axis in enumerate("xyz")}


def test_knee_flexion_from_joint_centres() -> None:
    flexion = np.array([0.0, 15.0, 60.0, 100.0])
    assert motion_capture.knee_flexion_deg(leg(flexion, Side.LEFT), Side.LEFT) == pytest.approx(flexion, abs=1e-6)
