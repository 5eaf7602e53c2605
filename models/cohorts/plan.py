"""Which walks make a cohort: persons, what ails them, how they are measured.

A person is a seed; all walks of a person stay on one side of any split. What is drawn depends on the seed alone, so
that more persons leave the first ones as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from numpy.random import Generator

from models.risk import HEALTHY, HEALTHY_PATHWAYS
from models.strain.demand import DemandParams
from sensor.samples import HIPS, KNEES, THIGHS, Placement, Side
from sensor.simulation import EXPRESSIONS, STRAIGHT, WalkSpec
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.streams import stream

SEEDS_APART = 100_003  # cohorts of different seeds share no person
REFERENCE_SEEDS = 1_000_000_000  # reference persons are never persons of a cohort

SENSOR_SETS: dict[str, tuple[Placement, ...]] = {
    "knees": KNEES,
    "knees and sacrum": (*KNEES, Placement.SACRUM),
    "knees and hips": (*KNEES, *HIPS),
    "knees, thighs and hips": (*KNEES, *THIGHS, *HIPS),
    "all eight": tuple(Placement),
}
_Choice = TypeVar("_Choice")
USUAL_SET = "knees and hips"
FEWER, MORE = ("knees", "knees and sacrum"), ("knees, thighs and hips", "all eight")


@dataclass(frozen=True, slots=True)
class CohortParams:
    """How a cohort is made. Shares and ranges are design choices, not prevalence.

    Attributes
    ----------
    long_share : float
        Share of walks that last long enough for a change while walking; claudication is always looked for so.
    only_loss, only_clock_offset_s : float or None
        Give every walk this much of each instead of what was drawn: the same walks under other conditions.
    """

    persons: int = 200
    reference_persons: int = 400
    always: tuple[str, ...] = (HEALTHY, "antalgic_knee", "abductor_weakness")  # every person walks these
    others_each: int = 3  # and so many of the others; most of those have little mechanical strain
    seed: int = 1
    duration_s: tuple[float, float] = (85.0, 125.0)
    long_share: float = 0.1
    long_s: tuple[float, float] = (300.0, 400.0)
    rest_share: float = 0.4  # of the long walks: with sitting in between
    rest_s: tuple[float, float] = (420.0, 520.0)
    mixed_share: float = 0.20  # of the walks with a pathway: a second one too
    atypical_share: float = 0.10  # of them: shown in a way of one's own
    losses: tuple[float, ...] = (0.0, 0.0, 0.0, 0.01, 0.03)
    noises: tuple[str, ...] = ("typical", "typical", "any_mounting", "poor")
    walkways_m: tuple[float, ...] = (12.0, 20.0, 30.0)
    reference_speed_m_s: tuple[float, float] = (0.45, 1.75)
    demand: DemandParams = field(default_factory=DemandParams)
    only_loss: float | None = None
    only_clock_offset_s: float | None = None
    only_sets: tuple[str, ...] = ()  # instead of three sets of sensors a walk


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk to simulate, and the sensor sets to analyse it with."""

    spec: WalkSpec
    sets: tuple[str, ...]


def plan(params: CohortParams) -> tuple[Walk, ...]:
    """Every walk of the cohort: each person healthy and along a few pathways, under conditions of their own."""
    return tuple(walk for person in range(params.persons) for walk in _of_person(person, params))


def reference_spec(index: int, params: CohortParams) -> WalkSpec:
    """A healthy person from whom the limit of the strain is learned."""
    draw = stream(params.seed, f"reference {index}")
    return WalkSpec(
        seed=REFERENCE_SEEDS + params.seed * SEEDS_APART + index,
        speed_m_s=float(draw.uniform(*params.reference_speed_m_s)),
        duration_s=45.0,
        walkway_m=STRAIGHT,
        placements=(Placement.SACRUM,),
    )


def _of_person(person: int, params: CohortParams) -> Iterator[Walk]:
    seed = params.seed * SEEDS_APART + person
    others = [name for name in PATHWAYS if name not in params.always]
    turn = stream(seed, "cohort pathways").permutation(len(others))[: params.others_each]
    for pathway in (*params.always, *(others[i] for i in sorted(turn.tolist()))):
        draw = stream(seed, f"cohort {pathway}")
        drawn = (USUAL_SET, _one_of(FEWER, draw), _one_of(MORE, draw))
        sets = params.only_sets or drawn
        spec = WalkSpec(
            pathway=pathway,
            side=Side.LEFT if draw.random() < 0.5 else Side.RIGHT,
            severity=0.0 if pathway == HEALTHY else round(float(draw.uniform(0.0, 1.0)), 3),
            seed=seed,
            loss=_one_of(params.losses, draw),
            noise=_one_of(params.noises, draw),
            walkway_m=_one_of(params.walkways_m, draw),
        )
        needed = {placement for name in sets for placement in SENSOR_SETS[name]}
        spec = _varied(spec, params, draw)
        spec = replace(_lasting(spec, params, draw), placements=tuple(p for p in Placement if p in needed))
        if params.only_loss is not None:
            spec = replace(spec, loss=params.only_loss)
        if params.only_clock_offset_s is not None:
            spec = replace(spec, clock_offset_sd_s=params.only_clock_offset_s)
        yield Walk(spec, sets)


def _lasting(spec: WalkSpec, params: CohortParams, draw: Generator) -> WalkSpec:
    long = draw.random() < params.long_share or bool(PATHWAYS[spec.pathway].course)
    rests = draw.random() < params.rest_share and long
    span = params.rest_s if rests else params.long_s if long else params.duration_s
    protocol = "walk-sit-walk" if rests else "walk"
    return replace(spec, duration_s=round(float(draw.uniform(*span))), protocol=protocol)


def _varied(spec: WalkSpec, params: CohortParams, draw: Generator) -> WalkSpec:
    """With a second ailment, or shown in another way, as some people do."""
    mixed, atypical = draw.random() < params.mixed_share, draw.random() < params.atypical_share
    others = tuple(name for name in PATHWAYS if name not in (*HEALTHY_PATHWAYS, spec.pathway))
    also, severity = _one_of(others, draw), round(float(draw.uniform(0.0, 1.0)), 3)
    expression = _one_of(tuple(name for name in EXPRESSIONS if name != "usual"), draw)
    if spec.pathway in HEALTHY_PATHWAYS:
        return spec
    if mixed:
        return replace(spec, also=also, also_severity=severity)
    return replace(spec, expression=expression) if atypical else spec


def _one_of(choices: tuple[_Choice, ...], draw: Generator) -> _Choice:
    return choices[int(draw.integers(len(choices)))]
