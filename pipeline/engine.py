"""The fold: blocks of samples in, events, strides and angle curves out, in the order in which they become certain.

Live, replay and offline analysis are this one class, fed with smaller or larger blocks. Nothing in it may depend on
where a block ends: decisions are taken at fixed samples of the grid, and what is once returned is never revised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.activity.posture import Postures
from pipeline.activity.turns import overlaps
from pipeline.angles.orientation import Motion
from pipeline.mounting.calibration import Calibration, Warmup, calibrate
from pipeline.mounting.forward import Swap
from pipeline.mounting.standing import Span
from pipeline.result import Event, Stride
from pipeline.stages import EngineParams, Stages, build
from pipeline.strides.cycle_curves import CycleCurves, cycle_curves
from pipeline.strides.cycles import Cycle
from pipeline.strides.measures import measure
from sensor.samples import KNEES, THIGHS, FloatArray, Placement, SampleBlock, Side
from sensor.synchronise import GRID_HZ, Frame, UniformGrid

_STRIDE_MARGIN = 0.5 * GRID_HZ  # signals that the numbers of a stride need behind it
_SLOW = int(0.75 * GRID_HZ)  # angles are shown this often at least; longer than a step, which is an occasion of its own
_LOOK_BACK = int(12 * GRID_HZ)  # signals kept before the oldest cycle still to come


@dataclass(frozen=True, slots=True, eq=False)
class Increment:
    """What has become certain since the last push."""

    events: list[Event]
    strides: list[tuple[Stride, CycleCurves]]
    pelvis_deg: FloatArray  # (n, 3) tilt, obliquity, rotation of the next grid samples
    knee_deg: FloatArray  # (n, 2) left, right; empty without thigh sensors


class Engine:
    """Stage: sample blocks of all placements in, increments out.

    Parameters
    ----------
    rates_hz : mapping of Placement to float
        The placements that will be pushed and their nominal rates.
    height_m : float
        Body height, for stride length.
    """

    def __init__(self, rates_hz: Mapping[Placement, float], height_m: float, params: EngineParams) -> None:
        self.params = params
        self.calibration: Calibration | None = None
        self.knees_exchanged = False  # the labels left and right of the leg sensors were found swapped and corrected
        self.missing = dict.fromkeys(rates_hz, 0)  # grid samples without data, per placement
        self.length = 0  # grid samples in all
        self._height_m = height_m
        self._grid = UniformGrid(rates_hz)
        self._motions = {placement: Motion(params.orientation) for placement in rates_hz}
        self._warmup = Warmup(self._motions, params.calibration)
        self._stages: Stages | None = None
        self._turns_lag = params.turns.taps // 2 + int(params.turns.pad_s * GRID_HZ)

    @property
    def origin_s(self) -> float:
        """Time of grid index 0 on the recording's clock."""
        return self._grid.origin_s or 0.0

    @property
    def dead(self) -> tuple[Placement, ...]:
        """Sensors that have sent samples, but never a changing one."""
        return tuple(p for p, motion in self._motions.items() if motion.dead)

    @property
    def postures(self) -> Postures:
        """How the body was held in every second."""
        return self._stages.postures.postures if self._stages else Postures.joined([])

    @property
    def postures_s(self) -> float:
        """Time of the first posture: what lies long before the first walk is not kept."""
        return self.origin_s + (self._stages.start / GRID_HZ if self._stages else 0.0)

    @property
    def turns(self) -> list[Span]:
        """Every turn that has ended, grid indices."""
        return self._stages.turns.found if self._stages else []

    def push(self, block: SampleBlock) -> Increment:
        """Take a block; return what is now certain."""
        frames = self._grid.push(block)
        if not frames:
            return _nothing()
        for frame in frames:
            self._take(frame)
        return self._advance(last=False)

    def finish(self) -> Increment:
        """Take the end of the recording; return the rest."""
        for frame in self._grid.finish():
            self._take(frame)
        for motion in self._motions.values():
            motion.finish()
        return self._advance(last=True)

    def _take(self, frame: Frame) -> None:
        self.length += len(frame)
        for placement, motion in self._motions.items():
            self.missing[placement] += int(np.count_nonzero(~frame.valid[placement]))
            motion.push(frame.samples[placement], frame.valid[placement])

    def _advance(self, *, last: bool) -> Increment:
        if self._stages is None:
            at = self._warmup.closes_at()
            if at is None and last:
                at = min(motion.end for motion in self._motions.values())
            start = self._warmup.start
            if at:
                self._calibrate(start, at)
            else:
                for motion in self._motions.values():
                    motion.forget(start)
        if self._stages is None:
            return _nothing()
        return self._run(self._stages, last=last)

    def _calibrate(self, start: int, end: int) -> None:
        """Learn from the motion in ``[start, end)`` and build the stages, which begin at its start."""
        active, params = self._warmup.active, self.params.calibration
        alive = {p: motion for p, motion in self._motions.items() if _varies(motion, start, end)}
        self.calibration = calibrate(alive, end, active, params, start)
        if self.calibration is not None and self.calibration.swap is Swap.KNEES:
            alive = _exchanged(alive)
            self.knees_exchanged = True
            self.calibration = calibrate(alive, end, active, params, start)
        if self.calibration is not None:
            self._stages = build(alive, self.calibration, self.params, start)

    def _run(self, stages: Stages, *, last: bool) -> Increment:
        settled = float("inf")
        for source, placements in stages.sources:
            found = source.advance(min(self._motions[p].end for p in placements))
            if last:
                found += source.finish()
            # A recording that begins inside a step shows contacts that lie before it.
            stages.contacts += [contact for contact in found if contact.at >= stages.start]
            settled = min(settled, source.settled)
        if last:
            settled = float("inf")
        ready = sorted((c for c in stages.contacts if c.at < settled), key=lambda c: (c.at, c.side, c.kind))
        stages.contacts = [c for c in stages.contacts if c.at >= settled]
        stages.waiting += stages.cycles.push(ready, settled)
        events = [Event(self.origin_s + c.at / GRID_HZ, c.side, c.kind, c.confidence, c.note) for c in ready]
        if not last and not self._slow_due(stages):
            return Increment(events, [], np.empty((0, 3)), np.empty((0, 2)))
        self._advance_signals(stages, last=last)
        strides = self._strides(stages, last=last)
        angles = self._angles(stages)
        self._forget(stages, settled)
        return Increment(events, strides, *angles)

    def _slow_due(self, stages: Stages) -> bool:
        """Whether to compute the signals behind strides and curves now: a stride is complete, or it is time.

        Their cost is by the call. When they are computed changes no number, only how many increments share them.
        """
        end = min(motion.end for motion in self._motions.values())
        if end - stages.slow >= _SLOW:
            return True
        if not stages.waiting or stages.waiting[0].reach + _STRIDE_MARGIN > end - self._turns_lag:
            return False
        for stage in (stages.heading, stages.turns):  # whether the person turns is what strides wait for longest
            stage.advance(end)
        return stages.waiting[0].reach + _STRIDE_MARGIN <= stages.turns.settled

    def _advance_signals(self, stages: Stages, *, last: bool) -> None:
        stages.slow = min(motion.end for motion in self._motions.values())
        for stage in stages.signals:
            stage.advance(stages.slow)
        if last:
            for stage in stages.signals:
                stage.finish()

    def _strides(self, stages: Stages, *, last: bool) -> list[tuple[Stride, CycleCurves]]:
        """Strides of the waiting cycles whose signals and turns are known, in order."""
        known = float("inf")
        if not last:
            ends = [motion.end for motion in self._motions.values()]
            ends += [series.end for series in (stages.body.pelvis, stages.body.thorax) if series is not None]
            known = min([*ends, stages.turns.settled])
        count = 0
        while count < len(stages.waiting) and stages.waiting[count].reach + _STRIDE_MARGIN <= known:
            count += 1
        cycles, stages.waiting = stages.waiting[:count], stages.waiting[count:]
        straight = [not overlaps(stages.turns.turns, cycle.ic.at, cycle.next_ic.at) for cycle in cycles]
        strides = measure(cycles, straight, self.origin_s, stages.body, self._height_m, self.params.measures)
        return list(zip(strides, _curves(stages, cycles), strict=True))

    def _angles(self, stages: Stages) -> tuple[FloatArray, FloatArray]:
        """Angles of the grid samples that have become known in every angle series."""
        angles = stages.body.pelvis
        series = [knee.flexion for knee in stages.knees.values()] + ([angles] if angles else [])
        end = min((s.end for s in series), default=stages.slow)
        first = max(stages.shown, stages.start)
        unkept, stages.shown = first - stages.shown, end
        pelvis = _behind(unkept, angles.window(first, end)) if angles else np.empty((0, 3))
        if not stages.knees:
            return pelvis, np.empty((0, 2))
        knees = np.full((end - first, 2), np.nan)
        for column, side in enumerate(Side):
            if side in stages.knees:
                knees[:, column] = stages.knees[side].flexion.window(first, end)
        return pelvis, _behind(unkept, knees)

    def _forget(self, stages: Stages, settled: float) -> None:
        """Let go of signals that no cycle to come can reach back to."""
        oldest = min([stages.cycles.pending(settled), *(cycle.ic.at for cycle in stages.waiting)])
        if not np.isfinite(oldest):
            return
        before = min(int(oldest) - _LOOK_BACK, stages.slow, stages.shown)
        for motion in self._motions.values():
            motion.forget(before)
        for source, _ in stages.sources:
            source.forget(before)
        for stage in stages.signals:
            stage.forget(before)


