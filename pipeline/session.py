"""A recording through the engine: increments gathered into a part, one result at the end. Live and offline alike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.conclusion import SessionParams, conclude
from pipeline.engine import Engine, Increment
from pipeline.part import Part
from pipeline.result import Event, KneeSeries, PelvisSeries, SessionResult, Stride
from pipeline.strides.cycle_curves import CurveCollector
from pipeline.walk.body import body_sizes
from sensor.person import Person
from sensor.recording import RecordingTable, blocks, kept
from sensor.samples import FloatArray, Placement, SampleBlock
from sensor.synchronise import GRID_HZ

_CHUNK = 18_000  # rows; stages cost by the call, and three minutes at 100 Hz keep memory flat


class SessionAnalysis:
    """Stage: sample blocks in, increments out, and one :class:`~pipeline.result.SessionResult` at the end.

    Parameters
    ----------
    rates_hz : mapping of Placement to float
        Placements that will be pushed, with their nominal rates.
    person : Person
        Height and leg length scale lengths and norms; what is missing is assumed and said.
    name : str
        Name of the recording.
    notices : tuple of str
        What was noticed while reading it.
    """

    def __init__(
        self,
        rates_hz: Mapping[Placement, float],
        person: Person,
        name: str = "",
        notices: tuple[str, ...] = (),
        params: SessionParams | None = None,
    ) -> None:
        self.params = params or SessionParams()
        self.person = person
        self._name, self._notices, self._rates = name, notices, dict(rates_hz)
        height_m, _, _ = body_sizes(person)
        self._engine = Engine(rates_hz, height_m, self.params.engine)
        self._events: list[Event] = []
        self._strides: list[Stride] = []
        self._curves = CurveCollector()
        self._pelvis: list[FloatArray] = []
        self._knees: list[FloatArray] = []

    def push(self, block: SampleBlock) -> Increment:
        """Take a block; return what has become certain."""
        return self._gather(self._engine.push(block))

    def finish(self) -> SessionResult:
        """Take the end of the recording; return what it says."""
        return conclude(self._name, [self.end()], self.person, self.params)

    def end(self) -> Part:
        """Take the end of the recording; return what it gave, for a conclusion with others of the same session."""
        self._gather(self._engine.finish())
        engine = self._engine
        return Part(
            name=self._name,
            notices=self._notices,
            begin_s=engine.origin_s,
            duration_s=max(engine.length - 1, 0) / GRID_HZ,
            rates_hz=self._rates,
            missing_pct={p: 100.0 * n / max(engine.length, 1) for p, n in engine.missing.items()},
            dead=tuple(engine.dead),
            calibration=engine.calibration,
            knees_exchanged=engine.knees_exchanged,
            events=tuple(self._events),
            strides=tuple(self._strides),
            turns=tuple(
                (engine.origin_s + turn.start / GRID_HZ, engine.origin_s + turn.end / GRID_HZ) for turn in engine.turns
            ),
            postures=engine.postures,
            postures_s=engine.postures_s,
            curves=self._curves,
            pelvis_series=self._pelvis_series(),
            knee_series=self._knee_series(),
        )

    def _gather(self, new: Increment) -> Increment:
        self._events += new.events
        self._strides += [stride for stride, _ in new.strides]
        self._curves.add(new.strides)
        self._pelvis.append(new.pelvis_deg)
        self._knees.append(new.knee_deg)
        return new

    def _times(self, count: int) -> FloatArray:
        return np.asarray(self._engine.origin_s + np.arange(count) / GRID_HZ)

    def _pelvis_series(self) -> PelvisSeries:
        angles = np.concatenate(self._pelvis)
        return PelvisSeries(self._times(len(angles)), *np.ascontiguousarray(angles.T))

    def _knee_series(self) -> KneeSeries | None:
        angles = np.concatenate(self._knees)
        return KneeSeries(self._times(len(angles)), *np.ascontiguousarray(angles.T)) if len(angles) else None


def analysed(table: RecordingTable, chunk: int | None = _CHUNK, params: SessionParams | None = None) -> SessionAnalysis:
    """A recording pushed whole, by blocks of ``chunk`` rows (None: all at once); its end is still to be taken."""
    table = kept(table)
    analysis = SessionAnalysis(
        dict.fromkeys(table.placements, table.rate_hz), table.person, table.name, table.notices, params
    )
    for block in blocks(table, chunk):
        analysis.push(block)
    return analysis


def analyze_table(
    table: RecordingTable, chunk: int | None = _CHUNK, params: SessionParams | None = None
) -> SessionResult:
    """Analyse a whole recording: the same fold as live, with bigger blocks."""
    return analysed(table, chunk, params).finish()
