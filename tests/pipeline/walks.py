"""Simulated walks, made once for all tests, and what can be done to a recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np

from pipeline.conclusion import SessionParams
from pipeline.mounting.calibration import CalibrationParams
from pipeline.result import SessionResult
from pipeline.session import SessionAnalysis, analyze_table
from pipeline.stages import EngineParams
from sensor.recording import RecordingTable
from sensor.samples import HIPS, KNEES, THIGHS, FloatArray, Placement, SampleBlock, Side
from sensor.simulation import STRAIGHT, SimulatedWalk, WalkSpec, simulate

MIRROR = np.array([1.0, -1.0, 1.0])  # of a specific force across the sagittal plane; an angular rate takes -MIRROR

# Short walks stream through the stages after calibration only if that closes early.
SOON = SessionParams(engine=EngineParams(calibration=CalibrationParams(walking_s=8.0)))

WALKS: Mapping[str, WalkSpec] = {
    "healthy": WalkSpec(duration_s=28.0, seed=1),
    "antalgic": WalkSpec("antalgic_knee", Side.LEFT, 0.8, duration_s=28.0, seed=2),
    "weak_abductor": WalkSpec("abductor_weakness", Side.RIGHT, 0.7, duration_s=28.0, seed=3, noise="any_mounting"),
    "loss": WalkSpec(duration_s=28.0, seed=4, loss=0.05),
    "turns": WalkSpec(duration_s=34.0, seed=5, walkway_m=8.0),
    "knees": WalkSpec(duration_s=28.0, seed=6, placements=KNEES),
    "hips": WalkSpec(duration_s=28.0, seed=7, placements=HIPS),
    "sacrum": WalkSpec(duration_s=28.0, seed=8, placements=(Placement.SACRUM,)),
    "trunk": WalkSpec(duration_s=28.0, seed=9, placements=(Placement.TRUNK,)),
    "thighs": WalkSpec(duration_s=28.0, seed=10, placements=THIGHS),
    "one_knee": WalkSpec(duration_s=28.0, seed=11, placements=(Placement.KNEE_RIGHT,)),
    "one_knee_and_hips": WalkSpec(duration_s=28.0, seed=12, placements=(Placement.KNEE_LEFT, *HIPS)),
}


@cache
def walk(spec: WalkSpec) -> SimulatedWalk:
    """One simulated walk; its arrays cannot be written to, by the analysis least of all."""
    made = simulate(spec)
    for values in (made.table.time_s, *made.table.acc_m_s2.values(), *made.table.gyr_rad_s.values()):
        values.flags.writeable = False
    return made


def recording(name: str) -> RecordingTable:
    """One of :data:`WALKS`."""
    return walk(WALKS[name]).table


@cache
def analysed(name: str) -> SessionResult:
    """The result of one of :data:`WALKS`, with an early calibration, all at once."""
    return analyze_table(recording(name), params=SOON)


def long_walk(pathway: str = "healthy", severity: float = 0.0, side: Side = Side.LEFT, seed: int = 1) -> WalkSpec:
    """Enough strides a side for an asymmetry to be flagged, without turns."""
    return WalkSpec(pathway, side, severity, duration_s=60.0, seed=seed, walkway_m=STRAIGHT, placements=(*KNEES, *HIPS))


def replaced(
    table: RecordingTable, change: Callable[[Placement, FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
) -> RecordingTable:
    """The recording with every sensor's specific force and angular rate changed; gets copies."""
    new = {p: change(p, table.acc_m_s2[p].copy(), table.gyr_rad_s[p].copy()) for p in table.placements}
    return replace(table, acc_m_s2={p: a for p, (a, _) in new.items()}, gyr_rad_s={p: g for p, (_, g) in new.items()})


def rows(table: RecordingTable, start: int, end: int) -> RecordingTable:
    """A stretch of the recording."""
    part = slice(start, end)
    return replace(
        table,
        time_s=table.time_s[part],
        acc_m_s2={p: a[part] for p, a in table.acc_m_s2.items()},
        gyr_rad_s={p: g[part] for p, g in table.gyr_rad_s.items()},
    )


def without(table: RecordingTable, gaps: Iterable[tuple[Placement, int, int]]) -> RecordingTable:
    """The recording with samples missing, given by placement, first row and count."""
    spans = list(gaps)

    def change(placement: Placement, acc: FloatArray, gyr: FloatArray) -> tuple[FloatArray, FloatArray]:
        for where, start, length in spans:
            if where is placement:
                acc[start : start + length] = np.nan
                gyr[start : start + length] = np.nan
        return acc, gyr

    return replaced(table, change)


def mirrored(table: RecordingTable) -> RecordingTable:
    """The recording of the person in the mirror: sides swapped, every sensor mounted the mirrored way."""
    return replace(
        table,
        acc_m_s2={p: table.acc_m_s2[p.mirrored] * MIRROR for p in table.placements},
        gyr_rad_s={p: table.gyr_rad_s[p.mirrored] * -MIRROR for p in table.placements},
    )


def pushed(table: RecordingTable, blocks: Iterable[SampleBlock], params: SessionParams | None = None) -> SessionResult:
    """The result of blocks pushed one by one."""
    analysis = SessionAnalysis(
        dict.fromkeys(table.placements, table.rate_hz), table.person, table.name, table.notices, params
    )
    for block in blocks:
        analysis.push(block)
    return analysis.finish()
