"""The artefact: numbers in JSON that predict what scikit-learn predicts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import SplineTransformer

from models.artefact import Additive, Artefact, from_json, logistic, shipped, to_json
from models.cohorts.cohort import Cohort
from models.features import NAMES, WITH_PELVIS, WITHOUT_PELVIS
from models.learning.training import (
    TrainingParams,
    additive,
    additive_pipeline,
    ever_there,
    fitted,
    knees_only,
    train,
    walk_weights,
)
from sensor.samples import FloatArray
from tests.models.cohorts import made_cohort

PARAMS = TrainingParams(strengths=(0.03,), blur=0.4)


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return made_cohort()


@pytest.fixture(scope="module")
def model(cohort: Cohort) -> Artefact:
    return train(cohort, PARAMS, {"command": "none"}, {"auc": 0.5})


def test_score_is_scikit_learns(cohort: Cohort) -> None:
    there = ever_there(cohort)
    known, usual = cohort.features[:, there], np.zeros(len(there))
    usual[there] = np.nanmean(known, axis=0)
    pipeline = fitted(additive_pipeline(0.05), known, cohort.exceeds, walk_weights(cohort))
    plain = additive(pipeline, there, usual[there])
    ours = [float(logistic(plain.log_odds(row))) for row in cohort.features]
    assert ours == pytest.approx(pipeline.predict_proba(known)[:, 1], abs=1e-12)
    assert plain.parts(usual) == pytest.approx(0.0, abs=1e-12)


def test_features_that_were_never_there_change_nothing(cohort: Cohort) -> None:
    bare = knees_only(cohort)
    there = ever_there(bare)
    assert 0 < there.sum() < len(there)
    pipeline = fitted(additive_pipeline(0.05), bare.features[:, there], bare.exceeds, walk_weights(bare))
    plain = additive(pipeline, there, np.zeros(there.sum()))
    expected = pipeline.predict_proba(bare.features[:, there])[:, 1]
    ours = [float(logistic(plain.log_odds(row))) for row in cohort.features]
    assert ours == pytest.approx(expected, abs=1e-12)


def rebuilt(plain: Additive, rows: FloatArray) -> FloatArray:
    """Probabilities by scikit-learn's own splines and regression, given the stored numbers."""
    known = plain.heights.any(axis=1)
    rows, knots = rows[:, known], plain.knots[known]
    splines = SplineTransformer(knots=knots.T, degree=1, extrapolation="constant").fit(knots.T)
    gone = np.isnan(rows)
    basis = splines.transform(np.where(gone, knots[:, 0], rows)).reshape(len(rows), len(knots), -1)
    basis[gone] = 0.0
    regression = LogisticRegression()
    regression.classes_ = np.arange(2)
    coefficients = np.concatenate([plain.heights[known].ravel(), plain.missing[known]])[None]
    regression.coef_, regression.n_features_in_ = coefficients, coefficients.shape[1]
    regression.intercept_ = np.array([plain.baseline])
    return np.asarray(regression.predict_proba(np.hstack([basis.reshape(len(rows), -1), gone.astype(float)])))


@pytest.mark.parametrize("sensors", [WITH_PELVIS, WITHOUT_PELVIS])
def test_the_shipped_model_is_what_scikit_learn_makes_of_its_numbers(sensors: str, cohort: Cohort) -> None:
    part = shipped().models[sensors]
    rows = part.usual + (cohort.features - 5.0) * part.familiar.scale
    score = [float(logistic(part.strain.log_odds(row))) for row in rows]
    assert score == pytest.approx(rebuilt(part.strain, rows)[:, 1], abs=1e-9)
    assert np.std(score) > 0.02


def test_json_keeps_every_digit(model: Artefact, cohort: Cohort) -> None:
    text = to_json(model)
    again = from_json(text)
    assert to_json(again) == text
    for row, views in zip(cohort.features[:20], cohort.views[:20], strict=True):
        for name, part in model.models.items():
            assert again.models[name].strain.log_odds(row) == part.strain.log_odds(row)
        assert again.patterns is not None
        assert model.patterns is not None
        assert (again.patterns.consistency(views) == model.patterns.consistency(views)).all()


def test_training_twice_gives_the_same_text(model: Artefact, cohort: Cohort) -> None:
    assert to_json(train(cohort, PARAMS, {"command": "none"}, {"auc": 0.5})) == to_json(model)


def test_the_shipped_model_says_where_it_comes_from() -> None:
    model = shipped()
    assert model.features == NAMES
    assert model.made["command"].startswith("gaitchain train")
    assert len(model.made["data_sha256"]) == 64
    assert {"numpy", "scikit-learn", "gaitchain", "python"} <= set(model.made["libraries"])
    assert model.evaluation["in_silico"] is True


@pytest.mark.parametrize("text", ["", "[]", "{}", "no json", json.dumps({"format": 99}), json.dumps({"format": 1})])
def test_what_is_no_model_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="train it anew"):
        from_json(text)


def test_parts_add_up() -> None:
    knots = np.array([[0.0, 1.0, 3.0], [0.0, 1.0, 2.0]])
    heights = np.array([[-1.0, 0.0, 4.0], [5.0, 5.0, 5.0]])
    plain = Additive(0.5, knots, heights, np.array([9.0, 0.75]))
    assert plain.parts(np.array([2.0, np.nan])) == pytest.approx([2.0, 0.75])
    assert plain.parts(np.array([99.0, -99.0])) == pytest.approx([4.0, 5.0])  # level beyond the outermost knots
    assert plain.log_odds(np.array([2.0, np.nan])) == pytest.approx(3.25)


def test_logistic_does_not_overflow() -> None:
    assert logistic(np.array([-1000.0, 0.0, 1000.0])) == pytest.approx([0.0, 0.5, 1.0])
