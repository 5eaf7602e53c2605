"""What the scores of a set's trials add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.confidences import RIGHT_S, bands
from benchmarks.references import FIRST_TARGETS, RAISED_TARGETS, REFERENCES, Reference, Target
from benchmarks.scoring import EventScore, pooled, spread
from benchmarks.trial_score import ANGLES, TrialScore
from pipeline.result import EventKind
from sensor.samples import Side


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of one set: what it is, what was reached, over how many, and how wrong its reference may be."""

    key: str
    label: str
    value: float
    unit: str  # empty, ms, points or deg
    n: int
    counted: str  # what n counts, singular
    reference_error: str = ""
    first_target: Target | None = None
    raised_target: Target | None = None


@dataclass(frozen=True, slots=True)
class SetSummary:
    """All numbers of one set."""

    name: str
    reference: Reference
    trials: int
    subjects: int
    verdicts: tuple[tuple[str, int], ...]
    seconds: float
    quantities: tuple[Quantity, ...]
    failures: tuple[str, ...]

    def __getitem__(self, key: str) -> Quantity:
        return next(quantity for quantity in self.quantities if quantity.key == key)


def summarise(set_name: str, scores: Sequence[TrialScore]) -> SetSummary:
    """Pool the trials of one set. A quantity that a target asks for is listed even if nothing could be counted."""
    done = [score for score in scores if not score.failure]
    reference = REFERENCES[set_name]
    rows = [
        *(replace(row, reference_error=reference.event_error) for row in [*_events(done), *_strides(done)]),
        *(replace(row, reference_error=reference.asymmetry_error) for row in _asymmetries(done)),
        *(replace(row, reference_error=reference.pelvis_error) for row in _pelvis(done)),
        *(replace(row, reference_error=reference.knee_error) for row in _knees(done)),
    ]
    judged = [_with_targets(set_name, row) for row in rows]
    return SetSummary(
        name=set_name,
        reference=reference,
        trials=len(scores),
        subjects=len({score.subject for score in scores}),
        verdicts=tuple(sorted(Counter(score.verdict or "failed" for score in scores).items())),
        seconds=sum(score.seconds for score in scores),
        quantities=tuple(row for row in judged if row.n or row.first_target or row.raised_target),
        failures=tuple(f"{score.trial}: {score.failure}" for score in scores if score.failure),
    )


def mean_abs(values: Iterable[float]) -> float:
    """Mean absolute value of those that are known; NaN without any."""
    known = _known(values)
    return float(np.abs(known).mean()) if known.size else float("nan")


def _events(scores: Sequence[TrialScore]) -> list[Quantity]:
    ignored = pooled(s.initial_sides_ignored for s in scores)
    right = sum(s.initial_right_side for s in scores)
    found = ignored.matched + ignored.missed
    accuracy = right / ignored.matched if ignored.matched else float("nan")
    stray = sum(s.standing_events for s in scores)
    judged = sum(s.initial.matched + s.initial.missed > 0 for s in scores)
    return [
        *_kind("IC", pooled(s.initial for s in scores)),
        Quantity("ic_f1_sides_ignored", "IC F1, sides ignored", ignored.f1, "", found, "event"),
        Quantity("side_accuracy", "IC side accuracy", accuracy, "", ignored.matched, "found event"),
        *_kind("FC", pooled(s.final for s in scores)),
        *(row for kind in EventKind for row in _confidence(kind, scores)),
        Quantity("standing_events", "events outside the walk", float(stray), "", judged, "trial"),
        *_other_reference(pooled(s.between_references for s in scores)),
    ]


def _kind(name: str, score: EventScore) -> list[Quantity]:
    error, count, key = spread(score.error_s), score.matched + score.missed, name.lower()
    return [
        Quantity(f"{key}_precision", f"{name} precision", score.precision, "", count, "event"),
        Quantity(f"{key}_recall", f"{name} recall", score.recall, "", count, "event"),
        Quantity(f"{key}_f1", f"{name} F1", score.f1, "", count, "event"),
        Quantity(f"{key}_median_ms", f"{name} error, median", 1e3 * error.median, "ms", error.n, "found event"),
        Quantity(f"{key}_mad_ms", f"{name} error, MAD", 1e3 * error.mad, "ms", error.n, "found event"),
        Quantity(f"{key}_p95_ms", f"{name} error size, 95th pct.", 1e3 * error.p95_abs, "ms", error.n, "found event"),
    ]


