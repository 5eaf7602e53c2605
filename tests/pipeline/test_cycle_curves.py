"""Mean curves over the cycle: of known signals, each side seen from itself, in flat memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.norms import Matched
from pipeline.result import Curve
from pipeline.signals.timeline import Series
from pipeline.strides.cycle_curves import POINTS, CurveCollector, CurveSignals, CurveSums, CycleCurves, cycle_curves
from sensor.samples import FloatArray, Side
from tests.pipeline.strides import stride
from tests.pipeline.synthetic import pieces

PHASE = np.linspace(0.0, 1.0, POINTS)


def wave(phase: FloatArray) -> FloatArray:
    return np.asarray(10.0 * np.sin(2.0 * np.pi * phase) + 3.0 * np.cos(4.0 * np.pi * phase))


def series(values: FloatArray) -> Series:
    made = Series(values.shape[1] if values.ndim == 2 else 1)
    made.append(values)
    return made


def signals(side: Side, length: float, begin: float = 0.3, gain: float = 1.0) -> CycleCurves:
    """One cycle of the wave in every channel, sampled at 100 Hz; tilt, obliquity, rotation are 1, 2, 3 times it."""
    phase: FloatArray = (np.arange(int(begin + length) + 2.0) - begin) / length
    values = gain * wave(phase)
    measured = CurveSignals(
        series(np.outer(values, [1.0, 2.0, 3.0])),
        series(np.radians(values)),
        series(np.outer(values + 30.0, [0.0, 0.6, 0.8])),
        series(values),
        None,
    )
    (curves,) = cycle_curves(measured, side, np.array([begin]), np.array([begin + length]))
    return curves


def collected(*cycles: tuple[Side, CycleCurves], at: Matched | None = None) -> dict[str, Curve]:
    collector = CurveCollector()
    collector.add([(stride(side, stride_time_s=1.1, stance_time_s=0.66), curves) for side, curves in cycles])
    return dict(collector.curves(at))


@pytest.mark.parametrize("length", [82.0, 110.0, 171.3])
@pytest.mark.parametrize("begin", [0.0, 0.3, 0.99])
def test_a_known_wave_comes_back_whatever_the_pace(length: float, begin: float) -> None:
    curves = collected((Side.LEFT, signals(Side.LEFT, length, begin)))
    for name, gain in (
        ("pelvis_tilt", 1.0),
        ("pelvis_obliquity", 2.0),
        ("knee_flexion", 1.0),
        ("knee_angular_velocity", 1.0),
    ):
        mean = curves[name].left_mean
        assert mean is not None
        np.testing.assert_allclose(mean, gain * wave(PHASE), atol=0.1 * gain)


def test_each_side_is_seen_from_itself() -> None:
    """Obliquity is + = own side up, rotation + = own side forward; a symmetric walk then gives equal curves."""
    left, right = (signals(side, 110.0) for side in Side)
    curves = collected((Side.LEFT, left), (Side.RIGHT, right))
    for name, sign in (("pelvis_tilt", 1.0), ("pelvis_obliquity", -1.0), ("pelvis_rotation", -1.0)):
        curve = curves[name]
        assert curve.left_mean is not None
        assert curve.right_mean is not None
        np.testing.assert_allclose(curve.right_mean, sign * curve.left_mean, atol=1e-9)
    obliquity, rotation = curves["pelvis_obliquity"].left_mean, curves["pelvis_rotation"].left_mean
    assert obliquity is not None
    assert rotation is not None
    np.testing.assert_allclose(obliquity, 2.0 * wave(PHASE), atol=0.2)  # left side up is + for the left
    np.testing.assert_allclose(rotation, -3.0 * wave(PHASE), atol=0.3)  # right side forward is - for the left


@given(st.lists(st.floats(0.5, 2.0), min_size=2, max_size=20))
def test_mean_and_spread_are_those_of_the_strides(gains: list[float]) -> None:
    curve = collected(*((Side.LEFT, signals(Side.LEFT, 110.0, gain=gain)) for gain in gains))["knee_flexion"]
    assert curve.n_left == len(gains)
    assert curve.left_mean is not None
    assert curve.left_sd is not None
    peak = int(np.argmax(wave(PHASE)))
    one = collected((Side.LEFT, signals(Side.LEFT, 110.0)))["knee_flexion"].left_mean
    assert one is not None
    assert curve.left_mean[peak] == pytest.approx(np.mean(gains) * one[peak], rel=1e-9)
    assert curve.left_sd[peak] == pytest.approx(np.std(gains, ddof=1) * abs(one[peak]), rel=1e-5, abs=1e-5)


def test_an_untrusted_sample_leaves_the_stride_out_of_that_curve_only() -> None:
    bad = dict(signals(Side.LEFT, 110.0))
    bad["pelvis_obliquity"] = np.where(np.arange(POINTS) == 50, np.nan, bad["pelvis_obliquity"])
    curves = collected((Side.LEFT, bad), (Side.LEFT, signals(Side.LEFT, 110.0)))
    assert curves["pelvis_obliquity"].n_left == 1
    assert curves["pelvis_tilt"].n_left == curves["knee_flexion"].n_left == 2


def test_beyond_the_signal_there_is_no_curve() -> None:
    short = CurveSignals(None, series(np.zeros(50)), None, None, None)
    (curves,) = cycle_curves(short, Side.LEFT, np.array([10.0]), np.array([110.0]))
    assert np.isnan(curves["knee_angular_velocity"]).all()


def test_the_impact_is_what_gravity_leaves() -> None:
    curve = collected((Side.RIGHT, signals(Side.RIGHT, 110.0)))["shank_impact"].right_mean
    assert curve is not None
    np.testing.assert_allclose(curve, wave(PHASE) + 30.0 - 9.81, atol=0.2)


def test_only_what_was_measured_is_there() -> None:
    bare = CurveSignals(None, series(np.zeros(112)), None, None, None)
    (measured,) = cycle_curves(bare, Side.RIGHT, np.array([0.0]), np.array([110.0]))
    curves = collected((Side.RIGHT, measured))
    assert set(curves) == {"knee_angular_velocity"}
    curve = curves["knee_angular_velocity"]
    assert (curve.left_mean, curve.left_sd, curve.n_left, curve.left_fc_pct) == (None, None, 0, None)
    assert curve.right_fc_pct == pytest.approx(60.0)
    assert collected() == {}


@given(st.integers(1, 60), st.lists(st.integers(0, 60), max_size=6))
def test_any_company_gives_the_same_bits(count: int, cuts: list[int]) -> None:
    curves = np.random.default_rng(count).normal(size=(count, POINTS))
    whole, parted = CurveSums(), CurveSums()
    whole.add(curves)
    for part in pieces(count, cuts):
        parted.add(curves[part])
    np.testing.assert_array_equal(parted.squares, whole.squares)
    np.testing.assert_array_equal(parted.blocks, whole.blocks)
    assert parted.counts == whole.counts


def test_a_day_of_walking_is_kept_in_flat_memory() -> None:
    sums = CurveSums()
    for _ in range(20):
        sums.add(np.ones((1013, POINTS)))
    assert sums.n == 20260
    assert len(sums.blocks) <= 400
    mean, sd = sums.mean_sd()
    assert mean is not None
    assert sd is not None
    np.testing.assert_allclose(mean, 1.0)
    np.testing.assert_allclose(sd, 0.0, atol=1e-9)


def test_a_reference_needs_a_speed() -> None:
    without, with_speed = (collected((Side.LEFT, signals(Side.LEFT, 110.0)), at=at) for at in (None, Matched(1.2, 0.9)))
    assert all(curve.band_low is None and curve.band_high is None for curve in without.values())
    assert with_speed.pop("shank_impact").band_low is None  # nobody's impacts are a reference
    for curve in with_speed.values():
        assert curve.band_low is not None
        assert curve.band_high is not None
        assert (curve.band_low < curve.band_high).all()
