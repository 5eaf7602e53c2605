"""Quiet standing: found where nothing turns for long enough and the sensors hang as they do in walking."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.mounting.standing import Span, StandingParams, standing_up, still_spans
from sensor.samples import FloatArray, Placement

LEFT, HIP = Placement.KNEE_LEFT, Placement.HIP_LEFT
PARAMS = StandingParams()


def rates(n: int, *still: tuple[int, int]) -> FloatArray:
    """Angular rates (n, 3): turning, but for the given spans."""
    gyr = np.full((n, 3), 0.5)
    for start, end in still:
        gyr[start:end] = 0.02
    return gyr


def test_a_pause_is_still_but_for_its_edges() -> None:
    assert still_spans([rates(1000, (200, 500))], PARAMS) == [Span(225, 475)]


def test_short_pauses_are_part_of_walking() -> None:
    assert still_spans([rates(1000, (200, 349))], PARAMS) == []
    assert still_spans([rates(1000, (200, 350))], PARAMS) == [Span(225, 325)]


def test_all_sensors_must_rest() -> None:
    assert still_spans([rates(1000, (100, 500)), rates(1000, (300, 800))], PARAMS) == [Span(325, 475)]


def test_rest_at_both_ends_of_the_recording_counts() -> None:
    assert still_spans([rates(1000, (0, 300), (700, 1000))], PARAMS) == [Span(25, 275), Span(725, 975)]


def hanging(*parts: tuple[int, list[float]]) -> FloatArray:
    """Specific force (n, 3), 9.81 along the given directions, one stretch after the other."""
    return np.concatenate([np.tile(9.81 * np.array(d) / np.linalg.norm(d), (n, 1)) for n, d in parts])


class TestUp:
    walking = np.repeat([False, False, True], 400)
    spans = (Span(25, 375), Span(425, 775))

    def test_is_taken_where_the_sensors_hang_as_in_walking(self) -> None:
        """First they lie on a table, then they are worn."""
        acc = {
            LEFT: hanging((400, [1.0, 0.0, 0.0]), (400, [0.0, 0.05, 1.0]), (400, [0.0, 0.0, 1.0])),
            HIP: hanging((400, [0.0, 0.0, 1.0]), (400, [0.0, 1.0, 0.1]), (400, [0.0, 1.0, 0.0])),
        }
        up = standing_up(acc, list(self.spans), self.walking, PARAMS)
        assert up is not None
        np.testing.assert_allclose(up[LEFT], np.array([0.0, 0.05, 1.0]) / np.hypot(0.05, 1.0), atol=1e-12)
        np.testing.assert_allclose(up[HIP], np.array([0.0, 1.0, 0.1]) / np.hypot(1.0, 0.1), atol=1e-12)

    @pytest.mark.parametrize(("lean_deg", "found"), [(30.0, True), (40.0, False), (90.0, False)])
    def test_sitting_is_not_standing(self, lean_deg: float, found: bool) -> None:
        """One sensor that leans too much is enough, however well the other fits."""
        lean = [np.sin(np.radians(lean_deg)), 0.0, np.cos(np.radians(lean_deg))]
        acc = {
            LEFT: hanging((400, lean), (800, [0.0, 0.0, 1.0])),
            HIP: hanging((1200, [0.0, 1.0, 0.0])),
        }
        assert (standing_up(acc, [self.spans[0]], self.walking, PARAMS) is not None) == found

    def test_without_a_pause_there_is_none(self) -> None:
        assert standing_up({LEFT: hanging((1200, [0.0, 0.0, 1.0]))}, [], self.walking, PARAMS) is None
