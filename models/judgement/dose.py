"""Does the score follow the strain? The same persons and the same noise at rising severity of each pathway."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.artefact import Artefact
from models.cohorts.cohort import Look, Row, Seen, assemble, look
from models.cohorts.plan import SEEDS_APART, USUAL_SET, Walk
from models.judgement.statistics import with_intervals
from models.reading import known, read
from models.risk import HEALTHY
from models.strain.demand import DemandParams
from models.strain.label import HealthyReference
from models.workers import pool
from sensor.samples import HIPS, KNEES, FloatArray, Side
from sensor.simulation import WalkSpec
from sensor.simulation.pathways import PATHWAYS

MAIN = "antalgic_knee"
SEEDS = 3_000_000_000  # persons of this look are in no cohort
RISES = 0.25  # healthy SDs of the label's median; less is no rise of the demand


@dataclass(frozen=True, slots=True)
class DoseParams:
    """Who walks, and how severely affected."""

    persons: int = 50  # of the main pathway
    persons_of_others: int = 8
    severities: tuple[float, ...] = (0.0, 0.3, 0.6, 0.9)
    duration_s: float = 100.0
    seed: int = 1


def dose(
    model: Artefact,
    reference: HealthyReference,
    params: DoseParams,
    jobs: int,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Median margin and score by pathway and severity.

    Returns
    -------
    dict
        Per pathway, by severity: ``margin`` (median of the hidden strain), ``score`` (median where the model spoke),
        their intervals over resampled persons ``margin95`` and ``score95``, ``abstained`` (shares); ``persons``, and
        whether the label's ``demand_rises`` from first to last severity.
    """
    names = [name for name in PATHWAYS if name != HEALTHY]
    walks = [walk for name in names for walk in _walks(name, params)]
    with pool(jobs) as workers:
        seen: list[Seen] = []
        for one in workers.imap(look, [Look(walk, DemandParams()) for walk in walks], chunksize=4):
            seen.append(one)
            if progress is not None:
                progress(len(seen), len(walks))
    return {
        "severities": list(params.severities),
        "pathways": {
            name: _of([one for one in seen if one.spec.pathway == name], model, reference, params) for name in names
        },
    }


def _walks(pathway: str, params: DoseParams) -> list[Walk]:
    count = params.persons if pathway == MAIN else params.persons_of_others
    base = WalkSpec(pathway=pathway, duration_s=params.duration_s, placements=(*KNEES, *HIPS))
    return [
        Walk(
            replace(
                base, severity=severity, seed=SEEDS + params.seed * SEEDS_APART + person, side=list(Side)[person % 2]
            ),
            (USUAL_SET,),
        )
        for severity in params.severities
        for person in range(count)
    ]


def _of(seen: Sequence[Seen], model: Artefact, reference: HealthyReference, params: DoseParams) -> dict[str, Any]:
    margins, scores, silent = [], [], []
    for severity in params.severities:
        walks = [one for one in seen if one.spec.severity == severity]
        margins.append(_median(assemble(walks, reference).margin))
        said = [_score(one.rows[0], model) for one in walks]
        spoken = [score for score in said if score is not None]
        scores.append(_median(np.array(spoken)) if spoken else None)
        silent.append(1.0 - len(spoken) / len(said))
    return {
        "persons": len(seen) // len(params.severities),
        "margin": [one[0] for one in margins],
        "margin95": [one[1:] for one in margins],
        "score": [one and one[0] for one in scores],
        "score95": [one and one[1:] for one in scores],
        "abstained": silent,
        "demand_rises": margins[-1][0] - margins[0][0] >= RISES,
    }


def _median(values: FloatArray) -> list[float]:
    """Median of one value a person, and its interval."""
    found = with_intervals(range(len(values)), lambda rows: {"median": float(np.median(values[rows]))})
    median: list[float] = found["median"]
    return median


def _score(row: Row, model: Artefact) -> float | None:
    found = known(row.features, model)
    return read(found.values, row.views, model).score if row.usable and not found.silence else None
