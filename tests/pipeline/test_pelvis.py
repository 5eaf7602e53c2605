"""Pelvic angles against rotations that are known: sizes, signs, several sensors, gaps, and the heading rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.activity.turns import TurnFinder, TurnParams
from pipeline.angles.orientation import Motion
from pipeline.angles.pelvis import HeadingRate, PelvisAngles
from pipeline.signals.bridging import Trust
from pipeline.signals.timeline import Series
from sensor.samples import FloatArray, Placement
from tests.pipeline.synthetic import motion_of, pieces, random_rotation, seconds, turned

LEFT, RIGHT, SACRUM = Placement.HIP_LEFT, Placement.HIP_RIGHT, Placement.SACRUM
STRIDE = 110


def angles_of(
    motions: dict[Placement, Motion], mounts: dict[Placement, FloatArray], cuts: tuple[int, ...] = ()
) -> FloatArray:
    """Tilt, obliquity, rotation (n, 3), degrees."""
    stage = PelvisAngles(motions, mounts, STRIDE, 0)
    for part in pieces(next(iter(motions.values())).end, cuts):
        stage.advance(part.stop)
    stage.finish()
    return stage.angles.window(0, stage.angles.end)


def one(to_earth: FloatArray, mount: FloatArray | None = None) -> FloatArray:
    mount = np.eye(3) if mount is None else mount
    return angles_of({SACRUM: motion_of(to_earth, mount)}, {SACRUM: mount})


def still(n: int = 500) -> FloatArray:
    return np.zeros(n)


class TestSigns:
    """Told by points of the body, not by the formula that is tested."""

    def test_tilt_is_positive_when_the_front_goes_down(self) -> None:
        pelvis = turned(0.0, np.full(400, 10.0), 0.0)
        front = pelvis[0] @ np.array([1.0, 0.0, 0.0])
        assert front[2] < 0.0
        np.testing.assert_allclose(one(pelvis)[:, 0], 10.0, atol=1e-9)

    def test_obliquity_is_positive_when_the_left_side_is_up(self) -> None:
        pelvis = turned(0.0, 0.0, np.full(400, 7.0))
        left = pelvis[0] @ np.array([0.0, 0.14, 0.0])
        assert left[2] > 0.0
        np.testing.assert_allclose(one(pelvis)[:, 1], 7.0, atol=1e-9)

    def test_rotation_is_positive_when_the_right_side_is_forward(self) -> None:
        swing = 6.0 * np.sin(2.0 * np.pi * np.arange(1320) / STRIDE)
        pelvis = turned(swing, 0.0, 0.0)
        most = int(np.argmax(swing))
        right = pelvis[most] @ np.array([0.0, -0.14, 0.0])
        assert right[0] > 0.0
        np.testing.assert_allclose(one(pelvis)[200:-200, 2], swing[200:-200], atol=0.15)


class TestApart:
    def test_is_the_angle_by_which_one_hip_sensor_has_slipped(self) -> None:
        pelvis, slipped = turned(0.0, 4.0 * np.sin(np.arange(600) / 15.0), 0.0), turned(0.0, 3.0, 4.0)
        stage = PelvisAngles(
            {LEFT: motion_of(pelvis, np.eye(3)), RIGHT: motion_of(pelvis @ slipped, np.eye(3))},
            {LEFT: np.eye(3), RIGHT: np.eye(3)},
            STRIDE,
            0,
        )
        stage.advance(600)
        assert stage.apart is not None
        np.testing.assert_allclose(stage.apart.window(0, 600), 5.0, atol=0.2)

    def test_is_not_told_without_both_or_inside_a_gap(self) -> None:
        pelvis = turned(np.zeros(400), 0.0, 0.0)
        assert PelvisAngles({SACRUM: motion_of(pelvis, np.eye(3))}, {SACRUM: np.eye(3)}, STRIDE, 0).apart is None
        trust = np.full(400, float(Trust.SAMPLE))
        trust[100:140] = Trust.WITHHELD
        motions = {LEFT: motion_of(pelvis, trust=trust), RIGHT: motion_of(pelvis)}
        stage = PelvisAngles(motions, dict.fromkeys(motions, np.eye(3)), STRIDE, 0)
        stage.advance(400)
        assert stage.apart is not None
        assert np.isnan(stage.apart.window(100, 140)).all()
        assert np.isfinite(stage.apart.window(140, 400)).all()


@settings(max_examples=20)
@given(
    st.integers(0, 2**32 - 1),
    st.floats(-180.0, 180.0),
    st.floats(-60.0, 60.0),
    st.tuples(*[st.floats(0.5, 12.0)] * 3),
)
def test_all_three_come_back_under_any_mounting_heading_and_drift(
    seed: int, heading_deg: float, drift_deg_s: float, sizes: tuple[float, float, float]
) -> None:
    t = np.arange(1100) / STRIDE
    tilt = 5.0 + sizes[0] * np.sin(4.0 * np.pi * t)
    obliquity = sizes[1] * np.sin(2.0 * np.pi * t + 1.0) + 2.0
    rotation = sizes[2] * np.sin(2.0 * np.pi * t + 2.0)
    found = one(
        turned(heading_deg + drift_deg_s * np.arange(1100) / 100.0 + rotation, tilt, obliquity), random_rotation(seed)
    )
    np.testing.assert_allclose(found[:, 0], tilt, atol=1e-6)
    np.testing.assert_allclose(found[:, 1], obliquity, atol=1e-6)
    inside = slice(STRIDE, -STRIDE)
    np.testing.assert_allclose(found[inside, 2], rotation[inside], atol=0.02 * sizes[2] + 1e-6)


class TestSeveralSensors:
    def test_independent_wobble_is_halved(self) -> None:
        rng = np.random.default_rng(0)
        wobble = [np.convolve(rng.normal(0.0, 8.0, 3000), np.ones(5) / 5.0, "same") for _ in range(2)]
        motions = {p: motion_of(turned(0.0, 0.0, w)) for p, w in zip((LEFT, RIGHT), wobble, strict=True)}
        both = angles_of(motions, dict.fromkeys(motions, np.eye(3)))[:, 1]
        alone = [angles_of({p: m}, {p: np.eye(3)})[:, 1] for p, m in motions.items()]
        assert both.std() == pytest.approx(np.mean([a.std() for a in alone]) / np.sqrt(2.0), rel=0.1)

    def test_sensors_mounted_apart_say_the_same(self) -> None:
        pelvis = turned(still(), 3.0 * np.sin(seconds(5.0)), 4.0 * np.cos(seconds(5.0)))
        mounts = {p: random_rotation(k) for k, p in enumerate((LEFT, RIGHT, SACRUM))}
        together = angles_of({p: motion_of(pelvis, m) for p, m in mounts.items()}, mounts)
        np.testing.assert_allclose(together[:, :2], one(pelvis)[:, :2], atol=1e-6)

    def test_headings_of_their_own_do_not_matter(self) -> None:
        """Without a magnetometer every sensor has its own north, and drifts its own way past 180 degrees."""
        swing = 6.0 * np.sin(2.0 * np.pi * np.arange(1320) / STRIDE)
        drift = np.arange(1320) / 100.0
        motions = {LEFT: motion_of(turned(175.0 + 2.0 * drift + swing, 0.0, 0.0))}
        motions[RIGHT] = motion_of(turned(-40.0 - drift + swing, 0.0, 0.0))
        found = angles_of(motions, dict.fromkeys(motions, np.eye(3)))[200:-200, 2]
        np.testing.assert_allclose(found, swing[200:-200], atol=0.15)


def trusts(n: int, *gaps: tuple[int, int, Trust]) -> FloatArray:
    trust = np.zeros(n)
    for start, end, worst in gaps:
        trust[start:end] = worst
    return trust


class TestGaps:
    def found(self, *gaps: tuple[int, int, Trust], cuts: tuple[int, ...] = ()) -> FloatArray:
        motions = {
            LEFT: motion_of(turned(still(1000), 0.0, 3.0), trust=trusts(1000, *gaps)),
            RIGHT: motion_of(turned(still(1000), 0.0, 3.0)),
        }
        return angles_of(motions, dict.fromkeys(motions, np.eye(3)), cuts)

    def test_what_was_bridged_is_trusted(self) -> None:
        assert np.isfinite(self.found((400, 410, Trust.BRIDGED))).all()

    @pytest.mark.parametrize("length", [11, 60, 300])
    def test_one_sensor_withheld_withholds_the_pelvis_as_long(self, length: int) -> None:
        found = self.found((400, 400 + length, Trust.WITHHELD))
        untrusted = np.flatnonzero(np.isnan(found).any(axis=1))
        np.testing.assert_array_equal(untrusted, np.arange(400, 400 + length))
        assert np.isnan(found[untrusted]).all()

    @settings(max_examples=30)
    @given(
        st.lists(st.tuples(st.integers(0, 900), st.integers(1, 200)), max_size=4),
        st.lists(st.integers(0, 1000), max_size=8).map(tuple),
    )
    def test_any_pieces_give_the_same_bits(self, gaps: list[tuple[int, int]], cuts: tuple[int, ...]) -> None:
        spans = [(start, min(start + length, 1000), Trust.WITHHELD) for start, length in gaps]
        np.testing.assert_array_equal(self.found(*spans, cuts=cuts), self.found(*spans))


class TestHeadingRate:
    def rate(self, motions: dict[Placement, Motion], cuts: tuple[int, ...] = ()) -> FloatArray:
        stage = HeadingRate(motions, TurnParams().filter_taps(), 0)
        for part in pieces(next(iter(motions.values())).end, cuts):
            stage.advance(part.stop)
        stage.finish()
        return stage.rate.window(0, stage.rate.end)

    @given(st.integers(0, 2**32 - 1), st.floats(-90.0, 90.0))
    @settings(max_examples=20)
    def test_is_the_turn_about_the_vertical_however_the_sensor_is_worn(self, seed: int, deg_s: float) -> None:
        turning = turned(deg_s * seconds(6.0), 12.0, -8.0)
        found = self.rate({LEFT: motion_of(turning, random_rotation(seed)), RIGHT: motion_of(turning)})
        np.testing.assert_allclose(np.degrees(found), deg_s, atol=1e-4 + 1e-5 * abs(deg_s))

    def test_only_the_turn_is_taken_for_a_turn(self) -> None:
        """The pelvis rotates by up to 10 degrees to either side with every stride, faster than some turns."""
        t = seconds(20.0)
        swing = 10.0 * np.sin(2.0 * np.pi * 0.8 * t)
        half_turn = 180.0 * np.clip((t - 9.0) / 2.0, 0.0, 1.0)
        rate = Series(1)
        rate.append(self.rate({SACRUM: motion_of(turned(swing + half_turn, 0.0, 0.0))}))
        finder = TurnFinder(rate, TurnParams())
        finder.finish()
        (turn,) = finder.turns
        assert 750 < turn.start < 920
        assert 1080 < turn.end < 1250

    @settings(max_examples=20)
    @given(st.lists(st.integers(0, 800), max_size=8).map(tuple))
    def test_any_pieces_give_the_same_bits(self, cuts: tuple[int, ...]) -> None:
        rng = np.random.default_rng(0)
        walk = {p: motion_of(turned(*np.cumsum(rng.normal(0.0, 1.0, (3, 800)), axis=1))) for p in (LEFT, RIGHT)}
        np.testing.assert_array_equal(self.rate(walk, cuts), self.rate(walk))
