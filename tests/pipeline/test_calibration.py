"""Calibration: when it closes, on what it is learned, and who walks at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from pipeline.angles.orientation import Motion
from pipeline.mounting.calibration import CalibrationParams, Warmup, active_cells, calibrate
from sensor.recording import RecordingTable
from sensor.samples import HIPS, KNEES, THIGHS, FloatArray, Placement
from sensor.simulation import STRAIGHT, WalkSpec
from tests.pipeline.synthetic import motion_of, seconds, turned
from tests.pipeline.walks import recording, walk

LEFT, HIP = Placement.KNEE_LEFT, Placement.HIP_LEFT
PARAMS = CalibrationParams(walking_s=30.0)


def swinging(*walks: tuple[float, float], duration_s: float) -> Motion:
    """A shank that swings in the given spans, s."""
    t = seconds(duration_s)
    motion = motion_of(turned(0.0, 0.0, np.zeros(len(t))))
    for start, end in walks:
        on = (t >= start) & (t < end)
        motion.gyr.window(0, len(t))[on, 1] = 2.5 * np.sin(2.0 * np.pi * t[on] / 1.1)
    return motion


def closes_at(motion: Motion, params: CalibrationParams = PARAMS) -> int | None:
    return Warmup({LEFT: motion}, params).closes_at()


class TestWarmup:
    def test_closes_after_enough_walking_not_after_enough_time(self) -> None:
        assert closes_at(swinging((10.0, 60.0), duration_s=70.0)) == 4000
        assert closes_at(swinging((5.0, 20.0), (100.0, 120.0), duration_s=130.0)) == 11_500

    def test_waits_while_there_is_not_enough(self) -> None:
        assert closes_at(swinging((10.0, 35.0), duration_s=150.0)) is None

    def test_does_not_wait_for_ever(self) -> None:
        now_and_then = [(10.0 + 60.0 * k, 14.0 + 60.0 * k) for k in range(6)]
        assert closes_at(swinging(*now_and_then, duration_s=320.0)) == 30_000
        assert closes_at(swinging((10.0, 14.0), duration_s=400.0)) is None

    def test_a_walk_that_is_long_over_must_do(self) -> None:
        assert closes_at(swinging((10.0, 25.0), duration_s=320.0)) == 14_500

    def test_what_lies_long_before_the_first_walk_may_be_forgotten(self) -> None:
        warmup = Warmup({LEFT: swinging((10.0, 14.0), (400.0, 440.0), duration_s=450.0)}, PARAMS)
        assert warmup.closes_at() == 43_000
        assert 30_000 <= warmup.start <= 34_000
        assert len(warmup.active) == 430 - warmup.start // 100

    def test_closes_at_the_same_second_however_it_is_asked(self) -> None:
        whole = swinging((3.0, 50.0), duration_s=50.0)
        grown = Motion()
        warmup, closed = Warmup({LEFT: grown}, PARAMS), []
        for start in range(0, 5000, 37):
            for name in ("quat", "acc", "gyr", "trust"):
                getattr(grown, name).append(getattr(whole, name).window(start, min(start + 37, 5000)))
            closed.append(warmup.closes_at())
        assert next(at for at in closed if at is not None) == closes_at(whole) == 3300


class TestActivity:
    def cells(self, motions: Mapping[Placement, Motion], count: int = 4) -> list[bool]:
        return list(active_cells(motions, 0, count, PARAMS))

    def test_legs_decide_when_there_are_any(self) -> None:
        still = motion_of(turned(0.0, 0.0, np.zeros(400)))
        shaken = np.random.default_rng(0).normal(0.0, 2.0, (400, 3))
        restless_hip = motion_of(turned(0.0, 0.0, np.zeros(400)), acceleration_m_s2=shaken)
        assert self.cells({LEFT: still, HIP: restless_hip}) == [False] * 4
        assert self.cells({HIP: restless_hip}) == [True] * 4

    def test_one_walking_leg_is_enough(self) -> None:
        walks = swinging((0.0, 4.0), duration_s=4.0)
        still = motion_of(turned(0.0, 0.0, np.zeros(400)))
        assert self.cells({LEFT: still, Placement.KNEE_RIGHT: walks}) == [True] * 4

    @pytest.mark.parametrize(("part", "walks"), [(0.32, True), (0.12, False)])
    def test_a_slow_thigh_walks_and_a_standing_one_does_not(self, part: float, walks: bool) -> None:
        """20 degrees either way in a stride of 2 s; and a leg that shifts its weight."""
        motion = swinging((0.0, 4.0), duration_s=4.0)
        motion.gyr.window(0, 400)[:] *= part
        assert self.cells({Placement.THIGH_LEFT: motion}) == [walks] * 4

    def test_a_sensor_that_is_stuck_at_a_rate_does_not_walk(self) -> None:
        stuck = motion_of(turned(0.0, 0.0, np.zeros(400)))
        stuck.gyr.window(0, 400)[:] = 3.0
        assert self.cells({LEFT: stuck}) == [False] * 4


def motions_of(table: RecordingTable) -> dict[Placement, Motion]:
    motions = {}
    for placement in table.placements:
        samples: FloatArray = np.concatenate((table.acc_m_s2[placement], table.gyr_rad_s[placement]), axis=1)
        motions[placement] = Motion()
        valid = np.asarray(np.isfinite(samples).all(axis=1))
        motions[placement].push(samples, valid)
        motions[placement].finish()
    return motions


class TestLearned:
    def learn(self, table: RecordingTable) -> object:
        motions = motions_of(table)
        end = min(m.end for m in motions.values())
        warmup = Warmup(motions, PARAMS)
        warmup.closes_at()
        return calibrate(motions, end, warmup.active, PARAMS)

    def test_nobody_walks_nothing_is_learned(self) -> None:
        still = {LEFT: motion_of(turned(0.0, 0.0, np.zeros(1000)))}
        assert calibrate(still, 1000, [False] * 10, PARAMS) is None
        assert calibrate({}, 1000, [True] * 10, PARAMS) is None

    @pytest.mark.parametrize("seed", [1, 2])
    def test_the_mounting_of_a_noiseless_walk_comes_back(self, seed: int) -> None:
        """The simulator's aligned sensors have the segment's axes: every matrix is the identity."""
        spec = WalkSpec(duration_s=30.0, seed=seed, walkway_m=STRAIGHT, noise="none")
        motions = motions_of(walk(spec).table)
        warmup = Warmup(motions, PARAMS)
        warmup.closes_at()
        found = calibrate(motions, 2900, warmup.active, PARAMS)
        assert found is not None
        assert found.standing
        assert found.pelvis is not None
        assert found.trunk is not None
        matrices = {p: leg.to_segment for p, leg in found.legs.items()} | dict(found.pelvis.to_pelvis)
        assert set(matrices) == {*KNEES, *THIGHS, *HIPS, Placement.SACRUM}
        for placement, matrix in matrices.items():
            angle = np.degrees(np.arccos(np.clip((np.trace(matrix) - 1.0) / 2.0, -1.0, 1.0)))
            assert angle < 15.0, placement
        assert found.stride == pytest.approx(100.0 * float(str(walk(spec).truth.numbers["stride_time_s"])), rel=0.03)

    def test_a_thigh_has_a_rhythm_only_where_there_is_no_knee(self) -> None:
        for placements, rhythmic in (((*KNEES, *THIGHS), set(KNEES)), (THIGHS, set(THIGHS))):
            motions = motions_of(recording("healthy").only(placements))
            warmup = Warmup(motions, replace(PARAMS, walking_s=8.0))
            end = warmup.closes_at()
            assert end is not None
            found = calibrate(motions, end, warmup.active, PARAMS)
            assert found is not None
            assert {p for p, leg in found.legs.items() if leg.gait is not None} == rhythmic
