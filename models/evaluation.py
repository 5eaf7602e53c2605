"""What the training procedure achieves on simulated persons it did not see. Every figure is in silico.

The whole procedure, choice of strength, calibration, interval, levels and conformal set included, is repeated on four
fifths of the persons and judged on the last fifth. Intervals come from resampling persons, never rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import cross_val_predict

from models.cohort import SENSOR_SETS, USUAL_SET, Cohort
from models.features import NAMES
from models.judging import Judged, Progress, cross_judged, judge
from models.training import HEALTHY_PATHWAYS, TrainingParams, additive_pipeline, fitted, folds, person_weights, train
from models.workers import one_thread
from sensor.samples import BoolArray, FloatArray

BASELINES = {"speed only": ("speed_v_star",), "stance asymmetry only": ("stance_asymmetry_pct",)}
DRAWS = 300
SEVERITIES = (0.0, 0.15, 0.4, 0.7, 1.0)
PREVALENCES = (0.01, 0.05, 0.20)
TOO_EASY = 0.95
HELD_OUT_CONDITION = "poor"


def evaluation(cohort: Cohort, params: TrainingParams, progress: Progress = lambda _: None) -> Mapping[str, Any]:
    """Cross-validated figures of the training procedure, with baselines, as plain numbers."""
    judged = cross_judged(cohort, params, progress)
    progress("evaluating: baselines")
    usual = np.array(cohort.sensors) == USUAL_SET
    spoken = usual & judged.spoke
    own = cohort.rows(spoken)
    rivals = {name: _rival(own, list(columns), params) for name, columns in BASELINES.items()}
    rivals["boosted trees"] = _trees(own, params)
    progress("evaluating: held-out devices")
    return {
        **figures(cohort, judged),
        "baselines": {
            name: _auc(own, score) | {"model_is_better_by": _difference(own, judged.score[spoken], score)}
            for name, score in rivals.items()
        },
        "held_out_devices": _held_out(cohort, params),
    }


def figures(cohort: Cohort, judged: Judged) -> Mapping[str, Any]:
    """Figures of any judged cohort; the main ones with knee and hip sensors, where the model spoke."""
    usual = np.array(cohort.sensors) == USUAL_SET
    spoken = usual & judged.spoke
    own, score = cohort.rows(spoken), judged.score[spoken]
    healthy = np.isin(own.pathway, HEALTHY_PATHWAYS)
    label = own.exceeds > 0
    high = judged.high[spoken]
    sensitivity, specificity = float(high[label].mean()), float((~high)[~label].mean())
    of = {name: getattr(judged, name)[spoken] for name in ("covered", "width", "in_set", "set_size")}
    main = _auc(own, score)
    return {
        "in_silico": True,
        "sensors": USUAL_SET,
        "walks": int(spoken.sum()),
        "persons": len(set(own.person)),
        "strained_share": float(label.mean()),
        "abstained_share": float(1.0 - judged.spoke[usual].mean()),
        **main,
        "generator_too_easy": main["auc"] > TOO_EASY,
        "brier": float(np.mean((score - label) ** 2)),
        "calibration_error": calibration_error(score, label),
        "reliability": reliability(score, label),
        "sensitivity_high": sensitivity,
        "specificity_high": specificity,
        "predictive_values_high": {f"{100 * p:g} %": _predictive(p, sensitivity, specificity) for p in PREVALENCES},
        "healthy_high_share": float(high[healthy].mean()),
        "interval_coverage": float(of["covered"].mean()),
        "interval_width": float(of["width"].mean()),
        "set_coverage": float(of["in_set"].mean()),
        "set_size": float(of["set_size"].mean()),
        "pathway_balanced_accuracy": float(balanced_accuracy_score(own.pathway, judged.best[spoken].tolist())),
        "by_speed": _by_speed(own, score),
        "by_sensors": {name: _part(cohort, judged, np.array(cohort.sensors) == name) for name in SENSOR_SETS},
        "by_devices": {
            name: _part(cohort, judged, usual & (np.array(cohort.condition) == name))
            for name in sorted(set(cohort.condition))
        },
        "by_pathway": _by_pathway(own, score, high),
    }


def area(label: FloatArray, score: FloatArray) -> float:
    """Area under the ROC curve: how often a strained walk scores above another one; ties count half.

    scikit-learn's gives the same and takes thirty times longer, which thousands of resamplings feel.
    """
    _, where, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - 0.5 * (count - 1))[where]
    strained = label > 0
    n, m = int(strained.sum()), int((~strained).sum())
    return float((rank[strained].sum() - 0.5 * n * (n + 1)) / (n * m))


def calibration_error(score: FloatArray, label: BoolArray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal size."""
    order = np.argsort(score, kind="stable")
    parts = np.array_split(order, bins)
    return float(sum(len(p) * abs(score[p].mean() - label[p].mean()) for p in parts if len(p)) / len(score))


def reliability(score: FloatArray, label: BoolArray, bins: int = 10) -> list[list[float]]:
    """Mean score, share of strained walks and count, per bin of equal size."""
    parts = np.array_split(np.argsort(score, kind="stable"), bins)
    return [[float(score[p].mean()), float(label[p].mean()), len(p)] for p in parts if len(p)]


