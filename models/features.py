"""What the risk model sees: named features of one session, the same for a walk and its left-right mirror image.

A feature that the sensors or the walk could not give is NaN; nothing is filled in here. Amplitudes are compared with
healthy ones at the same speed, because nearly every amplitude follows speed. Signs of sides are removed: sizes of
asymmetries, the larger and the smaller side, and products of two asymmetries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from pipeline.norms import DROP_DIFFERENCE_NORMAL_DEG, Matched, cadence_band, double_support_band, range_z
from pipeline.result import SessionResult
from pipeline.strides.values import of_side
from sensor.healthy import shank_velocity_rad_s
from sensor.person import Person
from sensor.samples import FloatArray, Side

WITH_PELVIS, WITHOUT_PELVIS = "knees and pelvis", "knees"
_PHASE = np.linspace(0.0, 1.0, 201)


class Group(StrEnum):
    """What has to be worn or told for a feature."""

    WALK = "walk"  # sensors below both knees
    PELVIS = "pelvis"  # sensors on the hips or the sacrum
    THIGHS = "thighs"
    TRUNK = "trunk"
    PERSON = "person"  # told, not measured


@dataclass(frozen=True, slots=True)
class Session:
    """What features are made of."""

    result: SessionResult
    person: Person
    at: Matched | None  # None: speed is not known, so nothing can be matched to it

    def gait(self, name: str) -> float:
        """A measure of the walk, NaN when not assessed."""
        return _number(self.result.gait[name].value)

    def pelvis(self, name: str) -> float:
        """A measure of the pelvis, NaN when not assessed."""
        return _number(self.result.pelvis[name].value)

    def effect(self, metric: str) -> float:
        """Signed asymmetry in its own scale, NaN when not assessed."""
        return _number(self.result.asymmetry[metric].effect)

    def sides(self, metric: str) -> tuple[float, float]:
        """Values of both sides, the smaller first; NaN when one is missing."""
        found = self.result.asymmetry[metric]
        pair = sorted((_number(found.left), _number(found.right)))
        return (pair[0], pair[1]) if np.isfinite(pair).all() else (np.nan, np.nan)

    @property
    def parts(self) -> Sequence[Mapping[str, Any]]:
        """What is known of each recording of the session: one, or several that were taken together."""
        provenance: Mapping[str, Any] = self.result.provenance
        parts: Sequence[Mapping[str, Any]] = provenance.get("parts", (provenance,))
        return parts

    def drop_z(self, side: Side) -> float:
        """How far the other side of the pelvis drops in the stance of this one, against healthy ones at this speed."""
        return range_z("drop_deg", self.pelvis(f"drop_{side}_deg"), self.at) if self.at else np.nan

    def of_strides(self, name: str, side: Side) -> float:
        """Median of a quantity over the valid strides of a side, NaN when it was not measured."""
        values = of_side(self.result.strides, side, name)
        return float(np.median(values)) if len(values) else np.nan

    def list_deg(self) -> float:
        """Left side of the pelvis up, walking against standing; NaN without quiet standing."""
        left, right = self.from_standing("pelvis_obliquity")  # each seen from its own side
        return 0.5 * (left - right)

    def from_standing(self, name: str) -> tuple[float, float]:
        """Mean of a pelvic curve over the left and the right cycle, deg from standing; NaN without quiet standing."""
        curve = self.result.curves.get(name)
        stood = all(part.get("calibration", {}).get("standing_found") for part in self.parts)
        if curve is None or curve.left_mean is None or curve.right_mean is None or not stood:
            return np.nan, np.nan
        return float(curve.left_mean.mean()), float(curve.right_mean.mean())


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: its name, what it is called by a clinician, its unit, what it needs, and its formula."""

    name: str
    words: str
    unit: str
    group: Group
    of: Callable[[Session], float]


def features(result: SessionResult, person: Person) -> FloatArray:
    """Feature vector (k,) of a session, in the order of :data:`FEATURES`; NaN = missing."""
    session = session_of(result, person)
    return np.array([feature.of(session) for feature in FEATURES])


