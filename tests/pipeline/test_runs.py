"""Runs of equal values."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.runs import runs, spans


@given(st.lists(st.integers(0, 2), max_size=30))
def test_runs_are_those_of_groupby_and_leave_nothing_out(values: list[int]) -> None:
    lengths = [len(list(group)) for _, group in groupby(values)]
    ends = np.cumsum([0, *lengths]).tolist()
    assert runs(np.array(values)) == list(pairwise(ends))


@given(st.lists(st.booleans(), max_size=30))
def test_spans_are_where_it_holds(flags: list[bool]) -> None:
    held = np.zeros(len(flags), dtype=bool)
    found = spans(np.array(flags, dtype=bool))
    for first, last in found:
        held[first:last] = True
    assert held.tolist() == flags
    assert all(before[1] < after[0] for before, after in pairwise(found)), "spans do not touch"
