"""`gaitchain analyze`: files, codes and sentences, for good recordings and for every bad one."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from gaitchain.cli import run
from gaitchain.errors import ExitCode
from gaitchain.outputs import summary_schema
from sensor.recording import RecordingTable, read_recording, write_recording
from sensor.samples import KNEES, FloatArray, Placement
from sensor.simulation import WalkSpec, simulate

TABLES = {"bouts.csv", "events.csv", "joints.csv", "pelvis.csv", "strides.csv"}
FILES = TABLES | {"curves.json", "report.html", "summary.json"}
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> RecordingTable:
    """A minute and a half of a patient with a painful left knee, read back from its file."""
    path = tmp_path_factory.mktemp("walk") / "patient.csv"
    write_recording(simulate(WalkSpec("antalgic_knee", severity=0.6, duration_s=90.0, seed=1)).table, path)
    return read_recording(path)


def cut(table: RecordingTable, keep: slice, *placements: Placement) -> RecordingTable:
    placements = placements or table.placements
    return replace(
        table,
        time_s=table.time_s[keep],
        acc_m_s2={placement: table.acc_m_s2[placement][keep] for placement in placements},
        gyr_rad_s={placement: table.gyr_rad_s[placement][keep] for placement in placements},
    )


def changed(
    table: RecordingTable, change: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]], *only: Placement
) -> RecordingTable:
    """The table with ``change(acc, gyr)`` applied to copies of all or of the named placements."""
    pairs = {
        placement: change(table.acc_m_s2[placement].copy(), table.gyr_rad_s[placement].copy())
        if placement in (only or table.placements)
        else (table.acc_m_s2[placement], table.gyr_rad_s[placement])
        for placement in table.placements
    }
    acc, gyr = ({placement: pair[i] for placement, pair in pairs.items()} for i in (0, 1))
    return replace(table, acc_m_s2=acc, gyr_rad_s=gyr)


def analyze(table: RecordingTable, folder: Path, *words: str, sidecar: bool = True) -> int:
    write_recording(table, folder / "walk.csv")
    if not sidecar:
        (folder / "walk.json").unlink()
    return run(["analyze", str(folder / "walk.csv"), "-o", str(folder / "out"), *words])


def summary(folder: Path) -> dict[str, dict[str, object]]:
    document: dict[str, dict[str, object]] = json.loads((folder / "out" / "summary.json").read_bytes())
    jsonschema.validate(document, summary_schema())
    return document


def test_a_walk_ends_in_all_files_and_a_summary_to_read(walk: RecordingTable, tmp_path: Path, capsys: Capture) -> None:
    assert analyze(walk, tmp_path) == ExitCode.OK
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    said = summary(tmp_path)
    assert said["quality"]["verdict"] == "valid"
    stance = said["asymmetry"]["stance_time"]
    assert isinstance(stance, dict)
    assert stance["log_ratio_pct"] < 0.0
    shown = capsys.readouterr().out
    assert shown.splitlines()[-1] == str(tmp_path / "out" / "report.html")
    for words in ("Recording: valid", "Left against right", "Stance time", "Walking speed", "Obliquity", "in silico"):
        assert words in shown


def test_json_is_the_summary_and_nothing_else(walk: RecordingTable, tmp_path: Path, capsys: Capture) -> None:
    assert analyze(walk, tmp_path, "--json") == ExitCode.OK
    assert capsys.readouterr().out.encode() == (tmp_path / "out" / "summary.json").read_bytes()


def test_the_same_recording_gives_the_same_files(walk: RecordingTable, tmp_path: Path) -> None:
    written = []
    for _ in range(2):
        assert analyze(walk, tmp_path) == ExitCode.OK
        written.append({path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()})
    assert written[0] == written[1]


@pytest.mark.parametrize("kind", [".csv.gz", ".parquet"])
def test_every_kind_of_file_gives_the_same_numbers(walk: RecordingTable, tmp_path: Path, kind: str) -> None:
    analyze(walk, tmp_path)
    write_recording(walk, tmp_path / f"walk{kind}")
    assert run(["analyze", str(tmp_path / f"walk{kind}"), "-o", str(tmp_path / "other")]) == ExitCode.OK
    for name in sorted(TABLES):
        assert (tmp_path / "other" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()


def test_grams_and_degrees_give_the_same_numbers_and_are_told(walk: RecordingTable, tmp_path: Path) -> None:
    analyze(walk, tmp_path)
    si = summary(tmp_path)
    foreign = changed(walk, lambda acc, gyr: (acc / 9.80665, gyr * 180.0 / np.pi))
    assert analyze(foreign, tmp_path, sidecar=False) == ExitCode.OK
    said = summary(tmp_path)
    notices = said["recording"]["notices"]
    assert isinstance(notices, list)
    assert any("acc" in notice and "is in g" in notice for notice in notices)
    assert any("gyr" in notice and "is in deg/s" in notice for notice in notices)
    assert said["gait"]["cadence_spm"] == pytest.approx(si["gait"]["cadence_spm"], rel=0.01)


# Recordings that can be read but say little: a verdict, reasons, all files.


def one_second(walk: RecordingTable) -> RecordingTable:
    return cut(walk, slice(2000, 2100))


def two_samples(walk: RecordingTable) -> RecordingTable:
    return cut(walk, slice(2000, 2002))


def nobody_walks(walk: RecordingTable) -> RecordingTable:
    return changed(
        walk,
        lambda acc, gyr: (np.tile(acc[:300].mean(axis=0), (len(acc), 1)), np.zeros_like(gyr)),
    )


def all_zero(walk: RecordingTable) -> RecordingTable:
    return changed(walk, lambda acc, gyr: (acc * 0.0, gyr * 0.0))


@pytest.mark.parametrize("make", [one_second, two_samples, nobody_walks, all_zero])
def test_an_unusable_recording_is_invalid_with_reasons_and_all_files(
    make: Callable[[RecordingTable], RecordingTable], walk: RecordingTable, tmp_path: Path
) -> None:
    assert analyze(make(walk), tmp_path) == ExitCode.INVALID
    assert {path.name for path in (tmp_path / "out").iterdir()} >= FILES - {"joints.csv"}
    said = summary(tmp_path)
    assert said["quality"]["verdict"] == "invalid"
    assert said["quality"]["reasons"]
    assert said["risk"]["score"] is None
    assert said["gait"]["speed_m_s"] is None


@pytest.mark.parametrize("placement", Placement)
def test_one_placement_is_analysed_as_far_as_it_goes(
    placement: Placement, walk: RecordingTable, tmp_path: Path
) -> None:
    assert analyze(cut(walk, slice(None), placement), tmp_path) in (ExitCode.OK, ExitCode.INVALID)
    said = summary(tmp_path)
    assert said["recording"]["placements"] == [placement]
    for entry in said["asymmetry"].values():
        assert isinstance(entry, dict)
        assert (entry["status"] == "observed") or entry["reason"]


def test_a_dead_sensor_and_lost_samples_are_told(walk: RecordingTable, tmp_path: Path) -> None:
    def lose(acc: FloatArray, gyr: FloatArray) -> tuple[FloatArray, FloatArray]:
        acc[4000:4500] = gyr[4000:4500] = np.nan
        return acc, gyr

    table = changed(changed(walk, lose, KNEES[0]), lambda acc, gyr: (acc * 0.0, gyr * 0.0), Placement.HIP_LEFT)
    analyze(table, tmp_path)
    said = summary(tmp_path)
    assert said["quality"]["verdict"] != "valid"
    missing = said["recording"]["missing_pct"]
    assert isinstance(missing, dict)
    assert missing["knee_left"] > 4.0
    assert "left hip" in str(said["quality"]["reasons"]).replace("hip_left", "left hip")
    with (tmp_path / "out" / "events.csv").open(newline="", encoding="utf-8") as file:
        left = [float(row["time_s"]) for row in csv.DictReader(file) if row["side"] == "left"]
    start_s, end_s = walk.time_s[4000] + 0.1, walk.time_s[4500] - 0.1
    assert not [time_s for time_s in left if start_s < time_s < end_s], "no event is invented in a gap"


def test_strict_makes_attention_a_failure(walk: RecordingTable, tmp_path: Path) -> None:
    table = cut(walk, slice(0, 3000))  # too few strides to flag an asymmetry
    assert analyze(table, tmp_path) == ExitCode.OK
    assert summary(tmp_path)["quality"]["verdict"] == "attention"
    assert analyze(table, tmp_path, "--strict") == ExitCode.INVALID


# Recordings that cannot be read: code 3, one sentence, nothing written.


def text_in_a_number(good: str) -> str:
    lines = good.splitlines()
    lines[500] = lines[500].replace(",", ",oops,", 1).rpartition(",")[0]
    return "\n".join(lines)


def time_backwards(good: str) -> str:
    lines = good.splitlines()
    return "\n".join([*lines[:500], lines[400], *lines[500:]])


def twenty_hertz(good: str) -> str:
    lines = good.splitlines()
    return "\n".join([lines[0], *lines[1::5]])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda _: "", "empty"),
        (lambda good: good.splitlines()[0] + "\n", "no samples"),
        (lambda good: good.replace("_acc_", "_force_").replace("_gyr_", "_turn_"), "no usable sensor columns"),
        (text_in_a_number, "row 501 (the header is row 1), column knee_left_acc_x: 'oops'"),
        (time_backwards, "row 501 (the header is row 1): time goes backwards"),
        (twenty_hertz, "20 Hz"),
    ],
)
def test_an_unreadable_recording_is_code_3_and_leaves_nothing(
    spoil: Callable[[str], str], says: str, walk: RecordingTable, tmp_path: Path, capsys: Capture
) -> None:
    write_recording(cut(walk, slice(0, 1000)), tmp_path / "good.csv")
    bad = tmp_path / "bad.csv.gz"
    bad.write_bytes(gzip.compress(spoil((tmp_path / "good.csv").read_text(encoding="utf-8")).encode()))
    assert run(["analyze", str(bad), "-o", str(tmp_path / "out"), "--json"]) == ExitCode.REFUSED
    captured = capsys.readouterr()
    assert captured.out == ""
    (sentence,) = [line for line in captured.err.splitlines() if line.startswith("Error: ")]
    assert says in sentence
    assert str(bad) in sentence
    assert not (tmp_path / "out").exists()


def test_a_missing_recording_is_code_3(tmp_path: Path, capsys: Capture) -> None:
    assert run(["analyze", str(tmp_path / "nowhere.csv"), "-o", str(tmp_path / "out")]) == ExitCode.REFUSED
    assert "there is no such file" in capsys.readouterr().err


def test_an_output_that_is_a_file_is_wrong_usage(walk: RecordingTable, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    assert analyze(cut(walk, slice(0, 1000)), tmp_path) == ExitCode.USAGE
    assert "a file of that name exists" in capsys.readouterr().err
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_a_full_disk_leaves_the_earlier_result(
    walk: RecordingTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert analyze(walk, tmp_path) == ExitCode.OK
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    write_recording(cut(walk, slice(0, 3000)), tmp_path / "walk.csv")
    real = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if "report.html" in self.name:
            raise OSError(28, "No space left on device", str(self))
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    capsys.readouterr()
    assert run(["analyze", str(tmp_path / "walk.csv"), "-o", str(tmp_path / "out")]) == ExitCode.UNEXPECTED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no space left on device" in captured.err
    assert "Traceback" not in captured.err
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_the_analysis_loads_nothing_slow(walk: RecordingTable, tmp_path: Path) -> None:
    write_recording(cut(walk, slice(0, 3000)), tmp_path / "walk.csv")
    program = """
