"""The simulated cohort: persons, what ails them, how they are measured; one row per person and walk.

A person is a seed; every walk of a person stays on one side of any split. Each walk is analysed with the sensors that
were worn, so that what is missing in practice is missing in training. Healthy reference walks, from which the limit of
the strain is learned, are other persons.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.demand import DemandParams, Demands, demands
from models.enough import LEAST_STRIDES, valid_strides
from models.features import NAMES, features
from models.label import HealthyReference, fit_reference, reference_of, strain
from models.workers import pool
from pipeline.result import Verdict
from pipeline.session import analyze_table
from sensor.recording import RecordingTable
from sensor.samples import HIPS, KNEES, THIGHS, BoolArray, FloatArray, Placement, Side
from sensor.simulation import STRAIGHT, WalkSpec, simulate
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.streams import stream

HEALTHY = "healthy"
LEAST_SEVERITY = 0.15  # below it a pathway shows nothing: the walk counts as healthy
SEEDS_APART = 100_003  # cohorts of different seeds share no person
REFERENCE_SEEDS = 1_000_000_000  # reference persons are never persons of a cohort

SENSOR_SETS: dict[str, tuple[Placement, ...]] = {
    "knees and hips": (*KNEES, *HIPS),
    "knees": KNEES,
    "knees and sacrum": (*KNEES, Placement.SACRUM),
    "knees, thighs and hips": (*KNEES, *THIGHS, *HIPS),
}
USUAL_SET = "knees and hips"
_NUMBERS = ("features", "usable", "margin", "v_star", "severity")
_TEXTS = ("person", "pathway", "condition", "sensors", "kind")
IntArray = NDArray[np.int64]
Progress = Callable[[int, int], None]
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class CohortParams:
    """How the cohort is made. Shares and ranges are design choices, not prevalence."""

    persons: int = 120
    reference_persons: int = 400
    always: tuple[str, ...] = (HEALTHY, "antalgic_knee", "abductor_weakness")  # every person walks these
    others_each: int = 2  # and so many of the others; most of those have little mechanical strain
    seed: int = 1
    duration_s: tuple[float, float] = (85.0, 125.0)
    losses: tuple[float, ...] = (0.0, 0.0, 0.0, 0.01, 0.03)
    noises: tuple[str, ...] = ("typical", "typical", "any_mounting", "poor")
    walkways_m: tuple[float, ...] = (12.0, 20.0, 30.0)
    reference_speed_m_s: tuple[float, float] = (0.45, 1.75)
    demand: DemandParams = field(default_factory=DemandParams)


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Rows of features with what is hidden behind them. Arrays of length n, features (n, k)."""

    features: FloatArray
    usable: FloatArray  # 1 where the analysis gives enough valid strides
    margin: FloatArray  # hidden strain beyond the limit, healthy SDs
    v_star: FloatArray  # true dimensionless speed
    severity: FloatArray
    person: tuple[int, ...]
    pathway: tuple[str, ...]  # as shown: healthy below the least severity
    condition: tuple[str, ...]  # noise configuration, the second grouping
    sensors: tuple[str, ...]
    kind: tuple[str, ...]  # of the largest demand
    reference: HealthyReference

    def __len__(self) -> int:
        return len(self.margin)

    @property
    def exceeds(self) -> FloatArray:
        """The label, 0 or 1."""
        return (self.margin > 0.0).astype(float)

    def rows(self, keep: BoolArray | IntArray) -> Cohort:
        """The rows where ``keep`` is true, or of the given indices."""
        index = np.arange(len(self))[keep]
        return _gathered(
            {name: [getattr(self, name)[i] for i in index] for name in (*_NUMBERS, *_TEXTS)}, self.reference
        )

    @property
    def sha256(self) -> str:
        """Hash of everything that training sees."""
        digest = hashlib.sha256()
        for array in (self.features, self.usable, self.margin, np.array(self.person)):
            digest.update(np.ascontiguousarray(np.round(array, 6)).tobytes())
        digest.update(json.dumps([self.pathway, self.condition, self.sensors]).encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Walk:
    """One walk to simulate, and the sensor sets to analyse it with."""

    spec: WalkSpec
    sets: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    spec: WalkSpec
    demands: Demands | None
    rows: tuple[tuple[str, FloatArray, bool], ...]  # sensor set, features, usable


def plan(params: CohortParams) -> tuple[_Walk, ...]:
    """Every walk of the cohort: each person healthy and along a few pathways, under conditions of their own."""
    return tuple(walk for person in range(params.persons) for walk in _of_person(person, params))


def build(
    params: CohortParams, jobs: int = 2, progress: Progress | None = None, reference: HealthyReference | None = None
) -> Cohort:
    """Simulate and analyse the cohort on ``jobs`` processes; equal parameters give equal rows, however many.

    Without a ``reference`` one is learned from the reference persons.
    """
    walks = plan(params)
    healthy_walks = [] if reference else [(index, params) for index in range(params.reference_persons)]
    total = len(walks) + len(healthy_walks)
    with pool(jobs) as workers:
        healthy = list(_told(workers.imap(_reference_walk, healthy_walks, chunksize=8), progress, 0, total))
        todo = [(walk, params.demand) for walk in walks]
        seen = list(_told(workers.imap(_look, todo, chunksize=4), progress, len(healthy), total))
    return assemble(seen, reference or fit_reference([d for d in healthy if d is not None]))


def assemble(seen: Sequence[_Seen], reference: HealthyReference) -> Cohort:
    """Rows from looked-at walks; walks without enough true strides have no label and are left out."""
    rows: list[dict[str, Any]] = []
    for walk in seen:
        if walk.demands is None:
            continue
        hidden, spec = strain(walk.demands, reference), walk.spec
        shared = {
            "margin": hidden.margin,
            "v_star": walk.demands.v_star,
            "severity": spec.severity,
            "person": spec.seed,
            "pathway": spec.pathway if spec.severity >= LEAST_SEVERITY else HEALTHY,
            "condition": spec.noise,
            "kind": hidden.kind,
        }
        rows += [shared | {"sensors": name, "features": values, "usable": usable} for name, values, usable in walk.rows]
    return _gathered({name: [row[name] for row in rows] for name in (*_NUMBERS, *_TEXTS)}, reference)


def save(cohort: Cohort, path: Path) -> None:
    """Keep a cohort as npz; no pickles."""
    columns: dict[str, Any] = {name: np.array(getattr(cohort, name)) for name in (*_NUMBERS, *_TEXTS)}
    reference = json.dumps(asdict(cohort.reference))
    with path.open("wb") as file:
        np.savez_compressed(file, names=np.array(NAMES), reference=np.array(reference), **columns)


def load(path: Path) -> Cohort:
    """Read a kept cohort.

    Raises
    ------
    ValueError
        The cohort was made with other features.
    """
    with np.load(path, allow_pickle=False) as kept:
        if tuple(kept["names"].tolist()) != NAMES:
            raise ValueError(f"{path}: the cohort was made with other features; make it again")
        reference = json.loads(str(kept["reference"]))
        columns = {name: kept[name].tolist() for name in (*_NUMBERS, *_TEXTS)}
    return _gathered(columns, reference_of(reference))


def _gathered(columns: Mapping[str, Sequence[Any]], reference: HealthyReference) -> Cohort:
    numbers: dict[str, Any] = {name: np.array(columns[name], dtype=np.float64) for name in _NUMBERS}
    texts: dict[str, Any] = {name: tuple(columns[name]) for name in _TEXTS}
    return Cohort(**numbers, **texts, reference=reference)


def seen_by_sensors(table: RecordingTable) -> tuple[FloatArray, bool]:
    """Features of a recording, and whether the analysis rests on enough valid strides of both sides."""
    result = analyze_table(table)
    enough = min(valid_strides(result).values()) >= LEAST_STRIDES and result.quality.verdict is not Verdict.INVALID
    return features(result, table.person), enough


def _of_person(person: int, params: CohortParams) -> Iterator[_Walk]:
    seed = params.seed * SEEDS_APART + person
    others = [name for name in PATHWAYS if name not in params.always]
    turn = stream(seed, "cohort pathways").permutation(len(others))[: params.others_each]
    for pathway in (*params.always, *(others[i] for i in sorted(turn.tolist()))):
        draw = stream(seed, f"cohort {pathway}")
        fewer = [name for name in SENSOR_SETS if name != USUAL_SET]
        extra = fewer[int(draw.integers(len(fewer)))]
        spec = WalkSpec(
            pathway=pathway,
            side=Side.LEFT if draw.random() < 0.5 else Side.RIGHT,
            severity=0.0 if pathway == HEALTHY else round(float(draw.uniform(0.0, 1.0)), 3),
            duration_s=round(float(draw.uniform(*params.duration_s))),
            seed=seed,
            loss=params.losses[int(draw.integers(len(params.losses)))],
            noise=params.noises[int(draw.integers(len(params.noises)))],
            walkway_m=params.walkways_m[int(draw.integers(len(params.walkways_m)))],
        )
        sets = (USUAL_SET, extra)
        needed = {placement for name in sets for placement in SENSOR_SETS[name]}
        yield _Walk(replace(spec, placements=tuple(p for p in Placement if p in needed)), sets)


def _reference_walk(task: tuple[int, CohortParams]) -> Demands | None:
    index, params = task
    draw = stream(params.seed, f"reference {index}")
    spec = WalkSpec(
        seed=REFERENCE_SEEDS + params.seed * SEEDS_APART + index,
        speed_m_s=float(draw.uniform(*params.reference_speed_m_s)),
        duration_s=45.0,
        walkway_m=STRAIGHT,
        placements=(Placement.SACRUM,),
    )
    return demands(simulate(spec), params.demand)


def _look(task: tuple[_Walk, DemandParams]) -> _Seen:
    walk, params = task
    simulated = simulate(walk.spec)
    rows = []
    for name in walk.sets:
        values, usable = seen_by_sensors(_wearing(simulated.table, SENSOR_SETS[name]))
        rows.append((name, values, usable))
    return _Seen(walk.spec, demands(simulated, params), tuple(rows))


def _wearing(table: RecordingTable, placements: tuple[Placement, ...]) -> RecordingTable:
    return replace(
        table,
        acc_m_s2={p: table.acc_m_s2[p] for p in placements},
        gyr_rad_s={p: table.gyr_rad_s[p] for p in placements},
    )


def _told(results: Iterator[_Result], progress: Progress | None, done: int, total: int) -> Iterator[_Result]:
    for count, result in enumerate(results, start=done + 1):
        if progress is not None:
            progress(count, total)
        yield result
