"""Calibration: from the first walk of a recording to the axes of every segment and the habits of every leg.

Sensors may be mounted in any way. Calibration closes once, after a stated amount of walking, and is never revised: what
comes later is measured with it, and so is the stretch it was learned from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.angles.orientation import Motion
from pipeline.events.landings import ShankLandingParams, landing_profile
from pipeline.events.leg_events import SHANK, THIGH, Gait, LegEventParams, LegEvents, LegSignalFilters
from pipeline.events.pelvis_events import PelvisEventParams, usual_peak
from pipeline.events.swings import SwingFinder, learn_rhythm
from pipeline.mounting.forward import Swap
from pipeline.mounting.handedness import Axes, HandednessParams, handedness
from pipeline.mounting.leg_axis import LegAxis, LegAxisParams, leg_axis, segment_matrix, thigh_witness
from pipeline.mounting.mounts import mounts
from pipeline.mounting.pelvis_frame import LevelMotion, PelvisFrame, PelvisFrameParams, level, pelvis_frame
from pipeline.mounting.standing import StandingParams, standing_up, still_spans
from pipeline.result import Handedness, Mount
from pipeline.signals.filters import lowpass_taps, smooth
from pipeline.signals.rotations import unit
from pipeline.signals.timeline import Series
from sensor.samples import HIPS, KNEES, THIGHS, BoolArray, FloatArray, Placement, Side
from sensor.synchronise import GRID_HZ

PELVIS = (*HIPS, Placement.SACRUM)
_CELL = int(GRID_HZ)  # activity is judged in cells of one second
_USUAL_STRIDE = 1.1 * GRID_HZ  # where no rhythm stands out
# Of the stride. There the rates of thigh and shank correlate with 0.6 to 0.9, at once with -0.1 to 0.4: a toss.
_THIGH_LEADS = 0.15


@dataclass(frozen=True, slots=True)
class CalibrationParams:
    """When calibration closes, and what it is learned with."""

    walking_s: float = 15.0  # about a dozen strides a side; more changed no error on others' walks, less time to wait
    longest_s: float = 300.0  # calibrate with less than that rather than keep a therapist waiting
    least_walking_s: float = 3.0  # below this nobody walks
    idle_s: float = 120.0  # nobody has walked for so long: what lies before is forgotten ...
    kept_s: float = 60.0  # ... but for this last part, which may hold the standing before the walk
    leg_active_rad_s: float = 0.4  # RMS in a cell; a thigh after a stroke has 0.8 to 1.8, a standing one 0.1
    trunk_active_m_s2: float = 0.5  # RMS of the specific force about its mean; very slow walking shakes the pelvis so
    standing: StandingParams = field(default_factory=StandingParams)
    leg: LegAxisParams = field(default_factory=LegAxisParams)
    shank: LegEventParams = SHANK
    thigh: LegEventParams = THIGH
    frame: PelvisFrameParams = field(default_factory=PelvisFrameParams)
    pelvis_events: PelvisEventParams = field(default_factory=PelvisEventParams)
    handedness: HandednessParams = field(default_factory=HandednessParams)


@dataclass(frozen=True, slots=True, eq=False)
class LegCalibration:
    """One leg sensor: sensor to segment axes (3, 3), the mediolateral axis and, for a shank, its gait."""

    to_segment: FloatArray
    axis: LegAxis
    gait: Gait | None


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What the stages after calibration need.

    Attributes
    ----------
    standing : bool
        Whether quiet standing was found; without it, zero is the walk's mean and offsets mean nothing.
    stride : float
        Usual stride, samples.
    pelvis_peak_m_s2 : float
        Usual peak of the vertical acceleration of the pelvis or trunk below 3 Hz.
    mounts : tuple of Mount
        How each sensor sits.
    """

    standing: bool
    walking_s: float
    stride: float
    legs: Mapping[Placement, LegCalibration]
    pelvis: PelvisFrame | None
    trunk: PelvisFrame | None
    pelvis_peak_m_s2: float
    mounts: tuple[Mount, ...] = ()

    @property
    def mirrored(self) -> tuple[Placement, ...]:
        """Sensors from which no angle can be read."""
        return tuple(mount.placement for mount in self.mounts if mount.handedness is Handedness.MIRRORED)

    @property
    def swap(self) -> Swap:
        """Whether left and right look exchanged, as far as the pelvis can tell."""
        return self.pelvis.swap if self.pelvis is not None else Swap.NONE


def active_cells(motions: Mapping[Placement, Motion], start: int, cells: int, params: CalibrationParams) -> BoolArray:
    """Whether the person walks in each one-second cell from ``start``.

    The shanks tell, without them the thighs, which also turn in sitting down, without them pelvis and trunk.
    """
    worn = [[motions[p] for p in pair if p in motions] for pair in (KNEES, THIGHS)]
    if legs := next(filter(None, worn), None):
        return np.asarray(np.max([_shake(m.gyr, start, cells) for m in legs], axis=0) > params.leg_active_rad_s)
    shakes = [_shake(motion.acc, start, cells) for motion in motions.values()]
    return np.asarray(np.mean(shakes, axis=0) > params.trunk_active_m_s2)


