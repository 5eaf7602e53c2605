"""Learn the groups of :mod:`models.patterns` from a cohort, and how sure they may be, on persons not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from sklearn.linear_model import Ridge

from models.cohorts.cohort import Cohort
from models.learning.conformal import least_consistency
from models.patterns import FARTHEST_SD, OTHER, OWN, WORN, Patterns, log_density, worn
from models.risk import HEALTHY
from models.view import NORMED
from sensor.samples import BoolArray, FloatArray, IntArray, Side
from sensor.simulation.pathways import PATHWAYS

SIDED = frozenset(name for name, pathway in PATHWAYS.items() if pathway.affected.keys() - pathway.either_sign)
SHARPNESS = np.geomspace(0.2, 1.2, 19)
LEVELS = (0.25, 0.75)  # quantiles of the severities that teach; each pathway has a group at each
HOLD = 5.0  # rows' worth of holding a line at the healthy walk
# How far the usual walk may lie from the simulator's, in SDs of a measure: the means of three sets of real healthy
# walks lie 1.1 to 1.4 from it (root mean square over the measures they have), docs/risk-model.md
USUAL_SD = 1.2
LEAST_TOGETHER = 20.0  # rows in which two measures were seen together; fewer say nothing about how they go together


def patterns_of(
    cohort: Cohort, weights: FloatArray, shrinkage: float, pathways: tuple[str, ...] | None = None
) -> Patterns:
    """Groups from all rows of a cohort that show a pathway; both views of every row teach.

    ``pathways`` are those of the whole cohort when this is a part of it; one that the part lacks lies at the healthy.

    The covariance is that about the lines, each pathway counting alike; a ``shrinkage`` share of it is replaced by the
    same variance everywhere, as in scikit-learn's discriminant analysis.
    """
    pathways = pathways or tuple(sorted(set(cohort.shown)))
    lines = tuple((name, role) for name in pathways for role in ((OWN, OTHER) if name in SIDED else ("",)))
    number, values, weight = _both_views(cohort, lines, weights)
    usual = np.nan_to_num(_mean(values, weight))
    scale = np.sqrt(np.nan_to_num(_mean((values - usual) ** 2, weight), nan=1.0))
    scale[scale < 1e-9] = 1.0
    off = np.clip((values - usual) / scale, -FARTHEST_SD, FARTHEST_SD)
    severity = np.tile(_severity(cohort), 2)
    start, slopes = _lines(off, number, severity, weight, len(lines))
    covariance = _within(off - start - severity[:, None] * slopes[number], weight)
    covariance[NORMED, NORMED] += USUAL_SD**2
    even = shrinkage * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    levels = np.quantile(severity[severity > 0.0], LEVELS)
    groups = [(line, level) for line in range(len(lines)) for level in (levels if lines[line][0] != HEALTHY else [0.0])]
    return Patterns(
        pathways,
        tuple(lines[line] for line, _ in groups),
        usual,
        scale,
        np.array([start + level * slopes[line] for line, level in groups]),
        (1.0 - shrinkage) * covariance + even,
        1.0,
        dict.fromkeys(WORN, 0.0),
    )


def learned(
    cohort: Cohort,
    weights: FloatArray,
    splits: list[tuple[IntArray, IntArray]],
    shrinkages: tuple[float, ...],
) -> tuple[Patterns, float]:
    """Patterns of a cohort with the shrinkage, the sharpness and the conformal sets that suit persons not seen."""
    truth, alike = pathway_numbers(cohort), _even(pathway_numbers(cohort), weights)
    names, tried = tuple(sorted(set(cohort.shown))), []
    for shrinkage in shrinkages:
        density = np.zeros((0, 0, 0))
        for learn, rest in splits:
            part = patterns_of(cohort.rows(learn), weights[learn], shrinkage, names)
            seen = np.array([log_density(part, one) for one in cohort.views[rest]])
            density = density if density.size else np.zeros((len(cohort), *seen.shape[1:]))
            density[rest] = seen
        plain = patterns_of(cohort, weights, shrinkage)
        for sharpness in SHARPNESS:
            found = replace(plain, sharpness=float(sharpness)).by_pathway(density)
            of_truth = np.maximum(found[np.arange(len(truth)), truth], 1e-12)
            loss = -np.average(np.log(of_truth), weights=alike)
            tried.append((float(loss), shrinkage, float(sharpness), plain, found))
    _, shrinkage, sharpness, plain, found = min(tried, key=lambda one: one[0])
    worn_by = np.array([worn(one) for one in cohort.views])
    persons = np.array(cohort.person)
    least = {name: _least(found, truth, persons, worn_by == name) for name in WORN}
    return replace(plain, sharpness=sharpness, least_consistency=least), shrinkage


def pathway_numbers(cohort: Cohort) -> IntArray:
    """Number of each row's pathway among the cohort's, in alphabetical order."""
    return np.asarray(np.unique(cohort.shown, return_inverse=True)[1], dtype=np.int64)


def _least(consistency: FloatArray, truth: IntArray, persons: IntArray, keep: BoolArray) -> float:
    return least_consistency(consistency[keep], truth[keep], persons[keep]) if keep.any() else 0.0


def _both_views(
    cohort: Cohort, groups: tuple[tuple[str, str], ...], weights: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Group number, values and weight of every row seen from the left leg and then from the right."""
    number_of = {group: number for number, group in enumerate(groups)}
    number = []
    for own in Side:
        for name, side in zip(cohort.shown, cohort.side, strict=True):
            role = "" if name not in SIDED else OWN if side == own else OTHER
            number.append(number_of[name, role])
    twice = np.concatenate([_even(pathway_numbers(cohort), weights)] * 2)
    return np.array(number), np.concatenate([cohort.views[:, 0], cohort.views[:, 1]]), twice


