"""A sensor whose data no mounting can explain is found, and a right one never called so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.conclusion import SessionParams
from pipeline.engine import Engine
from pipeline.mounting.handedness import Axes, HandednessParams, handedness
from pipeline.result import BoutKind, Handedness, Mount, Verdict
from pipeline.session import analyze_table
from pipeline.signals.bridging import Trust
from sensor.recording import RecordingTable, blocks
from sensor.samples import HIPS, KNEES, THIGHS, Placement, Side
from sensor.simulation import STRAIGHT, WalkSpec
from tests.pipeline.synthetic import motion_of, random_rotation, seconds, turned
from tests.pipeline.walks import SOON, analysed, recording, replaced, walk

SPECS = {
    "healthy": WalkSpec(duration_s=40.0, seed=21),
    "antalgic": WalkSpec("antalgic_knee", Side.RIGHT, 0.9, duration_s=40.0, seed=22),
    "slow": WalkSpec("healthy_slow", Side.LEFT, 0.9, duration_s=40.0, seed=23),
    "any_mounting": WalkSpec("antalgic_knee", Side.LEFT, 0.9, duration_s=40.0, seed=24, noise="any_mounting"),
    "claudication": WalkSpec("claudication", Side.LEFT, 0.8, duration_s=40.0, seed=25),
}


def negated(table: RecordingTable, placements: tuple[Placement, ...], axis: int) -> RecordingTable:
    """An export that has one axis of some sensors the wrong way round, in both halves."""
    sign = np.ones(3)
    sign[axis] = -1.0
    return replaced(table, lambda p, acc, gyr: (acc * sign, gyr * sign) if p in placements else (acc, gyr))


def found(table: RecordingTable) -> dict[Placement, Handedness]:
    """What calibration says of each sensor."""
    return {placement: mount.handedness for placement, mount in mounts_of(table).items()}


def mounts_of(table: RecordingTable, params: SessionParams = SOON) -> dict[Placement, Mount]:
    """How calibration says that each sensor sits."""
    engine = Engine(dict.fromkeys(table.placements, table.rate_hz), 1.7, params.engine)
    for block in blocks(table, None):
        engine.push(block)
    engine.finish()
    assert engine.calibration is not None
    return {mount.placement: mount for mount in engine.calibration.mounts}


@pytest.mark.parametrize("name", SPECS)
def test_no_false_alarm(name: str) -> None:
    table = walk(SPECS[name]).table
    assert Handedness.MIRRORED not in found(table).values()


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("name", ["healthy", "antalgic", "slow", "any_mounting"])
def test_any_negated_axis_of_any_sensor_is_found(name: str, axis: int) -> None:
    table = walk(SPECS[name]).table
    some = tuple(table.placements[axis::2])
    assert found(negated(table, some, axis)) == {
        p: Handedness.MIRRORED if p in some else Handedness.RIGHT for p in table.placements
    }


def test_a_gyroscope_with_the_wrong_sign_is_found() -> None:
    table = replaced(walk(SPECS["healthy"]).table, lambda p, acc, gyr: (acc, -gyr if p in KNEES else gyr))
    assert {p for p, said in found(table).items() if said is Handedness.MIRRORED} == set(KNEES)


COLUMNS = {
    "gyr_y has the wrong sign": (np.eye(3), np.diag([1.0, -1.0, 1.0])),
    "acc_x has the wrong sign, or gyr_y and gyr_z have": (np.diag([-1.0, 1.0, 1.0]), np.eye(3)),
    "gyr_x and gyr_y are swapped": (np.eye(3), np.eye(3)[[1, 0, 2]]),
    "acc_y and acc_z are swapped": (np.eye(3)[[0, 2, 1]], np.eye(3)),
}


@pytest.mark.parametrize("fault", COLUMNS)
def test_a_wrong_column_is_named(fault: str) -> None:
    """Or, at a few of the sensors, left open; it is never passed, called otherwise, or put on a right one."""
    acc_fault, gyr_fault = COLUMNS[fault]
    table = walk(SPECS["healthy"]).table
    some = table.placements[::2]
    wrong = replaced(table, lambda p, acc, gyr: (acc @ acc_fault, gyr @ gyr_fault) if p in some else (acc, gyr))
    said = mounts_of(wrong, SessionParams())
    assert {said[p].fault for p in some} <= {fault, ""}
    assert sum(said[p].fault == fault for p in some) >= 2
    assert Handedness.RIGHT not in {said[p].handedness for p in some}
    assert {said[p].handedness for p in table.placements[1::2]} == {Handedness.RIGHT}


def test_a_quarter_turn_is_no_fault() -> None:
    """A sensor that was turned a quarter about an axis has two columns exchanged and one negated, in both halves."""
    quarter = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    table = replaced(walk(SPECS["slow"]).table, lambda p, acc, gyr: (acc @ quarter, gyr @ quarter))
    assert {mount.fault for mount in mounts_of(table, SessionParams()).values()} == {""}


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 999), lean=st.floats(2.0, 20.0), period_s=st.floats(2.5, 8.0))
def test_a_body_that_only_leans_shows_it_in_any_mounting(seed: int, lean: float, period_s: float) -> None:
    t = seconds(20.0)
    motion = motion_of(turned(0.0, lean * np.sin(2 * np.pi * t / period_s), 0.0), random_rotation(seed))
    acc, gyr, trust = (series.window(0, motion.end) for series in (motion.acc, motion.gyr, motion.trust))
    assert handedness(acc, gyr, trust, 110.0, HandednessParams()) == Axes(Handedness.RIGHT)
    assert handedness(acc, -gyr, trust, 110.0, HandednessParams()).handedness is Handedness.MIRRORED
    assert handedness(-acc, -gyr, trust, 110.0, HandednessParams()).handedness is Handedness.MIRRORED


def test_a_sensor_that_hardly_turns_or_has_only_short_stretches_is_left_open() -> None:
    t = seconds(20.0)
    motion = motion_of(turned(5.0 * np.sin(t), 0.0, 0.0))  # about the vertical, which gravity does not see
    acc, gyr = motion.acc.window(0, motion.end), motion.gyr.window(0, motion.end)
    assert handedness(acc, gyr, np.zeros(len(t)), 110.0, HandednessParams()) == Axes(Handedness.UNCLEAR)
    leaning = motion_of(turned(0.0, 10.0 * np.sin(t), 0.0))
    acc, gyr = leaning.acc.window(0, leaning.end), leaning.gyr.window(0, leaning.end)
    holes = np.where(np.arange(len(t)) % 250 < 20, float(Trust.WITHHELD), float(Trust.SAMPLE))
    assert handedness(acc, gyr, holes, 110.0, HandednessParams()) == Axes(Handedness.UNCLEAR)
    assert handedness(acc, gyr, 0.0 * holes, 110.0, HandednessParams()) == Axes(Handedness.RIGHT)


class TestWhatIsReadFromIt:
    def test_mirrored_hips_are_said_and_give_no_angle(self) -> None:
        result = analyze_table(negated(recording("healthy"), (*HIPS, Placement.SACRUM), 2), params=SOON)
        assert result.quality.verdict is Verdict.ATTENTION
        assert any(
            "axes of hip_left, hip_right, sacrum contradict each other (an axis of both" in said
            for said in result.quality.reasons
        )
        assert all(measure.value is None for measure in result.pelvis.values())
        assert np.isnan(result.pelvis_series.tilt_deg).all()
        assert [repr(e) for e in result.events] == [repr(e) for e in analysed("healthy").events]

    def test_mirrored_legs_keep_their_times_and_lose_lengths_and_flexion(self) -> None:
        result = analyze_table(negated(recording("healthy"), (*KNEES, *THIGHS), 0), params=SOON)
        usual = analysed("healthy")
        assert result.asymmetry["stance_time"].effect == pytest.approx(usual.asymmetry["stance_time"].effect)
        assert result.asymmetry["impact_peak"].effect == pytest.approx(usual.asymmetry["impact_peak"].effect)
        for metric in ("stride_length", "knee_flexion_swing"):
            assert result.asymmetry[metric].effect is None
            assert "mirrored" in result.asymmetry[metric].reason
        assert result.gait["speed_m_s"].value is None
        assert result.knee_series is None

    def test_one_mirrored_hip_leaves_the_pelvis_to_the_other_sensors(self) -> None:
        result = analyze_table(negated(recording("healthy"), HIPS[:1], 1), params=SOON)
        assert result.pelvis["hips_apart_deg"].reason == "needs sensors on both hips"
        for name, measure in analysed("healthy").pelvis.items():
            if name == "hips_apart_deg":
                continue
            assert result.pelvis[name].value == pytest.approx(measure.value, abs=3.0)

    @pytest.mark.parametrize("seed", range(4))
    def test_no_label_is_corrected_on_the_word_of_a_mirrored_sensor(self, seed: int) -> None:
        """The witnesses of left and right come out reversed; they exchanged the legs in five walks of twelve."""
        spec = WalkSpec("healthy_slow", Side.LEFT, 0.9, duration_s=30.0, seed=seed, walkway_m=STRAIGHT)
        table = walk(replace(spec, placements=(*KNEES, *HIPS))).table
        result = analyze_table(negated(table, table.placements, 2), params=SOON)
        assert not any("swapped left and right" in reason for reason in result.quality.reasons)

    def test_a_mirrored_sacrum_alone_leaves_nothing_to_analyse(self) -> None:
        result = analyze_table(negated(recording("sacrum"), (Placement.SACRUM,), 0), params=SOON)
        assert result.quality.verdict is Verdict.INVALID
        assert "The axes of sacrum contradict each other" in result.quality.reasons[0]

    def test_a_mirrored_knee_makes_no_turns(self) -> None:
        """Its vertical is wrong at every step, so that its swing looks like a turn."""
        table = walk(WalkSpec(duration_s=45.0, seed=3, placements=KNEES)).table
        usual, told = (analyze_table(one, params=SOON).bouts for one in (table, negated(table, KNEES[:1], 2)))
        assert [bout.kind for bout in told] == [bout.kind for bout in usual]
        assert [bout.start_s for bout in told] == pytest.approx([bout.start_s for bout in usual], abs=1.0)

    @pytest.mark.parametrize(("others", "kind"), [((*KNEES, *HIPS), BoutKind.SITTING), (KNEES, BoutKind.UNKNOWN)])
    def test_mirrored_thighs_call_no_seat_standing(self, others: tuple[Placement, ...], kind: BoutKind) -> None:
        spec = WalkSpec(duration_s=110.0, seed=3, protocol="walk-sit-walk", placements=(*THIGHS, *others))
        result = analyze_table(negated(walk(spec).table, THIGHS, 0), params=SOON)
        assert [rest.kind for rest in result.rests] == [kind]