def _auc(cohort: Cohort, score: FloatArray) -> dict[str, Any]:
    label = cohort.exceeds
    if label.min() == label.max():
        return {"auc": None, "auc_ci95": None}
    draws = _resampled(cohort, lambda rows: area(label[rows], score[rows]))
    return {"auc": area(label, score), "auc_ci95": np.percentile(draws, (2.5, 97.5)).tolist()}


def _difference(cohort: Cohort, score: FloatArray, other: FloatArray) -> list[float]:
    label = cohort.exceeds
    draws = _resampled(cohort, lambda rows: area(label[rows], score[rows]) - area(label[rows], other[rows]))
    return [float(end) for end in np.percentile(draws, (2.5, 50.0, 97.5))]


def _resampled(cohort: Cohort, figure: Callable[[Any], float]) -> list[float]:
    """A figure over resampled persons; draws with one class only are left out."""
    draw = np.random.default_rng(0)
    persons, where = np.unique(cohort.person, return_inverse=True)
    rows_of = [np.flatnonzero(where == i) for i in range(len(persons))]
    found = []
    for _ in range(DRAWS):
        rows = np.concatenate([rows_of[i] for i in draw.integers(len(persons), size=len(persons))])
        if 0.0 < cohort.exceeds[rows].mean() < 1.0:
            found.append(figure(rows))
    return found


def _rival(cohort: Cohort, columns: list[str], params: TrainingParams) -> FloatArray:
    """Cross-fitted scores of a regression on a few features only."""
    chosen = cohort.features[:, [NAMES.index(name) for name in columns]]
    score = np.empty(len(cohort))
    weights = person_weights(cohort)
    for learn, rest in folds(cohort, params.folds, params.seed + 1):
        model = fitted(additive_pipeline(1.0), chosen[learn], cohort.exceeds[learn], weights[learn])
        score[rest] = model.predict_proba(chosen[rest])[:, 1]
    return score


def _trees(cohort: Cohort, params: TrainingParams) -> FloatArray:
    """Cross-fitted scores of boosted trees: what a model without a simple form would reach."""
    model = HistGradientBoostingClassifier(max_iter=60, learning_rate=0.1, max_leaf_nodes=8, random_state=params.seed)
    splits = folds(cohort, params.folds, params.seed + 1)
    known = cohort.features[:, np.isfinite(cohort.features).any(axis=0)]
    with one_thread():
        return np.asarray(cross_val_predict(model, known, cohort.exceeds, cv=splits, method="predict_proba")[:, 1])


def _held_out(cohort: Cohort, params: TrainingParams) -> dict[str, Any]:
    """Half of the persons, without the poor sensors, teach; the other half, with the poor sensors only, are judged."""
    persons = np.unique(cohort.person)
    first = np.isin(cohort.person, np.random.default_rng(params.seed).permutation(persons)[::2])
    poor = np.array(cohort.condition) == HELD_OUT_CONDITION
    if not poor.any():
        return {"condition": HELD_OUT_CONDITION, "walks": 0}
    model = train(cohort.rows(first & ~poor), params, {}, {})
    rest = cohort.rows(~first & poor)
    return {"condition": HELD_OUT_CONDITION} | _part(rest, judge(model, rest), np.array(rest.sensors) == USUAL_SET)


def _part(cohort: Cohort, judged: Judged, keep: BoolArray) -> dict[str, Any]:
    spoken = keep & judged.spoke
    own = cohort.rows(spoken)
    if not spoken.any():
        return {"walks": 0}
    return {
        "walks": int(spoken.sum()),
        "abstained_share": float(1.0 - judged.spoke[keep].mean()),
        **_auc(own, judged.score[spoken]),
        "calibration_error": calibration_error(judged.score[spoken], own.exceeds > 0),
        "interval_coverage": float(judged.covered[spoken].mean()),
        "set_coverage": float(judged.in_set[spoken].mean()),
    }


def _by_speed(cohort: Cohort, score: FloatArray) -> dict[str, Any]:
    ends = np.quantile(cohort.v_star, (0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0))
    found = {}
    for name, (low, high) in zip(("slow", "middle", "fast"), pairwise(ends.tolist()), strict=True):
        keep = (cohort.v_star >= low) & (cohort.v_star <= high)
        found[name] = {"v_star": [low, high], **_auc(cohort.rows(keep), score[keep])}
    return found


def _by_pathway(cohort: Cohort, score: FloatArray, high: BoolArray) -> list[dict[str, Any]]:
    rows = []
    for pathway in sorted(set(cohort.pathway)):
        for low, top in pairwise(SEVERITIES):
            keep = (np.array(cohort.pathway) == pathway) & (cohort.severity >= low) & (cohort.severity < top)
            if keep.any():
                rows.append(
                    {
                        "pathway": pathway,
                        "severity": [low, top],
                        "walks": int(keep.sum()),
                        "strained_share": float(cohort.exceeds[keep].mean()),
                        "median_score": float(np.median(score[keep])),
                        "high_share": float(high[keep].mean()),
                    }
                )
    return rows


def _predictive(prevalence: float, sensitivity: float, specificity: float) -> dict[str, float | None]:
    found, false = prevalence * sensitivity, (1.0 - prevalence) * (1.0 - specificity)
    missed, clear = prevalence * (1.0 - sensitivity), (1.0 - prevalence) * specificity
    return {
        "positive": found / (found + false) if found + false > 0 else None,
        "negative": clear / (clear + missed) if clear + missed > 0 else None,
    }
