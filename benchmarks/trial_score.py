"""One trial's result against its reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from benchmarks import motion_capture
from benchmarks.confidences import Judged, judged
from benchmarks.references import REFERENCES
from benchmarks.scoring import (
    TOLERANCE_S,
    EventScore,
    drop_difference_deg,
    during_walks,
    inside,
    pooled,
    rom_errors_deg,
    score_events,
    score_events_sides_ignored,
    stance_asymmetry_pct,
    step_asymmetry_pct,
    stride_time_errors_s,
    walking_periods,
)
from benchmarks.sets import Trial, second_reference, truth
from pipeline.result import EventKind, Interval, SessionResult
from sensor.recording import RecordingTable
from sensor.samples import FloatArray, Side

ANGLES = ("tilt", "obliquity", "rotation")
STANDING_MARGIN_S = 1.5  # references start late and stop early by about a stride; beyond, nobody walks
NO_EVENTS = pooled(())
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class TrialScore:
    """Errors of one trial, detection minus reference; NaN or empty where the reference says nothing."""

    set_name: str
    trial: str
    subject: str
    condition: str
    seconds: float  # spent in reading and analysing
    verdict: str = ""  # empty: the analysis failed
    failure: str = ""
    initial: EventScore = NO_EVENTS
    final: EventScore = NO_EVENTS
    initial_sides_ignored: EventScore = NO_EVENTS
    initial_right_side: int = 0
    judged: Mapping[EventKind, tuple[Judged, ...]] = field(default_factory=dict)
    between_references: EventScore = NO_EVENTS  # initial contacts of a second reference against the first
    standing_events: int = 0
    stride_error_s: tuple[float, ...] = ()
    stance_error_points: float = NAN
    step_error_points: float = NAN
    rom_error_deg: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    drop_difference_error_deg: float = NAN
    knee_rms_deg: Mapping[Side, float] = field(default_factory=dict)
    inclination_rms_deg: float = NAN
    orientation_rms_deg: float = NAN


def score_trial(trial: Trial, table: RecordingTable, result: SessionResult, seconds: float) -> TrialScore:
    """Score the result of analysing a table against the trial's reference."""
    events, turns = result.events, trial.turns
    any_side, right_side = score_events_sides_ignored(trial.events, events, EventKind.IC, turns)
    stance, step = _asymmetry_errors(trial, result)
    angles = truth(trial)
    mocap = truth(trial, "mocap")
    return TrialScore(
        set_name=trial.set_name,
        trial=trial.name,
        subject=trial.subject,
        condition=trial.condition,
        seconds=seconds,
        verdict=result.quality.verdict.value,
        initial=score_events(trial.events, events, EventKind.IC, turns),
        final=score_events(trial.events, events, EventKind.FC, turns),
        initial_sides_ignored=any_side,
        initial_right_side=right_side,
        judged={kind: judged(trial.events, events, kind, turns) for kind in EventKind},
        between_references=score_events(trial.events, second_reference(trial), EventKind.IC, turns),
        standing_events=sum(not inside(event.time_s, _walk(trial)) for event in events) if trial.events else 0,
        stride_error_s=tuple(stride_time_errors_s(trial.events, events, turns)),
        stance_error_points=stance,
        step_error_points=step,
        rom_error_deg=_rom_errors(trial, result, angles),
        drop_difference_error_deg=_drop_error(trial, result),
        knee_rms_deg=_knee_errors(result, angles) or motion_capture.knee_errors_deg(result.knee_series, mocap),
        inclination_rms_deg=motion_capture.inclination_rms_deg(result.pelvis_series, mocap),
        orientation_rms_deg=motion_capture.pelvis_orientation_rms_deg(table, mocap),
    )


def _walk(trial: Trial) -> list[Interval]:
    start, end = trial.number("walk_start_s"), trial.number("walk_end_s")
    if np.isfinite([start, end]).all():
        return [(start - TOLERANCE_S, end + TOLERANCE_S)]
    return [(first - STANDING_MARGIN_S, last + STANDING_MARGIN_S) for first, last in walking_periods(trial.events)]


def _asymmetry_errors(trial: Trial, result: SessionResult) -> tuple[float, float]:
    reference = REFERENCES[trial.set_name]
    if not reference.asymmetry_error:
        return NAN, NAN
    detected = during_walks(result.events, trial.events)
    errors = []
    for column, asymmetry in (("stance_asym_pct", stance_asymmetry_pct), ("step_asym_pct", step_asymmetry_pct)):
        stated = trial.number(column)
        known = stated if np.isfinite(stated) else asymmetry(trial.events, trial.turns, reference.trim)
        errors.append(asymmetry(detected, trial.turns, reference.trim) - known)
    return errors[0], errors[1]


def _pelvis(result: SessionResult) -> dict[str, FloatArray]:
    series = result.pelvis_series
    return {"tilt": series.tilt_deg, "obliquity": series.obliquity_deg, "rotation": series.rotation_deg}


def _rom_errors(trial: Trial, result: SessionResult, angles: Mapping[str, FloatArray]) -> dict[str, tuple[float, ...]]:
    known = {name: angles[f"{name}_deg"] for name in ANGLES if f"{name}_deg" in angles}
    if not known:
        return {}
    errors = rom_errors_deg(angles["time_s"], known, result.pelvis_series.time_s, _pelvis(result), trial.events)
    return {name: tuple(error.tolist()) for name, error in errors.items()}


def _drop_error(trial: Trial, result: SessionResult) -> float:
    series = result.pelvis_series
    known = trial.number("drop_in_left_stance_deg") - trial.number("drop_in_right_stance_deg")
    return drop_difference_deg(series.time_s, series.obliquity_deg, trial.events) - known


def _knee_errors(result: SessionResult, angles: Mapping[str, FloatArray]) -> dict[Side, float]:
    known = {side: angles[f"knee_flexion_{side}_deg"] for side in Side if f"knee_flexion_{side}_deg" in angles}
    return {
        side: motion_capture.knee_rms_deg(result.knee_series, side, angles["time_s"], flexion_deg)
        for side, flexion_deg in known.items()
    }
