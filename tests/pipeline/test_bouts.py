"""Bouts and rests: each posture told by the sensors that can, else said to be unknown; what is lost is no rest."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.activity.bouts import Activity, BoutParams, activity
from pipeline.activity.posture import Postures
from pipeline.result import BoutKind, Confidence, Stride
from sensor.samples import FloatArray, Side
from tests.pipeline.strides import stride

PARAMS = BoutParams()
HANGS, LEVEL, TIPPED = 2.0, 85.0, -25.0
WALK, STAND, SIT, TURN, UNKNOWN = (
    BoutKind.WALKING,
    BoutKind.STANDING,
    BoutKind.SITTING,
    BoutKind.TURNING,
    BoutKind.UNKNOWN,
)


def held(n: int, **told: FloatArray | float) -> Postures:
    """Postures of n seconds in which nothing moves and nothing is lost; angles not given are not seen."""
    told = {name: np.broadcast_to(value, n) for name, value in told.items()}
    thigh, shank, pelvis, trunk = (
        np.asarray(told.get(f"{part}_deg", np.full(n, np.nan)), dtype=np.float64)
        for part in ("thigh", "shank", "pelvis", "trunk")
    )
    moving, lost = (np.asarray(told.get(name, np.zeros(n)), dtype=bool) for name in ("moving", "lost"))
    return Postures(thigh, shank, pelvis, trunk, moving, lost)


def walks(*spans: tuple[float, float]) -> list[Stride]:
    """Gait cycles of both sides that cover each span, of about a second."""
    out = []
    for first, last in spans:
        edges = np.linspace(first, last, round(last - first) + 1)
        out += [stride(side, a, b - a) for side in Side for a, b in pairwise(edges.tolist())]
    return out


def during(seconds: float, start: int, end: int, n: int, other: float) -> FloatArray:
    out = np.full(n, other)
    out[start:end] = seconds
    return out


def done(postures: Postures, strides: list[Stride], turns: list[tuple[float, float]] | None = None) -> Activity:
    return activity(postures, 0.0, strides, turns or [], PARAMS)


def kinds(found: Activity) -> list[tuple[BoutKind, float, float]]:
    return [(bout.kind, bout.start_s, bout.end_s) for bout in found.bouts]


class TestPosture:
    @pytest.mark.parametrize(
        ("angles", "sure"),
        [
            ({"thigh_deg": (LEVEL, HANGS)}, Confidence.HIGH),
            ({"pelvis_deg": (TIPPED, 1.0)}, Confidence.MODERATE),
            ({"shank_deg": (40.0, 3.0), "pelvis_deg": (0.0, 0.0)}, Confidence.LOW),
        ],
    )
    def test_a_seat_is_told_by_the_surest_sensor(
        self, angles: dict[str, tuple[float, float]], sure: Confidence
    ) -> None:
        told = {name: during(sitting, 30, 90, 120, standing) for name, (sitting, standing) in angles.items()}
        found = done(held(120, **told), walks((0.0, 30.0), (90.0, 120.0)))
        assert kinds(found) == [(WALK, 0.0, 30.0), (SIT, 30.0, 90.0), (WALK, 90.0, 120.0)]
        assert found.bouts[1].confidence is sure
        assert [(rest.kind, rest.confidence) for rest in found.rests] == [(SIT, sure)]

    def test_thighs_that_hang_stand_whatever_the_pelvis_does(self) -> None:
        found = done(held(90, thigh_deg=HANGS, pelvis_deg=TIPPED), walks((0.0, 30.0), (60.0, 90.0)))
        assert [rest.kind for rest in found.rests] == [STAND]

    def test_shanks_that_hang_tell_nothing(self) -> None:
        found = done(held(90, shank_deg=4.0), walks((0.0, 30.0), (60.0, 90.0)))
        assert [rest.kind for rest in found.rests] == [UNKNOWN]
        assert "cannot tell sitting from standing" in found.bouts[1].reason

    def test_half_way_is_neither(self) -> None:
        for angles in ({"thigh_deg": 50.0}, {"pelvis_deg": -9.0}):
            found = done(held(90, **angles), walks((0.0, 30.0), (60.0, 90.0)))
            assert found.bouts[1].kind is UNKNOWN, angles

    def test_sitting_down_after_standing_is_two_bouts_and_a_rest_of_the_longer(self) -> None:
        thigh = during(LEVEL, 40, 88, 120, HANGS)
        found = done(held(120, thigh_deg=thigh), walks((0.0, 30.0), (90.0, 120.0)))
        assert [k for k, _, _ in kinds(found)] == [WALK, STAND, SIT, WALK]  # two seconds of getting up are no bout
        assert [rest.kind for rest in found.rests] == [SIT]

    def test_the_lean_of_a_rest_is_said(self) -> None:
        trunk = during(35.0, 30, 60, 90, 3.0)
        found = done(held(90, thigh_deg=HANGS, trunk_deg=trunk), walks((0.0, 30.0), (60.0, 90.0)))
        assert found.rests[0].trunk_lean_deg == pytest.approx(35.0)

    @pytest.mark.parametrize(
        ("angles", "kind"),
        [
            ({"thigh_deg": HANGS, "trunk_deg": 35.0}, BoutKind.LEANING),
            ({"thigh_deg": HANGS, "pelvis_deg": 14.0}, BoutKind.LEANING),
            ({"pelvis_deg": 14.0}, BoutKind.LEANING),
            ({"thigh_deg": HANGS, "trunk_deg": 12.0, "pelvis_deg": 6.0}, STAND),
            ({"thigh_deg": LEVEL, "trunk_deg": 35.0}, SIT),  # bent forward on a seat
            ({"trunk_deg": 35.0}, UNKNOWN),  # the trunk alone does not tell a seat from a rail
        ],
    )
    def test_who_stands_bent_forward_leans(self, angles: dict[str, float], kind: BoutKind) -> None:
        found = done(held(90, **angles), walks((0.0, 30.0), (60.0, 90.0)))
        assert [rest.kind for rest in found.rests] == [kind]


class TestRests:
    def test_lost_samples_are_no_rest(self) -> None:
        lost = during(1.0, 30, 60, 90, 0.0)
        found = done(held(90, thigh_deg=HANGS, lost=lost), walks((0.0, 30.0), (60.0, 90.0)))
        assert found.rests == ()
        assert (found.bouts[1].kind, found.bouts[1].reason) == (UNKNOWN, "samples were lost")

    def test_what_is_left_of_a_rest_beside_a_loss_counts(self) -> None:
        lost = during(1.0, 30, 45, 90, 0.0)
        (rest,) = done(held(90, thigh_deg=HANGS, lost=lost), walks((0.0, 30.0), (60.0, 90.0))).rests
        assert (rest.start_s, rest.end_s, rest.kind) == (45.0, 60.0, STAND)

    def test_moving_without_cycles_is_no_rest(self) -> None:
        found = done(held(90, thigh_deg=HANGS, moving=during(1.0, 30, 60, 90, 0.0)), walks((0.0, 30.0), (60.0, 90.0)))
        assert found.rests == ()

    def test_standing_before_and_after_the_walk_is_none(self) -> None:
        assert done(held(90, thigh_deg=HANGS), walks((30.0, 60.0))).rests == ()

    def test_walked_time_begins_anew_after_each_rest(self) -> None:
        found = done(held(200, thigh_deg=HANGS), walks((0.0, 60.0), (65.0, 100.0), (120.0, 150.0), (170.0, 200.0)))
        assert [rest.walked_s for rest in found.rests] == pytest.approx([95.0, 30.0])


def test_a_turn_parts_a_walk() -> None:
    found = done(held(30), walks((0.0, 30.0)), [(10.0, 12.5), (29.0, 40.0)])
    assert kinds(found) == [(WALK, 0.0, 10.0), (TURN, 10.0, 12.5), (WALK, 12.5, 29.0), (TURN, 29.0, 30.0)]


def test_a_recording_may_begin_at_any_time() -> None:
    postures = held(200, thigh_deg=HANGS, trunk_deg=during(35.0, 60, 100, 200, 3.0))
    spans, turns = ((20.0, 60.0), (100.0, 180.0)), [(30.0, 33.0)]
    usual = activity(postures, 0.0, walks(*spans), turns, PARAMS)
    later = activity(postures, 1000.0, walks(*((a + 1000.0, b + 1000.0) for a, b in spans)), [(1030.0, 1033.0)], PARAMS)
    assert [replace(b, start_s=b.start_s - 1000.0, end_s=b.end_s - 1000.0) for b in later.bouts] == list(usual.bouts)
    assert [rest.trunk_lean_deg for rest in later.rests] == [rest.trunk_lean_deg for rest in usual.rests] == [35.0]


def test_without_anything_there_is_nothing() -> None:
    assert done(held(0), []) == Activity()


SPANS = st.lists(st.tuples(st.integers(0, 100), st.integers(2, 40)), max_size=5)


@given(SPANS, SPANS, SPANS, st.floats(-0.49, 0.49))
def test_bouts_cover_everything_once_in_order(
    walked: list[tuple[int, int]], sat: list[tuple[int, int]], lost: list[tuple[int, int]], shift: float
) -> None:
    thigh, gone = np.full(150, HANGS), np.zeros(150)
    for start, length in sat:
        thigh[start : start + length] = LEVEL
    for start, length in lost:
        gone[start : start + length] = 1.0
    strides = walks(*((max(0.0, start + shift), start + length + shift) for start, length in walked))
    found = done(held(150, thigh_deg=thigh, lost=gone), strides)
    edges = [edge for bout in found.bouts for edge in (bout.start_s, bout.end_s)]
    assert edges == sorted(edges)
    assert edges[1:-1:2] == edges[2::2]
    assert edges[0] == 0.0
    assert edges[-1] >= 150.0
    for rest in found.rests:
        assert rest.end_s - rest.start_s >= 10.0
        assert rest.kind in {SIT, STAND, UNKNOWN}
