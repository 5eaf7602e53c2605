"""The hip's muscles: the published geometry, moment arms as derivatives of length, sharing as the optimum it claims."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import nnls

from models.strain.hip_muscles import MUSCLES, PIRIFORMIS, Muscle, hip_axes, path, shared
from sensor.samples import FloatArray

BY_NAME = {muscle.name: muscle for muscle in MUSCLES}

# flexion, adduction, internal rotation in degrees; length and moment arms in mm: the check table of the design notes
CHECKS = [
    ("piriformis", (0, 0, 0), 136.3, (-9.1, -19.8, -29.2)),
    ("piriformis", (30, 0, 0), 141.7, (-10.7, -28.2, -14.5)),
    ("piriformis", (0, 8, 0), 138.9, (-12.3, -17.5, -29.2)),
    ("piriformis", (0, 0, 10), 141.3, (-5.1, -19.5, -27.0)),
    ("piriformis", (10, 8, 5), 143.2, (-10.3, -21.0, -23.8)),
    ("piriformis", (60, 0, 0), 147.1, (-9.5, -28.3, 1.4)),
    ("piriformis", (90, 0, 0), 151.2, (-6.0, -21.3, 14.7)),
    ("gemelli", (0, 0, 0), 64.4, (1.3, 11.6, -32.0)),
    ("quadratus femoris", (0, 0, 0), 69.6, (4.3, 42.0, -40.2)),
    ("gluteus medius middle", (0, 0, 0), 131.2, (-22.4, -44.1, -7.3)),
]
ANGLES = st.tuples(st.floats(-20, 90), st.floats(-15, 15), st.floats(-20, 20))


def radians(*degrees: float) -> FloatArray:
    return np.asarray(np.deg2rad(np.array(degrees, dtype=float))[:, None])


@pytest.mark.parametrize(("name", "degrees", "length_mm", "arms_mm"), CHECKS)
def test_geometry_is_the_published_one(
    name: str, degrees: tuple[float, ...], length_mm: float, arms_mm: tuple[float, ...]
) -> None:
    length, arms = path(BY_NAME[name], radians(*degrees))
    assert 1e3 * length[0] == pytest.approx(length_mm, abs=0.06)
    assert 1e3 * arms[:, 0] == pytest.approx(arms_mm, abs=0.06)


@given(ANGLES, st.sampled_from(MUSCLES))
def test_moment_arms_are_minus_the_derivative_of_length(degrees: tuple[float, ...], muscle: Muscle) -> None:
    at, step = radians(*degrees), 1e-6
    _, arms = path(muscle, at)
    for axis in range(3):
        nudge = np.zeros((3, 1))
        nudge[axis] = step
        ahead, behind = (path(muscle, at + sign * nudge)[0][0] for sign in (1, -1))
        assert arms[axis, 0] == pytest.approx(-(ahead - behind) / (2 * step), abs=1e-6)


def test_axes_are_the_models_in_the_neutral_pose() -> None:
    assert hip_axes(radians(0, 0, 0))[:, :, 0] == pytest.approx(np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]]))


def test_a_moved_origin_changes_the_path_and_nothing_else() -> None:
    moved = PIRIFORMIS.moved((0.0, -0.005, 0.0))
    assert moved.strongest_n == PIRIFORMIS.strongest_n
    assert path(moved, radians(0, 0, 0))[0] != path(PIRIFORMIS, radians(0, 0, 0))[0]


def test_sharing_is_the_non_negative_least_squares_optimum() -> None:
    draw = np.random.default_rng(0)
    capacity = 0.3 * draw.normal(size=(2, 9, 60))
    moment = draw.normal(size=(2, 60))
    found = shared(capacity, moment, softness=1e-3)
    for i in range(60):
        stacked = np.vstack([np.eye(9), capacity[:, :, i] / np.sqrt(1e-3)])
        expected, _ = nnls(stacked, np.concatenate([np.zeros(9), moment[:, i] / np.sqrt(1e-3)]))
        assert found[:, i] == pytest.approx(expected, abs=1e-9)


def test_no_load_needs_no_muscle() -> None:
    assert not shared(np.ones((2, 9, 3)), np.zeros((2, 3))).any()


def test_abduction_is_borne_by_abductors_and_the_piriformis_helps() -> None:
    """Standing on one leg: 60 N m of abduction and nothing about the axis of rotation."""
    arms = np.array([muscle.strongest_n * path(muscle, radians(0, 0, 0))[1][1:, 0] for muscle in MUSCLES])
    activation = dict(zip(BY_NAME, shared(arms.T[:, :, None] / 60.0, np.array([[-1.0], [0.0]]))[:, 0], strict=True))
    assert activation["quadratus femoris"] == 0.0  # it adducts
    assert 0.05 < activation["piriformis"] < activation["gluteus medius middle"] < 1.0
