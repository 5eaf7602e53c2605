"""What pain, weakness or a short leg changes: a table of parameter shifts, nothing else.

Values are from biomechanics.md 5.8 and 5.9 at mild, moderate and severe. They are engineering assumptions anchored on
its section 1; only the piriformis row's moderate hip and knee angles are group differences read in a source (Ismail
2020: hip flexion +7.2, extension -2.5, knee range -3.5 deg). Every entry is added to the healthy person's parameter, so
zero changes nothing; a relative change (a name without a unit) of -0.15 means x 0.85. A new pathway is a new row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Levels = tuple[float, float, float]  # at severity 0.25, 0.55, 0.85
Table = Mapping[str, Levels]  # name of a field of LegShift or BodyShift -> levels


@dataclass(frozen=True, slots=True)
class Course:
    """How a walk changes while it lasts: neurogenic claudication, biomechanics.md 5.9.

    The late table is approached as 1 - exp(-(t - onset) / rise) of walking time.
    """

    onset_median_s: float  # at severity 0.55
    onset_log_sd: float
    onset_per_severity: float  # the logarithm of onset falls by this per unit of severity [assumption]
    rise_s: tuple[float, float]  # range of the time constant


@dataclass(frozen=True, slots=True)
class Pathway:
    """One pathway.

    Attributes
    ----------
    affected, other, both, body : tables
        Shifts of the affected leg, of the other leg, of both legs alike, and of the body.
    late_both, late_body : tables
        What the walk of a pathway with a course comes to; the plain tables are its beginning.
    either_sign : bool
        Each person shows each shift in a direction of their own.
    painful : bool
        The person points at the affected side.
    """

    affected: Table = field(default_factory=dict)
    other: Table = field(default_factory=dict)
    both: Table = field(default_factory=dict)
    body: Table = field(default_factory=dict)
    late_both: Table = field(default_factory=dict)
    late_body: Table = field(default_factory=dict)
    course: Course | None = None
    either_sign: frozenset[str] = frozenset()
    painful: bool = False


PATHWAYS: Mapping[str, Pathway] = {
    "healthy": Pathway(),
    "healthy_slow": Pathway(
        body={"speed": (-0.15, -0.28, -0.40), "stride_cv_pct": (0.2, 0.4, 0.5)},
    ),
    "benign_asymmetry": Pathway(  # larger natural differences that do not belong together [assumption]
        affected={
            "stance": (0.004, 0.008, 0.012),
            "step_length": (0.015, 0.030, 0.050),
            "knee_loading": (0.08, 0.15, 0.22),
            "knee_swing_deg": (1.5, 3.0, 4.5),
            "hip_range": (0.02, 0.04, 0.06),
            "drop_deg": (0.7, 1.4, 2.2),
            "impact": (0.10, 0.20, 0.30),
        },
        body={"step_split": (0.003, 0.007, 0.011), "rotation_deg": (0.5, 1.0, 1.5), "obliquity_deg": (0.4, 0.8, 1.2)},
        either_sign=frozenset(
            {
                "stance",
                "step_length",
                "knee_loading",
                "knee_swing_deg",
                "hip_range",
                "drop_deg",
                "impact",
                "step_split",
                "rotation_deg",
                "obliquity_deg",
            }
        ),
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
    "leg_length": Pathway(  # 10, 20, 30 mm; the affected leg is the short one
        affected={"stance": (-0.003, -0.007, -0.015), "impact": (0.10, 0.20, 0.30)},
        other={
            "knee_contact_deg": (1.0, 3.0, 5.0),
            "knee_loading": (0.10, 0.25, 0.40),
            "knee_swing_deg": (2.0, 4.0, 7.0),
            "hike_deg": (1.0, 2.0, 3.0),
            "impact": (0.05, 0.10, 0.15),
            "step_length": (-0.01, -0.02, -0.04),
        },
        body={
            "speed": (0.0, -0.02, -0.06),
            "obliquity_deg": (1.0, 2.5, 4.0),
            "obliquity_standing_deg": (0.7, 1.8, 2.8),  # most of it is there in standing and lost to its zero
            "rotation_deg": (0.0, 1.0, 2.0),
            "tilt_deg": (0.5, 0.5, 0.5),
            "limp_m": (0.002, 0.005, 0.008),
        },
    ),
    "piriformis": Pathway(
        affected={
            "stance": (-0.003, -0.006, -0.010),
            "hip_peak_deg": (3.6, 7.2, 10.0),
            "hip_extension_deg": (1.2, 2.5, 4.0),
            "hip_rotation_deg": (-2.0, -4.0, -6.0),
            "hip_rotation_delay": (0.015, 0.035, 0.050),
            "knee_swing_deg": (-1.8, -3.5, -5.0),
            "impact": (-0.02, -0.05, -0.08),
        },
        body={
            "speed": (0.0, -0.025, -0.05),
            "rotation_range": (-0.02, -0.05, -0.08),
            "obliquity_deg": (0.3, 0.5, 0.7),
            "stride_cv_pct": (0.1, 0.1, 0.1),
        },
        painful=True,
    ),
    "lumbar": Pathway(
        affected={
            "stance": (0.010, 0.020, 0.035),
            "hip_peak_deg": (-1.0, -2.0, -3.0),
            "hip_extension_deg": (1.5, 3.0, 4.0),
            "knee_swing_deg": (-1.0, -2.0, -3.0),
            "impact": (-0.05, -0.10, -0.15),
        },
        other={"stance": (0.020, 0.045, 0.065)},
        body={
            "speed": (-0.12, -0.25, -0.45),
            "obliquity_deg": (0.5, 1.0, 1.5),  # to either side; half of the list is there in standing, lost to its zero
            "trunk_phase_deg": (-15.0, -25.0, -35.0),
            "stride_cv_pct": (0.8, 1.5, 2.5),
        },
        either_sign=frozenset({"obliquity_deg"}),
        painful=True,
    ),
    "claudication": Pathway(
        both={"hip_extension_deg": (1.0, 2.0, 2.5)},
        body={
            "speed": (-0.05, -0.08, -0.10),
            "cadence": (0.015, 0.03, 0.04),
            "tilt_deg": (-0.5, -1.0, -1.5),
            "trunk_flexion_deg": (1.0, 2.0, 3.0),
            "rotation_range": (-0.10, -0.15, -0.20),
            "obliquity_range": (-0.05, -0.10, -0.15),
            "stride_cv_pct": (0.4, 0.6, 0.8),
        },
        late_both={"hip_extension_deg": (3.5, 7.0, 9.0)},
        late_body={
            "speed": (-0.20, -0.38, -0.45),
            "cadence": (0.07, 0.14, 0.16),  # steps shorten more than their rate falls
            "tilt_deg": (-2.0, -4.0, -5.0),
            "trunk_flexion_deg": (6.0, 12.0, 15.0),
            "rotation_range": (-0.20, -0.40, -0.50),
            "obliquity_range": (-0.12, -0.25, -0.30),
            "step_split": (-0.002, -0.005, -0.008),
            "stride_cv_pct": (1.2, 2.5, 3.0),
        },
        course=Course(onset_median_s=180.0, onset_log_sd=0.5, onset_per_severity=2.0, rise_s=(120.0, 240.0)),
    ),
    "bilateral_arthritis": Pathway(
        both={
            "stance": (0.020, 0.035, 0.050),
            "knee_loading": (-0.20, -0.40, -0.60),
            "knee_swing_deg": (-6.0, -10.0, -15.0),
            "hip_peak_deg": (-1.5, -3.0, -4.0),
            "hip_extension_deg": (2.0, 4.0, 6.0),
            "impact": (-0.10, -0.20, -0.30),
        },
        body={
            "speed": (-0.15, -0.25, -0.38),
            "rotation_range": (-0.15, -0.25, -0.40),
            "trunk_phase_deg": (-5.0, -10.0, -10.0),
            "stride_cv_pct": (0.6, 1.0, 1.6),
        },
    ),
}
