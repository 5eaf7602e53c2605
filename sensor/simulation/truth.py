"""What is known of a simulated walk: events, angles at every sample, and everything that was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from sensor.healthy import Channel
from sensor.samples import FloatArray, Side
from sensor.simulation import summary
from sensor.simulation.body import Body
from sensor.simulation.gait import AFFECTED, OTHER, Gait
from sensor.simulation.motion import Motion
from sensor.simulation.node import Grid
from sensor.simulation.patient import Patient
from sensor.simulation.posture import done
from sensor.simulation.protocol import Bout
from sensor.simulation.skeleton import ankle_m
from sensor.simulation.spec import WalkSpec
from sensor.simulation.summary import TrueEvent
from sensor.simulation.timing import Steps, Turn

JOINTS = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_flexion")
MIRROR = np.array([[1.0], [-1.0], [1.0]])  # reflection across the sagittal plane


@dataclass(frozen=True, slots=True, eq=False)
class WalkTruth:
    """The truth beside a simulated recording, in its final left and right.

    Attributes
    ----------
    events : tuple of TrueEvent
        Every real contact, by time.
    time_s : (n,) array
        The recording's sample times, at which all angles are given.
    tilt_deg, obliquity_deg, rotation_deg : (n,) arrays
        Pelvis, zero = standing; + = anterior, left side up, right side forward. In turns, relative to the path.
    joints_deg : mapping of (n,) arrays
        ``knee_flexion_left`` and so on: hip_flexion, hip_adduction, hip_rotation (internal +), knee_flexion of each
        side; trunk_flexion, trunk_obliquity, trunk_rotation. Zero = standing.
    bouts : tuple of Bout
        Standing, walking, sitting and leaning, without gaps; a change of posture is cut in its middle.
    ankle_m : mapping from Side to (3, n) array
        Ankle joint in the world.
    numbers : mapping
        What truth.json holds.
    """

    events: tuple[TrueEvent, ...]
    time_s: FloatArray
    tilt_deg: FloatArray
    obliquity_deg: FloatArray
    rotation_deg: FloatArray
    joints_deg: Mapping[str, FloatArray]
    ankle_m: Mapping[Side, FloatArray]
    turns: tuple[Turn, ...]
    bouts: tuple[Bout, ...]
    walk_start_s: float
    walk_end_s: float
    numbers: Mapping[str, object]

    @property
    def knee_flexion_left_deg(self) -> FloatArray:
        """Left knee flexion, zero = standing, (n,)."""
        return self.joints_deg["knee_flexion_left"]

    @property
    def knee_flexion_right_deg(self) -> FloatArray:
        """Right knee flexion, zero = standing, (n,)."""
        return self.joints_deg["knee_flexion_right"]


def tell(spec: WalkSpec, patient: Patient, laid: Steps, moved: Motion, grid: Grid) -> WalkTruth:
    """The truth of a walk, turned from the canonical body (affected leg left) to the spec's side."""
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
    ankles = {side: ankle_m(coarse, patient.body.height_m, role) for role, side in sides.items()}
    if mirrored:
        ankles = {side: MIRROR * ankle for side, ankle in ankles.items()}
    turns = tuple(Turn(t.start_s, t.end_s, -t.angle_rad if mirrored else t.angle_rad) for t in laid.turns)
    events = _events(laid, sides)
    bouts = done(patient.bouts, laid.spans, spec.day_seed, spec.duration_s)
    found = summary.strides(events, turns)
    knees = {side: joints[f"knee_flexion_{side}"] for side in Side}
    numbers: dict[str, object] = {
        "spec": _plain(asdict(spec)),
        "person": _drawn(patient.body),
        "shifts": asdict(patient.begin),
        "gait": _steady(patient.start, sides),
        **_late(patient, sides),
        "walk_start_s": _or_none(laid.start_s),
        "walk_end_s": _or_none(laid.end_s),
        "bouts": [[b.kind.value, b.start_s, b.end_s] for b in bouts],
        "turns": [[float(t.start_s), float(t.end_s)] for t in turns],
        "turn_angles_deg": [float(np.rad2deg(t.angle_rad)) for t in turns],
        **summary.summary(found, grid.time_s, pelvis, knees, ankles),
    }
    tilt, obliquity, rotation = pelvis
    return WalkTruth(
        events, grid.time_s, tilt, obliquity, rotation, joints, ankles, turns, bouts, laid.start_s, laid.end_s, numbers
    )


def _events(laid: Steps, sides: dict[int, Side]) -> tuple[TrueEvent, ...]:
    found = [
        TrueEvent(round(float(t), 6), sides[role], kind)
        for role in (AFFECTED, OTHER)
        for kind, times in (("IC", laid.contact_s[role]), ("FC", laid.leave_s[role]))
        for t in times[laid.real(times)]
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


def _late(patient: Patient, sides: dict[int, Side]) -> dict[str, object]:
    if patient.progress is None:
        return {}
    return {
        "late_shifts": asdict(patient.late),
        "late_gait": _steady(patient.end, sides),
        "onset_s": patient.progress.onset_s,
        "rise_s": patient.progress.rise_s,
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
