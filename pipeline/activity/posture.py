"""How the body is held in every second: what tells sitting from standing, and both from walking.

Thighs lie level in sitting and hang in standing. Without thigh sensors the pelvis tells it less surely: it tips back on
a seat. Shanks hang in both, unless the feet are stretched out or tucked under.

Data requirements: calibrated leg or pelvis sensors. Angles count from the standing pose, or from the walk's mean when
no standing was found. Source: own, after design notes 3.2 [A].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from pipeline.angles.joints import Inclination
from pipeline.angles.orientation import Motion
from pipeline.mounting.calibration import CalibrationParams, active_cells
from pipeline.signals.bridging import Trust
from pipeline.signals.timeline import Series
from sensor.samples import KNEES, THIGHS, BoolArray, FloatArray, Placement
from sensor.synchronise import GRID_HZ

CELL_S = 1.0
_CELL = int(CELL_S * GRID_HZ)
_PARTS = 256  # kept one by one before they are joined: an array of one second takes ten times what it holds


@dataclass(frozen=True, slots=True, eq=False)
class Postures:
    """Posture in each second from the beginning of the grid, arrays (n,); NaN where no sensor shows it.

    Attributes
    ----------
    thigh_deg : array
        Sagittal inclination of the thigh that hangs most, knee forward +.
    shank_deg : array
        How far the shank that hangs most is from the vertical.
    pelvis_deg : array
        Pelvic tilt, anterior +.
    trunk_deg : array
        Forward lean of the trunk.
    moving : bool array
        Whether a leg (without leg sensors: the trunk) moves as in walking.
    lost : bool array
        Whether no sensor that would show it sent samples throughout.
    """

    thigh_deg: FloatArray
    shank_deg: FloatArray
    pelvis_deg: FloatArray
    trunk_deg: FloatArray
    moving: BoolArray
    lost: BoolArray

    def __len__(self) -> int:
        return len(self.moving)

    @classmethod
    def joined(cls, parts: list[Postures]) -> Postures:
        """One behind the other."""
        if not parts:
            nothing = np.empty(0)
            return cls(nothing, nothing, nothing, nothing, np.empty(0, dtype=bool), np.empty(0, dtype=bool))
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))


class PostureCells:
    """Stage: follows motion and angles; keeps a few numbers of each second.

    Parameters
    ----------
    motions : mapping of Placement to Motion
    limbs : mapping of Placement to Inclination
        Calibrated leg sensors, advanced before this stage.
    pelvis_deg, trunk_deg : Series, optional
        Tilt first among the pelvis' angles; forward lean first among the trunk's.
    """

    def __init__(
        self,
        motions: Mapping[Placement, Motion],
        limbs: Mapping[Placement, Inclination],
        pelvis_deg: Series | None,
        trunk_deg: Series | None,
        start: int,
        params: CalibrationParams,
    ) -> None:
        self.params = params
        self._motions, self._limbs = motions, limbs
        self._pelvis_deg, self._trunk_deg = pelvis_deg, trunk_deg
        self._next = start
        self._cells: list[Postures] = []
        legs = [motions[p] for p in (*KNEES, *THIGHS) if p in motions]
        self._witnesses = legs or list(motions.values())

    @property
    def postures(self) -> Postures:
        """Every second so far."""
        self._cells = [Postures.joined(self._cells)]
        return self._cells[0]

    def advance(self, end: int) -> None:
        """Take in the whole seconds before the grid index ``end``, as far as all angles are known."""
        ends = [end, *(limb.angle.end for limb in self._limbs.values())]
        ends += [series.end for series in (self._pelvis_deg, self._trunk_deg) if series is not None]
        count = (min(ends) - self._next) // _CELL
        if count > 0:
            self._cells.append(self._look(count))
            self._next += count * _CELL
            if len(self._cells) > _PARTS:
                self._cells = [Postures.joined(self._cells)]

    def finish(self) -> None:
        """Take in what the angles' stages gave at their end."""
        self.advance(min(motion.end for motion in self._motions.values()))

    def forget(self, before: int) -> None:
        """No signal is kept here."""

    def _look(self, count: int) -> Postures:
        gap = [_cells(motion.trust, self._next, count).max(axis=1) >= Trust.WITHHELD for motion in self._witnesses]
        return Postures(
            self._limb(THIGHS, count, magnitude=False),
            self._limb(KNEES, count, magnitude=True),
            self._mean(self._pelvis_deg, count),
            self._mean(self._trunk_deg, count),
            moving=active_cells(self._motions, self._next, count, self.params),
            lost=np.logical_and.reduce(gap),
        )

    def _limb(self, placements: tuple[Placement, ...], count: int, *, magnitude: bool) -> FloatArray:
        """The smaller angle of those worn, deg; one leg alone may be lifted or stretched out in standing."""
        found = np.full(count, np.nan)
        for placement in placements:
            if placement in self._limbs:
                limb = self._limbs[placement]
                mean = np.degrees(_cells(limb.angle, self._next, count).mean(axis=1))
                mean[_cells(limb.motion.trust, self._next, count).max(axis=1) >= Trust.WITHHELD] = np.nan
                found = np.fmin(found, np.abs(mean) if magnitude else mean)
        return found

    def _mean(self, series: Series | None, count: int) -> FloatArray:
        if series is None:
            return np.full(count, np.nan)
        return np.asarray(_cells(series, self._next, count).mean(axis=1))


def _cells(series: Series, start: int, count: int) -> FloatArray:
    """The first channel in cells of one second, (count, samples)."""
    samples = series.window(start, start + count * _CELL).reshape(count, _CELL, series.width)[..., 0]
    return np.ascontiguousarray(samples)
