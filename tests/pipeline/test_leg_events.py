"""Contacts from one leg: timed the same however hard the foot strikes, and settled for good."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.angles.orientation import Motion
from pipeline.events.contacts import Contact
from pipeline.events.leg_events import SHANK, THIGH, Gait, LegEventParams, LegEvents, LegSignalFilters, last_rise
from pipeline.events.swings import Rhythm
from pipeline.result import EventKind
from pipeline.signals.bridging import Trust
from pipeline.signals.timeline import Series
from sensor.samples import FloatArray, Side
from tests.pipeline.synthetic import motion_of, pieces, random_rotation, seconds, turned

STRIDE_S, STRIDES = 1.1, 12
RIGHT = np.array([0.0, -1.0, 0.0])
LANDINGS_S = 1.4 + STRIDE_S * np.arange(STRIDES)  # when the shank's forward swing ends


@cache
def leg(impact: float = 1.0, seed: int | None = None, early_s: float = 0.0) -> tuple[Motion, FloatArray]:
    """A leg that swings forward before each landing, and is struck at it or so early; also its axis in sensor axes."""
    t = seconds(LANDINGS_S[-1] + 2.0)
    pitch, knock = np.zeros(len(t)), np.zeros((len(t), 3))
    for landing in LANDINGS_S:
        swing = np.clip((t - landing + 0.4) / 0.4, 0.0, 1.0)
        back = np.clip((t - landing) / 0.7, 0.0, 1.0)
        pitch -= 45.0 * (0.5 - 0.5 * np.cos(np.pi * swing))
        pitch += 45.0 * (0.5 - 0.5 * np.cos(np.pi * back)) * (t >= landing)
        since = t - landing + early_s
        ring = np.where(since > 0.0, np.exp(-since / 0.02) * np.sin(2.0 * np.pi * 16.0 * since), 0.0)
        knock[:, 2] += impact * 30.0 * ring
    mount = np.eye(3) if seed is None else random_rotation(seed)
    return motion_of(turned(0.0, pitch, 0.0), mount, acceleration_m_s2=knock), mount.T @ RIGHT


def contacts(motion: Motion, axis: FloatArray, cuts: tuple[int, ...] = (), gait: Gait | None = None) -> list[Contact]:
    detector = LegEvents(Side.LEFT, motion, axis, gait or Gait(Rhythm(3.0, 110.0)), 0, SHANK)
    found = [c for part in pieces(motion.end, cuts) for c in detector.advance(part.stop)]
    return found + detector.finish()


def at(found: list[Contact], kind: EventKind) -> FloatArray:
    return np.array([c.at for c in found if c.kind is kind])


def hesitant_leg(dwell_s: float) -> Motion:
    """A shank that begins every swing alike and then stays so long just under 1 rad/s before it goes on."""
    t = seconds(LANDINGS_S[-1] + 2.0)
    rate = np.zeros(len(t))
    for landing in LANDINGS_S:
        later = np.array([0.0, 0.045, 0.045 + dwell_s, 0.145 + dwell_s, 0.3 + dwell_s, 0.4 + dwell_s])
        rate += np.interp(t - landing + 0.4, later, [0.0, 0.9, 0.95, 3.5, 3.5, 0.0])
    return motion_of(turned(0.0, -np.rad2deg(np.cumsum(rate)) / 100.0, 0.0))


class TestDetector:
    def test_every_swing_has_its_two_contacts(self) -> None:
        found = contacts(*leg())
        initial, final = at(found, EventKind.IC), at(found, EventKind.FC)
        assert len(initial) == len(final) == STRIDES
        np.testing.assert_allclose(initial / 100.0, LANDINGS_S, atol=0.035)
        assert np.ptp(initial / 100.0 - LANDINGS_S) < 0.01
        assert ((LANDINGS_S - final / 100.0 > 0.35) & (LANDINGS_S - final / 100.0 < 0.5)).all()
        assert all(c.swing_peak_rad_s == pytest.approx(3.0, abs=0.6) for c in found if c.kind is EventKind.IC)

    @pytest.mark.parametrize("impact", [0.25, 0.5, 2.0, 4.0])
    def test_a_guarded_or_a_hard_landing_is_timed_alike(self, impact: float) -> None:
        """A painful leg that lands softly must not pose as one that lands at another time."""
        usual, other = contacts(*leg()), contacts(*leg(impact))
        np.testing.assert_allclose(at(other, EventKind.IC), at(usual, EventKind.IC), atol=0.6)
        np.testing.assert_allclose(at(other, EventKind.FC), at(usual, EventKind.FC), atol=0.1)

    @pytest.mark.parametrize("dwell_s", [0.03, 0.06])
    def test_a_swing_that_hesitates_after_its_begin_leaves_the_ground_no_later(self, dwell_s: float) -> None:
        """A stiff leg is slow to gain speed after toe-off; its stance must not seem longer for it."""
        gait = Gait(Rhythm(3.5, 110.0))
        usual, slow = (at(contacts(hesitant_leg(s), RIGHT, gait=gait), EventKind.FC) for s in (0.0, dwell_s))
        np.testing.assert_allclose(slow, usual, atol=0.8)

    @settings(max_examples=10)
    @given(st.integers(0, 2**32 - 1))
    def test_mounting_does_not_matter(self, seed: int) -> None:
        usual, other = contacts(*leg()), contacts(*leg(seed=seed))
        np.testing.assert_allclose([c.at for c in other], [c.at for c in usual], atol=1e-6)

    @settings(max_examples=20)
    @example((11,))
    @given(st.lists(st.integers(0, 1500), max_size=12).map(tuple))
    def test_any_pieces_give_the_same_contacts(self, cuts: tuple[int, ...]) -> None:
        assert [repr(c) for c in contacts(*leg(), cuts=cuts)] == [repr(c) for c in contacts(*leg())]

    def test_what_is_settled_stays_settled(self) -> None:
        motion, axis = leg()
        detector, settled = LegEvents(Side.LEFT, motion, axis, Gait(Rhythm(3.0, 110.0)), 0, SHANK), -np.inf
        for end in range(1, motion.end, 3):
            assert all(contact.at >= settled for contact in detector.advance(end))
            assert detector.settled >= settled
            settled = detector.settled
        assert settled > motion.end - 300.0
        assert all(contact.at >= settled for contact in detector.finish())

    def test_a_final_contact_at_the_far_end_of_its_search_is_not_settled_before(self) -> None:
        """The leg dwells above the contact's level for longer than the search, which begins at a whole sample."""
        motion = hesitant_leg(0.25)
        detector, settled = LegEvents(Side.LEFT, motion, RIGHT, Gait(Rhythm(3.5, 110.0)), 0, SHANK), -np.inf
        for end in range(1, motion.end):
            assert all(contact.at >= settled for contact in detector.advance(end))
            settled = detector.settled

    def test_weak_swings_are_less_sure(self) -> None:
        strong = contacts(*leg())
        weak = contacts(*leg(), gait=Gait(Rhythm(8.0, 110.0)))
        assert all(a.confidence < b.confidence for a, b in zip(weak, strong, strict=True))
        assert all(0.0 < c.confidence <= 1.0 for c in weak + strong)

    @pytest.mark.parametrize(("length", "lost"), [(10, 0), (11, 1)])
    def test_contacts_inside_a_gap_are_withheld_and_beside_a_bridge_marked(self, length: int, lost: int) -> None:
        motion, axis = leg()
        landing = round(100.0 * LANDINGS_S[5])
        trust = np.zeros(motion.end)
        trust[landing - 5 : landing - 5 + length] = Trust.BRIDGED if length <= 10 else Trust.WITHHELD
        gapped = Motion()
        for name in ("quat", "acc", "gyr"):  # oriented first: nothing is left to be computed
            getattr(gapped, name).append(getattr(motion, name).window(0, motion.end))
        gapped.trust.append(trust)
        found = contacts(gapped, axis)
        assert len(at(found, EventKind.IC)) == STRIDES - lost
        marked = [c for c in found if "near_gap" in c.note]
        assert len(marked) == 1 - lost
        assert all(c.confidence < 0.55 for c in marked)


