"""What is known about each set's reference, and the numbers the house wants to reach on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reference:
    """A set's sensors and reference, and what may be judged by it. Errors are those its README states."""

    sensors: str
    method: str
    event_error: str
    asymmetry_error: str = ""  # empty: asymmetry is not judged on this set
    pelvis_error: str = ""  # empty: there are no reference angles
    knee_error: str = ""
    trim: float = 0.0  # share cut off each end before a mean, where the set states its asymmetry so


REFERENCES: Mapping[str, Reference] = {
    "virtual_pelvis": Reference(
        sensors="knees, hips, thighs, sacrum; synthetic sensors on measured marker motion",
        method="exact by construction",
        event_error="none",
        asymmetry_error="none",
        pelvis_error="none",
        knee_error="none",
    ),
    "marpino": Reference(
        sensors="knees, thighs",
        method="pressure threshold under heel and toe",
        event_error="IC 20-30 ms; FC 50-90 ms late",
    ),
    "moving_reality": Reference(
        sensors="knees, sacrum",
        method="foot sensors",
        event_error="IC 10-25 ms, FC 10-20 ms",
        asymmetry_error="stance 1.9 (mean); unknown in impaired gait",
        trim=0.1,
    ),
    "voisard": Reference(
        sensors="sacrum (L5)",
        method="authors' algorithm checked by hand",
        event_error="about 20 ms",
        asymmetry_error="not stated",
    ),
    "mobgap_lowback": Reference(
        sensors="sacrum (lower back)",
        method="INDIP: pressure insoles and foot sensors",
        event_error="20-60 ms, single events to 120 ms",
        asymmetry_error="not stated",
    ),
    "stroke_thigh": Reference(
        sensors="one thigh",
        method="heel force threshold, IC only",
        event_error="about 30 ms",
    ),
    "gaittoolbox": Reference(
        sensors="knees, thighs, sacrum",
        method="Vicon",
        event_error="20-30 ms (Vicon leads)",
        pelvis_error="not stated; the sensor maker's own filter is 3.8 deg off",
        knee_error="not stated; the left thigh sensor is unreliable",
    ),
}


ROUNDING = 1e-6  # differences of decimal times are not exact: 10 ms may come out as 10.000000000002


@dataclass(frozen=True, slots=True)
class Target:
    """A limit on one quantity of one set: the least or the most that it may be (of its absolute value)."""

    limit: float
    at_least: bool

    def met(self, value: float) -> bool:
        """Whether a value keeps the limit; a value that is NaN does not."""
        return value >= self.limit - ROUNDING if self.at_least else abs(value) <= self.limit + ROUNDING

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.limit:g}"


def _least(limit: float) -> Target:
    return Target(limit, at_least=True)


def _most(limit: float) -> Target:
    return Target(limit, at_least=False)


FIRST_TARGETS: Mapping[str, Mapping[str, Target]] = {
    "virtual_pelvis": {
        "ic_f1": _least(0.995),
        "fc_f1": _least(0.995),
        "ic_median_ms": _most(20),
        "fc_median_ms": _most(20),
        "stance_mean_points": _most(3),
        "obliquity_rom_deg": _most(1.8),
    },
    "marpino": {"ic_f1": _least(0.96)},
    "moving_reality": {"ic_f1": _least(0.99), "fc_f1": _least(0.99)},
    "voisard": {"ic_f1_sides_ignored": _least(0.94)},
    "mobgap_lowback": {"ic_f1_sides_ignored": _least(0.88)},
}

RAISED_TARGETS: Mapping[str, Mapping[str, Target]] = {
    "virtual_pelvis": {
        "ic_f1": _least(0.999),
        "fc_f1": _least(0.999),
        "ic_median_ms": _most(8),
        "fc_median_ms": _most(12),
        "stance_but_stiff_knee_mean_points": _most(1.2),
        "stance_but_stiff_knee_worst_points": _most(3),
        "step_mean_points": _most(1),
        "stance_unequal_impact_mean_points": _most(1.5),
        "stance_unequal_impact_worst_points": _most(3),
        "obliquity_rom_deg": _most(1.25),
        "tilt_rom_deg": _most(1.1),
        "rotation_rom_deg": _most(1.9),
        "drop_difference_deg": _most(1.3),
    },
    "marpino": {"ic_f1": _least(0.975), "fc_f1": _least(0.975), "stride_median_ms": _most(10)},
    "moving_reality": {
        "ic_f1": _least(0.998),
        "fc_f1": _least(0.998),
        "stance_mean_points": _most(2),
        "step_mean_points": _most(2.5),
        "stance_pp01_points": _most(5),
        "step_pp01_points": _most(5),
    },
    "voisard": {
        "ic_f1_sides_ignored": _least(0.97),
        "side_accuracy": _least(0.98),
        "stride_median_ms": _most(9),
    },
    "mobgap_lowback": {"ic_f1_sides_ignored": _least(0.93), "side_accuracy": _least(0.97)},
    "stroke_thigh": {"ic_f1": _least(0.97)},
    "gaittoolbox": {"pelvis_orientation_deg": _most(4.0), "knee_right_deg": _most(5)},
}
