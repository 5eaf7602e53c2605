"""Sitting down, sitting, getting up, and leaning forward on a rail: what a rest adds to the motion.

Angles of sitting and of the way there are recalled from the sit-to-stand literature and spread by assumption. The feet
stay where they stand: thigh and shank carry the hips down and back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from sensor.samples import FloatArray
from sensor.simulation.protocol import CHANGE_S, Activity, Bout
from sensor.simulation.streams import stream
from sensor.simulation.timing import ramp

SIT_DOWN_S, GET_UP_S = (1.7, 2.6), (1.4, 2.3)  # ranges between people
THIGH_DEG, THIGH_SD_DEG = 80.0, 5.0  # from hanging down, sitting
KNEE_DEG, KNEE_SD_DEG = 88.0, 7.0
SLUMP_DEG, SLUMP_SD_DEG = -22.0, 6.0  # of the pelvis, backward
SEATED_TRUNK_DEG, SEATED_TRUNK_SD_DEG = 2.0, 6.0
DIP_DEG, DIP_SD_DEG = 34.0, 6.0  # of the trunk, forward on the way
PELVIS_DIP = 0.7  # of it
SHANK_DIP_DEG = 12.0  # the knees come forward over the feet
LEAN_DEG, LEAN_SD_DEG = 40.0, 8.0  # of the trunk over a rail
LEAN_PELVIS, LEAN_KNEE_DEG = 0.4, 6.0
THIGH, SHANK = 0.245, 0.246  # of body height, as in the skeleton, which builds on this
FIDGET_EVERY_S = 20.0
FIDGET_DEG = (4.0, 7.0)  # of hip, of knee
FIDGET_S = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Rested:
    """What rests add, degrees and body heights, (n,) each but ``fidget_deg`` (2, 2, n): role, then hip and knee."""

    tilt_deg: FloatArray
    trunk_deg: FloatArray
    thigh_deg: FloatArray  # forward +
    knee_deg: FloatArray
    fidget_deg: FloatArray
    back: FloatArray  # of the hips
    up: FloatArray


def seated(rest: Bout, seed: int) -> tuple[float, float, float, float]:
    """When a rest's change of posture begins and ends, and when the way back begins and ends."""
    draw = stream(seed, "posture")
    down, up = draw.uniform(*SIT_DOWN_S), draw.uniform(*GET_UP_S)
    start, end = rest.start_s + CHANGE_S, rest.end_s - CHANGE_S
    return start, start + down, max(start + down, end - up), max(start + down + up, end)


def rested(rests: tuple[Bout, ...], seed: int, time_s: FloatArray) -> Rested:
    """What sitting and leaning add at times (n,)."""
    draw = stream(seed, "posture angles")
    spread = draw.standard_normal(6)
    sat, lean, dip = np.zeros((3, len(time_s)))
    fidget = np.zeros((2, 2, len(time_s)))
    for rest in rests:
        if rest.kind is Activity.STANDING:
            continue
        start, down, rising, up = seated(rest, seed)
        share = np.clip(ramp(time_s, start, down) - ramp(time_s, rising, up), 0.0, 1.0)  # rounding leaves the range
        if rest.kind is Activity.LEANING:
            lean += share
            continue
        sat += share
        dip += (4.0 * share * (1.0 - share)) ** 1.5
        _fidget(fidget, time_s, (down, rising), draw)
    size = DIP_DEG + DIP_SD_DEG * spread[0]
    bent = LEAN_DEG + LEAN_SD_DEG * spread[5]
    thigh_deg = sat * (THIGH_DEG + THIGH_SD_DEG * spread[1])
    knee_deg = sat * (KNEE_DEG + KNEE_SD_DEG * spread[2]) + SHANK_DIP_DEG * dip + LEAN_KNEE_DEG * lean
    shank_deg = thigh_deg - knee_deg
    carried = [np.deg2rad(angle) for angle in (thigh_deg, shank_deg)]
    return Rested(
        tilt_deg=sat * (SLUMP_DEG + SLUMP_SD_DEG * spread[3]) + PELVIS_DIP * size * dip + LEAN_PELVIS * bent * lean,
        trunk_deg=sat * (SEATED_TRUNK_DEG + SEATED_TRUNK_SD_DEG * spread[4]) + size * dip + bent * lean,
        thigh_deg=thigh_deg,
        knee_deg=knee_deg,
        fidget_deg=fidget,
        back=THIGH * np.sin(carried[0]) + SHANK * np.sin(carried[1]),
        up=THIGH * np.cos(carried[0]) + SHANK * np.cos(carried[1]) - THIGH - SHANK,
    )


def done(
    planned: tuple[Bout, ...], walked: tuple[tuple[float, float], ...], seed: int, duration_s: float
) -> tuple[Bout, ...]:
    """What was done when, standing in between; a change of posture is cut in its middle."""
    found = [Bout(Activity.WALKING, *span) for span in walked]
    for rest in planned:
        if rest.kind in (Activity.SITTING, Activity.LEANING):
            start, down, rising, up = seated(rest, seed)
            found.append(Bout(rest.kind, 0.5 * (start + down), 0.5 * (rising + up)))
    found.sort(key=lambda bout: bout.start_s)
    ends = [0.0, *(bout.end_s for bout in found)]
    starts = [*(bout.start_s for bout in found), duration_s]
    standing = [Bout(Activity.STANDING, a, b) for a, b in zip(ends, starts, strict=True) if b > a]
    return tuple(sorted(found + standing, key=lambda bout: bout.start_s))


def _fidget(fidget: FloatArray, time_s: FloatArray, span: tuple[float, float], draw: Generator) -> None:
    """Now and then a leg moves, in place."""
    for _ in range(int(draw.poisson((span[1] - span[0]) / FIDGET_EVERY_S))):
        at, role = draw.uniform(span[0] + 1.0, max(span[0] + 1.0, span[1] - 1.0)), int(draw.integers(2))
        hip, knee = np.array(FIDGET_DEG) * draw.standard_normal(2)
        wave = np.exp(-0.5 * ((time_s - at) / FIDGET_S) ** 2)
        fidget[role] += np.array([[hip], [knee]]) * wave
