"""How far a walk has changed while it lasts, and how far a rest takes it back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from sensor.samples import FloatArray
from sensor.simulation.pathways import Course
from sensor.simulation.protocol import Activity, Bout

MODERATE = 0.55
RELIEF_S = (60.0, 120.0)  # range of the time constant of sitting or bending forward, biomechanics.md 5.9
STANDING_RELIEF_S = 600.0  # upright rest hardly helps


@dataclass(frozen=True, slots=True)
class Rest:
    """A rest of the recording, after which what was walked counts less, by the factor e every ``relief_s``."""

    start_s: float
    end_s: float
    relief_s: float


@dataclass(frozen=True, slots=True)
class Progress:
    """From 0 before ``onset_s`` of the recording towards 1 with the time constant ``rise_s``.

    What counts is the walking since ``walk_from_s``; rests take from it.
    """

    onset_s: float
    rise_s: float
    walk_from_s: float = 0.0
    rests: tuple[Rest, ...] = ()

    def __call__(self, time_s: FloatArray) -> FloatArray:
        """Progress at times (n,)."""
        counted_s = self.walk_from_s + self._walked_s(time_s) if self.rests else time_s
        return np.asarray(1.0 - np.exp(-np.maximum(counted_s - self.onset_s, 0.0) / self.rise_s))

    def _walked_s(self, time_s: FloatArray) -> FloatArray:
        """Seconds of walking that still count."""
        walked, since = np.maximum(0.0, time_s - self.walk_from_s), self.walk_from_s
        kept = 0.0
        for rest in self.rests:
            before = kept + rest.start_s - since
            fading = before * np.exp(-(np.minimum(time_s, rest.end_s) - rest.start_s) / rest.relief_s)
            kept, since = before * float(np.exp(-(rest.end_s - rest.start_s) / rest.relief_s)), rest.end_s
            resting = fading + np.maximum(0.0, time_s - rest.end_s)
            walked = np.where(time_s < rest.start_s, walked, resting)
        return np.asarray(walked)


def draw_progress(
    course: Course, severity: float, walk_from_s: float, rests: tuple[Bout, ...], draw: Generator
) -> Progress:
    """A person's course; worse severity brings the onset forward."""
    spread, share = draw.standard_normal(), draw.random()
    later = course.onset_log_sd * spread - course.onset_per_severity * (severity - MODERATE)
    onset = course.onset_median_s * np.exp(later)
    low, high = course.rise_s
    relief_s = float(draw.uniform(*RELIEF_S))
    taken = tuple(
        Rest(rest.start_s, rest.end_s, STANDING_RELIEF_S if rest.kind is Activity.STANDING else relief_s)
        for rest in rests
    )
    return Progress(walk_from_s + float(onset), low + (high - low) * float(share), walk_from_s, taken)
