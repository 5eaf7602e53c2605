"""Train the risk model on a cohort with scikit-learn and turn it into plain numbers.

Everything that learns from data stands inside a pipeline, so that no fold sees another's persons: filling in, scaling,
fitting. Calibration, interval, levels and the conformal set rest on predictions for persons that the predicting model
did not see.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
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
from models.cohorts.cohort import Cohort
from models.features import FEATURES, NAMES, WITH_PELVIS, WITHOUT_PELVIS, Group, sensor_set
from models.learning.conformal import hidden_interval, share_interval
from models.learning.lines import Lines
from models.learning.pattern_training import learned
from models.patterns import Patterns
from models.risk import HEALTHY_PATHWAYS
from models.view import VIEW_NAMES
from models.workers import one_thread
from sensor.samples import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class TrainingParams:
    """How the models are fitted."""

    folds: int = 5
    strengths: tuple[float, ...] = (0.003, 0.01, 0.03, 0.1, 0.3)  # C of the penalised regression to choose from
    shrinkages: tuple[float, ...] = (0.1, 0.3, 0.6)  # of the patterns' covariance, to choose from
    seed: int = 1
    blur: float = 0.4  # uncertainty of the label, healthy SDs of strain; see docs/risk-model.md
    knots: int = 9  # of the hidden interval over the score
    flagged_healthy: float = 0.04  # share of healthy walks above the high level; leaves room below the promised 5 %
    raised_healthy: float = 0.15  # share of healthy walks at or above the moderate level
    room: float = 0.3  # features may leave their range in training by this share of it
    most_outside: float = 0.7  # how far log-odds may hang on features beyond that range: a factor of 2 on the odds
    in_silico: bool = True
    version: str = "in-silico-6"


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """Log-odds (n,), not calibrated, for persons that the predicting model did not see, and its strength."""

    log_odds: FloatArray
    strength: float


def additive_pipeline(strength: float) -> Pipeline:
    """A line per feature, level beyond what was seen; L2 keeps the lines flat and correlated features together."""
    return make_pipeline(Lines(), StandardScaler(), LogisticRegression(C=strength, max_iter=3000))


def folds(cohort: Cohort, count: int, seed: int) -> list[tuple[IntArray, IntArray]]:
    """Rows to learn from and rows to judge; a person is never on both sides."""
    splitter = StratifiedGroupKFold(n_splits=count, shuffle=True, random_state=seed)
    return list(splitter.split(cohort.features, cohort.exceeds, groups=np.array(cohort.person)))


def unseen(cohort: Cohort, params: TrainingParams) -> Unseen:
    """Cross-fitted predictions for every row, at the least strength whose log loss on them is as good as the best.

    As good: worse by no more than the standard error of the difference over persons (after the 1-SE rule of Breiman et
    al. 1984, recalled; deviation: paired). What the persons at hand cannot decide is decided for the flatter lines,
    which have less to unlearn in other people.
    """
    splits = folds(cohort, params.folds, params.seed)
    tried = {strength: cross_fitted(cohort, splits, strength) for strength in sorted(params.strengths)}
    losses = {strength: _loss_by_person(cohort, log_odds) for strength, log_odds in tried.items()}
    best = min(losses.values(), key=np.mean)
    worse = {strength: loss - best for strength, loss in losses.items()}
    strength = next(one for one, by in worse.items() if by.mean() <= by.std(ddof=1) / np.sqrt(len(by)))
    return Unseen(tried[strength], strength)


def _loss_by_person(cohort: Cohort, log_odds: FloatArray) -> FloatArray:
    """Mean log loss of each person's rows, every walk counting once."""
    loss = np.logaddexp(0.0, np.where(cohort.exceeds > 0, -log_odds, log_odds))
    weights = walk_weights(cohort)
    _, person = np.unique(cohort.person, return_inverse=True)
    return np.asarray(np.bincount(person, weights * loss) / np.bincount(person, weights))


def cross_fitted(cohort: Cohort, splits: Sequence[tuple[IntArray, IntArray]], strength: float) -> FloatArray:
    """Log odds (n,) of a strain for every row, from rows of other persons only."""
    weights, known = walk_weights(cohort), cohort.features[:, ever_there(cohort)]
    log_odds = np.zeros(len(cohort))
    for learn, judge in splits:
        model = fitted(additive_pipeline(strength), known[learn], cohort.exceeds[learn], weights[learn])
        log_odds[judge] = model.decision_function(known[judge])
    return log_odds


def fitted(pipeline: Pipeline, values: FloatArray, target: FloatArray | IntArray, weights: FloatArray) -> Pipeline:
    """Fit with row weights; a fit that does not converge is an error, not a warning."""
    with warnings.catch_warnings(), one_thread():
        warnings.simplefilter("error", ConvergenceWarning)
        return pipeline.fit(values, target, logisticregression__sample_weight=weights)


def walk_weights(cohort: Cohort) -> FloatArray:
    """Every walk counts once, however many sensor sets it was analysed with; mean 1."""
    _, where, count = np.unique(cohort.walk, return_inverse=True, return_counts=True)
    weights = 1.0 / count[where]
    return np.asarray(weights / weights.mean())