def test_a_thigh_that_still_turns_forward_when_the_foot_lands_has_landed() -> None:
    """Of legs that land 0.12 s before their swing ends, the landing once was withheld as if it lay in a gap."""
    motion, axis = leg(early_s=0.12)
    detector = LegEvents(Side.LEFT, motion, axis, Gait(Rhythm(3.0, 110.0)), 0, THIGH)
    initial = at(detector.advance(motion.end) + detector.finish(), EventKind.IC)
    np.testing.assert_allclose(initial / 100.0, LANDINGS_S - 0.12, atol=0.04)


class TestLastRise:
    """A rate that rises by 10 rad/s in a second from the grid index 100 on, where it is zero."""

    @staticmethod
    def ramp(start: int = 0, *dips: int) -> Series:
        rate = np.linspace(0.1 * start - 10.0, 20.0, 300 - start, endpoint=False)
        rate[np.array(dips, dtype=int) - start] = -0.1
        series = Series(1, start)
        series.append(rate)
        return series

    def test_is_between_the_samples(self) -> None:
        assert last_rise(self.ramp(), 110.0, 0.75, 0.1) == pytest.approx(107.5)
        assert last_rise(self.ramp(), 110.4, 0.75, 0.1) == pytest.approx(107.5)

    def test_of_several_rises_is_the_last(self) -> None:
        assert last_rise(self.ramp(0, 108), 110.0, 0.75, 0.1) == pytest.approx(108.0 + 0.85 / 1.0)

    def test_of_the_level_itself_is_where_it_was(self) -> None:
        assert last_rise(self.ramp(), 110.0, 1.0, 0.1) == pytest.approx(110.0)

    def test_lies_within_the_search_and_the_signal(self) -> None:
        assert last_rise(self.ramp(), 150.0, 0.75, 0.1) == 140.0
        assert last_rise(self.ramp(start=145), 150.0, 0.75, 0.1) == 145.0


