"""Are the sensors where they are said to be? Simple questions to raw samples, before the walk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sensor.acquisition.checks import Check, Outcome
from sensor.samples import HIPS, KNEES, BoolArray, FloatArray, Placement

RawSamples = tuple[FloatArray, FloatArray, FloatArray]
"""Time (n,), s; specific force (n, 3), m/s^2; angular rate (n, 3), rad/s. Clocks agree to some 0.1 s."""

GRAVITY_M_S2 = 9.81
WITNESSES = (*HIPS, Placement.SACRUM)  # feel the pelvis turn
_GRID_HZ = 50.0


@dataclass(frozen=True, slots=True)
class PlacementParams:
    """When a placement looks wrong.

    Measured in windows of 10 s. Where sensors are right the knees correlate by -0.87 to -0.1 (7 people on a treadmill,
    6 of them after stroke, 14 walks of virtual_pelvis, 36 simulated ones of 9 pathways). The pelvis' turning goes with
    the steps by 0.4 to 0.97 in the last two, but by -0.6 to 0.9 after stroke on a treadmill. Hence the wide span in
    which nothing is said about sides, and a sentence that leaves it open.
    """

    least_s: float = 4.0  # two strides of a slow walk
    swing_rad_s: float = 1.2  # a shank that never turns so fast takes no steps
    stride_s: float = 1.0  # of brisk steps; a slower walk only loses some of its time
    smooth_s: float = 0.15
    sway_s: float = 2.0  # slower turning of the body is not of the steps
    one_leg: float = 0.3
    apart: float = -0.2
    swapped: float = -0.65
    right: float = 0.3
    still_rad_s: float = 0.3  # standing; postural sway is slower
    still_samples: int = 50
    gravity_m_s2: float = 0.5  # scale and bias of a good sensor stay below
    upside_down: float = -0.7  # cosine between two sides' upward directions


def placement_checks(worn: Mapping[Placement, RawSamples], params: PlacementParams | None = None) -> list[Check]:
    """Check where sensors are by what they felt in the last seconds; a few steps make most of it possible.

    Parameters
    ----------
    worn : mapping of Placement to RawSamples
    """
    params = params or PlacementParams()
    there = {placement: raw for placement, raw in worn.items() if len(raw[0]) and np.ptp(raw[0]) >= params.least_s}
    checks = [check for placement, raw in there.items() for check in _gravity(placement, raw, params)]
    checks += [_upside_down(a, b, there, params) for a, b in combinations(there, 2) if a.mirrored is b and a is not b]
    if set(KNEES) <= set(there):
        checks += _steps(there, params)
    return checks


def upward(acc_m_s2: FloatArray) -> FloatArray:
    """Mean upward direction in sensor axes, a unit vector (3,)."""
    mean = acc_m_s2.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9))


def _gravity(placement: Placement, raw: RawSamples, params: PlacementParams) -> list[Check]:
    still = np.linalg.norm(raw[2], axis=1) < params.still_rad_s
    if still.sum() < params.still_samples:
        return []
    felt = float(np.linalg.norm(np.median(raw[1][still], axis=0)))
    good = abs(felt - GRAVITY_M_S2) < params.gravity_m_s2
    why = "" if good else f"it feels {felt:.1f} m/s^2 at rest, not 9.8: use another sensor"
    return [Check("gravity_m_s2", placement, Outcome.PASS if good else Outcome.WARN, felt, why)]


def _upside_down(a: Placement, b: Placement, there: Mapping[Placement, RawSamples], params: PlacementParams) -> Check:
    cosine = float(upward(there[a][1]) @ upward(there[b][1]))
    bad = cosine < params.upside_down
    why = f"it and {b.value} point opposite ways: one of them may be upside down" if bad else ""
    return Check("upright", a, Outcome.WARN if bad else Outcome.PASS, cosine, why)


def _steps(there: Mapping[Placement, RawSamples], params: PlacementParams) -> list[Check]:
    names = [*KNEES, *(p for p in WITNESSES if p in there)]
    begin_s = max(there[p][0][0] for p in names)
    end_s = min(there[p][0][-1] for p in names)
    time_s = np.arange(begin_s, end_s, 1.0 / _GRID_HZ)
    if end_s - begin_s < params.least_s:
        return []
    left, right = (
        _smooth(np.interp(time_s, there[p][0], np.linalg.norm(there[p][2], axis=1)), params.smooth_s) for p in KNEES
    )
    stepping = _stepping(left, params) & _stepping(right, params)
    if stepping.sum() < params.least_s * _GRID_HZ:
        return [Check("steps", None, Outcome.UNKNOWN, None, "take a few steps to check the places")]
    left, right = left[stepping], right[stepping]
    together = _correlation(left, right)
    checks = [
        Check(
            "knees alternate",
            None,
            _judge(-together, -params.one_leg, -params.apart),
            together,
            "both knee sensors move together: they look worn on the same leg" if together > params.one_leg else "",
        )
    ]
    turns = [_turning(there[p], time_s, params)[stepping] for p in names[2:]]
    if turns:
        with_steps = float(np.median([_correlation(turn, right - left) for turn in turns]))
        swapped = with_steps < params.swapped
        checks.append(
            Check(
                "sides",
                None,
                _judge(with_steps, params.swapped, params.right),
                with_steps,
                "the pelvis turns against the steps: left and right knee sensors may be swapped" if swapped else "",
            )
        )
    return checks


def _stepping(turning_rad_s: FloatArray, params: PlacementParams) -> BoolArray:
    """When a leg swings now and then: some swing lies within a stride's time around."""
    swings = (turning_rad_s > params.swing_rad_s).astype(float)
    return np.asarray(_smooth(swings, 2 * params.stride_s) > 0.0)


def _judge(value: float, bad: float, good: float) -> Outcome:
    if value < bad:
        return Outcome.WARN
    return Outcome.PASS if value > good else Outcome.UNKNOWN


def _turning(raw: RawSamples, time_s: FloatArray, params: PlacementParams) -> FloatArray:
    """Rate of turning about the vertical, + counter-clockwise from above: the right side comes forward."""
    rate = _smooth(np.interp(time_s, raw[0], raw[2] @ upward(raw[1])), params.smooth_s)
    return rate - _smooth(rate, params.sway_s)


def _smooth(values: FloatArray, span_s: float) -> FloatArray:
    """Mean over a span around each value; at the ends over what there is."""
    kernel = np.ones(max(1, round(span_s * _GRID_HZ)))
    return np.asarray(np.convolve(values, kernel, "same") / np.convolve(np.ones(len(values)), kernel, "same"))


def _correlation(a: FloatArray, b: FloatArray) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))
