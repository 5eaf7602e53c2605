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

from pipeline.bridging import Trust
from pipeline.contacts import worst_trust
from pipeline.orientation import Motion
from pipeline.rotations import matrices, up_axes
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ

_AT_REST_M_S2 = np.array([0.0, 0.0, GRAVITY_M_S2])


@dataclass(frozen=True, slots=True)
class StrideLengthParams:
    """Where mid-stance is looked for, and how far above the ankle the sensor sits."""

    sensor_above_ankle: float = 0.186  # of body height: shank 0.246 minus 0.06 below the knee (simulator table 5.6)
    search: tuple[float, float] = (0.10, 0.45)  # of the stride after initial contact
    settle_s: float = 1.0  # after a gap the orientation needs this long to find back
    plausible_m: tuple[float, float] = (0.1, 3.5)  # beyond, a sensor's unit or fixation is wrong


def mid_stance(
    motion: Motion, to_segment: FloatArray, ic: float, next_ic: float, params: StrideLengthParams
) -> int | None:
    """Grid index in stance at which the shank passes the upright, or comes closest to it."""
    first = int(ic + params.search[0] * (next_ic - ic))
    last = int(ic + params.search[1] * (next_ic - ic))
    if first < motion.quat.start or last > motion.end or last - first < 3:
        return None
    up = up_axes(motion.quat.window(first, last))
    lean = np.arctan2(up @ to_segment[0], up @ to_segment[2])
    return first + int(np.argmin(np.abs(lean)))


def displacement(motion: Motion, to_segment: FloatArray, start: int, end: int, lever_m: float) -> FloatArray:
    """Displacement (3,), m, earth axes, of the sensor between two mid-stances.

    Parameters
    ----------
    lever_m : float
        Distance from the ankle's axis up to the sensor along the limb.
    """
    quat = motion.quat.window(start, end + 1)
    acc = motion.force.window(start, end + 1) - _AT_REST_M_S2
    begin_velocity, end_velocity = (
        _cross(to_earth @ motion.gyr.window(at, at + 1)[0], lever_m * (to_earth @ to_segment[2]))
        for at, to_earth in zip((start, end), matrices(quat[[0, -1]]), strict=True)
    )
    dt = 1.0 / GRID_HZ
    steps = 0.5 * (acc[1:] + acc[:-1]) * dt
    velocity = begin_velocity + np.concatenate((np.zeros((1, 3)), np.cumsum(steps, axis=0)))
    ramp = np.arange(len(velocity))[:, None] / (len(velocity) - 1)
    velocity += ramp * (end_velocity - velocity[-1])
    return np.asarray((0.5 * (velocity[1:] + velocity[:-1])).sum(axis=0) * dt)


def stride_length_m(
    motion: Motion, to_segment: FloatArray, ics: tuple[float, float, float], height_m: float, params: StrideLengthParams
) -> float:
    """Horizontal distance between the mid-stances after the first two of three contacts of one side; NaN without
    them.
    """
    first = mid_stance(motion, to_segment, ics[0], ics[1], params)
    second = mid_stance(motion, to_segment, ics[1], ics[2], params)
    if first is None or second is None or second <= first:
        return float("nan")
    settle = params.settle_s * GRID_HZ
    if worst_trust(motion.trust, first - settle, second) is Trust.WITHHELD:
        return float("nan")
    moved = displacement(motion, to_segment, first, second, params.sensor_above_ankle * height_m)
    length = float(np.hypot(moved[0], moved[1]))
    low, high = params.plausible_m
    return length if low <= length <= high else float("nan")


def _cross(first: FloatArray, second: FloatArray) -> FloatArray:
    """Cross product of two vectors (3,)."""
    (a, b, c), (x, y, z) = first.tolist(), second.tolist()
    return np.array([b * z - c * y, c * x - a * z, a * y - b * x])
