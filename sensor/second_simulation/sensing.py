"""What a node of the second generator records: landings, flesh, converter, clock, radio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from sensor.healthy import GRAVITY_M_S2
from sensor.samples import BoolArray, FloatArray, Placement
from sensor.second_simulation.footfalls import Footfalls
from sensor.second_simulation.habits import HABITS, Habit, Quality
from sensor.second_simulation.person import Walker
from sensor.simulation.motion import Motion
from sensor.simulation.node import Grid
from sensor.simulation.skeleton import TRUNK, Frame, cross, derivative
from sensor.simulation.streams import stream

KNOCK_S = 0.20  # length of a landing's pulse
RISE_S = 0.010  # of its sharp part
SLOW_S = 0.035  # of its return
PUSH_OFF = 0.2  # of a landing
KICK_DEG_S = 45.0  # of the strap at a landing of 1 g
WARM_S = 300.0  # time constant of a sensor that warms up
BAD_SPELL = 10.0  # samples, mean length of what the radio loses at once


@dataclass(frozen=True, slots=True, eq=False)
class Worn:
    """What all sensors of a walk share."""

    seed: int
    walker: Walker
    falls: Footfalls
    moved: Motion
    frames: Mapping[str, Frame]
    quality: Quality
    landing_m_s2: tuple[FloatArray, FloatArray]  # size of each contact's knock, by role


def record(worn: Worn, placement: Placement, grid: Grid, loss: float) -> tuple[FloatArray, FloatArray]:
    """Specific force and angular rate (3, count) of a canonical placement in sensor axes; lost samples are NaN."""
    habit, quality = HABITS[placement], worn.quality
    draw = stream(worn.seed, f"second node {placement}")
    place = np.array([habit.forward_m, habit.outward_m, habit.up_share * worn.walker.height_m])
    place = place + quality.moved_m * draw.standard_normal(3)
    axes = _axes(habit, quality, draw)
    frame = worn.frames[habit.segment]
    force, rate = frame.at(place), frame.rate_rad_s.copy()
    _land(force, rate, worn, habit, draw)
    if quality.flesh > 0.0:
        force, rate = _on_flesh(force, rate, worn, habit, draw)
    fine = np.concatenate([axes.T @ force, axes.T @ rate])
    offset, wander = draw.standard_normal(2)
    late = quality.late_s * offset + quality.jitter_s * draw.standard_normal(grid.count)
    late = late + 2e-6 * wander * (quality.late_s > 0.0) * grid.time_s
    series = _sampled(fine, grid, late)
    force, rate = series[:3], series[3:]
    _convert(force, rate, quality, grid, draw)
    gone = _lost(grid.count, loss, stream(worn.seed, f"second radio {placement}"))
    force[:, gone], rate[:, gone] = np.nan, np.nan
    return force, rate


def _axes(habit: Habit, quality: Quality, draw: Generator) -> FloatArray:
    """Sensor axes as columns: y down the limb, z off the skin."""
    turn, tilt = quality.turned_deg * draw.standard_normal(), quality.tilted_deg * draw.standard_normal(2)
    q = draw.standard_normal((3, 3))
    if quality.any_way:
        basis, r = np.linalg.qr(q)
        basis = basis * np.sign(np.diag(r))
        return np.asarray(basis * np.linalg.det(basis))
    if quality.tilted_deg == 0.0:
        return np.eye(3)
    out = np.deg2rad(habit.faces_deg + turn)
    z = np.array([np.cos(out), np.sin(out), np.deg2rad(tilt[0])])
    y = np.array([0.0, 0.0, -1.0]) + np.deg2rad(tilt[1]) * np.array([-np.sin(out), np.cos(out), 0.0])
    z /= np.linalg.norm(z)
    y -= (y @ z) * z
    y /= np.linalg.norm(y)
    return np.stack([np.cross(y, z), y, z], axis=1)


def _land(force: FloatArray, rate: FloatArray, worn: Worn, habit: Habit, draw: Generator) -> None:
    """Add the pulses of landings and push-offs in place: sharp rise, slower return, no net velocity."""
    time_s = worn.moved.time_s
    step = time_s[1] - time_s[0]
    since = np.arange(int(KNOCK_S / step)) * step
    sharp, slow = since / RISE_S * np.exp(1.0 - since / RISE_S), since / SLOW_S * np.exp(1.0 - since / SLOW_S)
    pulse = sharp - slow * RISE_S / SLOW_S
    push = np.array([-0.45, 0.2 * draw.standard_normal(), 1.0])
    kick = np.deg2rad(KICK_DEG_S) / GRAVITY_M_S2 * np.exp(0.3 * draw.standard_normal()) * worn.quality.flesh
    for role in (0, 1):
        train = np.zeros(len(time_s))
        for times, share in ((worn.falls.contact_s[role], 1.0), (worn.falls.leave_s[role], PUSH_OFF)):
            size = worn.landing_m_s2[role][: len(times)] * np.exp(0.15 * draw.standard_normal(len(times))) * share
            for t, a in zip(times, size, strict=True):
                if worn.falls.real(t):
                    train[min(len(train) - 1, int((t - time_s[0]) / step) + 1)] += a
        wave = habit.gain[role] * np.convolve(train, pulse)[: len(train)]
        force += push[:, None] * wave
        rate[1] += kick * np.convolve(train * habit.gain[role], sharp - RISE_S / SLOW_S * slow)[: len(train)]


def _on_flesh(
    force: FloatArray, rate: FloatArray, worn: Worn, habit: Habit, draw: Generator
) -> tuple[FloatArray, FloatArray]:
    """The sensor rings on its flesh as a mass on a spring; its skin turns with the joints."""
    moved, flesh = worn.moved, worn.quality.flesh
    fat = max(0.7, 1.0 + 0.04 * (worn.walker.mass_kg / worn.walker.height_m**2 - 24.0))
    step = float(moved.time_s[1] - moved.time_s[0])
    own = habit.skin_hz * np.exp(0.15 * draw.standard_normal()) / np.sqrt(fat)
    count = len(moved.time_s)
    ratio = np.fft.rfftfreq(count, step) / own
    through = (1.0 + 2j * habit.skin_damping * ratio) / (1.0 - ratio**2 + 2j * habit.skin_damping * ratio)
    share = min(0.9, 0.5 * flesh)
    both = np.concatenate([force, rate])
    weight = np.array([share] * 3 + [0.3 * share] * 3)[:, None]
    rung = np.fft.irfft(np.fft.rfft(both, axis=1) * (1.0 + weight * (through - 1.0)), count, axis=1)
    role = 0 if habit.gain[0] >= habit.gain[1] else 1
    hip, knee = moved.legs_deg[role, 0], moved.legs_deg[role, 3]
    joint = moved.trunk_deg[1] - moved.pelvis_deg[1] if habit.segment == TRUNK else 0.5 * (hip + knee)
    slide = habit.slide * flesh * fat * np.deg2rad(joint) * draw.normal(0.0, 0.6, 3)[:, None]
    slid = derivative(slide, step)
    return rung[:3] - cross(slide, rung[:3]), rung[3:] - cross(slide, rung[3:]) + slid


def _sampled(fine: FloatArray, grid: Grid, late_s: FloatArray) -> FloatArray:
    """Average over the output period twice, and read at the node's own moments."""
    box = np.ones(grid.factor) / grid.factor
    kernel = np.convolve(box, box)
    smooth = np.array([np.convolve(row, kernel, mode="same") for row in fine])
    return np.array([np.interp(grid.time_s + late_s, grid.fine_s, row) for row in smooth])


