"""Joint angles and the pelvis's path as time series.

Everything here is in the canonical body: the affected leg is the left one. Angles are degrees counted from standing,
with the project's signs: obliquity + = left up, rotation + = right side forward, tilt + = anterior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.healthy import Channel, ComplexArray
from sensor.samples import FloatArray
from sensor.simulation.gait import AFFECTED, HARMONICS, OTHER, Extra, Gait
from sensor.simulation.patient import Patient
from sensor.simulation.posture import Rested, rested
from sensor.simulation.protocol import rests
from sensor.simulation.streams import stream
from sensor.simulation.timing import Steps, least_jerk

STRIDE_SD_DEG = {
    Channel.HIP_FLEXION: 1.3,
    Channel.HIP_ADDUCTION: 0.6,
    Channel.HIP_ROTATION: 0.8,
    Channel.KNEE_FLEXION: 1.8,
    Extra.TILT: 0.6,
    Extra.OBLIQUITY: 0.6,
    Extra.ROTATION: 0.8,
}
# Acceleration of the pelvis along each axis that one stride does not share with the next, per harmonic, as a share of
# the main one: as regular as ten healthy people's lower backs, docs/simulator.md.
PATH_NOISE = 0.10
PATH_NOISE_HARMONICS = (1, 2, 3, 4)
SWAY_DEG = 0.15  # quiet standing: amplitude of each slow component
SWAY_HZ = (0.1, 0.5)
SWAY_TERMS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """The canonical skeleton's motion on one time grid, n samples.

    Attributes
    ----------
    pelvis_deg, trunk_deg : (3, n) arrays
        Tilt, obliquity, rotation; the pelvis relative to its heading, the trunk too (flexion, roll, yaw).
    legs_deg : (2, 4, n) array
        By role (affected = left): hip flexion, adduction, internal rotation, knee flexion.
    heading_rad : (n,) array
        Direction of the path.
    path_m : (3, n) array
        Midpoint of the hip joints in the world, z counted from standing.
    phase : (2, n) array
        Gait cycles of each leg.
    pace : (n,) array
        0 standing, 1 walking straight.
    """

    time_s: FloatArray
    pelvis_deg: FloatArray
    trunk_deg: FloatArray
    legs_deg: FloatArray
    heading_rad: FloatArray
    path_m: FloatArray
    phase: FloatArray
    pace: FloatArray


def motion(seed: int, laid: Steps, patient: Patient, time_s: FloatArray) -> Motion:
    """Evaluate the walk at ascending times (n,) in equal steps."""
    pace, start, end = laid.pace(time_s), patient.start, patient.end
    course = None if patient.progress is None else patient.progress(time_s)
    phase = np.array([laid.phase(role, time_s) for role in (AFFECTED, OTHER)])
    rows = np.array([_angles(phase[role], start.curves[role], end.curves[role], course) for role in (AFFECTED, OTHER)])
    _add_stride_noise(rows, seed, laid, time_s, patient.body.unsteady**0.5)
    rows *= pace

    sway = _sway(seed, time_s)
    left, right = rows
    pelvis = np.empty((3, len(time_s)))
    extra = np.empty_like(pelvis)
    for out, (tilt, obliquity, rotation) in ((pelvis, _PELVIS), (extra, _EXTRA)):
        out[0] = 0.5 * (left[tilt] + right[tilt])
        out[1] = 0.5 * (left[obliquity] - right[obliquity])
        out[2] = 0.5 * (right[rotation] - left[rotation])
    trunk = np.empty_like(pelvis)
    trunk[0] = 0.3 * (pelvis[0] + extra[0]) + pace * _blend(start.trunk_flexion_deg, end.trunk_flexion_deg, course)
    trunk[1] = pelvis[1] + 0.5 * (left[Channel.TRUNK_OBLIQUITY] - right[Channel.TRUNK_OBLIQUITY])
    trunk[2] = 0.5 * (right[Channel.TRUNK_ROTATION] - left[Channel.TRUNK_ROTATION])
    legs = rows[:, Channel.HIP_FLEXION : Channel.KNEE_FLEXION + 1]
    legs[:, 0] += extra[0]  # where the pelvis leaves the mean curve the legs stay: the hips take it up
    legs[:, 1] += np.array([[1.0], [-1.0]]) * extra[1]
    legs[:, 2] += np.array([[1.0], [-1.0]]) * extra[2]
    pelvis += extra
    pelvis += sway[0]
    trunk += sway[1]
    legs[:, 0] += sway[0, 0]
    heading = laid.heading_rad(time_s)
    cycle_rad = 2 * np.pi * laid.common_phase(time_s)
    noise = _path_noise(seed, laid.contact_s[AFFECTED], time_s, cycle_rad, patient.body.unsteady**0.5)
    path = _path(heading, cycle_rad, start, end, course, time_s, pace, noise)
    pauses = rests(patient.bouts)
    if pauses:
        _rest(pelvis, trunk, legs, path, heading, rested(pauses, seed, time_s), patient.body.height_m)
    return Motion(
        time_s=time_s,
        pelvis_deg=pelvis,
        trunk_deg=trunk,
        legs_deg=legs,
        heading_rad=heading,
        path_m=path,
        phase=phase,
        pace=pace,
    )


_PELVIS = (Channel.TILT, Channel.OBLIQUITY, Channel.ROTATION)
_EXTRA = (Extra.TILT, Extra.OBLIQUITY, Extra.ROTATION)


def _angles(phase: FloatArray, start: ComplexArray, end: ComplexArray, course: FloatArray | None) -> FloatArray:
    turn = np.exp(2j * np.pi * phase)
    basis = np.empty((2 * HARMONICS + 1, len(phase)))
    basis[0] = 1.0
    power = np.ones_like(turn)
    for k in range(1, HARMONICS + 1):
        power *= turn
        basis[2 * k - 1], basis[2 * k] = power.real, power.imag

    def rows(curves: ComplexArray) -> FloatArray:
        weights = np.empty((len(curves), len(basis)))
        weights[:, 0] = curves[:, 0].real
        weights[:, 1::2], weights[:, 2::2] = curves[:, 1:].real, -curves[:, 1:].imag
        return np.asarray(weights @ basis)

    angles = rows(start)
    if course is not None:
        angles += course * (rows(end) - angles)
    return angles


def _rest(
    pelvis: FloatArray,
    trunk: FloatArray,
    legs: FloatArray,
    path: FloatArray,
    heading: FloatArray,
    rest: Rested,
    height_m: float,
) -> None:
    """Add sitting and leaning in place."""
    pelvis[0] += rest.tilt_deg
    trunk[0] += rest.trunk_deg
    legs[:, 0] += rest.thigh_deg + rest.tilt_deg + rest.fidget_deg[:, 0]
    legs[:, 3] += rest.knee_deg + rest.fidget_deg[:, 1]
    path[:2] -= height_m * rest.back * np.array([np.cos(heading), np.sin(heading)])
    path[2] += height_m * rest.up


def _blend(start: float, end: float, course: FloatArray | None) -> FloatArray | float:
    return start if course is None else start + (end - start) * course


def _add_stride_noise(rows: FloatArray, seed: int, laid: Steps, time_s: FloatArray, restless: float) -> None:
    channels = list(STRIDE_SD_DEG)
    sd = restless * np.array([STRIDE_SD_DEG[c] for c in channels])
    sd[-3:] *= np.sqrt(2.0)  # both legs' draws are averaged at the pelvis
    for role, contact in enumerate(laid.contact_s):
        draw = stream(seed, f"strides {role}").standard_normal((len(contact), len(sd))) * sd
        rows[role, channels] += _from_stride_to_stride(draw, contact, time_s)


def _from_stride_to_stride(draw: FloatArray, contact_s: FloatArray, time_s: FloatArray) -> FloatArray:
    """Draws (strides, m) at contacts, passing smoothly from each to the next: (m, n)."""
    cell = np.clip(np.searchsorted(contact_s, time_s, side="right") - 1, 0, len(contact_s) - 2)
    weight = least_jerk(np.clip((time_s - contact_s[cell]) / np.diff(contact_s)[cell], 0.0, 1.0))
    low, step = draw[:-1].T, np.diff(draw, axis=0).T
    out = np.empty((draw.shape[1], len(time_s)))
    for row, (of_low, of_step) in enumerate(zip(low, step, strict=True)):
        out[row] = of_low[cell] + weight * of_step[cell]
    return out


def _path_noise(
    seed: int, contact_s: FloatArray, time_s: FloatArray, cycle_rad: FloatArray, restless: float
) -> FloatArray:
    """How far each stride leaves the usual path, (3, n), with the amplitude of a first harmonic as unit."""
    shape = 3, len(PATH_NOISE_HARMONICS), len(contact_s), 2
    draws = stream(seed, "path").standard_normal(shape).transpose(2, 0, 1, 3).reshape(len(contact_s), -1)
    terms = _from_stride_to_stride(draws, contact_s, time_s).reshape(3, len(PATH_NOISE_HARMONICS), 2, -1)
    noise = np.zeros((3, len(time_s)))
    for at, k in enumerate(PATH_NOISE_HARMONICS):
        cosine, sine = np.cos(k * cycle_rad), np.sin(k * cycle_rad)
        for axis in range(3):  # row by row stays in the processor's cache
            noise[axis] += (terms[axis, at, 0] * cosine + terms[axis, at, 1] * sine) / k**2
    return PATH_NOISE * restless * noise


def _sway(seed: int, time_s: FloatArray) -> FloatArray:
    """Slow sway of pelvis and trunk, (2, 3, n) degrees: tilt, obliquity, rotation."""
    draw = stream(seed, "sway")
    hz = draw.uniform(*SWAY_HZ, (2, 3, SWAY_TERMS))
    phase = draw.uniform(0.0, 2.0 * np.pi, (2, 3, SWAY_TERMS))
    sway = np.zeros((2, 3, len(time_s)))
    for at in np.ndindex(hz.shape):  # row by row stays in the processor's cache
        sway[at[:2]] += SWAY_DEG * np.sin(2 * np.pi * hz[at] * time_s + phase[at])
    return sway


def _path(
    heading: FloatArray,
    cycle_rad: FloatArray,
    start: Gait,
    end: Gait,
    course: FloatArray | None,
    time_s: FloatArray,
    pace: FloatArray,
    noise: FloatArray,
) -> FloatArray:
    """Height and sway of the pelvis about a steady path: Orendurff 2004, linearised, recalled (biomechanics.md 5.5).

    ``noise`` counts in amplitudes of a first harmonic; the main one is the second forward and up, the first sideways.
    """
    speed = _blend(start.speed_m_s, end.speed_m_s, course)
    limp = _blend(start.limp_m, end.limp_m, course)
    beat = 2 * (cycle_rad - 2 * np.pi * 0.05)
    vertical = pace * (0.027 + 0.023 * (speed - 0.7))
    lateral = pace * np.maximum(0.03, 0.070 - 0.035 * (speed - 0.7))
    bounce = np.cos(beat) + 0.12 * np.cos(2 * beat) + 4.0 * noise[2]
    z = -0.5 * vertical * bounce - 0.5 * limp * pace * np.sin(cycle_rad)
    y = 0.5 * lateral * (np.sin(cycle_rad) + 0.1 * np.sin(3 * cycle_rad) + noise[1])
    x = 0.5 * 0.03 * pace * (np.sin(2 * cycle_rad) + 4.0 * noise[0])
    along = np.array([np.cos(heading), np.sin(heading)])
    step = (time_s[1] - time_s[0]) * speed * pace
    travelled = np.cumsum(0.5 * (along[:, 1:] * step[1:] + along[:, :-1] * step[:-1]), axis=1)
    path = np.zeros((3, len(time_s)))
    path[:2, 1:] = travelled
    path[0] += along[0] * x - along[1] * y
    path[1] += along[1] * x + along[0] * y
    path[2] = z
    return path