def session_of(result: SessionResult, person: Person) -> Session:
    """What features are made of, from an analysis."""
    speed = result.gait["speed_m_s"].value
    return Session(result, person, Matched(speed, result.recording.leg_length_m) if speed is not None else None)


def worn(values: FloatArray) -> Mapping[Group, bool]:
    """Which groups gave at least one feature."""
    return {
        group: any(np.isfinite(v) for v, f in zip(values, FEATURES, strict=True) if f.group is group) for group in Group
    }


def sensor_set(values: FloatArray) -> str:
    """Which model can read these features."""
    return WITH_PELVIS if worn(values)[Group.PELVIS] else WITHOUT_PELVIS


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _gait(name: str) -> Callable[[Session], float]:
    return lambda session: session.gait(name)


def _size(metric: str) -> Callable[[Session], float]:
    return lambda session: abs(session.effect(metric))


def _speed(session: Session) -> float:
    return session.at.v_star if session.at else np.nan


def _cadence(session: Session) -> float:
    if session.at is None:
        return np.nan
    return 100.0 * float(np.log(session.gait("cadence_spm") / np.mean(cadence_band(session.at))))


def _double_support(session: Session) -> float:
    return (
        session.gait("double_support_pct") - float(np.mean(double_support_band(session.at))) if session.at else np.nan
    )


def _swing_velocity(session: Session) -> float:
    if session.at is None:
        return np.nan
    usual = shank_velocity_rad_s(session.at.v_star, session.at.leg_length_m, _PHASE).max()
    return 100.0 * float(np.log(session.sides("knee_swing_velocity")[0] / usual))


def _range(name: str) -> Callable[[Session], float]:
    return lambda session: range_z(name, session.pelvis(name), session.at) if session.at else np.nan


def _drop(pick: int) -> Callable[[Session], float]:
    def of(session: Session) -> float:
        drops = [session.drop_z(side) for side in Side]
        return sorted(drops)[pick] if np.isfinite(drops).all() else np.nan

    return of


def _drop_on_short_stance(session: Session) -> float:
    difference = session.pelvis("drop_difference_deg") / DROP_DIFFERENCE_NORMAL_DEG
    return -difference * float(np.tanh(session.effect("stance_time") / 4.0))


def _list_to_short_stance(session: Session) -> float:
    return session.list_deg() * float(np.tanh(session.effect("stance_time") / 4.0))


def _forward_tilt(session: Session) -> float:
    return float(np.mean(session.from_standing("pelvis_tilt")))


def _larger_side_lean(session: Session) -> float:
    return float(np.max([session.of_strides("trunk_side_lean_deg", side) for side in Side]))


def _side_lean_difference(session: Session) -> float:
    left, right = (session.of_strides("trunk_side_lean_deg", side) for side in Side)
    return abs(left - right)


def _mean_of_sides(name: str) -> Callable[[Session], float]:
    return lambda session: float(np.mean([session.of_strides(name, side) for side in Side]))


def _bmi(session: Session) -> float:
    mass, height = session.person.mass_kg, session.person.height_m
    return mass / height**2 if mass is not None and height is not None else np.nan


_SMOOTHNESS = {
    "step_regularity": "likeness of one step to the next",
    "stride_regularity": "likeness of one stride to the next",
    "harmonic_ratio_vertical": "smoothness of the pelvis up and down",
    "harmonic_ratio_forward": "smoothness of the pelvis forward",
    "harmonic_ratio_sideways": "smoothness of the pelvis sideways",
    "attenuation": "how much of the landing impact the leg takes up",
}

