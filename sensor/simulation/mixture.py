"""Two ailments in one person, and people who show theirs in another way than most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace

from sensor.simulation.shifts import BodyShift, LegShift, Shifts, shifts
from sensor.simulation.spec import WalkSpec
from sensor.simulation.streams import stream

RELATIVE = frozenset({"step_length", "knee_loading", "hip_range", "impact", "speed", "cadence"}) | {
    "rotation_range",
    "obliquity_range",
}
SIDED = ("step_split", "obliquity_deg", "obliquity_standing_deg", "rotation_deg")
WEAK = 0.4  # of what most people show
ON_CANE = 0.45  # of lean, drop and timing that are left on a cane
CANE_SPEED = 1.2  # a cane slows what slows already
LEAN_FOR_DROP = 1.6  # degrees of trunk lean that spare a degree of drop, biomechanics.md 5.8 (Duchenne)
DROP_REVERSED = 0.8


def combined(spec: WalkSpec) -> tuple[Shifts, Shifts]:
    """What a spec's person shows at the beginning of the walk and what it comes to."""
    begin, late = shifts(spec.pathway, spec.severity, stream(spec.seed, "response"))
    if spec.also is not None:
        first, last = shifts(spec.also, spec.also_severity, stream(spec.seed, "response also"))
        if spec.also_side not in (None, spec.side):
            first, last = _swapped(first), _swapped(last)
        begin, late = both(begin, first), both(late, last)
    express = EXPRESSIONS[spec.expression]
    return express(begin), express(late)


def both(one: Shifts, other: Shifts) -> Shifts:
    """Two sets of shifts together: relative ones multiply, the others add up."""

    def joined(name: str, a: float, b: float) -> float:
        return a + b + a * b if name in RELATIVE else a + b

    def legs(a: LegShift, b: LegShift) -> LegShift:
        return LegShift(**{f.name: joined(f.name, getattr(a, f.name), getattr(b, f.name)) for f in fields(LegShift)})

    a, b = one.body, other.body
    body = BodyShift(**{f.name: joined(f.name, getattr(a, f.name), getattr(b, f.name)) for f in fields(BodyShift)})
    return Shifts(legs(one.affected, other.affected), legs(one.other, other.other), body)


def _swapped(found: Shifts) -> Shifts:
    """The same on the other side."""
    return Shifts(found.other, found.affected, replace(found.body, **{n: -getattr(found.body, n) for n in SIDED}))


def _usual(found: Shifts) -> Shifts:
    return found


def _weak(found: Shifts) -> Shifts:
    """Everything is there, but little of it."""

    def leg(own: LegShift) -> LegShift:
        return LegShift(**{f.name: WEAK * getattr(own, f.name) for f in fields(LegShift)})

    body = BodyShift(**{f.name: WEAK * getattr(found.body, f.name) for f in fields(BodyShift)})
    return Shifts(leg(found.affected), leg(found.other), body)


def _no_lean(found: Shifts) -> Shifts:
    """The limp without the trunk."""
    still = [replace(leg, lean_deg=0.0, hike_deg=0.0) for leg in _legs(found)]
    return Shifts(still[0], still[1], found.body)


def _other_strategy(found: Shifts) -> Shifts:
    """The pelvis is held up by leaning over the leg where most let it drop, or the other way round."""

    def leg(own: LegShift) -> LegShift:
        drop = -DROP_REVERSED * own.drop_deg
        lean = LEAN_FOR_DROP * own.drop_deg if own.drop_deg > 0.0 else own.lean_deg
        return replace(own, drop_deg=drop, lean_deg=lean)

    turned = replace(found.body, rotation_deg=-found.body.rotation_deg)
    return Shifts(leg(found.affected), leg(found.other), turned)


def _symmetric(found: Shifts) -> Shifts:
    """Slow and stiff alike on both sides: pain without asymmetry."""
    a, b = _legs(found)
    shared = LegShift(**{f.name: 0.5 * (getattr(a, f.name) + getattr(b, f.name)) for f in fields(LegShift)})
    return Shifts(shared, shared, replace(found.body, limp_m=0.0, **dict.fromkeys(SIDED, 0.0)))


def _cane(found: Shifts) -> Shifts:
    """A cane in the other hand takes load off the leg: less limp, less lean, slower."""
    eased = [
        replace(leg, **{n: ON_CANE * getattr(leg, n) for n in ("stance", "lean_deg", "drop_deg", "knee_loading")})
        for leg in _legs(found)
    ]
    whole = found.body
    slower = replace(
        whole, speed=CANE_SPEED * whole.speed, step_split=ON_CANE * whole.step_split, limp_m=ON_CANE * whole.limp_m
    )
    return Shifts(eased[0], eased[1], slower)


def _legs(found: Shifts) -> tuple[LegShift, LegShift]:
    return found.affected, found.other


EXPRESSIONS: Mapping[str, Callable[[Shifts], Shifts]] = {
    "usual": _usual,
    "weak": _weak,
    "no_lean": _no_lean,
    "other_strategy": _other_strategy,
    "symmetric": _symmetric,
    "cane": _cane,
}
