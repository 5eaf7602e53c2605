"""What one recording gave, before anything is concluded from it: a whole session, or one of several walks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipeline.activity.posture import Postures
from pipeline.mounting.calibration import Calibration
from pipeline.result import Event, Interval, KneeSeries, PelvisSeries, Quality, Stride
from pipeline.strides.cycle_curves import CurveCollector
from pipeline.walk.quality import QualityParams, judge
from sensor.samples import Placement


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One recording, analysed.

    Attributes
    ----------
    begin_s : float
        Where its grid begins, on the clock of its times.
    rates_hz : mapping of Placement to float
    duration_s : float
    missing_pct : mapping of Placement to float
        Grid samples without data.
    dead : tuple of Placement
        Sensors whose signal never changes.
    calibration : Calibration or None
        None: nobody walks in it.
    knees_exchanged : bool
        Whether the leg sensors' labels were found swapped and corrected.
    turns : tuple of (start, end)
        When the heading changes, s.
    postures : Postures
        Of every second from ``postures_s`` on: what lies long before the first walk is not kept.
    """

    name: str
    notices: tuple[str, ...]
    begin_s: float
    duration_s: float
    rates_hz: Mapping[Placement, float]
    missing_pct: Mapping[Placement, float]
    dead: tuple[Placement, ...]
    calibration: Calibration | None
    knees_exchanged: bool
    events: tuple[Event, ...]
    strides: tuple[Stride, ...]
    turns: tuple[Interval, ...]
    postures: Postures
    postures_s: float
    curves: CurveCollector
    pelvis_series: PelvisSeries
    knee_series: KneeSeries | None

    def judged(self, strides: tuple[Stride, ...], params: QualityParams) -> Quality:
        """The verdict on this recording when these strides enter the numbers."""
        return judge(
            self.duration_s, self.missing_pct, self.dead, self.calibration, strides, self.knees_exchanged, params
        )

    def shifted(self, by_s: float) -> Part:
        """The same on a clock that is ``by_s`` ahead."""
        pelvis, knees = self.pelvis_series, self.knee_series
        return replace(
            self,
            begin_s=self.begin_s + by_s,
            postures_s=self.postures_s + by_s,
            events=tuple(replace(event, time_s=event.time_s + by_s) for event in self.events),
            strides=tuple(
                replace(s, ic_s=s.ic_s + by_s, fc_s=s.fc_s + by_s, next_ic_s=s.next_ic_s + by_s) for s in self.strides
            ),
            turns=tuple((start + by_s, end + by_s) for start, end in self.turns),
            pelvis_series=replace(pelvis, time_s=pelvis.time_s + by_s),
            knee_series=None if knees is None else replace(knees, time_s=knees.time_s + by_s),
        )

    @property
    def walking_time_s(self) -> float:
        """Time covered by gait cycles of either side."""
        covered, until = 0.0, -np.inf
        for stride in sorted(self.strides, key=lambda s: s.ic_s):
            covered += max(0.0, stride.next_ic_s - max(stride.ic_s, until))
            until = max(until, stride.next_ic_s)
        return covered
