"""Recording files to columns of numbers: CSV, gzipped CSV and Parquet, each read in one pass by pyarrow.

Nothing here calls pyarrow functions that load pandas where it is installed (``pa.array``, ``to_numpy``).
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from sensor.recording.table import RecordingError
from sensor.samples import FloatArray

_HEADER_LIMIT = 1 << 20  # bytes; a table of 50 columns has a header of 1 kB, a binary file may have no line end at all
_MISSING = ("", "nan", "NaN", "NAN", "null", "NULL", "NA", "N/A", "n/a", "None", "none")
_BAD_NUMBER = re.compile(r"In CSV column #(\d+): Row #(\d+): .*invalid value '(.*)'", re.DOTALL)
_BAD_ROW = re.compile(r"Row #(\d+): Expected (\d+) columns, got (\d+)")


@dataclass(frozen=True, slots=True)
class Columns:
    """The numeric columns that were asked for, by name, and the names of all others."""

    table: pa.Table
    ignored: tuple[str, ...]

    def __len__(self) -> int:
        return self.table.num_rows

    def fill(self, name: str, out: FloatArray) -> None:
        """Copy one column into ``out`` of shape (n,), any stride; a missing value becomes NaN."""
        at = 0
        for chunk in self.table.column(name).chunks:
            n = len(chunk)
            bitmap, data = chunk.buffers()
            if data is not None:
                out[at : at + n] = np.frombuffer(memoryview(data), dtype=np.float64, count=n, offset=8 * chunk.offset)
            if chunk.null_count and bitmap is not None:
                bits = np.unpackbits(np.frombuffer(memoryview(bitmap), dtype=np.uint8), bitorder="little")
                out[at : at + n][bits[chunk.offset : chunk.offset + n] == 0] = np.nan
            at += n


def read_columns(path: Path, wanted: Callable[[str], bool]) -> Columns:
    """Read the columns whose name is wanted, as float64.

    Raises
    ------
    RecordingError
        The file is missing, empty, of no known kind, damaged, or holds text in a number.
    """
    name = path.name.lower()
    if not name.endswith((".csv", ".csv.gz", ".parquet")):
        raise RecordingError(f"{path}: not a recording file; give a .csv, .csv.gz or .parquet.")
    if path.is_dir():
        raise RecordingError(f"{path}: this is a folder; give the recording file in it, or a session folder.")
    try:
        if path.stat().st_size == 0:
            raise RecordingError(f"{path}: the file is empty; record or export it again.")
        return _read_parquet(path, wanted) if name.endswith(".parquet") else _read_csv(path, wanted)
    except FileNotFoundError as error:
        raise RecordingError(f"{path}: there is no such file; check the path.") from error
    except PermissionError as error:
        raise RecordingError(f"{path}: no permission to read this file; change its access rights.") from error
    except (OSError, EOFError, pa.ArrowException) as error:
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RecordingError(f"{path}: the file is damaged or no recording ({what}); export it again.") from error


def _open(path: Path) -> IO[bytes]:
    file = pa.OSFile(str(path), "rb")
    stream = pa.CompressedInputStream(file, "gzip") if path.name.lower().endswith(".gz") else file
    return cast("IO[bytes]", stream)


def _read_csv(path: Path, wanted: Callable[[str], bool]) -> Columns:
    header = _header(path)
    numeric = _choose(path, header, wanted)
    names = [name if name in numeric else f"{name} #{i}" for i, name in enumerate(header)]

    def read(*, use_threads: bool) -> pa.Table:
        with _open(path) as stream:
            return pa_csv.read_csv(
                stream,
                read_options=pa_csv.ReadOptions(use_threads=use_threads, column_names=names, skip_rows=1),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(numeric, pa.float64()),
                    include_columns=numeric,
                    null_values=list(_MISSING),
                ),
            )

    try:
        table = read(use_threads=True)
    except pa.ArrowInvalid as error:
        if "Could not skip initial" in str(error):  # a header without a line end
            raise _no_rows(path) from error
        try:
            read(use_threads=False)  # threads do not count rows: read again to learn which one it is
        except pa.ArrowInvalid as again:
            raise _fault(path, header, str(again)) from error
        raise
    if not table.num_rows:
        raise _no_rows(path)
    return Columns(table, _others(header, numeric))


def _header(path: Path) -> list[str]:
    with _open(path) as stream:
        start = stream.read(_HEADER_LIMIT)
    if not start:
        raise RecordingError(f"{path}: the file is empty; record or export it again.")
    try:
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        line = re.split(r"\r\n|\r|\n", decoder.decode(re.split(rb"[\r\n]", start, maxsplit=1)[0]))[0]
        header = [name.strip() for name in next(csv.reader([line]), [])]
    except (UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f"{path}: the header (row 1) is not UTF-8 text; save it as CSV in UTF-8.") from error
    if "time_s" not in header and re.search(r"time_s\W*[;\t]", line):
        raise RecordingError(f"{path}: the header (row 1) separates columns by ; or tab; separate them by commas.")
    return header


def _read_parquet(path: Path, wanted: Callable[[str], bool]) -> Columns:
    import pyarrow.parquet as pq  # 20 ms that only this kind of file needs

    with pq.ParquetFile(path) as file:
        header = list(file.schema_arrow.names)
        numeric = _choose(path, header, wanted)
        for name in numeric:
            kind = file.schema_arrow.field(name).type
            if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind)):
                raise RecordingError(f"{path}: column {name} holds {kind}, not numbers; write it as float64.")
        table = file.read(columns=numeric)
    if not table.num_rows:
        raise _no_rows(path)
    return Columns(
        table.cast(pa.schema([(name, pa.float64()) for name in table.column_names])), _others(header, numeric)
    )


def _choose(path: Path, header: Sequence[str], wanted: Callable[[str], bool]) -> list[str]:
    numeric = [name for name in header if wanted(name)]
    twice = sorted({name for name in numeric if numeric.count(name) > 1})
    if twice:
        raise RecordingError(f"{path}: column {', '.join(twice)} stands twice in the header; remove or rename one.")
    return numeric


def _others(header: Iterable[str], numeric: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in header if name not in numeric)


def _no_rows(path: Path) -> RecordingError:
    return RecordingError(f"{path}: a header but no samples; record or export it again.")


def _fault(path: Path, header: Sequence[str], message: str) -> RecordingError:
    if found := _BAD_NUMBER.search(message):
        column, row, text = header[int(found[1])], found[2], found[3]
        shown = text if len(text) <= 40 else text[:40] + "..."
        return RecordingError(
            f"{path}: row {row} (the header is row 1), column {column}: {shown!r} is not a number; "
            "correct the cell, or leave it empty if the sample is missing."
        )
    if found := _BAD_ROW.search(message):
        return RecordingError(
            f"{path}: row {found[1]} (the header is row 1) has {found[3]} cells, the header {found[2]}; "
            "complete or delete the row."
        )
    return RecordingError(f"{path}: the table cannot be read ({message.splitlines()[0]}); export it again.")
