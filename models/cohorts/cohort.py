"""The simulated cohort: one row per walk and set of sensors, with what is hidden behind it.

Each walk is analysed with the sensors that were worn, so that what is missing in practice is missing in training.
Healthy reference walks, from which the limit of the strain is learned, are other persons.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from models.cohorts.plan import SENSOR_SETS, USUAL_SET, CohortParams, Walk, plan, reference_spec
from models.enough import LEAST_STRIDES
from models.features import NAMES, features
from models.risk import HEALTHY
from models.strain.demand import DemandParams, Demands, demands
from models.strain.label import HealthyReference, fit_reference, reference_of, strain
from models.view import VIEW_NAMES, views
from models.workers import pool
from pipeline.result import SessionResult, Verdict
from pipeline.session import analyze_table
from pipeline.strides.values import valid_strides
from sensor.person import Person
from sensor.samples import BoolArray, FloatArray, IntArray
from sensor.simulation import SimulatedWalk, WalkSpec, simulate
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.summary import strides

LEAST_SEVERITY = 0.15  # below it a pathway shows nothing
LEAST_STOOP_DEG = 2.5  # how far the trunk must have come forward for a course to be seen, between deciles of strides
_NUMBERS = ("features", "views", "usable", "margin", "v_star", "severity", "age_years", "bmi", "loss", "walk")
_TEXTS = ("person", "pathway", "shown", "side", "condition", "sensors", "kind")
_ROW = ("sensors", "features", "views", "usable")
Progress = Callable[[int, int], None]
Simulator = Callable[[WalkSpec], SimulatedWalk]
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Rows of features with what is hidden behind them. Arrays of length n; features (n, k), views (n, 2, p)."""

    features: FloatArray
    views: FloatArray
    usable: FloatArray  # 1 where the analysis gives enough valid strides
    margin: FloatArray  # hidden strain beyond the limit, healthy SDs
    v_star: FloatArray  # true dimensionless speed
    severity: FloatArray
    age_years: FloatArray
    bmi: FloatArray
    loss: FloatArray
    walk: FloatArray  # number of the walk; several rows may be of one
    person: tuple[int | str, ...]
    pathway: tuple[str, ...]
    shown: tuple[str, ...]  # the pathway where there is something to see of it, and of nothing else; else ""
    side: tuple[str, ...]  # the affected one
    condition: tuple[str, ...]  # noise configuration, the second grouping
    sensors: tuple[str, ...]
    kind: tuple[str, ...]  # of the largest demand
    reference: HealthyReference | None

    def __len__(self) -> int:
        return len(self.margin)

    @property
    def exceeds(self) -> FloatArray:
        """The label, 0 or 1."""
        return (self.margin > 0.0).astype(float)

    def rows(self, keep: BoolArray | IntArray) -> Cohort:
        """The rows where ``keep`` is true, or of the given indices."""
        index = np.arange(len(self))[keep]
        numbers: dict[str, Any] = {name: getattr(self, name)[index] for name in _NUMBERS}
        texts: dict[str, Any] = {name: tuple(getattr(self, name)[i] for i in index) for name in _TEXTS}
        return Cohort(**numbers, **texts, reference=self.reference)

    @property
    def main(self) -> BoolArray:
        """Rows of which the main figures are: simulated, those with knee and hip sensors; of one's own, all."""
        return np.array([self.reference is None or name == USUAL_SET for name in self.sensors], dtype=bool)

    @property
    def sha256(self) -> str:
        """Hash of everything that training sees."""
        digest = hashlib.sha256()
        for array in (self.features, self.views, self.usable, self.margin, np.array(self.person)):
            whole = np.round(array, 6) if array.dtype.kind == "f" else array
            digest.update(np.ascontiguousarray(whole).tobytes())
        digest.update(json.dumps([self.shown, self.side, self.condition, self.sensors]).encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What one set of sensors shows of a walk."""

    sensors: str
    features: FloatArray
    views: FloatArray
    usable: bool


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One walk: what is hidden, and what each set of sensors shows. ``changed``: its course had begun.

    ``otherwise`` are the demands under other assumptions of the label, by name, where they were asked for.
    """

    spec: WalkSpec
    person: Person
    demands: Demands | None
    changed: bool
    rows: tuple[Row, ...]
    otherwise: Mapping[str, Demands] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One walk to simulate and to look at; picklable."""

    walk: Walk
    demand: DemandParams
    simulator: Simulator = simulate
    otherwise: Mapping[str, DemandParams] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """The walks of a cohort and the demands of its healthy reference walks; under other assumptions too, if asked."""

    seen: tuple[Seen, ...]
    healthy: tuple[Demands, ...]
    healthy_otherwise: Mapping[str, tuple[Demands, ...]]

    def cohort(self, reference: HealthyReference | None = None) -> Cohort:
        """The rows, with the label as it is used."""
        return assemble(self.seen, reference or fit_reference(self.healthy))

    def margins_otherwise(self) -> dict[str, FloatArray]:
        """Hidden strain of the same rows, labelled under each of the other assumptions with its own reference."""
        return {
            name: assemble(
                [replace(one, demands=one.otherwise.get(name)) for one in self.seen], fit_reference(healthy)
            ).margin
            for name, healthy in self.healthy_otherwise.items()
        }


def build(
    params: CohortParams,
    jobs: int = 2,
    progress: Progress | None = None,
    reference: HealthyReference | None = None,
    simulator: Simulator = simulate,
) -> Cohort:
    """Simulate and analyse the cohort on ``jobs`` processes; equal parameters give equal rows, however many.

    Without a ``reference`` one is learned from the reference persons. ``simulator`` must be a function of a module.
    """
    if reference is not None:
        params = replace(params, reference_persons=0)
    return look_at_all(params, jobs, progress, simulator).cohort(reference)


def look_at_all(
    params: CohortParams,
    jobs: int,
    progress: Progress | None = None,
    simulator: Simulator = simulate,
    otherwise: Mapping[str, DemandParams] | None = None,
) -> Looked:
    """Simulate and analyse all walks; ``otherwise``: other assumptions of the label under which to look, too."""
    others = otherwise or {}
    healthy_walks = [(index, params, simulator, others) for index in range(params.reference_persons)]
    walks = [Look(walk, params.demand, simulator, others) for walk in plan(params)]
    total = len(walks) + len(healthy_walks)
    with pool(jobs) as workers:
        found = list(_told(workers.imap(_reference_walk, healthy_walks, chunksize=8), progress, 0, total))
        seen = list(_told(workers.imap(look, walks, chunksize=2), progress, len(found), total))
    healthy = [one for one in found if one is not None]
    return Looked(
        tuple(seen),
        tuple(used for used, _ in healthy),
        {name: tuple(other[name] for _, other in healthy) for name in others},
    )


def assemble(seen: Sequence[Seen], reference: HealthyReference) -> Cohort:
    """Rows from looked-at walks; walks without enough true strides have no label and are left out."""
    rows: list[dict[str, Any]] = []
    for number, walk in enumerate(seen):
        if walk.demands is None:
            continue
        hidden, spec, person = strain(walk.demands, reference), walk.spec, walk.person
        shared = {
            "margin": hidden.margin,
            "v_star": walk.demands.v_star,
            "severity": spec.severity,
            "age_years": np.nan if person.age_years is None else person.age_years,
            "bmi": person.mass_kg / person.height_m**2 if person.mass_kg and person.height_m else np.nan,
            "loss": spec.loss,
            "walk": number,
            "person": spec.seed,
            "pathway": spec.pathway,
            "shown": _shown(spec, walk.changed),
            "side": str(spec.side),
            "condition": spec.noise,
            "kind": hidden.kind,
        }
        rows += [
            shared | {name: getattr(row, name) for name in ("sensors", "features", "views", "usable")}
            for row in walk.rows
        ]
    return gathered({name: [row[name] for row in rows] for name in (*_NUMBERS, *_TEXTS)}, reference)


def save(cohort: Cohort, path: Path) -> None:
    """Keep a cohort as npz; no pickles."""
    columns: dict[str, Any] = {name: np.array(getattr(cohort, name)) for name in (*_NUMBERS, *_TEXTS)}
    reference = json.dumps(asdict(cohort.reference) if cohort.reference else None)
    with path.open("wb") as file:
        np.savez_compressed(file, names=np.array((*NAMES, *VIEW_NAMES)), reference=np.array(reference), **columns)


def load(path: Path) -> Cohort:
    """Read a kept cohort.

    Raises
    ------
    ValueError
        The cohort was made with other features.
    """
    with np.load(path, allow_pickle=False) as kept:
        if tuple(kept["names"].tolist()) != (*NAMES, *VIEW_NAMES):
            raise ValueError(f"{path}: the cohort was made with other features; make it again")
        reference = json.loads(str(kept["reference"]))
        columns = {name: kept[name].tolist() for name in (*_NUMBERS, *_TEXTS)}
    return gathered(columns, reference_of(reference) if reference else None)


def gathered(columns: Mapping[str, Sequence[Any]], reference: HealthyReference | None) -> Cohort:
    """A cohort from its columns."""
    numbers: dict[str, Any] = {name: np.array(columns[name], dtype=np.float64) for name in _NUMBERS}
    texts: dict[str, Any] = {name: tuple(columns[name]) for name in _TEXTS}
    return Cohort(**numbers, **texts, reference=reference)


def row_of(result: SessionResult, person: Person, sensors: str) -> Row:
    """What an analysis shows, and whether it rests on enough valid strides of both sides."""
    enough = (
        min(valid_strides(result.strides).values()) >= LEAST_STRIDES and result.quality.verdict is not Verdict.INVALID
    )
    return Row(sensors, features(result, person), views(result, person), enough)


def look(task: Look) -> Seen:
    """Simulate a walk, compute what is hidden, and analyse it with each of its sets of sensors."""
    simulated = task.simulator(task.walk.spec)
    person = simulated.table.person
    rows = [row_of(analyze_table(simulated.table.only(SENSOR_SETS[name])), person, name) for name in task.walk.sets]
    used = demands(simulated, task.demand)
    others = _otherwise(simulated, task.otherwise) if used is not None else {}
    return Seen(task.walk.spec, person, used, _changed(simulated), tuple(rows), others)


def _otherwise(walk: SimulatedWalk, others: Mapping[str, DemandParams]) -> dict[str, Demands]:
    found = ((name, demands(walk, params)) for name, params in others.items())
    return {name: one for name, one in found if one is not None}


def _changed(walk: SimulatedWalk) -> bool:
    """Whether the trunk has come forward while walking, as it does when a claudication sets in."""
    truth = walk.truth
    straight = [s for s in strides(truth.events, truth.turns) if s.straight and s.next_ic_s < truth.time_s[-1]]
    bounds = np.searchsorted(truth.time_s, [(s.ic_s, s.next_ic_s) for s in straight]).reshape(-1, 2)
    stoop = [float(truth.joints_deg["trunk_flexion"][a:b].mean()) for a, b in bounds]
    return len(stoop) > 0 and float(np.ptp(np.percentile(stoop, (10.0, 90.0)))) >= LEAST_STOOP_DEG


def _shown(spec: WalkSpec, changed: bool) -> str:
    if spec.pathway == HEALTHY:
        return HEALTHY
    begun = changed or not PATHWAYS[spec.pathway].course
    return spec.pathway if spec.severity >= LEAST_SEVERITY and begun and not spec.also else ""


def _reference_walk(
    task: tuple[int, CohortParams, Simulator, Mapping[str, DemandParams]],
) -> tuple[Demands, dict[str, Demands]] | None:
    index, params, simulator, others = task
    walk = simulator(reference_spec(index, params))
    used = demands(walk, params.demand)
    return None if used is None else (used, _otherwise(walk, others))


def _told(results: Iterator[_Result], progress: Progress | None, done: int, total: int) -> Iterator[_Result]:
    for count, result in enumerate(results, start=done + 1):
        if progress is not None:
            progress(count, total)
        yield result
