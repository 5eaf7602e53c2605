"""The CSV tables and the folder they are written to."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gaitchain.outputs import OutputError, write_outputs
from gaitchain.outputs.tables import bouts_csv, events_csv, joints_csv, pelvis_csv, strides_csv
from pipeline.result import Bout, BoutKind, Confidence, Event, EventKind, KneeSeries, PelvisSeries
from sensor.samples import Side
from tests.gaitchain.sample_results import Sample, clear_asymmetry, healthy, invalid, one_knee


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def header(content: bytes) -> str:
    return content.decode().splitlines()[0]


def write(sample: Sample, out_dir: Path) -> dict[str, Path]:
    document = sample.document
    return write_outputs(sample.result, document, "<!doctype html>", out_dir)


def test_headers_are_those_of_the_contract() -> None:
    sample = healthy().result
    assert header(events_csv(sample.events)) == "time_s,side,event,confidence,note"
    assert header(strides_csv(sample.strides)).startswith(
        "side,ic_s,fc_s,next_ic_s,stride_time_s,stance_time_s,swing_time_s,step_time_s,stride_length_m,"
        "straight,valid,reason,"
    )
    assert header(pelvis_csv(sample.pelvis_series)) == "time_s,tilt_deg,obliquity_deg,rotation_deg"
    assert sample.knee_series is not None
    assert header(joints_csv(sample.knee_series)) == "time_s,knee_flexion_left_deg,knee_flexion_right_deg"


def test_events_come_in_order_of_time_with_their_notes() -> None:
    events = [
        Event(2.00004, Side.RIGHT, EventKind.FC, 0.5, 'near_gap, "bridged"'),
        Event(1.5, Side.LEFT, EventKind.IC, 1.0),
    ]
    first, second = rows(events_csv(events))
    assert (first["time_s"], first["side"], first["event"], first["note"]) == ("1.5000", "left", "IC", "")
    assert (second["time_s"], second["note"]) == ("2.0000", 'near_gap, "bridged"')


def test_a_stride_row_carries_the_stride_and_leaves_the_unknown_empty() -> None:
    stride = replace(healthy().result.strides[0], fc_s=float("nan"), valid=False, reason="gap, 0.3 s")
    (row,) = rows(strides_csv([stride]))
    assert float(row["stride_time_s"]) == pytest.approx(stride.stride_time_s, abs=1e-4)
    assert float(row["step_time_s"]) == pytest.approx(stride.step_time_s, abs=1e-4)
    assert row["fc_s"] == ""
    assert row["valid"] == "false"
    assert row["straight"] == "true"
    assert row["reason"] == "gap, 0.3 s"


def test_a_bout_row_counts_the_valid_strides_that_begin_in_it() -> None:
    made = healthy().result.strides[0]
    strides = [
        replace(made, ic_s=at, next_ic_s=at + 1.0, stride_length_m=length, valid=valid)
        for at, length, valid in ((9.9, 2.0, True), (10.0, 1.0, True), (11.0, 1.2, True), (12.0, 3.0, False))
    ]
    strides += [replace(made, ic_s=19.0, next_ic_s=20.0, stride_length_m=float("nan"), valid=True)]
    kinds = ((BoutKind.STANDING, 0.0, 10.0), (BoutKind.WALKING, 10.0, 15.0), (BoutKind.TURNING, 15.0, 20.25))
    bouts = [Bout(kind, start, end, Confidence.HIGH, f'"{kind}", told') for kind, start, end in kinds]
    table = rows(bouts_csv(bouts, strides))
    assert [(row["start_s"], row["end_s"], row["kind"]) for row in table] == [
        ("0.0000", "10.0000", "standing"),
        ("10.0000", "15.0000", "walking"),
        ("15.0000", "20.2500", "turning"),
    ]
    assert [(row["strides"], row["speed_m_s"]) for row in table] == [("", ""), ("2", "1.100"), ("1", "")]
    assert {row["confidence"] for row in table} == {"high"}
    assert table[1]["reason"] == '"walking", told'


def test_an_analysis_without_bouts_leaves_a_header_only() -> None:
    assert bouts_csv((), healthy().result.strides) == b"start_s,end_s,kind,confidence,strides,speed_m_s,reason\n"


ANGLES = st.floats(-180, 180) | st.just(float("nan"))


@given(arrays(np.float64, st.integers(0, 30), elements=ANGLES))
def test_pelvis_rows_round_to_a_thousandth_degree_and_untrusted_samples_are_empty(angles: np.ndarray) -> None:
    time_s = np.arange(len(angles)) / 100
    table = rows(pelvis_csv(PelvisSeries(time_s, angles, -angles, angles)))
    assert len(table) == len(angles)
    for row, angle, at in zip(table, angles, time_s, strict=True):
        assert float(row["time_s"]) == pytest.approx(at, abs=1e-9)
        if np.isnan(angle):
            assert row["tilt_deg"] == row["obliquity_deg"] == row["rotation_deg"] == ""
        else:
            assert float(row["tilt_deg"]) == pytest.approx(angle, abs=5.01e-4)
            assert float(row["obliquity_deg"]) == pytest.approx(-angle, abs=5.01e-4)
            assert row["rotation_deg"] != "-0.000"
            assert len(row["rotation_deg"].partition(".")[2]) == 3


def test_negative_and_clock_times_are_written_exactly() -> None:
    time_s = np.array([-0.25, 1_750_000_000.1234])
    table = rows(joints_csv(KneeSeries(time_s, np.zeros(2), np.zeros(2))))
    assert [row["time_s"] for row in table] == ["-0.2500", "1750000000.1234"]


def test_without_a_pelvis_sensor_there_is_a_header_only() -> None:
    assert pelvis_csv(one_knee().result.pelvis_series) == b"time_s,tilt_deg,obliquity_deg,rotation_deg\n"


def test_an_hour_at_100_hz_is_written_in_a_moment() -> None:
    angles = np.random.default_rng(0).normal(0, 5, 360_000)
    series = PelvisSeries(np.arange(360_000) / 100, angles, angles, angles)
    pelvis_csv(series)  # the first call pays for the library
    start = time.process_time()
    content = pelvis_csv(series)
    assert time.process_time() - start < 1.0  # pandas takes 1.7 to 2.9 s
    assert content.count(b"\n") == 360_001


def test_the_folder_holds_every_file_and_twice_the_same_bytes(tmp_path: Path) -> None:
    paths = write(healthy(), tmp_path / "deep" / "out")
    names = {"events.csv", "strides.csv", "bouts.csv", "pelvis.csv", "joints.csv"}
    names |= {"curves.json", "summary.json", "report.html"}
    assert set(paths) == names == {path.name for path in (tmp_path / "deep" / "out").iterdir()}
    again = write(healthy(), tmp_path / "again")
    assert all(paths[name].read_bytes() == again[name].read_bytes() for name in names)


def test_a_later_analysis_without_thighs_leaves_no_old_joints(tmp_path: Path) -> None:
    write(healthy(), tmp_path)
    paths = write(clear_asymmetry(), tmp_path)
    assert "joints.csv" not in paths
    assert not (tmp_path / "joints.csv").exists()


def test_an_invalid_recording_still_gets_all_its_files(tmp_path: Path) -> None:
    paths = write(invalid(), tmp_path)
    assert paths["events.csv"].read_bytes() == b"time_s,side,event,confidence,note\n"
    assert rows(paths["strides.csv"].read_bytes()) == []
    tables = {"events.csv", "strides.csv", "bouts.csv", "pelvis.csv"}
    assert set(paths) == tables | {"curves.json", "summary.json", "report.html"}


def test_an_output_folder_that_is_a_file_gives_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match=r"Cannot write .*taken.*choose another folder with -o\.$"):
        write(healthy(), tmp_path / "taken")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a POSIX file size limit")
def test_a_full_disk_gives_one_sentence_and_leaves_the_earlier_result(tmp_path: Path) -> None:
    earlier = {name: path.read_bytes() for name, path in write(invalid(), tmp_path).items()}
    # A file size limit makes the kernel refuse the bytes as a full disk would, half way through the file.
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from tests.gaitchain.test_outputs_tables import OutputError, healthy, write\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000))\n"
        "try:\n"
        "    write(healthy(), Path(sys.argv[1]))\n"
        "except OutputError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"Cannot write {tmp_path / 'strides.csv'}: file too large. Make room")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == earlier
