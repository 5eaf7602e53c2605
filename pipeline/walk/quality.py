"""The verdict on a recording: valid, attention or invalid, with a sentence for every reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.mounting.calibration import Calibration
from pipeline.mounting.forward import Swap
from pipeline.norms import HIPS_APART_NORMAL_DEG
from pipeline.result import Handedness, Quality, Stride, Verdict
from pipeline.strides.values import of_all, valid_strides
from sensor.samples import Placement, Side

_EXCHANGED = "The leg sensors were swapped left and right; this was corrected here. Swap them for next time."
_SWAPS = {
    Swap.HIPS: "The hip sensors were swapped left and right; the numbers do not depend on it. Swap them for next time.",
    Swap.UNCLEAR: "Left and right may be swapped: legs and pelvis do not agree. Check each sensor's label.",
}


@dataclass(frozen=True, slots=True)
class QualityParams:
    """Limits of the verdict."""

    shortest_s: float = 3.0
    flag_strides: int = 30  # a side, below which no asymmetry is flagged
    missing_pct: float = 5.0  # product notes: amber from 1 %, red from 5 % of lost samples
    least_axis_share: float = 0.8  # healthy and impaired shanks reach 0.89 to 0.99
    least_anisotropy: float = 1.5  # of the pelvis' horizontal acceleration; below, forward is a guess


def judge(
    duration_s: float,
    missing_pct: Mapping[Placement, float],
    dead: Sequence[Placement],
    calibration: Calibration | None,
    strides: Sequence[Stride],
    knees_exchanged: bool,
    params: QualityParams,
) -> Quality:
    """The verdict and its reasons, gravest first.

    Parameters
    ----------
    missing_pct : mapping of Placement to float
        Grid samples without data.
    dead : sequence of Placement
        Sensors whose signal never changes.
    knees_exchanged : bool
        Whether the leg sensors' labels were found swapped and corrected.
    """
    fatal: list[str] = []
    if duration_s < params.shortest_s:
        fatal.append(
            f"The recording lasts {duration_s:.1f} s; {params.shortest_s:g} s are the least. Record a longer walk."
        )
    fatal += [
        f"{placement.value}: the signal never changes, the sensor seems dead. Check or replace it and record again."
        for placement in dead
    ]
    valid = valid_strides(strides)
    if calibration is None:
        fatal.append("Nobody walks in this recording. Check that the sensors were worn, and record a walk.")
        return Quality(Verdict.INVALID, tuple(fatal))
    mirrored = _mirrored(calibration)
    if not any(valid.values()):
        fatal += mirrored
        if strides:
            fatal.append(f"No stride could be used ({_usual_reason(strides)}). Record a longer straight walk.")
        elif not mirrored:
            fatal.append("No complete stride was found. Record a longer walk.")
    if fatal:
        return Quality(Verdict.INVALID, tuple(fatal))
    reasons = [_EXCHANGED] if knees_exchanged else []
    reasons += mirrored
    reasons += _cautions(missing_pct, calibration, strides, valid, params)
    return Quality(Verdict.ATTENTION if reasons else Verdict.VALID, tuple(reasons))


def _cautions(
    missing_pct: Mapping[Placement, float],
    calibration: Calibration,
    strides: Sequence[Stride],
    valid: Mapping[Side, int],
    params: QualityParams,
) -> list[str]:
    seen = {stride.side for stride in strides}
    reasons = _apart(strides)
    few = [f"{valid[side]} {side.value}" for side in Side if side in seen and valid[side] < params.flag_strides]
    if few:
        reasons.append(
            f"Only {' and '.join(few)} strides could be used; flagging an asymmetry takes {params.flag_strides} a side."
        )
    lost = [f"{p.value} {pct:.1f} %" for p, pct in missing_pct.items() if pct >= params.missing_pct]
    if lost:
        reasons.append(f"Samples are missing: {', '.join(lost)}. Check radio range and battery.")
    if not calibration.standing:
        reasons.append("No quiet standing was found: angles count from the walk's mean, offsets are not assessed.")
    loose = [p.value for p, leg in calibration.legs.items() if leg.axis.share < params.least_axis_share]
    if loose:
        reasons.append(f"The leg's axis is unclear at {', '.join(loose)}. Check that the strap is tight.")
    if (caution := _SWAPS.get(calibration.swap)) is not None:
        reasons.append(caution)
    pelvis = calibration.pelvis
    if pelvis is not None and pelvis.anisotropy < params.least_anisotropy:
        reasons.append("The pelvis sensors do not show clearly which way is forward; tilt and obliquity may mix.")
    if len(seen) == 1:
        reasons.append(f"Only the {next(iter(seen)).value} side was seen: left and right cannot be compared.")
    if not any(leg.gait for leg in calibration.legs.values()):
        reasons.append("No sensor below a knee: sides are inferred from the body's sway, stance is not assessed.")
    return reasons


def _apart(strides: Sequence[Stride]) -> list[str]:
    """Whether the two hip sensors sit on one bone."""
    seen = of_all(strides, "hips_apart_deg")
    apart_deg = float(np.median(seen)) if len(seen) else 0.0
    if apart_deg <= HIPS_APART_NORMAL_DEG:
        return []
    return [
        f"The two hip sensors do not move as one ({apart_deg:.0f} deg apart). Check where they sit and their straps."
    ]


def _mirrored(calibration: Calibration) -> list[str]:
    """What no mounting can do: the recording's axes are at fault."""
    faulty: dict[str, list[str]] = {}
    for mount in calibration.mounts:
        if mount.handedness is Handedness.MIRRORED:
            faulty.setdefault(mount.fault, []).append(mount.placement.value)
    return [
        f"The axes of {', '.join(named)} contradict each other ({fault}): no angle, no length is read there. "
        "Export the maker's axes unchanged, none of them negated or swapped, and analyse again."
        for fault, named in faulty.items()
    ]


def _usual_reason(strides: Sequence[Stride]) -> str:
    reasons = [stride.reason for stride in strides]
    return max(sorted(set(reasons)), key=reasons.count)
