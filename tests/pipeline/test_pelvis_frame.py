"""The pelvis' axes: found on a pelvis that moves by formula, from sensors mounted and heading in any way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pipeline.angles.orientation import Motion
from pipeline.mounting.forward import Swap
from pipeline.mounting.pelvis_frame import (
    LevelMotion,
    PelvisFrame,
    PelvisFrameParams,
    level,
    pelvis_frame,
    relative_heading,
    with_unseen_leg,
)
from pipeline.signals.rotations import about_z, unit
from sensor.samples import HIPS, BoolArray, FloatArray, Placement, Side
from tests.pipeline.synthetic import motion_of, random_rotation, seconds, turned

LEFT, RIGHT, SACRUM = *HIPS, Placement.SACRUM
STRIDE = 110.0
T = seconds(24.0)
PHASE = 2.0 * np.pi * 100.0 * T / STRIDE
STANDING = 300
CONTACTS = [(round(330.0 + 55.0 * k), Side.LEFT if k % 2 == 0 else Side.RIGHT) for k in range(36)]
LEVERS = {LEFT: 0.14, RIGHT: -0.14, SACRUM: 0.0}


def walking() -> BoolArray:
    return np.arange(len(T)) >= STANDING


def pelvis(heading_deg: float = 0.0) -> tuple[FloatArray, FloatArray]:
    """Pelvis-to-earth matrices and acceleration (n, 3) in axes ahead, left, up; left contact at phase 0."""
    on = walking()[:, None]
    ahead = 1.6 * -np.sin(2.0 * PHASE - 0.6)
    left = -1.2 * np.sin(PHASE)  # to the right while the left leg stands
    up = 2.0 * np.cos(2.0 * PHASE - 0.6)
    yaw = 6.0 * np.cos(PHASE) * on[:, 0]
    to_earth = turned(heading_deg + yaw, 2.0 * np.sin(2.0 * PHASE) * on[:, 0], 3.0 * np.sin(PHASE) * on[:, 0])
    return to_earth, np.stack((ahead, left, up), axis=1) * on


def worn(
    mounts: dict[Placement, FloatArray], headings_deg: dict[Placement, float] | None = None
) -> dict[Placement, Motion]:
    """What sensors on the one pelvis feel, each with an orientation filter that has its own north."""
    motions = {}
    for placement, mount in mounts.items():
        heading = (headings_deg or {}).get(placement, 0.0)
        to_earth, acceleration = pelvis(heading)
        yaw = np.radians(6.0 * np.cos(PHASE) * walking())
        lever = -LEVERS[placement] * np.gradient(np.gradient(yaw, 0.01), 0.01)
        felt = acceleration + np.outer(lever, [1.0, 0.0, 0.0])
        motions[placement] = motion_of(to_earth, mount, acceleration_m_s2=felt @ about_z(np.radians(heading)).T)
    return motions


def calibrated(motions: dict[Placement, Motion], contacts: list[tuple[int, Side]]) -> PelvisFrame:
    n = len(T)
    up = {p: unit(m.acc.window(0, STANDING).mean(axis=0)) for p, m in motions.items()}
    levelled = {
        p: level(m.acc.window(0, n), m.quat.window(0, n), m.gyr.window(0, n), up[p]) for p, m in motions.items()
    }
    return pelvis_frame(levelled, up, walking(), contacts, STRIDE, PelvisFrameParams())


def error_deg(found: FloatArray, mount: FloatArray) -> float:
    """Angle between the calibration found and the sensor-to-pelvis rotation that is true."""
    return float(np.degrees(Rotation.from_matrix(found @ mount.T).magnitude()))


SETS = [(SACRUM,), (LEFT, RIGHT), (LEFT, RIGHT, SACRUM), (RIGHT,)]


@pytest.mark.parametrize("placements", SETS)
@pytest.mark.parametrize("contacts", [CONTACTS, []], ids=["knees", "alone"])
@settings(max_examples=4)
@given(seed=st.integers(0, 2**31), north=st.floats(-180.0, 180.0))
def test_the_mounting_comes_back(
    placements: tuple[Placement, ...], contacts: list[tuple[int, Side]], seed: int, north: float
) -> None:
    mounts = {p: random_rotation(seed + k) for k, p in enumerate(placements)}
    found = calibrated(worn(mounts, {p: north + 77.0 * k for k, p in enumerate(placements)}), contacts)
    for placement, mount in mounts.items():
        assert error_deg(found.to_pelvis[placement], mount) < 5.0, placement
    assert found.swap is Swap.NONE
    assert found.sided_by_knees == bool(contacts)
    assert found.anisotropy > 5.0


def test_upside_down_is_a_mounting_like_any_other() -> None:
    mounts = {LEFT: np.diag([1.0, -1.0, -1.0]), RIGHT: np.diag([-1.0, 1.0, -1.0])}
    found = calibrated(worn(mounts), CONTACTS)
    assert max(error_deg(found.to_pelvis[p], mounts[p]) for p in mounts) < 5.0


@pytest.mark.parametrize(
    ("exchange_knees", "exchange_hips", "swap"),
    [(False, False, Swap.NONE), (True, False, Swap.KNEES), (False, True, Swap.HIPS)],
)
def test_swapped_labels_are_seen_and_forward_stays_forward(
    exchange_knees: bool, exchange_hips: bool, swap: Swap
) -> None:
    mounts = {LEFT: random_rotation(1), RIGHT: random_rotation(2)}
    motions = worn(mounts)
    if exchange_hips:
        motions = {p: motions[p.mirrored] for p in motions}
        mounts = {p: mounts[p.mirrored] for p in mounts}
    contacts = [(at, side.other) for at, side in CONTACTS] if exchange_knees else CONTACTS
    found = calibrated(motions, contacts)
    assert found.swap is swap
    assert max(error_deg(found.to_pelvis[p], mounts[p]) for p in mounts) < 5.0


@pytest.mark.parametrize("first", [0, 1])
def test_one_leg_is_enough_to_tell_left_from_right(first: int) -> None:
    """Against the push of the acceleration too: an uneven walk turns that round, and left and right with it."""
    mount, contacts = random_rotation(3), CONTACTS[first::2]
    found = calibrated(worn({SACRUM: mount}), contacts)
    assert error_deg(found.to_pelvis[SACRUM], mount) < 5.0
    assert found.sided_by_knees
    round_about = calibrated(worn({SACRUM: mount}), [(at, side.other) for at, side in contacts])
    assert error_deg(round_about.to_pelvis[SACRUM], mount) > 175.0


def test_the_leg_without_a_sensor_lands_half_way_but_not_in_a_missed_stride() -> None:
    left = [(100, Side.LEFT), (210, Side.LEFT), (430, Side.LEFT), (540, Side.LEFT)]
    assert with_unseen_leg(left, STRIDE) == [
        (100, Side.LEFT), (155, Side.RIGHT), (210, Side.LEFT), (430, Side.LEFT), (485, Side.RIGHT), (540, Side.LEFT),
    ]  # fmt: skip
    assert with_unseen_leg(CONTACTS, STRIDE) == CONTACTS
    assert with_unseen_leg([], STRIDE) == []


def test_a_pelvis_pushed_alike_all_round_has_no_clear_forward() -> None:
    push = np.stack((np.cos(2.0 * PHASE), np.sin(2.0 * PHASE), np.cos(2.0 * PHASE)), axis=1) * walking()[:, None]
    motion = motion_of(turned(0.0, 0.0, np.zeros(len(T))), acceleration_m_s2=push)
    assert calibrated({SACRUM: motion}, []).anisotropy < 1.2


@pytest.mark.parametrize("angle_rad", [-3.1, -1.5, 0.0, 0.2, 3.0])
def test_two_sensors_are_turned_onto_each_other(angle_rad: float) -> None:
    gyr, acc = level_of(worn({SACRUM: np.eye(3)})[SACRUM])
    turn = about_z(-angle_rad)
    one, other = LevelMotion(gyr, acc), LevelMotion(gyr @ turn.T, acc @ turn.T)
    assert relative_heading(one, other, PelvisFrameParams()) == pytest.approx(angle_rad, abs=1e-9)


def test_level_motion_is_free_of_gravity_tilt_and_heading() -> None:
    motions = [worn({SACRUM: random_rotation(5)}, {SACRUM: north})[SACRUM] for north in (20.0, 160.0)]
    (gyr_a, acc_a), (gyr_b, acc_b) = map(level_of, motions)
    assert np.abs(acc_a[: STANDING - 2]).max() < 1e-2
    assert acc_a[STANDING:, 2].mean() == pytest.approx(0.0, abs=0.1)
    np.testing.assert_allclose(gyr_a, gyr_b, atol=1e-6)
    np.testing.assert_allclose(acc_a[:, 2], acc_b[:, 2], atol=1e-6)


def level_of(motion: Motion) -> tuple[FloatArray, FloatArray]:
    n = len(T)
    up = unit(motion.acc.window(0, STANDING).mean(axis=0))
    found = level(motion.acc.window(0, n), motion.quat.window(0, n), motion.gyr.window(0, n), up)
    return found.gyr, found.acc
