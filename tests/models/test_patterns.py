"""Telling pathways apart: scikit-learn's discriminant analysis, whatever is missing, and the same in the mirror."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from models.cohort import Cohort
from models.pattern_training import SIDED, learned, pathway_numbers, patterns_of
from models.patterns import WORN, Patterns, log_density, worn
from models.plan import USUAL_SET
from models.statistics import balanced_accuracy
from models.training import folds, walk_weights
from models.view import VIEW_NAMES
from sensor.samples import BoolArray, FloatArray
from tests.models.cohorts import made_cohort

SHRINKAGE = 0.2


@pytest.fixture(scope="module")
def whole() -> Cohort:
    """A cohort in which every measure of every walk is there, with values near enough to need no clipping."""
    cohort = made_cohort(persons=100)
    draw = np.random.default_rng(5)
    views = np.where(np.isfinite(cohort.views), cohort.views, draw.uniform(-1.0, 1.0, size=cohort.views.shape))
    return replace(cohort, views=np.tanh(0.3 * views))


@pytest.fixture(scope="module")
def patterns(whole: Cohort) -> Patterns:
    return patterns_of(whole, walk_weights(whole), SHRINKAGE)


def scikit_learns(cohort: Cohort, patterns: Patterns, there: BoolArray) -> FloatArray:
    """Log posteriors of the left views by scikit-learn, taught with the same groups and the columns that are there."""
    number, values = [], []
    for view, own in enumerate(("left", "right")):
        for i, name in enumerate(cohort.shown):
            role = "" if name not in SIDED else "own" if cohort.side[i] == own else "other"
            number.append(patterns.groups.index((name, role)))
            values.append((cohort.views[i, view] - patterns.usual) / patterns.scale)
    model = LinearDiscriminantAnalysis(solver="lsqr", priors=np.full(len(patterns.groups), 1 / len(patterns.groups)))
    model.fit(np.array(values)[:, there], number)
    # its own covariance knows no weights that make pathways count alike; means, posteriors and solution are its own
    model.covariance_ = patterns.covariance[np.ix_(there, there)]
    model.coef_ = np.linalg.lstsq(model.covariance_, model.means_.T, rcond=None)[0].T
    model.intercept_ = -0.5 * np.diag(model.means_ @ model.coef_.T)
    return np.asarray(model.predict_log_proba(np.array(values)[: len(cohort), there]))


@pytest.mark.parametrize("lacking", [(), ("stance_time_effect", "own_drop_z", "list_deg")])
def test_densities_are_those_of_scikit_learn_whatever_is_missing(
    whole: Cohort, patterns: Patterns, lacking: tuple[str, ...]
) -> None:
    there = np.array([name not in lacking for name in VIEW_NAMES])
    expected = scikit_learns(whole, patterns, there)
    for i in range(20):
        ours = log_density(patterns, np.where(there, whole.views[i], np.nan))[0]
        assert ours - ours[0] == pytest.approx(expected[i] - expected[i, 0], abs=1e-8)


def test_the_covariance_is_scikit_learns_with_classes_that_count_alike(whole: Cohort) -> None:
    """With one unsided class of equal size each, nothing is left of the weights."""
    even = whole.rows(np.concatenate([np.flatnonzero(np.array(whole.shown) == name)[:60] for name in set(whole.shown)]))
    even = replace(even, shown=tuple("healthy" if name == "healthy" else "healthy_slow" for name in even.shown))
    even = even.rows(np.concatenate([np.flatnonzero(pathway_numbers(even) == k)[:60] for k in (0, 1)]))
    ours = patterns_of(even, np.ones(len(even)), SHRINKAGE)
    values = (np.concatenate([even.views[:, 0], even.views[:, 1]]) - ours.usual) / ours.scale
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=None, priors=[0.5, 0.5], store_covariance=True)
    model.fit(values, np.tile(pathway_numbers(even), 2))
    plain = model.covariance_
    shrunk = (1.0 - SHRINKAGE) * plain + SHRINKAGE * np.trace(plain) / len(plain) * np.eye(len(plain))
    assert ours.covariance == pytest.approx(shrunk, abs=1e-5)
    assert ours.means == pytest.approx(model.means_, abs=1e-9)


@given(st.integers(0, 399), st.lists(st.sampled_from(VIEW_NAMES), max_size=30))
def test_the_mirror_image_is_as_consistent(row: int, lacking: list[str]) -> None:
    seen = np.where(np.isin(VIEW_NAMES, lacking), np.nan, MADE.views[row])
    assert LEARNED.consistency(seen) == pytest.approx(LEARNED.consistency(seen[::-1]), abs=1e-12)
    assert LEARNED.consistency(seen).sum() == pytest.approx(1.0)


def test_nothing_measured_says_nothing() -> None:
    nothing = np.full((2, len(VIEW_NAMES)), np.nan)
    assert LEARNED.consistency(nothing) == pytest.approx(1.0 / len(LEARNED.pathways))


def test_persons_not_seen_are_told_apart_and_sets_hold_nine_of_ten() -> None:
    fresh = made_cohort(persons=150, seed=9)
    found = np.array([LEARNED.consistency(views) for views in fresh.views])
    shown = np.array(fresh.shown)
    assert balanced_accuracy(shown, np.array(LEARNED.pathways)[found.argmax(axis=1)]) > 0.7
    number = pathway_numbers(fresh)
    held = [LEARNED.in_set(one, views)[k] for one, views, k in zip(found, fresh.views, number, strict=True)]
    assert 0.85 < np.mean(held) < 0.95


def test_one_measure_far_out_does_not_decide_alone() -> None:
    far, farther = MADE.views[3].copy(), MADE.views[3].copy()
    far[:, 0], farther[:, 0] = 1e3, 1e9
    assert LEARNED.consistency(far) == pytest.approx(LEARNED.consistency(farther))


def test_what_is_worn_is_seen_from_the_view() -> None:
    assert {worn(views) for views in MADE.views} == set(WORN)
    knees = [worn(views) for views, sensors in zip(MADE.views, MADE.sensors, strict=True) if sensors != USUAL_SET]
    assert set(knees) <= {WORN[0], WORN[2]}


MADE = made_cohort(persons=100)
LEARNED, _ = learned(MADE, walk_weights(MADE), folds(MADE, 4, 1), (SHRINKAGE,))
