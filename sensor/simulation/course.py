"""How far a walk has changed while it lasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from sensor.samples import FloatArray
from sensor.simulation.pathways import Course

MODERATE = 0.55


@dataclass(frozen=True, slots=True)
class Progress:
    """From 0 before ``onset_s`` of the recording towards 1 with the time constant ``rise_s``."""

    onset_s: float
    rise_s: float

    def __call__(self, time_s: FloatArray) -> FloatArray:
        """Progress at times (n,)."""
        return np.asarray(1.0 - np.exp(-np.maximum(time_s - self.onset_s, 0.0) / self.rise_s))


def draw_progress(course: Course, severity: float, walk_from_s: float, draw: Generator) -> Progress:
    """A person's course; worse severity brings the onset forward."""
    spread, share = draw.standard_normal(), draw.random()
    later = course.onset_log_sd * spread - course.onset_per_severity * (severity - MODERATE)
    onset = course.onset_median_s * np.exp(later)
    low, high = course.rise_s
    return Progress(walk_from_s + float(onset), low + (high - low) * float(share))
