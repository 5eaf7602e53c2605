"""Cycles to strides: what is measured in each gait cycle, from the signals around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.angles.joints import Inclination
from pipeline.angles.orientation import Motion
from pipeline.events.contacts import ESTIMATED, Contact
from pipeline.norms import LEG_OF_HEIGHT
from pipeline.result import Stride
from pipeline.signals.bridging import Trust
from pipeline.signals.timeline import Series
from pipeline.signals.windows import HUNDREDTHS, Windows, at_shares, count_where, cut, holds, missing, nearest, whole
from pipeline.strides.cycles import Cycle
from pipeline.strides.pelvis_stride_length import PelvisLengthParams, pelvis_stride_lengths_m
from pipeline.strides.smoothness import Smoothness, SmoothnessParams, smoothness
from pipeline.strides.stride_length import StrideLengthParams, stride_lengths_m
from pipeline.strides.trunk import TrunkParams, trunk_measures
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import BoolArray, FloatArray, IntArray, Side
from sensor.synchronise import GRID_HZ

_NAN = float("nan")
_MAY_BE_MISSING = (
    "stride_length_m",
    "impact_peak_m_s2",
    "knee_flexion_loading_deg",
    "knee_flexion_swing_deg",
    "obliquity_rom_deg",
    "tilt_rom_deg",
    "rotation_rom_deg",
    "drop_deg",
)
_AT_ONCE = 512  # strides: their cost is by the call, and what they take of memory stays small, however many there are


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
    trunk: TrunkParams = field(default_factory=TrunkParams)


@dataclass(frozen=True, slots=True, eq=False)
class LegSignals:
    """What is known of one leg: its shank's motion and inclination, its knee's flexion when there is a thigh sensor."""

    shank: Inclination | None
    knee_flexion: Series | None
    hip_flexion: Series | None = None
    has_length: bool = True  # whether the shank's orientation can be trusted, which its way is integrated with


@dataclass(frozen=True, slots=True, eq=False)
class BodySignals:
    """What the strides of both sides are measured from; None where no sensor shows it.

    ``pelvis`` and ``thorax`` are tilt, obliquity, rotation in degrees; ``trunk`` is level acceleration of the pelvis
    or, without its sensors, of the thorax; ``hips_apart`` is how far the two iliac sensors' angles lie apart, degrees.
    """

    legs: Mapping[Side, LegSignals]
    pelvis: Series | None
    trunk: Series | None
    thorax: Series | None = None
    hips_apart: Series | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Contacts of k cycles as grid indices, (k,); NaN where there is no such contact.

    ``fc`` and ``other_fc`` are those that were detected, ``any_fc`` may be an estimate: that is no measurement of
    stance.
    """

    ic: FloatArray
    next_ic: FloatArray
    after_next_ic: FloatArray
    fc: FloatArray
    any_fc: FloatArray
    other_fc: FloatArray
    other_ic: FloatArray
    previous_other_ic: FloatArray

    @classmethod
    def of(cls, cycles: Sequence[Cycle]) -> Times:
        """The contacts of cycles."""

        def at(pick: Callable[[Cycle], Contact | None], *, detected: bool = False) -> FloatArray:
            contacts = (pick(cycle) for cycle in cycles)
            return np.array([_NAN if c is None or (detected and ESTIMATED in c.note) else c.at for c in contacts])

        return cls(
            at(lambda c: c.ic),
            at(lambda c: c.next_ic),
            at(lambda c: c.after_next_ic),
            at(lambda c: c.fc, detected=True),
            at(lambda c: c.fc),
            at(lambda c: c.other_fc, detected=True),
            at(lambda c: c.other_ic),
            at(lambda c: c.previous_other_ic),
        )


def impact_peaks_m_s2(shank: Motion, ic: FloatArray, params: MeasureParams) -> FloatArray:
    """Largest |specific force|, (k,), in the window around each contact, minus gravity; independent of mounting."""
    first = whole(ic - params.impact_before_s * GRID_HZ)
    return _largest_norms(shank.acc, first, ic, params.impact_after_s) - GRAVITY_M_S2


def attenuations(trunk: Series, ic: FloatArray, impact_m_s2: FloatArray, params: SmoothnessParams) -> FloatArray:
    """Shock attenuation, 1 - pelvis / shank, about each initial contact, (k,); NaN inside a gap."""
    first = whole(ic - params.impact_before_s * GRID_HZ)
    peak = _largest_norms(trunk, first, ic, params.impact_after_s)
    return np.asarray(1.0 - np.divide(peak, impact_m_s2, out=np.full(len(ic), _NAN), where=impact_m_s2 > 0.0))


