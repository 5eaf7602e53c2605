"""Figures of predictions against scikit-learn, hand calculation, and their own definitions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from models.judgement.statistics import (
    area,
    balanced_accuracy,
    calibration_error,
    cohen_d,
    net_benefit,
    predictive,
    reliability,
    with_intervals,
)

DRAW = np.random.default_rng(2)


@pytest.mark.parametrize("ties", [False, True])
def test_area_is_scikit_learns(ties: bool) -> None:
    label = (DRAW.uniform(size=300) < 0.3).astype(float)
    score = DRAW.normal(size=300) + label
    score = np.round(score) if ties else score
    assert area(label, score) == pytest.approx(roc_auc_score(label, score))


def test_one_class_has_no_area() -> None:
    assert np.isnan(area(np.ones(5), np.arange(5.0)))


def test_balanced_accuracy_is_scikit_learns() -> None:
    truth, said = DRAW.choice(list("abc"), size=(2, 200))
    assert balanced_accuracy(truth, said) == pytest.approx(balanced_accuracy_score(truth, said))


def test_cohen_d_is_a_difference_in_sds() -> None:
    one, other = DRAW.normal(1.0, 2.0, size=20_000), DRAW.normal(0.0, 2.0, size=20_000)
    one[::7] = np.nan
    assert cohen_d(one, other) == pytest.approx(0.5, abs=0.03)
    assert np.isnan(cohen_d(one[:3], other))


def test_calibration_error_by_hand() -> None:
    score, label = np.array([0.2, 0.2, 0.8, 0.8]), np.array([False, False, True, True])
    assert calibration_error(score, label, bins=2) == pytest.approx(0.2)
    low, high = reliability(score, label, [1, 2, 3, 4], bins=2)
    assert (low["score"], low["strained"], low["walks"]) == (pytest.approx(0.2), [0.0, 0.0, 0.0], 2)
    assert (high["score"], high["strained"], high["walks"]) == (pytest.approx(0.8), [1.0, 1.0, 1.0], 2)


def test_net_benefit_by_hand() -> None:
    score, label = np.array([0.9, 0.9, 0.1, 0.1]), np.array([True, False, True, False])
    by_score, everybody = net_benefit(score, label, 0.2)
    assert by_score == pytest.approx(0.25 - 0.25 * 0.25)
    assert everybody == pytest.approx(0.5 - 0.25 * 0.5)


def test_predictive_values_by_bayes() -> None:
    found = predictive(0.1, 0.8, 0.9)
    assert found["positive"] == pytest.approx(0.08 / 0.17)
    assert found["negative"] == pytest.approx(0.81 / 0.83)
    assert predictive(0.1, 0.0, 1.0)["positive"] is None


def test_intervals_resample_persons_not_rows() -> None:
    """Ten rows of a person say no more than one: the interval is that of the persons."""
    means = DRAW.normal(size=60)
    once = with_intervals(list(range(60)), lambda rows: {"mean": float(means[rows].mean())})["mean"]
    tenfold = np.repeat(means, 10)
    many = with_intervals(np.repeat(np.arange(60), 10).tolist(), lambda rows: {"mean": float(tenfold[rows].mean())})
    assert many["mean"] == pytest.approx(once)
    assert once[1] < once[0] < once[2]
    assert once[2] - once[1] == pytest.approx(4 / np.sqrt(60), rel=0.4)


def test_what_cannot_be_had_is_none() -> None:
    assert with_intervals([1, 2], lambda _: {"nothing": float("nan")})["nothing"] is None
