"""How the sensors sit, how the flesh under them moves, and what they feel before any sensor noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sensor.healthy import ComplexArray
from sensor.samples import FloatArray, Placement
from sensor.simulation import impact
from sensor.simulation.gait import AFFECTED, OTHER
from sensor.simulation.jitter import USUAL_IMPACT_M_S2, Rhythm, jitter
from sensor.simulation.motion import Motion
from sensor.simulation.node import Grid
from sensor.simulation.noise import Mounting, Noise
from sensor.simulation.patient import Patient
from sensor.simulation.sites import SITES, Site
from sensor.simulation.skeleton import PELVIS, TRUNK, Frame, cross, derivative
from sensor.simulation.streams import stream
from sensor.simulation.timing import Steps

TISSUE_HARMONICS = 3  # of the gait cycle
WOBBLE_TAU_S = 0.045  # strap and flesh ring on after a landing
WOBBLE_HZ = (10.0, 15.0)
RING_SIDE_SD = 0.04  # log SD between sensors of one segment [assumption]


@dataclass(frozen=True, eq=False)
class Walk:
    """Everything a sensor needs to know about the walk it is worn on; what several of them need is computed once."""

    seed: int
    patient: Patient
    laid: Steps
    moved: Motion
    frames: Mapping[str, Frame]
    noise: Noise
    grid: Grid

    @cached_property
    def cycling(self) -> ComplexArray:
        """Phases of both legs on the unit circle, (2, n)."""
        return np.asarray(np.exp(2j * np.pi * self.moved.phase))

    @cached_property
    def leg_rhythms(self) -> tuple[Rhythm, Rhythm]:
        """What jitter on a leg follows, by role."""
        affected, other = (self.laid.phase(role, self.grid.time_s) for role in (AFFECTED, OTHER))
        return Rhythm.of(affected, affected), Rhythm.of(other, other)

    @cached_property
    def body_rhythm(self) -> Rhythm:
        """What jitter follows where both legs' landings arrive."""
        phase = self.laid.common_phase(self.grid.time_s)
        return Rhythm.of(phase, 2.0 * phase)


def felt(walk: Walk, placement: Placement) -> tuple[FloatArray, FloatArray]:
    """Specific force and angular rate (3, n) in the sensor's axes at a canonical placement."""
    site, draw = SITES[placement], stream(walk.seed, f"worn {placement}")
    frame, step_s = walk.frames[site.segment], float(walk.moved.time_s[1] - walk.moved.time_s[0])
    slipped = walk.noise.position_m * draw.standard_normal(3)
    offset = np.array(site.offset_m) + np.array(site.offset_share) * walk.patient.body.height_m + slipped
    mount = _mount(site, placement, walk)
    force, rate = frame.at(offset), frame.rate_rad_s.copy()
    tilt, shift = _tissue(walk, site, placement)
    if walk.noise.soft_tissue > 0.0:
        force = force + derivative(derivative(shift, step_s), step_s)
        force = force - cross(tilt, force)
        rate = rate - cross(tilt, rate) + derivative(tilt, step_s)
    _knock(force, rate, walk, site, placement)
    return mount.T @ force, mount.T @ rate


def shaken(walk: Walk, placement: Placement) -> tuple[FloatArray, FloatArray]:
    """Jitter of flesh and strap (3, count) on the output times, as strong as the landings that reach the placement."""
    site, time_s = SITES[placement], walk.grid.time_s
    knock = np.array(site.knock)
    landing = sum(part * walk.patient.impact_m_s2(role, time_s) for role, part in enumerate(knock / knock.sum()))
    strength = walk.noise.soft_tissue * walk.laid.pace(time_s) * landing / USUAL_IMPACT_M_S2
    rhythm = walk.body_rhythm if knock.min() > 0.0 else walk.leg_rhythms[int(knock.argmax())]
    force, rate = jitter(walk.seed, placement, rhythm, time_s, site.jitter_m_s2, site.jitter_deg_s)
    return strength * force, strength * rate


def _mount(site: Site, placement: Placement, walk: Walk) -> FloatArray:
    """Sensor axes in the segment, as columns."""
    draw = stream(walk.seed, f"mount {placement}")
    about, *lean = draw.uniform(-1.0, 1.0), *draw.standard_normal(2)
    quaternion = draw.standard_normal(4)
    if walk.noise.mounting is Mounting.ALIGNED:
        return np.eye(3)
    if walk.noise.mounting is Mounting.ANY:
        return _from_quaternion(quaternion / np.linalg.norm(quaternion))
    out = np.deg2rad(site.outward_deg + site.twist_deg * about)
    z = np.array([np.cos(out), np.sin(out), 0.0])
    x = np.array([0.0, 0.0, 1.0])
    base = np.stack([x, np.cross(z, x), z], axis=1)
    a, b = np.deg2rad(7.0 * np.array(lean))
    about_z = np.array([[np.cos(a), -np.sin(a), 0.0], [np.sin(a), np.cos(a), 0.0], [0.0, 0.0, 1.0]])
    about_y = np.array([[np.cos(b), 0.0, np.sin(b)], [0.0, 1.0, 0.0], [-np.sin(b), 0.0, np.cos(b)]])
    return np.asarray(base @ about_z @ about_y)


