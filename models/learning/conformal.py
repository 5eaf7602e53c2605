"""Intervals and sets that hold nine of ten, learned from predictions for persons that the model did not see."""

from __future__ import annotations

import numpy as np

from models.artefact import LOGISTIC_SD, HiddenInterval, logistic
from models.cohorts.cohort import Cohort
from sensor.samples import BoolArray, FloatArray, IntArray

COVERAGE = 0.90
RESAMPLED = 200
HALVINGS = 20
FEWEST_NEAR = 20  # rows from which the ends at one knot are read


def hidden_interval(cohort: Cohort, log_odds: FloatArray, knots: int, seed: int) -> HiddenInterval:
    """Conformalised quantiles of the hidden strain given the score.

    On half of the persons the 5th and 95th percentile of the margin are read near each knot, made to rise with the
    score, and on the other half widened, or narrowed, until nine of ten lie inside. What is given is the mean over
    several halvings: one alone says much about who happened to be in which half.
    """
    persons = np.unique(cohort.person)
    at = np.unique(np.quantile(log_odds, np.linspace(0.02, 0.98, knots)))
    draw = np.random.default_rng(seed)
    halves = (np.isin(cohort.person, draw.permutation(persons)[::2]) for _ in range(HALVINGS))
    ends = np.mean([_of_halves(cohort, log_odds, at, first) for first in halves], axis=0)
    return HiddenInterval(at, ends[0], ends[1])


def _of_halves(cohort: Cohort, log_odds: FloatArray, at: FloatArray, first: BoolArray) -> FloatArray:
    """Ends of the interval at the knots, (2, k): learned on the ``first`` half, widened on the other."""
    reach = max(FEWEST_NEAR, int(first.sum()) // len(at))
    low, high = np.empty(len(at)), np.empty(len(at))
    for i, knot in enumerate(at):
        near = np.argsort(np.abs(log_odds[first] - knot), kind="stable")[:reach]
        low[i], high[i] = np.quantile(cohort.margin[first][near], (0.05, 0.95))
    low, high = np.maximum.accumulate(low), np.maximum.accumulate(high)
    margin, rest = cohort.margin[~first], log_odds[~first]
    miss = np.maximum(np.interp(rest, at, low) - margin, margin - np.interp(rest, at, high))
    wider = float(np.quantile(miss, enough(np.array(cohort.person)[~first])))
    return np.array([low - wider, high + wider])


def enough(persons: IntArray) -> float:
    """Share of the rows of these persons that has to be inside so that nine of ten rows of the next person are.

    Persons count, not rows, for the rows of a person are alike: the (n + 1) / n of conformal prediction with n persons.
    """
    return min(1.0, COVERAGE * (1.0 + 1.0 / len(np.unique(persons))))


def share_interval(cohort: Cohort, log_odds: FloatArray, knots: int, blur: float, seed: int) -> HiddenInterval:
    """For own labels, behind which no strain is known: where the share of strained sessions near a score lies.

    Nine of ten resamplings of the subjects; given as margins, so that it is read as the other one is.
    """
    draw = np.random.default_rng(seed)
    subjects, where = np.unique(np.array(cohort.person), return_inverse=True)
    at = np.unique(np.quantile(log_odds, np.linspace(0.02, 0.98, knots)))
    reach = max(FEWEST_NEAR, len(cohort) // knots)
    ends = []
    for knot in at:
        near = np.argsort(np.abs(log_odds - knot), kind="stable")[:reach]
        drawn = draw.integers(len(subjects), size=(RESAMPLED, len(subjects)))
        times = np.array([np.bincount(one, minlength=len(subjects)) for one in drawn])[:, where[near]]
        # one strained and one other session more keep a share of 0 or 1 from being certain
        share = (times @ cohort.exceeds[near] + 1.0) / (times.sum(axis=1) + 2.0)
        low, high = np.quantile(share, ((1.0 - COVERAGE) / 2.0, (1.0 + COVERAGE) / 2.0))
        said = float(logistic(knot))
        ends.append((min(low, said), max(high, said)))
    share = np.clip(np.maximum.accumulate(ends, axis=0), 1e-4, 1.0 - 1e-4)
    low, high = (LOGISTIC_SD * blur * np.log(share / (1.0 - share))).T
    return HiddenInterval(at, low, high)


def least_consistency(consistency: FloatArray, truth: IntArray, persons: IntArray) -> float:
    """Consistency that nine of ten true pathways reach, from (n, c) by pathway, the true columns and persons (n,)."""
    of_truth = consistency[np.arange(len(truth)), truth]
    return float(np.quantile(of_truth, 1.0 - enough(persons), method="lower"))
