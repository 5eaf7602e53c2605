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
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from models.artefact import Additive, Artefact, Familiar, SensorModel, logistic
from models.cohort import HEALTHY, Cohort, IntArray
from models.conformal import hidden_interval, least_consistency
from models.features import FEATURES, NAMES, WITH_PELVIS, WITHOUT_PELVIS, Group, sensor_set
from models.hats import KNOTS, Hats
from models.workers import one_thread
from sensor.samples import BoolArray, FloatArray

HEALTHY_PATHWAYS = (HEALTHY, "healthy_slow", "benign_asymmetry")


@dataclass(frozen=True, slots=True)
class TrainingParams:
    """How the models are fitted."""

    folds: int = 5
    strengths: tuple[float, ...] = (0.001, 0.003, 0.01, 0.03, 0.1)  # C of the penalised regression to choose from
    seed: int = 1
    blur: float = 0.4  # uncertainty of the label, healthy SDs of strain; see docs/risk-model.md
    knots: int = 9  # of the hidden interval over the score
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
    """A curve per feature, straight between quantiles; L2 keeps the curves flat and correlated features together."""
    return make_pipeline(Hats(), StandardScaler(), LogisticRegression(C=strength, max_iter=3000))


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
    weights, known = person_weights(cohort), cohort.features[:, ever_there(cohort)]
    tried = []
    for strength in params.strengths:
        probability = np.zeros((len(cohort), int(target.max()) + 1))
        for learn, judge in splits:
            model = fitted(additive_pipeline(strength), known[learn], target[learn], weights[learn])
            probability[judge[:, None], model.classes_] = model.predict_proba(known[judge])
        of_truth = np.maximum(probability[np.arange(len(target)), target], 1e-12)
        loss = -np.average(np.log(of_truth), weights=weights)
        tried.append((float(loss), strength, probability))
    _, strength, probability = min(tried, key=lambda one: one[0])
    return probability, strength


def pathway_index(cohort: Cohort) -> IntArray:
    """Number of each row's pathway among the cohort's, in alphabetical order."""
    return np.asarray(np.unique(cohort.pathway, return_inverse=True)[1], dtype=np.int64)


def fitted(pipeline: Pipeline, values: FloatArray, target: FloatArray | IntArray, weights: FloatArray) -> Pipeline:
    """Fit with row weights; a fit that does not converge is an error, not a warning."""
    with warnings.catch_warnings(), one_thread():
        warnings.simplefilter("error", ConvergenceWarning)
        return pipeline.fit(values, target, logisticregression__sample_weight=weights)


def person_weights(cohort: Cohort) -> FloatArray:
    """Every walk counts once, however many sensor sets it was analysed with; mean 1."""
    walk = [f"{p} {w} {s}" for p, w, s in zip(cohort.person, cohort.pathway, cohort.severity, strict=True)]
    _, where, count = np.unique(walk, return_inverse=True, return_counts=True)
    weights = 1.0 / count[where]
    return np.asarray(weights / weights.mean())