import sys
from gaitchain.cli import run
assert run(["analyze", sys.argv[1] + "/walk.csv", "-o", sys.argv[1] + "/out", "--json"]) in (0, 5)
slow = {"sklearn", "scipy.signal", "scipy.stats", "scipy.spatial", "matplotlib", "pandas", "rich"}
print(*sorted(slow & sys.modules.keys()), file=sys.stderr)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, encoding="utf-8", check=True
    )
    json.load(io.StringIO(ended.stdout))
    assert ended.stderr.splitlines()[-1] == ""


class TestTogether:
    """Several recordings of one person, day and condition."""

    @pytest.fixture
    def folder(self, walk: RecordingTable, tmp_path: Path) -> Path:
        (tmp_path / "walks").mkdir()
        for i, keep in enumerate((slice(0, 4000), slice(0, 4200))):
            write_recording(replace(cut(walk, keep), condition="shoes"), tmp_path / "walks" / f"walk{i}.csv")
        return tmp_path

    def test_a_folder_of_walks_is_one_result(self, folder: Path, capsys: Capture) -> None:
        assert run(["analyze", str(folder / "walks"), "-o", str(folder / "out"), "--json"]) == ExitCode.OK
        document = json.loads(capsys.readouterr().out)
        assert document["recording"]["duration_s"] == pytest.approx(82.0, abs=0.1)
        assert document["recording"]["notices"][0].startswith("2 recordings are taken together, on one clock: walk0")
        with (folder / "out" / "strides.csv").open(encoding="utf-8") as file:
            sides = [row["side"] for row in csv.DictReader(file) if row["valid"] == "true"]
        assert sides.count("left") == document["strides"]["left"]["valid"] > 40

    def test_compare_and_report_take_the_folder_too(self, folder: Path, capsys: Capture) -> None:
        walks, page = str(folder / "walks"), folder / "report.html"
        assert run(["compare", walks, walks, "--json"]) == ExitCode.OK
        (same,) = json.loads(capsys.readouterr().out)["sessions"]
        assert {link["status"] for link in same["links"]} <= {"unchanged", "not_assessed"}
        assert run(["report", walks, "--html", "-o", str(page)]) == ExitCode.OK
        assert "2 recordings are taken together" in page.read_text(encoding="utf-8")

    def test_what_does_not_belong_together_is_refused(self, folder: Path, capsys: Capture) -> None:
        sidecar = folder / "walks" / "walk1.json"
        sidecar.write_text(sidecar.read_text(encoding="utf-8").replace("shoes", "barefoot"), encoding="utf-8")
        walks = [str(folder / "walks" / f"walk{i}.csv") for i in range(2)]
        assert run(["analyze", *walks, "-o", str(folder / "out")]) == ExitCode.REFUSED
        assert "the condition differs (shoes; barefoot)" in capsys.readouterr().err
        assert not (folder / "out").exists()

    def test_a_folder_without_recordings_says_what_it_lacks(self, tmp_path: Path, capsys: Capture) -> None:
        assert run(["analyze", str(tmp_path), "-o", str(tmp_path / "out")]) == ExitCode.REFUSED
        assert "no session and no recording (.csv.gz, .csv, .parquet) in this folder" in capsys.readouterr().err
