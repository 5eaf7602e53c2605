"""Comparison with motion capture, on motions whose difference is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from benchmarks import motion_capture
from pipeline.result import KneeSeries, PelvisSeries
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


def test_the_inclination_ignores_heading_and_mounting_but_not_sway() -> None:
    n = 400
    time_s, phase = np.arange(n) / 100, np.linspace(0, 20 * np.pi, n)
    tilt, obliquity = 4 * np.sin(phase), 6 * np.cos(phase)
    heading = np.linspace(0, 400, n)
    body = Rotation.from_euler("ZYX", np.column_stack([heading, tilt, obliquity]), degrees=True)
    quaternions = (body * Rotation.from_euler("ZYX", (100, 20, -30), degrees=True)).as_quat()
    mocap = {"time_s": time_s} | {f"pelvis_q_{part}": quaternions[:, at] for at, part in enumerate("xyzw")}
    same = PelvisSeries(time_s, tilt, obliquity, np.zeros(n))
    less = PelvisSeries(time_s, tilt, obliquity - 2 * np.sin(3 * phase), np.zeros(n))
    assert motion_capture.inclination_rms_deg(same, mocap) < 1e-3
    assert motion_capture.inclination_rms_deg(less, mocap) == pytest.approx(2 / np.sqrt(2), rel=0.05)
    empty = PelvisSeries(*[np.array([])] * 4)
    assert np.isnan(motion_capture.inclination_rms_deg(empty, mocap))


def test_knee_flexion_is_compared_where_both_exist() -> None:
    time_s = np.arange(100) / 100
    truth = 30 + 20 * np.sin(time_s)
    left = np.where(time_s < 0.5, truth + 4, np.nan)
    series = KneeSeries(time_s + 0.2, left, np.full(100, np.nan))
    assert motion_capture.knee_rms_deg(series, Side.LEFT, time_s + 0.2, truth) == pytest.approx(4.0)
    assert motion_capture.knee_rms_deg(series, Side.LEFT, time_s + 0.2, truth, free_zero=True) == pytest.approx(0.0)
    assert np.isnan(motion_capture.knee_rms_deg(series, Side.RIGHT, time_s, truth))
    assert np.isnan(motion_capture.knee_rms_deg(None, Side.LEFT, time_s, truth))


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


def test_the_other_sides_joints_do_not_matter() -> None:
    both = leg(np.array([30.0]), Side.LEFT) | leg(np.array([70.0]), Side.RIGHT)
    assert motion_capture.knee_flexion_deg(both, Side.RIGHT) == pytest.approx([70.0], abs=1e-6)
