"""Where the sensors are worn, and how skin and landings reach them (biomechanics.md 5.6).

The canonical body has its affected leg on the left. Offsets are from the segment's origin: pelvis between the hip
joints, trunk at L5/S1, thigh at the hip, shank at the knee; forward, left, up. Soft tissue and knock values are
recalled or assumed, except the jitter, which is ours (:mod:`sensor.simulation.jitter`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensor.samples import Placement
from sensor.simulation.gait import AFFECTED, OTHER
from sensor.simulation.skeleton import PELVIS, THIGH, TRUNK, shank, thigh

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Site:
    """One canonical placement. Ranges are those from which a value is drawn for each person."""

    segment: str
    offset_m: tuple[float, float, float]
    offset_share: tuple[float, float, float]  # more offset, in body heights
    outward_deg: float  # direction off the skin, about z from forward
    twist_deg: float  # mounting differs by up to this about the segment's long axis
    tissue_deg: Range  # largest turn of the skin in a gait cycle
    tissue_m: Range  # its largest shift
    knock: Range  # gain on the shank's impact: landings of the affected leg, of the other leg
    knock_delay_s: float
    knock_hz: Range
    knock_tau_s: float
    jitter_m_s2: float
    jitter_deg_s: float
    damped: Range = (0.0, 0.0)  # share of the pelvis's roll or the thigh's axial turn that the skin does not follow
    heavy: bool = False  # soft tissue grows with body mass index


def _knee(role: int) -> Site:
    side = 1.0 if role == AFFECTED else -1.0
    return Site(
        segment=shank(role),
        offset_m=(0.03, -0.025 * side, 0.0),  # on the inner face of the shin
        offset_share=(0.0, 0.0, -0.06),
        outward_deg=-40.0 * side,
        twist_deg=30.0,
        tissue_deg=(1.0, 3.0),
        tissue_m=(0.001, 0.003),
        knock=(1.0, 0.0) if role == AFFECTED else (0.0, 1.0),
        knock_delay_s=0.0,
        knock_hz=(14.0, 22.0),
        knock_tau_s=0.022,
        jitter_m_s2=1.5,
        jitter_deg_s=13.0,
    )


def _thigh(role: int) -> Site:
    side = 1.0 if role == AFFECTED else -1.0
    return Site(
        segment=thigh(role),
        offset_m=(0.04, 0.05 * side, 0.0),
        offset_share=(0.0, 0.0, -0.8 * THIGH),
        outward_deg=50.0 * side,
        twist_deg=15.0,
        tissue_deg=(4.0, 8.0),
        tissue_m=(0.003, 0.006),
        knock=(0.55, 0.0) if role == AFFECTED else (0.0, 0.55),
        knock_delay_s=0.006,
        knock_hz=(11.0, 16.0),
        knock_tau_s=0.025,
        jitter_m_s2=1.1,
        jitter_deg_s=10.0,
        damped=(0.2, 0.4),
    )


def _hip(role: int) -> Site:
    side = 1.0 if role == AFFECTED else -1.0
    return Site(
        segment=PELVIS,
        offset_m=(0.03, 0.14 * side, 0.10),
        offset_share=(0.0, 0.0, 0.0),
        outward_deg=75.0 * side,
        twist_deg=15.0,
        tissue_deg=(2.0, 4.0),
        tissue_m=(0.002, 0.004),
        knock=(0.26, 0.16) if role == AFFECTED else (0.16, 0.26),
        knock_delay_s=0.012,
        knock_hz=(8.0, 14.0),
        knock_tau_s=0.030,
        jitter_m_s2=0.55,
        jitter_deg_s=7.0,
        damped=(0.05, 0.15),
        heavy=True,
    )


SITES: Mapping[Placement, Site] = {
    Placement.KNEE_LEFT: _knee(AFFECTED),
    Placement.KNEE_RIGHT: _knee(OTHER),
    Placement.HIP_LEFT: _hip(AFFECTED),
    Placement.HIP_RIGHT: _hip(OTHER),
    Placement.THIGH_LEFT: _thigh(AFFECTED),
    Placement.THIGH_RIGHT: _thigh(OTHER),
    Placement.SACRUM: Site(
        segment=PELVIS,
        offset_m=(-0.10, 0.0, 0.10),
        offset_share=(0.0, 0.0, 0.0),
        outward_deg=180.0,
        twist_deg=15.0,
        tissue_deg=(1.0, 2.0),
        tissue_m=(0.001, 0.003),
        knock=(0.18, 0.18),
        knock_delay_s=0.013,
        knock_hz=(8.0, 14.0),
        knock_tau_s=0.030,
        jitter_m_s2=0.45,
        jitter_deg_s=6.0,
        damped=(0.0, 0.05),
        heavy=True,
    ),
    Placement.TRUNK: Site(
        segment=TRUNK,
        offset_m=(0.10, 0.0, 0.0),
        offset_share=(0.0, 0.0, 0.17),
        outward_deg=0.0,
        twist_deg=15.0,
        tissue_deg=(0.8, 1.6),
        tissue_m=(0.001, 0.002),
        knock=(0.12, 0.12),
        knock_delay_s=0.018,
        knock_hz=(6.0, 10.0),
        knock_tau_s=0.035,
        jitter_m_s2=0.35,
        jitter_deg_s=5.0,
    ),
}
