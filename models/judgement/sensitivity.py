"""How much the label moves when its assumptions do.

The label rests on recalled body tables and chosen weights. Here the same simulated walks are labelled again under other
ones, each with a healthy reference of its own. The spread of the margins is how uncertain the label itself is; the
model's interval never claims to be sharper (:attr:`models.artefact.Artefact.blur`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.judgement.statistics import rank_correlation, with_intervals
from models.strain.demand import DemandParams, Demands, LumbarUnits, demands
from models.strain.hip_load import BodyShares
from models.strain.label import fit_reference, strain
from models.workers import pool
from sensor.samples import FloatArray, IntArray, Placement, Side
from sensor.simulation import STRAIGHT, WalkSpec, simulate
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.streams import stream

SEEDS = 2_000_000_000  # persons of this analysis are in no cohort
SPEEDS_M_S = (0.45, 1.75)
DURATION_S = 35.0

USED = "as used"
SOURCES: Mapping[str, Mapping[str, DemandParams]] = {
    "strength of the piriformis": {
        "1030 N, as in the newer model": DemandParams(strength={"piriformis": 1030.0 / 444.0}),
    },
    "path of the piriformis": {
        "origin 5 mm lower": DemandParams(piriformis_shift_m=(0.0, -0.005, 0.0)),
        "origin 5 mm backward": DemandParams(piriformis_shift_m=(-0.005, 0.0, 0.0)),
    },
    "body masses": {
        "trunk 10 % heavier": DemandParams(shares=BodyShares(upper_mass=0.590, pelvis_mass=0.156)),
    },
    "weight of lengthening": {
        "not counted": DemandParams(eccentric_s=0.0),
        "counted double": DemandParams(eccentric_s=0.4),
    },
    "strength and body mass": {
        "strength grows as mass": DemandParams(strength_mass_power=1.0),
    },
    "gluteal loss": {
        "half of it": DemandParams(gluteal_loss={"abductor_weakness": 0.2}),
    },
    "shortening": {
        "half of it": DemandParams(shortening={"piriformis": 0.1}),
    },
    "weights of the lumbar terms": {
        "bending first": DemandParams(lumbar=LumbarUnits(weights=(0.5, 0.2, 0.2, 0.1))),
        "torsion first": DemandParams(lumbar=LumbarUnits(weights=(0.2, 0.4, 0.3, 0.1))),
        "lean alone": DemandParams(lumbar=LumbarUnits(weights=(0.0, 0.0, 1.0, 0.0))),
    },
}
VARIANTS: Mapping[str, DemandParams] = {USED: DemandParams()} | {
    f"{source}: {variant}": params for source, variants in SOURCES.items() for variant, params in variants.items()
}


@dataclass(frozen=True, slots=True)
class SensitivityParams:
    """Size of the analysis."""

    reference_persons: int = 80
    persons: int = 14
    seed: int = 1


def sensitivity(
    params: SensitivityParams, jobs: int = 2, progress: Callable[[int, int], None] | None = None
) -> Mapping[str, Any]:
    """Label the same walks under every variant.

    Returns
    -------
    mapping
        ``blur``: how far the margin moves if every source moves independently, healthy SDs: the root of the summed
        squares of each source's mean; ``variants``: per variant the SD of the move, the rank correlation with the
        margins as used, and the share of walks whose label changes, each ``[value, low, high]`` with its interval over
        resampled persons.
    """
    specs = _reference_specs(params) + _patient_specs(params)
    with pool(jobs) as workers:
        found = []
        for count, one in enumerate(workers.imap(_all_variants, specs, chunksize=2), start=1):
            found.append(one)
            if progress is not None:
                progress(count, len(specs))
    healthy, patients = found[: params.reference_persons], found[params.reference_persons :]
    person = [number // len(PATHWAYS) for number, one in enumerate(patients) if one]
    margins = {}
    for name in VARIANTS:
        reference = fit_reference([one[name] for one in healthy if one])
        margins[name] = np.array([strain(one[name], reference).margin for one in patients if one])
    used = margins[USED]
    table = {name: _moves(margin, used, person) for name, margin in margins.items() if name != USED}
    return {
        "walks": len(used),
        "strained_share": float((used > 0).mean()),
        "blur": _blur(table),
        "variants": table,
    }


def _moves(margin: FloatArray, used: FloatArray, person: list[int]) -> dict[str, Any]:
    def of(rows: IntArray) -> dict[str, float]:
        now, before = margin[rows], used[rows]
        return {
            "margin_sd": float(np.std(now - before)),
            "rank_correlation": rank_correlation(now, before),
            "changed_labels_share": float(np.mean((now > 0) != (before > 0))),
        }

    return with_intervals(person, of)


def _blur(table: Mapping[str, Mapping[str, Any]]) -> float:
    squares = [
        np.mean([table[f"{source}: {variant}"]["margin_sd"][0] ** 2 for variant in variants])
        for source, variants in SOURCES.items()
    ]
    return float(np.sqrt(np.sum(squares)))


def _reference_specs(params: SensitivityParams) -> list[WalkSpec]:
    return [
        _spec(params, i, speed_m_s=float(stream(params.seed, f"sensitivity {i}").uniform(*SPEEDS_M_S)))
        for i in range(params.reference_persons)
    ]


def _patient_specs(params: SensitivityParams) -> list[WalkSpec]:
    specs = []
    for i in range(params.persons):
        for pathway in PATHWAYS:
            draw = stream(params.seed, f"sensitivity {pathway} {i}")
            side = Side.LEFT if draw.random() < 0.5 else Side.RIGHT
            base = _spec(params, params.reference_persons + i)
            specs.append(replace(base, pathway=pathway, side=side, severity=float(draw.random())))
    return specs


def _spec(params: SensitivityParams, number: int, speed_m_s: float | None = None) -> WalkSpec:
    return WalkSpec(
        seed=SEEDS + params.seed * 100_003 + number,
        speed_m_s=speed_m_s,
        duration_s=DURATION_S,
        walkway_m=STRAIGHT,
        placements=(Placement.SACRUM,),
    )


def _all_variants(spec: WalkSpec) -> Mapping[str, Demands] | None:
    walk = simulate(spec)
    found = {name: demands(walk, params) for name, params in VARIANTS.items()}
    whole = {name: one for name, one in found.items() if one is not None}
    return whole if len(whole) == len(VARIANTS) else None
