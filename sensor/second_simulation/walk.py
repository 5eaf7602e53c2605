"""Simulate one recording with the second generator."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from sensor.person import Person
from sensor.recording import RecordingTable
from sensor.samples import FloatArray, Placement, Side
from sensor.second_simulation.curves import leg_angles
from sensor.second_simulation.footfalls import Footfalls, footfalls, pace
from sensor.second_simulation.habits import QUALITY
from sensor.second_simulation.person import Walker, draw_walker
from sensor.second_simulation.sensing import Worn, record
from sensor.second_simulation.spline import through
from sensor.second_simulation.strategies import Leg, Response, respond
from sensor.second_simulation.torso import torso
from sensor.simulation import summary
from sensor.simulation.motion import Motion
from sensor.simulation.node import Grid
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.posture import done
from sensor.simulation.skeleton import HIP_HALF_WIDTH, ankle_m, frames
from sensor.simulation.spec import WalkSpec
from sensor.simulation.streams import stream
from sensor.simulation.summary import TrueEvent
from sensor.simulation.timing import Turn
from sensor.simulation.truth import JOINTS, MIRROR, WalkTruth
from sensor.simulation.walk import SimulatedWalk

RATE_HZ = 128.0
SWAY_DEG = 0.25
SWAY_S = 2.5
GET_GOING_S = 0.9
STOP_S = 0.5
TURN_PACE = 0.6


def simulate(spec: WalkSpec) -> SimulatedWalk:
    """Simulate a recording; equal specs give equal results, the other side is the mirror image.

    ``replace(spec, rate_hz=RATE_HZ)`` records at this generator's own rate.

    Raises
    ------
    ValueError
        The spec wants a protocol, an expression or a second session, which this generator does not know.
    """
    if (spec.protocol, spec.expression, spec.session) != ("walk", "usual", 0):
        raise ValueError("the second generator knows no protocol, expression or session; leave them at their defaults")
    walker = draw_walker(spec)
    response = _response(spec)
    falls = footfalls(spec, walker, response)
    grid = Grid(spec.rate_hz, round(spec.duration_s * spec.rate_hz))
    moved = _motion(spec, walker, response, falls, grid.fine_s)
    worn = Worn(
        spec.seed,
        walker,
        falls,
        moved,
        frames(moved, walker.height_m),
        QUALITY[spec.noise],
        _landings(walker, response, falls),
    )
    mirrored = spec.side is Side.RIGHT
    acc, gyr = {}, {}
    for placement in (p for p in Placement if p in spec.placements):
        force, rate = record(worn, placement.mirrored if mirrored else placement, grid, spec.loss)
        if mirrored:
            force, rate = MIRROR * force, -MIRROR * rate  # angular rate is an axial vector
        acc[placement], gyr[placement] = np.ascontiguousarray(force.T), np.ascontiguousarray(rate.T)
    table = RecordingTable(
        name=f"second-{spec.pathway}-{spec.side}-{round(100 * spec.severity):03d}-{spec.seed}",
        time_s=grid.time_s,
        acc_m_s2=acc,
        gyr_rad_s=gyr,
        rate_hz=spec.rate_hz,
        person=_person(spec, walker),
        notes="simulated by the second generator",
    )
    return SimulatedWalk(spec, table, _truth(spec, walker, falls, moved, grid))


def _response(spec: WalkSpec) -> Response:
    """What the person's ailments come to together."""
    first = respond(spec.pathway, spec.severity, spec.seed)
    if spec.also is None:
        return first
    second = respond(spec.also, spec.also_severity, spec.seed, "also")
    if spec.also_side not in (None, spec.side):
        second = replace(second, now=second.now.swapped, later=second.later.swapped)
    course = first if np.isfinite(first.middle_s) else second
    return replace(course, now=first.now.plus(second.now), later=first.later.plus(second.later))


