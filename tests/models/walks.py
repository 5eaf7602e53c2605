"""Simulated walks with enough strides for a score, made once for all tests of this folder."""

from __future__ import annotations

from functools import cache

from pipeline.result import SessionResult
from pipeline.session import analyze_table
from sensor.samples import HIPS, KNEES, Placement, Side
from sensor.simulation import STRAIGHT, SimulatedWalk, WalkSpec, simulate

FOUR = (*KNEES, *HIPS)


@cache
def walked(
    pathway: str = "healthy",
    severity: float = 0.0,
    side: Side = Side.LEFT,
    seed: int = 1,
    placements: tuple[Placement, ...] = FOUR,
) -> tuple[SimulatedWalk, SessionResult]:
    """A straight walk of a minute, over thirty strides a side, with its analysis."""
    spec = WalkSpec(pathway, side, severity, duration_s=70.0, seed=seed, placements=placements, walkway_m=STRAIGHT)
    walk = simulate(spec)
    return walk, analyze_table(walk.table)


@cache
def truth_only(pathway: str = "healthy", severity: float = 0.0, side: Side = Side.LEFT, seed: int = 1) -> SimulatedWalk:
    """A short straight walk of whose sensors only one is simulated."""
    return simulate(
        WalkSpec(
            pathway,
            side,
            severity,
            duration_s=30.0,
            seed=seed,
            placements=(Placement.SACRUM,),
            walkway_m=STRAIGHT,
        )
    )
