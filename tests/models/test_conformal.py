"""Intervals and sets hold what they promise for the next person, not only for the next row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.cohorts.cohort import Cohort
from models.learning.conformal import COVERAGE, enough, hidden_interval, least_consistency
from tests.models.cohorts import made_cohort

PERSONS, WALKS = 30, 6


@given(st.integers(1, 500), st.integers(1, 6))
def test_the_share_asked_for_depends_on_persons_and_not_on_their_rows(persons: int, rows: int) -> None:
    once, often = np.arange(persons), np.repeat(np.arange(persons), rows)
    assert enough(once) == enough(often)
    assert COVERAGE < enough(once) <= 1.0


def alike_rows(seed: int) -> Cohort:
    """People whose hidden strain differs from what the score says by much the same in all their walks."""
    draw = np.random.default_rng(seed)
    own = np.repeat(draw.normal(size=PERSONS), WALKS)
    return replace(made_cohort(PERSONS, WALKS, seed), margin=own + 0.1 * draw.normal(size=PERSONS * WALKS))


def test_the_interval_holds_nine_of_ten_walks_of_the_next_people() -> None:
    held = []
    for seed in range(12):
        known, unseen = alike_rows(seed), alike_rows(1000 + seed)
        interval = hidden_interval(known, np.zeros(len(known)), 5, seed)
        low, high = interval.low[0], interval.high[0]
        held.append(np.mean((unseen.margin >= low) & (unseen.margin <= high)))
    assert COVERAGE - 0.02 <= np.mean(held) <= COVERAGE + 0.06  # few people: rather more than fewer


def test_the_set_holds_nine_of_ten_true_pathways_of_the_next_people() -> None:
    draw = np.random.default_rng(5)
    held = []
    for _ in range(200):
        known, unseen = (np.repeat(draw.random((PERSONS, 1)), WALKS, axis=0) for _ in range(2))
        least = least_consistency(known, np.zeros(len(known), dtype=np.int64), np.repeat(np.arange(PERSONS), WALKS))
        held.append(np.mean(unseen >= least))
    assert COVERAGE - 0.01 <= np.mean(held) <= COVERAGE + 0.04
