"""g or m/s^2, deg/s or rad/s: recognised on real and on made-up walks, corrected, and told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.recording import RecordingError, RecordingTable, read_recording, sidecar_path, write_recording
from sensor.recording.units import Units, check_overrides, recognise_units
from sensor.samples import HIPS, KNEES, FloatArray, Placement

DEG = 180.0 / np.pi
G = 9.80665
Signals = dict[Placement, FloatArray]


def walk(n: int = 1000, standing: int = 300, vigour: float = 1.0) -> tuple[Signals, Signals]:
    """A bare caricature of a walk at 100 Hz: swinging shanks, a pelvis that turns a tenth of it, heel strikes."""
    t = np.arange(n) / 100.0
    moving = (np.arange(n) >= standing) * vigour
    acc, gyr = {}, {}
    for placement in (*KNEES, *HIPS):
        size = 3.0 if placement in KNEES else 0.6
        phase = np.sin(2.0 * np.pi * 0.9 * t)
        ripple = np.cos(2.0 * np.pi * 1.8 * t) * moving
        acc[placement] = np.column_stack([3.0 * ripple, 0.5 * ripple, G + 2.5 * ripple])
        gyr[placement] = np.column_stack([0.2 * size * ripple, size * phase * moving, 0.01 + 0.1 * size * ripple])
    return acc, gyr


def scaled(signals: Signals, factor: float) -> Signals:
    return {placement: values * factor for placement, values in signals.items()}


def recognise(acc: Signals, gyr: Signals, overrides: dict[str, str] | None = None) -> Units:
    return recognise_units(acc, gyr, 100.0, overrides or {})


def test_si_is_taken_as_it_is_and_without_a_word() -> None:
    units = recognise(*walk())
    assert set(units.acc.values()) == set(units.gyr.values()) == {1.0}
    assert units.notices == ()


def test_g_and_degrees_are_converted_and_told() -> None:
    acc, gyr = walk()
    units = recognise(scaled(acc, 1.0 / G), scaled(gyr, DEG))
    assert set(units.acc.values()) == {G}
    assert set(units.gyr.values()) == {1.0 / DEG}
    assert units.notices == (
        "Units: acc of knee_left, knee_right, hip_left, hip_right is in g; converted to m/s^2.",
        "Units: gyr of knee_left, knee_right, hip_left, hip_right is in deg/s; converted to rad/s.",
    )


def test_one_sensor_with_units_of_its_own_is_converted_alone() -> None:
    acc, gyr = walk()
    acc[Placement.HIP_LEFT] = acc[Placement.HIP_LEFT] / G
    gyr[Placement.KNEE_RIGHT] = gyr[Placement.KNEE_RIGHT] * DEG
    units = recognise(acc, gyr)
    assert {place for place, factor in units.acc.items() if factor != 1.0} == {Placement.HIP_LEFT}
    assert {place for place, factor in units.gyr.items() if factor != 1.0} == {Placement.KNEE_RIGHT}


def test_a_sensor_that_hardly_turns_follows_the_others() -> None:
    acc, gyr = walk()
    gyr[Placement.HIP_LEFT] = np.zeros_like(gyr[Placement.HIP_LEFT])
    assert recognise(acc, scaled(gyr, DEG)).gyr[Placement.HIP_LEFT] == 1.0 / DEG
    units = recognise(acc, gyr)
    assert units.gyr[Placement.HIP_LEFT] == 1.0
    assert "hip_left undecided (nothing turns)" in units.notices[0]


@pytest.mark.parametrize("factor", [1.0, DEG])
def test_standing_cannot_tell_the_gyroscope_and_says_so(factor: float) -> None:
    acc, gyr = walk(standing=1000)
    units = recognise(acc, scaled(gyr, factor))
    assert set(units.gyr.values()) == {1.0}
    assert len(units.notices) == 1
    assert "undecided" in units.notices[0]
    assert "taken as rad/s" in units.notices[0]


def test_a_short_walk_in_a_long_standing_still_tells() -> None:
    acc, gyr = walk(n=30_000, standing=29_500)
    assert set(recognise(acc, scaled(gyr, DEG)).gyr.values()) == {1.0 / DEG}


def test_a_dead_accelerometer_is_undecided() -> None:
    acc, gyr = walk()
    units = recognise(scaled(acc, 0.0), gyr)
    assert set(units.acc.values()) == {1.0}
    assert "its size is not that of gravity" in units.notices[0]


@given(st.floats(0.0, 0.6), st.integers(0, 2**32 - 1), st.sampled_from([1.0, DEG]))
@settings(max_examples=30)
def test_lost_samples_and_mounting_do_not_matter(lost: float, seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    acc, gyr = walk()
    for placement in acc:
        mounting, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        missing = rng.random(len(acc[placement])) < lost
        for signals in (acc, gyr):
            signals[placement] = signals[placement] @ mounting
            signals[placement][missing] = np.nan
    units = recognise(acc, scaled(gyr, factor))
    assert set(units.gyr.values()) == {1.0 / factor}
    assert set(units.acc.values()) == {1.0}


def test_the_sidecar_wins_without_a_word() -> None:
    acc, gyr = walk()
    told = check_overrides("walk.json", {"gyr": "dps", "hip_left_gyr": "rad/s", "acc": "g"})
    units = recognise(acc, gyr, told)
    assert units.gyr[Placement.KNEE_LEFT] == 1.0 / DEG
    assert units.gyr[Placement.HIP_LEFT] == 1.0
    assert set(units.acc.values()) == {G}
    assert units.notices == ()


def test_an_override_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(RecordingError, match="expected one of rad/s, deg/s"):
        check_overrides("walk.json", {"gyr": "g"})


def test_reading_a_file_in_g_and_degrees_gives_si(tmp_path: Path) -> None:
    acc, gyr = walk()
    table = RecordingTable("walk", np.arange(1000) / 100.0, scaled(acc, 1.0 / G), scaled(gyr, DEG), 100.0)
    write_recording(table, tmp_path / "walk.csv")
    sidecar = sidecar_path(tmp_path / "walk.csv")
    assert json.loads(sidecar.read_text())["units"] == {"acc": "m/s^2", "gyr": "rad/s"}
    sidecar.unlink()
    read = read_recording(tmp_path / "walk.csv")
    for placement in acc:
        np.testing.assert_allclose(read.acc_m_s2[placement], acc[placement], atol=1e-3)
        np.testing.assert_allclose(read.gyr_rad_s[placement], gyr[placement], atol=1e-6)
    assert len(read.notices) == 2


def test_every_real_trial_is_recognised_in_both_units(datasets_dir: Path) -> None:
    wrong = []
    for path in sorted(datasets_dir.glob("*/recordings/*.csv*")):
        table = read_recording(path)
        acc, gyr = dict(table.acc_m_s2), dict(table.gyr_rad_s)
        for placement in acc:  # each sensor alone: no help from the others
            for factor in (1.0, DEG):
                units = recognise({placement: acc[placement] / G}, {placement: gyr[placement] * factor})
                if units.gyr[placement] != 1.0 / factor or units.acc[placement] != G:
                    wrong.append(f"{path.parent.parent.name}/{path.name} {placement} x{factor:.1f}")
    assert not wrong
