"""Left against right: one index per metric, its interval, its band and a flag that is raised only for good reasons.

Formula: for positive quantities 100 ln(left / right) of the medians over valid straight strides (signed log ratio, per
cent); for angles (left - right) / SD of the healthy difference. Aggregate first, then take the index: the mean of
per-stride |indices| is biased by noise. Sources: design notes 2 and 2.1.

The interval joins, in quadrature, the block bootstrap over strides, the instrument's own error and, for times between
feet, the clocks' possible offset. A flag needs all of: effect outside the band, interval clear of the band, effect
above the minimal detectable change, and enough strides on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipeline.norms import ASYMMETRY, AsymmetryNorm
from pipeline.result import Asymmetry, Flag, Interval, Status
from pipeline.walk.sampling import BootstrapParams, draws_of_both, interval95, widened
from sensor.samples import FloatArray

FIELD = {
    "stance_time": "stance_time_s",
    "swing_time": "swing_time_s",
    "step_time": "step_time_s",
    "single_support": "single_support_s",
    "knee_swing_velocity": "knee_swing_velocity_rad_s",
    "impact_peak": "impact_peak_m_s2",
    "stride_length": "stride_length_m",
    "knee_flexion_loading": "knee_flexion_loading_deg",
    "knee_flexion_swing": "knee_flexion_swing_deg",
}


@dataclass(frozen=True, slots=True)
class AsymmetryParams:
    """When an asymmetry is reported and when it is flagged."""

    least_strides: int = 3  # fewer have no median worth the name
    flag_strides: int = 30  # a side; design notes 2
    clock_offset_s: float = 0.005  # SD of what may remain between two nodes (simulator table 5.6)
    bootstrap: BootstrapParams = field(default_factory=BootstrapParams)


def asymmetry(metric: str, left: FloatArray, right: FloatArray, why_not: str, params: AsymmetryParams) -> Asymmetry:
    """Judge one metric from its values on both sides.

    Parameters
    ----------
    metric : str
        A key of :data:`pipeline.norms.ASYMMETRY`.
    left, right : (n,) arrays
        Values over valid strides.
    why_not : str
        The reason to give when these sensors cannot show the metric.
    """
    norm = ASYMMETRY[metric]
    band = (-norm.normal, norm.normal)
    counts = len(left), len(right)
    values = tuple(float(np.median(side)) if len(side) else None for side in (left, right))
    if min(counts) < params.least_strides:
        reason = why_not or f"only {counts[0]} left and {counts[1]} right strides could be used"
        return _not_assessed(metric, norm, values, counts, band, reason)
    middle_left, middle_right = float(np.median(left)), float(np.median(right))
    if not norm.is_angle and min(middle_left, middle_right) <= 0.0:
        return _not_assessed(metric, norm, values, counts, band, "a value is not positive, so there is no ratio")
    effect = float(_index(norm, middle_left, middle_right))
    # The larger side draws from stream 0, so that the mirrored walk has exactly the mirrored interval.
    streams = (0, 1) if middle_left >= middle_right else (1, 0)
    drawn_left, drawn_right = draws_of_both(left, right, params.bootstrap, streams)
    if not norm.is_angle:  # a spread draw may leave the positive side, where there is no ratio
        drawn_left, drawn_right = (
            np.maximum(drawn_left, 0.01 * middle_left),
            np.maximum(drawn_right, 0.01 * middle_right),
        )
    low, high = interval95(_index(norm, drawn_left, drawn_right))
    other = float(np.hypot(norm.instrument, _clock_sd(norm, middle_left, middle_right, params)))
    ci = widened(effect, (low, high), other)
    flag, reason = _flag(norm, effect, ci, min(counts), params)
    return Asymmetry(
        metric=metric,
        unit=norm.unit,
        left=middle_left,
        right=middle_right,
        n_left=counts[0],
        n_right=counts[1],
        is_angle=norm.is_angle,
        effect=effect,
        ci95=ci,
        band=band,
        flag=flag,
        status=Status.OBSERVED,
        reason=reason,
    )


def _index(norm: AsymmetryNorm, left: FloatArray | float, right: FloatArray | float) -> FloatArray:
    if norm.is_angle:
        return np.asarray((np.asarray(left) - right) / norm.angle_sd_deg)
    return np.asarray(100.0 * np.log(np.asarray(left) / right))


def _clock_sd(norm: AsymmetryNorm, left: float, right: float, params: AsymmetryParams) -> float:
    """What a clock offset between the nodes does to a time between feet: one side gains what the other loses."""
    if not norm.needs_both:
        return 0.0
    return 100.0 * params.clock_offset_s * (1.0 / left + 1.0 / right)


def _flag(norm: AsymmetryNorm, effect: float, ci: Interval, strides: int, params: AsymmetryParams) -> tuple[Flag, str]:
    size = abs(effect)
    nearest = max(0.0, ci[0] if effect > 0 else -ci[1])
    if size <= norm.normal:
        return Flag.NONE, ""
    if size <= norm.least_change:
        least = f"{norm.least_change:g} {'SD' if norm.is_angle else '%'}"
        return Flag.NONE, f"outside the band, but below the least change that can be detected ({least})"
    if strides < params.flag_strides:
        return Flag.NONE, f"outside the band, but {strides} strides a side are too few to flag ({params.flag_strides})"
    if nearest <= norm.normal:
        return Flag.NONE, "outside the band, but its interval reaches into it"
    return (Flag.CLEAR if size > norm.clear else Flag.BORDERLINE), ""


def _not_assessed(
    metric: str,
    norm: AsymmetryNorm,
    values: tuple[float | None, ...],
    counts: tuple[int, int],
    band: Interval,
    reason: str,
) -> Asymmetry:
    left, right = values
    return Asymmetry(
        metric, norm.unit, left, right, *counts, norm.is_angle, None, None, band, Flag.NONE, Status.NOT_ASSESSED, reason
    )
