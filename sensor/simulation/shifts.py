"""What one person shows of a pathway: the table's rows drawn for a person and a severity."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.random import Generator

from sensor.simulation.pathways import PATHWAYS, Levels, Table

ANCHORS = (0.0, 0.25, 0.55, 0.85, 1.0)  # severities: none, mild, moderate, severe, beyond
RESPONSE_SD = 0.26  # people differ in how much they show of one shift
COMMON_SD = 0.22  # and of all of them: some limp, some hardly do [assumption]
RESPONSE_RANGE = (0.25, 1.45)
SIDE_SD = 0.10  # between the legs of one person, where a table changes both alike


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
    trunk_phase_deg: float = 0.0  # negative: thorax and pelvis turn more together
    trunk_flexion_deg: float = 0.0  # forward lean
    limp_m: float = 0.0  # first harmonic of the pelvis's height
    stride_cv_pct: float = 0.0  # added coefficient of variation of stride time


LEG = tuple(f.name for f in fields(LegShift))
BODY = tuple(f.name for f in fields(BodyShift))


@dataclass(frozen=True, slots=True)
class Shifts:
    """The shifts of one person at one severity."""

    affected: LegShift = field(default_factory=LegShift)
    other: LegShift = field(default_factory=LegShift)
    body: BodyShift = field(default_factory=BodyShift)


def shifts(pathway: str, severity: float, response: Generator) -> tuple[Shifts, Shifts]:
    """What one person shows at the beginning of the walk and what it comes to; the same without a course.

    Each entry is interpolated over :data:`ANCHORS` and multiplied by the person's own response to it, N(1, 0.26), and
    to all of them, N(1, 0.22), together within 0.25 to 1.45. The responses are drawn in a fixed order, so they are the
    same at every severity and in every pathway.
    """
    row = PATHWAYS[pathway]

    common = 1.0 + COMMON_SD * float(np.clip(response.standard_normal(), -2.0, 2.0))

    def gains(names: tuple[str, ...]) -> dict[str, float]:
        size = np.clip(common * (1.0 + RESPONSE_SD * response.standard_normal(len(names))), *RESPONSE_RANGE)
        sign = np.where(response.random(len(names)) < 0.5, -1.0, 1.0)
        return {n: float(a * (b if n in row.either_sign else 1.0)) for n, a, b in zip(names, size, sign, strict=True)}

    affected, other, both, body = gains(LEG), gains(LEG), gains(LEG), gains(BODY)
    apart = 1.0 + SIDE_SD * response.standard_normal((2, len(LEG)))
    alike = [{n: both[n] * float(k) for n, k in zip(LEG, factors, strict=True)} for factors in apart]

    def leg(table: Table, gain: dict[str, float], shared: Table, shared_gain: dict[str, float]) -> LegShift:
        total = _scaled(table, gain, severity)
        for name, value in _scaled(shared, shared_gain, severity).items():
            total[name] = total.get(name, 0.0) + value
        return LegShift(**total)

    def at(both_table: Table, body_table: Table) -> Shifts:
        return Shifts(
            leg(row.affected, affected, both_table, alike[0]),
            leg(row.other, other, both_table, alike[1]),
            BodyShift(**_scaled(body_table, body, severity)),
        )

    begin = at(row.both, row.body)
    return begin, at(row.late_both, row.late_body) if row.course else begin


def _scaled(table: Table, gain: dict[str, float], severity: float) -> dict[str, float]:
    return {name: gain[name] * _at(severity, levels) for name, levels in table.items()}


def _at(severity: float, levels: Levels) -> float:
    mild, moderate, severe = levels
    return float(np.interp(severity, ANCHORS, (0.0, mild, moderate, severe, severe + 0.5 * (severe - moderate))))