def _motion(spec: WalkSpec, walker: Walker, response: Response, falls: Footfalls, time_s: FloatArray) -> Motion:
    pace_now = _pace(falls, time_s)
    going = torso(spec.seed, walker, response, falls, time_s)
    sway = _sway(spec.seed, time_s)
    pelvis = going.pelvis_deg * pace_now + sway[:3]
    trunk = going.trunk_deg * pace_now + 1.5 * sway[3:]
    legs = np.empty((2, 4, len(time_s)))
    for role, side in ((0, 1.0), (1, -1.0)):
        hip = going.sway_m[0] - side * HIP_HALF_WIDTH * walker.height_m * np.deg2rad(going.pelvis_deg[2])
        angles = leg_angles(spec.seed, role, walker, response, falls, time_s, hip)
        thigh, knee, adduction, turned = angles * pace_now
        legs[role, 0] = thigh + pelvis[0]
        legs[role, 1] = adduction + walker.hip_follow * side * pelvis[1]
        legs[role, 2] = turned + 0.8 * side * pelvis[2]
        legs[role, 3] = knee
    heading = np.zeros(len(time_s))
    for turn in falls.turns:
        u = np.clip((time_s - turn.start_s) / (turn.end_s - turn.start_s), 0.0, 1.0)
        heading += turn.angle_rad * (u - np.sin(2.0 * np.pi * u) / (2.0 * np.pi))
    speed = _speed(walker, response, falls, time_s) * pace_now
    step = float(time_s[1] - time_s[0])
    surge, shift, rise = going.sway_m * pace_now
    along = np.array([np.cos(heading), np.sin(heading)])
    path = np.empty((3, len(time_s)))
    path[:2] = np.cumsum(along * speed * step, axis=1)
    path[0] += along[0] * surge - along[1] * shift
    path[1] += along[1] * surge + along[0] * shift
    path[2] = rise
    return Motion(time_s, pelvis, trunk, legs, heading, path, np.zeros((2, len(time_s))), pace_now)


def _pace(falls: Footfalls, time_s: FloatArray) -> FloatArray:
    if np.isnan(falls.start_s):
        return np.zeros(len(time_s))
    going = _rise(time_s, falls.start_s - 0.3, falls.start_s - 0.3 + GET_GOING_S)
    going = going * (1.0 - _rise(time_s, falls.end_s - 0.5 * STOP_S, falls.end_s + STOP_S))
    for turn in falls.turns:
        slow = _rise(time_s, turn.start_s - 0.4, turn.start_s + 0.6) - _rise(time_s, turn.end_s - 0.6, turn.end_s + 0.4)
        going = going * (1.0 - (1.0 - TURN_PACE) * slow)
    return np.asarray(going)


def _rise(time_s: FloatArray, start_s: float, end_s: float) -> FloatArray:
    """From 0 to 1 without a kink in acceleration."""
    u = np.clip((time_s - start_s) / (end_s - start_s), 0.0, 1.0)
    return np.asarray(u - np.sin(2.0 * np.pi * u) / (2.0 * np.pi))


def _speed(walker: Walker, response: Response, falls: Footfalls, time_s: FloatArray) -> FloatArray:
    if np.isnan(falls.start_s):
        return np.zeros(len(time_s))
    at = falls.contact_s[0]
    known = [pace(walker, response.at(max(0.0, t - falls.start_s))).speed_m_s for t in at]
    return np.interp(time_s, at, known)


def _sway(seed: int, time_s: FloatArray) -> FloatArray:
    """Slow random sway of pelvis and trunk, (6, n) degrees."""
    draw = stream(seed, "second sway")
    knots = np.arange(time_s[0] - SWAY_S, time_s[-1] + 2.0 * SWAY_S, SWAY_S)
    return SWAY_DEG * through(knots, draw.standard_normal((6, len(knots))), time_s)


