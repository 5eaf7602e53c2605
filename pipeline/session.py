"""A whole session: the engine's increments gathered into one result. Live and offline alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version

import numpy as np

from pipeline.asymmetry import FIELD, AsymmetryParams, asymmetry, of_side
from pipeline.calibration import Calibration
from pipeline.chain import chain
from pipeline.cycle_curves import CurveCollector
from pipeline.engine import Engine, EngineParams, Increment
from pipeline.norms import LEG_OF_HEIGHT, Matched
from pipeline.quality import QualityParams, judge
from pipeline.result import (
    Asymmetry,
    Event,
    KneeSeries,
    PelvisSeries,
    Recording,
    SessionResult,
    Stride,
)
from pipeline.summary_measures import SummaryParams, gait_measures, pelvis_measures
from pipeline.timecourse import TimeCourseParams, time_course
from sensor.person import Person
from sensor.recording import RecordingTable, blocks
from sensor.samples import HIPS, KNEES, FloatArray, Placement, SampleBlock, Side
from sensor.synchronise import GRID_HZ

_CHUNK = 6000  # rows; a minute at 100 Hz keeps memory flat and costs nothing
_USUAL_HEIGHT_M = {"male": 1.77, "female": 1.64, None: 1.70}  # own working values [A]; said in the result when used


@dataclass(frozen=True, slots=True)
class SessionParams:
    """Parameters of a whole analysis; they travel into the result's provenance."""

    engine: EngineParams = field(default_factory=EngineParams)
    asymmetry: AsymmetryParams = field(default_factory=AsymmetryParams)
    summary: SummaryParams = field(default_factory=SummaryParams)
    quality: QualityParams = field(default_factory=QualityParams)
    time_course: TimeCourseParams = field(default_factory=TimeCourseParams)


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
        self._height_m, self._leg_m, self._assumed = _body(person)
        self._engine = Engine(rates_hz, self._height_m, self.params.engine)
        self._events: list[Event] = []
        self._strides: list[Stride] = []
        self._curves = CurveCollector()
        self._pelvis: list[FloatArray] = []
        self._knees: list[FloatArray] = []

    def push(self, block: SampleBlock) -> Increment:
        """Take a block; return what has become certain."""
        return self._gather(self._engine.push(block))

    def finish(self) -> SessionResult:
        """Take the end of the recording; return everything."""
        self._gather(self._engine.finish())
        engine, strides = self._engine, tuple(self._strides)
        calibration, exchanged = engine.calibration, engine.knees_exchanged
        missing = {p: 100.0 * n / max(engine.length, 1) for p, n in engine.missing.items()}
        duration_s = max(engine.length - 1, 0) / GRID_HZ
        at = self._matched()
        asymmetries = {metric: self._asymmetry(metric) for metric in FIELD}
        gait = gait_measures(strides, self._walking_time_s(), self.person, at, self.params.summary)
        pelvis = pelvis_measures(strides, at, self.params.summary)
        course = time_course(strides, self.params.time_course)
        return SessionResult(
            recording=Recording(
                self._name,
                tuple(self._rates),
                float(np.median(list(self._rates.values()))),
                duration_s,
                missing,
                self._height_m,
                self._leg_m,
                self._assumed,
                self._notices,
            ),
            quality=judge(duration_s, missing, engine.dead, calibration, strides, exchanged, self.params.quality),
            events=tuple(self._events),
            strides=strides,
            gait=gait,
            asymmetry=asymmetries,
            pelvis=pelvis,
            chain=chain(asymmetries, gait, pelvis, course, tuple(self._rates)),
            curves=self._curves.curves(at),
            pelvis_series=self._pelvis_series(),
            knee_series=self._knee_series(),
            provenance=self._provenance(calibration),
            time_course=course,
        )

    def _gather(self, new: Increment) -> Increment:
        self._events += new.events
        for stride, signals in new.strides:
            self._strides.append(stride)
            if stride.valid:
                self._curves.add(stride, signals)
        self._pelvis.append(new.pelvis_deg)
        self._knees.append(new.knee_deg)
        return new

    def _matched(self) -> Matched | None:
        """Speed that references are matched to; without knee sensors there is none."""
        speeds = np.array([s.stride_length_m / s.stride_time_s for s in self._strides if s.valid])
        speeds = speeds[np.isfinite(speeds)]
        return Matched(float(np.median(speeds)), self._leg_m) if len(speeds) else None

    def _asymmetry(self, metric: str) -> Asymmetry:
        why_not = self._why_not(metric)
        # What the two sides measured in different ways, or without a zero, must not be compared.
        strides = [] if why_not else self._strides
        left, right = (of_side(strides, side, FIELD[metric]) for side in Side)
        return asymmetry(metric, left, right, why_not, self.params.asymmetry)

    def _why_not(self, metric: str) -> str:
        """Why these sensors cannot show a metric at all; empty when they can."""
        worn = set(self._rates)
        if metric.startswith("knee_flexion"):
            if not {Placement.THIGH_LEFT, Placement.THIGH_RIGHT, *KNEES} <= worn:
                return "needs sensors on both thighs and below both knees"
            calibration = self._engine.calibration
            return "" if calibration is None or calibration.standing else "needs quiet standing as zero"
        if metric == "step_time" and (set(HIPS) & worn or {Placement.SACRUM, Placement.TRUNK} & worn):
            return ""
        return "" if set(KNEES) <= worn else "needs sensors below both knees"

    def _walking_time_s(self) -> float:
        """Time covered by gait cycles of either side."""
        covered, until = 0.0, -np.inf
        for stride in sorted(self._strides, key=lambda s: s.ic_s):
            covered += max(0.0, stride.next_ic_s - max(stride.ic_s, until))
            until = max(until, stride.next_ic_s)
        return covered

    def _times(self, count: int) -> FloatArray:
        return np.asarray(self._engine.origin_s + np.arange(count) / GRID_HZ)

    def _pelvis_series(self) -> PelvisSeries:
        angles = np.concatenate(self._pelvis)
        return PelvisSeries(self._times(len(angles)), *np.ascontiguousarray(angles.T))

    def _knee_series(self) -> KneeSeries | None:
        angles = np.concatenate(self._knees)
        return KneeSeries(self._times(len(angles)), *np.ascontiguousarray(angles.T)) if len(angles) else None

    def _provenance(self, calibration: Calibration | None) -> dict[str, object]:
        learned: dict[str, object] = {}
        if calibration is not None:
            learned = {
                "standing_found": calibration.standing,
                "walking_s": calibration.walking_s,
                "leg_axis_share": {p.value: round(leg.axis.share, 3) for p, leg in calibration.legs.items()},
                "pelvis_anisotropy": round(calibration.pelvis.anisotropy, 2) if calibration.pelvis else None,
                "sides_told_by_knees": calibration.pelvis.sided_by_knees if calibration.pelvis else None,
                "swap": calibration.swap.value,
                "leg_sensors_exchanged": self._engine.knees_exchanged,
            }
        return {
            "gaitchain": version("gaitchain"),
            "numpy": np.__version__,
            "vqf": version("vqf"),
            "params": asdict(self.params),
            "calibration": learned,
        }


