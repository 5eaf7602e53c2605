"""How alike steps and strides are, and how smoothly the trunk moves: per stride, from the pelvis' or trunk's motion.

- Stride regularity: correlation of the vertical acceleration of one cycle with that of the next; step regularity: of
  its two steps with each other. Moe-Nilssen & Helbostad 2004 (recalled) take them from the unbiased autocorrelation at
  the step and stride lag. Deviation: each cycle is first brought to 100 samples, so that a change of pace is not
  irregularity, and the median over strides is given: a gap then costs the strides it touches and biases none.
- Harmonic ratio: amplitudes of the harmonics that repeat in both steps over those that do not; even over odd for the
  vertical and forward acceleration, odd over even sideways (Menz 2003, recalled). First 20 harmonics of the stride.
- Shock attenuation: 1 - peak at the pelvis / peak at the shank around initial contact.

Data requirements: one sensor on the pelvis or trunk; attenuation also the shank of that side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.signals.timeline import Series
from pipeline.signals.windows import between, count_where, holds, missing
from sensor.samples import BoolArray, FloatArray, IntArray

_EVENLY = np.linspace(0.0, 1.0, 100)
_SHORTEST = 10  # samples; a shorter piece has no shape


@dataclass(frozen=True, slots=True)
class SmoothnessParams:
    """Constants of the measures."""

    harmonics: int = 20
    impact_before_s: float = 0.02  # of the initial contact; as for the shank's peak, plus the delay up the leg
    impact_after_s: float = 0.10


@dataclass(frozen=True, slots=True, eq=False)
class Smoothness:
    """Of k strides; NaN where it could not be had. Regularities up to 1, ratios above 1 when the steps are alike."""

    stride_regularity: FloatArray
    step_regularity: FloatArray
    harmonic_ratio_vertical: FloatArray
    harmonic_ratio_forward: FloatArray
    harmonic_ratio_sideways: FloatArray


def harmonic_ratios(acceleration: FloatArray, params: SmoothnessParams) -> FloatArray:
    """Sums of even over sums of odd amplitudes of strides (k, n, channels), (k, channels); n >= 2 harmonics + 1."""
    amplitude = np.abs(np.fft.rfft(acceleration, axis=1))[:, 1 : params.harmonics + 1]
    odd, even = amplitude[:, 0::2].sum(axis=1), amplitude[:, 1::2].sum(axis=1)
    return _ratio(even, odd)


def likeness(first: FloatArray, second: FloatArray) -> FloatArray:
    """Correlations (k,) of pieces of signal brought to the same length, both (k, n)."""
    a, b = (piece - piece.mean(axis=1, keepdims=True) for piece in (first, second))
    size = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    return _ratio((a * b).sum(axis=1), size)


def _ratio(part: FloatArray, of: FloatArray) -> FloatArray:
    """One over the other; NaN where the other is not above zero."""
    ratio: FloatArray = np.divide(part, of, out=np.full(of.shape, np.nan), where=of > 0.0)
    return ratio


def smoothness(
    acceleration: Series,
    begin: IntArray,
    middle: IntArray,
    end: IntArray,
    following: IntArray,
    params: SmoothnessParams,
) -> Smoothness:
    """Measures of the cycles ``[begin, end)``.

    Parameters
    ----------
    acceleration : Series of 3
        Forward, left and up, m/s^2, gravity removed; NaN inside gaps.
    begin, end : (k,) arrays
        Grid indices.
    middle : (k,) array
        Where the second step begins; outside the cycle where it is not known.
    following : (k,) array
        Where the next cycle ends; ``end`` where there is none.
    """
    ratios = np.full((len(begin), 3), np.nan)
    gaps = count_where(acceleration, begin, following, missing(acceleration))
    good = holds(acceleration, begin, following) & (gaps == 0) & (end - begin > 2 * params.harmonics)
    for length in np.unique((end - begin)[good]):
        same = np.flatnonzero(good & (end - begin == length))
        ratios[same] = harmonic_ratios(acceleration.at(begin[same, None] + np.arange(length)), params)
    forward, left, vertical = ratios.T
    return Smoothness(
        stride_regularity=_likeness(acceleration, good, begin, end, following),
        step_regularity=_likeness(acceleration, good, begin, middle, end),
        harmonic_ratio_vertical=vertical,
        harmonic_ratio_forward=forward,
        harmonic_ratio_sideways=_ratio(np.ones(len(left)), left),
    )


def _likeness(acceleration: Series, good: BoolArray, begin: IntArray, end: IntArray, following: IntArray) -> FloatArray:
    """Correlation of the vertical acceleration in ``[begin, end)`` with that in ``[end, following)``, (k,)."""
    out = np.full(len(begin), np.nan)
    able = np.flatnonzero(good & (end - begin > _SHORTEST) & (following - end > _SHORTEST))
    out[able] = likeness(
        _stretched(acceleration, begin[able], end[able]), _stretched(acceleration, end[able], following[able])
    )
    return out


def _stretched(acceleration: Series, begin: IntArray, end: IntArray) -> FloatArray:
    """Vertical acceleration of ``[begin, end)`` at 100 even instants, (k, 100)."""
    span = (end - begin - 1).astype(np.float64)
    return np.asarray(between(acceleration, begin[:, None] + _EVENLY * span[:, None], end)[..., 2])