def _landings(walker: Walker, response: Response, falls: Footfalls) -> tuple[FloatArray, FloatArray]:
    sizes = []
    for role, sign in ((0, 0.5), (1, -0.5)):
        own = []
        for t in falls.contact_s[role]:
            change = response.at(max(0.0, t - falls.start_s) if falls.real(t) else 0.0)
            speed = pace(walker, change).speed_m_s
            g = max(0.4, 1.7 + 1.2 * (speed - 1.25)) * walker.impact_g * np.exp(sign * walker.impact_log_ratio)
            turning = any(turn.start_s <= t < turn.end_s for turn in falls.turns)
            own.append(9.81 * g * max(0.2, 1.0 + change.leg[Leg.IMPACT, role]) * (TURN_PACE if turning else 1.0))
        sizes.append(np.array(own))
    return sizes[0], sizes[1]


def _person(spec: WalkSpec, walker: Walker) -> Person:
    hurts = PATHWAYS[spec.pathway].painful and spec.severity > 0.0
    return Person(
        code=f"SIM2-{spec.seed}",
        age_years=round(walker.age_years),
        sex=walker.sex,
        height_m=round(walker.height_m, 2),
        mass_kg=round(walker.mass_kg, 1),
        leg_length_m=round(walker.leg_length_m, 3),
        painful_side=spec.side if hurts else None,
    )


def _truth(spec: WalkSpec, walker: Walker, falls: Footfalls, moved: Motion, grid: Grid) -> WalkTruth:
    inner = slice(grid.margin * grid.factor, (grid.margin + grid.count) * grid.factor, grid.factor)
    mirrored = spec.side is Side.RIGHT
    sides = {0: spec.side, 1: spec.side.other}
    flip = np.array([[1.0], [-1.0], [-1.0]]) if mirrored else np.ones((3, 1))
    pelvis, trunk = flip * moved.pelvis_deg[:, inner], flip * moved.trunk_deg[:, inner]
    legs = moved.legs_deg[:, :, inner]
    joints = {f"{joint}_{side}": legs[role, row] for row, joint in enumerate(JOINTS) for role, side in sides.items()}
    joints |= dict(zip(("trunk_flexion", "trunk_obliquity", "trunk_rotation"), trunk, strict=True))
    ankles = {side: ankle_m(moved, walker.height_m, role)[:, inner] for role, side in sides.items()}
    if mirrored:
        ankles = {side: MIRROR * ankle for side, ankle in ankles.items()}
    turns = tuple(Turn(t.start_s, t.end_s, -t.angle_rad if mirrored else t.angle_rad) for t in falls.turns)
    events = sorted(
        (
            TrueEvent(round(float(t), 6), sides[role], kind)
            for role in (0, 1)
            for kind, times in (("IC", falls.contact_s[role]), ("FC", falls.leave_s[role]))
            for t in times
            if falls.real(t)
        ),
        key=lambda event: event.time_s,
    )
    found = summary.strides(tuple(events), turns)
    knees = {side: joints[f"knee_flexion_{side}"] for side in Side}
    plain = {k: list(map(str, v)) if isinstance(v, tuple) else v for k, v in asdict(spec).items()}
    walked = not np.isnan(falls.start_s)
    numbers: dict[str, object] = {
        "generator": "second",
        "spec": plain,
        "person": {"age_years": walker.age_years, "height_m": walker.height_m, "mass_kg": walker.mass_kg},
        "walk_start_s": falls.start_s if walked else None,
        "walk_end_s": float(falls.end_s) if walked else None,
        **summary.summary(found, grid.time_s, pelvis, knees, ankles),
    }
    return WalkTruth(
        events=tuple(events),
        time_s=grid.time_s,
        tilt_deg=pelvis[0],
        obliquity_deg=pelvis[1],
        rotation_deg=pelvis[2],
        joints_deg=joints,
        ankle_m=ankles,
        turns=turns,
        bouts=done((), ((falls.start_s, falls.end_s),) if walked else (), spec.seed, spec.duration_s),
        walk_start_s=falls.start_s,
        walk_end_s=falls.end_s,
        numbers=numbers,
    )