def _severity(cohort: Cohort) -> FloatArray:
    """How far along its line each row lies: 0 for healthy ones, 1 where nobody knows."""
    return np.where(np.array(cohort.shown) == HEALTHY, 0.0, np.nan_to_num(cohort.severity, nan=1.0))


def _lines(
    off: FloatArray, number: IntArray, severity: FloatArray, weights: FloatArray, count: int
) -> tuple[FloatArray, FloatArray]:
    """Where all lines start, (p,), and what each adds per severity, (count, p); each measure from rows that have it."""
    along = severity[:, None] * (number[:, None] == np.arange(count))
    start, slopes = np.zeros(off.shape[1]), np.zeros((count, off.shape[1]))
    for measure, column in enumerate(off.T):
        there = np.isfinite(column)
        if there.any():
            line = Ridge(alpha=HOLD * float(weights.mean())).fit(along[there], column[there], weights[there])
            start[measure], slopes[:, measure] = line.intercept_, line.coef_
    return start, slopes


def _even(number: IntArray, weights: FloatArray) -> FloatArray:
    """Weights with which every class counts alike."""
    return np.asarray(weights / np.bincount(number, weights)[number])


def _mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted mean of each column over what is there; NaN where nothing is."""
    there = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(weights @ np.where(there, values, 0.0) / (weights @ there))


def _within(off: FloatArray, weights: FloatArray) -> FloatArray:
    """Covariance of residuals (n, p), each pair of columns over the rows that have both; made positive definite."""
    there = np.isfinite(off)
    filled = np.where(there, off, 0.0)
    together = there.astype(float).T @ there
    with np.errstate(invalid="ignore"):
        covariance = (filled * weights[:, None]).T @ filled / ((there * weights[:, None]).T @ there)
    covariance = np.where(together >= LEAST_TOGETHER, covariance, 0.0)
    np.fill_diagonal(covariance, np.maximum(np.diag(covariance), 1e-3))
    value, vector = np.linalg.eigh(0.5 * (covariance + covariance.T))
    return np.asarray((vector * np.maximum(value, 1e-6)) @ vector.T)
