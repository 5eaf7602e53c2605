"""What a walk shows, seen from one leg: the measures by which the pathways are told apart.

A pathway has a side, so the walk is looked at twice, from the left leg and from the right: own minus other leg. A walk
and its mirror image have the same two views in another order. A measure that sensors or walk could not give is NaN.
How smooth a walk is does not count here: it tells pathways apart within one simulator only, and misleads in another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.features import FEATURES, Group, Session, session_of
from pipeline.result import Curve, SessionResult, Stride
from sensor.person import Person
from sensor.samples import FloatArray, Side

CYCLE_PCT = (3, 20, 40, 58, 75, 95)  # landing, single support twice, toe-off, swing twice
SHANK_PCT = (3, 12, 20, 30, 40, 50, 58, 66, 75, 85, 95)  # what every sensor below a knee sees is looked at closely
SWING_FROM_PCT = 50  # the fastest swing is looked for from here on
REST_S = 20.0  # shorter pauses are turns, or strides that did not count
LEAST_MINUTES = 1.5  # between the thirds; over less a change says more about chance than about the person
LEAST_IN_THIRD = 8  # strides of a third of the walk; fewer make no median


@dataclass(frozen=True, slots=True)
class ViewFeature:
    """One measure: name, what it needs, and its formula for a session seen from ``own`` leg.

    ``normed``: it means something only against what is usual, which the simulator can be wrong about. One leg against
    the other, or the end of a walk against its beginning, needs no norm.
    """

    name: str
    group: Group
    of: Callable[[Session, Side], float]
    normed: bool = False


def views(result: SessionResult, person: Person) -> FloatArray:
    """The walk seen from the left and from the right leg, (2, p), in the order of :data:`VIEW`; NaN = missing."""
    session = session_of(result, person)
    return np.array([[feature.of(session, own) for feature in VIEW] for own in Side])


def _even(name: str) -> ViewFeature:
    """A feature of the score that does not change sides."""
    feature = next(f for f in FEATURES if f.name == name)
    return ViewFeature(name, feature.group, lambda session, _: feature.of(session), normed=name in _NORMED)


def _effect(metric: str) -> Callable[[Session, Side], float]:
    return lambda session, own: _sign(own) * session.effect(metric)


def _drop(difference: bool) -> Callable[[Session, Side], float]:
    sign = -1.0 if difference else 1.0
    return lambda session, own: 0.5 * (session.drop_z(own) + sign * session.drop_z(own.other))


def _strides(name: str, difference: bool) -> Callable[[Session, Side], float]:
    """Median over strides: own minus other leg, or mean of both."""

    def of(session: Session, own: Side) -> float:
        a, b = session.of_strides(name, own), session.of_strides(name, own.other)
        return a - b if difference else 0.5 * (a + b)

    return of


def _list(session: Session, own: Side) -> float:
    return _sign(own) * session.list_deg()


def _rotation_offset(session: Session, own: Side) -> float:
    pair = _curves(session, "pelvis_rotation", own)
    return 0.5 * float(pair[0].mean() - pair[1].mean()) if pair else np.nan


def _at(name: str, pct: int, centred: bool, difference: bool) -> Callable[[Session, Side], float]:
    """A curve at one part of the cycle against the usual one at this speed: own minus other leg, or mean of both."""

    def of(session: Session, own: Side) -> float:
        pair = _curves(session, name, own)
        if pair is None or (usual := _usual(session, name)) is None:
            return np.nan
        a, b = (curve[pct] - (curve.mean() if centred else 0.0) for curve in pair)
        middle = usual[pct] - (usual.mean() if centred else 0.0)
        return float(0.5 * (a - b)) if difference else float(0.5 * (a + b) - middle)

    return of


def _peak(difference: bool) -> Callable[[Session, Side], float]:
    """When in its cycle a leg swings fastest, per cent: own minus other leg, or mean of both."""

    def of(session: Session, own: Side) -> float:
        pair = _curves(session, "knee_angular_velocity", own)
        if pair is None:
            return np.nan
        a, b = (SWING_FROM_PCT + float(np.argmax(curve[SWING_FROM_PCT:])) for curve in pair)
        return a - b if difference else 0.5 * (a + b)

    return of


def _change(of_stride: Callable[[Stride], float]) -> Callable[[Session, Side], float]:
    """Change of the median from the first third of the strides to the last, per cent per minute, up to a rest.

    Of several recordings taken together there is none: how long the pauses between them were is not known.
    """

    def of(session: Session, _: Side) -> float:
        if len(session.parts) > 1:
            return np.nan
        valid = _until_rest(sorted((s for s in session.result.strides if s.valid), key=lambda s: s.ic_s))
        third = len(valid) // 3
        if third < LEAST_IN_THIRD:
            return np.nan
        parts = valid[:third], valid[-third:]
        early, late = (_median([of_stride(s) for s in part]) for part in parts)
        minutes = (np.mean([s.ic_s for s in parts[1]]) - np.mean([s.ic_s for s in parts[0]])) / 60.0
        long_enough = minutes >= LEAST_MINUTES and early > 0.0 and late > 0.0
        return float(100.0 * np.log(late / early) / minutes) if long_enough else np.nan

    return of


def _until_rest(strides: list[Stride]) -> list[Stride]:
    pauses = np.diff([s.ic_s for s in strides])
    rests = np.flatnonzero(pauses > REST_S)
    return strides[: rests[0] + 1] if len(rests) and rests[0] + 1 >= 3 * LEAST_IN_THIRD else strides


def _recovery(session: Session, _: Side) -> float:
    found = session.result.time_course.get("recovery_speed_pct")
    return np.nan if found is None or found.value is None else found.value


def _impact(session: Session, _: Side) -> float:
    low, high = session.sides("impact_peak")
    return float(np.log(0.5 * (low + high))) if low > 0.0 else np.nan


def _median(values: list[float]) -> float:
    there = [value for value in values if np.isfinite(value)]
    return float(np.median(there)) if len(there) >= LEAST_IN_THIRD else np.nan


def _sign(own: Side) -> float:
    return 1.0 if own is Side.LEFT else -1.0


def _of(curve: Curve, side: Side) -> FloatArray | None:
    return curve.left_mean if side is Side.LEFT else curve.right_mean


def _curves(session: Session, name: str, own: Side) -> tuple[FloatArray, FloatArray] | None:
    curve = session.result.curves.get(name)
    pair = (_of(curve, own), _of(curve, own.other)) if curve else (None, None)
    return None if pair[0] is None or pair[1] is None else (pair[0], pair[1])


def _usual(session: Session, name: str) -> FloatArray | None:
    curve = session.result.curves[name]
    if session.at is None or curve.band_low is None or curve.band_high is None:
        return None
    return np.asarray(0.5 * (curve.band_low + curve.band_high))


def _curve(name: str, group: Group, phases: tuple[int, ...], centred: bool = False) -> tuple[ViewFeature, ...]:
    return tuple(
        ViewFeature(
            f"{name}_{'difference' if difference else 'mean'}_{pct}",
            group,
            _at(name, pct, centred, difference),
            normed=not difference,
        )
        for pct in phases
        for difference in (True, False)
    )


_EVEN = (
    "speed_v_star",
    "cadence_excess_pct",
    "double_support_excess_pct",
    "stride_time_cv_pct",
    "obliquity_range_z",
    "tilt_range_z",
    "rotation_range_z",
    "forward_tilt_deg",
)
_NORMED = frozenset(_EVEN) - {"speed_v_star", "stride_time_cv_pct", "forward_tilt_deg"}
_ASYMMETRIES = {
    "stance_time": Group.WALK,
    "swing_time": Group.WALK,
    "step_time": Group.WALK,
    "knee_swing_velocity": Group.WALK,
    "impact_peak": Group.WALK,
    "stride_length": Group.WALK,
    "knee_flexion_loading": Group.THIGHS,
    "knee_flexion_swing": Group.THIGHS,
}
_OF_STRIDES = {
    "hip_flexion_max_deg": Group.THIGHS,
    "hip_flexion_min_deg": Group.THIGHS,
    "trunk_side_lean_deg": Group.TRUNK,
}
_CHANGES: dict[str, tuple[Group, Callable[[Stride], float]]] = {
    "speed": (Group.WALK, lambda s: s.speed_m_s),
    "stride_length": (Group.WALK, lambda s: s.stride_length_m),
    "rotation_range": (Group.PELVIS, lambda s: s.rotation_rom_deg),
}

VIEW: tuple[ViewFeature, ...] = (
    *(_even(name) for name in _EVEN),
    *(ViewFeature(f"{name}_effect", group, _effect(name)) for name, group in _ASYMMETRIES.items()),
    ViewFeature("impact_level", Group.WALK, _impact, normed=True),
    ViewFeature("drop_difference_z", Group.PELVIS, _drop(difference=True)),
    ViewFeature("drop_mean_z", Group.PELVIS, _drop(difference=False), normed=True),
    ViewFeature("list_deg", Group.PELVIS, _list),
    ViewFeature("rotation_offset_deg", Group.PELVIS, _rotation_offset),
    *_curve("knee_angular_velocity", Group.WALK, SHANK_PCT),
    ViewFeature("swing_peak_pct_difference", Group.WALK, _peak(difference=True)),
    ViewFeature("swing_peak_pct_mean", Group.WALK, _peak(difference=False), normed=True),
    *_curve("pelvis_obliquity", Group.PELVIS, (20, 66), centred=True),
    *_curve("knee_flexion", Group.THIGHS, CYCLE_PCT),
    *(
        ViewFeature(
            f"{name}_{'difference' if difference else 'mean'}", group, _strides(name, difference), normed=not difference
        )
        for name, group in _OF_STRIDES.items()
        for difference in (True, False)
    ),
    ViewFeature(
        "thorax_pelvis_phase_mean", Group.TRUNK, _strides("thorax_pelvis_phase_deg", difference=False), normed=True
    ),
    ViewFeature("trunk_lean_mean", Group.TRUNK, _strides("trunk_lean_deg", difference=False), normed=True),
    *(ViewFeature(f"{name}_change_pct_min", group, _change(of)) for name, (group, of) in _CHANGES.items()),
    ViewFeature("recovery_speed_pct", Group.WALK, _recovery),
)
VIEW_NAMES = tuple(feature.name for feature in VIEW)
NORMED = np.array([feature.normed for feature in VIEW])