def _from_quaternion(q: FloatArray) -> FloatArray:
    w, v = q[0], q[1:]
    skew = np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])
    return np.asarray(np.eye(3) + 2.0 * w * skew + 2.0 * skew @ skew)


def _tissue(walk: Walk, site: Site, placement: Placement) -> tuple[FloatArray, FloatArray]:
    """Turn (rad) and shift (m) of the skin against the bone, both (3, n), locked to the gait cycle."""
    draw = stream(walk.seed, f"tissue {placement}")
    shape = draw.standard_normal((6, 2 * TISSUE_HARMONICS)) / np.tile(np.arange(1, TISSUE_HARMONICS + 1), 2)
    cycle = _harmonics(np.exp(2j * np.pi * (np.arange(100) / 100.0)))
    gain = walk.noise.soft_tissue
    if site.heavy:
        gain *= max(0.7, 1.0 + 0.06 * (walk.patient.body.bmi_kg_m2 - 24.0))
    turn, shift = shape[:3], shape[3:]
    turn *= gain * np.deg2rad(draw.uniform(*site.tissue_deg)) / np.linalg.norm(turn @ cycle, axis=0).max()
    shift *= gain * draw.uniform(*site.tissue_m) / np.linalg.norm(shift @ cycle, axis=0).max()
    lost = draw.uniform(*site.damped) * min(gain, 2.0)
    role = OTHER if site.knock[1] > site.knock[0] else AFFECTED
    moved = shape @ (_harmonics(walk.cycling[role]) * walk.moved.pace)
    if site.segment == PELVIS:
        moved[0] -= lost * np.deg2rad(walk.moved.pelvis_deg[1])
    elif site.damped[1] > 0.0:
        side = 1.0 if role == AFFECTED else -1.0
        moved[2] += lost * side * np.deg2rad(walk.moved.legs_deg[role, 2])
    return moved[:3], moved[3:]


def _harmonics(turn: ComplexArray) -> FloatArray:
    powers = np.stack([turn, turn * turn, turn * turn * turn])
    return np.concatenate([powers.real, powers.imag])


def _knock(force: FloatArray, rate: FloatArray, walk: Walk, site: Site, placement: Placement) -> None:
    """Add landings and take-offs in place."""
    draw = stream(walk.seed, f"knock {placement}")
    # One person's two legs ring nearly alike; only people differ by the whole range.
    alike = stream(walk.seed, f"knock of {site.segment.split()[0]}")
    hz, wobble_hz = (
        alike.uniform(*span) * np.exp(RING_SIDE_SD * draw.standard_normal()) for span in (site.knock_hz, WOBBLE_HZ)
    )
    side_push = 0.25 * (1.0 if draw.random() < 0.5 else -1.0)
    jerk_rad_s = np.deg2rad(np.clip(60.0 + 25.0 * draw.standard_normal(), 10.0, 120.0)) * walk.noise.soft_tissue
    wobble = 0.4 * walk.noise.soft_tissue
    push = np.array([-0.6, side_push, 1.0]) if site.segment != TRUNK else np.array([-0.3, 0.0, 1.0])
    time_s = walk.moved.time_s
    for role in (AFFECTED, OTHER):
        if site.knock[role] == 0.0:
            continue
        for times, share in ((walk.laid.contact_s[role], 1.0), (walk.laid.leave_s[role], 0.25)):
            spread = np.exp(0.12 * stream(walk.seed, f"knocks {role} {share}").standard_normal(len(times)))
            real = walk.laid.real(times)
            at = times[real]
            size = share * spread[real] * np.interp(at, time_s, walk.moved.pace)
            index, since = impact.windows(time_s, at + site.knock_delay_s)
            waves = impact.ringing(since, hz, site.knock_tau_s)
            wobbling = wobble * impact.ringing(since, wobble_hz, WOBBLE_TAU_S)
            waves = (waves + wobbling) / (1.0 + wobble)
            waves = waves * (size * site.knock[role] * walk.patient.impact_m_s2(role, at))[:, None]
            wave = np.zeros(len(time_s))
            impact.add_events(wave, index, waves)
            force += push[:, None] * wave
            if share == 1.0:
                jerks = impact.spike(since) + wobbling
                jerks = jerks * (jerk_rad_s * size * site.knock[role])[:, None]
                impact.add_events(rate[1], index, jerks)  # distal end backward: + about y
