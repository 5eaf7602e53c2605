"""Read a recording: columns to placements, times checked, units recognised."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from sensor.recording.files import Columns, read_columns
from sensor.recording.session_folder import is_session
from sensor.recording.sidecar import Sidecar, read_sidecar, recording_name, sidecar_path
from sensor.recording.table import ACC_AXES, GYR_AXES, RecordingError, RecordingTable
from sensor.recording.units import check_overrides, recognise_units
from sensor.samples import FloatArray, Placement

LOWEST_RATE_HZ = 40.0  # below it initial contacts blur into each other; the contract refuses it
GAP_PERIODS = 1.5  # a time step above this many nominal periods is a gap
LONGEST_GAP_S = 4 * 3600.0  # a longer one is another recording or a clock that was set; its grid would fill the memory

_CHANNELS = {f"{placement}_{axis}": placement for placement in Placement for axis in ACC_AXES + GYR_AXES}


def read_recording(path: Path | str) -> RecordingTable:
    """Read a recording (``.csv``, ``.csv.gz``, ``.parquet``) and its sidecar ``<name>.json``, or a session folder.

    A placement needs all six of its columns and at least one sample with numbers; one that has not is left out, with
    a notice. Units in g or deg/s are recognised, converted and told in the notices; the sidecar's ``units`` win.
    Missing cells are NaN; a gap in time stays a gap.

    Raises
    ------
    RecordingError
        The file cannot be read or is refused. The message says what, where, and what to do.
    """
    path = Path(path)
    if is_session(path):
        from sensor.recording.session_table import read_session  # the devices, which files do not need

        return read_session(path)
    return read_table(path, read_sidecar(sidecar_path(path)), str(sidecar_path(path)))


def read_table(path: Path, sidecar: Sidecar, said_in: str) -> RecordingTable:
    """Read a recording file with what is known about it; ``said_in`` names the source of that in errors."""
    columns = read_columns(path, lambda name: name == "time_s" or name in _CHANNELS)
    overrides = check_overrides(said_in, sidecar.units)
    notices = list(sidecar.notices)
    if columns.ignored:
        notices.append(f"Ignored columns: {', '.join(name or '(without a name)' for name in columns.ignored)}.")

    names = set(columns.table.column_names)
    if "time_s" not in names:
        raise RecordingError(f"{path}: no column time_s; name the column of the sample times (in seconds) time_s.")
    time_s = np.empty(len(columns))
    columns.fill("time_s", time_s)
    rate_hz = _check_times(path, time_s)

    acc, gyr = {}, {}
    for placement in _whole_placements(names, notices):
        six = _load(columns, placement)
        if np.isfinite(six[0]).any() and np.isfinite(six[1]).any():
            acc[placement], gyr[placement] = six
        else:
            notices.append(f"{placement} is not used: its columns are empty.")
    if not acc:
        told = f" {' '.join(notices)}" if notices else ""
        raise RecordingError(
            f"{path}: no usable sensor columns; expected for example knee_left_acc_x, _y, _z and "
            f"knee_left_gyr_x, _y, _z with numbers in them.{told}"
        )

    _drop_infinite(acc, gyr, notices)
    units = recognise_units(acc, gyr, rate_hz, overrides)
    for placement in acc:
        if (factor := units.acc[placement]) != 1.0:
            acc[placement] *= factor
        if (factor := units.gyr[placement]) != 1.0:
            gyr[placement] *= factor
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return RecordingTable(
        name=recording_name(path),
        time_s=time_s,
        acc_m_s2=acc,
        gyr_rad_s=gyr,
        rate_hz=rate_hz,
        person=sidecar.person,
        notices=(*notices, *units.notices),
        markers=sidecar.markers,
        notes=sidecar.notes,
        sha256=sha256,
        day=sidecar.day,
        condition=sidecar.condition,
    )


def nominal_rate_hz(time_s: FloatArray) -> float:
    """Nominal rate of increasing sample times, Hz, to 0.001 Hz.

    The median step finds the period, the mean over the steps that are no gap refines it: times rounded to
    milliseconds have a median step that is a multiple of 1 ms.
    """
    steps = np.diff(time_s)
    near = steps[steps <= GAP_PERIODS * np.median(steps)]
    return round(1.0 / float(np.mean(near)), 3)


def _check_times(path: Path, time_s: FloatArray) -> float:
    if len(time_s) < 2:
        raise RecordingError(f"{path}: holds 1 sample; a walk needs many. Record or export it again.")
    unknown = ~np.isfinite(time_s)
    if unknown.any():
        raise RecordingError(
            f"{path}: row {_row(int(np.argmax(unknown)))}: time_s is empty; fill it in or delete the row."
        )
    steps = np.diff(time_s)
    wrong = steps <= 0.0
    if wrong.any():
        first = int(np.argmax(wrong))
        what = "repeats" if steps[first] == 0.0 else "goes backwards"
        raise RecordingError(
            f"{path}: row {_row(first + 1)}: time {what} ({time_s[first]:.10g} s, then {time_s[first + 1]:.10g} s, "
            f"{_count(wrong)}); sort the rows by time and remove repeated ones."
        )
    rate_hz = nominal_rate_hz(time_s)
    if rate_hz < LOWEST_RATE_HZ:
        hint = (
            " Is time_s in milliseconds? It must be in seconds." if LOWEST_RATE_HZ <= rate_hz * 1000.0 <= 2000.0 else ""
        )
        raise RecordingError(
            f"{path}: the rate is {rate_hz:g} Hz (median step {np.median(steps):g} s); at least "
            f"{LOWEST_RATE_HZ:g} Hz is needed. Record at 100 Hz.{hint}"
        )
    longest = int(np.argmax(steps))
    if steps[longest] > LONGEST_GAP_S:
        raise RecordingError(
            f"{path}: row {_row(longest + 1)}: time jumps by {steps[longest] / 3600.0:.1f} h "
            f"({time_s[longest]:.10g} s, then {time_s[longest + 1]:.10g} s). Save both parts as recordings of their "
            f"own, or correct the clock."
        )
    return rate_hz


def _row(sample: int) -> str:
    return f"{sample + 2} (the header is row 1)"


def _count(wrong: np.ndarray) -> str:
    n = int(np.count_nonzero(wrong))
    return "the only place" if n == 1 else f"the first of {n} places"


def _whole_placements(names: set[str], notices: list[str]) -> list[Placement]:
    """Placements with all six columns; for the others that have some, a notice says what they lack."""
    whole = []
    for placement in Placement:
        lacking = [axis for axis in ACC_AXES + GYR_AXES if f"{placement}_{axis}" not in names]
        if not lacking:
            whole.append(placement)
        elif len(lacking) < len(ACC_AXES + GYR_AXES):
            missing = ", ".join(f"{placement}_{axis}" for axis in lacking)
            notices.append(f"{placement} is not used: the columns {missing} are missing.")
    return whole


def _load(columns: Columns, placement: Placement) -> tuple[FloatArray, FloatArray]:
    acc, gyr = np.empty((len(columns), 3)), np.empty((len(columns), 3))
    for values, axes in ((acc, ACC_AXES), (gyr, GYR_AXES)):
        for i, axis in enumerate(axes):
            columns.fill(f"{placement}_{axis}", values[:, i])
    return acc, gyr


def _drop_infinite(acc: dict[Placement, FloatArray], gyr: dict[Placement, FloatArray], notices: list[str]) -> None:
    for placement in acc:
        n = 0
        for values in (acc[placement], gyr[placement]):
            infinite = np.isinf(values)
            n += int(np.count_nonzero(infinite))
            values[infinite] = np.nan
        if n:
            notices.append(f"{placement}: {n} infinite values count as missing.")
