"""Walks played otherwise: what was changed is changed, and the reference goes with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import unlike
from benchmarks.scoring import EventScore
from benchmarks.sets import load_trials
from benchmarks.unlike import CHANGES, Found, Walk
from pipeline.result import Event, EventKind
from sensor.recording import RecordingTable
from sensor.samples import FloatArray, Placement, Side

KNEE = Placement.KNEE_LEFT
GAP_S = (6.0, 6.5)


def walk() -> Walk:
    """A sensor that turns by a slow sine under gravity, with a gap; events every half second from 2 to 10 s."""
    time_s = np.arange(0.0, 12.0, 0.01)
    time_s = time_s[(time_s < GAP_S[0]) | (time_s >= GAP_S[1])]
    wave = np.sin(2.0 * np.pi * time_s)
    acc = np.stack((wave, np.zeros_like(wave), np.full_like(wave, 9.8)), axis=1)
    gyr = np.stack((np.zeros_like(wave), 2.0 * wave, np.zeros_like(wave)), axis=1)
    events = tuple(
        Event(float(at), Side.LEFT if k % 2 else Side.RIGHT, EventKind.IC, 1.0)
        for k, at in enumerate(np.arange(2.0, 10.1, 0.5))
    )
    return Walk(RecordingTable("sine", time_s, {KNEE: acc}, {KNEE: gyr}, 100.0), events, ((7.0, 8.0),))


def played(change: str, seed: int = 0) -> Walk:
    return CHANGES[change](walk(), np.random.default_rng(seed))


def rate_at(made: Walk, time_s: float) -> float:
    return float(np.interp(time_s, made.table.time_s, made.table.gyr_rad_s[KNEE][:, 1]))


@pytest.mark.parametrize(("change", "rate_hz"), [("sampled at 50 Hz", 50.0), ("sampled at 200 Hz", 200.0)])
def test_another_rate_keeps_the_signal_and_the_gap(change: str, rate_hz: float) -> None:
    made = played(change)
    assert made.table.rate_hz == rate_hz
    assert np.median(np.diff(made.table.time_s)) == pytest.approx(1.0 / rate_hz)
    assert rate_at(made, 3.25) == pytest.approx(2.0, rel=0.02)
    assert not ((made.table.time_s > GAP_S[0]) & (made.table.time_s < GAP_S[1] - 0.01)).any()
    assert made.events == walk().events


@pytest.mark.parametrize(("change", "factor"), [("0.6 times as fast", 0.6), ("1.3 times as fast", 1.3)])
def test_another_speed_takes_the_reference_along(change: str, factor: float) -> None:
    made = played(change)
    assert made.table.rate_hz == 100.0
    assert made.events[4].time_s == pytest.approx(4.0 / factor)
    assert made.turns == ((7.0 / factor, 8.0 / factor),)
    assert rate_at(made, 3.25 / factor) == pytest.approx(2.0 * factor, rel=0.02)
    assert np.ptp(made.table.acc_m_s2[KNEE][:, 0]) == pytest.approx(2.0 * factor**1.5, rel=0.02)
    assert made.table.acc_m_s2[KNEE][:, 2] == pytest.approx(9.8)


def test_a_mounting_of_its_own_changes_directions_alone() -> None:
    made, plain = played("mounted otherwise").table, walk().table
    for values, before in ((made.acc_m_s2[KNEE], plain.acc_m_s2[KNEE]), (made.gyr_rad_s[KNEE], plain.gyr_rad_s[KNEE])):
        np.testing.assert_allclose(np.linalg.norm(values, axis=1), np.linalg.norm(before, axis=1))
        assert not np.allclose(values, before)


def test_three_per_cent_are_lost_of_both_signals_at_once() -> None:
    made = played("3 % of samples lost").table
    lost = np.isnan(made.acc_m_s2[KNEE])
    assert 0.03 <= lost.mean() < 0.04
    np.testing.assert_array_equal(lost, np.isnan(made.gyr_rad_s[KNEE]))


@pytest.mark.parametrize(
    ("change", "start_s", "end_s"), [("first 5 s of the walk", 1.0, 6.0), ("7 s from mid-walk", 4.4, 11.4)]
)
def test_a_short_walk_asks_for_the_events_inside_it(change: str, start_s: float, end_s: float) -> None:
    made = played(change)
    assert made.table.time_s[0] == pytest.approx(start_s, abs=0.011)
    assert made.table.time_s[-1] < end_s
    assert [e for e in walk().events if start_s + 0.15 <= e.time_s < end_s - 0.15] == list(made.events)


@pytest.mark.parametrize("change", ["noise added", "biases and scales off"])
def test_poor_sensors_are_as_poor_as_said(change: str) -> None:
    def spoilt(seed: int) -> FloatArray:
        made = played(change, seed).table
        return np.asarray(made.gyr_rad_s[KNEE] - walk().table.gyr_rad_s[KNEE])

    assert np.std([spoilt(seed)[:, 0].mean() for seed in range(40)]) == pytest.approx(
        0.0 if change == "noise added" else 0.03, abs=0.01
    )
    assert spoilt(0)[:, 0].std() == pytest.approx(0.1 if change == "noise added" else 0.0, abs=0.01)


def test_a_cell_tells_of_wrong_sides_and_silence_only_when_there_are_any() -> None:
    good = Found(EventScore(9, 1, 0, (0.0,) * 9), EventScore(0, 0, 0, ()), EventScore(9, 1, 0, (0.0,) * 9), 9, False)
    mute = Found(EventScore(0, 10, 0, ()), EventScore(0, 4, 0, ()), EventScore(0, 10, 0, ()), 0, True)
    odd = Found(EventScore(5, 5, 5, ()), EventScore(4, 0, 0, ()), EventScore(10, 0, 0, ()), 5, False)
    assert unlike.cell([good]) == "0.947"
    assert unlike.cell([good, mute]) == "0.621 / 0.000, 1 of 2 silent"
    assert unlike.cell([odd]) == "0.500 / 1.000, 50.0 % wrong sides"


def test_a_slow_thigh_after_a_stroke_is_seen_to_walk(datasets_dir: Path) -> None:
    if not (datasets_dir / "stroke_thigh").is_dir():
        pytest.skip(f"the set stroke_thigh is not in {datasets_dir}")
    found = [unlike.run(trial, "0.8 times as fast") for trial in load_trials(datasets_dir, "stroke_thigh")[::3]]
    assert not any(one.silent for one in found if one)
    assert np.mean([one.initial.f1 for one in found if one]) > 0.9


@pytest.mark.parametrize("knee", [Placement.KNEE_LEFT, Placement.KNEE_RIGHT])
def test_one_knee_and_the_sacrum_tell_the_sides_of_an_uneven_walk(datasets_dir: Path, knee: Placement) -> None:
    if not (datasets_dir / "virtual_pelvis").is_dir():
        pytest.skip(f"the set virtual_pelvis is not in {datasets_dir}")
    (trial,) = (t for t in load_trials(datasets_dir, "virtual_pelvis") if t.name == "F1_antalgic_left_severe")
    found = unlike.run(trial, "as recorded", (knee, Placement.SACRUM))
    assert found is not None
    assert found.initial.f1 > 0.95
