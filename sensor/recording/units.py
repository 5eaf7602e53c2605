"""Which unit a sensor wrote: recognised from what a walking body can do, never from the column's name.

Specific force is 1 g on average whatever a person does, so its median tells g from m/s^2. Angular rate has no such
anchor: its median is taken over the seconds in which the accelerometer says that the body moves. In all trials of
``shared/datasets`` this median is 0.7 to 3.4 rad/s (41 to 192 deg/s) at shank and thigh, and 0.3 to 2.0 rad/s (18 to
116 deg/s) at the pelvis; each limit below lies between the two readings, a factor of 3 from either. The median, not a
peak: a loose sensor rings at every step (14 rad/s at a sacrum there). Comparing the gyroscope with the turning of
gravity separates the units less well (a factor of 2 from the limit, tried on the same trials).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from sensor.recording.table import RecordingError
from sensor.samples import KNEES, THIGHS, FloatArray, Placement

STANDARD_GRAVITY_M_S2 = 9.80665
ACC_UNITS = MappingProxyType({"m/s^2": 1.0, "g": STANDARD_GRAVITY_M_S2, "mg": STANDARD_GRAVITY_M_S2 / 1000.0})
GYR_UNITS = MappingProxyType({"rad/s": 1.0, "deg/s": math.pi / 180.0})
_SPELLINGS = MappingProxyType(
    {
        "m/s2": "m/s^2",
        "m/s²": "m/s^2",
        "m_s2": "m/s^2",
        "°/s": "deg/s",
        "dps": "deg/s",
        "deg_s": "deg/s",
        "rad_s": "rad/s",
    }
)


@dataclass(frozen=True, slots=True)
class UnitParams:
    """What tells the units apart."""

    acc_factor: float = 2.5  # a median within this factor of 1 g counts as 1 g; the units are a factor 9.8 apart
    moving_m_s2: float = 0.7  # SD of |acc| within a second: standing stays below 0.3, slow walking exceeds 0.8
    leg_limit_rad_s: float = 12.0
    trunk_limit_rad_s: float = 6.0  # pelvis and trunk


@dataclass(frozen=True, slots=True)
class Units:
    """Factor to SI for each placement, and what has to be said about it."""

    acc: Mapping[Placement, float]
    gyr: Mapping[Placement, float]
    notices: tuple[str, ...]


def check_overrides(source: str, overrides: Mapping[str, str]) -> dict[str, str]:
    """Unit overrides of a sidecar in their canonical spelling; RecordingError for a key or a unit that is none."""
    checked = {}
    for key, unit in overrides.items():
        placement, _, kind = key.rpartition("_")
        known: Mapping[str, float] = {"acc": ACC_UNITS, "gyr": GYR_UNITS}.get(kind, {})
        if not known or placement not in ("", *Placement):
            raise RecordingError(
                f"{source}: units has the key {key!r}; expected acc, gyr, or one of a placement, such as hip_left_gyr."
            )
        spelling = _SPELLINGS.get(unit.strip().lower(), unit.strip().lower())
        if spelling not in known:
            raise RecordingError(f"{source}: the unit of {key} is {unit!r}; expected one of {', '.join(known)}.")
        checked[key] = spelling
    return checked


def recognise_units(
    acc: Mapping[Placement, FloatArray],
    gyr: Mapping[Placement, FloatArray],
    rate_hz: float,
    overrides: Mapping[str, str],
    params: UnitParams | None = None,
) -> Units:
    """Find the unit of every placement's columns; a placement that cannot tell follows the others of the file.

    Parameters
    ----------
    acc, gyr : mapping from Placement to (n, 3) array
        As in the file, unit unknown; NaN where missing.
    overrides : mapping
        Checked unit overrides of the sidecar; they win and are not commented on.
    """
    params = params or UnitParams()
    notices: list[str] = []
    acc_told = _told(acc, "acc", overrides)
    acc_seen = {placement: _acc_unit(values, params) for placement, values in acc.items() if placement not in acc_told}
    acc_units = acc_told | _settle(acc_seen, "acc", "m/s^2", notices)
    to_acc_si = {placement: ACC_UNITS[unit] for placement, unit in acc_units.items()}

    gyr_told = _told(gyr, "gyr", overrides)
    gyr_seen = {
        placement: _gyr_unit(acc[placement], to_acc_si[placement], values, placement, rate_hz, params)
        for placement, values in gyr.items()
        if placement not in gyr_told
    }
    gyr_units = gyr_told | _settle(gyr_seen, "gyr", "rad/s", notices)
    return Units(to_acc_si, {placement: GYR_UNITS[unit] for placement, unit in gyr_units.items()}, tuple(notices))


def _told(values: Mapping[Placement, FloatArray], kind: str, overrides: Mapping[str, str]) -> dict[Placement, str]:
    told = {placement: overrides.get(f"{placement}_{kind}", overrides.get(kind)) for placement in values}
    return {placement: unit for placement, unit in told.items() if unit}


def _acc_unit(acc: FloatArray, params: UnitParams) -> str | None:
    norm = np.sqrt(np.einsum("ij,ij->i", acc, acc))
    norm = norm[np.isfinite(norm)]
    median = float(np.median(norm)) if norm.size else 0.0
    for unit, factor in ACC_UNITS.items():
        if STANDARD_GRAVITY_M_S2 / params.acc_factor < median * factor < STANDARD_GRAVITY_M_S2 * params.acc_factor:
            return unit
    return None


def _gyr_unit(
    acc: FloatArray, acc_to_si: float, gyr: FloatArray, placement: Placement, rate_hz: float, params: UnitParams
) -> str | None:
    acc_norm = np.sqrt(np.einsum("ij,ij->i", acc, acc)) * acc_to_si
    gyr_norm = np.sqrt(np.einsum("ij,ij->i", gyr, gyr))
    present = np.isfinite(acc_norm) & np.isfinite(gyr_norm)
    second = max(round(rate_hz), 2)
    seconds = int(np.count_nonzero(present)) // second
    moving = acc_norm[present][: seconds * second].reshape(seconds, second).std(axis=1) > params.moving_m_s2
    turning = gyr_norm[present][: seconds * second].reshape(seconds, second)[moving]
    if not turning.any():
        return None
    limit = params.leg_limit_rad_s if placement in (*KNEES, *THIGHS) else params.trunk_limit_rad_s
    return "deg/s" if np.median(turning) > limit else "rad/s"


def _settle(seen: Mapping[Placement, str | None], kind: str, default: str, notices: list[str]) -> dict[Placement, str]:
    """The unit of each placement; the undecided take the file's one unit if it has one, else the default."""
    found = {unit for unit in seen.values() if unit}
    fallback = found.pop() if len(found) == 1 else default
    settled = {placement: unit or fallback for placement, unit in seen.items()}
    undecided = [placement for placement, unit in seen.items() if unit is None]
    for unit in sorted(set(settled.values()) - {default}):
        where = ", ".join(placement for placement in settled if settled[placement] == unit)
        notices.append(f"Units: {kind} of {where} is in {unit}; converted to {default}.")
    if undecided and fallback == default:
        why = "its size is not that of gravity" if kind == "acc" else "nothing turns"
        notices.append(
            f"Units: {kind} of {', '.join(undecided)} undecided ({why}), taken as {default}; "
            f'if it is not, say so in the sidecar ("units": {{"{kind}": ...}}).'
        )
    return settled
