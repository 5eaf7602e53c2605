"""Which missed samples are asked for, and when it stops."""

from hypothesis import given
from hypothesis import strategies as st

from sensor.acquisition.backfill import MERGE, MOST_AT_ONCE, TRIES, Backfill, Range
from sensor.devices.ledger import Ledger


def ledger_with(*ranges: tuple[int, int]) -> Ledger:
    ledger = Ledger()
    for start, end in ranges:
        ledger.take(start, end - start)
    return ledger


def test_oldest_first_near_ones_together_long_ones_in_parts() -> None:
    assert Backfill(ledger_with((0, 10))).next() is None
    near = Backfill(ledger_with((0, 10), (23, 23 + MERGE), (76, 500)))
    assert near.next() == Range(10, 76)
    far = Backfill(ledger_with((0, 10), (23, 24 + MERGE), (100, 500)))
    assert far.next() == Range(10, 23)
    assert Backfill(ledger_with((5000, 5001))).next() == Range(0, MOST_AT_ONCE)
    assert Backfill(ledger_with((0, 10))).next(until=30) == Range(10, 30)


def test_a_hole_that_the_node_cannot_fill_is_given_up_after_some_answers() -> None:
    backfill = Backfill(ledger_with((0, 10), (20, 30)))
    asked = 0
    while (wanted := backfill.next()) is not None:
        backfill.answered(wanted)
        asked += 1
    assert asked == TRIES
    assert backfill.ledger.lost == [(10, 20)]


@given(st.sets(st.integers(0, 400), min_size=1), st.data())
def test_whatever_is_lost_and_lost_again_every_request_helps_or_counts(there: set[int], data: st.DataObject) -> None:
    ledger = Ledger()
    for counter in sorted(there):
        ledger.take(counter, 1)
    backfill = Backfill(ledger)
    until = 450
    for _ in range(TRIES * 500):
        wanted = backfill.next(until)
        if wanted is None:
            break
        assert 0 < wanted.count <= MOST_AT_ONCE
        if data.draw(st.booleans()):
            ledger.take(wanted.first, wanted.count, backfill=True)
        backfill.answered(wanted)
    assert backfill.next(until) is None
    lost = sum(end - start for start, end in ledger.lost)
    assert ledger.received + lost == until
