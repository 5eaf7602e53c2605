"""The recording on disk: one contract for all kinds of files, round trips, gaps, blocks."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensor.person import Person
from sensor.recording import Marker, RecordingTable, blocks, read_recording, sidecar_path, write_recording
from sensor.recording.reader import LONGEST_GAP_S
from sensor.recording.table import RecordingError
from sensor.samples import FloatArray, Placement, Side

KINDS = (".csv", ".csv.gz", ".parquet")


def table_of(n: int, placements: tuple[Placement, ...], seed: int = 0) -> RecordingTable:
    """Values on the file's grid of decimals, a few of them missing."""
    rng = np.random.default_rng(seed)

    def values(decimals: int, up: float) -> FloatArray:
        drawn = np.round(rng.normal(0.0, 2.0, (n, 3)) + [0.0, 0.0, up], decimals)
        drawn[rng.random((n, 3)) < 0.05] = np.nan
        drawn[0] = 0.5
        return drawn + 0.0

    return RecordingTable(
        name="walk",
        time_s=np.round(np.arange(n) / 100.0, 5),
        acc_m_s2={placement: values(4, 9.8) for placement in placements},
        gyr_rad_s={placement: values(5, 0.0) for placement in placements},
        rate_hz=100.0,
    )


def assert_same(read: RecordingTable, written: RecordingTable) -> None:
    assert read.placements == written.placements
    np.testing.assert_array_equal(read.time_s, written.time_s)
    for placement in written.placements:
        np.testing.assert_array_equal(read.acc_m_s2[placement], written.acc_m_s2[placement])
        np.testing.assert_array_equal(read.gyr_rad_s[placement], written.gyr_rad_s[placement])
    assert (read.person, read.markers, read.notes) == (written.person, written.markers, written.notes)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestEveryKindOfFile:
    """What holds for CSV holds for gzipped CSV and Parquet."""

    def test_gives_back_what_was_written(self, tmp_path: Path, kind: str) -> None:
        person = Person("P-1", 61.0, "female", 1.66, 70.5, 0.86, Side.LEFT, "cane right", ("night pain",))
        table = replace(
            table_of(230, (Placement.HIP_LEFT, Placement.KNEE_LEFT, Placement.TRUNK)),
            person=person,
            markers=(Marker(1.5, "turn"),),
            notes="Übung in shoes",
        )
        write_recording(table, tmp_path / f"walk{kind}")
        read = read_recording(tmp_path / f"walk{kind}")
        assert_same(read, table)
        assert (read.name, read.rate_hz, read.notices) == ("walk", 100.0, ())

    def test_arrays_are_contiguous_float64(self, tmp_path: Path, kind: str) -> None:
        write_recording(table_of(50, (Placement.SACRUM,)), tmp_path / f"walk{kind}")
        read = read_recording(tmp_path / f"walk{kind}")
        for values in (read.acc_m_s2[Placement.SACRUM], read.gyr_rad_s[Placement.SACRUM]):
            assert values.dtype == np.float64
            assert values.flags.c_contiguous
            assert values.shape == (50, 3)

    def test_same_table_same_bytes_wherever_it_is_written(self, tmp_path: Path, kind: str) -> None:
        table = table_of(99, (Placement.KNEE_LEFT, Placement.KNEE_RIGHT))
        paths = [tmp_path / f"first{kind}", tmp_path / f"second{kind}"]
        for path in paths:
            write_recording(table, path)
        assert paths[0].read_bytes() == paths[1].read_bytes()

    def test_sha256_is_that_of_the_file(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / f"walk{kind}"
        write_recording(table_of(20, (Placement.SACRUM,)), path)
        assert read_recording(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()

    def test_other_columns_are_ignored_and_told(self, tmp_path: Path, kind: str) -> None:
        import pyarrow as pa
        import pyarrow.csv as pa_csv
        import pyarrow.parquet as pq

        table = table_of(30, (Placement.SACRUM,))
        write_recording(table, tmp_path / "plain.parquet")
        more = pq.read_table(tmp_path / "plain.parquet").append_column("battery", pa.array(["full"] * 30))
        more = more.append_column("hip_left_acc_x", pa.array([1.0] * 30))
        path = tmp_path / f"walk{kind}"
        if kind == ".parquet":
            pq.write_table(more, path)
        else:
            pa_csv.write_csv(more, tmp_path / "more.csv")
            text = (tmp_path / "more.csv").read_bytes()
            path.write_bytes(gzip.compress(text) if kind == ".csv.gz" else text)
        read = read_recording(path)
        assert read.placements == (Placement.SACRUM,)
        assert "Ignored columns: battery." in read.notices
        assert any(notice.startswith("hip_left is not used: the columns hip_left_acc_y") for notice in read.notices)

    def test_a_failed_writing_leaves_the_earlier_file_and_nothing_else(
        self, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / f"walk{kind}"
        write_recording(table_of(20, (Placement.SACRUM,)), path)
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            write_recording(table_of(40, (Placement.SACRUM,), seed=1), path)
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@given(
    n=st.integers(2, 60),
    placements=st.lists(st.sampled_from(Placement), min_size=1, unique=True).map(tuple),
    seed=st.integers(0, 2**32 - 1),
    lost=st.lists(st.integers(1, 58), unique=True, max_size=30),
    kind=st.sampled_from(KINDS),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_round_trip(
    tmp_path: Path, n: int, placements: tuple[Placement, ...], seed: int, lost: list[int], kind: str
) -> None:
    whole = table_of(n, placements, seed)
    kept = np.array([i for i in range(n) if i not in lost or i < 2])
    table = RecordingTable(
        "walk",
        whole.time_s[kept],
        {placement: whole.acc_m_s2[placement][kept] for placement in placements},
        {placement: whole.gyr_rad_s[placement][kept] for placement in placements},
        100.0,
    )
    write_recording(table, tmp_path / f"walk{kind}")
    assert_same(read_recording(tmp_path / f"walk{kind}"), table)


@given(cuts=st.one_of(st.none(), st.integers(1, 50)), n=st.integers(0, 40))
def test_blocks_are_the_table_in_order(cuts: int | None, n: int) -> None:
    placements = (Placement.KNEE_LEFT, Placement.SACRUM)
    table = table_of(max(n, 1), placements)
    replayed = list(blocks(table, cuts))
    for placement in placements:
        own = [block for block in replayed if block.placement is placement]
        np.testing.assert_array_equal(np.concatenate([block.time_s for block in own]), table.time_s)
        np.testing.assert_array_equal(np.concatenate([block.acc_m_s2 for block in own]), table.acc_m_s2[placement])
        np.testing.assert_array_equal(np.concatenate([block.gyr_rad_s for block in own]), table.gyr_rad_s[placement])
    starts = [float(block.time_s[0]) for block in replayed]
    assert starts == sorted(starts), "all placements of a chunk come before the next chunk"
    assert all(first.placement != second.placement for first, second in itertools.pairwise(replayed))


def test_a_chunk_without_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one sample"):
        next(blocks(table_of(3, (Placement.SACRUM,)), 0))


def test_a_gap_in_time_stays_a_gap(tmp_path: Path) -> None:
    whole = table_of(100, (Placement.SACRUM,))
    kept = np.r_[0:40, 60:100]
    acc, gyr = whole.acc_m_s2[Placement.SACRUM][kept], whole.gyr_rad_s[Placement.SACRUM][kept]
    table = RecordingTable("walk", whole.time_s[kept], {Placement.SACRUM: acc}, {Placement.SACRUM: gyr}, 100.0)
    write_recording(table, tmp_path / "walk.csv")
    read = read_recording(tmp_path / "walk.csv")
    assert len(read) == 80
    assert read.rate_hz == 100.0
    assert np.diff(read.time_s).max() == pytest.approx(0.21)


@pytest.mark.parametrize(("rate_hz", "decimals"), [(102.4, 3), (60.0, 3), (148.148, 4), (40.0, 5), (1000.0, 5)])
def test_the_rate_survives_rounded_times(tmp_path: Path, rate_hz: float, decimals: int) -> None:
    n = 2000
    acc, gyr = np.tile([0.0, 0.0, 9.81], (n, 1)), np.zeros((n, 3))
    time_s = np.round(np.arange(n) / rate_hz, decimals)
    table = RecordingTable("walk", time_s, {Placement.SACRUM: acc}, {Placement.SACRUM: gyr}, rate_hz)
    write_recording(table, tmp_path / "walk.csv")
    assert read_recording(tmp_path / "walk.csv").rate_hz == pytest.approx(rate_hz, rel=2e-4)


def test_other_programs_csv_is_read(tmp_path: Path) -> None:
    """Byte order mark, CRLF, quotes, spaces, blank lines, nan in several spellings, columns in any order."""
    header = '"sacrum_gyr_z",sacrum_acc_x, sacrum_acc_y,sacrum_acc_z,sacrum_gyr_x,sacrum_gyr_y,time_s'
    rows = ['"0.1", 1 ,2,9.5,nan,,0', "0.2,1e0,-2.5E-1,9.5,NaN,0.5,0.01", "", "0.3,1,2,9.5,0.5,0.5,0.02", ""]
    path = tmp_path / "walk.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([header, *rows]).encode())
    read = read_recording(path)
    np.testing.assert_array_equal(read.time_s, [0.0, 0.01, 0.02])
    np.testing.assert_array_equal(read.acc_m_s2[Placement.SACRUM][:, 1], [2.0, -0.25, 2.0])
    np.testing.assert_array_equal(read.gyr_rad_s[Placement.SACRUM][:, 0], [np.nan, np.nan, 0.5])
    np.testing.assert_array_equal(read.gyr_rad_s[Placement.SACRUM][:, 2], [0.1, 0.2, 0.3])


@pytest.mark.parametrize(("hole_s", "refused"), [(LONGEST_GAP_S - 1.0, False), (LONGEST_GAP_S + 1.0, True)])
def test_a_clock_that_was_set_meanwhile_is_refused_instead_of_filling_the_memory(
    hole_s: float, refused: bool, tmp_path: Path
) -> None:
    table = table_of(20, (Placement.SACRUM,))
    later = replace(table, time_s=table.time_s + hole_s * (np.arange(20) >= 15))
    write_recording(later, tmp_path / "walk.csv")
    if refused:
        with pytest.raises(RecordingError, match=r"row 17 .*time jumps by 4\.0 h .*recordings of their own"):
            read_recording(tmp_path / "walk.csv")
    else:
        assert len(read_recording(tmp_path / "walk.csv").time_s) == 20


def test_infinite_values_count_as_missing_and_are_told(tmp_path: Path) -> None:
    table = table_of(20, (Placement.SACRUM,))
    table.acc_m_s2[Placement.SACRUM][7] = [np.inf, 1.0, -np.inf]
    write_recording(table, tmp_path / "walk.parquet")
    read = read_recording(tmp_path / "walk.parquet")
    np.testing.assert_array_equal(read.acc_m_s2[Placement.SACRUM][7], [np.nan, 1.0, np.nan])
    assert read.notices == ("sacrum: 2 infinite values count as missing.",)


def test_a_placement_without_a_number_is_left_out(tmp_path: Path) -> None:
    table = table_of(20, (Placement.SACRUM, Placement.TRUNK))
    table.gyr_rad_s[Placement.TRUNK][:] = np.nan
    write_recording(table, tmp_path / "walk.csv")
    read = read_recording(tmp_path / "walk.csv")
    assert read.placements == (Placement.SACRUM,)
    assert read.notices == ("trunk is not used: its columns are empty.",)


def test_parquet_of_other_number_types_is_read(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = table_of(30, (Placement.SACRUM,))
    write_recording(table, tmp_path / "double.parquet")
    double = pq.read_table(tmp_path / "double.parquet")
    kinds = [(name, pa.float64() if name == "time_s" else pa.float32()) for name in double.column_names]
    pq.write_table(double.cast(pa.schema(kinds)), tmp_path / "single.parquet", row_group_size=7)
    read = read_recording(tmp_path / "single.parquet")
    np.testing.assert_allclose(read.acc_m_s2[Placement.SACRUM], table.acc_m_s2[Placement.SACRUM], rtol=1e-6)


def test_the_sidecar_of_every_kind_has_one_name(tmp_path: Path, kind: str) -> None:
    assert sidecar_path(tmp_path / f"walk.2024{kind}") == tmp_path / "walk.2024.json"


def test_what_a_sidecar_does_not_say_is_not_known(tmp_path: Path) -> None:
    write_recording(table_of(20, (Placement.SACRUM,)), tmp_path / "walk.csv")
    sidecar_path(tmp_path / "walk.csv").unlink()
    assert read_recording(tmp_path / "walk.csv").person == Person()


def test_a_foreign_sidecar_is_read_and_its_surplus_told(tmp_path: Path) -> None:
    write_recording(table_of(20, (Placement.SACRUM,)), tmp_path / "walk.csv")
    said = {"patient_code": 17, "age_years": 58, "painful_side": None, "shoe_size": 43, "height_m": 1.72}
    sidecar_path(tmp_path / "walk.csv").write_text(json.dumps(said), encoding="utf-8-sig")
    read = read_recording(tmp_path / "walk.csv")
    assert read.person == Person(code="17", age_years=58.0, height_m=1.72)
    assert "Ignored in the sidecar: shoe_size." in read.notices


def test_writing_under_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.csv"):
        write_recording(table_of(20, (Placement.SACRUM,)), tmp_path / "walk.xlsx")


def test_neither_reading_nor_writing_loads_pandas(tmp_path: Path) -> None:
    program = """
import sys
import numpy as np
from sensor.recording import RecordingTable, read_recording, write_recording
from sensor.samples import Placement
values = np.tile([0.0, 9.81, np.nan], (50, 1))
table = RecordingTable("w", np.arange(50) / 100, {Placement.SACRUM: values}, {Placement.SACRUM: values}, 100.0)
for ending in (".csv", ".csv.gz", ".parquet"):
    write_recording(table, sys.argv[1] + "/w" + ending)
    read_recording(sys.argv[1] + "/w" + ending)
sys.exit(", ".join({"pandas", "scipy", "sklearn", "matplotlib"} & sys.modules.keys()) or 0)
"""
    run = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