def _behind(count: int, angles: FloatArray) -> FloatArray:
    """A copy of the angles behind so many samples of which nothing was kept."""
    return np.concatenate((np.full((count, angles.shape[1]), np.nan), angles))


def _nothing() -> Increment:
    return Increment([], [], np.empty((0, 3)), np.empty((0, 2)))


def _exchanged(motions: Mapping[Placement, Motion]) -> dict[Placement, Motion]:
    """The leg sensors with left and right exchanged."""
    legs = {*KNEES, *THIGHS}
    return {p.mirrored if p in legs else p: motion for p, motion in motions.items()}


def _varies(motion: Motion, start: int, end: int) -> bool:
    """Whether both halves of a sensor have sent anything in ``[start, end)``, and not the same all the time."""
    return all(bool(np.ptp(series.window(start, end), axis=0).any()) for series in (motion.acc, motion.gyr))


def _curves(stages: Stages, cycles: Sequence[Cycle]) -> list[CycleCurves]:
    """Curves of cycles, in their order."""
    out: dict[int, CycleCurves] = {}
    for side in Side:
        if not (own := [i for i, cycle in enumerate(cycles) if cycle.side is side]):
            continue
        ic = np.array([cycles[i].ic.at for i in own])
        next_ic = np.array([cycles[i].next_ic.at for i in own])
        out |= zip(own, cycle_curves(stages.curves[side], side, ic, next_ic), strict=True)
    return [out[i] for i in range(len(cycles))]
