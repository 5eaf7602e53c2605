"""Cadence and asymmetry while somebody walks: the last strides only. The report's numbers come from the whole walk."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from pipeline.result import Stride
from sensor.samples import Side

LAST = 10  # strides of each side: 10 to 12 s of walking, few enough to follow a change
LEAST = 3


@dataclass(frozen=True, slots=True)
class Walked:
    """What the last strides say; None before there are enough.

    Attributes
    ----------
    strides, valid : mapping of Side to int
        So far.
    stance_asymmetry_pct, step_asymmetry_pct : float or None
        100 ln(left / right) of the medians; + left longer.
    drop_deg : mapping of Side to float or None
        How far the other side of the pelvis drops in the stance of a side, median.
    """

    strides: dict[Side, int]
    valid: dict[Side, int]
    cadence_spm: float | None = None
    stance_asymmetry_pct: float | None = None
    step_asymmetry_pct: float | None = None
    drop_deg: dict[Side, float | None] = field(default_factory=lambda: dict.fromkeys(Side))


@dataclass(slots=True)
class LiveNumbers:
    """Fold over strides."""

    _all: dict[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))
    _valid: dict[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))
    _last: dict[Side, deque[Stride]] = field(default_factory=lambda: {side: deque(maxlen=LAST) for side in Side})

    def add(self, strides: Iterable[Stride]) -> None:
        """Take strides as they become certain."""
        for stride in strides:
            self._all[stride.side] += 1
            if stride.valid:
                self._valid[stride.side] += 1
                self._last[stride.side].append(stride)

    def now(self) -> Walked:
        """What the last strides say."""
        both = [stride.stride_time_s for side in Side for stride in self._last[side]]
        cadence_spm = 120.0 / median(both) if len(both) >= LEAST else None
        return Walked(
            dict(self._all),
            dict(self._valid),
            cadence_spm,
            self._ratio("stance_time_s"),
            self._ratio("step_time_s"),
            {side: self._drop_deg(side) for side in Side},
        )

    def _ratio(self, name: str) -> float | None:
        values = {side: [v for s in self._last[side] if (v := getattr(s, name)) > 0.0] for side in Side}  # NaN is not
        if min(map(len, values.values())) < LEAST:
            return None
        return 100.0 * math.log(median(values[Side.LEFT]) / median(values[Side.RIGHT]))

    def _drop_deg(self, side: Side) -> float | None:
        values = [stride.drop_deg for stride in self._last[side] if math.isfinite(stride.drop_deg)]
        return median(values) if len(values) >= LEAST else None
