"""Which numbers every summary carries, and which sensors each of them needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sensor.samples import HIPS, KNEES, THIGHS, Placement

PlacementSets = tuple[frozenset[Placement], ...]

_BOTH_KNEES: PlacementSets = (frozenset(KNEES),)
_BOTH_THIGHS: PlacementSets = (frozenset(KNEES + THIGHS),)
_PELVIS: PlacementSets = (frozenset(HIPS), frozenset({Placement.SACRUM}))
_KNEES_OR_PELVIS: PlacementSets = (*_BOTH_KNEES, *_PELVIS)


@dataclass(frozen=True, slots=True)
class Promise:
    """A number the contract names: its unit, its scale, and the sets of placements of which one suffices."""

    unit: str
    any_of: PlacementSets
    is_angle: bool = False


GAIT: Mapping[str, Promise] = {
    "speed_m_s": Promise("m/s", _KNEES_OR_PELVIS),
    "cadence_spm": Promise("steps/min", _KNEES_OR_PELVIS),
    "stride_time_s": Promise("s", _KNEES_OR_PELVIS),
    "stride_time_cv_pct": Promise("%", _KNEES_OR_PELVIS),
    "double_support_pct": Promise("%", _BOTH_KNEES),
    "walking_time_s": Promise("s", _KNEES_OR_PELVIS),
}

PELVIS: Mapping[str, Promise] = {
    "obliquity_rom_deg": Promise("deg", _PELVIS),
    "tilt_rom_deg": Promise("deg", _PELVIS),
    "rotation_rom_deg": Promise("deg", _PELVIS),
    "drop_left_deg": Promise("deg", _PELVIS),
    "drop_right_deg": Promise("deg", _PELVIS),
    "drop_difference_deg": Promise("deg", _PELVIS),
}

ASYMMETRY: Mapping[str, Promise] = {
    "stance_time": Promise("s", _BOTH_KNEES),
    "swing_time": Promise("s", _BOTH_KNEES),
    "step_time": Promise("s", _BOTH_KNEES),
    "single_support": Promise("s", _BOTH_KNEES),
    "knee_swing_velocity": Promise("rad/s", _BOTH_KNEES),
    "impact_peak": Promise("m/s^2", _BOTH_KNEES),
    "stride_length": Promise("m", _BOTH_KNEES),
    "knee_flexion_loading": Promise("deg", _BOTH_THIGHS, is_angle=True),
    "knee_flexion_swing": Promise("deg", _BOTH_THIGHS, is_angle=True),
}


def missing_reason(promise: Promise, placements: Collection[Placement]) -> str:
    """Why a promised number is not there: the sensors it needs, or that the walk gave none."""
    if any(choice <= set(placements) for choice in promise.any_of):
        return "The sensors for it were worn, but this walk gave no value."
    return f"It needs sensors at {', or '.join(_worn(choice) for choice in promise.any_of)}."


def _worn(placements: frozenset[Placement]) -> str:
    """``the left knee and the right knee``: places of the body as one says them."""
    *first, last = ("the " + " ".join(reversed(placement.value.split("_"))) for placement in sorted(placements))
    return f"{', '.join(first)} and {last}" if first else last
