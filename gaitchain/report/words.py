"""Names, units and numbers as a clinician reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

MINUS = "\N{MINUS SIGN}"
PLUS_MINUS = "\N{PLUS-MINUS SIGN}"

MEASURES: Mapping[str, str] = {
    "gait.speed_m_s": "Walking speed",
    "gait.cadence_spm": "Cadence",
    "gait.stride_time_s": "Stride time",
    "gait.stride_time_cv_pct": "Stride variability",
    "gait.double_support_pct": "Double support",
    "gait.step_regularity": "Step regularity",
    "gait.stride_regularity": "Stride regularity",
    "gait.harmonic_ratio_vertical": "Smoothness, up and down",
    "gait.harmonic_ratio_forward": "Smoothness, forward",
    "gait.harmonic_ratio_sideways": "Smoothness, sideways",
    "gait.attenuation": "Shock attenuation",
    "gait.walking_time_s": "Walking time",
    "time_course.speed_slope_pct_min": "Speed, change per minute",
    "time_course.stride_length_slope_pct_min": "Stride length, change per minute",
    "time_course.stride_time_slope_pct_min": "Stride time, change per minute",
    "time_course.stance_asymmetry_slope_pct_min": "Stance asymmetry, change per minute",
    "time_course.stride_time_cv_slope_pct_min": "Stride variability, change per minute",
    "time_course.trunk_lean_slope_deg_min": "Trunk lean, change per minute",
    "time_course.recovery_speed_sitting_pct": "Speed, change after sitting",
    "time_course.recovery_stride_length_sitting_pct": "Stride length, change after sitting",
    "time_course.recovery_lean_sitting_deg": "Trunk lean, change after sitting",
    "time_course.recovery_speed_leaning_pct": "Speed, change after bending forward",
    "time_course.recovery_stride_length_leaning_pct": "Stride length, change after bending forward",
    "time_course.recovery_lean_leaning_deg": "Trunk lean, change after bending forward",
    "time_course.recovery_speed_standing_pct": "Speed, change after standing",
    "time_course.recovery_stride_length_standing_pct": "Stride length, change after standing",
    "time_course.recovery_lean_standing_deg": "Trunk lean, change after standing",
    "time_course.walked_to_rest_s": "Walked to the first rest, time",
    "time_course.walked_to_rest_m": "Walked to the first rest, distance",
    "time_course.warm_up_speed_pct": "Speed, warming up",
    "time_course.warm_up_stride_time_pct": "Stride time, warming up",
    "time_course.recovery_speed_pct": "Speed, change after the longest rest",
    "pelvis.obliquity_rom_deg": "Obliquity, range",
    "pelvis.tilt_rom_deg": "Tilt, range",
    "pelvis.rotation_rom_deg": "Rotation, range",
    "pelvis.drop_left_deg": "Drop, left stance",
    "pelvis.drop_right_deg": "Drop, right stance",
    "pelvis.drop_difference_deg": "Drop difference",
    "pelvis.obliquity_offset_deg": "Obliquity, walking against standing",
    "pelvis.tilt_offset_deg": "Tilt, walking against standing",
    "pelvis.hips_apart_deg": "Hip sensors against each other",
    "trunk.trunk_lean_deg": "Trunk lean, forward",
    "trunk.trunk_side_lean_left_deg": "Trunk over the leg, left stance",
    "trunk.trunk_side_lean_right_deg": "Trunk over the leg, right stance",
    "trunk.trunk_side_lean_difference_deg": "Trunk over the leg, difference",
    "trunk.thorax_pelvis_phase_deg": "Trunk against pelvis, phase",
    "trunk.thorax_pelvis_rom_deg": "Trunk against pelvis, range",
    "joints.shank_excursion_left_deg": "Left shank, range",
    "joints.shank_excursion_right_deg": "Right shank, range",
    "joints.knee_flexion_loading_left_deg": "Left knee, flexion in loading",
    "joints.knee_flexion_loading_right_deg": "Right knee, flexion in loading",
    "joints.knee_flexion_swing_left_deg": "Left knee, flexion in swing",
    "joints.knee_flexion_swing_right_deg": "Right knee, flexion in swing",
    "joints.hip_flexion_max_left_deg": "Left hip, most flexion",
    "joints.hip_flexion_max_right_deg": "Right hip, most flexion",
    "joints.hip_flexion_difference_deg": "Hips, difference of most flexion",
    "joints.hip_flexion_min_left_deg": "Left hip, least flexion",
    "joints.hip_flexion_min_right_deg": "Right hip, least flexion",
}

METRICS: Mapping[str, str] = {
    "stance_time": "Stance time",
    "swing_time": "Swing time",
    "step_time": "Step time",
    "single_support": "Single support",
    "knee_swing_velocity": "Shank swing velocity",
    "impact_peak": "Impact at contact",
    "stride_length": "Stride length",
    "knee_flexion_loading": "Knee flexion in loading",
    "knee_flexion_swing": "Knee flexion in swing",
}

# What it means when the left value is the smaller or the larger one.
DIRECTIONS: Mapping[str, tuple[str, str]] = {
    "knee_swing_velocity": ("slower", "faster"),
    "impact_peak": ("softer", "harder"),
    "knee_flexion_loading": ("less", "more"),
    "knee_flexion_swing": ("less", "more"),
}

LINKS: Mapping[str, str] = {
    "knee": "Knee",
    "stride": "Stride",
    "load": "Load",
    "pelvis": "Pelvis",
    "rotators": "Deep rotators",
    "lumbar": "Lumbar spine",
    "claudication": "Claudication",
    "systemic": "Both sides",
}

PATHWAYS: Mapping[str, str] = {
    "healthy": "even walk, usual speed",
    "healthy_slow": "even walk, slow",
    "benign_asymmetry": "harmless asymmetry",
    "antalgic_knee": "protecting a painful knee",
    "abductor_weakness": "hip abductor weakness",
    "leg_length": "leg length difference",
    "piriformis": "deep rotator (piriformis) pattern",
    "lumbar": "lumbar rotation pattern",
    "claudication": "neurogenic claudication pattern",
    "bilateral_arthritis": "arthritis on both sides",
}

PLACEMENTS: Mapping[str, str] = {
    "knee_left": "left knee",
    "knee_right": "right knee",
    "hip_left": "left hip",
    "hip_right": "right hip",
    "thigh_left": "left thigh",
    "thigh_right": "right thigh",
    "sacrum": "sacrum",
    "trunk": "trunk",
}

FLAGS: Mapping[str, str] = {"none": "within reference", "borderline": "borderline", "clear": "clear"}

_UNITS: Mapping[str, str] = {
    "deg": "°",
    "deg/min": "°/min",
    "deg/s": "°/s",
    "m/s^2": "m/s²",
    "kg/m^2": "kg/m²",
    "1": "",
}
_DECIMALS: Mapping[str, int] = {
    "m/s": 2,
    "s": 2,
    "m": 2,
    "rad/s": 2,
    "steps/min": 0,
    "%": 1,
    "%/min": 1,
    "deg": 1,
    "deg/min": 1,
    "deg/s": 0,
    "m/s^2": 1,
    "kg/m^2": 1,
    "SD": 1,
    "1": 2,
}

_KEY_DECIMALS: Mapping[str, int] = {
    "gait.walking_time_s": 0,
    "time_course.walked_to_rest_s": 0,
    "time_course.walked_to_rest_m": 0,
}
_CHANGES = "time_course."  # a change, unless it stands above, and so has a sign
_PLACEMENT_KEYS = re.compile(rf"\b(?:{'|'.join(PLACEMENTS)})\b")
_BEFORE_NUMBER = re.compile(r"(?<![\w.])-(?=\d)")
_DEGREES = re.compile(r"(?<=\d) deg\b")


def spoken(name: str, names: Mapping[str, str]) -> str:
    """The name in words; one that has none is shown with spaces."""
    return names.get(name, name.rpartition(".")[2].replace("_", " "))


def unit_sign(unit: str) -> str:
    """The unit as printed."""
    return _UNITS.get(unit, unit)


def fixed(value: float, decimals: int, *, signed: bool = False) -> str:
    """A number with fixed decimals and a true minus sign; never a negative zero."""
    return f"{value:{'+' if signed else ''}z.{decimals}f}".replace("-", MINUS)


def bare(value: float, unit: str, *, signed: bool = False) -> str:
    """A number with the decimals that its unit deserves, without the unit."""
    return fixed(value, _DECIMALS.get(unit, 2), signed=signed)


def rounded(key: str, value: float, unit: str) -> str:
    """A number of the summary with the decimals that its place deserves, without the unit."""
    if key in _KEY_DECIMALS:
        return fixed(value, _KEY_DECIMALS[key])
    return bare(value, unit, signed=key.startswith(_CHANGES))


def measured(key: str, value: float, unit: str) -> str:
    """A number of the summary as :func:`rounded`, with its unit."""
    return f"{rounded(key, value, unit)}{gap(unit)}{unit_sign(unit)}"


def quantity(value: float | None, unit: str, *, signed: bool = False) -> str:
    """A number with its unit, or ``not assessed``."""
    if value is None:
        return "not assessed"
    return f"{bare(value, unit, signed=signed)}{gap(unit)}{unit_sign(unit)}"


def gap(unit: str) -> str:
    """The space between a number and its unit: none before a degree sign."""
    sign = unit_sign(unit)
    return "" if not sign or sign.startswith("°") else "\N{NO-BREAK SPACE}"


def interval(ends: Sequence[float], unit: str, *, signed: bool = False) -> str:
    """Both ends of an interval with the decimals of the unit, but without it."""
    low, high = (bare(end, unit, signed=signed) for end in ends)
    return f"{low} to {high}"


def span(ends: Sequence[float] | None, unit: str, *, signed: bool = False) -> str:
    """An interval as ``low to high unit``; empty without one."""
    return "" if ends is None else f"{interval(ends, unit, signed=signed)}{gap(unit)}{unit_sign(unit)}"


def direction(metric: str, effect: float) -> str:
    """What the left side is against the right, such as ``shorter``."""
    less, more = DIRECTIONS.get(metric, ("shorter", "longer"))
    return less if effect < 0 else more


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def against_band(value: float, band: Sequence[float] | None) -> str:
    """``within``, ``below`` or ``above`` the reference band; empty without one."""
    if band is None:
        return ""
    return "below reference" if value < band[0] else "above reference" if value > band[1] else "within reference"


def budget(measure: Mapping[str, Any]) -> str:
    """What of an error the sensors alone make, and that it is not to be leaned on; empty where neither is known."""
    sd, confidence = measure.get("instrument_sd"), measure.get("confidence")  # older summaries lack both
    said = [f"sensors' SD {quantity(sd, measure['unit'])}"] if sd is not None else []
    return ", ".join([*said, *(["low confidence"] if confidence == "low" else [])])


def precision(measure: Mapping[str, Any]) -> str:
    """The 95 % interval of a measure and the strides it rests on, as its tile says them; empty without both."""
    ends, n = measure["ci95"], measure["n"]
    said = [f"95\N{NO-BREAK SPACE}% {interval(ends, measure['unit'])}"] if ends else []
    return ", ".join([*said, *([f"n\N{NO-BREAK SPACE}{n}"] if n else [])])


def typeset(words: str) -> str:
    """Words of the analysis as a page prints them: sensors by name, degree signs, true minus signs."""
    words = _PLACEMENT_KEYS.sub(lambda key: PLACEMENTS[key[0]], words)
    return _DEGREES.sub("°", _BEFORE_NUMBER.sub(MINUS, words))


def sentence(words: str) -> str:
    """The words as :func:`typeset`, with a capital and a full stop."""
    words = typeset(words).strip()
    if not words:
        return ""
    return words[0].upper() + words[1:] + ("" if words[-1] in ".!?" else ".")
