"""Sensors on the wrong side: recognised, corrected when certain, said always."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.result import SessionResult, Verdict
from pipeline.session import analyze_table
from sensor.recording import RecordingTable
from sensor.samples import HIPS, KNEES, Placement, Side
from sensor.simulation import STRAIGHT, WalkSpec
from tests.pipeline.judging import assert_same_bits, effect
from tests.pipeline.walks import SOON, walk

SPECS = {
    "healthy": WalkSpec(duration_s=28.0, seed=1, walkway_m=STRAIGHT),
    "antalgic": WalkSpec("antalgic_knee", Side.LEFT, 0.6, duration_s=28.0, seed=3, walkway_m=STRAIGHT),
    "any_mounting": WalkSpec(duration_s=28.0, seed=7, walkway_m=STRAIGHT, noise="any_mounting"),
}


def worn(name: str, placements: tuple[Placement, ...] = (*KNEES, *HIPS)) -> RecordingTable:
    return walk(SPECS[name]).table.only(placements)


def swapped(table: RecordingTable, pair: tuple[Placement, ...]) -> RecordingTable:
    """The recording with the labels of some sensors exchanged."""

    def label(placement: Placement) -> Placement:
        return placement.mirrored if placement in pair else placement

    return replace(
        table,
        acc_m_s2={label(p): table.acc_m_s2[p] for p in table.placements},
        gyr_rad_s={label(p): table.gyr_rad_s[p] for p in table.placements},
    )


def said(result: SessionResult, words: str) -> bool:
    return any(words in reason for reason in result.quality.reasons)


@pytest.mark.parametrize("name", SPECS)
class TestKneesAndHips:
    def test_sensors_in_their_places_are_left_alone(self, name: str) -> None:
        result = analyze_table(worn(name), params=SOON)
        assert not said(result, "swapped")

    def test_swapped_knees_are_corrected_and_said(self, name: str) -> None:
        table = worn(name)
        right, found = (analyze_table(t, params=SOON) for t in (table, swapped(table, KNEES)))
        assert said(found, "leg sensors were swapped")
        assert found.quality.verdict is Verdict.ATTENTION
        assert effect(found) == pytest.approx(effect(right), abs=1e-6)
        assert [repr(event) for event in found.events] == [repr(event) for event in right.events]
        np.testing.assert_allclose(found.pelvis_series.obliquity_deg, right.pelvis_series.obliquity_deg, atol=1e-6)

    def test_swapped_hips_change_no_number_and_are_said(self, name: str) -> None:
        table = worn(name)
        right, found = (analyze_table(t, params=SOON) for t in (table, swapped(table, HIPS)))
        assert said(found, "hip sensors were swapped")
        assert effect(found) == effect(right)
        for angle in ("tilt_deg", "obliquity_deg", "rotation_deg"):
            ours, theirs = getattr(found.pelvis_series, angle), getattr(right.pelvis_series, angle)
            np.testing.assert_allclose(ours, theirs, atol=0.2)

    def test_a_swap_is_found_alike_in_any_chunks(self, name: str) -> None:
        table = swapped(worn(name), KNEES)
        assert_same_bits(analyze_table(table, 64, SOON), analyze_table(table, params=SOON))

    def test_everything_swapped_is_a_person_in_the_mirror_that_walks_backward(self, name: str) -> None:
        """Nothing in the sensors contradicts the labels but the push of the step: no correction, never."""
        table = worn(name)
        found = analyze_table(swapped(table, (*KNEES, *HIPS)), params=SOON)
        assert not said(found, "corrected")
        assert effect(found) == pytest.approx(-effect(analyze_table(table, params=SOON)), abs=1e-6)


@pytest.mark.parametrize("name", ["healthy", "any_mounting"])
def test_without_both_hips_a_swap_is_at_most_suspected(name: str) -> None:
    table = worn(name, (*KNEES, Placement.SACRUM))
    right, found = (analyze_table(t, params=SOON) for t in (table, swapped(table, KNEES)))
    assert not said(right, "may be swapped")
    assert said(found, "may be swapped")
    assert not said(found, "corrected")
    assert effect(found) == pytest.approx(-effect(right), abs=1e-6)


def test_knees_alone_cannot_tell() -> None:
    table = worn("healthy", KNEES)
    right, found = (analyze_table(t, params=SOON) for t in (table, swapped(table, KNEES)))
    assert not said(found, "swapped")
    assert effect(found) == pytest.approx(-effect(right), abs=1e-6)
