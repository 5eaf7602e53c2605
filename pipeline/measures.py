"""Cycles to strides: what is measured in each gait cycle, from the signals around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.bridging import Trust
from pipeline.contacts import ESTIMATED, Contact, worst_trust
from pipeline.cycles import Cycle
from pipeline.norms import LEG_OF_HEIGHT
from pipeline.orientation import Motion
from pipeline.pelvis_stride_length import PelvisLengthParams, pelvis_stride_length_m
from pipeline.result import Stride
from pipeline.smoothness import Smoothness, SmoothnessParams, smoothness
from pipeline.stride_length import StrideLengthParams, stride_length_m
from pipeline.timeline import Series
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray, Side
from sensor.synchronise import GRID_HZ

_NAN = float("nan")
_UNKNOWN = Smoothness(_NAN, _NAN, _NAN, _NAN, _NAN)


@dataclass(frozen=True, slots=True)
class MeasureParams:
    """Windows of the measures."""

    impact_before_s: float = 0.02  # of the initial contact
    impact_after_s: float = 0.08
    loading: tuple[float, float] = (0.0, 0.25)  # of the cycle: loading response, for knee flexion
    swing: tuple[float, float] = (0.55, 0.95)  # of the cycle: swing peak of knee flexion
    smoothness: SmoothnessParams = field(default_factory=SmoothnessParams)
    pelvis_length: PelvisLengthParams = field(default_factory=PelvisLengthParams)
    length: StrideLengthParams = field(default_factory=StrideLengthParams)


@dataclass(frozen=True, slots=True, eq=False)
class LegSignals:
    """What is known of one leg: its shank's motion and calibration, its knee's flexion when there is a thigh sensor."""

    shank: Motion | None
    to_segment: FloatArray | None
    knee_flexion: Series | None


def duration_s(start: float | None, end: float | None) -> float:
    """Seconds between two grid indices; NaN when one is missing."""
    return _NAN if start is None or end is None else (end - start) / GRID_HZ


def timed(final: Contact | None) -> float | None:
    """Grid index of a final contact that was detected; an estimated one is no measurement of stance."""
    return None if final is None or ESTIMATED in final.note else final.at


def impact_peak_m_s2(shank: Motion, ic: float, params: MeasureParams) -> float:
    """Largest |specific force| in the window around initial contact, minus 9.81 m/s^2; independent of mounting."""
    first, last = int(ic - params.impact_before_s * GRID_HZ), int(ic + params.impact_after_s * GRID_HZ) + 1
    if first < shank.acc.start or last > shank.end:
        return _NAN
    return float(np.linalg.norm(shank.acc.window(first, last), axis=1).max() - GRAVITY_M_S2)


def ranges_deg(angles: Series, start: float, end: float) -> tuple[float, float, float]:
    """Ranges of tilt, obliquity and rotation over a cycle; NaN when a sample is untrusted."""
    first, last = int(start), int(end)
    if first < angles.start or last > angles.end:
        return _NAN, _NAN, _NAN
    tilt, obliquity, rotation = np.ptp(angles.window(first, last), axis=0)
    return float(tilt), float(obliquity), float(rotation)


def drop_deg(angles: Series, side: Side, ic: float, fc: float) -> float:
    """Contralateral drop: largest rise of this side of the pelvis above its value at IC, within its stance."""
    first, last = round(ic), round(fc)
    if first < angles.start or last > angles.end or last <= first:
        return _NAN
    own_side_up = angles.window(first, last)[:, 1] * (1.0 if side is Side.LEFT else -1.0)
    return float(own_side_up.max() - own_side_up[0])


def knee_peaks_deg(flexion: Series, start: float, end: float, params: MeasureParams) -> tuple[float, float]:
    """Loading-response excursion (peak minus value at IC) and swing peak of knee flexion."""
    if int(start) < flexion.start or int(end) > flexion.end:
        return _NAN, _NAN

    def part(share: tuple[float, float]) -> FloatArray:
        return flexion.window(int(start + share[0] * (end - start)), int(start + share[1] * (end - start)))

    loading = part(params.loading)
    return float(loading.max() - loading[0]), float(part(params.swing).max())


def attenuation(trunk: Series, ic: float, impact_m_s2: float, params: SmoothnessParams) -> float:
    """Shock attenuation, 1 - pelvis / shank, about initial contact; NaN inside a gap."""
    first, last = int(ic - params.impact_before_s * GRID_HZ), int(ic + params.impact_after_s * GRID_HZ) + 1
    if first < trunk.start or last > trunk.end or not impact_m_s2 > 0.0:
        return _NAN
    return 1.0 - float(np.linalg.norm(trunk.window(first, last), axis=1).max()) / impact_m_s2


def smoothness_of(trunk: Series, cycle: Cycle, params: SmoothnessParams) -> Smoothness:
    """Regularities and harmonic ratios of one cycle; NaN inside a gap."""
    first, end = round(cycle.ic.at), round(cycle.next_ic.at)
    last = round(cycle.after_next_ic.at) if cycle.after_next_ic else end
    if first < trunk.start or last > trunk.end or end - first < 2 * params.harmonics + 1:
        return _UNKNOWN
    acceleration = trunk.window(first, last)
    if not np.isfinite(acceleration).all():
        return _UNKNOWN
    middle = round(cycle.other_ic.at) - first if cycle.other_ic else None
    return smoothness(acceleration, middle, end - first, params)


def pelvis_length_of(trunk: Series, cycle: Cycle, height_m: float, params: PelvisLengthParams) -> float:
    """Stride length of one cycle from the pelvis; NaN inside a gap."""
    first, end = round(cycle.ic.at), round(cycle.next_ic.at)
    if first < trunk.start or end > trunk.end:
        return _NAN
    up = trunk.window(first, end)[:, 2]
    if not np.isfinite(up).all():
        return _NAN
    middle = round(cycle.other_ic.at) - first if cycle.other_ic else None
    return pelvis_stride_length_m(up, middle, LEG_OF_HEIGHT * height_m, params)


def measure(
    cycle: Cycle,
    origin_s: float,
    legs: Mapping[Side, LegSignals],
    pelvis: Series | None,
    trunk: Series | None,
    height_m: float,
    straight: bool,
    params: MeasureParams,
) -> Stride:
    """Everything that is measured in one cycle.

    Parameters
    ----------
    pelvis : Series of 3, optional
        Tilt, obliquity, rotation in degrees.
    trunk : Series of 3, optional
        Level acceleration of the pelvis or trunk.
    straight : bool
        Whether the cycle lies outside every turn.
    """
    leg = legs[cycle.side]
    ic, next_ic = cycle.ic.at, cycle.next_ic.at
    fc, other_fc = timed(cycle.fc), timed(cycle.other_fc)
    other_ic = cycle.other_ic.at if cycle.other_ic else None
    previous = cycle.previous_other_ic.at if cycle.previous_other_ic else None
    reason = cycle.reason
    length = impact = _NAN
    if leg.shank is not None and leg.to_segment is not None:
        if worst_trust(leg.shank.trust, ic, next_ic) is Trust.WITHHELD:
            reason = reason or "gap in the knee sensor's data"
        impact = impact_peak_m_s2(leg.shank, ic, params)
        if cycle.after_next_ic is not None:
            ics = ic, next_ic, cycle.after_next_ic.at
            length = stride_length_m(leg.shank, leg.to_segment, ics, height_m, params.length)
    elif trunk is not None:
        length = pelvis_length_of(trunk, cycle, height_m, params.pelvis_length)
    if not reason and not straight:
        reason = "turn"
    tilt, obliquity, rotation = ranges_deg(pelvis, ic, next_ic) if pelvis else (_NAN, _NAN, _NAN)
    drop = drop_deg(pelvis, cycle.side, ic, cycle.fc.at) if pelvis and cycle.fc else _NAN
    loading, swing = knee_peaks_deg(leg.knee_flexion, ic, next_ic, params) if leg.knee_flexion else (_NAN, _NAN)
    smooth = smoothness_of(trunk, cycle, params.smoothness) if trunk else _UNKNOWN
    return Stride(
        side=cycle.side,
        ic_s=origin_s + ic / GRID_HZ,
        fc_s=origin_s + fc / GRID_HZ if fc is not None else _NAN,
        next_ic_s=origin_s + next_ic / GRID_HZ,
        stance_time_s=duration_s(ic, fc),
        swing_time_s=duration_s(fc, next_ic),
        step_time_s=duration_s(previous, ic),
        single_support_s=duration_s(other_fc, other_ic),
        double_support_s=duration_s(ic, other_fc) + duration_s(other_ic, fc),
        stride_length_m=length,
        knee_swing_velocity_rad_s=cycle.next_ic.swing_peak_rad_s,
        impact_peak_m_s2=impact,
        knee_flexion_loading_deg=loading,
        knee_flexion_swing_deg=swing,
        obliquity_rom_deg=obliquity,
        tilt_rom_deg=tilt,
        rotation_rom_deg=rotation,
        drop_deg=drop,
        straight=straight,
        valid=not reason,
        reason=reason,
        attenuation=attenuation(trunk, ic, impact, params.smoothness) if trunk else _NAN,
        stride_regularity=smooth.stride_regularity,
        step_regularity=smooth.step_regularity,
        harmonic_ratio_vertical=smooth.harmonic_ratio_vertical,
        harmonic_ratio_forward=smooth.harmonic_ratio_forward,
        harmonic_ratio_sideways=smooth.harmonic_ratio_sideways,
    )
