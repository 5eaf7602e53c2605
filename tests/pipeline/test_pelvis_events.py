"""Contacts from the pelvis alone: one per step, sides by the sway, less sure, the same in any pieces."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.angles.level_acceleration import LevelAcceleration
from pipeline.angles.orientation import Motion
from pipeline.events.contacts import Contact
from pipeline.events.leg_events import SHANK
from pipeline.events.pelvis_events import PelvisEventParams, PelvisEvents, UsualStep, usual_peak
from pipeline.result import EventKind
from pipeline.signals.bridging import Trust
from sensor.samples import FloatArray, Placement, Side
from tests.pipeline.synthetic import motion_of, pieces, random_rotation, seconds, turned

SACRUM = Placement.SACRUM
PARAMS = PelvisEventParams()
STEP_S, STEPS, START_S = 0.55, 24, 4.0
MOUNT = random_rotation(3)
Cuts = tuple[int, ...]


def swaying(steps: int = STEPS, left_first: bool = True, swap_at: int | None = None, sway: float = 1.0) -> FloatArray:
    """Acceleration (n, 3) ahead, left, up of a pelvis that is lifted once and pushed aside in every step."""
    t = seconds(START_S + STEP_S * steps + 4.0)
    acc = np.zeros((len(t), 3))
    for k in range(steps):
        begin = START_S + STEP_S * k
        inside = (t >= begin) & (t < begin + STEP_S)
        phase = np.pi * (t[inside] - begin) / STEP_S
        left_stands = (k % 2 == 0) == left_first
        push = -1.0 if left_stands else 1.0
        acc[inside, 1] = sway * (-push if k == swap_at else push) * np.sin(phase)
        acc[inside, 2] = -2.0 * np.cos(2.0 * phase)
    return acc


def motion(acceleration: FloatArray, trust: FloatArray | None = None) -> Motion:
    return motion_of(turned(30.0, 0.0, np.zeros(len(acceleration))), MOUNT, _to_earth(acceleration), trust)


def _to_earth(acceleration: FloatArray) -> FloatArray:
    return np.asarray(acceleration @ turned(30.0, 0.0, 0.0)[0].T)


def detector_of(worn: Motion, sides: tuple[Side, ...] = tuple(Side)) -> PelvisEvents:
    level = LevelAcceleration({SACRUM: worn}, {SACRUM: MOUNT}, 0)
    return PelvisEvents(level, [worn.trust], sides, UsualStep(2.0, 100.0 * STEP_S), 0, PARAMS)


def found_in(
    acceleration: FloatArray, sides: tuple[Side, ...] = tuple(Side), trust: FloatArray | None = None, cuts: Cuts = ()
) -> list[Contact]:
    worn = motion(acceleration, trust)
    detector = detector_of(worn, sides)
    found = [c for part in pieces(worn.end, cuts) for c in detector.advance(part.stop)]
    return found + detector.finish()


def initial(found: list[Contact]) -> list[Contact]:
    return sorted((c for c in found if c.kind is EventKind.IC), key=lambda c: c.at)


class TestSteps:
    def test_one_contact_a_step_in_turn(self) -> None:
        contacts = initial(found_in(swaying()))
        assert abs(len(contacts) - STEPS) <= 1
        times = np.array([c.at for c in contacts]) / 100.0
        np.testing.assert_allclose(np.diff(times)[2:-2], STEP_S, atol=0.02)
        expected = START_S + STEP_S * (np.arange(len(times)) + 0.375)  # midway from the rise through zero to the peak
        np.testing.assert_allclose(times[2:-2], expected[2:-2], atol=0.03)

    @pytest.mark.parametrize("left_first", [True, False])
    def test_the_side_is_the_one_that_pushes_away(self, left_first: bool) -> None:
        contacts = initial(found_in(swaying(left_first=left_first)))[2:-2]
        sides = [c.side for c in contacts]
        assert all(a is not b for a, b in pairwise(sides))
        swing = swaying(left_first=left_first)
        under = [swing[round(c.at) + 5 : round(c.at) + 40, 1].mean() for c in contacts]
        assert all((push < 0.0) == (c.side is Side.LEFT) for c, push in zip(contacts, under, strict=True))

    def test_one_odd_step_does_not_swap_the_sides(self) -> None:
        usual, odd = (initial(found_in(swaying(swap_at=k))) for k in (None, 11))
        assert [c.side for c in odd] == [c.side for c in usual]
        assert min(c.confidence for c in odd[8:15]) < min(c.confidence for c in usual[8:15])

    def test_final_contacts_are_estimates_of_the_other_foot(self) -> None:
        found = found_in(swaying())
        finals = sorted((c for c in found if c.kind is EventKind.FC), key=lambda c: c.at)
        by_time = {round(c.at, 6): c for c in initial(found)}
        for final in finals:
            contact = max((c for c in by_time.values() if c.at < final.at), key=lambda c: c.at)
            assert final.side is contact.side.other
            assert final.at - contact.at == pytest.approx(0.22 * 55.0, abs=1.5)
            assert "estimated" in final.note
            assert final.confidence <= 0.5 * contact.confidence + 1e-3

    def test_they_are_less_sure_than_a_shanks_and_say_how_sides_were_told(self) -> None:
        for contact in found_in(swaying()):
            assert contact.confidence <= PARAMS.sure < SHANK.sure
            assert "side_inferred" in contact.note

    @pytest.mark.parametrize("side", list(Side))
    def test_only_the_sides_that_were_asked_for(self, side: Side) -> None:
        both, one = found_in(swaying()), found_in(swaying(), (side,))
        assert {c.side for c in one} == {side}
        assert [repr(c) for c in one] == [repr(c) for c in both if c.side is side]

    def test_standing_and_swaying_a_little_is_no_step(self) -> None:
        assert found_in(0.2 * swaying()) == []


@pytest.mark.parametrize("cut", range(400, 456, 5))
def test_a_recording_may_begin_anywhere_in_a_step(cut: int) -> None:
    whole, late = swaying(), swaying()[cut:]
    usual = [c.at - cut for c in initial(found_in(whole))]
    found = np.array([c.at for c in initial(found_in(late))])
    assert all(np.abs(found - at).min() < 1e-6 for at in usual if at > 200.0)


class TestGaps:
    @pytest.mark.parametrize(("trust", "seen"), [(Trust.BRIDGED, True), (Trust.WITHHELD, False)])
    def test_inside_a_gap(self, trust: Trust, seen: bool) -> None:
        usual = initial(found_in(swaying()))
        middle = round(usual[10].at)
        marks = np.zeros(len(swaying()))
        marks[middle - 4 : middle + 4] = trust
        found = initial(found_in(swaying(), trust=marks))
        assert len(found) == len(usual) - (not seen)
        near = [c for c in found if abs(c.at - middle) < 5]
        assert [("near_gap" in c.note, c.confidence < usual[10].confidence) for c in near] == [(True, True)] * seen


class TestStream:
    @settings(max_examples=12)
    @given(st.lists(st.integers(0, 2200), max_size=12).map(tuple), st.integers(0, 2**32 - 1))
    def test_any_pieces_give_the_same_contacts(self, cuts: Cuts, seed: int) -> None:
        rng = np.random.default_rng(seed)
        noisy = swaying() + rng.normal(0.0, 1.0, (len(swaying()), 3))
        key = sorted(repr(c) for c in found_in(noisy))
        assert sorted(repr(c) for c in found_in(noisy, cuts=cuts)) == key

    def test_what_is_settled_stays_settled(self) -> None:
        worn = motion(swaying())
        detector, settled = detector_of(worn), -np.inf
        for end in range(1, worn.end, 3):
            assert all(contact.at >= settled for contact in detector.advance(end))
            settled = max(settled, detector.settled)
        assert settled > worn.end - 400.0
        assert all(contact.at >= settled for contact in detector.finish())


class TestUsualPeak:
    def test_is_what_most_steps_reach(self) -> None:
        peaks = 2.0 * np.cos(2.0 * np.pi * seconds(20.0) / 0.55)
        assert usual_peak(peaks, PARAMS) == pytest.approx(2.0, abs=0.02)

    def test_of_standing_is_nothing(self) -> None:
        assert usual_peak(0.05 * np.cos(10.0 * seconds(20.0)), PARAMS) == 0.0
