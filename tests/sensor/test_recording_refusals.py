"""Bad recordings and sidecars: each is refused in a sentence that says what, where, and what to do."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sensor.recording import RecordingError, read_recording

HEADER = "time_s,sacrum_acc_x,sacrum_acc_y,sacrum_acc_z,sacrum_gyr_x,sacrum_gyr_y,sacrum_gyr_z"


def csv_of(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def good_rows(n: int, step_s: float = 0.01) -> list[str]:
    return [f"{i * step_s:.5f},0.1,0.2,9.8,0.01,0.02,{0.01 * i:.3f}" for i in range(n)]


def refusal(path: Path) -> str:
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    sentence = str(caught.value)
    assert str(path.parent) in sentence, "it says where"
    assert "\n" not in sentence
    return sentence


def changed(row: int, text: str) -> str:
    rows = good_rows(300)
    rows[row] = text
    return csv_of(*rows)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("", "the file is empty", id="empty"),
        pytest.param(HEADER + "\n", "a header but no samples", id="header"),
        pytest.param(HEADER, "a header but no samples", id="header-without-line-end"),
        pytest.param(csv_of(*good_rows(1)), "1 sample", id="one-sample"),
        pytest.param(csv_of("0,1", "0.01,2", header="time_s,temperature"), "no usable sensor columns", id="unknown"),
        pytest.param(csv_of("1,2", "3,4", header="speed,temperature"), "no column time_s", id="no-time"),
        pytest.param(csv_of("0;1", "0.01;2", header="time_s;sacrum_acc_x"), "separate them by commas", id="semicolon"),
        pytest.param(csv_of("0,,,,,,", "0.01,,,,,,"), "its columns are empty", id="all-missing"),
        pytest.param(csv_of("0,1,1", "1,1,1", header="time_s,sacrum_acc_x,sacrum_acc_x"), "stands twice", id="twice"),
        pytest.param(changed(123, "1.23,0.1,oops,9.8,0,0,0"), "row 125", id="text-row"),
        pytest.param(changed(123, "1.23,0.1,oops,9.8,0,0,0"), "column sacrum_acc_y: 'oops' is not a number", id="text"),
        pytest.param(changed(123, "1.23,0.1,0.2,9.8"), "row 125 (the header is row 1) has 4 cells", id="short-row"),
        pytest.param(changed(123, "0.5,0.1,0.2,9.8,0,0,0"), "row 125 (the header is row 1): time goes back", id="back"),
        pytest.param(
            changed(123, "1.22,0.1,0.2,9.8,0,0,0"), "row 125 (the header is row 1): time repeats", id="repeat"
        ),
        pytest.param(changed(123, ",0.1,0.2,9.8,0,0,0"), "row 125 (the header is row 1): time_s is empty", id="no-t"),
        pytest.param(csv_of(*good_rows(100, 0.05)), "the rate is 20 Hz", id="20-hz"),
        pytest.param(csv_of(*good_rows(100, 10.0)), "milliseconds", id="milliseconds"),
    ],
)
def test_a_table_that_is_no_recording_is_refused(tmp_path: Path, content: str, says: str) -> None:
    plain, zipped = tmp_path / "walk.csv", tmp_path / "walk2.csv.gz"
    plain.write_text(content, encoding="utf-8")
    zipped.write_bytes(gzip.compress(content.encode()))
    assert says in refusal(plain)
    assert says in refusal(zipped)


def test_40_hz_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "walk.csv"
    path.write_text(csv_of(*good_rows(100, 0.025)), encoding="utf-8")
    assert read_recording(path).rate_hz == 40.0


def test_a_fault_deep_in_a_long_file_is_found_at_its_row(tmp_path: Path) -> None:
    rows = good_rows(40_000)  # several of pyarrow's blocks, parsed in threads
    rows[39_990] = rows[39_990].replace("9.8", "9,8,", 1)
    (tmp_path / "cells.csv").write_text(csv_of(*rows), encoding="utf-8")
    assert "row 39992 " in refusal(tmp_path / "cells.csv")
    rows[39_990] = rows[0].replace("9.8", "9.8.1")
    (tmp_path / "text.csv").write_text(csv_of(*rows), encoding="utf-8")
    assert "row 39992 " in refusal(tmp_path / "text.csv")


def missing(tmp_path: Path) -> Path:
    return tmp_path / "nowhere.csv"


def folder(tmp_path: Path) -> Path:
    (tmp_path / "walk.csv").mkdir()
    return tmp_path / "walk.csv"


def other_ending(tmp_path: Path) -> Path:
    (tmp_path / "walk.xlsx").write_bytes(b"PK")
    return tmp_path / "walk.xlsx"


def cut_gzip(tmp_path: Path) -> Path:
    whole = gzip.compress(csv_of(*good_rows(5000)).encode())
    (tmp_path / "walk.csv.gz").write_bytes(whole[: len(whole) // 2])
    return tmp_path / "walk.csv.gz"


def no_gzip(tmp_path: Path) -> Path:
    (tmp_path / "walk.csv.gz").write_text(csv_of(*good_rows(10)), encoding="utf-8")
    return tmp_path / "walk.csv.gz"


def cut_parquet(tmp_path: Path) -> Path:
    (tmp_path / "walk.parquet").write_bytes(b"PAR1 and then nothing")
    return tmp_path / "walk.parquet"


def utf16(tmp_path: Path) -> Path:
    (tmp_path / "walk.csv").write_text(csv_of(*good_rows(10)), encoding="utf-16")
    return tmp_path / "walk.csv"


def latin1_header(tmp_path: Path) -> Path:
    header = f"{HEADER},h\N{LATIN SMALL LETTER O WITH DIAERESIS}he"
    (tmp_path / "walk.csv").write_text(csv_of(*good_rows(10), header=header), encoding="latin-1")
    return tmp_path / "walk.csv"


def binary(tmp_path: Path) -> Path:
    (tmp_path / "walk.csv").write_bytes(bytes(range(256)) * 5000)
    return tmp_path / "walk.csv"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (missing, "there is no such file"),
        (folder, "this is a folder"),
        (other_ending, ".csv, .csv.gz or .parquet"),
        (cut_gzip, "damaged"),
        (no_gzip, "damaged"),
        (cut_parquet, "damaged"),
        (utf16, "not UTF-8"),
        (latin1_header, "not UTF-8"),
        (binary, "walk.csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, make: Callable[[Path], Path], says: str) -> None:
    assert says in refusal(make(tmp_path))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root and Windows may read every file")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "walk.csv"
    path.write_text(csv_of(*good_rows(10)), encoding="utf-8")
    path.chmod(0)
    assert "no permission" in refusal(path)


def test_text_in_parquet_is_refused(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: ["0.1", "0.2"] for name in HEADER.split(",")}
    pq.write_table(pa.table(columns), tmp_path / "walk.parquet")
    assert "column time_s holds string" in refusal(tmp_path / "walk.parquet")


@pytest.mark.parametrize(
    ("sidecar", "says"),
    [
        ("{", "not JSON"),
        ("[1, 2]", "one JSON object"),
        ({"height_m": 172}, "height_m is 172; expected 0.4 to 2.6. Is it in m?"),
        ({"height_m": "tall"}, "write a plain number"),
        ({"mass_kg": True}, "write a plain number"),
        ({"age_years": -3}, "age_years is -3"),
        ({"painful_side": "links"}, 'write "left" or "right"'),
        ({"red_flags": "fever"}, "list of texts"),
        ({"walking_aid": ["cane"]}, "write a text"),
        ({"units": "g"}, "must be an object"),
        ({"units": {"acc": "furlong"}}, "one of m/s^2, g, mg"),
        ({"units": {"nose_acc": "g"}}, "the key 'nose_acc'"),
        ({"markers": {"time_s": 1}}, "list of objects"),
        ({"markers": [{"label": "turn"}]}, "list of objects"),
        ({"markers": ["turn"]}, "list of objects"),
    ],
)
def test_a_sidecar_that_says_something_impossible_is_refused(tmp_path: Path, sidecar: object, says: str) -> None:
    path = tmp_path / "walk.csv"
    path.write_text(csv_of(*good_rows(10)), encoding="utf-8")
    text = sidecar if isinstance(sidecar, str) else json.dumps(sidecar)
    (tmp_path / "walk.json").write_text(text, encoding="utf-8")
    sentence = refusal(path)
    assert says in sentence
    assert "walk.json" in sentence


def test_a_sidecar_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "walk.csv"
    path.write_text(csv_of(*good_rows(10)), encoding="utf-8")
    (tmp_path / "walk.json").write_bytes(b'{"notes": "\xff"}')
    assert "save it as UTF-8 JSON" in refusal(path)
