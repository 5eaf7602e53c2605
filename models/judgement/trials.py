"""How the trained model does where it is hardest: another generator, lost samples, clocks that disagree, rising dose.

Nothing here teaches: the model is finished, the persons are others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from models.artefact import Artefact
from models.cohorts.cohort import Cohort, build
from models.cohorts.plan import USUAL_SET, CohortParams
from models.judgement.dose import DoseParams, dose
from models.judgement.evaluation import BASELINES, rival
from models.judgement.figures import figures, part
from models.judgement.judging import Judged, cross_judged, judge
from models.judgement.statistics import area, with_intervals
from models.learning.training import TrainingParams
from sensor import second_simulation
from sensor.samples import BoolArray, FloatArray, IntArray
from sensor.simulation import SimulatedWalk, WalkSpec

Progress = Callable[[str, int, int], None]
CONDITIONS = {  # share of samples lost, spread of clock offsets in s
    "as it should be": (0.0, 0.0),
    "3 % of the samples lost": (0.03, 0.0),
    "clocks 10 ms apart (SD)": (0.0, 0.010),
}


@dataclass(frozen=True, slots=True)
class TrialParams:
    """How many other persons."""

    second_persons: int = 120  # of 40 an AUC is known to 0.08 only; docs/risk-model.md
    condition_persons: int = 20
    dose: DoseParams = field(default_factory=DoseParams)
    seed_step: int = 60  # other persons than those of the training seed; those 50 farther helped to choose


def trials(
    model: Artefact,
    cohort: Cohort,
    made: CohortParams,
    training: TrainingParams,
    params: TrialParams,
    jobs: int,
    progress: Progress,
) -> dict[str, Any]:
    """Figures of all trials; ``cohort`` is the one the model learned from, for its limit and for the baselines."""
    if cohort.reference is None:
        raise ValueError("trials are simulated; the model learned from recordings")
    fresh = replace(made, seed=made.seed + params.seed_step)
    other = second_cohort(replace(fresh, persons=params.second_persons), jobs, progress)
    conditions = {}
    for name, (loss, offset_s) in CONDITIONS.items():
        worse = replace(fresh, persons=params.condition_persons, only_sets=(USUAL_SET,))
        worse = replace(worse, only_loss=loss, only_clock_offset_s=offset_s)
        walked = build(worse, jobs, _telling(progress, f"Walks, {name}"), cohort.reference)
        conditions[name] = part(walked, judge(model, walked), np.ones(len(walked), dtype=bool))
    followed = dose(model, cohort.reference, params.dose, jobs, _telling(progress, "Walks of rising dose"))
    return {"second_generator": second(model, cohort, other, training), "conditions": conditions, "dose": followed}


def second_cohort(params: CohortParams, jobs: int, progress: Progress) -> Cohort:
    """Walks of the second generator with a healthy limit of their own; it knows no mixtures, rests or expressions."""
    plain = replace(params, mixed_share=0.0, atypical_share=0.0, rest_share=0.0)
    return build(plain, jobs, _telling(progress, "Walks of the second generator"), simulator=second_walk)


def second_walk(spec: WalkSpec) -> SimulatedWalk:
    """A walk by the second generator, at its own rate."""
    return second_simulation.simulate(replace(spec, rate_hz=second_simulation.RATE_HZ))


def second(model: Artefact, cohort: Cohort, other: Cohort, training: TrainingParams) -> dict[str, Any]:
    """Figures on walks of another generator, with baselines that learned where the model did.

    ``taught_there``: what the same procedure reaches on persons not seen when these walks teach it; no more can be
    asked of a model that was taught elsewhere.
    """
    judged = judge(model, other)
    found = figures(other, judged, {name: rival(name, cohort, other, training) for name in BASELINES})
    there = part(other, cross_judged(other, training), other.main)
    return found | {"abstaining": abstaining(other, judged), "taught_there": there}


def abstaining(cohort: Cohort, judged: Judged) -> dict[str, Any]:
    """Whether the walks about which the model is silent are those about which it would be wrong."""
    usable = cohort.main & (cohort.usable > 0)
    found = {}
    for name, keep in (("spoke", usable & judged.spoke), ("silent", usable & ~judged.spoke)):
        label, score, covered = cohort.exceeds[keep], judged.score[keep], judged.covered[keep]

        def of(
            rows: IntArray, label: FloatArray = label, score: FloatArray = score, covered: BoolArray = covered
        ) -> Any:
            return {
                "brier": float(np.mean((score[rows] - label[rows]) ** 2)),
                "interval_coverage": float(covered[rows].mean()),
                "auc": area(label[rows], score[rows]),
            }

        if keep.any():
            found[name] = {"walks": int(keep.sum()), **with_intervals(cohort.rows(keep).person, of)}
    return found


def _telling(progress: Progress, words: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(words, done, total)
