"""Sensor-to-segment calibration of a leg sensor from walking: which way is left, whatever the mounting.

In walking a shank turns mostly about its mediolateral axis, so the first principal component of the angular rate is
that axis (Kong 2016 and others). Deviation: the component along the limb is taken out first, because the shank also
turns about itself, and skin more so; on real walks the axis otherwise tilts by up to 20 degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.mounting.forward import correlation
from pipeline.signals.filters import lowpass_taps, smooth
from pipeline.signals.rotations import unit
from sensor.samples import FloatArray


@dataclass(frozen=True, slots=True)
class LegAxisParams:
    """How the mediolateral axis is found."""

    cutoff_hz: float = 8.0  # the swing, not the heel strike
    taps: int = 31
    active_rad_s: float = 0.5  # slower samples hold no direction
    slow_cutoff_hz: float = 4.0  # a thigh's swing, and the lift of the leg that goes with it
    slow_taps: int = 41


@dataclass(frozen=True, slots=True, eq=False)
class LegAxis:
    """Mediolateral axis in sensor axes, pointing to the right, so that a forward swing is positive about it."""

    axis: FloatArray  # (3,), unit
    share: float  # of the variance of the angular rate across the limb; 0.5 no axis at all, 1 a perfect hinge


def leg_axis(acc_m_s2: FloatArray, gyr_rad_s: FloatArray, params: LegAxisParams) -> LegAxis | None:
    """Find the axis from walking samples (n, 3) in sensor axes; None when the sensor hardly turns.

    The sign follows from the swing being faster than the stance: the rate's third moment about the axis is positive.
    """
    gyr = smooth(gyr_rad_s, lowpass_taps(params.cutoff_hz, params.taps))
    active = np.linalg.norm(gyr, axis=1) > params.active_rad_s
    if active.sum() < 50:
        return None
    limb = unit(acc_m_s2[active].mean(axis=0))
    across = gyr[active] - np.outer(gyr[active] @ limb, limb)
    values, vectors = np.linalg.eigh(across.T @ across)
    axis = vectors[:, 2]
    if np.mean((across @ axis) ** 3) < 0.0:
        axis = -axis
    return LegAxis(axis, float(values[2] / values.sum()))


def thigh_witness(acc_m_s2: FloatArray, gyr_rad_s: FloatArray, axis: FloatArray, params: LegAxisParams) -> float:
    """How surely a thigh swings forward about an axis (3,), from walking samples (n, 3); negative: about its opposite.

    The sum of two signs of the same size, because the first alone is weak where both legs are used alike or one is
    guarded: the skewness of the rate, whose forward swing is the faster half, and the correlation of the specific force
    along the limb with the angular acceleration, for a thigh is lifted as it starts forward and falls as it is braked.
    """
    slow = lowpass_taps(params.slow_cutoff_hz, params.slow_taps)
    rate = smooth(gyr_rad_s, lowpass_taps(params.cutoff_hz, params.taps)) @ axis
    starts = np.gradient(smooth(gyr_rad_s, slow) @ axis)
    lift = smooth(acc_m_s2, slow) @ unit(acc_m_s2.mean(axis=0))
    skewness = np.mean(rate**3) / np.mean(rate**2) ** 1.5
    return float(skewness) + correlation(lift, starts)


def segment_matrix(axis: FloatArray, up: FloatArray) -> FloatArray:
    """Sensor to segment axes (3, 3), x forward, y left, z up; up is kept, the axis made perpendicular to it."""
    left = -(axis - up * (axis @ up))
    left /= np.linalg.norm(left)
    return np.stack((np.cross(left, up), left, up))
