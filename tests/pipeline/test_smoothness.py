"""Regularity and harmonic ratios on signals whose harmonics are known, and the acceleration they are read from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.angles.level_acceleration import LevelAcceleration, level_acceleration
from pipeline.signals.bridging import Trust
from pipeline.signals.rotations import about_z
from pipeline.signals.timeline import Series
from pipeline.strides.smoothness import Smoothness, SmoothnessParams, harmonic_ratios, likeness, smoothness
from sensor.samples import FloatArray, Placement
from tests.pipeline.synthetic import motion_of, pieces, random_rotation, turned

PARAMS = SmoothnessParams()
HIP, OTHER = Placement.HIP_LEFT, Placement.HIP_RIGHT


def harmonics(n: int, **amplitudes: float) -> FloatArray:
    """One stride of n samples with the given harmonics (h1, h2, ...) of random phase."""
    t, rng = np.arange(n) / n, np.random.default_rng(0)
    parts = [a * np.cos(2.0 * np.pi * int(k[1:]) * t + rng.uniform(0.0, 6.0)) for k, a in amplitudes.items()]
    return np.asarray(sum(parts, np.zeros(n)))


def ratio(signal: FloatArray) -> float:
    return float(harmonic_ratios(signal[None, :, None], PARAMS)[0, 0])


def alike(first: FloatArray, second: FloatArray) -> float:
    return float(likeness(first[None], second[None])[0])


def series(values: FloatArray) -> Series:
    made = Series(values.shape[1])
    made.append(values)
    return made


def of_cycles(acceleration: FloatArray, *cycles: tuple[int, int, int, int]) -> Smoothness:
    """Smoothness of cycles given by begin, middle, end, and the end of the next."""
    begin, middle, end, following = np.array(cycles).T
    return smoothness(series(acceleration), begin, middle, end, following, PARAMS)


class TestHarmonicRatio:
    @pytest.mark.parametrize("n", [80, 110, 173])
    def test_is_what_both_steps_share_over_what_they_do_not(self, n: int) -> None:
        first = harmonics(n, h1=0.5, h2=4.0, h3=0.5, h4=1.0)
        second = harmonics(n, h1=2.0, h2=1.0)
        both = np.stack((first, second), axis=1)
        assert harmonic_ratios(both[None], PARAMS)[0] == pytest.approx([5.0, 0.5], rel=1e-6)

    def test_offset_size_and_start_do_not_matter(self) -> None:
        signal = harmonics(120, h1=1.0, h2=3.0)
        changed = 7.0 * np.roll(signal, 31) + 9.81
        assert ratio(changed) == pytest.approx(3.0, rel=1e-6)

    def test_the_twentieth_harmonic_is_the_last(self) -> None:
        signal = harmonics(120, h1=1.0, h2=3.0)
        faster = harmonics(120, h1=1.0, h2=3.0, h21=50.0)
        assert ratio(faster) == pytest.approx(ratio(signal), rel=1e-6)


class TestLikeness:
    def test_opposite_unrelated_and_still(self) -> None:
        wave = np.sin(np.linspace(0.0, 2.0 * np.pi, 100))
        assert alike(wave, -wave) == pytest.approx(-1.0)
        assert alike(wave, np.cos(np.linspace(0.0, 2.0 * np.pi, 100))) == pytest.approx(0.0, abs=0.02)
        assert np.isnan(alike(wave, np.ones(100)))


class TestOfACycle:
    @given(st.integers(45, 200), st.integers(45, 200))
    def test_pace_is_no_irregularity(self, n: int, m: int) -> None:
        waves = np.concatenate([np.sin(2.0 * np.pi * np.linspace(0.0, 1.0, size)) for size in (n, m)])
        found = of_cycles(np.column_stack([waves] * 3), (0, -1, n, n + m))
        assert found.stride_regularity[0] == pytest.approx(1.0, abs=0.01)

    def test_equal_steps_are_regular_and_a_limp_is_not(self) -> None:
        step = np.column_stack([harmonics(55, h1=2.0, h2=1.0)] * 3)
        even = of_cycles(np.concatenate([step] * 4), (0, 55, 110, 220))
        limp = of_cycles(np.concatenate([step, np.roll(step, 14, axis=0)] * 2), (0, 55, 110, 220))
        assert even.step_regularity[0] == pytest.approx(1.0)
        assert even.stride_regularity[0] == pytest.approx(1.0)
        assert limp.step_regularity[0] < 0.7
        assert limp.stride_regularity[0] == pytest.approx(1.0)
        assert limp.harmonic_ratio_vertical[0] < 0.2 * even.harmonic_ratio_vertical[0]

    def test_without_a_next_cycle_or_the_other_foot_the_rest_remains(self) -> None:
        cycle = np.column_stack([harmonics(110, h1=1.0, h2=2.0)] * 3)
        found = of_cycles(cycle, (0, -(2**31), 110, 110))
        assert np.isnan([found.stride_regularity, found.step_regularity]).all()
        assert found.harmonic_ratio_vertical[0] == pytest.approx(2.0)
        assert found.harmonic_ratio_forward[0] == pytest.approx(2.0)
        assert found.harmonic_ratio_sideways[0] == pytest.approx(0.5)

    def test_a_gap_takes_the_cycles_that_it_touches(self) -> None:
        walk = np.column_stack([harmonics(880, h8=1.0, h16=2.0)] * 3)
        walk[300, 1] = np.nan
        cycles = [(110 * k, 110 * k + 55, 110 * k + 110, 110 * k + 220) for k in range(7)]
        assert np.flatnonzero(np.isnan(of_cycles(walk, *cycles).harmonic_ratio_vertical)).tolist() == [1, 2]

    @settings(max_examples=25)
    @given(st.lists(st.tuples(st.integers(0, 300), st.integers(41, 130), st.integers(0, 130)), min_size=2, max_size=8))
    def test_a_cycle_is_the_same_bits_in_any_company(self, found: list[tuple[int, int, int]]) -> None:
        walk = np.random.default_rng(1).normal(size=(600, 3))
        cycles = [(at, at + length // 2, at + length, at + length + more) for at, length, more in found]
        together, alone = of_cycles(walk, *cycles), [of_cycles(walk, cycle) for cycle in cycles]
        for name in Smoothness.__slots__:
            np.testing.assert_array_equal(getattr(together, name), np.concatenate([getattr(a, name) for a in alone]))


class TestLevelAcceleration:
    n = 300
    push = np.column_stack([harmonics(300, h4=1.0), harmonics(300, h2=2.0), harmonics(300, h6=3.0)])

    @settings(max_examples=15)
    @given(st.integers(0, 2**31), st.floats(-180.0, 180.0), st.floats(-15.0, 15.0), st.floats(-15.0, 15.0))
    def test_is_ahead_left_and_up_however_worn_headed_and_tilted(
        self, seed: int, heading_deg: float, pitch_deg: float, roll_deg: float
    ) -> None:
        mounts = {HIP: random_rotation(seed), OTHER: random_rotation(seed + 1)}
        body = turned(np.full(self.n, heading_deg), pitch_deg, 0.0)
        in_earth = self.push @ about_z(np.radians(heading_deg)).T
        motions = {p: motion_of(body, mount, acceleration_m_s2=in_earth) for p, mount in mounts.items()}
        found = level_acceleration(motions, mounts, 0, self.n)
        np.testing.assert_allclose(found, self.push, atol=1e-9)
        rolled = motion_of(turned(np.full(self.n, heading_deg), 0.0, roll_deg), acceleration_m_s2=in_earth)
        np.testing.assert_allclose(level_acceleration({HIP: rolled}, {HIP: np.eye(3)}, 0, self.n), self.push, atol=1e-9)

    @settings(max_examples=30)
    @given(st.lists(st.integers(0, 300), max_size=8), st.integers(0, 299), st.integers(1, 60))
    def test_any_pieces_give_the_same_bits_and_a_gap_is_missing(self, cuts: list[int], start: int, length: int) -> None:
        trust = np.zeros(self.n)
        trust[start : start + length] = Trust.WITHHELD
        motions = {HIP: motion_of(turned(0.0, 0.0, np.zeros(self.n)), None, self.push, trust)}
        motions[OTHER] = motion_of(turned(0.0, 0.0, np.zeros(self.n)), None, self.push)

        def run(borders: list[int]) -> FloatArray:
            stage = LevelAcceleration(motions, dict.fromkeys(motions, np.eye(3)), 0)
            for part in pieces(self.n, borders):
                stage.advance(part.stop)
            return stage.acceleration.window(0, self.n)

        np.testing.assert_array_equal(run(cuts), run([]))
        np.testing.assert_array_equal(np.isnan(run([])).all(axis=1), trust == Trust.WITHHELD)
