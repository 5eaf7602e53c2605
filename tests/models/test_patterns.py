"""Telling pathways apart: scikit-learn's discriminant analysis, whatever is missing, and the same in the mirror."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from models.cohorts.cohort import Cohort
from models.cohorts.plan import USUAL_SET
from models.judgement.statistics import balanced_accuracy
from models.learning import pattern_training
from models.learning.pattern_training import LEVELS, learned, pathway_numbers, patterns_of
from models.learning.training import folds, walk_weights
from models.patterns import WORN, Patterns, log_density, worn
from models.view import NORMED, VIEW_NAMES
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


@pytest.mark.parametrize("lacking", [(), ("stance_time_effect", "drop_mean_z", "list_deg")])
def test_densities_are_normal_and_scikit_learns_whatever_is_missing(
    whole: Cohort, patterns: Patterns, lacking: tuple[str, ...]
) -> None:
    there = np.array([name not in lacking for name in VIEW_NAMES])
    covariance, means = patterns.covariance[np.ix_(there, there)], patterns.means[:, there]
    model = LinearDiscriminantAnalysis()
    model.classes_ = np.arange(len(means))
    model.coef_ = np.linalg.solve(covariance, means.T).T
    model.intercept_ = -0.5 * np.sum(means * model.coef_, axis=1)
    for i in range(20):
        ours = log_density(patterns, np.where(there, whole.views[i], np.nan))[0]
        off = ((whole.views[i, 0] - patterns.usual) / patterns.scale)[there]
        normal = np.array([multivariate_normal.logpdf(off, mean, covariance) for mean in means])
        assert ours - ours[0] == pytest.approx(normal - normal[0], abs=1e-8)
        theirs = model.predict_log_proba([off])[0]
        assert ours - ours[0] == pytest.approx(theirs - theirs[0], abs=1e-8)


def test_each_pathway_is_a_line_from_the_healthy_walk(whole: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without noise the groups lie where the shift at their severity is."""
    monkeypatch.setattr(pattern_training, "HOLD", 0.0)
    cohort = made_cohort(persons=100)
    views = np.zeros_like(cohort.views)
    column = VIEW_NAMES.index("stance_time_effect")
    limps = (np.array(cohort.shown) == "antalgic_knee") * cohort.severity
    views[:, :, column] = limps[:, None] * np.where(np.array(cohort.side)[:, None] == ["left", "right"], -1.0, 1.0)
    found = patterns_of(replace(cohort, views=views), walk_weights(cohort), SHRINKAGE)
    at = found.usual[column] + found.scale[column] * found.means[:, column]
    levels = np.quantile(np.tile(cohort.severity, 2)[np.tile(cohort.severity, 2) > 0.0], LEVELS)
    for role, sign in (("own", -1.0), ("other", 1.0)):
        there = [at[i] for i, group in enumerate(found.groups) if group == ("antalgic_knee", role)]
        assert there == pytest.approx(sign * levels)
    assert [at[i] for i, (name, _) in enumerate(found.groups) if name != "antalgic_knee"] == pytest.approx([0.0] * 3)


def test_what_needs_a_norm_decides_less(whole: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    sure = pattern_training.USUAL_SD
    found = patterns_of(whole, walk_weights(whole), 0.0)
    monkeypatch.setattr(pattern_training, "USUAL_SD", 0.0)
    plain = patterns_of(whole, walk_weights(whole), 0.0)
    assert np.diag(found.covariance - plain.covariance) == pytest.approx(np.where(NORMED, sure**2, 0.0))


def test_the_covariance_is_scikit_learns_with_classes_that_count_alike(
    whole: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one unsided class of equal size each, all at one severity, nothing is left of weights and lines."""
    monkeypatch.setattr(pattern_training, "HOLD", 0.0)
    monkeypatch.setattr(pattern_training, "USUAL_SD", 0.0)
    even = whole.rows(np.concatenate([np.flatnonzero(np.array(whole.shown) == name)[:60] for name in set(whole.shown)]))
    even = replace(even, shown=tuple("healthy" if name == "healthy" else "healthy_slow" for name in even.shown))
    even = even.rows(np.concatenate([np.flatnonzero(pathway_numbers(even) == k)[:60] for k in (0, 1)]))
    even = replace(even, severity=np.ones(len(even)))
    ours = patterns_of(even, np.ones(len(even)), SHRINKAGE)
    values = (np.concatenate([even.views[:, 0], even.views[:, 1]]) - ours.usual) / ours.scale
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=None, priors=[0.5, 0.5], store_covariance=True)
    model.fit(values, np.tile(pathway_numbers(even), 2))
    plain = model.covariance_
    shrunk = (1.0 - SHRINKAGE) * plain + SHRINKAGE * np.trace(plain) / len(plain) * np.eye(len(plain))
    assert ours.covariance == pytest.approx(shrunk, abs=1e-5)
    assert ours.means == pytest.approx(model.means_[[0, 1, 1]], abs=1e-9)


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
