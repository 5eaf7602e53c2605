"""Figures of predictions: areas, calibration, accuracy, effect sizes, and their intervals over resampled persons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensor.samples import BoolArray, FloatArray, IntArray

DRAWS = 200
Figures = Mapping[str, float]


def area(label: FloatArray | BoolArray, score: FloatArray) -> float:
    """Area under the ROC curve: how often a strained walk scores above another one; ties count half.

    NaN with one class only. scikit-learn's gives the same and takes thirty times longer, which thousands of
    resamplings feel.
    """
    _, where, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - 0.5 * (count - 1))[where]
    strained = np.asarray(label, dtype=np.float64) > 0
    n, m = int(strained.sum()), int((~strained).sum())
    return float((rank[strained].sum() - 0.5 * n * (n + 1)) / (n * m)) if n and m else float("nan")


def calibration_error(score: FloatArray, label: BoolArray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal size."""
    parts = np.array_split(np.argsort(score, kind="stable"), bins)
    return float(sum(len(p) * abs(score[p].mean() - label[p].mean()) for p in parts if len(p)) / len(score))


def reliability(
    score: FloatArray, label: BoolArray, person: Sequence[int | str], bins: int = 10
) -> list[dict[str, Any]]:
    """Mean score, share of strained walks with its interval over persons, and count, per bin of equal size."""
    found = []
    for part in np.array_split(np.argsort(score, kind="stable"), bins):
        own = label[part]
        if len(part):

            def of(rows: IntArray, own: BoolArray = own) -> Figures:
                return {"strained": float(own[rows].mean())}

            strained = with_intervals([person[i] for i in part], of)
            found.append({"score": float(score[part].mean()), **strained, "walks": len(part)})
    return found


def balanced_accuracy(truth: NDArray[np.str_], said: NDArray[np.str_]) -> float:
    """Mean over classes of the share that is named right."""
    return float(np.mean([(said[truth == name] == name).mean() for name in np.unique(truth)])) if len(truth) else np.nan


def cohen_d(one: FloatArray, other: FloatArray) -> float:
    """Difference of means in pooled SDs, what is missing left out; NaN with fewer than five of either."""
    one, other = one[np.isfinite(one)], other[np.isfinite(other)]
    if min(len(one), len(other)) < 5:
        return float("nan")
    pooled = ((len(one) - 1) * one.var(ddof=1) + (len(other) - 1) * other.var(ddof=1)) / (len(one) + len(other) - 2)
    return float((one.mean() - other.mean()) / np.sqrt(pooled)) if pooled > 0.0 else float("nan")


def rank_correlation(one: FloatArray, other: FloatArray) -> float:
    """Spearman's; ties keep the order in which they come."""
    ranks = [np.argsort(np.argsort(values, kind="stable"), kind="stable") for values in (one, other)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def net_benefit(score: FloatArray, label: BoolArray, threshold: float) -> tuple[float, float]:
    """Right calls minus wrong ones at the odds of a threshold, per walk: by the score, and when all are called."""
    called, odds = score >= threshold, threshold / (1.0 - threshold)
    by_score = float((called & label).mean() - odds * (called & ~label).mean())
    return by_score, float(label.mean() - odds * (~label).mean())


def predictive(prevalence: float, sensitivity: float, specificity: float) -> dict[str, float | None]:
    """How many of the high levels, and of the others, are right at a prevalence."""
    found, false = prevalence * sensitivity, (1.0 - prevalence) * (1.0 - specificity)
    missed, clear = prevalence * (1.0 - sensitivity), (1.0 - prevalence) * specificity
    return {
        "positive": found / (found + false) if found + false > 0 else None,
        "negative": clear / (clear + missed) if clear + missed > 0 else None,
    }


def with_intervals(person: Sequence[int | str], figures: Callable[[IntArray], Figures]) -> dict[str, Any]:
    """Figures of all rows, each ``[value, low, high]`` with the 95 % interval over resampled persons; None for NaN."""
    persons, where = np.unique(np.array(person), return_inverse=True)
    rows_of = [np.flatnonzero(where == i) for i in range(len(persons))]
    whole = figures(np.arange(len(where)))
    draw = np.random.default_rng(0)
    drawn = []
    for _ in range(DRAWS):
        rows = np.concatenate([rows_of[i] for i in draw.integers(len(persons), size=len(persons))])
        drawn.append(figures(rows))
    return {name: _ends(value, [one[name] for one in drawn]) for name, value in whole.items()}


def _ends(value: float, draws: list[float]) -> list[float] | None:
    there = [one for one in draws if np.isfinite(one)]
    if not np.isfinite(value) or not there:
        return None
    return [float(value), *(float(end) for end in np.percentile(there, (2.5, 97.5)))]
