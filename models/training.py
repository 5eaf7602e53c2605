"""Train the risk model on a cohort with scikit-learn and turn it into plain numbers.

Everything that learns from data stands inside a pipeline, so that no fold sees another's persons: filling in, scaling,
fitting. Calibration, interval, levels and the conformal set rest on predictions for persons that the predicting model
did not see.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from models.artefact import Additive, Artefact, Familiar, HiddenInterval, logistic
from models.cohort import HEALTHY, Cohort, IntArray
from models.features import FEATURES, NAMES, Group
from sensor.samples import BoolArray, FloatArray

HEALTHY_PATHWAYS = (HEALTHY, "healthy_slow", "benign_asymmetry")
COVERAGE = 0.90


@dataclass(frozen=True, slots=True)
class TrainingParams:
    """How the models are fitted."""

    folds: int = 5
    strengths: tuple[float, ...] = (0.003, 0.01, 0.03, 0.1)  # C of the penalised regression to choose from
    seed: int = 1
    blur: float = 0.4  # uncertainty of the label, healthy SDs of strain; see docs/risk-model.md
    knots: int = 9
    flagged_healthy: float = 0.04  # share of healthy walks above the high level; leaves room below the promised 5 %
    raised_healthy: float = 0.15  # share of healthy walks at or above the moderate level
    room: float = 0.3  # features may leave their range in training by this share of it
    version: str = "in-silico-1"


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """Predictions for persons that the predicting model did not see: log-odds (n,), consistency (n, c), strengths."""

    log_odds: FloatArray
    consistency: FloatArray
    strain_strength: float
    pathway_strength: float


def additive_pipeline(strength: float) -> Pipeline:
    """Missing values become their column's mean and say so; L2 keeps correlated features together."""
    return make_pipeline(
        SimpleImputer(add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=strength, max_iter=2000),
    )


def folds(cohort: Cohort, count: int, seed: int) -> list[tuple[IntArray, IntArray]]:
    """Rows to learn from and rows to judge; a person is never on both sides."""
    splitter = StratifiedGroupKFold(n_splits=count, shuffle=True, random_state=seed)
    return list(splitter.split(cohort.features, cohort.exceeds, groups=np.array(cohort.person)))


def unseen(cohort: Cohort, params: TrainingParams) -> Unseen:
    """Cross-fitted predictions of both models for every row, not calibrated, each at its best strength."""
    splits = folds(cohort, params.folds, params.seed)
    strained, shown = cohort.exceeds.astype(int), pathway_index(cohort)
    strain, strain_strength = _best(cohort, strained, splits, params)
    pathway, pathway_strength = _best(cohort, shown, splits, params)
    odds = np.clip(strain[:, 1], 1e-12, 1.0 - 1e-12)
    return Unseen(np.log(odds / (1.0 - odds)), pathway, strain_strength, pathway_strength)


def _best(
    cohort: Cohort, target: IntArray, splits: list[tuple[IntArray, IntArray]], params: TrainingParams
) -> tuple[FloatArray, float]:
    """Probabilities (n, c) for persons not seen, and the strength with the least log loss on them."""
    weights = person_weights(cohort)
    tried = []
    for strength in params.strengths:
        probability = np.full((len(cohort), int(target.max()) + 1), 1e-12)
        for learn, judge in splits:
            model = fitted(additive_pipeline(strength), cohort.features[learn], target[learn], weights[learn])
            probability[judge[:, None], model.classes_] = model.predict_proba(cohort.features[judge])
        loss = -np.average(np.log(probability[np.arange(len(target)), target]), weights=weights)
        tried.append((float(loss), strength, probability))
    _, strength, probability = min(tried, key=lambda one: one[0])
    return probability, strength


def pathway_index(cohort: Cohort) -> IntArray:
    """Number of each row's pathway among the cohort's, in alphabetical order."""
    return np.asarray(np.unique(cohort.pathway, return_inverse=True)[1], dtype=np.int64)


def fitted(pipeline: Pipeline, values: FloatArray, target: FloatArray | IntArray, weights: FloatArray) -> Pipeline:
    """Fit with row weights; a fit that does not converge is an error, not a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        return pipeline.fit(values, target, logisticregression__sample_weight=weights)


def person_weights(cohort: Cohort) -> FloatArray:
    """Every walk counts once, however many sensor sets it was analysed with; mean 1."""
    walk = [f"{p} {w} {s}" for p, w, s in zip(cohort.person, cohort.pathway, cohort.severity, strict=True)]
    _, where, count = np.unique(walk, return_inverse=True, return_counts=True)
    weights = 1.0 / count[where]
    return np.asarray(weights / weights.mean())


def train(cohort: Cohort, params: TrainingParams, made: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Artefact:
    """Fit the model that is shipped on all usable rows; ``evaluation`` is what the procedure achieves on others."""
    known = cohort.rows(cohort.usable > 0)
    held = unseen(known, params)
    weights = person_weights(known)
    slope, offset = calibration(held.log_odds, known.exceeds, weights)
    strain = additive(fitted(additive_pipeline(held.strain_strength), known.features, known.exceeds, weights))
    names = tuple(np.unique(known.pathway).tolist())
    pathway = fitted(additive_pipeline(held.pathway_strength), known.features, pathway_index(known), weights)
    usual = np.nan_to_num(np.nanmean(known.features, axis=0))
    calibrated = slope * held.log_odds + offset
    moderate, high = levels(known, logistic(calibrated), params)
    return Artefact(
        version=params.version,
        features=NAMES,
        usual=usual,
        familiar=familiar(known.features, usual, params),
        strain=Additive(slope * strain.baseline + offset, slope * strain.weight, slope * strain.missing),
        moderate=moderate,
        high=high,
        interval=intervals(known, calibrated, params),
        blur=params.blur,
        pathways=names,
        pathway_model=additive(pathway),
        least_consistency=least_consistency(known, held.consistency),
        made={
            **made,
            "training": asdict(params),
            "strengths": {"strain": held.strain_strength, "pathways": held.pathway_strength},
            **provenance(known),
        },
        evaluation=evaluation,
    )


def additive(pipeline: Pipeline) -> Additive:
    """The fitted pipeline as a sum over features about their usual values."""
    imputer, scaler, regression = (step for _, step in pipeline.steps)
    count = len(imputer.statistics_)
    per_unit = regression.coef_ / scaler.scale_
    missing = np.zeros((len(per_unit), count))
    missing[:, imputer.indicator_.features_] = per_unit[:, count:]
    at_usual = np.concatenate([imputer.statistics_, np.zeros(per_unit.shape[1] - count)])
    baseline = regression.intercept_ + per_unit @ (at_usual - scaler.mean_)
    return Additive(baseline, per_unit[:, :count], missing)


def calibration(log_odds: FloatArray, label: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Slope and offset that make cross-fitted log-odds probabilities (Platt's sigmoid)."""
    sigmoid = LogisticRegression(C=np.inf).fit(log_odds[:, None], label, sample_weight=weights)
    return float(sigmoid.coef_[0, 0]), float(sigmoid.intercept_[0])


