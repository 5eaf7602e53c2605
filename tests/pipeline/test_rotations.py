"""Rotations against an independent implementation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pipeline.signals.rotations import about_z, cross, matrices, product, rotate, unit, upright
from sensor.samples import FloatArray

SEEDS = st.integers(0, 2**32 - 1)


def quaternions(seed: int, n: int = 5) -> tuple[FloatArray, Rotation]:
    """Scalar-first quaternions (n, 4) and what they mean."""
    rotation = Rotation.random(n, random_state=seed)
    return np.asarray(rotation.as_quat()[:, [3, 0, 1, 2]]), rotation


@given(SEEDS)
def test_matrices_and_turned_vectors(seed: int) -> None:
    quats, rotation = quaternions(seed)
    vectors = np.random.default_rng(seed).normal(size=(5, 3))
    np.testing.assert_allclose(matrices(quats), rotation.as_matrix(), atol=1e-12)
    np.testing.assert_allclose(rotate(quats, vectors), rotation.apply(vectors), atol=1e-12)


@given(SEEDS)
def test_product_turns_by_the_second_first(seed: int) -> None:
    quats, rotation = quaternions(seed)
    found = Rotation.from_quat(product(quats[0], quats)[:, [1, 2, 3, 0]])
    np.testing.assert_allclose(found.as_matrix(), (rotation[0] * rotation).as_matrix(), atol=1e-12)


@given(SEEDS)
def test_cross_products(seed: int) -> None:
    first, second = np.random.default_rng(seed).normal(size=(2, 7, 3))
    np.testing.assert_allclose(cross(first, second), np.cross(first, second), atol=1e-14)


@pytest.mark.parametrize(
    "up", [(0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (1e-9, 0.0, -1.0), (1.0, 0.0, 0.0), (0.3, -0.5, -0.8)]
)
def test_upright_is_the_least_rotation_onto_z(up: tuple[float, float, float]) -> None:
    matrix = upright(np.array(up))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(matrix) == pytest.approx(1.0)
    np.testing.assert_allclose(matrix @ unit(np.array(up)), [0.0, 0.0, 1.0], atol=1e-8)
    needed = np.arccos(np.clip(unit(np.array(up))[2], -1.0, 1.0))
    assert Rotation.from_matrix(matrix).magnitude() == pytest.approx(needed, abs=1e-6)


@given(SEEDS)
def test_upright_of_any_direction(seed: int) -> None:
    up = unit(np.random.default_rng(seed).normal(size=3))
    np.testing.assert_allclose(upright(3.0 * up) @ up, [0.0, 0.0, 1.0], atol=1e-9)


def test_about_z_is_counter_clockwise_from_above() -> None:
    np.testing.assert_allclose(about_z(np.pi / 2) @ [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], atol=1e-15)
