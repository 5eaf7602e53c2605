"""The least that reading a recording costs: its CSV by pyarrow into one contiguous numpy array, channel by channel.

The yardstick of goals 1 and 2. It checks nothing; the arrays are filled from Arrow's own buffers, because
``to_numpy`` imports pandas where it is installed, which would make the yardstick longer than need be.
"""

from __future__ import annotations

import sys

import numpy as np
import pyarrow.csv as pa_csv

from sensor.samples import FloatArray


def parse(path: str) -> FloatArray:
    """All columns of a CSV of numbers without missing cells; shape (columns, rows)."""
    table = pa_csv.read_csv(path)
    out = np.empty((table.num_columns, table.num_rows))
    for row, column in zip(out, table.columns, strict=True):
        at = 0
        for chunk in column.chunks:
            data = chunk.buffers()[1]
            if data is not None:
                row[at : at + len(chunk)] = np.frombuffer(memoryview(data), np.float64, len(chunk), 8 * chunk.offset)
            at += len(chunk)
    return out


if __name__ == "__main__":
    parse(sys.argv[1])
