from hypothesis import given
from hypothesis import strategies as st

from sensor.devices.ledger import Ledger

ranges = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=25)


def spread(parts: list[tuple[int, int]]) -> list[int]:
    return [i for start, end in parts for i in range(start, end)]


@given(ranges, st.integers(0, 20))
def test_each_counter_is_taken_once_and_holes_are_what_is_left(arrivals: list[tuple[int, int]], begin: int) -> None:
    ledger, model, duplicates = Ledger(begin=begin), set[int](), 0
    for first, count in arrivals:
        wanted = {i for i in range(first, first + count) if i >= begin}
        fresh = spread(ledger.take(first, count))
        assert fresh == sorted(wanted - model)
        duplicates += count - len(fresh)
        model |= wanted
    assert ledger.next == max(model, default=begin - 1) + 1
    assert ledger.received == len(model)
    assert ledger.duplicates == duplicates
    assert spread(ledger.missing()) == sorted(set(range(begin, ledger.next)) - model)
    assert ledger.lost == []


@given(ranges, st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=4))
def test_what_is_given_up_is_not_asked_for_again_unless_it_comes(
    arrivals: list[tuple[int, int]], given_up: list[tuple[int, int]]
) -> None:
    ledger, model, gone = Ledger(), set[int](), set[int]()
    for i, (first, count) in enumerate(arrivals):
        ledger.take(first, count, backfill=True)
        model |= set(range(first, first + count))
        if i < len(given_up):
            start, n = given_up[i]
            ledger.give_up(start, start + n)
            gone |= set(range(start, start + n)) - model
    assert set(spread(ledger.missing())) == set(range(ledger.next)) - model - gone
    assert set(spread(ledger.lost)) == gone - model
    assert ledger.backfilled == ledger.received == len(model)


def test_missing_reaches_to_where_the_node_is_known_to_be() -> None:
    ledger = Ledger()
    ledger.take(0, 10)
    assert ledger.missing(until=25) == [(10, 25)]
