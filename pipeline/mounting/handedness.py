"""Whether a sensor's gyroscope and accelerometer share right-handed axes: what no mounting can change.

An export with a column negated or two swapped, or a gyroscope with the wrong sign, turns gravity the wrong way.
Averaged over a stride the body hardly accelerates, so that a slow level acceleration is mostly an error of the
orientation. That is found with the angular rate as it is and as every such fault would have made it: with the right one
the error changes least. Negating an axis of both halves, and negating the gyroscope, cannot be told apart, for a person
in the mirror would walk as well; for the same reason a negated column of the accelerometer looks like the gyroscope's
two others negated. Source: own. Data requirements: 6 s in a row, or stretches of over 4 s: a second and two strides of
each are spent before its cells begin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from vqf import VQF

from pipeline.result import Handedness
from pipeline.signals.bridging import Trust
from pipeline.signals.filters import mean_taps
from pipeline.signals.rotations import rotate
from pipeline.signals.runs import spans
from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ

_THIN = 2  # samples to one: 14 orientations at the grid's rate cost half an analysis
_RATE_HZ = GRID_HZ / _THIN
_NOTHING = 1e-10  # (m/s^2)^2 in a cell; far below what the least noise of a sensor leaves


@dataclass(frozen=True, slots=True)
class HandednessParams:
    """When one of the orientations is believed."""

    clear_ratio: float = 1.25  # as recorded, 1123 sensors reached 1.35 or more; spoilt by noise or bias, 0.86
    column_ratio: float = 1.5  # for single columns: 475 sensors that were right reached 1.10, spoilt 1.29
    columns_s: float = 10.0  # of cells; single columns of right sensors reached 2.1 in 8 s
    tau_acc_s: float = 6.0  # of the orientation filter: several strides, or it would hide its own error
    settle_s: float = 1.0  # the filter finds the vertical
    cell_s: float = 0.2  # judged one by one: a turn or a first step would outweigh the rest of the walk
    least_s: float = 3.0  # of cells; what many gaps leave of a walk has misled in less


@dataclass(frozen=True, slots=True)
class Axes:
    """What was found, and which columns contradict the others, in words; empty when none clearly do."""

    handedness: Handedness
    fault: str = ""


def handedness(
    acc_m_s2: FloatArray, gyr_rad_s: FloatArray, trust: FloatArray, stride: float, params: HandednessParams
) -> Axes:
    """Compare the orientations over a stretch with walking.

    Formula: a fault is as much worse than another as the exponential of the mean over cells of ln(RMS change with the
    rate that undoes the one / with that of the other), the change being that of the horizontal specific force in earth
    axes, twice averaged over a stride, from sample to sample.

    Parameters
    ----------
    acc_m_s2, gyr_rad_s : (n, 3) array
        Sensor axes.
    trust : (n,) array
        ``bridging.Trust`` of each sample; longer gaps part the stretch.
    stride : float
        Usual stride, samples.
    """
    stretches = [
        (_thinned(acc_m_s2[first:last]), _thinned(gyr_rad_s[first:last]))
        for first, last in spans(trust < Trust.WITHHELD)
    ]

    def log_change(undo: FloatArray) -> FloatArray:
        parts = [_restless(acc, gyr @ undo.T, stride / _THIN, params) for acc, gyr in stretches]
        return 0.5 * np.log(np.concatenate([np.empty(0), *parts]) + _NOTHING)

    given = log_change(np.eye(3))
    judged_s = len(given) * params.cell_s
    if judged_s < params.least_s:
        return Axes(Handedness.UNCLEAR)
    undone = {_MIRRORED: -np.eye(3)} | (_COLUMNS if judged_s >= params.columns_s else {})
    better = {fault: float(np.exp(np.mean(given - log_change(undo)))) for fault, undo in undone.items()}
    fault = max(better, key=better.__getitem__)
    if better[fault] >= (params.clear_ratio if fault == _MIRRORED else params.column_ratio):
        return Axes(Handedness.MIRRORED, fault)
    shown = better[fault] < params.clear_ratio and better[_MIRRORED] <= 1.0 / params.clear_ratio
    return Axes(Handedness.RIGHT if shown else Handedness.UNCLEAR)


def _thinned(samples: FloatArray) -> FloatArray:
    """Means (m, 3) over so many samples (n, 3)."""
    count = len(samples) // _THIN
    return np.asarray(samples[: count * _THIN].reshape(count, _THIN, 3).mean(axis=1))


def _restless(acc: FloatArray, gyr: FloatArray, stride: float, params: HandednessParams) -> FloatArray:
    """How much the slow level acceleration changes within each cell, squared; no cells in too short a stretch."""
    taps, settle = mean_taps(2 * round(0.5 * stride) + 1), int(params.settle_s * _RATE_HZ)
    cell = int(params.cell_s * _RATE_HZ)
    count = (len(acc) - settle - 2 * len(taps) + 1) // cell
    if count < 1:
        return np.empty(0)
    force = rotate(np.asarray(VQF(1.0 / _RATE_HZ, tauAcc=params.tau_acc_s).updateBatch(gyr, acc)["quat6D"]), acc)
    out = np.zeros(count)
    for horizontal in (force[settle:, 0], force[settle:, 1]):
        slow = np.convolve(np.convolve(horizontal, taps, "valid"), taps, "valid")
        out += np.sum(np.diff(slow)[: count * cell].reshape(count, cell) ** 2, axis=1)
    return out


def _columns() -> dict[str, FloatArray]:
    """What (3, 3) turns the angular rate into what fits the accelerometer again, by the fault that it undoes."""
    faults = {}
    for one, second, third in ((0, 1, 2), (1, 0, 2), (2, 0, 1)):
        x, y, z = "xyz"[one], "xyz"[second], "xyz"[third]
        negated, exchanged = np.eye(3), np.eye(3)
        negated[one] *= -1.0
        exchanged[[second, third]] = exchanged[[third, second]]
        faults[f"gyr_{x} has the wrong sign"] = negated
        faults[f"acc_{x} has the wrong sign, or gyr_{y} and gyr_{z} have"] = -negated
        faults[f"gyr_{y} and gyr_{z} are swapped"] = exchanged
        faults[f"acc_{y} and acc_{z} are swapped"] = -exchanged
    return faults


_MIRRORED = "an axis of both halves, or the whole gyroscope, has the wrong sign"
_COLUMNS = _columns()