def _shake(series: Series, start: int, cells: int) -> FloatArray:
    """RMS about the mean in each cell, (cells,): a sensor that is stuck shakes as little as one that rests."""
    samples = series.window(start, start + cells * _CELL).reshape(cells, _CELL, 3)
    return np.asarray(np.sqrt(((samples - samples.mean(axis=1, keepdims=True)) ** 2).sum(axis=2).mean(axis=1)))


class Warmup:
    """Waits for enough walking; decides at whole seconds of the grid, so that chunking cannot matter.

    Attributes
    ----------
    start : int
        Grid index before which everything may be forgotten: somebody who stands or sits for an hour before the first
        walk must not keep an hour of signals alive.
    active : list of bool
        Whether the person walks, in each second from ``start`` on.
    """

    def __init__(self, motions: Mapping[Placement, Motion], params: CalibrationParams) -> None:
        self.params = params
        self.start = 0
        self.active: list[bool] = []
        self._motions = motions

    def closes_at(self) -> int | None:
        """Grid index at which there is enough, or None while there is not."""
        p, end = self.params, min(motion.end for motion in self._motions.values())
        for second in range(self.start // _CELL + len(self.active), end // _CELL):
            self.active.append(bool(active_cells(self._motions, second * _CELL, 1, p)[0]))
            walked = sum(self.active)
            if walked >= p.walking_s:
                return (second + 1) * _CELL
            idle = len(self.active) >= p.idle_s and not any(self.active[-int(p.idle_s) :])
            if walked >= 3.0 * p.least_walking_s and (len(self.active) >= p.longest_s or idle):
                return (second + 1) * _CELL
            if idle:
                # A few steps before a long rest are lost: too few to learn from, too many to keep the rest for.
                self.active = self.active[-int(p.kept_s) :]
                self.start = (second + 1 - len(self.active)) * _CELL
        return None


def calibrate(
    motions: Mapping[Placement, Motion], end: int, active: list[bool], params: CalibrationParams, start: int = 0
) -> Calibration | None:
    """Learn everything from the motion in ``[start, end)``; None when hardly anybody walks there.

    Sensors that are dead or sent nothing should be left out of ``motions``; ``active`` counts from ``start``.
    """
    walking: BoolArray = np.repeat(np.array(active, dtype=bool), _CELL)[: end - start]
    walking = np.concatenate((walking, np.zeros(end - start - len(walking), dtype=bool)))
    if not motions or walking.sum() < params.least_walking_s * GRID_HZ:
        return None
    acc = {p: m.acc.window(start, end) for p, m in motions.items()}
    gyr = {p: m.gyr.window(start, end) for p, m in motions.items()}
    up = standing_up(acc, still_spans(list(gyr.values()), params.standing), walking, params.standing)
    standing = up is not None
    if up is None:
        up = {p: unit(a[walking].mean(axis=0)) for p, a in acc.items()}
    warmup = _Stretch(motions, acc, gyr, up, walking, start)
    legs, contacts = _legs(warmup, params)
    strides = [leg.gait.rhythm.stride for leg in legs.values() if leg.gait]
    stride, peak = float(np.median(strides)) if strides else _USUAL_STRIDE, 0.0
    pelvis, trunk = ({p: warmup.level(p) for p in group if p in motions} for group in (PELVIS, (Placement.TRUNK,)))
    if not strides and (pelvis or trunk):
        slow = _lift(pelvis or trunk, params.pelvis_events)[walking]
        stride = _stride_of(slow, usual_peak(slow, params.pelvis_events))
    handed = {p: warmup.handedness(p, stride, params.handedness) for p in motions}
    mirrored = {p for p, axes in handed.items() if axes.handedness is Handedness.MIRRORED}
    pelvis, trunk = ({p: motion for p, motion in group.items() if p not in mirrored} for group in (pelvis, trunk))
    if source := pelvis or trunk:
        peak = usual_peak(_lift(source, params.pelvis_events)[walking], params.pelvis_events)
    frames = [pelvis_frame(m, up, walking, contacts, stride, params.frame) if m else None for m in (pelvis, trunk)]
    to_body = {p: leg.to_segment for p, leg in legs.items()}
    for frame in frames:
        to_body |= frame.to_pelvis if frame is not None else {}
    return Calibration(
        standing=standing,
        walking_s=float(walking.sum() / GRID_HZ),
        stride=stride,
        legs=legs,
        pelvis=frames[0],
        trunk=frames[1],
        pelvis_peak_m_s2=peak,
        mounts=mounts(up, to_body, handed),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """The stretch that is learned from: motion, up in each sensor's axes, when there is walking, from where on."""

    motions: Mapping[Placement, Motion]
    acc: Mapping[Placement, FloatArray]
    gyr: Mapping[Placement, FloatArray]
    up: Mapping[Placement, FloatArray]
    walking: BoolArray
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.walking)

    def level(self, placement: Placement) -> LevelMotion:
        quat = self.motions[placement].quat.window(self.start, self.end)
        return level(self.acc[placement], quat, self.gyr[placement], self.up[placement])

    def handedness(self, placement: Placement, stride: float, params: HandednessParams) -> Axes:
        trust = self.motions[placement].trust.window(self.start, self.end)
        return handedness(self.acc[placement], self.gyr[placement], trust, stride, params)


def _legs(
    warmup: _Stretch, params: CalibrationParams
) -> tuple[dict[Placement, LegCalibration], list[tuple[int, Side]]]:
    """Calibrate the leg sensors, shanks before thighs; also their initial contacts in the warm-up, in order."""
    legs: dict[Placement, LegCalibration] = {}
    contacts: list[tuple[int, Side]] = []
    for placement in (*KNEES, *THIGHS):
        if placement not in warmup.motions:
            continue
        motion, walking = warmup.motions[placement], warmup.walking
        axis = leg_axis(warmup.acc[placement][walking], warmup.gyr[placement][walking], params.leg)
        if axis is None:
            continue
        gait, events = None, params.shank if placement in KNEES else params.thigh
        if placement in THIGHS:
            axis = _thigh_sign(placement, axis, warmup, legs, params.leg)
        if placement in KNEES or knee_of(placement) not in legs:
            gait = _learn_gait(motion, axis.axis, warmup, events)
            contacts += _contacts(placement, axis.axis, gait, warmup, events)
        legs[placement] = LegCalibration(segment_matrix(axis.axis, warmup.up[placement]), axis, gait)
    return legs, sorted(contacts)


def knee_of(thigh: Placement) -> Placement:
    """The knee placement on a thigh's side."""
    return Placement(thigh.value.replace("thigh", "knee"))


def _learn_gait(motion: Motion, axis: FloatArray, warmup: _Stretch, params: LegEventParams) -> Gait | None:
    """Rhythm and landing of one leg."""
    signals = LegSignalFilters(params, axis, warmup.start)
    first, second = signals.advance(motion, warmup.end), signals.finish()
    rate, jerk = np.concatenate((first[0], second[0])), np.concatenate((first[1], second[1]))
    rhythm = learn_rhythm(rate, params.swings)
    if rhythm is None:
        return None
    finder = SwingFinder(params.swings, rhythm)
    swings = finder.push(rate) + finder.finish()
    if not isinstance(params.landing, ShankLandingParams):
        return Gait(rhythm)
    spent = Series(1)
    spent.append(jerk)
    profiles = [landing_profile(spent, swing.fall, params.landing) for swing in swings]
    return Gait(rhythm, tuple(profile for profile in profiles if profile is not None))


def _contacts(
    placement: Placement, axis: FloatArray, gait: Gait | None, warmup: _Stretch, params: LegEventParams
) -> list[tuple[int, Side]]:
    """Initial contacts of one leg, samples of the stretch, for telling the pelvis' left from its right."""
    side = placement.side
    if gait is None or side is None:
        return []
    detector = LegEvents(side, warmup.motions[placement], axis, gait, warmup.start, params)
    found = detector.advance(warmup.end) + detector.finish()
    return [(round(contact.at) - warmup.start, side) for contact in found if contact.kind == "IC"]


def _thigh_sign(
    placement: Placement,
    axis: LegAxis,
    warmup: _Stretch,
    legs: Mapping[Placement, LegCalibration],
    params: LegAxisParams,
) -> LegAxis:
    """A thigh's own asymmetry is weak: let it agree with the shank of its side, which follows it, or ask it twice."""
    gyr, walking, knee = warmup.gyr, warmup.walking, knee_of(placement)
    if knee in legs:
        gait = legs[knee].gait
        lag = round(_THIGH_LEADS * (gait.rhythm.stride if gait is not None else _USUAL_STRIDE))
        thigh, shank = gyr[placement] @ axis.axis, gyr[knee] @ legs[knee].axis.axis
        agrees = float(thigh[:-lag] @ shank[lag:])
    else:
        agrees = thigh_witness(warmup.acc[placement][walking], gyr[placement][walking], axis.axis, params)
    return axis if agrees >= 0.0 else LegAxis(-axis.axis, axis.share)


def _lift(source: Mapping[Placement, LevelMotion], params: PelvisEventParams) -> FloatArray:
    """Slow vertical acceleration (n,) of the pelvis or trunk."""
    lift = np.mean([motion.acc[:, 2:] for motion in source.values()], axis=0)
    return smooth(lift, lowpass_taps(params.cutoff_hz, params.taps))[:, 0]


def _stride_of(vertical: FloatArray, peak: float) -> float:
    """Usual stride, samples, as twice the usual distance of the vertical acceleration's peaks."""
    top = (vertical[1:-1] > vertical[:-2]) & (vertical[1:-1] >= vertical[2:]) & (vertical[1:-1] > 0.5 * peak)
    steps = np.diff(np.flatnonzero(top))
    steps = steps[(steps > 0.3 * GRID_HZ) & (steps < 1.2 * GRID_HZ)]
    return float(2.0 * np.median(steps)) if len(steps) else _USUAL_STRIDE
