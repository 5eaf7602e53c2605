"""Mean curves over the gait cycle, accumulated stride by stride in flat memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.norms import Matched, curve_band
from pipeline.result import Curve, Stride
from sensor.samples import FloatArray, Side

POINTS = 101  # 0 to 100 % of the cycle

_UNITS = {
    "pelvis_obliquity": "deg",
    "pelvis_tilt": "deg",
    "pelvis_rotation": "deg",
    "knee_angular_velocity": "deg/s",
    "knee_flexion": "deg",
}


@dataclass(frozen=True, slots=True, eq=False)
class CycleSignals:
    """Signals of one stride at 100 Hz with one sample to spare at both ends; ``begin`` and ``length`` in samples.

    ``pelvis_deg`` is (n, 3) tilt, obliquity, rotation; the others (n,). None where there is no such sensor.
    """

    begin: float
    length: float
    pelvis_deg: FloatArray | None
    shank_rate_rad_s: FloatArray | None
    knee_flexion_deg: FloatArray | None


@dataclass(slots=True)
class _Sums:
    """Running sums of one curve of one side."""

    n: int = 0
    total: FloatArray = field(default_factory=lambda: np.zeros(POINTS))
    squares: FloatArray = field(default_factory=lambda: np.zeros(POINTS))

    def add(self, curve: FloatArray) -> None:
        if np.isfinite(curve).all():
            self.n += 1
            self.total += curve
            self.squares += curve * curve

    def plus(self, other: _Sums) -> _Sums:
        return _Sums(self.n + other.n, self.total + other.total, self.squares + other.squares)

    def mean_sd(self) -> tuple[FloatArray | None, FloatArray | None]:
        if self.n == 0:
            return None, None
        mean = self.total / self.n
        spread = np.maximum(self.squares / self.n - mean * mean, 0.0) * self.n / max(self.n - 1, 1)
        return mean, np.sqrt(spread)


class CurveCollector:
    """Stage: valid strides with their signals in; mean and SD curves out.

    Pelvic obliquity and rotation are turned to the side's own view: + = own side up, own side forward.
    """

    def __init__(self) -> None:
        self.sums: dict[tuple[str, Side], _Sums] = {}
        self.stance_pct: dict[Side, list[float]] = {side: [] for side in Side}

    def add(self, stride: Stride, signals: CycleSignals) -> None:
        """Take one stride; only valid ones should come."""
        at = signals.begin + np.linspace(0.0, 1.0, POINTS) * signals.length
        own = 1.0 if stride.side is Side.LEFT else -1.0
        if signals.pelvis_deg is not None:
            tilt, obliquity, rotation = signals.pelvis_deg.T
            self._add("pelvis_tilt", stride.side, at, tilt)
            self._add("pelvis_obliquity", stride.side, at, own * obliquity)
            self._add("pelvis_rotation", stride.side, at, -own * rotation)
        if signals.shank_rate_rad_s is not None:
            self._add("knee_angular_velocity", stride.side, at, np.degrees(signals.shank_rate_rad_s))
        if signals.knee_flexion_deg is not None:
            self._add("knee_flexion", stride.side, at, signals.knee_flexion_deg)
        if np.isfinite(stride.stance_time_s):
            self.stance_pct[stride.side].append(100.0 * stride.stance_time_s / stride.stride_time_s)

    @classmethod
    def of(cls, several: Sequence[CurveCollector]) -> CurveCollector:
        """One that holds what several hold; a single one is itself."""
        if len(several) == 1:
            return several[0]
        together = cls()
        for one in several:
            for key, sums in one.sums.items():
                together.sums[key] = together.sums.get(key, _Sums()).plus(sums)
            for side, shares in one.stance_pct.items():
                together.stance_pct[side] += shares
        return together

    def curves(self, at: Matched | None) -> Mapping[str, Curve]:
        """The curves there are, with the reference band of a speed when it is known."""
        names = [name for name in _UNITS if any(name == have for have, _ in self.sums)]
        return {name: self._curve(name, at) for name in names}

    def _add(self, name: str, side: Side, at: FloatArray, samples: FloatArray) -> None:
        sums = self.sums.setdefault((name, side), _Sums())
        sums.add(np.interp(at, np.arange(len(samples)), samples))

    def _curve(self, name: str, at: Matched | None) -> Curve:
        left, right = (self.sums.get((name, side), _Sums()) for side in Side)
        fc = {side: float(np.median(pct)) if (pct := self.stance_pct[side]) else None for side in Side}
        low, high = (at and curve_band(name, at, POINTS)) or (None, None)
        return Curve(
            name,
            _UNITS[name],
            *left.mean_sd(),
            left.n,
            *right.mean_sd(),
            right.n,
            fc[Side.LEFT],
            fc[Side.RIGHT],
            low,
            high,
        )
