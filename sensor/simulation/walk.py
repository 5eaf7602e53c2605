"""Simulate one recording: person, gait, steps, motion, skeleton, sensors, and the truth beside it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np

from sensor.person import Person
from sensor.recording import RecordingTable
from sensor.samples import FloatArray, Placement, Side
from sensor.simulation import node, truth, worn
from sensor.simulation.body import Body, draw_body
from sensor.simulation.gait import AFFECTED, OTHER, Gait, gait
from sensor.simulation.healthy import Channel
from sensor.simulation.motion import Motion, motion
from sensor.simulation.noise import NOISE, Noise
from sensor.simulation.pathways import PATHWAYS, shifts
from sensor.simulation.skeleton import ankle_m, frames
from sensor.simulation.spec import WalkSpec
from sensor.simulation.streams import stream
from sensor.simulation.timing import Steps, Turn, steps
from sensor.simulation.truth import TrueEvent, WalkTruth

MIRROR_ACC = np.array([[1.0], [-1.0], [1.0]])  # reflection across the sagittal plane; angular rate is an axial vector
JOINTS = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_flexion")


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
    body = draw_body(spec)
    shift = shifts(spec.pathway, spec.severity, stream(spec.seed, "response"))
    state = gait(body, shift)
    grid = node.Grid(spec.rate_hz, round(spec.duration_s * spec.rate_hz))
    laid = steps(
        lambda _: state,
        spec.duration_s,
        spec.turns_after_m,
        body.first_role,
        stream(spec.seed, "steps"),
        stream(spec.seed, "turns"),
    )
    moved = motion(spec.seed, laid, state, state, None, grid.fine_s)
    noise = _noise(spec)
    walk = worn.Walk(spec.seed, body, state, laid, moved, frames(moved, body.height_m), noise)
    acc, gyr = {}, {}
    for placement in _worn(spec):
        acc[placement], gyr[placement] = _record(walk, placement, grid, spec)
    table = RecordingTable(
        name=f"{spec.pathway}-{spec.side}-{round(100 * spec.severity):03d}-{spec.seed}",
        time_s=grid.time_s,
        acc_m_s2=acc,
        gyr_rad_s=gyr,
        rate_hz=spec.rate_hz,
        person=_person(spec, body),
        notes="simulated",
    )
    return SimulatedWalk(spec, table, _truth(spec, body, state, laid, moved, grid))


def _noise(spec: WalkSpec) -> Noise:
    noise = NOISE[spec.noise]
    if spec.clock_offset_sd_s is not None:
        noise = replace(noise, clock_offset_s=spec.clock_offset_sd_s)
    if spec.clock_drift_sd_ppm is not None:
        noise = replace(noise, clock_drift_ppm=spec.clock_drift_sd_ppm)
    return noise


def _worn(spec: WalkSpec) -> tuple[Placement, ...]:
    return tuple(p for p in Placement if p in spec.placements)


def _record(walk: worn.Walk, placement: Placement, grid: node.Grid, spec: WalkSpec) -> tuple[FloatArray, FloatArray]:
    mirrored = spec.side is Side.RIGHT
    canonical = placement.mirrored if mirrored else placement
    late_s = node.clock_error_s(spec.seed, canonical, grid, walk.noise)
    both = node.sampled(np.concatenate(worn.felt(walk, canonical)), grid, late_s)
    force, rate = both[:3], both[3:]
    node.measured(force, rate, spec.seed, canonical, spec.rate_hz, walk.noise)
    if mirrored:
        force, rate = MIRROR_ACC * force, -MIRROR_ACC * rate
    gone = node.lost(spec.seed, canonical, grid.count, spec.loss)
    force[:, gone] = np.nan
    rate[:, gone] = np.nan
    return np.ascontiguousarray(force.T), np.ascontiguousarray(rate.T)


def _person(spec: WalkSpec, body: Body) -> Person:
    hurts = PATHWAYS[spec.pathway].painful and spec.severity > 0.0
    return Person(
        code=f"SIM-{spec.seed}",
        age_years=round(body.age_years),
        sex=body.sex,
        height_m=round(body.height_m, 2),
        mass_kg=round(body.mass_kg, 1),
        leg_length_m=round(body.leg_length_m, 3),
        painful_side=spec.side if hurts else None,
    )


def _truth(spec: WalkSpec, body: Body, state: Gait, laid: Steps, moved: Motion, grid: node.Grid) -> WalkTruth:
    inner = slice(grid.margin * grid.factor, (grid.margin + grid.count) * grid.factor, grid.factor)
    coarse = Motion(
        time_s=grid.time_s,
        pelvis_deg=moved.pelvis_deg[:, inner],
        trunk_deg=moved.trunk_deg[:, inner],
        legs_deg=moved.legs_deg[:, :, inner],
        heading_rad=moved.heading_rad[inner],
        path_m=moved.path_m[:, inner],
        phase=moved.phase[:, inner],
        pace=moved.pace[inner],
    )
    mirrored = spec.side is Side.RIGHT
    sides = {AFFECTED: spec.side, OTHER: spec.side.other}
    flip = np.array([[1.0], [-1.0], [-1.0]]) if mirrored else np.ones((3, 1))
    pelvis, trunk = flip * coarse.pelvis_deg, flip * coarse.trunk_deg
    joints = {
        f"{joint}_{side}": coarse.legs_deg[role, row]
        for row, joint in enumerate(JOINTS)
        for role, side in sides.items()
    }
    joints |= dict(zip(("trunk_flexion", "trunk_obliquity", "trunk_rotation"), trunk, strict=True))
    ankles = {side: ankle_m(coarse, body.height_m, role) for role, side in sides.items()}
    if mirrored:
        ankles = {side: MIRROR_ACC * ankle for side, ankle in ankles.items()}
    turns = tuple(Turn(t.start_s, t.end_s, -t.angle_rad if mirrored else t.angle_rad) for t in laid.turns)
    events = _events(laid, sides)
    found = truth.strides(events, turns)
    knees = {side: joints[f"knee_flexion_{side}"] for side in Side}
    numbers: dict[str, object] = {
        "spec": _plain(asdict(spec)),
        "person": _drawn(body),
        "gait": _steady(state, sides),
        "walk_start_s": _or_none(laid.start_s),
        "walk_end_s": _or_none(laid.end_s),
        "turns": [[float(t.start_s), float(t.end_s)] for t in turns],
        "turn_angles_deg": [float(np.rad2deg(t.angle_rad)) for t in turns],
        **truth.summary(found, grid.time_s, pelvis, knees, ankles),
    }
    tilt, obliquity, rotation = pelvis
    return WalkTruth(
        events, grid.time_s, tilt, obliquity, rotation, joints, ankles, turns, laid.start_s, laid.end_s, numbers
    )


def _events(laid: Steps, sides: dict[int, Side]) -> tuple[TrueEvent, ...]:
    found = [
        TrueEvent(round(float(t), 6), sides[role], kind)
        for role in (AFFECTED, OTHER)
        for kind, times in (("IC", laid.contact_s[role]), ("FC", laid.leave_s[role]))
        for t in times
        if laid.start_s <= t <= laid.end_s
    ]
    return tuple(sorted(found, key=lambda e: e.time_s))


def _drawn(body: Body) -> dict[str, object]:
    names = [c.name.lower() for c in Channel]
    return {
        "age_years": body.age_years,
        "sex": body.sex,
        "height_m": body.height_m,
        "mass_kg": body.mass_kg,
        "leg_length_m": body.leg_length_m,
        "preferred_speed_m_s": body.speed_m_s,
        "standing_deg": dict(zip(names, body.standing_deg.tolist(), strict=True)),
        "natural_stance_asym_pct_affected": 100.0 * body.stance_log_ratio,
        "natural_step_asym_pct_affected": 100.0 * body.step_log_ratio,
        "natural_drop_difference_deg_affected": body.drop_difference_deg,
        "natural_impact_asym_pct_affected": 100.0 * body.impact_log_ratio,
        "stride_cv_pct": 100.0 * body.stride_cv,
    }


def _steady(state: Gait, sides: dict[int, Side]) -> dict[str, object]:
    return {
        "speed_m_s": state.speed_m_s,
        "stride_time_s": state.stride_time_s,
        "split": state.split,
        **{f"stance_pct_{side}": 100.0 * float(state.stance[role]) for role, side in sides.items()},
        **{f"impact_{side}_m_s2": float(state.impact[role]) for role, side in sides.items()},
    }


def _plain(values: dict[str, object]) -> dict[str, object]:
    plain = {k: list(map(str, v)) if isinstance(v, tuple) else v for k, v in values.items()}
    walkway = plain["walkway_m"]
    return plain | {"walkway_m": "straight" if walkway == np.inf else walkway}


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
