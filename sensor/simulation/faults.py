"""What goes wrong with sensors on real days, done to a finished recording (biomechanics.md 5.6).

Each fault is a plain function of a recording and a random stream; one that needs sensors which are not there changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from sensor.healthy import GRAVITY_M_S2
from sensor.recording import RecordingTable
from sensor.samples import FloatArray, Placement
from sensor.simulation.streams import stream

NARROW_G, NARROW_DEG_S = 4.0, 500.0  # a sensor left in another range
SLIP_DEG = (20.0, 40.0)  # of a strap that gives way
CLOCK_STEP_S = 0.03  # of a node that lost its fit
OUTAGE_S = (3.0, 8.0)

Change = Callable[[RecordingTable, Generator], RecordingTable]


def with_fault(table: RecordingTable, fault: str, seed: int) -> RecordingTable:
    """The recording with one of :data:`FAULTS`; equal seeds hit the same sensor.

    Raises
    ------
    ValueError
        The fault is unknown.
    """
    if fault not in FAULTS:
        raise ValueError(f"fault {fault!r} is unknown; choose from {', '.join(FAULTS)}")
    return FAULTS[fault](table, stream(seed, f"fault {fault}"))


def _upside_down(table: RecordingTable, draw: Generator) -> RecordingTable:
    """One sensor sits the wrong way up: half a turn about the axis off the skin."""
    half = np.array([-1.0, -1.0, 1.0])
    return _changed(table, _one(table, draw), lambda series: series * half)


def _swapped_knees(table: RecordingTable, _: Generator) -> RecordingTable:
    return _swapped(table, Placement.KNEE_LEFT, Placement.KNEE_RIGHT)


def _swapped_hips(table: RecordingTable, _: Generator) -> RecordingTable:
    return _swapped(table, Placement.HIP_LEFT, Placement.HIP_RIGHT)


def _knee_for_hip(table: RecordingTable, _: Generator) -> RecordingTable:
    return _swapped(table, Placement.KNEE_LEFT, Placement.HIP_LEFT)


def _narrow_range(table: RecordingTable, draw: Generator) -> RecordingTable:
    """One sensor clips at 4 g and 500 deg/s."""
    placement = _one(table, draw)
    acc, gyr = NARROW_G * GRAVITY_M_S2, np.deg2rad(NARROW_DEG_S)
    return replace(
        table,
        acc_m_s2={**table.acc_m_s2, placement: np.clip(table.acc_m_s2[placement], -acc, acc)},
        gyr_rad_s={**table.gyr_rad_s, placement: np.clip(table.gyr_rad_s[placement], -gyr, gyr)},
    )


def _slipped_strap(table: RecordingTable, draw: Generator) -> RecordingTable:
    """One sensor turns about its limb within a second, somewhere in the middle of the recording."""
    placement, at_s = _one(table, draw), _moment(table, draw)
    angle = np.deg2rad(draw.uniform(*SLIP_DEG)) * (1.0 if draw.random() < 0.5 else -1.0)
    turned = angle * np.clip(table.time_s - at_s, 0.0, 1.0)
    cos, sin = np.cos(turned), np.sin(turned)

    def about_limb(series: FloatArray) -> FloatArray:
        x, y, z = series.T
        return np.column_stack([x, cos * y + sin * z, cos * z - sin * y])

    return _changed(table, placement, about_limb)


def _clock_step(table: RecordingTable, draw: Generator) -> RecordingTable:
    """One node's samples come 30 ms late from some moment on."""
    placement, late = _one(table, draw), round(CLOCK_STEP_S * table.rate_hz)
    index = np.arange(len(table.time_s))
    from_here = index >= np.searchsorted(table.time_s, _moment(table, draw))
    taken = np.where(from_here, np.maximum(index - late, 0), index)
    return _changed(table, placement, lambda series: series[taken])


def _outage(table: RecordingTable, draw: Generator) -> RecordingTable:
    """One node is out of reach for some seconds."""
    placement, at_s = _one(table, draw), _moment(table, draw)
    gone = (table.time_s >= at_s) & (table.time_s < at_s + draw.uniform(*OUTAGE_S))
    return _changed(table, placement, lambda series: np.where(gone[:, None], np.nan, series))


def _dead_sensor(table: RecordingTable, draw: Generator) -> RecordingTable:
    """One node sends the same values for ever."""
    return _changed(table, _one(table, draw), lambda series: np.tile(series[:1], (len(series), 1)))


FAULTS: Mapping[str, Change] = {
    "upside_down": _upside_down,
    "swapped_knees": _swapped_knees,
    "swapped_hips": _swapped_hips,
    "knee_for_hip": _knee_for_hip,
    "narrow_range": _narrow_range,
    "slipped_strap": _slipped_strap,
    "clock_step": _clock_step,
    "outage": _outage,
    "dead_sensor": _dead_sensor,
}


def _one(table: RecordingTable, draw: Generator) -> Placement:
    worn = [placement for placement in Placement if placement in table.acc_m_s2]
    return worn[int(draw.integers(len(worn)))]


def _moment(table: RecordingTable, draw: Generator) -> float:
    """Some time in the middle half of the recording."""
    return float(table.time_s[0] + (table.time_s[-1] - table.time_s[0]) * draw.uniform(0.25, 0.75))


def _changed(table: RecordingTable, placement: Placement, change: Callable[[FloatArray], FloatArray]) -> RecordingTable:
    return replace(
        table,
        acc_m_s2={**table.acc_m_s2, placement: change(table.acc_m_s2[placement])},
        gyr_rad_s={**table.gyr_rad_s, placement: change(table.gyr_rad_s[placement])},
    )


def _swapped(table: RecordingTable, one: Placement, other: Placement) -> RecordingTable:
    if one not in table.acc_m_s2 or other not in table.acc_m_s2:
        return table

    def exchanged(series: Mapping[Placement, FloatArray]) -> dict[Placement, FloatArray]:
        return {**series, one: series[other], other: series[one]}

    return replace(table, acc_m_s2=exchanged(table.acc_m_s2), gyr_rad_s=exchanged(table.gyr_rad_s))