def train(cohort: Cohort, params: TrainingParams, made: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Artefact:
    """Fit the model that is shipped on all usable rows; ``evaluation`` is what the procedure achieves on others.

    One model learns from the walks whose pelvis was seen; the other from all walks, looking at the knees only.
    """
    usable = cohort.rows(cohort.usable > 0)
    seen = usable.rows(np.array([sensor_set(values) == WITH_PELVIS for values in usable.features]))
    models: dict[str, SensorModel] = {}
    chosen: dict[str, float | None] = {}
    score = np.zeros(0)
    for name, known in ((WITH_PELVIS, seen), (WITHOUT_PELVIS, knees_only(usable))):
        if len(known) == 0:
            continue
        held = unseen(known, params)
        models[name], calibrated = sensor_model(known, held, params)
        chosen[name] = held.strength
        if not len(score):
            score, judged = logistic(calibrated), known
    moderate, high = levels(judged, score, params)
    patterns, chosen["pathways"] = pathways(usable, params)
    return Artefact(
        version=params.version,
        features=NAMES,
        view=VIEW_NAMES,
        models=models,
        moderate=moderate,
        high=high,
        blur=params.blur,
        most_outside=params.most_outside,
        patterns=patterns,
        in_silico=params.in_silico,
        made={**made, "training": asdict(params), "chosen": chosen, **provenance(usable)},
        evaluation=evaluation,
    )


def pathways(cohort: Cohort, params: TrainingParams) -> tuple[Patterns | None, float | None]:
    """The model of the pathways, from the rows that show one, and the shrinkage chosen for it."""
    shows = cohort.rows(np.array([bool(name) for name in cohort.shown], dtype=bool))
    if len(set(shows.shown)) < 2:
        return None, None
    return learned(shows, walk_weights(shows), folds(shows, params.folds, params.seed), params.shrinkages)


def knees_only(cohort: Cohort) -> Cohort:
    """One row per walk, as sensors below the knees alone would see it."""
    bare = cohort.rows(np.sort(np.unique(cohort.walk, return_index=True)[1]))
    unseen_groups = (Group.PELVIS, Group.THIGHS, Group.TRUNK)
    bare.features[:, [feature.group in unseen_groups for feature in FEATURES]] = np.nan
    return bare


def sensor_model(cohort: Cohort, held: Unseen, params: TrainingParams) -> tuple[SensorModel, FloatArray]:
    """The model of one set of sensors, and its calibrated log-odds for the persons it did not see."""
    weights = walk_weights(cohort)
    slope, offset = calibration(held.log_odds, cohort.exceeds, weights)
    there = ever_there(cohort)
    known, filled = cohort.features[:, there], np.where(there, cohort.features, 0.0)
    usual = np.nanmean(filled, axis=0)
    strain = additive(fitted(additive_pipeline(held.strength), known, cohort.exceeds, weights), there, usual[there])
    calibrated = np.asarray(slope * held.log_odds + offset)
    model = SensorModel(
        usual=usual,
        familiar=familiar(filled, usual, params),
        strain=Additive(slope * strain.baseline + offset, strain.knots, slope * strain.heights, slope * strain.missing),
        interval=hidden_interval(cohort, calibrated, params.knots, params.seed)
        if params.in_silico
        else share_interval(cohort, calibrated, params.knots, params.blur, params.seed),
    )
    return model, calibrated


def ever_there(cohort: Cohort) -> BoolArray:
    """Features (k,) that at least one row has; the others say nothing."""
    return np.asarray(np.isfinite(cohort.features).any(axis=0))


def additive(pipeline: Pipeline, there: BoolArray, usual: FloatArray) -> Additive:
    """The fitted pipeline as a sum over all k features, those that were never there adding nothing.

    ``there`` (k,) says which the pipeline knows; at their ``usual`` values these add nothing either.
    """
    lines, scaler, regression = (step for _, step in pipeline.steps)
    per_unit = regression.coef_[0] / scaler.scale_
    slope, gone = np.split(per_unit, 2)
    at_usual = slope * lines.shares(usual)
    baseline = float(regression.intercept_[0] - per_unit @ scaler.mean_ + at_usual.sum())
    nothing = np.zeros((len(there), 2))
    whole = Additive(baseline, nothing, nothing.copy(), np.zeros(len(there)))
    whole.knots[there] = np.column_stack([lines.low_, lines.high_])
    whole.heights[there] = slope[:, None] * [0.0, 1.0] - at_usual[:, None]
    whole.missing[there] = slope * lines.mean_ + gone - at_usual
    return whole


def calibration(log_odds: FloatArray, label: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Slope and offset that make cross-fitted log-odds probabilities (Platt's sigmoid)."""
    sigmoid = LogisticRegression(C=np.inf).fit(log_odds[:, None], label, sample_weight=weights)
    return float(sigmoid.coef_[0, 0]), float(sigmoid.intercept_[0])


def levels(cohort: Cohort, score: FloatArray, params: TrainingParams) -> tuple[float, float]:
    """Scores that only a stated share of the healthy walks reaches: moderate, and high, which is at least 0.5."""
    healthy = score[np.isin(cohort.pathway, HEALTHY_PATHWAYS)]
    healthy = healthy if len(healthy) else score[cohort.exceeds == 0]  # own labels need not name pathways
    high = max(0.5, float(np.quantile(healthy, 1.0 - params.flagged_healthy)))
    return min(float(np.quantile(healthy, 1.0 - params.raised_healthy)), 0.8 * high), high


def familiar(values: FloatArray, usual: FloatArray, params: TrainingParams) -> Familiar:
    """Ranges and distances of the training rows, with some room."""
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    scale = np.maximum(np.nanstd(values, axis=0), 1e-9)
    filled = np.where(np.isfinite(values), (values - usual) / scale, 0.0)
    rows, count = filled.shape
    ridge = max(0.05, 0.5 * count / rows)  # few rows know little about how features go together
    precision = np.asarray(np.linalg.inv(np.cov(filled.T) + ridge * np.eye(count)), dtype=np.float64)
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
        "strain_limit": asdict(cohort.reference) if cohort.reference else None,
        "libraries": {
            "python": ".".join(map(str, sys.version_info[:3])),
            **{name: version(name) for name in ("numpy", "scikit-learn", "gaitchain")},
        },
    }
