"""The streaming filters: zero phase, unit gain, the stop band that was asked for, and the same bits in any pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.filters import Fir, lowpass_taps, mean_taps, smooth
from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ
from tests.pipeline.synthetic import fed, seconds

USED = [(15.0, 31), (25.0, 21), (8.0, 31), (6.0, 61), (4.0, 61), (3.0, 61), (0.5, 151)]  # cutoff, taps


def gain(taps: FloatArray, hz: float) -> complex:
    """Frequency response about the middle tap."""
    at = np.arange(len(taps)) - len(taps) // 2
    return complex(np.sum(taps * np.exp(-2j * np.pi * hz / GRID_HZ * at)))


def transition_hz(length: int) -> float:
    """Half the transition band of a Hamming window."""
    return 0.5 * 3.3 * GRID_HZ / length


@pytest.mark.parametrize(("cutoff_hz", "length"), USED)
class TestLowPass:
    def test_phase_is_zero_at_every_frequency(self, cutoff_hz: float, length: int) -> None:
        taps = lowpass_taps(cutoff_hz, length)
        np.testing.assert_allclose(taps, taps[::-1], atol=1e-15)
        assert max(abs(gain(taps, hz).imag) for hz in np.linspace(0.0, 50.0, 101)) < 1e-12

    def test_a_constant_passes(self, cutoff_hz: float, length: int) -> None:
        np.testing.assert_allclose(smooth(np.full(300, -7.3), lowpass_taps(cutoff_hz, length)), -7.3, rtol=1e-12)

    def test_slow_passes_and_fast_does_not(self, cutoff_hz: float, length: int) -> None:
        taps = lowpass_taps(cutoff_hz, length)
        stop = np.linspace(min(cutoff_hz + transition_hz(length), 49.9), 50.0, 200)
        assert max(abs(gain(taps, hz)) for hz in stop) < 0.01
        if cutoff_hz > transition_hz(length):
            passing = np.linspace(0.0, cutoff_hz - transition_hz(length), 50)
            assert max(abs(gain(taps, hz) - 1.0) for hz in passing) < 0.01
            assert gain(taps, cutoff_hz).real == pytest.approx(0.5, abs=0.01)

    def test_a_sine_comes_out_in_its_place_and_only_smaller(self, cutoff_hz: float, length: int) -> None:
        t, taps = seconds(20.0), lowpass_taps(cutoff_hz, length)
        for hz in (0.2 * cutoff_hz, cutoff_hz):
            sine = np.sin(2.0 * np.pi * hz * t)
            inside = slice(length, -length)
            expected = gain(taps, hz).real * sine
            np.testing.assert_allclose(smooth(sine, taps)[inside], expected[inside], atol=1e-12)


class TestMean:
    def test_a_wave_of_its_own_length_vanishes_and_a_ramp_stays(self) -> None:
        t = np.arange(400.0)
        ramp = np.linspace(0.0, 120.0, 400)
        inside = slice(60, -60)
        np.testing.assert_allclose(smooth(np.sin(2 * np.pi * t / 101), mean_taps(101))[inside], 0.0, atol=1e-12)
        np.testing.assert_allclose(smooth(ramp, mean_taps(101))[inside], ramp[inside], rtol=1e-12)


@pytest.mark.parametrize("taps", [lambda n: lowpass_taps(3.0, n), mean_taps])
def test_an_even_length_has_no_middle_and_is_refused(taps: object) -> None:
    assert callable(taps)
    with pytest.raises(ValueError, match="odd length, not 30"):
        taps(30)


class TestFir:
    @given(
        st.integers(0, 200),
        st.integers(1, 3),
        st.sampled_from([1, 3, 21, 61]),
        st.lists(st.integers(0, 200), max_size=12),
    )
    def test_any_pieces_give_the_same_bits_and_one_output_per_input(
        self, n: int, channels: int, length: int, cuts: list[int]
    ) -> None:
        signal = np.random.default_rng(n).normal(0.0, 10.0, (n, channels))
        taps = lowpass_taps(5.0, length)
        whole, stage = Fir(taps), Fir(taps)
        expected = np.concatenate((whole.push(signal), whole.finish().reshape(-1, channels)))
        found = np.concatenate((fed(stage.push, signal, cuts), stage.finish().reshape(-1, channels)))
        assert len(expected) == n
        np.testing.assert_array_equal(found, expected)

    def test_what_is_held_back_is_the_delay(self) -> None:
        stage = Fir(lowpass_taps(5.0, 31))
        assert len(stage.push(np.zeros((100, 1)))) == 100 - stage.delay
        assert stage.delay == 15

    def test_the_ends_are_held_not_pulled_to_zero(self) -> None:
        stage = Fir(mean_taps(5))
        signal = np.array([[1.0], [1.0], [4.0], [4.0]])
        out = np.concatenate((stage.push(signal), stage.finish()))[:, 0]
        np.testing.assert_allclose(out, [1.6, 2.2, 2.8, 3.4])

    def test_channels_do_not_mix(self) -> None:
        signal = np.random.default_rng(0).normal(size=(120, 3))
        taps = lowpass_taps(8.0, 31)
        together = smooth(signal, taps)
        for column in range(3):
            np.testing.assert_array_equal(together[:, column], smooth(signal[:, column], taps))