def _confidence(kind: EventKind, scores: Sequence[TrialScore]) -> list[Quantity]:
    found = bands(event for s in scores for event in s.judged.get(kind, ()))
    within = f"within {1e3 * RIGHT_S:.0f} ms"
    return [
        Quantity(
            f"{kind.value.lower()}_{band.name}_right", f"{kind.value} of {band.name} confidence, {within}", band.right,
            "", band.n, "detection",
        )
        for band in found
    ]  # fmt: skip


def _other_reference(score: EventScore) -> list[Quantity]:
    error, label = spread(score.error_s), "IC of the set's other reference"
    return [
        Quantity("other_median_ms", f"{label}, median", 1e3 * error.median, "ms", error.n, "shared event"),
        Quantity("other_p95_ms", f"{label}, size, 95th pct.", 1e3 * error.p95_abs, "ms", error.n, "shared event"),
    ]


def _strides(scores: Sequence[TrialScore]) -> list[Quantity]:
    error = spread([e for s in scores for e in s.stride_error_s])
    label = "stride time error size"
    return [
        Quantity("stride_mean_ms", f"{label}, mean", 1e3 * error.mean_abs, "ms", error.n, "stride"),
        Quantity("stride_median_ms", f"{label}, median", 1e3 * error.median_abs, "ms", error.n, "stride"),
    ]


def _asymmetries(scores: Sequence[TrialScore]) -> list[Quantity]:
    rows = [
        *_asymmetry("stance", "stance asymmetry error", [s.stance_error_points for s in scores]),
        *_asymmetry("step", "step asymmetry error", [s.step_error_points for s in scores]),
    ]
    # stiff_knee_left keeps the final contacts of the unmodified motion: its own stance truth is up to 50 ms off
    stiff = [s for s in scores if s.condition == "stiff_knee_left"]
    if stiff:
        rest = [s.stance_error_points for s in scores if s not in stiff]
        unequal = [s.stance_error_points for s in scores if s.condition == "unequal_impact"]
        rows += _asymmetry("stance_but_stiff_knee", "stance asymmetry error, without stiff_knee_left", rest)
        rows += _asymmetry("stance_unequal_impact", "stance asymmetry error, unequal_impact alone", unequal)
    # pp01's leg pauses before it lands, the one walk here on which a plain detector is far off
    for score in scores:
        if (score.set_name, score.trial) == ("moving_reality", "pp01"):
            for name, error in (("stance", score.stance_error_points), ("step", score.step_error_points)):
                rows.append(
                    Quantity(f"{name}_pp01_points", f"{name} asymmetry error, pp01", error, "points", 1, "trial")
                )
    return rows


def _asymmetry(key: str, label: str, errors: Sequence[float]) -> list[Quantity]:
    known = _known(errors)
    worst = float(np.abs(known).max()) if known.size else float("nan")
    values = (("mean", mean_abs(known)), ("worst", worst))
    return [Quantity(f"{key}_{how}_points", f"{label}, {how}", v, "points", known.size, "trial") for how, v in values]


def _pelvis(scores: Sequence[TrialScore]) -> list[Quantity]:
    roms = {name: [e for s in scores for e in s.rom_error_deg.get(name, ())] for name in ANGLES}
    drops = [s.drop_difference_error_deg for s in scores]
    inclined, turned = [s.inclination_rms_deg for s in scores], [s.orientation_rms_deg for s in scores]
    return [
        *(_angle(f"{name}_rom_deg", f"pelvis {name} ROM error", errors, "stride") for name, errors in roms.items()),
        _angle("drop_difference_deg", "pelvic drop difference error", drops),
        _angle("pelvis_inclination_deg", "pelvis tilt and obliquity together, RMS", inclined),
        _angle("pelvis_orientation_deg", "pelvis orientation, RMS", turned),
    ]


def _knees(scores: Sequence[TrialScore]) -> list[Quantity]:
    known = {side: [s.knee_rms_deg.get(side, np.nan) for s in scores] for side in Side}
    return [_angle(f"knee_{side}_deg", f"knee flexion {side}, RMS", errors) for side, errors in known.items()]


def _angle(key: str, label: str, errors: Sequence[float], counted: str = "trial") -> Quantity:
    return Quantity(key, label, mean_abs(errors), "deg", _known(errors).size, counted)


def _known(values: Iterable[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    array = np.fromiter(values, dtype=np.float64)
    return array[np.isfinite(array)]


def _with_targets(set_name: str, row: Quantity) -> Quantity:
    first, raised = FIRST_TARGETS.get(set_name, {}), RAISED_TARGETS.get(set_name, {})
    return replace(row, first_target=first.get(row.key), raised_target=raised.get(row.key))
