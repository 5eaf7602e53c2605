"""Standing still before the walk: found where it is, read as it is, and from the journal alone."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.acquisition.placement_checks import RawSamples
from sensor.acquisition.recover import finish, recover
from sensor.acquisition.standing import standing, still_for_s
from sensor.recording.session_folder import SessionFolder, read_info
from sensor.samples import HIPS, KNEES, FloatArray, Placement
from tests.sensor.recorded import PREFLIGHT_S, record

P = Placement
BIAS = np.array([0.02, -0.03, 0.01])


def person(moving_s: list[tuple[float, float]], until_s: float = 30.0, first_s: float = 0.0) -> RawSamples:
    """A sensor tilted by 45 degrees that turns in the given spans only."""
    time_s = np.arange(first_s, until_s, 0.01)
    gyr = np.tile(BIAS, (len(time_s), 1))
    for begin_s, end_s in moving_s:
        gyr[(time_s >= begin_s) & (time_s < end_s)] += 1.0
    acc = np.tile(9.81 * np.sqrt(0.5) * np.array([1.0, 0.0, 1.0]), (len(time_s), 1))
    return time_s, acc, gyr


def test_the_last_still_span_before_the_walk_is_read() -> None:
    worn = {P.KNEE_LEFT: person([(0, 8), (12, 14), (20.5, 30)]), P.HIP_LEFT: person([(5, 9), (20, 30)])}
    stood = standing(worn, 20.0)
    assert stood is not None
    assert stood.begin_s == pytest.approx(14.0, abs=0.05)
    assert stood.end_s == pytest.approx(20.0, abs=0.05)
    knee = stood.sensors[P.KNEE_LEFT]
    np.testing.assert_allclose(knee.gyr_bias_rad_s, BIAS)
    np.testing.assert_allclose(knee.up, [np.sqrt(0.5), 0.0, np.sqrt(0.5)])
    assert knee.gravity_m_s2 == pytest.approx(9.81)
    assert knee.samples == pytest.approx(600, abs=6)
    said = stood.said(20.0)
    assert (said["from_s"], said["to_s"], said["moved"]) == (pytest.approx(-6.0, abs=0.05), 0.0, False)


def test_what_lies_long_before_or_behind_the_walks_begin_is_no_standing() -> None:
    assert standing({P.KNEE_LEFT: person([(4.0, 40.0)], 60.0)}, 40.0) is None  # still only on the table
    assert standing({P.KNEE_LEFT: person([(0.0, 45.0)], 60.0)}, 40.0) is None  # stands after the walk
    assert standing({P.KNEE_LEFT: person([(k, k + 0.5) for k in range(30)])}, 20.0) is None
    assert standing({}, 20.0) is None


def test_one_who_stands_long_is_read_near_the_walk() -> None:
    stood = standing({P.SACRUM: person([(25.0, 30.0)])}, 25.0)
    assert stood is not None
    assert stood.end_s - stood.begin_s == pytest.approx(10.0, abs=0.05)
    assert stood.end_s == pytest.approx(25.0, abs=0.05)


def test_missing_samples_are_not_stillness() -> None:
    time_s, acc, gyr = person([])
    gap = (time_s > 17.0) & (time_s < 18.5)
    stood = standing({P.SACRUM: (time_s[~gap], acc[~gap], gyr[~gap])}, 20.0)
    assert stood is not None
    assert stood.begin_s == pytest.approx(18.5, abs=0.05)
    gyr[gap] = np.nan
    stood = standing({P.SACRUM: (time_s, acc, gyr)}, 20.0)
    assert stood is not None
    assert stood.begin_s == pytest.approx(18.5, abs=0.05)


@given(st.floats(0.0, 9.0))
def test_how_long_somebody_has_stood_still(moved_until_s: float) -> None:
    worn = {P.KNEE_LEFT: person([(0.0, moved_until_s)], 10.0), P.KNEE_RIGHT: person([], 10.0)}
    assert still_for_s(worn) == pytest.approx(10.0 - moved_until_s, abs=0.06)
    assert still_for_s({}) == 0.0


def worn_still(time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Still in the preflight; turns from true time 3 s on."""
    gyr = np.tile(BIAS, (len(time_s), 1)) + (time_s > 3.0)[:, None]
    acc = np.tile([0.0, 9.81, 0.0], (len(time_s), 1))
    return acc, gyr


def test_session_json_tells_it_also_when_recovered(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for path, stop in ((whole, True), (broken, False)):
        record(path, dict.fromkeys(KNEES + HIPS, worn_still), 3.0, stop=stop)
    finish(whole)
    recover(broken)
    said = []
    for path in (whole, broken):
        info = read_info(SessionFolder(path))
        assert info is not None
        said.append(info.calibration)
        assert info.calibration["moved"] is False
        assert -PREFLIGHT_S - 1.0 < info.calibration["from_s"] < info.calibration["to_s"] < 0.0
        assert set(info.calibration["sensors"]) == set(KNEES + HIPS)
        for sensor in info.calibration["sensors"].values():
            np.testing.assert_allclose(sensor["gyr_bias_rad_s"], BIAS, atol=0.002)
            np.testing.assert_allclose(sensor["up"], [0.0, 1.0, 0.0], atol=0.001)
    assert said[0] == said[1]


def test_one_who_never_stands_still_is_said_to_have_moved(tmp_path: Path) -> None:
    def restless(time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        acc, gyr = worn_still(time_s)
        return acc, gyr + 1.0

    record(tmp_path / "s", {P.SACRUM: restless}, 2.0)
    finish(tmp_path / "s")
    info = read_info(SessionFolder(tmp_path / "s"))
    assert info is not None
    assert info.calibration == {"from_s": None, "to_s": None, "moved": True, "sensors": {}}
