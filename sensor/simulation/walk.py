"""Simulate one recording: person, gait, steps, motion, skeleton, sensors, and the truth beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sensor.person import Person
from sensor.recording import RecordingTable
from sensor.samples import FloatArray, Placement, Side
from sensor.simulation import node, worn
from sensor.simulation.body import Body
from sensor.simulation.motion import motion
from sensor.simulation.noise import NOISE, Noise
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.patient import draw_patient
from sensor.simulation.protocol import PROTOCOLS, walks
from sensor.simulation.skeleton import frames
from sensor.simulation.spec import WalkSpec
from sensor.simulation.streams import stream
from sensor.simulation.timing import steps
from sensor.simulation.truth import MIRROR, WalkTruth, tell


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedWalk:
    """A recording as the nodes would deliver it, and what really happened."""

    spec: WalkSpec
    table: RecordingTable
    truth: WalkTruth


def simulate(spec: WalkSpec) -> SimulatedWalk:
    """Simulate a recording; equal specs give equal results.

    The body is simulated with the affected leg on the left. For a right side everything, mounting and noise included,
    is reflected at the end, so that the two recordings are mirror images.
    """
    patient = draw_patient(spec)
    grid = node.Grid(spec.rate_hz, round(spec.duration_s * spec.rate_hz))
    laid = steps(
        patient.gait_at,
        spec.duration_s,
        walks(patient.bouts),
        spec.turns_after_m,
        patient.body.first_role,
        PROTOCOLS[spec.protocol].walks_m > 0,
        stream(spec.day_seed, "steps"),
        stream(spec.day_seed, "turns"),
    )
    moved = motion(spec.day_seed, laid, patient, grid.fine_s)
    walk = worn.Walk(spec.day_seed, patient, laid, moved, frames(moved, patient.body.height_m), _noise(spec), grid)
    acc, gyr = {}, {}
    for placement in _worn(spec):
        acc[placement], gyr[placement] = _record(walk, placement, spec)
    table = RecordingTable(
        name=f"{spec.pathway}-{spec.side}-{round(100 * spec.severity):03d}-{spec.seed}",
        time_s=grid.time_s,
        acc_m_s2=acc,
        gyr_rad_s=gyr,
        rate_hz=spec.rate_hz,
        person=_person(spec, patient.body),
        notes="simulated",
    )
    return SimulatedWalk(spec, table, tell(spec, patient, laid, moved, grid))


def _noise(spec: WalkSpec) -> Noise:
    noise = NOISE[spec.noise]
    if spec.clock_offset_sd_s is not None:
        noise = replace(noise, clock_offset_s=spec.clock_offset_sd_s)
    if spec.clock_drift_sd_ppm is not None:
        noise = replace(noise, clock_drift_ppm=spec.clock_drift_sd_ppm)
    return noise


def _worn(spec: WalkSpec) -> tuple[Placement, ...]:
    return tuple(p for p in Placement if p in spec.placements)


def _record(walk: worn.Walk, placement: Placement, spec: WalkSpec) -> tuple[FloatArray, FloatArray]:
    mirrored, grid = spec.side is Side.RIGHT, walk.grid
    canonical = placement.mirrored if mirrored else placement
    late_s = node.clock_error_s(walk.seed, canonical, grid, walk.noise)
    both = node.sampled(np.concatenate(worn.felt(walk, canonical)), grid, late_s)
    force, rate = both[:3], both[3:]
    shake, turn = worn.shaken(walk, canonical)
    force, rate = force + shake, rate + turn
    node.measured(force, rate, walk.seed, canonical, spec.rate_hz, walk.noise)
    if mirrored:
        force, rate = MIRROR * force, -MIRROR * rate  # angular rate is an axial vector
    gone = node.lost(walk.seed, canonical, grid.count, spec.loss)
    force[:, gone] = np.nan
    rate[:, gone] = np.nan
    return np.ascontiguousarray(force.T), np.ascontiguousarray(rate.T)


def _person(spec: WalkSpec, body: Body) -> Person:
    hurts = [a.side for a in spec.ailments if PATHWAYS[a.pathway].painful and a.severity > 0.0]
    return Person(
        code=f"SIM-{spec.seed}",
        age_years=round(body.age_years),
        sex=body.sex,
        height_m=round(body.height_m, 2),
        mass_kg=round(body.mass_kg, 1),
        leg_length_m=round(body.leg_length_m, 3),
        painful_side=hurts[0] if hurts else None,
        walking_aid="cane" if spec.expression == "cane" and max(a.severity for a in spec.ailments) > 0.0 else None,
    )
