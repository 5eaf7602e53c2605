"""What a model without a simple form makes of the same views: boosted trees, for comparison only."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from models.cohorts.cohort import Cohort
from models.judgement.statistics import balanced_accuracy
from models.learning.pattern_training import pathway_numbers
from models.learning.training import TrainingParams, folds
from models.workers import one_thread


def boosted_patterns(cohort: Cohort, params: TrainingParams) -> float:
    """Balanced accuracy over pathways on persons not seen; both views of a walk teach and are asked."""
    number, shown = pathway_numbers(cohort), np.array(cohort.shown)
    seen = cohort.views[:, :, np.isfinite(cohort.views).any(axis=(0, 1))]
    share = 1.0 / np.bincount(number)[number]
    probability = np.zeros((len(cohort), int(number.max()) + 1))
    for learn, rest in folds(cohort, params.folds, params.seed + 1):
        trees = HistGradientBoostingClassifier(
            max_iter=60, learning_rate=0.1, max_leaf_nodes=8, random_state=params.seed
        )
        with one_thread():
            both = np.concatenate([seen[learn, 0], seen[learn, 1]])
            trees.fit(both, np.tile(number[learn], 2), sample_weight=np.tile(share[learn], 2))
            for view in range(2):
                probability[rest[:, None], trees.classes_] += trees.predict_proba(seen[rest, view])
    return balanced_accuracy(shown, np.unique(shown)[probability.argmax(axis=1)])
