"""Whether a sensor's gyroscope and accelerometer share right-handed axes: what no mounting can change.

An export with one axis negated, or a gyroscope with the wrong sign, turns gravity the wrong way round. Averaged over a
stride the body hardly accelerates, so that a slow level acceleration is mostly an error of the orientation. The
orientation is found twice, with the angular rate as it is and with its opposite; with the wrong one that error changes
about twice as much as the sensor really turns. Negating one axis of both, and negating the gyroscope, cannot be told
apart, for a person in the mirror would walk as well. Source: own. Data requirements: 6 s in a row, or stretches of over
4 s: a second and two strides of each are spent before its cells begin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from vqf import VQF

from pipeline.bridging import Trust
from pipeline.filters import mean_taps
from pipeline.result import Handedness
from pipeline.rotations import rotate
from pipeline.runs import spans
from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ

_NOTHING = 1e-10  # (m/s^2)^2 in a cell; far below what the least noise of a sensor leaves


@dataclass(frozen=True, slots=True)
class HandednessParams:
    """When one of the two orientations is believed."""

    clear_ratio: float = 1.25  # as recorded, 1123 sensors reached 1.35 or more; spoilt by noise or bias, 0.86
    tau_acc_s: float = 6.0  # of the orientation filter: several strides, or it would hide its own error
    settle_s: float = 1.0  # the filter finds the vertical
    cell_s: float = 0.2  # judged one by one: a turn or a first step would outweigh the rest of the walk
    least_s: float = 3.0  # of cells; what many gaps leave of a walk has misled in less


def handedness(
    acc_m_s2: FloatArray, gyr_rad_s: FloatArray, trust: FloatArray, stride: float, params: HandednessParams
) -> Handedness:
    """Compare the two orientations over a stretch with walking.

    Formula: mean over cells of ln(RMS change with the rate as given / RMS change with its opposite), the change being
    that of the horizontal specific force in earth axes, twice averaged over a stride, from sample to sample.

    Parameters
    ----------
    acc_m_s2, gyr_rad_s : (n, 3) array
        Sensor axes.
    trust : (n,) array
        ``bridging.Trust`` of each sample; longer gaps part the stretch.
    stride : float
        Usual stride, samples.
    """
    logs = [np.empty(0)]
    for first, last in spans(trust < Trust.WITHHELD):
        acc, gyr = (np.ascontiguousarray(signal[first:last]) for signal in (acc_m_s2, gyr_rad_s))
        given, opposite = (_restless(acc, sign * gyr, stride, params) for sign in (1.0, -1.0))
        logs.append(0.5 * np.log((given + _NOTHING) / (opposite + _NOTHING)))
    every = np.concatenate(logs)
    if len(every) * params.cell_s < params.least_s or abs(every.mean()) < np.log(params.clear_ratio):
        return Handedness.UNCLEAR
    return Handedness.MIRRORED if every.mean() > 0.0 else Handedness.RIGHT


def _restless(acc: FloatArray, gyr: FloatArray, stride: float, params: HandednessParams) -> FloatArray:
    """How much the slow level acceleration changes within each cell, squared; no cells in too short a stretch."""
    taps, settle = mean_taps(2 * round(0.5 * stride) + 1), int(params.settle_s * GRID_HZ)
    cell = int(params.cell_s * GRID_HZ)
    count = (len(acc) - settle - 2 * len(taps) + 1) // cell
    if count < 1:
        return np.empty(0)
    force = rotate(np.asarray(VQF(1.0 / GRID_HZ, tauAcc=params.tau_acc_s).updateBatch(gyr, acc)["quat6D"]), acc)
    out = np.zeros(count)
    for horizontal in (force[settle:, 0], force[settle:, 1]):
        slow = np.convolve(np.convolve(horizontal, taps, "valid"), taps, "valid")
        out += np.sum(np.diff(slow)[: count * cell].reshape(count, cell) ** 2, axis=1)
    return out
