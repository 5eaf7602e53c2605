"""Mean curves over the gait cycle, accumulated stride by stride in flat memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.norms import Matched, curve_band
from pipeline.result import Curve, Stride
from pipeline.signals.timeline import Series
from pipeline.signals.windows import at_shares
from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray, Side

POINTS = 101  # 0 to 100 % of the cycle
_CYCLE = np.linspace(0.0, 1.0, POINTS)

BLOCK = 5  # strides in a block of the curves that are kept: neighbouring strides are alike
_MOST_BLOCKS = 400  # then blocks are joined in pairs: memory stays flat however long the walk

UNITS: Mapping[str, str] = {
    "pelvis_obliquity": "deg",
    "pelvis_tilt": "deg",
    "pelvis_rotation": "deg",
    "knee_angular_velocity": "deg/s",
    "knee_flexion": "deg",
    "hip_flexion": "deg",
    "shank_impact": "m/s^2",
}
CycleCurves = Mapping[str, FloatArray]  # one cycle: name of the curve to its 101 points, NaN inside gaps


@dataclass(frozen=True, slots=True, eq=False)
class CurveSignals:
    """Series that the curves of one side are read from; None where there is no such sensor.

    ``pelvis_deg`` is tilt, obliquity, rotation; ``shank_acc_m_s2`` specific force in any axes.
    """

    pelvis_deg: Series | None
    shank_rate_rad_s: Series | None
    shank_acc_m_s2: Series | None
    knee_flexion_deg: Series | None
    hip_flexion_deg: Series | None


def cycle_curves(signals: CurveSignals, side: Side, ic: FloatArray, next_ic: FloatArray) -> list[CycleCurves]:
    """Curves of k cycles of one side, that begin and end at grid indices ``ic`` and ``next_ic``, (k,) each."""
    rows: dict[str, FloatArray] = {}
    own = 1.0 if side is Side.LEFT else -1.0
    if signals.pelvis_deg is not None:
        angles = at_shares(signals.pelvis_deg, _CYCLE, ic, next_ic)
        rows["pelvis_tilt"] = angles[..., 0]
        rows["pelvis_obliquity"] = own * angles[..., 1]
        rows["pelvis_rotation"] = -own * angles[..., 2]
    if signals.shank_rate_rad_s is not None:
        rows["knee_angular_velocity"] = np.degrees(at_shares(signals.shank_rate_rad_s, _CYCLE, ic, next_ic))
    if signals.knee_flexion_deg is not None:
        rows["knee_flexion"] = at_shares(signals.knee_flexion_deg, _CYCLE, ic, next_ic)
    if signals.hip_flexion_deg is not None:
        rows["hip_flexion"] = at_shares(signals.hip_flexion_deg, _CYCLE, ic, next_ic)
    if signals.shank_acc_m_s2 is not None:
        x, y, z = np.moveaxis(at_shares(signals.shank_acc_m_s2, _CYCLE, ic, next_ic), -1, 0)
        rows["shank_impact"] = np.sqrt(x * x + y * y + z * z) - GRAVITY_M_S2
    return [{name: curve[i] for name, curve in rows.items()} for i in range(len(ic))]


@dataclass(slots=True)
class CurveSums:
    """One curve of one side: sums over blocks of strides in order, in flat memory.

    Attributes
    ----------
    blocks : list of (101,) arrays
        Sum over the strides of each block.
    counts : list of int
        Strides in each; the last may have fewer.
    squares : (101,) array
        Sum of squares over all strides.
    """

    blocks: list[FloatArray] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    squares: FloatArray = field(default_factory=lambda: np.zeros(POINTS))
    size: int = BLOCK

    @property
    def n(self) -> int:
        """Strides in all."""
        return sum(self.counts)

    def add(self, curves: FloatArray) -> None:
        """Take curves (k, 101) in the order of the strides; those with a gap are left out."""
        curves = curves[np.isfinite(curves).all(axis=1)]
        self.squares = np.concatenate((self.squares[None], curves * curves)).sum(axis=0)
        while len(curves):
            if not self.counts or self.counts[-1] == self.size:
                self._begin()
            room = self.size - self.counts[-1]
            taken, curves = curves[:room], curves[room:]
            self.blocks[-1] = np.concatenate((self.blocks[-1][None], taken)).sum(axis=0)
            self.counts[-1] += len(taken)

    def plus(self, other: CurveSums) -> CurveSums:
        """Both, one behind the other."""
        return CurveSums(
            self.blocks + other.blocks,
            self.counts + other.counts,
            self.squares + other.squares,
            max(self.size, other.size),
        )

    def mean_sd(self) -> tuple[FloatArray | None, FloatArray | None]:
        """Mean and SD over the strides, (101,) each; None without one."""
        n = self.n
        if n == 0:
            return None, None
        mean = np.sum(self.blocks, axis=0) / n
        spread = np.maximum(self.squares / n - mean * mean, 0.0) * n / max(n - 1, 1)
        return mean, np.sqrt(spread)

    def _begin(self) -> None:
        if len(self.counts) == _MOST_BLOCKS:
            self.blocks = [a + b for a, b in zip(self.blocks[0::2], self.blocks[1::2], strict=True)]
            self.counts = [a + b for a, b in zip(self.counts[0::2], self.counts[1::2], strict=True)]
            self.size *= 2
        self.blocks.append(np.zeros(POINTS))
        self.counts.append(0)


class CurveCollector:
    """Stage: valid strides with their signals in; mean and SD curves out.

    Pelvic obliquity and rotation are turned to the side's own view: + = own side up, own side forward.
    """

    def __init__(self) -> None:
        self.sums: dict[tuple[str, Side], CurveSums] = {}
        self.stance_pct: dict[Side, list[float]] = {side: [] for side in Side}

    def add(self, strides: Sequence[tuple[Stride, CycleCurves]]) -> None:
        """Take strides with their curves, in order; only valid ones count."""
        for side in Side:
            own = [(stride, curves) for stride, curves in strides if stride.valid and stride.side is side]
            for name in own[0][1] if own else ():
                self.sums.setdefault((name, side), CurveSums()).add(np.array([curves[name] for _, curves in own]))
            stances = (100.0 * stride.stance_time_s / stride.stride_time_s for stride, _ in own)
            self.stance_pct[side] += [pct for pct in stances if np.isfinite(pct)]

    @classmethod
    def of(cls, several: Sequence[CurveCollector]) -> CurveCollector:
        """One that holds what several hold; a single one is itself."""
        if len(several) == 1:
            return several[0]
        together = cls()
        for one in several:
            for key, sums in one.sums.items():
                together.sums[key] = together.sums.get(key, CurveSums()).plus(sums)
            for side, shares in one.stance_pct.items():
                together.stance_pct[side] += shares
        return together

    def curves(self, at: Matched | None) -> Mapping[str, Curve]:
        """The curves there are, with the reference band of a speed when it is known."""
        names = [name for name in UNITS if any(name == have for have, _ in self.sums)]
        return {name: self._curve(name, at) for name in names}

    def _curve(self, name: str, at: Matched | None) -> Curve:
        left, right = (self.sums.get((name, side), CurveSums()) for side in Side)
        fc = {side: float(np.median(pct)) if (pct := self.stance_pct[side]) else None for side in Side}
        low, high = (at and curve_band(name, at, POINTS)) or (None, None)
        return Curve(
            name,
            UNITS[name],
            *left.mean_sd(),
            left.n,
            *right.mean_sd(),
            right.n,
            fc[Side.LEFT],
            fc[Side.RIGHT],
            low,
            high,
        )