def ranges_deg(angles: Series, start: FloatArray, end: FloatArray) -> FloatArray:
    """Ranges of tilt, obliquity and rotation over cycles, (k, 3); NaN when a sample is untrusted."""
    rows = cut(angles, whole(start), whole(end))
    return rows.largest() - rows.smallest()


def drops_deg(angles: Series, side: Side, ic: FloatArray, fc: FloatArray) -> FloatArray:
    """Contralateral drops (k,): largest rise of this side of the pelvis above its value at IC, within its stance."""
    rows = cut(angles, nearest(ic), nearest(fc))
    first = rows.first()[:, 1]
    return rows.largest()[:, 1] - first if side is Side.LEFT else first - rows.smallest()[:, 1]


def knee_peaks_deg(
    flexion: Series, start: FloatArray, end: FloatArray, params: MeasureParams
) -> tuple[FloatArray, FloatArray]:
    """Loading-response excursions (peak minus value at IC) and swing peaks of knee flexion, (k,) each."""
    held = holds(flexion, whole(start), whole(end))
    loading, swing = (
        cut(flexion, *(np.where(held, whole(start + at * (end - start)), -1) for at in share))
        for share in (params.loading, params.swing)
    )
    return loading.largest() - loading.first(), swing.largest()


def _largest_norms(series: Series, first: IntArray, ic: FloatArray, after_s: float) -> FloatArray:
    rows = cut(series, first, whole(ic + after_s * GRID_HZ) + 1)
    x, y, z = np.moveaxis(rows.values, -1, 0)
    return Windows(np.sqrt(x * x + y * y + z * z), rows.inside).largest()


def _smoothness(trunk: Series, at: Times, params: SmoothnessParams) -> Smoothness:
    begin, end = nearest(at.ic), nearest(at.next_ic)
    following = np.maximum(nearest(at.after_next_ic), end)
    return smoothness(trunk, begin, nearest(at.other_ic), end, following, params)


def _pelvis_lengths_m(trunk: Series, at: Times, height_m: float, params: PelvisLengthParams) -> FloatArray:
    """Stride lengths (k,) from the pelvis; NaN inside a gap."""
    out = np.full(len(at.ic), _NAN)
    begin, end = nearest(at.ic), nearest(at.next_ic)
    good = holds(trunk, begin, end) & (count_where(trunk, begin, end, missing(trunk)) == 0)
    for length in np.unique((end - begin)[good]):
        same = np.flatnonzero(good & (end - begin == length))
        up = trunk.at(begin[same, None] + np.arange(length))[..., 2]
        out[same] = pelvis_stride_lengths_m(
            up, nearest(at.other_ic)[same] - begin[same], LEG_OF_HEIGHT * height_m, params
        )
    return out


def _in_a_gap(shank: Motion, at: Times) -> BoolArray:
    """Whether a withheld sample of the shank lies in each cycle, or the cycle beyond what is kept, (k,)."""
    trust = shank.trust
    first = np.maximum(np.floor(at.ic).astype(np.int64), trust.start)
    last = np.minimum(np.ceil(at.next_ic).astype(np.int64) + 1, trust.end)
    withheld = np.asarray(trust.window(trust.start, trust.end) >= Trust.WITHHELD)
    return np.asarray((count_where(trust, first, last, withheld) > 0) | (last <= first))


def measure(
    cycles: Sequence[Cycle],
    straight: Sequence[bool],
    origin_s: float,
    body: BodySignals,
    height_m: float,
    params: MeasureParams,
) -> list[Stride]:
    """Everything that is measured in each of some cycles, in their order.

    Parameters
    ----------
    straight : sequence of bool
        Whether each cycle lies outside every turn.
    """
    out: dict[int, Stride] = {}
    for first in range(0, len(cycles), _AT_ONCE):
        for side in Side:
            own = [i for i in range(first, min(first + _AT_ONCE, len(cycles))) if cycles[i].side is side]
            if own:
                made = _measured([cycles[i] for i in own], [straight[i] for i in own], origin_s, body, height_m, params)
                out |= zip(own, made, strict=True)
    return [out[i] for i in range(len(cycles))]