def train(cohort: Cohort, params: TrainingParams, made: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Artefact:
    """Fit the model that is shipped on all usable rows; ``evaluation`` is what the procedure achieves on others.

    One model learns from the walks whose pelvis was seen; the other from all walks, looking at the knees only.
    """
    usable = cohort.rows(cohort.usable > 0)
    seen = usable.rows(np.array([sensor_set(values) == WITH_PELVIS for values in usable.features]))
    models, strengths, score = {}, {}, np.zeros(0)
    for name, known in ((WITH_PELVIS, seen), (WITHOUT_PELVIS, knees_only(usable))):
        held = unseen(known, params)
        models[name], calibrated = sensor_model(known, held, params)
        strengths[name] = {"strain": held.strain_strength, "pathways": held.pathway_strength}
        if name == WITH_PELVIS:
            score = logistic(calibrated)
    moderate, high = levels(seen, score, params)
    return Artefact(
        version=params.version,
        features=NAMES,
        models=models,
        moderate=moderate,
        high=high,
        blur=params.blur,
        pathways=tuple(np.unique(usable.pathway).tolist()),
        made={**made, "training": asdict(params), "strengths": strengths, **provenance(usable)},
        evaluation=evaluation,
    )


def knees_only(cohort: Cohort) -> Cohort:
    """One row per walk, as sensors below the knees alone would see it."""
    walk = [f"{p} {w} {s}" for p, w, s in zip(cohort.person, cohort.pathway, cohort.severity, strict=True)]
    bare = cohort.rows(np.sort(np.unique(walk, return_index=True)[1]))
    unseen_groups = (Group.PELVIS, Group.THIGHS)
    bare.features[:, [feature.group in unseen_groups for feature in FEATURES]] = np.nan
    return bare


def sensor_model(cohort: Cohort, held: Unseen, params: TrainingParams) -> tuple[SensorModel, FloatArray]:
    """The model of one set of sensors, and its calibrated log-odds for the persons it did not see."""
    weights = person_weights(cohort)
    slope, offset = calibration(held.log_odds, cohort.exceeds, weights)
    there = ever_there(cohort)
    known, filled = cohort.features[:, there], np.where(there, cohort.features, 0.0)
    usual = np.nanmean(filled, axis=0)
    strain = additive(
        fitted(additive_pipeline(held.strain_strength), known, cohort.exceeds, weights), there, usual[there]
    )
    pathway = fitted(additive_pipeline(held.pathway_strength), known, pathway_index(cohort), weights)
    calibrated = np.asarray(slope * held.log_odds + offset)
    model = SensorModel(
        usual=usual,
        familiar=familiar(filled, usual, params),
        strain=Additive(slope * strain.baseline + offset, strain.knots, slope * strain.heights, slope * strain.missing),
        interval=hidden_interval(cohort, calibrated, params.knots, params.seed),
        pathways=additive(pathway, there, usual[there]),
        least_consistency=least_consistency(held.consistency, pathway_index(cohort)),
    )
    return model, calibrated


def ever_there(cohort: Cohort) -> BoolArray:
    """Features (k,) that at least one row has; the others say nothing."""
    return np.asarray(np.isfinite(cohort.features).any(axis=0))


def additive(pipeline: Pipeline, there: BoolArray, usual: FloatArray) -> Additive:
    """The fitted pipeline as a sum over all k features, those that were never there adding nothing.

    ``there`` (k,) says which the pipeline knows; at their ``usual`` values these add nothing either.
    """
    hats, scaler, regression = (step for _, step in pipeline.steps)
    per_unit = regression.coef_ / scaler.scale_
    count, rows = int(there.sum()), len(per_unit)
    curves = per_unit[:, : count * KNOTS].reshape(rows, count, KNOTS)
    at_usual = np.array([[np.interp(usual[i], hats.knots_[i], row[i]) for i in range(count)] for row in curves])
    baseline = regression.intercept_ - per_unit @ scaler.mean_ + at_usual.sum(axis=1)
    whole = Additive(
        baseline, np.zeros((len(there), KNOTS)), np.zeros((rows, len(there), KNOTS)), np.zeros((rows, len(there)))
    )
    whole.knots[there] = hats.knots_
    whole.heights[:, there] = curves - at_usual[:, :, None]
    whole.missing[:, there] = per_unit[:, count * KNOTS :] - at_usual
    return whole


def calibration(log_odds: FloatArray, label: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Slope and offset that make cross-fitted log-odds probabilities (Platt's sigmoid)."""
    sigmoid = LogisticRegression(C=np.inf).fit(log_odds[:, None], label, sample_weight=weights)
    return float(sigmoid.coef_[0, 0]), float(sigmoid.intercept_[0])


def levels(cohort: Cohort, score: FloatArray, params: TrainingParams) -> tuple[float, float]:
    """Scores that only a stated share of the healthy walks reaches: moderate, and high, which is at least 0.5."""
    healthy = score[np.isin(cohort.pathway, HEALTHY_PATHWAYS)]
    high = max(0.5, float(np.quantile(healthy, 1.0 - params.flagged_healthy)))
    return min(float(np.quantile(healthy, 1.0 - params.raised_healthy)), 0.8 * high), high


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
