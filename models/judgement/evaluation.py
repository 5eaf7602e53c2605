"""What the training procedure achieves on persons it did not see.

The whole procedure, choice of strength, calibration, interval, levels and conformal sets included, is repeated on four
fifths of the persons and judged on the last fifth. Intervals come from resampling persons, never rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from models.cohorts.cohort import Cohort
from models.features import NAMES
from models.judgement.figures import figures, part
from models.judgement.judging import Progress, cross_judged, judge
from models.judgement.pattern_rivals import boosted_patterns
from models.learning.training import TrainingParams, additive_pipeline, fitted, folds, train, walk_weights
from models.workers import one_thread
from sensor.samples import FloatArray

BASELINES = {"speed only": ("speed_v_star",), "stance asymmetry only": ("stance_asymmetry_pct",)}
HELD_OUT_CONDITION = "poor"


def evaluation(cohort: Cohort, params: TrainingParams, progress: Progress = lambda _: None) -> dict[str, Any]:
    """Cross-validated figures of the training procedure, with baselines and rivals, as plain numbers."""
    judged = cross_judged(cohort, params, progress)
    progress("evaluating: baselines and rivals")
    rivals = dict.fromkeys((*BASELINES, "boosted trees"), np.zeros(0))
    for name in rivals:
        score = np.zeros(len(cohort))
        for learn, rest in folds(cohort, params.folds, params.seed + 1):
            score[rest] = rival(name, cohort.rows(learn), cohort.rows(rest), params)
        rivals[name] = score
    found = figures(cohort, judged, rivals)
    shows = cohort.rows(np.array([bool(name) for name in cohort.shown], dtype=bool) & (cohort.usable > 0) & cohort.main)
    found["boosted_trees_balanced_accuracy"] = boosted_patterns(shows, params) if len(set(shows.shown)) > 1 else None
    progress("evaluating: held-out devices")
    return found | {"in_silico": params.in_silico, "held_out_devices": _held_out(cohort, params)}


def rival(name: str, learn: Cohort, judged: Cohort, params: TrainingParams) -> FloatArray:
    """Scores for the rows of ``judged`` by a simpler or a freer model, taught by knee and hip sensors only."""
    own = learn.rows(learn.main & (learn.usable > 0))
    if name in BASELINES:
        columns = [NAMES.index(column) for column in BASELINES[name]]
        model = fitted(additive_pipeline(1.0), own.features[:, columns], own.exceeds, walk_weights(own))
        return np.asarray(model.predict_proba(judged.features[:, columns])[:, 1])
    there = np.isfinite(own.features).any(axis=0)
    trees = HistGradientBoostingClassifier(max_iter=60, learning_rate=0.1, max_leaf_nodes=8, random_state=params.seed)
    with one_thread():
        return np.asarray(trees.fit(own.features[:, there], own.exceeds).predict_proba(judged.features[:, there])[:, 1])


def _held_out(cohort: Cohort, params: TrainingParams) -> dict[str, Any]:
    """Half of the persons, without the poor sensors, teach; the other half, with the poor sensors only, are judged."""
    persons = np.unique(cohort.person)
    first = np.isin(cohort.person, np.random.default_rng(params.seed).permutation(persons)[::2])
    poor = np.array(cohort.condition) == HELD_OUT_CONDITION
    if not poor.any():
        return {"condition": HELD_OUT_CONDITION, "walks": 0}
    model = train(cohort.rows(first & ~poor), params, {}, {})
    rest = cohort.rows(~first & poor)
    return {"condition": HELD_OUT_CONDITION} | part(rest, judge(model, rest), rest.main)
