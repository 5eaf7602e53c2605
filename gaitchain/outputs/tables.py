"""The tables of an analysis as CSV bytes: events, strides, bouts, pelvic angles, knee angles.

UTF-8, comma, one header line, lines end in a bare newline, fixed decimals, an empty cell where nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.result import Bout, BoutKind, Event, KneeSeries, PelvisSeries, Stride
from sensor.samples import FloatArray

EVENT_COLUMNS = ("time_s", "side", "event", "confidence", "note")
BOUT_COLUMNS = ("start_s", "end_s", "kind", "confidence", "strides", "speed_m_s", "reason")
PELVIS_COLUMNS = ("time_s", "tilt_deg", "obliquity_deg", "rotation_deg")
JOINT_COLUMNS = ("time_s", "knee_flexion_left_deg", "knee_flexion_right_deg")

# 0.1 ms, a hundredth of the usual sample, and 0.001 deg, far below what the sensors resolve.
TIME_DECIMALS = 4
ANGLE_DECIMALS = 3
_TOO_LARGE = 1e13  # for 18 digits; no quantity comes near

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
    "shank_excursion_deg": ANGLE_DECIMALS,
    "tilt_mean_deg": ANGLE_DECIMALS,
    "obliquity_mean_deg": ANGLE_DECIMALS,
    "hips_apart_deg": ANGLE_DECIMALS,
}
STRIDE_COLUMNS = ("side", *_STRIDE_NUMBERS, "straight", "valid", "reason", *_STRIDE_EXTRAS)


def events_csv(events: Iterable[Event]) -> bytes:
    """Every detected event, in order of time; ``event`` is IC or FC, ``confidence`` 0 to 1."""
    ordered = sorted(events, key=lambda event: (event.time_s, event.side, event.kind))
    columns = (
        _decimals([event.time_s for event in ordered], TIME_DECIMALS),
        _words([event.side.value for event in ordered]),
        _words([event.kind.value for event in ordered]),
        _decimals([event.confidence for event in ordered], 3),
        _words([event.note for event in ordered]),
    )
    return _csv(dict(zip(EVENT_COLUMNS, columns, strict=True)))


def strides_csv(strides: Iterable[Stride]) -> bytes:
    """One row per stride and side, in order of initial contact; NaN becomes an empty cell."""
    ordered = sorted(strides, key=lambda stride: (stride.ic_s, stride.side))
    numbers = _STRIDE_NUMBERS | _STRIDE_EXTRAS
    columns = {name: _decimals([getattr(s, name) for s in ordered], places) for name, places in numbers.items()} | {
        "side": _words([stride.side.value for stride in ordered]),
        "straight": _words(["true" if stride.straight else "false" for stride in ordered]),
        "valid": _words(["true" if stride.valid else "false" for stride in ordered]),
        "reason": _words([stride.reason for stride in ordered]),
    }
    return _csv({name: columns[name] for name in STRIDE_COLUMNS})


def bouts_csv(bouts: Sequence[Bout], strides: Iterable[Stride]) -> bytes:
    """One row per bout, in order; valid strides that begin in it and their median speed only where there is walking."""
    used = sorted((stride for stride in strides if stride.valid), key=lambda stride: stride.ic_s)
    begins = np.array([stride.ic_s for stride in used])
    speeds = np.array([stride.speed_m_s for stride in used])
    counts, usual = [], []
    for bout in bouts:
        own = speeds[slice(*np.searchsorted(begins, (bout.start_s, bout.end_s)))]
        known = own[np.isfinite(own)]
        walks = bout.kind in (BoutKind.WALKING, BoutKind.TURNING)
        counts.append(len(own) if walks else np.nan)
        usual.append(float(np.median(known)) if walks and len(known) else np.nan)
    columns = (
        _decimals([bout.start_s for bout in bouts], TIME_DECIMALS),
        _decimals([bout.end_s for bout in bouts], TIME_DECIMALS),
        _words([bout.kind.value for bout in bouts]),
        _words([bout.confidence.value for bout in bouts]),
        _decimals(counts, 0),
        _decimals(usual, 3),
        _words([bout.reason for bout in bouts]),
    )
    return _csv(dict(zip(BOUT_COLUMNS, columns, strict=True)))


def pelvis_csv(series: PelvisSeries) -> bytes:
    """One row per sample of the uniform grid, degrees; untrusted samples empty."""
    angles = (series.tilt_deg, series.obliquity_deg, series.rotation_deg)
    return _series(PELVIS_COLUMNS, series.time_s, angles)


def joints_csv(series: KneeSeries) -> bytes:
    """One row per sample of the uniform grid, knee flexion in degrees; untrusted samples empty."""
    return _series(JOINT_COLUMNS, series.time_s, (series.left_deg, series.right_deg))


def _series(columns: Sequence[str], time_s: FloatArray, angles_deg: Sequence[FloatArray]) -> bytes:
    cells = [_decimals(time_s, TIME_DECIMALS), *(_decimals(angle, ANGLE_DECIMALS) for angle in angles_deg)]
    return _csv(dict(zip(columns, cells, strict=True)))


def _csv(columns: Mapping[str, pa.Array[Any]]) -> bytes:
    # Not by Arrow's own writer: it quotes every word or none.
    comma, line_end, nothing = _texts([",", "\n", ""])
    cells = [column.cast(pa.string()) for column in columns.values()]
    lines = pc.binary_join_element_wise(*cells, comma, null_handling="replace")
    lines = pc.binary_join_element_wise(lines, nothing, line_end)
    _, ends, text = lines.buffers()
    size = int(np.frombuffer(ends, dtype="<i4")[len(lines)])
    return ",".join(columns).encode() + b"\n" + bytes(text[:size])


def _decimals(values: FloatArray | Sequence[float], places: int) -> pa.Array[Any]:
    """Exact decimals: unlike floats they print with fixed places, have no negative zero, and format fast."""
    numbers = np.asarray(values, dtype=np.float64)
    known = np.abs(numbers) < _TOO_LARGE
    scaled = np.rint(np.where(known, numbers, 0.0) * 10**places).astype("<i8")
    valid = np.packbits(known, bitorder="little")
    kind = pa.decimal64(18, places)
    return pa.Array.from_buffers(kind, len(scaled), [pa.py_buffer(valid.tobytes()), pa.py_buffer(scaled.tobytes())])


def _words(values: Sequence[str]) -> pa.Array[Any]:
    """Words, quoted where they must be."""
    cells = {word: _quoted(word) for word in set(values)}  # few different ones
    return _texts([cells[word] for word in values])


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"' if any(mark in word for mark in ',"\r\n') else word


def _texts(values: Sequence[str]) -> pa.Array[Any]:
    """Built from buffers, since ``pa.array`` and ``pa.scalar`` load pandas if they can."""
    cells = [text.encode() for text in values]
    ends = np.cumsum([0, *map(len, cells)], dtype="<i4")
    return pa.StringArray.from_buffers(len(cells), pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(cells)))
