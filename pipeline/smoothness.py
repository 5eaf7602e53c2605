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

from sensor.samples import FloatArray

_EVENLY = np.linspace(0.0, 1.0, 100)


@dataclass(frozen=True, slots=True)
class SmoothnessParams:
    """Constants of the measures."""

    harmonics: int = 20
    impact_before_s: float = 0.02  # of the initial contact; as for the shank's peak, plus the delay up the leg
    impact_after_s: float = 0.10


@dataclass(frozen=True, slots=True)
class Smoothness:
    """Of one stride; NaN where it could not be had. Regularities up to 1, ratios above 1 when the steps are alike."""

    stride_regularity: float
    step_regularity: float
    harmonic_ratio_vertical: float
    harmonic_ratio_forward: float
    harmonic_ratio_sideways: float


def harmonic_ratios(acceleration: FloatArray, params: SmoothnessParams) -> FloatArray:
    """Sum of even over sum of odd amplitudes of each column (n, k) over one stride, (k,); n >= 2 harmonics + 1."""
    amplitude = np.abs(np.fft.rfft(acceleration, axis=0))[1 : params.harmonics + 1]
    odd, even = amplitude[0::2].sum(axis=0), amplitude[1::2].sum(axis=0)
    return np.asarray(np.divide(even, odd, out=np.full(len(odd), np.nan), where=odd > 0.0))


def likeness(first: FloatArray, second: FloatArray) -> float:
    """Correlation of two pieces of signal brought to the same length."""
    a, b = (_stretched(piece) for piece in (first, second))
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0.0 else float("nan")


def smoothness(acceleration: FloatArray, middle: int | None, end: int, params: SmoothnessParams) -> Smoothness:
    """Measures of the cycle ``[0, end)``, with its second step from ``middle`` and the next cycle from ``end`` on.

    Parameters
    ----------
    acceleration : (n, 3) array
        Forward, left and up, m/s^2, gravity removed, of two cycles; NaN-free.
    """
    cycle, following = acceleration[:end], acceleration[end:]
    up = cycle[:, 2]
    forward, left, vertical = (float(ratio) for ratio in harmonic_ratios(cycle, params))
    return Smoothness(
        likeness(up, following[:, 2]) if len(following) > 10 else float("nan"),
        likeness(up[:middle], up[middle:]) if middle is not None and 10 < middle < end - 10 else float("nan"),
        vertical,
        forward,
        1.0 / left if left > 0.0 else float("nan"),
    )


def _stretched(piece: FloatArray) -> FloatArray:
    return np.asarray(np.interp(_EVENLY * (len(piece) - 1.0), np.arange(len(piece)), piece))
