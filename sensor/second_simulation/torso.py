"""Pelvis and trunk: splines through key points of every step, tied to the contacts and to each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sensor.samples import FloatArray
from sensor.second_simulation.footfalls import Footfalls, pace
from sensor.second_simulation.person import Walker
from sensor.second_simulation.spline import through
from sensor.second_simulation.strategies import Leg, Response, Whole
from sensor.simulation.streams import stream

COUNTER_TURN = 0.45  # of the pelvis's range, by which the thorax turns against it at a usual pace
PELVIS_NOISE_DEG = (0.35, 0.4, 0.6)  # tilt, obliquity, rotation, at each key point
TRUNK_NOISE_DEG = 0.4
# Surge, sway and rise at each key point: steps as unlike each other, and as uneven in themselves, as those of ten
# healthy people's lower backs, docs/simulator.md
PATH_NOISE_M = (0.004, 0.006, 0.006)
SLOW_M_S, FAST_M_S = 0.5, 1.4  # speeds at which the thorax turns 45 and 125 deg behind the pelvis [recalled]
SLOW_BEHIND, FAST_BEHIND = 0.25, 0.69  # the same, of a step
SURGE_M = 0.015  # biomechanics.md 5.5: 25 to 40 mm from peak to peak
VAULT = 0.55  # of the rise of a stiff-legged step, that is left over


@dataclass(frozen=True, slots=True, eq=False)
class Torso:
    """Series (3, n): pelvis (tilt, obliquity, rotation), trunk (flexion, obliquity, rotation), sway of the path."""

    pelvis_deg: FloatArray
    trunk_deg: FloatArray
    sway_m: FloatArray


def torso(seed: int, walker: Walker, response: Response, falls: Footfalls, time_s: FloatArray) -> Torso:
    """Steady-walk angles at times (n,); standing is taken care of elsewhere."""
    draw = stream(seed, "second torso")
    start = 0.0 if np.isnan(falls.start_s) else falls.start_s
    landings = sorted((float(t), role) for role in (0, 1) for t in falls.contact_s[role])
    knots: list[FloatArray] = []
    values: list[FloatArray] = []
    for (landed, role), (following, _) in pairwise(landings):
        change = response.at(max(0.0, landed - start))
        steady = pace(walker, change)
        brisk = walker.briskness(steady.speed_m_s)
        own, other, body = change.leg[:, role], change.leg[:, 1 - role], change.body
        side = 1.0 if role == 0 else -1.0  # the affected leg is the left one
        length = following - landed
        loaded = min(0.6, steady.double_s[role] / length)

        half = 0.5 * walker.obliquity_range_deg * min(brisk, 1.6) ** 0.9 * (1.0 + body[Whole.OBLIQUITY])
        drop = own[Leg.DROP_DEG] + 0.5 * side * walker.drop_difference_deg
        middle = loaded + walker.obliquity_late * (1.0 - loaded)
        hang = np.array([0.1 * half, half + drop, 0.35 * half + 0.9 * drop])
        hang[1:] -= other[Leg.HIKE_DEG] * np.array([0.4, 1.0])
        obliquity = side * hang - body[Whole.LIST_DEG]

        turn = 0.5 * walker.rotation_range_deg * min(brisk, 1.7) ** 0.5 * (1.0 + body[Whole.ROTATION])
        # the landing side is forward: right forward is +
        when = np.array([0.0, middle, 0.5 + 0.5 * middle])
        rotation = -side * turn * np.cos(np.pi * (when - walker.rotation_late))
        rotation -= body[Whole.TURNED_DEG]
        nod = 0.5 * walker.tilt_range_deg * min(brisk, 1.6) ** 0.6
        tilt = walker.tilt_mean_deg + body[Whole.TILT_DEG] + np.array([-nod, nod, 0.3 * nod])
        tilt += side * walker.tilt_uneven_deg

        counter = 2.0 * COUNTER_TURN * walker.trunk_counter * min(brisk, 1.6) ** 0.8 * (1.0 - 2.0 * body[Whole.COUPLED])
        behind = float(np.interp(steady.speed_m_s, (SLOW_M_S, FAST_M_S), (SLOW_BEHIND, FAST_BEHIND)))
        twist = -side * counter * turn * np.cos(np.pi * (when - walker.rotation_late - behind))
        lean = np.array([0.2, 0.9, 0.8]) * own[Leg.LEAN_DEG] + np.array([0.0, 1.0, 0.6]) * walker.trunk_sway_deg
        roll = -side * lean - 0.3 * body[Whole.LIST_DEG]
        stoop = 1.0 + body[Whole.STOOP_DEG] + 0.4 * body[Whole.TILT_DEG] + np.array([-0.6, 0.6, 0.0])

        step_m = 0.5 * steady.speed_m_s * steady.stride_s
        legs = walker.leg_length_m
        vault = VAULT * (legs - np.sqrt(max(0.1, legs**2 - (0.5 * step_m) ** 2)))
        rise = vault * np.array([-0.45, -0.05, 0.5]) - side * body[Whole.LIMP_M] * np.array([0.0, 0.4, 0.5])
        shift = side * np.array([0.0, 0.8, 1.0]) * (0.030 - 0.008 * (brisk - 1.0))
        surge = SURGE_M * np.array([1.0, -0.4, -1.0])

        rows = np.array([tilt, obliquity, rotation, stoop, roll, twist, surge, shift, rise])
        rows[:3] += np.array(PELVIS_NOISE_DEG)[:, None] * draw.standard_normal((3, 3))
        rows[3:6] += TRUNK_NOISE_DEG * draw.standard_normal((3, 3))
        rows[6:] += np.array(PATH_NOISE_M)[:, None] * draw.standard_normal((3, 3))
        knots.append(landed + length * when)
        values.append(rows)
    found = through(np.concatenate(knots), np.concatenate(values, axis=1), time_s)
    return Torso(found[:3], found[3:6], found[6:])