def levels(cohort: Cohort, score: FloatArray, params: TrainingParams) -> tuple[float, float]:
    """Scores that only a stated share of the healthy walks reaches: moderate, and high, which is at least 0.5."""
    healthy = score[np.isin(cohort.pathway, HEALTHY_PATHWAYS)]
    high = max(0.5, float(np.quantile(healthy, 1.0 - params.flagged_healthy)))
    return min(float(np.quantile(healthy, 1.0 - params.raised_healthy)), 0.8 * high), high


def intervals(cohort: Cohort, log_odds: FloatArray, params: TrainingParams) -> Mapping[str, HiddenInterval]:
    """Conformal 90 % intervals of the hidden strain, learned on half of the persons and widened on the other half."""
    pelvis = has_pelvis(cohort.features)
    return {
        name: _interval(cohort.rows(keep), log_odds[keep], params)
        for name, keep in (("pelvis", pelvis), ("no pelvis", ~pelvis))
    }


def has_pelvis(features: FloatArray) -> BoolArray:
    """Rows with at least one feature of the pelvis."""
    columns = [i for i, feature in enumerate(FEATURES) if feature.group is Group.PELVIS]
    return np.asarray(np.isfinite(features[:, columns]).any(axis=1))


def _interval(cohort: Cohort, log_odds: FloatArray, params: TrainingParams) -> HiddenInterval:
    persons = np.unique(cohort.person)
    first = np.isin(cohort.person, np.random.default_rng(params.seed).permutation(persons)[::2])
    knots = np.unique(np.quantile(log_odds, np.linspace(0.02, 0.98, params.knots)))
    reach = max(20, int(first.sum()) // params.knots)
    low, high = np.empty(len(knots)), np.empty(len(knots))
    for i, knot in enumerate(knots):
        near = np.argsort(np.abs(log_odds[first] - knot), kind="stable")[:reach]
        low[i], high[i] = np.quantile(cohort.margin[first][near], (0.05, 0.95))
    low, high = np.maximum.accumulate(low), np.maximum.accumulate(high)
    rest = ~first
    miss = np.maximum(
        np.interp(log_odds[rest], knots, low) - cohort.margin[rest],
        cohort.margin[rest] - np.interp(log_odds[rest], knots, high),
    )
    wider = float(np.quantile(miss, min(1.0, COVERAGE * (1.0 + 1.0 / len(miss)))))
    return HiddenInterval(knots, low - wider, high + wider)


def least_consistency(cohort: Cohort, consistency: FloatArray) -> float:
    """Consistency that nine of ten true pathways reach, for persons not seen."""
    of_truth = consistency[np.arange(len(cohort)), pathway_index(cohort)]
    count = len(of_truth)
    return float(np.quantile(of_truth, max(0.0, 1.0 - COVERAGE * (1.0 + 1.0 / count)), method="lower"))


def familiar(values: FloatArray, usual: FloatArray, params: TrainingParams) -> Familiar:
    """Ranges and distances of the training rows, with some room."""
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    scale = np.maximum(np.nanstd(values, axis=0), 1e-9)
    filled = np.where(np.isfinite(values), (values - usual) / scale, 0.0)
    precision = np.asarray(np.linalg.inv(np.cov(filled.T) + 0.05 * np.eye(filled.shape[1])), dtype=np.float64)
    distance = np.einsum("ni,ij,nj->n", filled, precision, filled)
    room = params.room * (high - low)
    return Familiar(low - room, high + room, scale, precision, float((1.0 + params.room) * distance.max()))


def provenance(cohort: Cohort) -> dict[str, Any]:
    """What the model was made of and with."""
    return {
        "rows": len(cohort),
        "persons": len(set(cohort.person)),
        "strained_share": float(cohort.exceeds.mean()),
        "data_sha256": cohort.sha256,
        "strain_limit": asdict(cohort.reference),
        "libraries": {
            "python": ".".join(map(str, sys.version_info[:3])),
            **{name: version(name) for name in ("numpy", "scikit-learn", "gaitchain")},
        },
    }
