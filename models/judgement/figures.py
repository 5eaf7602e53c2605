"""The figures of a judged cohort as plain numbers; every one with its interval over resampled persons.

The main ones are those of walks with knee and hip sensors, where the model spoke.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from models.cohorts.cohort import Cohort
from models.cohorts.plan import SENSOR_SETS, USUAL_SET
from models.features import FEATURES
from models.judgement.judging import Judged
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
from models.risk import HEALTHY, HEALTHY_PATHWAYS
from sensor.samples import BoolArray, FloatArray, IntArray

SEVERITIES = (0.0, 0.15, 0.4, 0.7, 1.0)
MILD_TO_MODERATE = (0.25, 0.55)  # the severities of those two columns of the pathways' table
PREVALENCES = (0.01, 0.05, 0.20)
THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.5)
AGES, BMIS = (0.0, 45.0, 60.0, 120.0), (0.0, 25.0, 30.0, 99.0)
TOO_EASY = 0.95
FEWEST = 30  # rows of a part; fewer make no figure


def figures(cohort: Cohort, judged: Judged, baselines: Mapping[str, FloatArray] | None = None) -> dict[str, Any]:
    """Figures of a judged cohort; ``baselines`` are scores (n,) of rivals, compared on the same rows."""
    usual = cohort.main
    spoken = usual & judged.spoke
    own, score, high = cohort.rows(spoken), judged.score[spoken], judged.high[spoken]
    main = _main(cohort, judged, spoken)
    label = own.exceeds > 0
    return {
        "sensors": USUAL_SET if cohort.reference else "as worn",
        "walks": int(spoken.sum()),
        "persons": len(set(own.person)),
        **with_intervals(own.person, lambda rows: {"strained_share": float(label[rows].mean())}),
        **_abstained(cohort, judged, usual),
        **main,
        "generator_too_easy": main["auc"] is not None and main["auc"][0] > TOO_EASY,
        "baselines": {name: _against(own, score, rival[spoken]) for name, rival in (baselines or {}).items()},
        "reliability": reliability(score, label, own.person),
        "decision_curve": [_benefit(own, score, at) for at in THRESHOLDS],
        "predictive_values_high": {f"{100 * p:g} %": _predictive(own, high, p) for p in PREVALENCES},
        "confusion": _confusion(cohort, judged, spoken),
        "by_speed": _by(cohort, judged, spoken, cohort.v_star, np.quantile(cohort.v_star[usual], np.linspace(0, 1, 4))),
        "by_age": _by(cohort, judged, spoken, cohort.age_years, AGES),
        "by_bmi": _by(cohort, judged, spoken, cohort.bmi, BMIS),
        "by_sensors": {name: part(cohort, judged, np.array(cohort.sensors) == name) for name in _sets(cohort)},
        "by_devices": {
            name: part(cohort, judged, usual & (np.array(cohort.condition) == name))
            for name in sorted(set(cohort.condition))
        },
        "by_loss": {
            f"{100 * loss:g} %": part(cohort, judged, usual & (cohort.loss == loss)) for loss in np.unique(cohort.loss)
        },
        "by_pathway": _by_pathway(own, score, high, np.array(judged.best)[spoken]),
        "overlap": overlap(cohort.rows(usual & (cohort.usable > 0))),
    }


def part(cohort: Cohort, judged: Judged, keep: BoolArray) -> dict[str, Any]:
    """The main figures of some rows, where the model spoke."""
    spoken = keep & judged.spoke
    if spoken.sum() < FEWEST:
        return {"walks": int(spoken.sum())}
    return {
        "walks": int(spoken.sum()),
        "persons": len(set(np.array(cohort.person)[spoken].tolist())),
        **_abstained(cohort, judged, keep),
        **_main(cohort, judged, spoken),
    }


def overlap(cohort: Cohort) -> dict[str, Any]:
    """How far single features tell mild to moderate pathways from healthy walks, and how far speed alone does."""
    pathway = np.array(cohort.pathway)
    healthy = pathway == HEALTHY
    low, high = MILD_TO_MODERATE
    ill = (cohort.severity >= low) & (cohort.severity <= high)
    effects = {}
    for name in sorted(set(cohort.pathway) - {HEALTHY}):
        rows = ill & (pathway == name)
        found = np.abs([cohen_d(column[rows], column[healthy]) for column in cohort.features.T])
        if np.isfinite(found).any():
            effects[name] = _effect(cohort, rows, healthy, int(np.nanargmax(found)))
    pathology = ~np.isin(pathway, HEALTHY_PATHWAYS) & (cohort.severity >= low)
    rows = np.flatnonzero(pathology | healthy)
    speed, label = -cohort.features[rows, 0], pathology[rows]
    return {
        "cohen_d": effects,
        **with_intervals(
            [cohort.person[i] for i in rows], lambda draw: {"speed_only_auc": area(label[draw], speed[draw])}
        ),
    }


def _effect(cohort: Cohort, ill: BoolArray, healthy: BoolArray, largest: int) -> dict[str, Any]:
    """The feature with the largest d, its d, and the median over all features."""
    either = np.flatnonzero(ill | healthy)

    def of(draw: IntArray) -> dict[str, float]:
        rows = either[draw]
        one, other = cohort.features[rows[ill[rows]]], cohort.features[rows[healthy[rows]]]
        found = np.abs([cohen_d(a, b) for a, b in zip(one.T, other.T, strict=True)])
        known = found[np.isfinite(found)]
        return {"largest": float(found[largest]), "median": float(np.median(known)) if len(known) else float("nan")}

    return with_intervals([cohort.person[i] for i in either], of) | {"feature": FEATURES[largest].words}


def _abstained(cohort: Cohort, judged: Judged, keep: BoolArray) -> dict[str, Any]:
    silent = ~judged.spoke[keep]
    return with_intervals(cohort.rows(keep).person, lambda rows: {"abstained_share": float(silent[rows].mean())})


def _benefit(cohort: Cohort, score: FloatArray, at: float) -> dict[str, Any]:
    """Net benefit of calling from a score on, and of calling everybody."""
    label = cohort.exceeds > 0

    def of(rows: IntArray) -> dict[str, float]:
        by_score, everybody = net_benefit(score[rows], label[rows], at)
        return {"by_score": by_score, "everybody": everybody}

    return {"from": at, **with_intervals(cohort.person, of)}


def _predictive(cohort: Cohort, high: BoolArray, prevalence: float) -> dict[str, Any]:
    label = cohort.exceeds > 0

    def of(rows: IntArray) -> dict[str, float]:
        strained, called = label[rows], high[rows]
        found = predictive(prevalence, _mean(called[strained]), _mean(~called[~strained]))
        return {name: float("nan") if value is None else value for name, value in found.items()}

    return with_intervals(cohort.person, of)


def _main(cohort: Cohort, judged: Judged, spoken: BoolArray) -> dict[str, Any]:
    """Each figure with its interval; None where it cannot be had."""
    own = cohort.rows(spoken)
    label = own.exceeds > 0
    score, high, best = judged.score[spoken], judged.high[spoken], np.array(judged.best)[spoken]
    covered, width = judged.covered[spoken], judged.width[spoken]
    in_set, set_size = judged.in_set[spoken], judged.set_size[spoken]
    healthy, shown = np.isin(own.pathway, HEALTHY_PATHWAYS), np.array(own.shown)
    at_least_mild = (shown == HEALTHY) | (own.severity >= MILD_TO_MODERATE[0])

    def of(rows: IntArray) -> dict[str, float]:
        strained, shows = label[rows], rows[shown[rows] != ""]
        mild = shows[at_least_mild[shows]]
        return {
            "auc": area(strained, score[rows]),
            "calibration_error": calibration_error(score[rows], strained),
            "brier": float(np.mean((score[rows] - strained) ** 2)),
            "sensitivity_high": _mean(high[rows][strained]),
            "specificity_high": _mean(~high[rows][~strained]),
            "healthy_high_share": _mean(high[rows[healthy[rows]]]),
            "interval_coverage": _mean(covered[rows]),
            "interval_width": _mean(width[rows]),
            "set_coverage": _mean(in_set[shows]),
            "set_size": _mean(set_size[shows]),
            "pathway_balanced_accuracy": balanced_accuracy(shown[shows], best[shows]),
            "pathway_balanced_accuracy_from_mild": balanced_accuracy(
                shown[mild := shows[at_least_mild[shows]]], best[mild]
            ),
        }

    return with_intervals(own.person, of)


def _against(cohort: Cohort, score: FloatArray, rival: FloatArray) -> dict[str, Any]:
    label = cohort.exceeds

    def of(rows: IntArray) -> dict[str, float]:
        theirs = area(label[rows], rival[rows])
        return {"auc": theirs, "model_is_better_by": area(label[rows], score[rows]) - theirs}

    return with_intervals(cohort.person, of)


def _confusion(cohort: Cohort, judged: Judged, spoken: BoolArray) -> dict[str, dict[str, int]]:
    """Walks by the pathway they show, then by the one found most consistent."""
    shown, best = np.array(cohort.shown), np.array(judged.best)
    names = sorted(set(shown[spoken].tolist()) - {""})
    return {a: {b: int((spoken & (shown == a) & (best == b)).sum()) for b in names} for a in names}


def _by(cohort: Cohort, judged: Judged, spoken: BoolArray, value: FloatArray, ends: Any) -> list[dict[str, Any]]:
    found = []
    for number, (low, high) in enumerate(pairwise(np.asarray(ends, float).tolist())):
        inside = (value >= low) & ((value < high) | (number == len(ends) - 2) & (value <= high))
        found.append({"from": low, "to": high, **part(cohort, judged, spoken & inside)})
    return found


def _by_pathway(cohort: Cohort, score: FloatArray, high: BoolArray, best: Any) -> list[dict[str, Any]]:
    rows, shown = [], np.array(cohort.shown)

    def found(keep: BoolArray) -> dict[str, Any]:
        inside = np.flatnonzero(keep)

        def of(draw: IntArray) -> dict[str, float]:
            at = inside[draw]
            return {
                "strained_share": float(cohort.exceeds[at].mean()),
                "median_score": float(np.median(score[at])),
                "high_share": float(high[at].mean()),
                "named_share": _mean((best == shown)[at][shown[at] != ""]),
            }

        return with_intervals([cohort.person[i] for i in inside], of)

    for pathway in sorted(set(cohort.pathway)):
        for low, top in pairwise(SEVERITIES):
            keep = (np.array(cohort.pathway) == pathway) & (cohort.severity >= low) & (cohort.severity < top)
            if keep.any():
                rows.append({"pathway": pathway, "severity": [low, top], "walks": int(keep.sum()), **found(keep)})
    return rows


def _sets(cohort: Cohort) -> tuple[str, ...]:
    return tuple(SENSOR_SETS) if cohort.reference else tuple(sorted(set(cohort.sensors)))


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
