"""The tables of an analysis as CSV bytes: events, strides, pelvic angles, knee angles.

UTF-8, comma, one header line, lines end in a bare newline, fixed decimals, an empty cell where nothing is known.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from pipeline.result import Event, KneeSeries, PelvisSeries, Stride
from sensor.samples import FloatArray

EVENT_COLUMNS = ("time_s", "side", "event", "confidence", "note")
PELVIS_COLUMNS = ("time_s", "tilt_deg", "obliquity_deg", "rotation_deg")
JOINT_COLUMNS = ("time_s", "knee_flexion_left_deg", "knee_flexion_right_deg")

# 0.1 ms, a hundredth of the usual sample, and 0.001 deg, far below what the sensors resolve.
TIME_DECIMALS = 4
ANGLE_DECIMALS = 3

# The contract's twelve columns first and in its order, then the other quantities of a stride. Numbers: decimals.
_STRIDE_NUMBERS = {
    "ic_s": TIME_DECIMALS,
    "fc_s": TIME_DECIMALS,
    "next_ic_s": TIME_DECIMALS,
    "stride_time_s": TIME_DECIMALS,
    "stance_time_s": TIME_DECIMALS,
    "swing_time_s": TIME_DECIMALS,
    "step_time_s": TIME_DECIMALS,
    "stride_length_m": 4,
}
_STRIDE_EXTRAS = {
    "single_support_s": TIME_DECIMALS,
    "double_support_s": TIME_DECIMALS,
    "knee_swing_velocity_rad_s": 4,
    "impact_peak_m_s2": 3,
    "knee_flexion_loading_deg": ANGLE_DECIMALS,
    "knee_flexion_swing_deg": ANGLE_DECIMALS,
    "obliquity_rom_deg": ANGLE_DECIMALS,
    "tilt_rom_deg": ANGLE_DECIMALS,
    "rotation_rom_deg": ANGLE_DECIMALS,
    "drop_deg": ANGLE_DECIMALS,
    "attenuation": 3,
    "stride_regularity": 3,
    "step_regularity": 3,
    "harmonic_ratio_vertical": 3,
    "harmonic_ratio_forward": 3,
    "harmonic_ratio_sideways": 3,
    "hip_flexion_max_deg": ANGLE_DECIMALS,
    "hip_flexion_min_deg": ANGLE_DECIMALS,
    "trunk_lean_deg": ANGLE_DECIMALS,
    "trunk_side_lean_deg": ANGLE_DECIMALS,
    "thorax_pelvis_phase_deg": ANGLE_DECIMALS,
    "thorax_pelvis_rom_deg": ANGLE_DECIMALS,
}
STRIDE_COLUMNS = ("side", *_STRIDE_NUMBERS, "straight", "valid", "reason", *_STRIDE_EXTRAS)


def events_csv(events: Iterable[Event]) -> bytes:
    """Every detected event, in order of time; ``event`` is IC or FC, ``confidence`` 0 to 1."""
    ordered = sorted(events, key=lambda event: (event.time_s, event.side, event.kind))
    return _rows(
        EVENT_COLUMNS,
        (
            (_fixed(e.time_s, TIME_DECIMALS), e.side.value, e.kind.value, _fixed(e.confidence, 3), e.note)
            for e in ordered
        ),
    )


def strides_csv(strides: Iterable[Stride]) -> bytes:
    """One row per stride and side, in order of initial contact; NaN becomes an empty cell."""
    ordered = sorted(strides, key=lambda stride: (stride.ic_s, stride.side))
    return _rows(STRIDE_COLUMNS, map(_stride_row, ordered))


def pelvis_csv(series: PelvisSeries) -> bytes:
    """One row per sample of the uniform grid, degrees; untrusted samples empty."""
    angles = (series.tilt_deg, series.obliquity_deg, series.rotation_deg)
    return _series(PELVIS_COLUMNS, series.time_s, angles)


def joints_csv(series: KneeSeries) -> bytes:
    """One row per sample of the uniform grid, knee flexion in degrees; untrusted samples empty."""
    return _series(JOINT_COLUMNS, series.time_s, (series.left_deg, series.right_deg))


def _fixed(value: float, decimals: int) -> str:
    if not math.isfinite(value):
        return ""
    return f"{value:z.{decimals}f}"


def _word(value: bool) -> str:
    return "true" if value else "false"


def _stride_row(stride: Stride) -> list[str]:
    return [
        stride.side.value,
        *(_fixed(getattr(stride, name), decimals) for name, decimals in _STRIDE_NUMBERS.items()),
        _word(stride.straight),
        _word(stride.valid),
        stride.reason,
        *(_fixed(getattr(stride, name), decimals) for name, decimals in _STRIDE_EXTRAS.items()),
    ]


def _rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def _series(columns: Sequence[str], time_s: FloatArray, angles_deg: Sequence[FloatArray]) -> bytes:
    arrays = [_decimals(time_s, TIME_DECIMALS), *(_decimals(angle, ANGLE_DECIMALS) for angle in angles_deg)]
    out = pa.BufferOutputStream()
    out.write((",".join(columns) + "\n").encode())
    # Arrow would quote the header, so it is written by hand.
    pa.csv.write_csv(pa.table(arrays, names=list(columns)), out, pa.csv.WriteOptions(include_header=False))
    return bytes(out.getvalue())


def _decimals(values: FloatArray, places: int) -> pa.Array[Any]:
    """Exact decimals: unlike floats they print with fixed places, have no negative zero, and format fast."""
    known = np.isfinite(values)
    scaled = np.rint(np.where(known, values, 0.0) * 10**places).astype("<i8")
    words = np.stack([scaled, scaled >> 63], axis=1)  # 128-bit two's complement, low word first
    valid = np.packbits(known, bitorder="little")
    kind = pa.decimal128(18, places)
    return pa.Array.from_buffers(kind, len(scaled), [pa.py_buffer(valid.tobytes()), pa.py_buffer(words.tobytes())])
