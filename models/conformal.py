"""Intervals and sets that hold nine of ten, learned from predictions for persons that the model did not see."""

from __future__ import annotations

import numpy as np

from models.artefact import HiddenInterval
from models.cohort import Cohort, IntArray
from sensor.samples import FloatArray

COVERAGE = 0.90
FEWEST_NEAR = 20  # rows from which the ends at one knot are read


def hidden_interval(cohort: Cohort, log_odds: FloatArray, knots: int, seed: int) -> HiddenInterval:
    """Conformalised quantiles of the hidden strain given the score.

    On half of the persons the 5th and 95th percentile of the margin are read near each knot, made to rise with the
    score, and on the other half widened, or narrowed, until nine of ten lie inside.
    """
    persons = np.unique(cohort.person)
    first = np.isin(cohort.person, np.random.default_rng(seed).permutation(persons)[::2])
    at = np.unique(np.quantile(log_odds, np.linspace(0.02, 0.98, knots)))
    reach = max(FEWEST_NEAR, int(first.sum()) // knots)
    low, high = np.empty(len(at)), np.empty(len(at))
    for i, knot in enumerate(at):
        near = np.argsort(np.abs(log_odds[first] - knot), kind="stable")[:reach]
        low[i], high[i] = np.quantile(cohort.margin[first][near], (0.05, 0.95))
    low, high = np.maximum.accumulate(low), np.maximum.accumulate(high)
    margin, rest = cohort.margin[~first], log_odds[~first]
    miss = np.maximum(np.interp(rest, at, low) - margin, margin - np.interp(rest, at, high))
    wider = float(np.quantile(miss, min(1.0, COVERAGE * (1.0 + 1.0 / len(miss)))))
    return HiddenInterval(at, low - wider, high + wider)


def least_consistency(consistency: FloatArray, truth: IntArray) -> float:
    """Consistency that nine of ten true pathways reach, from (n, c) by pathway and the true columns (n,)."""
    of_truth = consistency[np.arange(len(truth)), truth]
    share = max(0.0, 1.0 - COVERAGE * (1.0 + 1.0 / len(truth)))
    return float(np.quantile(of_truth, share, method="lower"))
