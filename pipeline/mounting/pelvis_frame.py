"""Sensor-to-pelvis calibration: up from standing, forward from how the pelvis is pushed along in walking.

Each pelvis sensor is set upright by gravity, which leaves one unknown, its heading. Two or three sensors on the one
rigid pelvis are first turned onto each other by their angular rates and accelerations; then the common heading is the
main axis of the horizontal acceleration that both feet share, which in walking is fore-aft. Which end is forward, and
whether left and right were swapped, is weighed in :mod:`pipeline.mounting.forward`.

Source: own, after the project's first prototype (shared design notes, biomechanics 3.1b and 3.4). Data requirements:
ten seconds of walking of one or more rigidly worn sensors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from pipeline.mounting.forward import ForwardParams, Swap, Witnesses, decide, knee_witness, lever_witness, push_witness
from pipeline.signals.filters import lowpass_taps, smooth
from pipeline.signals.rotations import about_z, matrices, upright
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import HIPS, BoolArray, FloatArray, Placement, Side
from sensor.synchronise import GRID_HZ


@dataclass(frozen=True, slots=True)
class PelvisFrameParams:
    """Bands of the calibration."""

    acc_cutoff_hz: float = 4.0  # step and stride frequency, not the heel strike
    gyr_cutoff_hz: float = 6.0
    taps: int = 61
    acc_weight: float = 0.1  # of a m/s^2 against a rad/s when sensors are turned onto each other
    forward: ForwardParams = field(default_factory=ForwardParams)


@dataclass(frozen=True, slots=True, eq=False)
class PelvisFrame:
    """Calibration of the pelvis sensors.

    Attributes
    ----------
    to_pelvis : mapping of Placement to (3, 3) array
        Sensor axes to pelvis axes, x forward, y left, z up.
    anisotropy : float
        Variance along the fore-aft axis over variance across; near 1 the heading is a guess.
    sided_by_knees : bool
        Whether the knees had a say in which end is forward.
    swap : Swap
        Whether left and right look exchanged.
    """

    to_pelvis: Mapping[Placement, FloatArray]
    anisotropy: float
    sided_by_knees: bool
    swap: Swap


@dataclass(frozen=True, slots=True, eq=False)
class LevelMotion:
    """Angular rate and acceleration (n, 3) of a sensor in a level frame that turns with it; gravity removed."""

    gyr: FloatArray
    acc: FloatArray


def level(acc_m_s2: FloatArray, quat: FloatArray, gyr_rad_s: FloatArray, up: FloatArray) -> LevelMotion:
    """Motion of one sensor (n, 3) with z up and the x axis of the upright sensor ahead."""
    stand = upright(up)
    to_earth = matrices(quat)
    ahead = to_earth @ stand[0]  # the upright sensor's x axis in earth axes
    norm = np.hypot(ahead[:, 0], ahead[:, 1])
    c, s = ahead[:, 0] / norm, ahead[:, 1] / norm

    def turned(vectors: FloatArray) -> FloatArray:
        x, y, z = np.einsum("nij,nj->in", to_earth, vectors)
        return np.stack((c * x + s * y, c * y - s * x, z), axis=1)

    acc = turned(acc_m_s2)
    acc[:, 2] -= GRAVITY_M_S2
    return LevelMotion(turned(gyr_rad_s), acc)


def relative_heading(reference: LevelMotion, other: LevelMotion, params: PelvisFrameParams) -> float:
    """Angle about z, rad, that turns the other sensor's horizontal motion onto the reference's, least squares."""
    sine = cosine = 0.0
    for a, b, weight in ((reference.gyr, other.gyr, 1.0), (reference.acc, other.acc, params.acc_weight)):
        p, q = a[:, :2] - a[:, :2].mean(axis=0), b[:, :2] - b[:, :2].mean(axis=0)
        sine += weight * float(np.sum(q[:, 0] * p[:, 1] - q[:, 1] * p[:, 0]))
        cosine += weight * float(np.sum(q * p))
    return float(np.arctan2(sine, cosine))


def push_template(contacts: Sequence[tuple[int, Side]], length: int) -> FloatArray:
    """Half waves from contact to contact, (n,): + while the right leg bears the body, for it is pushed to the left
    then.

    ``contacts`` are initial contacts of both sides in order, in samples; two of one side in a row are passed over.
    """
    template = np.zeros(length)
    for (start, side), (end, other) in pairwise(contacts):
        if side is not other and 0 <= start < end <= length and end - start < 1.5 * GRID_HZ:
            wave = np.sin(np.pi * (np.arange(end - start) + 0.5) / (end - start))
            template[start:end] = wave if side is Side.RIGHT else -wave
    return template


def with_unseen_leg(contacts: Sequence[tuple[int, Side]], stride: float) -> Sequence[tuple[int, Side]]:
    """Initial contacts in order; to those of one leg alone, the other's half way between where no stride is missed."""
    if len({side for _, side in contacts}) != 1:
        return contacts
    between = [
        ((start + end) // 2, side.other) for (start, side), (end, _) in pairwise(contacts) if end - start < 1.5 * stride
    ]
    return sorted([*contacts, *between])


def pelvis_frame(
    motions: Mapping[Placement, LevelMotion],
    up: Mapping[Placement, FloatArray],
    walking: BoolArray,
    contacts: Sequence[tuple[int, Side]],
    stride: float,
    params: PelvisFrameParams,
) -> PelvisFrame:
    """Calibrate the pelvis sensors from a stretch of walking.

    Parameters
    ----------
    motions : mapping of Placement to LevelMotion over the stretch, from :func:`level`
    up : mapping of Placement to unit vector (3,), up in sensor axes
    walking : (n,) bool array
    contacts : initial contacts found by leg sensors in the stretch, in order; empty without leg sensors
    stride : usual stride, samples
    """
    acc_taps = lowpass_taps(params.acc_cutoff_hz, params.taps)
    gyr_taps = lowpass_taps(params.gyr_cutoff_hz, params.taps)
    smoothed = {p: LevelMotion(smooth(m.gyr, gyr_taps), smooth(m.acc, acc_taps)) for p, m in motions.items()}
    inside = {p: LevelMotion(m.gyr[walking], m.acc[walking]) for p, m in smoothed.items()}
    # Onto the middle, if it has a sensor: turned onto the left, left and right would not be each other's mirror image.
    first = Placement.SACRUM if Placement.SACRUM in inside else next(iter(inside))
    turn = {p: 0.0 if p is first else relative_heading(inside[first], m, params) for p, m in inside.items()}
    mean = np.mean([smoothed[p].acc @ about_z(turn[p]).T for p in smoothed], axis=0)

    both_feet = _same_on_both_feet(mean, round(0.5 * stride))[walking]
    horizontal = both_feet[:, :2] - both_feet[:, :2].mean(axis=0)
    values, vectors = np.linalg.eigh(horizontal.T @ horizontal)
    forward = vectors[:, 1]
    lever = _lever(inside, turn, forward)
    if lever is None:  # else one leg's label could contradict two good ones
        contacts = with_unseen_leg(contacts, stride)
    template = push_template(contacts, len(mean))[walking]
    sided = bool(np.abs(template).sum() > 2.0 * GRID_HZ)  # at least some seconds of steps
    seen = Witnesses(
        push_witness(both_feet, forward),
        knee_witness(mean[walking], template, forward) if sided else None,
        lever,
    )
    verdict = decide(seen, params.forward)
    if not verdict.as_given:
        forward = -forward
    heading = float(np.arctan2(forward[1], forward[0]))
    to_pelvis = {p: about_z(turn[p] - heading) @ upright(up[p]) for p in smoothed}
    return PelvisFrame(to_pelvis, float(values[1] / max(values[0], 1e-12)), sided, verdict.swap)


def _lever(
    inside: Mapping[Placement, LevelMotion], turn: Mapping[Placement, float], forward: FloatArray
) -> float | None:
    """The witness of the two iliac sensors, or None without both."""
    if not set(HIPS) <= set(inside):
        return None
    left, right = (inside[p].acc @ about_z(turn[p]).T for p in HIPS)
    yaw_rate = 0.5 * (inside[HIPS[0]].gyr[:, 2] + inside[HIPS[1]].gyr[:, 2])
    return lever_witness(left, right, yaw_rate, forward)


def _same_on_both_feet(acc: FloatArray, half_stride: int) -> FloatArray:
    """Mean of the acceleration (n, 3) and itself half a stride later: sideways sway, which alternates, cancels."""
    later = np.concatenate((acc[half_stride:], acc[len(acc) - half_stride :]))
    return np.asarray(0.5 * (acc + later))