FEATURES: tuple[Feature, ...] = (
    Feature("speed_v_star", "walking speed for the leg's length", "", Group.WALK, _speed),
    Feature("cadence_excess_pct", "cadence against the usual one at this speed", "%", Group.WALK, _cadence),
    Feature(
        "double_support_excess_pct", "double support beyond the usual at this speed", "%", Group.WALK, _double_support
    ),
    Feature(
        "stride_time_cv_pct",
        "variability of the stride time",
        "%",
        Group.WALK,
        _gait("stride_time_cv_pct"),
    ),
    Feature(
        "stance_asymmetry_pct", "difference of stance time between the legs", "%", Group.WALK, _size("stance_time")
    ),
    Feature("swing_asymmetry_pct", "difference of swing time between the legs", "%", Group.WALK, _size("swing_time")),
    Feature("step_asymmetry_pct", "difference of step time between the legs", "%", Group.WALK, _size("step_time")),
    Feature(
        "swing_velocity_asymmetry_pct",
        "difference of the knees' swing velocity",
        "%",
        Group.WALK,
        _size("knee_swing_velocity"),
    ),
    Feature("impact_asymmetry_pct", "difference of landing impact", "%", Group.WALK, _size("impact_peak")),
    Feature("stride_asymmetry_pct", "difference of stride length", "%", Group.WALK, _size("stride_length")),
    Feature(
        "slower_swing_pct", "swing velocity of the slower knee against the usual", "%", Group.WALK, _swing_velocity
    ),
    Feature(
        "knee_loading_asymmetry_z",
        "difference of the knees' bending on landing",
        "SD",
        Group.THIGHS,
        _size("knee_flexion_loading"),
    ),
    Feature(
        "knee_swing_asymmetry_z",
        "difference of the knees' bending in swing",
        "SD",
        Group.THIGHS,
        _size("knee_flexion_swing"),
    ),
    Feature(
        "obliquity_range_z", "up and down of the pelvis at this speed", "SD", Group.PELVIS, _range("obliquity_rom_deg")
    ),
    Feature("tilt_range_z", "nodding of the pelvis at this speed", "SD", Group.PELVIS, _range("tilt_rom_deg")),
    Feature("forward_tilt_deg", "pelvis tipped forward, walking against standing", "deg", Group.PELVIS, _forward_tilt),
    Feature("rotation_range_z", "rotation of the pelvis at this speed", "SD", Group.PELVIS, _range("rotation_rom_deg")),
    Feature("larger_drop_z", "drop of the pelvis on the worse side", "SD", Group.PELVIS, _drop(1)),
    Feature("smaller_drop_z", "drop of the pelvis on the better side", "SD", Group.PELVIS, _drop(0)),
    Feature(
        "drop_difference_deg",
        "difference of the pelvic drop between the sides",
        "deg",
        Group.PELVIS,
        lambda session: abs(session.pelvis("drop_difference_deg")),
    ),
    Feature(
        "drop_on_short_stance",
        "pelvic drop larger over the leg that is borne on for less time",
        "",
        Group.PELVIS,
        _drop_on_short_stance,
    ),
    Feature(
        "list_deg",
        "pelvis tipped to one side while walking",
        "deg",
        Group.PELVIS,
        lambda session: abs(session.list_deg()),
    ),
    Feature(
        "list_to_short_stance_deg",
        "pelvis tipped towards the leg that is borne on for less time",
        "deg",
        Group.PELVIS,
        _list_to_short_stance,
    ),
    *(Feature(name, words, "", Group.PELVIS, _gait(name)) for name, words in _SMOOTHNESS.items()),
    Feature("larger_side_lean_deg", "trunk leaning over the leg that bears", "deg", Group.TRUNK, _larger_side_lean),
    Feature(
        "side_lean_difference_deg",
        "difference of the trunk's lean between the legs",
        "deg",
        Group.TRUNK,
        _side_lean_difference,
    ),
    Feature(
        "trunk_turn_range_deg",
        "turning of the trunk against the pelvis",
        "deg",
        Group.TRUNK,
        _mean_of_sides("thorax_pelvis_rom_deg"),
    ),
    Feature("bmi_kg_m2", "body mass index", "kg/m^2", Group.PERSON, _bmi),
)
NAMES = tuple(feature.name for feature in FEATURES)
