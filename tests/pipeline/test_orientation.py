"""A sensor's motion: true to the vertical, the same in any pieces, itself again after a gap."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.angles.orientation import Motion, OrientationParams
from pipeline.signals.bridging import Trust
from pipeline.signals.rotations import matrices
from sensor.samples import BoolArray, FloatArray
from tests.pipeline.synthetic import motion_of, pieces, random_rotation, turned

N = 3000


@cache
def swinging() -> tuple[FloatArray, FloatArray]:
    """Body-to-earth matrices (n, 3, 3) of a limb, and what its sensor feels (n, 6), with the push of every step."""
    phase = 2.0 * np.pi * np.arange(N) / 110.0
    pitch = np.where(np.arange(N) < 330, 0.0, 25.0 * np.sin(phase))
    body = turned(np.linspace(0.0, 60.0, N), pitch, np.asarray(4.0 * np.sin(2.0 * phase)))
    push = np.stack((3.0 * np.sin(phase), np.cos(2.0 * phase), 2.0 * np.sin(2.0 * phase)), axis=1)
    push[:330] = 0.0
    motion = motion_of(body, acceleration_m_s2=push)
    return body, np.concatenate((motion.acc.window(0, N), motion.gyr.window(0, N)), axis=1)


def holed(*gaps: tuple[int, int]) -> tuple[FloatArray, BoolArray]:
    samples, valid = swinging()[1].copy(), np.ones(N, dtype=bool)
    for start, length in gaps:
        valid[start : start + length] = False
    samples[~valid] = np.nan
    return samples, valid


def sensed(samples: FloatArray, valid: BoolArray, cuts: tuple[int, ...] = ()) -> Motion:
    motion = Motion()
    for part in pieces(len(valid), cuts):
        motion.push(samples[part], valid[part])
    motion.finish()
    return motion


def lean_error_deg(motion: Motion, mount: FloatArray | None = None, first: int = 0) -> FloatArray:
    """Angle (n,) between where the motion, of samples from ``first`` on, sees the vertical and where it is."""
    sensor = swinging()[0][first:] @ (np.eye(3) if mount is None else mount)
    found = matrices(motion.quat.window(0, N - first))[:, 2]
    return np.asarray(np.degrees(np.arccos(np.clip((found * sensor[:, 2]).sum(axis=1), -1.0, 1.0))))


def test_the_vertical_is_found_and_kept() -> None:
    assert lean_error_deg(sensed(*holed())).max() < 2.5


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_mounting_does_not_matter(seed: int) -> None:
    mount = random_rotation(seed)
    samples = np.concatenate((swinging()[1][:, :3] @ mount, swinging()[1][:, 3:] @ mount), axis=1)
    turned_sensor = sensed(samples, np.ones(N, dtype=bool))
    np.testing.assert_allclose(lean_error_deg(turned_sensor, mount), lean_error_deg(sensed(*holed())), atol=0.1)


@pytest.mark.parametrize("first", [1500, 1533, 1577])
def test_a_recording_that_begins_in_walking_has_the_vertical_at_once(first: int) -> None:
    """One sample of acceleration is off the vertical by up to 20 degrees there."""
    samples = swinging()[1][first:]
    assert lean_error_deg(sensed(samples, np.ones(len(samples), dtype=bool)), first=first).max() < 2.0


def test_a_bias_that_no_standing_shows_is_learned_before_the_first_sample() -> None:
    """With 3 s of looking ahead and no bias from it, the first ten seconds were off by 2.5 degrees."""
    samples = swinging()[1][1533:].copy()
    samples[:, 3:] += [0.015, -0.015, 0.0]
    error = lean_error_deg(sensed(samples, np.ones(len(samples), dtype=bool)), first=1533)
    assert np.sqrt((error[:1000] ** 2).mean()) < 1.5


def test_a_start_waits_until_it_can_look_ahead_and_not_longer() -> None:
    samples, valid = holed((0, 20), (1300, 50))
    params = OrientationParams()
    first, later = round(100 * params.first_s), round(100 * params.tau_acc_s)
    motion, known = Motion(), []
    for at in range(1800):
        motion.push(samples[at : at + 1], valid[at : at + 1])
        known.append(motion.end)
    assert known[20 + first - 2 : 20 + first] == [20, 20 + first]
    assert known[20 + first : 1300] == list(range(20 + first + 1, 1301))
    assert known[1350 + later - 2 : 1350 + later] == [1350, 1350 + later]
    assert known[-1] == 1800


def test_a_first_stretch_that_is_cut_short_does_not_make_the_next_wait_as_long() -> None:
    samples, valid = holed((150, 30))
    motion, later = Motion(), round(100 * OrientationParams().tau_acc_s)
    motion.push(samples[: 180 + later], valid[: 180 + later])
    assert motion.end == 180 + later


class TestAfterAGap:
    @pytest.mark.parametrize("length", [15, 40, 60, 200, 700])
    def test_the_vertical_is_known_at_once(self, length: int) -> None:
        error = lean_error_deg(sensed(*holed((1500, length))))
        assert error[:1500].max() < 2.0
        assert error[1500 + length :].max() < 2.0

    def test_what_was_known_of_the_gyroscope_is_kept(self) -> None:
        samples, valid = holed((1500, 120))
        samples[:, 3:] += [0.015, -0.015, 0.01]  # a degree a second, learned in standing
        error = lean_error_deg(sensed(samples, valid))
        assert np.sqrt((error[1720:2400] ** 2).mean()) < 2.5

    @pytest.mark.parametrize("seed", [0, 1])
    def test_mounting_does_not_matter_there_either(self, seed: int) -> None:
        mount = random_rotation(seed)
        samples, valid = holed((900, 15), (1500, 60), (2000, 30))
        other = np.concatenate((samples[:, :3] @ mount, samples[:, 3:] @ mount), axis=1)
        ours, theirs = lean_error_deg(sensed(other, valid), mount), lean_error_deg(sensed(samples, valid))
        np.testing.assert_allclose(ours[valid], theirs[valid], atol=0.3)

    def test_the_heading_goes_on(self) -> None:
        samples, valid = holed((1500, 60))
        rotation = matrices(sensed(samples, valid).quat.window(0, N))
        heading = np.unwrap(np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0]))
        assert np.abs(np.diff(heading)[1490:1580]).max() < np.radians(20.0)

    def test_a_short_gap_is_nothing(self) -> None:
        error = lean_error_deg(sensed(*holed((1500, 5))))
        assert error.max() < 3.0


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, N), st.integers(1, 200)), max_size=4),
    st.lists(st.integers(0, N), max_size=8).map(tuple),
)
def test_any_pieces_give_the_same_bits(gaps: list[tuple[int, int]], cuts: tuple[int, ...]) -> None:
    samples, valid = holed(*gaps)
    whole, found = sensed(samples, valid), sensed(samples, valid, cuts)
    for series in ("acc", "gyr", "quat", "trust"):
        ours, theirs = getattr(found, series), getattr(whole, series)
        assert (ours.start, ours.end) == (theirs.start, theirs.end) == (0, N)
        np.testing.assert_array_equal(ours.window(0, N), theirs.window(0, N))
    np.testing.assert_allclose(np.linalg.norm(whole.quat.window(0, N), axis=1), 1.0, atol=1e-6)
    assert (whole.trust.window(0, N)[valid] == Trust.SAMPLE).all()


class TestDead:
    ones = np.ones((200, 6))
    noise = np.random.default_rng(0).normal(size=(200, 6))

    def found(self, samples: FloatArray, valid: BoolArray | None = None, cuts: tuple[int, ...] = ()) -> bool:
        return sensed(samples, np.ones(len(samples), dtype=bool) if valid is None else valid, cuts).dead

    def test_a_sensor_that_measures_has_noise(self) -> None:
        assert not self.found(self.noise)

    @pytest.mark.parametrize("half", [slice(0, 3), slice(3, 6), slice(0, 6)])
    def test_one_half_that_never_changes_is_enough(self, half: slice) -> None:
        samples = self.noise.copy()
        samples[:, half] = 7.0
        assert self.found(samples)
        assert self.found(samples, cuts=(1, 2, 150))

    def test_one_channel_that_never_changes_is_not(self) -> None:
        samples = self.noise.copy()
        samples[:, 1] = 0.0
        assert not self.found(samples)

    def test_without_samples_nothing_is_known(self) -> None:
        assert not self.found(np.full((200, 6), np.nan), np.zeros(200, dtype=bool))
        assert self.found(self.ones)
