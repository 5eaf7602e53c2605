"""Contacts to cycles: what belongs together, what is dropped and why, the same however the contacts arrive."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events.contacts import Contact
from pipeline.result import EventKind
from pipeline.strides.cycles import Cycle, CycleAssembler, CycleParams
from sensor.samples import Side
from tests.pipeline.strides import STANCE, STEP, fc, ic, steady

LEFT, RIGHT = Side.LEFT, Side.RIGHT
BOTH = (LEFT, RIGHT)


def assembled(contacts: Sequence[Contact], sides: tuple[Side, ...] = BOTH, asked: Sequence[float] = ()) -> list[Cycle]:
    """Cycles of contacts that arrive as they become settled at the given times."""
    stage, out, waiting = CycleAssembler(sides, CycleParams()), [], sorted(contacts, key=lambda c: c.at)
    for settled in sorted(asked):
        ready = [c for c in waiting if c.at < settled]
        waiting = waiting[len(ready) :]
        out += stage.push(ready, settled)
    return out + stage.push(waiting, float("inf"))


def reasons(cycles: Sequence[Cycle], side: Side) -> list[str]:
    return [cycle.reason for cycle in cycles if cycle.side is side]


class TestSteadyWalk:
    def test_every_cycle_knows_its_contacts(self) -> None:
        cycles = [c for c in assembled(steady(100.0, 5)) if c.side is LEFT]
        cycle = cycles[2]
        assert cycle.ic.at == 320.0
        assert cycle.fc is not None
        assert cycle.fc.at == 320.0 + STANCE
        assert cycle.next_ic.at == 430.0
        assert cycle.after_next_ic is not None
        assert cycle.after_next_ic.at == 540.0
        assert cycle.previous_other_ic is not None
        assert cycle.previous_other_ic.at == 320.0 - STEP
        assert cycle.other_ic is not None
        assert cycle.other_ic.at == 320.0 + STEP
        assert cycle.other_fc is not None
        assert cycle.other_fc.at == 320.0 + STANCE - STEP

    def test_first_and_last_stride_of_each_side_are_dropped(self) -> None:
        cycles = assembled(steady(100.0, 6))
        inner = [""] * 4
        assert reasons(cycles, LEFT) == ["first stride of a walk", *inner, "last stride of a walk"]
        assert reasons(cycles, RIGHT) == ["first stride of a walk", *inner[1:], "last stride of a walk"]

    def test_they_come_in_the_order_of_walking(self) -> None:
        cycles = assembled(steady(100.0, 6))
        assert [c.side for c in cycles[:4]] == [LEFT, RIGHT, LEFT, RIGHT]
        assert [c.ic.at for c in cycles] == sorted(c.ic.at for c in cycles)

    def test_one_side_alone_needs_no_alternation(self) -> None:
        mine = [c for c in steady(100.0, 6) if c.side is LEFT]
        cycles = assembled(mine, (LEFT,))
        assert reasons(cycles, LEFT)[1:-1] == [""] * 4
        assert all(c.other_ic is None and c.previous_other_ic is None for c in cycles)


class TestBouts:
    @pytest.mark.parametrize(("pause", "bouts"), [(299.0, 1), (301.0, 2), (2000.0, 2)])
    def test_more_than_three_seconds_without_a_contact_split_the_walk(self, pause: float, bouts: int) -> None:
        first = steady(0.0, 6)
        end = max(c.at for c in first if c.side is LEFT and c.kind is EventKind.IC)
        cycles = assembled([*first, *steady(end + pause, 6)])
        assert reasons(cycles, LEFT).count("first stride of a walk") == bouts
        assert reasons(cycles, LEFT).count("last stride of a walk") == bouts
        assert all(c.next_ic.at - c.ic.at <= 300.0 for c in cycles)

    def test_a_single_contact_begins_no_stride(self) -> None:
        assert assembled([ic(100.0), fc(160.0), ic(900.0), fc(960.0), ic(2000.0)]) == []

    def test_no_contacts_no_cycles(self) -> None:
        assert assembled([]) == []


class TestPlausibility:
    def without(self, *which: tuple[float, EventKind]) -> list[Contact]:
        return [c for c in steady(0.0, 8) if (c.at, c.kind) not in which]

    def test_a_missing_contact_of_the_other_foot(self) -> None:
        cycles = assembled(self.without((330.0 + STEP, EventKind.IC)))
        assert [c.ic.at for c in cycles if c.reason == "feet do not alternate"] == [330.0 - STEP, 330.0]
        double = next(c for c in cycles if c.side is RIGHT and c.ic.at == 330.0 - STEP)
        assert double.next_ic.at == 330.0 + 3.0 * STEP

    def test_a_contact_too_many(self) -> None:
        cycles = assembled([*steady(0.0, 8), ic(350.0, RIGHT)])
        assert {c.reason for c in cycles if c.side is LEFT and c.ic.at == 330.0} == {"feet do not alternate"}

    def test_no_final_contact_or_two(self) -> None:
        none = assembled(self.without((330.0 + STANCE, EventKind.FC)))
        assert {c.reason for c in none if c.ic.at == 330.0} == {"no final contact"}
        assert next(c for c in none if c.ic.at == 330.0).fc is None
        two = assembled([*steady(0.0, 8), fc(330.0 + 60.0)])
        assert {c.reason for c in two if c.ic.at == 330.0} == {"more than one final contact"}

    @pytest.mark.parametrize(
        ("part", "reason"),
        [(0.39, "implausible stance time"), (0.41, ""), (0.84, ""), (0.86, "implausible stance time")],
    )
    def test_stance_is_forty_to_eighty_five_per_cent(self, part: float, reason: str) -> None:
        contacts = [c for c in steady(0.0, 8) if (c.at, c.kind) != (330.0 + STANCE, EventKind.FC)]
        cycles = assembled([*contacts, fc(330.0 + part * 110.0)])
        assert next(c for c in cycles if c.side is LEFT and c.ic.at == 330.0).reason == reason

    def test_nobody_takes_a_stride_in_under_four_tenths_of_a_second(self) -> None:
        contacts = [c for k in range(8) for c in (ic(39.0 * k), fc(39.0 * k + 23.0))]
        assert set(reasons(assembled(contacts, (LEFT,)), LEFT)) == {"implausible stride time"}

    def test_a_bad_stride_does_not_spoil_its_neighbours(self) -> None:
        cycles = assembled(self.without((330.0 + STANCE, EventKind.FC)))
        assert [c.reason for c in cycles if c.side is LEFT and c.ic.at in {220.0, 440.0}] == ["", ""]


CONTACTS = st.lists(
    st.tuples(st.integers(1, 400), st.sampled_from(BOTH), st.sampled_from(list(EventKind))), max_size=40
).map(
    lambda steps: [
        Contact(float(sum(s for s, *_ in steps[: i + 1])), side, kind, 0.5) for i, (_, side, kind) in enumerate(steps)
    ]
)
WALKS = st.tuples(
    st.integers(1, 9), st.integers(200, 900), st.integers(1, 9), st.sets(st.integers(0, 60), max_size=6)
).map(
    lambda w: [
        c for i, c in enumerate([*steady(0.0, w[0]), *steady(220.0 * w[0] + w[1], w[2], RIGHT)]) if i not in w[3]
    ]
)
ASKED = st.lists(st.floats(0.0, 12_000.0), max_size=15)


class TestStream:
    @given(st.one_of(CONTACTS, WALKS), ASKED, st.sampled_from([BOTH, (LEFT,), (RIGHT,)]))
    def test_it_does_not_matter_when_contacts_arrive(
        self, contacts: list[Contact], asked: list[float], sides: tuple[Side, ...]
    ) -> None:
        mine = [c for c in contacts if c.side in sides]
        assert repr(assembled(mine, sides, asked)) == repr(assembled(mine, sides))

    @given(st.one_of(CONTACTS, WALKS), ASKED)
    def test_cycles_never_overlap_on_a_side_and_come_in_order(
        self, contacts: list[Contact], asked: list[float]
    ) -> None:
        cycles = assembled(contacts, BOTH, asked)
        starts = [c.ic.at for c in cycles]
        assert starts == sorted(starts)
        for side in BOTH:
            own = [c for c in cycles if c.side is side]
            assert all(a.next_ic.at <= b.ic.at for a, b in pairwise(own))

    @given(WALKS, ASKED)
    def test_pending_is_never_after_a_cycle_to_come(self, contacts: list[Contact], asked: list[float]) -> None:
        stage, pending, waiting = CycleAssembler(BOTH, CycleParams()), 0.0, sorted(contacts, key=lambda c: c.at)
        for settled in [*sorted(asked), float("inf")]:
            ready = [c for c in waiting if c.at < settled]
            waiting = waiting[len(ready) :]
            assert all(cycle.ic.at >= pending for cycle in stage.push(ready, settled))
            assert stage.pending(settled) >= pending or settled < pending
            pending = max(pending, stage.pending(settled))

    def test_after_a_walk_nothing_is_waited_for(self) -> None:
        """Somebody who stands for an hour must not keep an hour of signals alive."""
        stage = CycleAssembler(BOTH, CycleParams())
        stage.push(steady(0.0, 20), 2300.0)
        for settled in range(2400, 20_000, 100):
            stage.push([], float(settled))
        assert stage.pending(20_000.0) > 19_000.0
        assert all(len(track.contacts) < 40 for track in stage._tracks.values())

    def test_a_long_walk_keeps_little(self) -> None:
        stage, longest = CycleAssembler(BOTH, CycleParams()), 0
        for contact in steady(0.0, 2000):
            stage.push([contact], contact.at)
            longest = max(longest, *(len(track.contacts) for track in stage._tracks.values()))
        assert longest < 20
