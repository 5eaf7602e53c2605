"""Confidence: halved by each sign of doubt, and lower where events are further from the truth."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events.confidence import (
    HIGH,
    MODERATE,
    ConfidenceParams,
    bridged,
    confidence,
    landing_doubt,
    missing,
    step_doubt,
)
from pipeline.events.landings import Landing
from pipeline.result import Event, EventKind
from pipeline.session import analyze_table
from pipeline.signals.bridging import Trust
from sensor.samples import KNEES, THIGHS, FloatArray, Placement
from sensor.simulation import SimulatedWalk, WalkSpec, simulate

PARAMS = ConfidenceParams()
DOUBTS = st.lists(st.floats(0.0, 50.0), max_size=5)


class TestConfidence:
    @given(st.floats(0.0, 1.0), DOUBTS)
    def test_lies_between_nothing_and_what_the_detector_may_have(self, sure: float, doubts: list[float]) -> None:
        assert 0.0 <= confidence(sure, *doubts) <= sure + 5e-4

    @given(DOUBTS, st.floats(0.0, 5.0))
    def test_more_doubt_is_never_surer(self, doubts: list[float], more: float) -> None:
        assert confidence(0.9, *doubts, more) <= confidence(0.9, *doubts)

    def test_a_bridged_gap_halves_it(self) -> None:
        assert confidence(0.9, bridged(Trust.SAMPLE)) == 0.9
        assert confidence(0.9, bridged(Trust.BRIDGED)) == 0.45


class TestDoubts:
    def test_a_swing_larger_than_usual_is_no_doubt(self) -> None:
        assert missing(1.7, 0.5) == 0.0
        assert missing(0.5, 0.5) == 1.0

    @pytest.mark.parametrize(
        "landing",
        [
            Landing(0.0, soft_octaves=PARAMS.soft_octaves),
            Landing(0.0, off_usual_s=PARAMS.off_usual_s),
            Landing(0.0, apart_s=PARAMS.apart_s),
            Landing(0.0, rival=PARAMS.rival),
        ],
    )
    def test_each_sign_of_its_stated_size_halves_the_confidence_in_a_landing(self, landing: Landing) -> None:
        assert landing_doubt(landing, PARAMS) == 1.0
        assert landing_doubt(Landing(0.0), PARAMS) == 0.0

    @given(st.floats(-10.0, 1000.0), st.floats(-10.0, 1000.0))
    def test_the_steps_around_are_taken_alike_and_are_never_worse_than_none(self, before: float, after: float) -> None:
        doubt = step_doubt((before, after), 50.0, PARAMS)
        assert doubt == step_doubt((after, before), 50.0, PARAMS)
        assert 0.0 <= doubt <= step_doubt((None, None), 50.0, PARAMS)
        assert step_doubt((50.0, 50.0), 50.0, PARAMS) == 0.0


PEOPLE = range(1, 5)


@cache
def walk(seed: int) -> SimulatedWalk:
    return simulate(WalkSpec("antalgic_knee", severity=0.9, seed=seed, duration_s=60.0))


@cache
def events(worn: tuple[Placement, ...], seed: int) -> tuple[Event, ...]:
    return analyze_table(walk(seed).table.only(worn)).events


def sureness_and_error(worn: tuple[Placement, ...], kind: EventKind, seed: int) -> tuple[FloatArray, FloatArray]:
    """Confidence of each event and its distance in s from the nearest true one, the median error taken out."""
    truth = [e for e in walk(seed).truth.events if e.event == kind.value]
    own = [e for e in events(worn, seed) if e.kind is kind]
    error_s = [
        min((e.time_s - t.time_s for t in truth if t.side is e.side), key=abs, default=float("nan")) for e in own
    ]
    return np.array([e.confidence for e in own]), np.abs(np.array(error_s) - np.median(error_s))


@pytest.mark.parametrize(
    ("worn", "kind", "unsure"),
    [
        (KNEES, EventKind.IC, MODERATE),
        (KNEES, EventKind.FC, HIGH),
        (THIGHS, EventKind.IC, MODERATE),
        ((Placement.SACRUM,), EventKind.IC, MODERATE),
        ((Placement.SACRUM,), EventKind.FC, MODERATE / 2.0),
        ((Placement.HIP_LEFT, Placement.HIP_RIGHT), EventKind.IC, MODERATE),
    ],
)  # fmt: skip
def test_unsure_events_of_simulated_walks_are_further_off(
    worn: tuple[Placement, ...], kind: EventKind, unsure: float
) -> None:
    sure, error_s = np.concatenate([sureness_and_error(worn, kind, seed) for seed in PEOPLE], axis=1)
    doubtful = sure < unsure
    assert 10 <= doubtful.sum() < 0.5 * len(sure)
    assert error_s[doubtful].mean() > 1.3 * error_s[~doubtful].mean()
