"""What goes wrong with sensors, and the same person on another day."""

from dataclasses import replace

import numpy as np
import pytest

from sensor.recording import RecordingTable
from sensor.samples import HIPS, KNEES, Placement
from sensor.simulation import FAULTS, WalkSpec, simulate, with_fault

SPEC = WalkSpec(seed=3, duration_s=20.0, placements=(*KNEES, *HIPS))
TABLE = simulate(SPEC).table


def touched(table: RecordingTable) -> set[Placement]:
    return {p for p in table.acc_m_s2 if not np.array_equal(table.acc_m_s2[p], TABLE.acc_m_s2[p], equal_nan=True)}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_hits_the_same_sensors_again_and_leaves_the_recording_alone(fault: str) -> None:
    before = {p: series.copy() for p, series in TABLE.acc_m_s2.items()}
    broken, again = with_fault(TABLE, fault, 1), with_fault(TABLE, fault, 1)
    assert touched(broken) == touched(again)
    assert 1 <= len(touched(broken)) <= 2 or fault == "narrow_range"
    for placement, series in TABLE.acc_m_s2.items():
        np.testing.assert_array_equal(series, before[placement])
        np.testing.assert_array_equal(broken.acc_m_s2[placement], again.acc_m_s2[placement])


def test_swapped_sensors_carry_each_others_signals() -> None:
    broken = with_fault(TABLE, "swapped_knees", 1)
    np.testing.assert_array_equal(broken.gyr_rad_s[Placement.KNEE_LEFT], TABLE.gyr_rad_s[Placement.KNEE_RIGHT])
    np.testing.assert_array_equal(broken.gyr_rad_s[Placement.HIP_LEFT], TABLE.gyr_rad_s[Placement.HIP_LEFT])


def test_what_is_not_worn_cannot_be_swapped() -> None:
    knees = TABLE.only(KNEES)
    assert with_fault(knees, "swapped_hips", 1) is knees


@pytest.mark.parametrize("fault", ["upside_down", "slipped_strap"])
def test_a_turned_sensor_feels_as_much(fault: str) -> None:
    broken = with_fault(TABLE, fault, 2)
    (placement,) = touched(broken)
    for one, other in ((broken.acc_m_s2, TABLE.acc_m_s2), (broken.gyr_rad_s, TABLE.gyr_rad_s)):
        np.testing.assert_allclose(np.linalg.norm(one[placement], axis=1), np.linalg.norm(other[placement], axis=1))


def test_a_narrow_range_clips_the_swing() -> None:
    clipped = with_fault(TABLE, "narrow_range", 4)
    assert max(np.abs(s).max() for s in clipped.acc_m_s2.values()) <= max(
        np.abs(s).max() for s in TABLE.acc_m_s2.values()
    )
    worst = [p for p in TABLE.acc_m_s2 if not np.array_equal(clipped.gyr_rad_s[p], TABLE.gyr_rad_s[p])]
    assert len(worst) <= 1


def test_an_outage_is_a_few_seconds_of_nothing() -> None:
    (placement,) = touched(with_fault(TABLE, "outage", 5))
    gone = np.isnan(with_fault(TABLE, "outage", 5).acc_m_s2[placement][:, 0])
    assert 2.5 < gone.sum() / TABLE.rate_hz < 8.5
    assert np.abs(np.diff(gone.astype(int))).sum() == 2


def test_an_unknown_fault_is_named() -> None:
    with pytest.raises(ValueError, match="unknown"):
        with_fault(TABLE, "coffee", 1)


def test_another_day_is_the_same_person_walking_and_strapped_anew() -> None:
    first, second = simulate(SPEC), simulate(replace(SPEC, session=1))
    assert first.table.person == second.table.person
    for name in ("standing_deg", "natural_stance_asym_pct_affected", "stride_cv_pct"):
        assert first.truth.numbers["person"][name] == second.truth.numbers["person"][name]  # type: ignore[index]
    speeds = [walk.truth.numbers["person"]["preferred_speed_m_s"] for walk in (first, second)]  # type: ignore[index]
    assert speeds[0] != speeds[1]
    assert speeds[0] == pytest.approx(speeds[1], rel=0.12)
    still = first.table.time_s < 4.0
    down = [walk.table.acc_m_s2[Placement.KNEE_LEFT][still].mean(axis=0) for walk in (first, second)]
    assert np.linalg.norm(down[0] - down[1]) > 0.1  # the sensor sits otherwise


def test_session_zero_is_the_walk_without_sessions() -> None:
    np.testing.assert_array_equal(simulate(replace(SPEC, session=0)).table.acc_m_s2[KNEES[0]], TABLE.acc_m_s2[KNEES[0]])