def _convert(force: FloatArray, rate: FloatArray, quality: Quality, grid: Grid, draw: Generator) -> None:
    """Gain, offset, warming, noise, converter steps and range, in place."""
    degree = np.deg2rad(1.0)
    acc = (quality.acc_noise_m_s2, quality.acc_offset_m_s2, 0.0, quality.acc_step_m_s2, quality.acc_limit_m_s2)
    gyr = (
        quality.gyr_noise_deg_s,
        quality.gyr_offset_deg_s,
        quality.gyr_warming_deg_s,
        quality.gyr_step_deg_s,
        quality.gyr_limit_deg_s,
    )
    warm = 1.0 - np.exp(-grid.time_s / WARM_S)
    for series, unit, (noise, offset, warming, step, limit) in ((force, 1.0, acc), (rate, degree, gyr)):
        gain, still, slow = draw.standard_normal((3, 3, 1))
        white, pink = draw.standard_normal(series.shape), _pink(draw.standard_normal(series.shape))
        hiss = np.sqrt(1.0 - quality.pink**2) * white + quality.pink * pink
        value = series / unit * (1.0 + quality.gain_error * gain) + offset * still + warming * slow * warm
        value += noise * hiss
        rounded = np.round(value / step) * step if step > 0.0 else value
        series[:] = unit * np.clip(rounded, -limit, limit)


def _pink(white: FloatArray) -> FloatArray:
    """Noise with equal power per octave and unit variance."""
    spectrum = np.fft.rfft(white, axis=1)
    spectrum /= np.sqrt(np.maximum(1.0, np.arange(spectrum.shape[1])))
    out = np.fft.irfft(spectrum, white.shape[1], axis=1)
    return np.asarray(out / out.std(axis=1, keepdims=True))


def _lost(count: int, share: float, draw: Generator) -> BoolArray:
    """A radio that is good or bad, for exponential spells of each."""
    gone = np.zeros(count, bool)
    if share <= 0.0:
        return gone
    good = BAD_SPELL * (1.0 - share) / share
    at = draw.exponential(good)
    while at < count:
        end = at + 1.0 + draw.exponential(BAD_SPELL - 1.0)
        gone[int(at) : int(end)] = True
        at = end + draw.exponential(good)
    return gone
