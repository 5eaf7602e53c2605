"""How much the model's answers change when the assumptions of its label do.

The same walks are labelled again under each of the other assumptions of :mod:`models.judgement.sensitivity`, with a
healthy reference of its own each, and the score is learned anew from these labels. Features, folds and penalty stay
the same, so that nothing but the label makes the difference. All scores are those for persons not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.artefact import logistic
from models.cohorts.cohort import Cohort
from models.features import WITH_PELVIS, sensor_set
from models.judgement.statistics import area, rank_correlation, with_intervals
from models.learning.training import (
    TrainingParams,
    calibration,
    cross_fitted,
    folds,
    levels,
    walk_weights,
)
from sensor.samples import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """Scores of walks with knee and hip sensors and what level each has, 0 low to 2 high."""

    label: FloatArray
    score: FloatArray
    level: IntArray


def answers(
    cohort: Cohort, margins: Mapping[str, FloatArray], strength: float, params: TrainingParams
) -> dict[str, dict[str, Any]]:
    """What becomes of the score for each other label.

    Parameters
    ----------
    margins : mapping of (n,) arrays
        Hidden strain of the cohort's rows under each of the other assumptions.
    strength : float
        Of the penalty, as chosen for the label that is used.

    Returns
    -------
    dict
        By name, each figure with its interval over resampled persons: ``auc`` of the model taught with the other label,
        judged by it; ``auc_as_used`` of the model as it is, judged by the other label; ``rank_correlation`` of the two
        scores, ``score_moves`` (mean size of their difference), ``level_changes`` (share of walks). A label that hardly
        anybody has is left out.
    """
    keep = (cohort.usable > 0) & np.array([sensor_set(values) == WITH_PELVIS for values in cohort.features])
    seen = cohort.rows(keep)
    splits = folds(seen, params.folds, params.seed)
    person = np.array(seen.person)[seen.main].tolist()
    used = _answer(seen, splits, strength, params)
    found = {}
    for name, margin in margins.items():
        other = replace(seen, margin=margin[keep])
        if min(other.exceeds[learn].sum() for learn, _ in splits) < params.folds:
            continue
        now = _answer(other, splits, strength, params)

        def of(rows: IntArray, now: _Answer = now) -> dict[str, float]:
            return {
                "auc": area(now.label[rows], now.score[rows]),
                "auc_as_used": area(now.label[rows], used.score[rows]),
                "rank_correlation": rank_correlation(now.score[rows], used.score[rows]),
                "score_moves": float(np.abs(now.score[rows] - used.score[rows]).mean()),
                "level_changes": float((now.level[rows] != used.level[rows]).mean()),
            }

        found[name] = with_intervals(person, of)
    return found


def _answer(
    cohort: Cohort, splits: list[tuple[IntArray, IntArray]], strength: float, params: TrainingParams
) -> _Answer:
    weights, label = walk_weights(cohort), cohort.exceeds
    log_odds = cross_fitted(cohort, splits, strength)
    slope, offset = calibration(log_odds, label, weights)
    score = np.asarray(logistic(slope * log_odds + offset))
    level = np.searchsorted(levels(cohort, score, params), score, side="right")
    main = cohort.main
    return _Answer(label[main], score[main], level[main])