def analyze_table(
    table: RecordingTable, chunk: int | None = _CHUNK, params: SessionParams | None = None
) -> SessionResult:
    """Analyse a whole recording: the same fold, fed with blocks of ``chunk`` rows (None: all at once)."""
    analysis = SessionAnalysis(
        dict.fromkeys(table.placements, table.rate_hz), table.person, table.name, table.notices, params
    )
    for block in blocks(table, chunk):
        analysis.push(block)
    return analysis.finish()


def _body(person: Person) -> tuple[float, float, tuple[str, ...]]:
    """Height, leg length, m, and what was assumed for them."""
    assumed = []
    height = person.height_m
    if height is None and person.leg_length_m is not None:
        height = person.leg_length_m / LEG_OF_HEIGHT
        assumed.append(f"Body height {height:.2f} m is taken from the leg length.")
    if height is None:
        height = _USUAL_HEIGHT_M.get(person.sex, _USUAL_HEIGHT_M[None])
        assumed.append(f"Body height is not known; {height:.2f} m is assumed. Lengths and speed scale with it.")
    leg = person.leg_length_m
    if leg is None:
        leg = LEG_OF_HEIGHT * height
        assumed.append(f"Leg length is taken as {leg:.2f} m from body height.")
    return height, leg, tuple(assumed)