@pytest.mark.parametrize(
    ("params", "peak_rad_s", "level_rad_s"), [(THIGH, 2.0, 0.3), (SHANK, 3.5, 0.65), (SHANK, 2.0, 0.5)]
)
def test_a_leg_that_swings_slowly_is_timed_at_its_own_level(
    params: LegEventParams, peak_rad_s: float, level_rad_s: float
) -> None:
    """It starts slowly too: at the usual level its final contact would come late."""
    motion, axis = hesitant_leg(0.0), RIGHT
    detector = LegEvents(Side.LEFT, motion, axis, Gait(Rhythm(peak_rad_s, 110.0)), 0, params)
    signals = LegSignalFilters(params, axis, 0)
    rate = np.concatenate([signals.advance(motion, motion.end)[0], signals.finish()[0]])
    found = at(detector.advance(motion.end) + detector.finish(), EventKind.FC) + 100.0 * params.fc_lead_s
    np.testing.assert_allclose(np.interp(found, np.arange(len(rate)), rate), level_rad_s, atol=1e-6)


@example([11])
@example([1, 2, 12, 13, 40])
@given(st.lists(st.integers(0, 1500), max_size=12))
def test_the_filtered_signals_are_the_same_in_any_pieces(cuts: list[int]) -> None:
    motion, axis = leg()

    def run(borders: list[int]) -> tuple[FloatArray, FloatArray]:
        stage = LegSignalFilters(SHANK, axis, 0)
        parts = [stage.advance(motion, part.stop) for part in pieces(motion.end, borders)] + [stage.finish()]
        return np.concatenate([rate for rate, _ in parts]), np.concatenate([jerk for _, jerk in parts])

    for found, whole in zip(run(cuts), run([]), strict=True):
        np.testing.assert_array_equal(found, whole)


def test_jerk_is_the_slope_of_the_acceleration() -> None:
    """A ramp of 3 m/s^2 in a second in one axis has a jerk of 3 m/s^3 whatever the mounting."""
    motion = motion_of(turned(0.0, 0.0, np.zeros(400)), acceleration_m_s2=np.outer(3.0 * seconds(4.0), [0.6, 0.0, 0.8]))
    stage = LegSignalFilters(SHANK, RIGHT, 0)
    (_, first), (_, second) = stage.advance(motion, 400), stage.finish()
    jerk = np.concatenate((first, second))
    np.testing.assert_allclose(jerk[30:-30], 9.0, rtol=1e-9)
    assert len(jerk) in {399, 400}
    assert jerk[0] == 0.0


def test_contacts_come_in_order_per_kind() -> None:
    found = contacts(*leg(), cuts=(300, 600, 900))
    for kind in EventKind:
        assert all(a < b for a, b in pairwise(at(found, kind)))
