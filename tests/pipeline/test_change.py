"""Change between sessions: only what exceeds error counts, and it is judged by the distance from the reference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.norms import ASYMMETRY
from pipeline.result import Link
from pipeline.walk.change import LEAST_CHANGE, MEASURE_OF, Course, Reading, change

BAND = (-4.0, 4.0)
STANCE = "asymmetry.stance_time"  # its minimal detectable change is 3


def stance(value: float, half_width: float = 1.0) -> Reading:
    return Reading(value, (value - half_width, value + half_width), BAND)


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        (-10.0, -2.0, Course.RESOLVED),
        (-10.0, -5.0, Course.RESOLVING),
        (-10.0, -8.0, Course.UNCHANGED),
        (-5.0, -3.0, Course.UNCHANGED),  # back within the band, but by less than can be told from error
        (-10.0, -14.0, Course.WORSE),
        (-2.0, -9.0, Course.WORSE),
        (-9.0, 9.0, Course.WORSE),
        (-3.5, 3.5, Course.UNCHANGED),  # a change, but within the reference both times
    ],
)
def test_statuses(before: float, after: float, status: Course) -> None:
    found = change(STANCE, stance(before), stance(after))
    assert (found.status, found.difference) == (status, after - before)


def test_wide_intervals_raise_what_is_detectable() -> None:
    assert change(STANCE, stance(-10.0), stance(-5.0)).detectable == LEAST_CHANGE[STANCE]
    wide = change(STANCE, stance(-10.0, 6.0), stance(-5.0, 8.0))
    assert (wide.status, wide.detectable) == (Course.UNCHANGED, 10.0)


def test_an_error_of_scale_hides_no_change_of_speed() -> None:
    band, half = (1.2, 1.6), 1.96 * 0.12
    slow, usual = (Reading(v, (v - half, v + half), band, instrument_sd=0.12) for v in (1.0, 1.3))
    found = change("gait.speed_m_s", slow, usual)
    assert (found.status, found.detectable) == (Course.RESOLVED, LEAST_CHANGE["gait.speed_m_s"])
    tilt = "pelvis.tilt_rom_deg"  # soft tissue is another one when straps are put on anew
    worn_anew = change(tilt, *(Reading(v, (v - 3.0, v + 3.0), (1.0, 5.0), 1.5) for v in (9.0, 4.0)))
    assert worn_anew.detectable == pytest.approx(3.0 * 2.0**0.5)


def test_only_slow_is_beyond_the_band_of_speed() -> None:
    band = (1.2, 1.6)
    slow, fast, usual = (Reading(value, None, band) for value in (0.8, 1.9, 1.4))
    assert change("gait.speed_m_s", slow, fast).status is Course.RESOLVED
    assert change("gait.speed_m_s", usual, fast).status is Course.UNCHANGED
    assert change("gait.speed_m_s", usual, slow).status is Course.WORSE


def test_without_a_limit_or_a_band_nothing_is_claimed() -> None:
    assert (
        change("gait.cadence_spm", Reading(90.0, None, BAND), Reading(110.0, None, BAND)).status is Course.NOT_ASSESSED
    )
    found = change(STANCE, Reading(-9.0), stance(-2.0))
    assert (found.status, found.difference) == (Course.NOT_ASSESSED, 7.0)


values = st.floats(-40.0, 40.0).map(lambda value: round(value, 3))


@given(before=values, after=values)
def test_sides_mirrored_change_nothing_and_going_back_never_improves_too(before: float, after: float) -> None:
    there = change(STANCE, stance(before), stance(after))
    assert change(STANCE, stance(-before), stance(-after)).status is there.status
    back = change(STANCE, stance(after), stance(before)).status
    better = {Course.RESOLVED, Course.RESOLVING}
    assert not (there.status in better and back in better)
    if there.status in better:
        assert back is Course.WORSE


@given(before=values, after=values)
def test_a_status_other_than_unchanged_needs_a_detectable_change(before: float, after: float) -> None:
    found = change(STANCE, stance(before), stance(after))
    assert found.detectable is not None
    assert found.status is Course.UNCHANGED or abs(after - before) > found.detectable


def test_every_link_reads_a_measure_with_a_limit() -> None:
    assert set(MEASURE_OF.values()) <= set(LEAST_CHANGE)
    assert set(MEASURE_OF) == set(Link)
    assert {f"asymmetry.{metric}" for metric in ASYMMETRY} <= set(LEAST_CHANGE)
