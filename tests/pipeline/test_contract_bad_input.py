"""Bad recordings: a verdict with a sentence, never an exception, a warning or a silent zero."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.result import SessionResult, Verdict
from pipeline.session import SessionAnalysis, analyze_table
from sensor.person import Person
from sensor.recording import RecordingTable
from sensor.samples import HIPS, KNEES, FloatArray, Placement
from tests.pipeline.judging import assert_same_bits, assert_sane
from tests.pipeline.walks import SOON, recording, replaced, rows, without

WORN = (*KNEES, *HIPS)
LEFT = Placement.KNEE_LEFT

Change = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


def healthy() -> RecordingTable:
    return recording("healthy").only(WORN)


def on(placements: tuple[Placement, ...], change: Change) -> RecordingTable:
    """The healthy walk with some sensors changed."""
    return replaced(healthy(), lambda p, acc, gyr: change(acc, gyr) if p in placements else (acc, gyr))


def judged(table: RecordingTable) -> SessionResult:
    result = analyze_table(table, params=SOON)
    assert_sane(result, *((table.time_s[0], table.time_s[-1]) if len(table) else (0.0, 0.0)))
    return result


CHANGES: dict[str, Change] = {
    "all zero": lambda acc, gyr: (0.0 * acc, 0.0 * gyr),
    "constant": lambda acc, gyr: (0.0 * acc + 3.0, 0.0 * gyr + 2.0),
    "dead accelerometer": lambda acc, gyr: (0.0 * acc, gyr),
    "stuck accelerometer": lambda acc, gyr: (0.0 * acc + [0.0, 0.0, 9.81], gyr),
    "dead gyroscope": lambda acc, gyr: (acc, 0.0 * gyr),
    "stuck gyroscope": lambda acc, gyr: (acc, 0.0 * gyr + 2.0),
    "never a sample": lambda acc, gyr: (np.nan * acc, np.nan * gyr),
    "acceleration only": lambda acc, gyr: (acc, np.nan * gyr),
    "saturated": lambda acc, gyr: (np.clip(acc, -5.0, 5.0), np.clip(gyr, -0.5, 0.5)),
    "tiny": lambda acc, gyr: (1e-12 * acc, 1e-12 * gyr),
    "degrees for radians": lambda acc, gyr: (acc, np.degrees(gyr)),
    "g for m/s2": lambda acc, gyr: (acc / 9.81, gyr),
}
BROKEN = {"all zero", "constant", "dead accelerometer", "stuck accelerometer", "dead gyroscope", "stuck gyroscope"}


@pytest.mark.parametrize("what", CHANGES)
class TestSensors:
    def test_one_bad_sensor_below_a_knee(self, what: str) -> None:
        result = judged(on((LEFT,), CHANGES[what]))
        assert result.quality.verdict is not Verdict.VALID
        if what in BROKEN:
            assert result.quality.verdict is Verdict.INVALID
        if what in BROKEN | {"never a sample", "acceleration only"}:
            assert any("knee_left" in reason for reason in result.quality.reasons)
            assert not any("knee_right" in reason for reason in result.quality.reasons)

    def test_one_bad_sensor_on_a_hip_leaves_the_knees_their_numbers(self, what: str) -> None:
        result, usual = judged(on((Placement.HIP_LEFT,), CHANGES[what])), judged(healthy())
        found, expected = result.asymmetry["stance_time"].effect, usual.asymmetry["stance_time"].effect
        if what != "degrees for radians":  # then every step is a turn
            assert found is not None
            assert found == pytest.approx(expected, abs=0.3)

    def test_bad_sensors_everywhere(self, what: str) -> None:
        result = judged(on(WORN, CHANGES[what]))
        assert result.quality.verdict is not Verdict.VALID
        if what not in {"saturated", "degrees for radians", "g for m/s2"}:
            assert result.quality.verdict is Verdict.INVALID
            assert not result.strides

    def test_chunks_do_not_matter(self, what: str) -> None:
        table = on((LEFT, Placement.HIP_RIGHT), CHANGES[what])
        assert_same_bits(analyze_table(table, 83, SOON), analyze_table(table, None, SOON))


class TestLength:
    @pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 40, 99, 100, 101, 250, 500, 520])
    def test_a_recording_that_is_too_short_is_invalid_and_says_so(self, count: int) -> None:
        result = judged(rows(healthy(), 0, count))
        assert result.quality.verdict is Verdict.INVALID
        assert any("Record a" in reason or "record a" in reason for reason in result.quality.reasons)

    @pytest.mark.parametrize("count", [1, 2, 50, 150, 300, 700])
    def test_a_piece_from_the_middle_of_a_walk(self, count: int) -> None:
        table = rows(healthy(), 1200, 1200 + count)
        result = judged(table)
        if count < 300:
            assert result.quality.verdict is Verdict.INVALID

    def test_nothing_at_all_was_sent(self) -> None:
        result = SessionAnalysis({LEFT: 100.0}, Person()).finish()
        assert_sane(result, 0.0, 0.0)
        assert result.quality.verdict is Verdict.INVALID
        assert result.recording.duration_s == 0.0
        assert len(result.pelvis_series.time_s) == 0


class TestNobodyWalks:
    def standing(self, seconds: int, noise: float = 0.01) -> RecordingTable:
        table, rng = healthy(), np.random.default_rng(0)
        count = len(table)
        return rows(
            replaced(
                table,
                lambda _, acc, gyr: (
                    acc[100] + noise * rng.standard_normal((count, 3)),
                    noise * rng.standard_normal((count, 3)),
                ),
            ),
            0,
            100 * seconds,
        )

    def test_standing(self) -> None:
        result = judged(self.standing(25))
        assert result.quality.verdict is Verdict.INVALID
        assert any("Nobody walks" in reason for reason in result.quality.reasons)
        assert (result.events, result.strides) == ((), ())

    def test_sensors_that_lie_on_a_table_and_are_knocked_once(self) -> None:
        table = replaced(self.standing(25), lambda _, acc, gyr: (acc, gyr))
        for values in (*table.acc_m_s2.values(), *table.gyr_rad_s.values()):
            values[1000:1005] += 8.0
        assert judged(table).quality.verdict is Verdict.INVALID

    def test_a_stuck_sensor_does_not_walk(self) -> None:
        table = self.standing(25)
        table.gyr_rad_s[LEFT][:] = 2.0
        result = judged(table)
        assert any("Nobody walks" in reason for reason in result.quality.reasons)

    def test_noise_is_no_walk(self) -> None:
        """Whatever is made of it, nothing is called valid."""
        assert judged(self.standing(25, noise=3.0)).quality.verdict is not Verdict.VALID


class TestLastingTrouble:
    def test_all_placements_fed_the_same_samples(self) -> None:
        """Two knees that move as one do not walk, and equal times come in one order whatever the chunks."""
        table = healthy()
        same = replaced(table, lambda *_: (table.acc_m_s2[LEFT], table.gyr_rad_s[LEFT]))
        result = judged(same)
        assert not any(s.valid for s in result.strides)
        assert result.quality.verdict is Verdict.INVALID
        assert_same_bits(analyze_table(same, 50, SOON), result)

    def test_a_sensor_that_wakes_up_late(self) -> None:
        table = without(healthy(), [(LEFT, 0, 1500)])
        result = judged(table)
        assert any("knee_left" in reason for reason in result.quality.reasons)
        assert_same_bits(analyze_table(table, 60, SOON), result)

    def test_a_recording_that_begins_and_ends_inside_the_walk(self) -> None:
        result = judged(rows(healthy(), 900, 2300))
        assert result.quality.verdict is Verdict.ATTENTION
        assert any("standing" in reason for reason in result.quality.reasons)
        assert result.asymmetry["stance_time"].effect is not None

    @settings(max_examples=15)
    @given(st.integers(0, 2**32 - 1), st.floats(0.1, 30.0), st.integers(350, 1500))
    def test_any_noise_gives_a_verdict(self, seed: int, size: float, count: int) -> None:
        rng = np.random.default_rng(seed)
        table = rows(healthy(), 0, count)
        judged(
            replaced(
                table,
                lambda _, acc, gyr: (size * rng.standard_normal(acc.shape), size * rng.standard_normal(gyr.shape)),
            )
        )
