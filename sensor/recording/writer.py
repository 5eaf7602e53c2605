"""Write a recording and its sidecar: the same table gives the same bytes; a file appears whole or not at all."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from sensor.recording.atomic import whole_file
from sensor.recording.sidecar import ENDINGS, sidecar_path, sidecar_text
from sensor.recording.table import ACC_AXES, GYR_AXES, RecordingTable
from sensor.samples import FloatArray

# Finer than any sensor resolves: 10 us, 0.01 mg, 0.0006 deg/s.
TIME_DECIMALS = 5
ACC_DECIMALS = 4
GYR_DECIMALS = 5


def write_recording(table: RecordingTable, path: Path | str) -> None:
    """Write ``table`` as ``.csv``, ``.csv.gz`` or ``.parquet`` by the name's ending, and ``<name>.json`` beside it.

    Numbers are rounded to 10 us, 1e-4 m/s^2 and 1e-5 rad/s in every kind of file. ``notices`` and ``sha256`` belong
    to a reading and are not written.

    Raises
    ------
    ValueError
        The name has another ending.
    OSError
        The folder is missing or the disk is full; files of an earlier writing are then untouched.
    """
    path = Path(path)
    if not path.name.lower().endswith(ENDINGS):
        raise ValueError(f"{path}: a recording's name ends in {', '.join(ENDINGS)}")
    with whole_file(sidecar_path(path)) as sidecar, whole_file(path) as recording:
        sidecar.write_text(sidecar_text(table), encoding="utf-8", newline="\n")
        with recording.open("wb") as file:
            _write(_as_arrow(table), path.name.lower(), file)


def write_table(table: RecordingTable, path: Path) -> None:
    """Write only the table, without a sidecar; otherwise as :func:`write_recording`."""
    with whole_file(path) as recording, recording.open("wb") as file:
        _write(_as_arrow(table), path.name.lower(), file)


def _write(table: pa.Table, name: str, file: IO[bytes]) -> None:
    if name.endswith(".parquet"):
        import pyarrow.parquet as pq  # 20 ms that only this kind of file needs

        pq.write_table(table, file, compression="zstd")
    elif name.endswith(".gz"):
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as zipped:
            _write_csv(table, cast("IO[bytes]", zipped))
    else:
        _write_csv(table, file)


def _write_csv(table: pa.Table, file: IO[bytes]) -> None:
    file.write((",".join(table.column_names) + "\n").encode())
    pa_csv.write_csv(table, file, pa_csv.WriteOptions(include_header=False))


def _as_arrow(table: RecordingTable) -> pa.Table:
    names, columns = ["time_s"], [_column(table.time_s, TIME_DECIMALS)]
    for placement in table.placements:
        for values, axes, decimals in (
            (table.acc_m_s2[placement], ACC_AXES, ACC_DECIMALS),
            (table.gyr_rad_s[placement], GYR_AXES, GYR_DECIMALS),
        ):
            for i, axis in enumerate(axes):
                names.append(f"{placement}_{axis}")
                columns.append(_column(values[:, i], decimals))
    return pa.Table.from_arrays(columns, names=names)


def _column(values: FloatArray, decimals: int) -> pa.Array[Any]:
    """A float64 column in which NaN is missing; built from buffers, since ``pa.array`` loads pandas if it can."""
    rounded = np.round(values, decimals) + 0.0  # -0.0 would be written as -0
    present = ~np.isnan(rounded)
    bitmap = None if present.all() else pa.py_buffer(np.packbits(present, bitorder="little").data)
    return pa.Array.from_buffers(pa.float64(), len(rounded), [bitmap, pa.py_buffer(rounded.data)])
