"""What pain, weakness or a short leg changes: a table of parameter shifts, nothing else.

Values are from biomechanics.md 5.8 at mild, moderate and severe; they are engineering assumptions anchored on its
section 1. Every entry is added to the healthy person's parameter, so zero changes nothing. A relative change (names
without a unit) of -0.15 means x 0.85. A new pathway is a new row, not new code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.random import Generator

ANCHORS = (0.0, 0.25, 0.55, 0.85, 1.0)  # severities at which the table is written: none, mild, moderate, severe, beyond
RESPONSE_SD = 0.35  # people differ in how much they show of a shift

Levels = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class LegShift:
    """Shifts of one leg. Phases in comments count that leg's gait cycle."""

    stance: float = 0.0  # stance fraction of the gait cycle
    step_length: float = 0.0  # relative; of the step this leg lands
    knee_contact_deg: float = 0.0  # more flexion at initial contact
    knee_loading: float = 0.0  # relative; excursion in loading response
    knee_extension_deg: float = 0.0  # less extension in late stance
    knee_swing_deg: float = 0.0  # peak in swing
    hip_range: float = 0.0  # relative; sagittal range
    hip_peak_deg: float = 0.0  # flexion peak in swing
    hip_extension_deg: float = 0.0  # less extension in late stance
    hip_rotation_deg: float = 0.0  # internal +
    hip_rotation_delay: float = 0.0  # of the rotation curve, in gait cycles
    drop_deg: float = 0.0  # other side of the pelvis drops more in this leg's stance
    hike_deg: float = 0.0  # own side of the pelvis lifted more in own swing
    lean_deg: float = 0.0  # trunk leans towards this leg in its stance
    impact: float = 0.0  # relative


@dataclass(frozen=True, slots=True)
class BodyShift:
    """Shifts of the whole body."""

    speed: float = 0.0  # relative
    cadence: float = 0.0  # relative, at the given speed
    step_split: float = 0.0  # of the phase at which the other leg lands after the affected one
    obliquity_deg: float = 0.0  # affected side down, walking
    obliquity_standing_deg: float = 0.0  # the same while standing: hidden by the standing zero
    rotation_deg: float = 0.0  # affected side back
    tilt_deg: float = 0.0  # anterior
    rotation_range: float = 0.0  # relative
    obliquity_range: float = 0.0  # relative
    trunk_phase_deg: float = 0.0  # thorax rotation lags the opposite of the pelvis more: more in-phase
    trunk_flexion_deg: float = 0.0  # forward lean
    limp_m: float = 0.0  # first harmonic of the pelvis's height
    stride_cv_pct: float = 0.0  # added coefficient of variation of stride time


Table = Mapping[str, Levels]


@dataclass(frozen=True, slots=True)
class Course:
    """How a walk changes while it lasts (neurogenic claudication, biomechanics.md 5.9)."""

    onset_median_s: float
    onset_log_sd: float
    rise_s: tuple[float, float]  # range of the time constant of getting worse


@dataclass(frozen=True, slots=True)
class Pathway:
    """One pathway: shifts of the affected leg, the other leg and the body at mild, moderate, severe."""

    affected: Table = field(default_factory=dict)
    other: Table = field(default_factory=dict)
    body: Table = field(default_factory=dict)
    painful: bool = False  # the person points at the affected side
    spread: float = 1.0  # natural left-right differences are multiplied by 1 + (spread - 1) * severity


@dataclass(frozen=True, slots=True)
class Shifts:
    """The shifts of one person at one severity."""

    affected: LegShift = field(default_factory=LegShift)
    other: LegShift = field(default_factory=LegShift)
    body: BodyShift = field(default_factory=BodyShift)


PATHWAYS: Mapping[str, Pathway] = {
    "healthy": Pathway(),
    "healthy_slow": Pathway(
        body={"speed": (-0.15, -0.28, -0.40), "stride_cv_pct": (0.2, 0.4, 0.5)},
    ),
    "antalgic_knee": Pathway(
        affected={
            "stance": (-0.010, -0.015, -0.020),
            "knee_contact_deg": (1.0, 3.0, 6.0),
            "knee_loading": (-0.20, -0.40, -0.65),
            "knee_extension_deg": (1.0, 4.0, 8.0),
            "knee_swing_deg": (-2.0, -6.0, -12.0),
            "hip_range": (-0.02, -0.08, -0.18),
            "drop_deg": (0.5, 0.5, -1.0),
            "hike_deg": (0.0, 1.0, 3.0),
            "lean_deg": (1.0, 3.0, 6.0),
            "impact": (-0.05, -0.20, -0.40),
        },
        other={
            "stance": (0.010, 0.035, 0.075),
            "step_length": (-0.01, -0.03, -0.06),  # the rest of x .99/.95/.86 comes from the timing and the other hip
            "impact": (0.03, 0.10, 0.15),
        },
        body={
            "speed": (-0.05, -0.15, -0.30),
            "step_split": (-0.005, -0.020, -0.045),
            "obliquity_deg": (0.0, 0.5, 1.0),
            "rotation_deg": (0.0, 1.0, 2.0),
            "tilt_deg": (0.5, 1.5, 3.0),
            "limp_m": (0.001, 0.004, 0.010),
            "stride_cv_pct": (0.2, 0.7, 1.5),
        },
        painful=True,
    ),
    "abductor_weakness": Pathway(
        affected={
            "stance": (-0.005, -0.012, -0.020),
            "drop_deg": (2.0, 4.0, 7.0),
            "lean_deg": (0.0, 0.5, 1.0),
        },
        other={"step_length": (0.0, -0.02, -0.04)},
        body={
            "speed": (0.0, -0.06, -0.12),
            "obliquity_deg": (0.5, 0.5, 0.5),
            "tilt_deg": (1.0, 1.0, 1.0),
            "limp_m": (0.002, 0.004, 0.006),
            "stride_cv_pct": (0.3, 0.3, 0.3),
        },
    ),
}


def shifts(pathway: str, severity: float, response: Generator) -> Shifts:
    """What one person shows of a pathway.

    Each entry is interpolated over :data:`ANCHORS` and multiplied by the person's own response to it,
    N(1, 0.35) within 0.4 to 1.6, which is drawn in a fixed order and therefore the same at every severity.
    """
    row = PATHWAYS[pathway]

    def levels(table: Table, names: tuple[str, ...]) -> dict[str, float]:
        share = np.clip(1.0 + RESPONSE_SD * response.standard_normal(len(names)), 0.4, 1.6)
        gains = dict(zip(names, share.tolist(), strict=True))
        return {name: gains[name] * _at(severity, table[name]) for name in table}

    leg = tuple(f.name for f in fields(LegShift))
    body = tuple(f.name for f in fields(BodyShift))
    return Shifts(
        LegShift(**levels(row.affected, leg)),
        LegShift(**levels(row.other, leg)),
        BodyShift(**levels(row.body, body)),
    )


def _at(severity: float, levels: Levels) -> float:
    mild, moderate, severe = levels
    return float(np.interp(severity, ANCHORS, (0.0, mild, moderate, severe, severe + 0.5 * (severe - moderate))))
