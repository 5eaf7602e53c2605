"""Where a filter that starts in the middle of motion should see the vertical, and what its gyroscope shows at rest.

A person who walks, stands or turns keeps about the same velocity over seconds. So that vertical and that constant bias
are right under which the velocity, summed up from the accelerations to come, neither grows nor falls.

Formula: the samples are turned into the first one's axes by the gyroscope, which to first order in the bias b makes the
velocity v(t) = v0 + sum(f) dt - t g + (sum over f x sum(R) dt) dt b; (g, b, v0) minimise the squares of v, with a prior
on b. Source: own. Data requirements: none, but what a run shorter than a stride shows is mostly its first step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from vqf import VQF

from pipeline.signals.rotations import matrices
from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ

_PASSES = 2  # the second mends what the first left out as of second order in the bias


@dataclass(frozen=True, slots=True)
class FilterStartParams:
    """How steady a velocity is."""

    velocity_m_s: float = 0.4  # about its mean, for a second: setting off and turning, a third of a walking speed
    push_m_s2: float = 3.0  # mean acceleration of a run too short to have a velocity
    fade_s: float = 1.0  # at both ends: a broken number of strides keeps a part of one


def steady_start(
    acc_m_s2: FloatArray, gyr_rad_s: FloatArray, bias: FloatArray, sigma: float, params: FilterStartParams
) -> tuple[FloatArray, FloatArray]:
    """Upward force (3,), m/s^2, in the axes that the sensor has before the first sample, and gyroscope bias (3,).

    Parameters
    ----------
    acc_m_s2, gyr_rad_s : (n, 3) array
        A run of samples without gaps, sensor axes, n >= 1.
    bias, sigma : (3,) array and float
        What is known of the bias beforehand, and its standard deviation, rad/s.
    """
    n = len(acc_m_s2)
    time_s = np.arange(1, n + 1) / GRID_HZ
    from_end = np.minimum(np.arange(n), np.arange(n)[::-1]) + 0.5
    weight = np.minimum(from_end / (params.fade_s * GRID_HZ), 1.0) / GRID_HZ / params.velocity_m_s**2
    found = bias
    for _ in range(_PASSES):
        turned = matrices(_by_gyroscope(gyr_rad_s - found))
        force = np.einsum("nij,nj->ni", turned, acc_m_s2)
        tilting = np.cross(force[:, :, None], np.cumsum(turned, axis=0) / GRID_HZ, axisa=1, axisb=1, axisc=1)
        velocity = np.cumsum(force, axis=0) / GRID_HZ
        of_vertical = np.broadcast_to(-time_s[:, None, None] * np.eye(3), tilting.shape)
        of_bias = np.cumsum(tilting, axis=0) / GRID_HZ
        of_first = np.broadcast_to(np.eye(3), tilting.shape)
        columns = np.concatenate((of_vertical, of_bias, of_first), axis=2)
        weighted = columns * weight[:, None, None]
        prior = np.repeat([params.push_m_s2**-2.0, sigma**-2.0, 0.0], 3)
        known = prior * np.concatenate((force.mean(axis=0), bias - found, np.zeros(3)))
        normal = np.einsum("nij,nik->jk", weighted, columns) + np.diag(prior)
        solved = np.linalg.solve(normal, known - np.einsum("nij,ni->j", weighted, velocity))
        found = found + solved[3:6]
    return solved[:3], found


def _by_gyroscope(gyr_rad_s: FloatArray) -> FloatArray:
    """Quaternions (n, 4) from each sample's axes to those before the first, by the angular rate alone."""
    turning = VQF(1.0 / GRID_HZ, motionBiasEstEnabled=False, restBiasEstEnabled=False)
    # The library passes over accelerations of zero, so that only the gyroscope turns this one.
    return np.asarray(turning.updateBatch(gyr_rad_s, np.zeros(gyr_rad_s.shape))["quat6D"])
