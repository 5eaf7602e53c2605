"""One simulated patient: the body, what the pathway does to it, and the gaits this leads to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.samples import FloatArray
from sensor.simulation.body import Body, draw_body
from sensor.simulation.course import Progress, draw_progress
from sensor.simulation.gait import Gait, blended, gait
from sensor.simulation.mixture import combined
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.protocol import Bout, planned, rests
from sensor.simulation.shifts import Shifts
from sensor.simulation.spec import WalkSpec
from sensor.simulation.streams import stream


@dataclass(frozen=True, slots=True, eq=False)
class Patient:
    """A person with a pathway. ``late`` and ``end`` differ from ``begin`` and ``start`` only with a ``progress``."""

    body: Body
    begin: Shifts
    late: Shifts
    start: Gait
    end: Gait
    progress: Progress | None
    bouts: tuple[Bout, ...]

    def share(self, time_s: FloatArray) -> FloatArray:
        """How much of the late gait has come, 0 to 1, at times (n,) of the recording."""
        return np.zeros(len(time_s)) if self.progress is None else self.progress(time_s)

    def gait_at(self, time_s: float) -> Gait:
        """The gait at a time of the recording."""
        if self.progress is None:
            return self.start
        return blended(self.start, self.end, float(self.progress(np.array([time_s]))[0]))

    def impact_m_s2(self, role: int, time_s: FloatArray) -> FloatArray:
        """Peak axial acceleration of the shank at landings (n,)."""
        first, last = self.start.impact[role], self.end.impact[role]
        return np.asarray(first + (last - first) * self.share(time_s))


def draw_patient(spec: WalkSpec) -> Patient:
    """The patient of a spec."""
    body = draw_body(spec)
    begin, late = combined(spec)
    start = gait(body, begin)
    bouts = planned(spec.protocol, spec.duration_s, start.speed_m_s)
    progress = None
    for ailment in spec.ailments:
        course = PATHWAYS[ailment.pathway].course
        if course is not None and ailment.severity > 0.0:
            draw = stream(spec.seed, "course")
            progress = draw_progress(course, ailment.severity, bouts[0].start_s, rests(bouts), draw)
    return Patient(body, begin, late, start, gait(body, late), progress, bouts)
