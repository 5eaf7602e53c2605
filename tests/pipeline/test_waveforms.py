"""Differences between curves: found where they were put, of their size, in 95 of 100 walks none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.result import Status, WaveformDifference
from pipeline.strides.cycle_curves import POINTS, CurveCollector, CurveSums
from pipeline.walk.waveforms import WaveformParams, waveform_differences
from sensor.samples import FloatArray, Side

PARAMS = WaveformParams()
PHASE = np.linspace(0.0, 1.0, POINTS)
SHAPE = 30.0 - 30.0 * np.cos(2.0 * np.pi * PHASE)
LEFT, RIGHT = Side.LEFT, Side.RIGHT


def bump(size: float, at_pct: float = 60.0, width_pct: float = 6.0) -> FloatArray:
    return np.asarray(size * np.exp(-(((100.0 * PHASE - at_pct) / width_pct) ** 2)))


def walked(
    added: dict[Side, FloatArray], count: int = 60, noise: float = 2.0, seed: int = 0, name: str = "knee_flexion"
) -> CurveCollector:
    """Curves of both sides with smooth noise of their own."""
    rng, collector = np.random.default_rng(seed), CurveCollector()
    waves = np.stack([trig(2.0 * np.pi * k * PHASE) for trig in (np.sin, np.cos) for k in range(1, 6)])
    for side in Side:
        sums = collector.sums.setdefault((name, side), CurveSums())
        sums.add(SHAPE + added.get(side, 0.0) + noise * rng.standard_normal((count, len(waves))) @ waves / 2.0)
    return collector


def found(
    added: dict[Side, FloatArray], count: int = 60, noise: float = 2.0, seed: int = 0, name: str = "knee_flexion"
) -> WaveformDifference:
    return waveform_differences(walked(added, count, noise, seed, name), 1.1, PARAMS)[name]


@pytest.mark.parametrize("side", list(Side))
def test_a_difference_is_found_where_it_is(side: Side) -> None:
    (region,) = (seen := found({side: bump(25.0)})).regions
    assert region.start_pct < 60.0 < region.end_pct
    assert region.end_pct - region.start_pct < 20.0
    assert region.at_pct == pytest.approx(60.0, abs=2.0)
    assert region.difference == pytest.approx(25.0 if side is LEFT else -25.0, abs=2.0)
    assert seen.difference is not None
    assert seen.low is not None
    assert seen.high is not None
    assert ((seen.low < seen.difference) & (seen.difference < seen.high)).all()


def test_less_than_the_limit_means_nothing() -> None:
    assert found({LEFT: bump(8.0)}, noise=0.2).regions == ()
    assert found({LEFT: bump(13.0)}, noise=0.2).regions != ()


def test_the_band_holds_throughout_in_19_of_20_walks() -> None:
    held = 0
    for seed in range(60):
        seen = found({}, seed=seed)
        assert seen.low is not None
        assert seen.high is not None
        held += bool(((seen.low <= 0.0) & (seen.high >= 0.0)).all())
    assert held >= 53


def test_a_contact_that_is_a_little_late_on_one_side_makes_no_region() -> None:
    """Eight milliseconds, of 1.1 s: 0.7 % of the cycle, where the curve is steep by 4 degrees a per cent."""
    steep = np.asarray(60.0 / (1.0 + np.exp(-(100.0 * PHASE - 50.0) / 4.0)))
    late = np.interp(PHASE - 0.0073, PHASE, steep)
    seen = waveform_differences(walked({LEFT: late - SHAPE, RIGHT: steep - SHAPE}, noise=0.3), 1.1, PARAMS)
    assert seen["knee_flexion"].regions == ()


def test_an_offset_of_the_pelvis_is_no_difference() -> None:
    assert found({LEFT: np.full(POINTS, 5.0)}, name="pelvis_obliquity", noise=0.2).regions == ()
    assert found({LEFT: np.full(POINTS, 15.0)}, noise=0.2).regions != ()


def test_the_mirror_shows_the_mirrored_difference() -> None:
    walk, mirrored = walked({LEFT: bump(25.0)}), CurveCollector()
    mirrored.sums = {(name, side.other): sums for (name, side), sums in walk.sums.items()}
    ours, theirs = (waveform_differences(w, 1.1, PARAMS)["knee_flexion"] for w in (walk, mirrored))
    assert ours.low is not None
    assert theirs.high is not None
    np.testing.assert_allclose(ours.low, -theirs.high, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("left", "right"), [(29, 60), (0, 60), (60, 3)])
def test_too_few_strides_say_so(left: int, right: int) -> None:
    collector = CurveCollector()
    for side, count in ((LEFT, left), (RIGHT, right)):
        collector.sums[("knee_flexion", side)] = sums = CurveSums()
        sums.add(np.tile(SHAPE, (count, 1)))
    seen = waveform_differences(collector, 1.1, PARAMS)["knee_flexion"]
    assert seen.status is Status.NOT_ASSESSED
    assert f"{left} left and {right} right" in seen.reason
    assert seen.difference is None


def test_a_long_walk_is_judged_by_joined_blocks() -> None:
    seen = found({LEFT: bump(25.0)}, count=1203)
    assert (seen.n_left, seen.n_right) == (1203, 1203)
    assert len(seen.regions) == 1


def test_no_curve_no_difference() -> None:
    assert waveform_differences(CurveCollector(), 1.1, PARAMS) == {}
