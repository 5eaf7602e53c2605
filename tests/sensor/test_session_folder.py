"""The session folder: its small files, and its recording as the analysis reads it."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.acquisition.recover import finish, recover
from sensor.person import Person
from sensor.recording import Marker, RecordingError, read_recording
from sensor.recording.session_folder import (
    SessionEnd,
    SessionFolder,
    SessionInfo,
    create_session,
    is_session,
    read_info,
    read_markers,
    write_markers,
)
from sensor.samples import HIPS, KNEES, Placement, Side
from tests.firmware_protocol.packets import clockwork
from tests.sensor.recorded import record

INFO = SessionInfo(
    session="s1",
    created="2026-01-01T10:00:00+01:00",
    software="gaitchain 1",
    end=SessionEnd.COMPLETE,
    person=Person(code="P7", age_years=61.0, height_m=1.7, painful_side=Side.LEFT, red_flags=("night pain",)),
    placements={"A": Placement.KNEE_LEFT},
    nodes={"A": {"samples": 10}},
    calibration={"A": {"gyr_bias_rad_s": [0.0, 0.1, 0.2]}},
    recording={"duration_s": 3.0},
    protocol="4 x 10 m",
    condition="with a cane",
    notes="walked twice",
)


def test_session_json_says_what_it_was_told(tmp_path: Path) -> None:
    folder = create_session(tmp_path / "s", INFO)
    assert read_info(folder) == INFO
    said = json.loads(folder.info.read_text())
    assert (said["schema_version"], said["patient_code"], said["placements"]) == (1, "P7", {"A": "knee_left"})
    assert is_session(folder.path)
    assert folder.results("0.1.0") == tmp_path / "s" / "results" / "0.1.0"


def test_session_json_of_an_earlier_version_lacks_what_was_walked(tmp_path: Path) -> None:
    folder = create_session(tmp_path / "s", INFO)
    said = json.loads(folder.info.read_text())
    for name in ("protocol", "condition", "notes"):
        del said[name]
    folder.info.write_text(json.dumps(said))
    assert read_info(folder) == replace(INFO, protocol="", condition="", notes="")


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(RecordingError, match="something is there already"):
        create_session(tmp_path, INFO)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert not is_session(tmp_path)
    assert not is_session(tmp_path / "nothing")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema_version": 1}', '{"schema_version": "x"}', "\xff"])
def test_a_damaged_session_json_is_a_sentence(text: str, tmp_path: Path) -> None:
    folder = create_session(tmp_path / "s", INFO)
    folder.info.write_text(text, encoding="latin-1")
    with pytest.raises(RecordingError, match=r"session\.json: cannot be read.*Move it away"):
        read_info(folder)


def test_a_session_of_a_later_version_is_refused(tmp_path: Path) -> None:
    folder = create_session(tmp_path / "s", INFO)
    folder.info.write_text(folder.info.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    with pytest.raises(RecordingError, match="update gaitchain"):
        read_info(folder)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"))


@given(marks=st.lists(st.tuples(st.integers(-(10**6), 10**7), texts)))
def test_markers_come_back(tmp_path_factory: pytest.TempPathFactory, marks: list[tuple[int, str]]) -> None:
    folder = SessionFolder(tmp_path_factory.mktemp("s"))
    markers = tuple(Marker(at_ms / 1000.0, label) for at_ms, label in marks)
    write_markers(folder, markers)
    assert read_markers(folder) == markers


def test_markers_that_are_none_are_a_sentence(tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)
    assert read_markers(folder) == ()
    folder.markers.write_text("time_s,label\nsoon,turn\n")
    with pytest.raises(RecordingError, match="needs the columns time_s"):
        read_markers(folder)


def test_the_recording_of_a_session_lies_on_one_grid_and_on_time(tmp_path: Path) -> None:
    """Every sensor's gyr tells the true time; node clocks run up to 30 ppm fast or slow and start anywhere."""
    person = Person(code="P7", height_m=1.7)
    record(tmp_path / "s", dict.fromkeys(KNEES + HIPS, clockwork), 20.0, loss=0.03, lost_s=(6.0, 9.0), person=person)
    before = {path.name: path.read_bytes() for path in (tmp_path / "s" / "journal").iterdir()}
    table = read_recording(tmp_path / "s")
    assert (table.name, table.rate_hz, table.person) == ("s", 100.0, person)
    assert table.markers == (Marker(2.5, 'pain, "7"'),)
    np.testing.assert_allclose(table.time_s, np.arange(len(table)) / 100.0, atol=1e-9)
    true_s = {p: table.gyr_rad_s[p][:, 0] / 0.05 for p in table.placements}
    begin_s = np.nanmedian([t - table.time_s for t in true_s.values()])
    for placement in KNEES + HIPS:
        error_s = true_s[placement] - begin_s - table.time_s
        assert np.nanmax(np.abs(error_s)) < 0.011 + 0.003  # half a count of the gyr, and the clocks
        assert np.isfinite(error_s[:2000]).mean() > 0.999  # what was lost has been fetched
    for one, other in itertools.combinations(true_s.values(), 2):
        assert abs(np.nanmean(one - other)) < 0.003
    assert {path.name: path.read_bytes() for path in (tmp_path / "s" / "journal").iterdir()} == before
    info = read_info(SessionFolder(tmp_path / "s"))
    assert info is not None
    assert info.placements == {f"{k + 1:08X}": placement for k, placement in enumerate(KNEES + HIPS)}
    assert abs(info.nodes["00000001"]["clocks"][0]["drift_ppm"] - 30.0) < 200.0


def test_a_session_that_ended_in_order_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "s"
    record(path, dict.fromkeys(KNEES, clockwork), 5.0)
    finished = finish(path)
    assert sorted(p.name for p in path.iterdir()) == ["journal", "markers.csv", "recording.parquet", "session.json"]
    info = read_info(SessionFolder(path))
    assert info is not None
    assert info.end is SessionEnd.COMPLETE
    before = (path / "recording.parquet").read_bytes()
    again = recover(path)
    assert not again.needed
    assert again.said() == finished.said()
    assert again.said()["complete"] is True
    assert "Final recording" in read_recording(path).notices[0]
    assert (path / "recording.parquet").read_bytes() == before
    assert not (path / "recovery.json").exists()


def test_a_session_without_placements_says_what_to_do(tmp_path: Path) -> None:
    create_session(tmp_path / "s", INFO)
    (tmp_path / "s" / "journal" / "000000.gcj").write_bytes(b"")
    (tmp_path / "s" / "session.json").unlink()
    with pytest.raises(RecordingError, match="no samples of a sensor whose place is known"):
        read_recording(tmp_path / "s")


def test_a_folder_that_is_no_session_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="not a recording file"):
        read_recording(tmp_path)
