"""Answers under other labels: nothing moves when the label does not, and what moves is the label's doing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.cohorts.cohort import Looked, Row, Seen
from models.cohorts.plan import USUAL_SET
from models.features import NAMES
from models.judgement.answers import answers
from models.learning.training import TrainingParams
from models.strain.demand import DemandParams, Demands, demands
from models.view import VIEW_NAMES
from tests.models.cohorts import CAUSES, made_cohort
from tests.models.walks import truth_only

COHORT = made_cohort(persons=100)
PARAMS = TrainingParams(folds=3)
CAUSE = COHORT.features[:, NAMES.index(CAUSES[0])]
MARGINS = {
    "the same": COHORT.margin,
    "one cause alone": np.nan_to_num(CAUSE - 7.0, nan=-1.0),
    "chance": np.random.default_rng(0).normal(-0.7, 1.0, len(COHORT)),
    "nobody": np.full(len(COHORT), -1.0),
}


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, list[float]]]:
    return answers(COHORT, MARGINS, 0.03, PARAMS)


def test_the_same_label_gives_the_same_answers(found: dict[str, dict[str, list[float]]]) -> None:
    same = found["the same"]
    assert same["rank_correlation"] == pytest.approx([1.0, 1.0, 1.0])
    assert same["score_moves"] == same["level_changes"] == [0.0, 0.0, 0.0]
    assert same["auc"] == same["auc_as_used"]


def test_a_label_about_something_else_moves_them(found: dict[str, dict[str, list[float]]]) -> None:
    one, chance = found["one cause alone"], found["chance"]
    assert one["auc"][0] > one["auc_as_used"][0] + 0.03  # the model taught so knows it better
    assert one["rank_correlation"][0] > chance["rank_correlation"][0] + 0.2
    assert one["score_moves"][0] > 0.02
    assert abs(chance["auc_as_used"][0] - 0.5) < 0.15


def test_a_label_that_nobody_has_is_left_out(found: dict[str, dict[str, list[float]]]) -> None:
    assert set(found) == set(MARGINS) - {"nobody"}


def test_margins_otherwise_have_a_reference_of_their_own() -> None:
    """With every demand doubled, also the healthy ones, nobody is strained more or less."""
    row = Row(USUAL_SET, np.zeros(len(NAMES)), np.zeros((2, len(VIEW_NAMES))), usable=True)

    def times(one: Demands, factor: float, v_star: float = 0.0) -> Demands:
        scaled = {kind: {side: factor * value for side, value in of.items()} for kind, of in one.by_kind.items()}
        return replace(one, by_kind=scaled, v_star=v_star or one.v_star)

    walks = [truth_only("abductor_weakness", severity, seed=seed) for severity, seed in ((0.0, 1), (0.9, 2))]
    hidden = [one for walk in walks if (one := demands(walk, DemandParams()))]
    seen = tuple(
        Seen(walk.spec, walk.table.person, one, True, (row,), {"doubled": times(one, 2.0)})
        for walk, one in zip(walks, hidden, strict=True)
    )
    draw = np.random.default_rng(1)
    healthy = tuple(times(hidden[0], draw.lognormal(0.0, 0.2), draw.uniform(0.2, 0.6)) for _ in range(40))
    looked = Looked(seen, healthy, {"doubled": tuple(times(one, 2.0) for one in healthy)})
    assert looked.margins_otherwise()["doubled"] == pytest.approx(looked.cohort().margin, abs=1e-6)