def _measured(
    cycles: Sequence[Cycle],
    straight: Sequence[bool],
    origin_s: float,
    body: BodySignals,
    height_m: float,
    params: MeasureParams,
) -> list[Stride]:
    """The same of cycles of one side."""
    side, at = cycles[0].side, Times.of(cycles)
    leg = body.legs[side]
    columns = _timing(at, origin_s)
    columns["knee_swing_velocity_rad_s"] = np.array([cycle.next_ic.swing_peak_rad_s for cycle in cycles])
    columns |= _of_leg(leg, at, height_m, params) | _of_pelvis(body, side, at, params)
    if body.trunk is not None and leg.shank is not None:
        columns["attenuation"] = attenuations(body.trunk, at.ic, columns["impact_peak_m_s2"], params.smoothness)
    elif body.trunk is not None:
        columns["stride_length_m"] = _pelvis_lengths_m(body.trunk, at, height_m, params.pelvis_length)
    gap = _in_a_gap(leg.shank.motion, at) if leg.shank is not None else np.zeros(len(cycles), dtype=bool)
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    out = []
    for cycle, on_a_straight, in_a_gap, row in zip(cycles, straight, gap.tolist(), rows, strict=True):
        reason = cycle.reason or ("gap in the knee sensor's data" if in_a_gap else "" if on_a_straight else "turn")
        numbers = dict(zip(columns, row, strict=True))
        out.append(Stride(side=side, straight=on_a_straight, valid=not reason, reason=reason, **numbers))
    return out


def _of_leg(leg: LegSignals, at: Times, height_m: float, params: MeasureParams) -> dict[str, FloatArray]:
    """What the sensors of the leg show."""
    columns: dict[str, FloatArray] = {}
    if leg.shank is not None:
        columns["impact_peak_m_s2"] = impact_peaks_m_s2(leg.shank.motion, at.ic, params)
    if leg.shank is not None and leg.has_length:
        ics = np.column_stack((at.ic, at.next_ic, at.after_next_ic))
        columns["stride_length_m"] = stride_lengths_m(leg.shank, ics, height_m, params.length)
        shank = cut(leg.shank.angle, whole(at.ic), whole(at.next_ic))
        columns["shank_excursion_deg"] = np.degrees(shank.largest() - shank.smallest())
    if leg.knee_flexion is not None:
        peaks = knee_peaks_deg(leg.knee_flexion, at.ic, at.next_ic, params)
        columns["knee_flexion_loading_deg"], columns["knee_flexion_swing_deg"] = peaks
    if leg.hip_flexion is not None:
        hip = cut(leg.hip_flexion, whole(at.ic), whole(at.next_ic))
        columns["hip_flexion_max_deg"], columns["hip_flexion_min_deg"] = hip.largest(), hip.smallest()
    return columns


def _of_pelvis(body: BodySignals, side: Side, at: Times, params: MeasureParams) -> dict[str, FloatArray]:
    """What the sensors of pelvis and trunk show."""
    columns: dict[str, FloatArray] = {}
    if body.pelvis is not None:
        ranges = ranges_deg(body.pelvis, at.ic, at.next_ic)
        for column, name in enumerate(("tilt_rom_deg", "obliquity_rom_deg", "rotation_rom_deg")):
            columns[name] = ranges[:, column]
        columns["drop_deg"] = drops_deg(body.pelvis, side, at.ic, at.any_fc)
        mean = at_shares(body.pelvis, HUNDREDTHS, at.ic, at.next_ic).mean(axis=1)
        columns["tilt_mean_deg"], columns["obliquity_mean_deg"] = mean[:, 0], mean[:, 1]
    if body.hips_apart is not None:
        apart = at_shares(body.hips_apart, HUNDREDTHS, at.ic, at.next_ic)
        columns["hips_apart_deg"] = np.sqrt((apart * apart).mean(axis=1))
    if body.trunk is not None:
        smooth = _smoothness(body.trunk, at, params.smoothness)
        columns |= {name: getattr(smooth, name) for name in smooth.__slots__}
    if body.thorax is not None:
        leaning = trunk_measures(body.thorax, body.pelvis, side, at.ic, at.any_fc, at.next_ic, params.trunk)
        columns |= {name: getattr(leaning, name) for name in leaning.__slots__}
    return columns


def _timing(at: Times, origin_s: float) -> dict[str, FloatArray]:
    """Times and durations of cycles, s; the rest of a stride's numbers still missing."""
    missing = np.full(len(at.ic), _NAN)
    return {
        "ic_s": origin_s + at.ic / GRID_HZ,
        "fc_s": origin_s + at.fc / GRID_HZ,
        "next_ic_s": origin_s + at.next_ic / GRID_HZ,
        "stance_time_s": (at.fc - at.ic) / GRID_HZ,
        "swing_time_s": (at.next_ic - at.fc) / GRID_HZ,
        "step_time_s": (at.ic - at.previous_other_ic) / GRID_HZ,
        "single_support_s": (at.other_ic - at.other_fc) / GRID_HZ,
        "double_support_s": (at.other_fc - at.ic) / GRID_HZ + (at.fc - at.other_ic) / GRID_HZ,
    } | dict.fromkeys(_MAY_BE_MISSING, missing)
