"""Bands of confidence: which events count, which are right."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.confidences import Judged, bands, judged
from pipeline.result import Event, EventKind
from sensor.samples import Side

IC = EventKind.IC


def event(time_s: float, side: Side = Side.LEFT, sure: float = 1.0) -> Event:
    return Event(time_s, side, IC, sure)


def test_each_detection_that_counts_is_judged_by_its_own_partner() -> None:
    reference = [event(t) for t in (1.0, 2.0, 3.0)]
    detected = [event(1.02, sure=0.9), event(2.5, sure=0.2), event(3.1, sure=0.6), event(9.0), event(2.0, Side.RIGHT)]
    found = judged(reference, detected, IC, turns=[(2.9, 3.2)])
    assert [j.confidence for j in found] == [0.9, 0.2]
    np.testing.assert_allclose([j.error_s for j in found], [0.02, np.nan])


def test_a_band_counts_what_is_near_the_median_error_and_no_partner_is_wrong() -> None:
    late = [Judged(0.9, 0.10)] * 5 + [Judged(0.8, 0.16)] + [Judged(0.3, 0.12), Judged(0.3, float("nan"))]
    high, moderate, low = bands(late)
    assert (high.n, moderate.n, low.n) == (6, 0, 2)
    assert high.right == pytest.approx(5 / 6)
    assert low.right == 0.5
    assert np.isnan(moderate.right)


def test_nothing_detected_is_nothing_to_judge() -> None:
    assert [band.n for band in bands([])] == [0, 0, 0]
