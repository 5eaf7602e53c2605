"""How another clinic wears other sensors, and how good those are. All values are assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensor.samples import Placement
from sensor.simulation.skeleton import PELVIS, THIGH, TRUNK, shank, thigh


@dataclass(frozen=True, slots=True)
class Habit:
    """One placement on the canonical body (affected leg left).

    ``gain`` is how much of a landing of the affected and of the other leg arrives, ``skin_hz`` and ``skin_damping``
    how the sensor rings on its flesh, ``slide`` how far the skin turns per degree of joint motion.
    """

    segment: str
    forward_m: float
    outward_m: float
    up_share: float  # of body height, from the segment's origin
    faces_deg: float  # of the outward axis, about z from forward
    gain: tuple[float, float]
    skin_hz: float
    skin_damping: float
    slide: float


def _sided(role: int, habit: Habit) -> Habit:
    if role == 0:
        return habit
    return Habit(
        habit.segment,
        habit.forward_m,
        -habit.outward_m,
        habit.up_share,
        -habit.faces_deg,
        (habit.gain[1], habit.gain[0]),
        habit.skin_hz,
        habit.skin_damping,
        habit.slide,
    )


def _leg(role: int) -> tuple[Habit, Habit, Habit]:
    return (
        _sided(role, Habit(shank(role), 0.045, 0.01, -0.07, 10.0, (1.0, 0.03), 13.0, 0.35, 0.035)),
        _sided(role, Habit(PELVIS, 0.05, 0.13, 0.055, 60.0, (0.24, 0.17), 8.0, 0.45, 0.06)),
        _sided(role, Habit(thigh(role), 0.06, 0.02, -0.75 * THIGH, 20.0, (0.5, 0.05), 9.0, 0.4, 0.09)),
    )


_LEFT, _RIGHT = _leg(0), _leg(1)
HABITS: Mapping[Placement, Habit] = {
    Placement.KNEE_LEFT: _LEFT[0],
    Placement.KNEE_RIGHT: _RIGHT[0],
    Placement.HIP_LEFT: _LEFT[1],
    Placement.HIP_RIGHT: _RIGHT[1],
    Placement.THIGH_LEFT: _LEFT[2],
    Placement.THIGH_RIGHT: _RIGHT[2],
    Placement.SACRUM: Habit(PELVIS, -0.11, 0.0, 0.05, 180.0, (0.19, 0.19), 9.0, 0.5, 0.02),
    Placement.TRUNK: Habit(TRUNK, -0.08, 0.0, 0.18, 180.0, (0.11, 0.11), 9.0, 0.6, 0.01),
}


@dataclass(frozen=True, slots=True)
class Quality:
    """How good sensors and straps are; spreads between sensors unless said otherwise."""

    gyr_noise_deg_s: float = 0.10  # root mean square of each sample
    acc_noise_m_s2: float = 0.020
    pink: float = 0.4  # share of the noise that is not white
    gyr_offset_deg_s: float = 0.4
    gyr_warming_deg_s: float = 0.15  # drift over ten minutes
    acc_offset_m_s2: float = 0.12
    gain_error: float = 0.008
    gyr_step_deg_s: float = 0.061  # of the converter
    acc_step_m_s2: float = 0.0048
    gyr_limit_deg_s: float = 1000.0
    acc_limit_m_s2: float = 78.5
    late_s: float = 0.003
    jitter_s: float = 0.0004
    flesh: float = 1.0
    turned_deg: float = 12.0  # about the long axis
    tilted_deg: float = 8.0
    moved_m: float = 0.015
    any_way: bool = False


QUALITY: Mapping[str, Quality] = {
    "none": Quality(
        gyr_noise_deg_s=0.0,
        acc_noise_m_s2=0.0,
        gyr_offset_deg_s=0.0,
        gyr_warming_deg_s=0.0,
        acc_offset_m_s2=0.0,
        gain_error=0.0,
        gyr_step_deg_s=0.0,
        acc_step_m_s2=0.0,
        late_s=0.0,
        jitter_s=0.0,
        flesh=0.0,
        turned_deg=0.0,
        tilted_deg=0.0,
        moved_m=0.0,
    ),
    "typical": Quality(),
    "any_mounting": Quality(any_way=True),
    "poor": Quality(
        gyr_noise_deg_s=0.2,
        gyr_offset_deg_s=0.8,
        acc_offset_m_s2=0.25,
        late_s=0.007,
        flesh=1.6,
        turned_deg=25.0,
    ),
}
