"""Stride length from one sensor below the knee: strapdown integration between two mid-stances.

At mid-stance the shank turns about the ankle, so the sensor's velocity there is omega x r, r from ankle to sensor (Sci
Rep 2021, PMC7809129: less bias and variability than a zero-velocity update, which is wrong for a sensor near the knee).
Between two such instants the earth-frame acceleration is integrated; the velocity error at the end is taken out
linearly.

Deviations: r is taken along the limb only; mid-stance is where the shank passes the upright. Known error:
docs/validation.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.angles.joints import Inclination
from pipeline.signals.bridging import Trust
from pipeline.signals.rotations import cross, rotate
from pipeline.signals.windows import count_where, cut, holds, whole
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray, IntArray
from sensor.synchronise import GRID_HZ

_AT_REST_M_S2 = np.array([0.0, 0.0, GRAVITY_M_S2])


@dataclass(frozen=True, slots=True)
class StrideLengthParams:
    """Where mid-stance is looked for, and how far above the ankle the sensor sits."""

    sensor_above_ankle: float = 0.186  # of body height: shank 0.246 minus 0.06 below the knee (simulator table 5.6)
    search: tuple[float, float] = (0.10, 0.45)  # of the stride after initial contact
    plausible_m: tuple[float, float] = (0.1, 3.5)  # beyond, a sensor's unit or fixation is wrong


def mid_stances(shank: Inclination, ic: FloatArray, next_ic: FloatArray, params: StrideLengthParams) -> IntArray:
    """Grid indices in stance, (k,), at which the shank passes the upright or comes closest to it; -1 without one."""
    first, last = (whole(ic + share * (next_ic - ic)) for share in params.search)
    lean = cut(shank.angle, first, last)
    nearest = np.argmin(np.where(lean.inside, np.abs(lean.values), np.inf), axis=1)
    return np.where(lean.found & (last - first >= 3), first + nearest, -1)


def displacements_m(shank: Inclination, start: IntArray, end: IntArray, lever_m: float) -> FloatArray:
    """Displacements (k, 3), earth axes, of the sensor between pairs of mid-stances.

    Parameters
    ----------
    start, end : (k,) arrays
        Grid indices, ``start < end``, inside the motion's series.
    lever_m : float
        Distance from the ankle's axis up to the sensor along the limb.
    """
    motion, row, steps = shank.motion, np.arange(len(start)), end - start
    acceleration = cut(motion.force, start, end + 1).values - _AT_REST_M_S2
    begin_velocity, end_velocity = (_over_the_ankle_m_s(shank, at, lever_m) for at in (start, end))
    dt = 1.0 / GRID_HZ
    velocity = np.empty_like(acceleration)
    velocity[:, 0] = 0.0
    np.cumsum(0.5 * (acceleration[:, 1:] + acceleration[:, :-1]) * dt, axis=1, out=velocity[:, 1:])
    velocity += begin_velocity[:, None]
    ramp = np.arange(velocity.shape[1]) / steps[:, None]
    velocity += ramp[..., None] * (end_velocity - velocity[row, steps])[:, None]
    return np.asarray(np.cumsum(0.5 * (velocity[:, 1:] + velocity[:, :-1]), axis=1)[row, steps - 1] * dt)


def _over_the_ankle_m_s(shank: Inclination, at: IntArray, lever_m: float) -> FloatArray:
    """Velocities (k, 3), earth axes, of a sensor that turns about an ankle at rest."""
    quat = shank.motion.quat.at(at)
    limb = np.broadcast_to(shank.to_segment[2], (len(at), 3))
    return cross(rotate(quat, shank.motion.gyr.at(at)), lever_m * rotate(quat, limb))


def stride_lengths_m(shank: Inclination, ics: FloatArray, height_m: float, params: StrideLengthParams) -> FloatArray:
    """Horizontal distances (k,) between the mid-stances after the first two of three contacts of one side.

    Parameters
    ----------
    ics : (k, 3) array
        Grid indices of the contacts; NaN where there is none.

    Returns
    -------
    (k,) array
        NaN without the contacts, across gaps, and beyond what is plausible.
    """
    out, known = np.full(len(ics), np.nan), np.flatnonzero(np.isfinite(ics).all(axis=1))
    ic, next_ic, after = ics[known].T
    start, end = mid_stances(shank, ic, next_ic, params), mid_stances(shank, next_ic, after, params)
    motion = shank.motion
    trust = motion.trust.window(motion.trust.start, motion.trust.end)
    withheld = count_where(motion.trust, start, end + 1, np.asarray(trust >= Trust.WITHHELD))
    good = (start >= 0) & (end > start) & (withheld == 0) & holds(motion.quat, start, end + 1)
    moved = displacements_m(shank, start[good], end[good], params.sensor_above_ankle * height_m)
    length = np.hypot(moved[:, 0], moved[:, 1])
    low, high = params.plausible_m
    out[known[good]] = np.where((low <= length) & (length <= high), length, np.nan)
    return out
