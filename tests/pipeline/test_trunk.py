"""The trunk against vertical and pelvis: leans and phases that are known, signs, gaps, and any company."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.signals.timeline import Series
from pipeline.strides.trunk import TrunkMeasures, TrunkParams, trunk_measures
from sensor.samples import FloatArray, Side

PARAMS = TrunkParams()
STRIDE = 110.0
T = np.arange(1200) / STRIDE


def series(tilt: FloatArray | float, obliquity: FloatArray | float, rotation: FloatArray | float) -> Series:
    made = Series(3)
    made.append(np.column_stack(np.broadcast_arrays(tilt, obliquity, rotation, T)[:3]))
    return made


def measured(
    trunk: Series, pelvis: Series | None = None, side: Side = Side.LEFT, ics: tuple[float, ...] = (220.3,)
) -> TrunkMeasures:
    ic = np.array(ics)
    return trunk_measures(trunk, pelvis, side, ic, ic + 0.6 * STRIDE, ic + STRIDE, PARAMS)


@pytest.mark.parametrize("phase_deg", [0.0, 35.0, 90.0, 140.0, -60.0])
def test_the_phase_of_two_rotations(phase_deg: float) -> None:
    pelvis = series(0.0, 0.0, 5.0 * np.sin(2.0 * np.pi * T) + 1.0 * np.sin(4.0 * np.pi * T))
    trunk = series(0.0, 0.0, 3.0 * np.sin(2.0 * np.pi * T + np.radians(phase_deg)) + 7.0)
    assert measured(trunk, pelvis).thorax_pelvis_phase_deg[0] == pytest.approx(abs(phase_deg), abs=1.0)


def test_out_of_phase_rotations_add_up() -> None:
    pelvis = series(0.0, 0.0, 5.0 * np.sin(2.0 * np.pi * T))
    trunk = series(0.0, 0.0, -3.0 * np.sin(2.0 * np.pi * T))
    found = measured(trunk, pelvis)
    assert found.thorax_pelvis_rom_deg[0] == pytest.approx(16.0, abs=0.1)
    assert found.thorax_pelvis_phase_deg[0] == pytest.approx(180.0, abs=1.0)


def test_a_trunk_that_hardly_turns_has_no_phase() -> None:
    pelvis, trunk = (series(0.0, 0.0, size * np.sin(2.0 * np.pi * T)) for size in (5.0, 0.5))
    assert np.isnan(measured(trunk, pelvis).thorax_pelvis_phase_deg[0])
    assert np.isfinite(measured(trunk, pelvis).thorax_pelvis_rom_deg[0])


def test_without_a_pelvis_the_leans_remain() -> None:
    found = measured(series(12.0 + np.sin(2.0 * np.pi * T), 0.0, 0.0))
    assert found.trunk_lean_deg[0] == pytest.approx(12.0, abs=0.05)
    assert np.isnan([found.thorax_pelvis_phase_deg[0], found.thorax_pelvis_rom_deg[0]]).all()


def test_a_lean_over_the_standing_leg_is_positive_on_its_side() -> None:
    """The left side of the trunk goes down by 6 degrees in the middle of each left stance, ten strides from 0 on."""
    leaning = series(0.0, 2.0 - 6.0 * np.sin(np.pi * np.clip((T % 1.0) / 0.6, 0.0, 1.0)), 0.0)
    mean = 6.0 * 0.6 * 2.0 / np.pi
    assert measured(leaning, ics=(220.0,)).trunk_side_lean_deg[0] == pytest.approx(6.0 - mean, abs=0.1)
    right = measured(leaning, side=Side.RIGHT, ics=(220.0 + 0.6 * STRIDE,)).trunk_side_lean_deg[0]
    assert right == pytest.approx(mean, abs=0.1)


def test_a_gap_withholds_what_it_touches() -> None:
    trunk, pelvis = series(0.0, 0.0, 3.0 * np.sin(2.0 * np.pi * T)), series(0.0, 0.0, 3.0 * np.cos(2.0 * np.pi * T))
    pelvis.window(0, 1200)[300] = np.nan
    found = measured(trunk, pelvis, ics=(220.0, 330.0))
    assert np.isnan(found.thorax_pelvis_phase_deg).tolist() == [True, False]
    assert np.isfinite(found.trunk_lean_deg).all()


@settings(max_examples=25)
@given(st.lists(st.floats(0.0, 1100.0), min_size=2, max_size=6))
def test_a_cycle_is_the_same_bits_in_any_company(ics: list[float]) -> None:
    rng = np.random.default_rng(0)
    trunk, pelvis = (series(*rng.normal(size=(3, len(T)))) for _ in range(2))
    together = measured(trunk, pelvis, ics=tuple(ics))
    alone = [measured(trunk, pelvis, ics=(ic,)) for ic in ics]
    for name in TrunkMeasures.__slots__:
        np.testing.assert_array_equal(getattr(together, name), np.concatenate([getattr(a, name) for a in alone]))
