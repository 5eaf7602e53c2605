"""Quiet standing: the pose that defines zero, and where up is for every sensor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.signals.rotations import unit
from pipeline.signals.runs import spans
from sensor.samples import BoolArray, FloatArray, Placement
from sensor.synchronise import GRID_HZ


@dataclass(frozen=True, slots=True)
class StandingParams:
    """What counts as quiet standing."""

    limit_rad_s: float = 0.15  # above gyro noise and bias, at the upper end of postural sway
    shortest_s: float = 1.5  # shorter pauses occur inside slow steps
    edge_s: float = 0.25  # left out at both ends: the body is still settling, or already leaning into the step
    lean_deg: float = 35.0  # a sensor that hangs this much differently in walking was not yet worn, or the person sat


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open ``[start, end)`` in samples."""

    start: int
    end: int


def still_spans(gyr_rad_s: list[FloatArray], params: StandingParams) -> list[Span]:
    """Spans in which no sensor turns, from the angular rates (n, 3) of all of them."""
    still: BoolArray = np.ones(len(gyr_rad_s[0]), dtype=bool)
    for gyr in gyr_rad_s:
        still &= np.linalg.norm(gyr, axis=1) < params.limit_rad_s
    edge = int(params.edge_s * GRID_HZ)
    return [Span(start + edge, end - edge) for start, end in spans(still) if end - start >= params.shortest_s * GRID_HZ]


def standing_up(
    acc_m_s2: Mapping[Placement, FloatArray], spans: list[Span], walking: BoolArray, params: StandingParams
) -> dict[Placement, FloatArray] | None:
    """Up in sensor axes of each sensor from the still span that fits the walk best, or None when none is standing.

    Parameters
    ----------
    acc_m_s2 : mapping of Placement to (n, 3) array
    spans : list of Span
        Candidates, from :func:`still_spans`.
    walking : (n,) bool array
        Samples of walking; on average a sensor hangs there as it does in standing.

    Returns
    -------
    mapping of Placement to unit vector (3,), or None
    """
    on_average = {p: unit(acc[walking].mean(axis=0)) for p, acc in acc_m_s2.items()}
    best, least = None, np.radians(params.lean_deg)
    for span in spans:
        up = {p: unit(acc[span.start : span.end].mean(axis=0)) for p, acc in acc_m_s2.items()}
        lean = max(float(np.arccos(np.clip(up[p] @ on_average[p], -1.0, 1.0))) for p in up)
        if lean < least:
            best, least = up, lean
    return best
