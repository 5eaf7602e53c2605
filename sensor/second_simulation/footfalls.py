"""When the feet land and leave: support times follow each other, nothing is a fraction of a cycle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from sensor.samples import FloatArray
from sensor.second_simulation.person import Walker
from sensor.second_simulation.strategies import Change, Leg, Response, Whole
from sensor.simulation.spec import WalkSpec
from sensor.simulation.streams import stream
from sensor.simulation.timing import Turn

STILL_S = (4.0, 2.5)  # before and after
SHORTEST_S = (0.05, 0.26)  # double support, single support
TURN_RATE_RAD_S = (1.2, 2.1)
TURN_SPEED = 0.45
VIRTUAL = 3  # strides before and after the walk that only carry the curves
LAST_TURN_S = 6.0
MEMORY = (0.3, 0.8, 0.97)  # of three processes that add up to something like 1/f noise
SUPPORT_NOISE = 0.02  # of each support time


@dataclass(frozen=True, slots=True, eq=False)
class Footfalls:
    """Contacts by role (affected, other), with virtual ones at both ends, and the turns.

    ``leave_s`` holds the final contact after each initial contact but the last.
    """

    contact_s: tuple[FloatArray, FloatArray]
    leave_s: tuple[FloatArray, FloatArray]
    turns: tuple[Turn, ...]
    start_s: float
    end_s: float

    def real(self, time_s: float) -> bool:
        """Whether a contact belongs to the walk."""
        return self.start_s - 1e-9 <= time_s <= self.end_s + 1e-9


@dataclass(frozen=True, slots=True)
class Pace:
    """Steady support times, s: double support into each role's landing leg, single support of each role."""

    speed_m_s: float
    double_s: tuple[float, float]
    single_s: tuple[float, float]

    @property
    def stride_s(self) -> float:
        """Stride time."""
        return sum(self.double_s) + sum(self.single_s)


def pace(walker: Walker, change: Change) -> Pace:
    """How a person walks under a change, from the walk ratio and a swing that follows the stride time."""
    speed = walker.speed_m_s * (1.0 + change.body[Whole.SPEED])
    per_min = np.sqrt(60.0 * speed / walker.walk_ratio_m_min) * (1.0 + change.body[Whole.CADENCE])
    stride = 120.0 / per_min
    swing = max(0.30, 0.405 + 0.22 * (stride - 1.08) + walker.swing_s)
    double = max(SHORTEST_S[0], (0.5 * stride - swing) * (1.0 + change.body[Whole.DOUBLE]))
    own = swing * np.exp(0.5 * walker.support_log_ratio * np.array([1.0, -1.0])) * (1.0 + change.leg[Leg.SUPPORT])
    single = np.maximum(SHORTEST_S[1], own)
    return Pace(speed, (double, double), (float(single[0]), float(single[1])))


def standing_s(duration_s: float) -> tuple[float, float]:
    """Standing before and after, less in short recordings."""
    share = min(1.0, duration_s / (2.5 * sum(STILL_S)))
    return STILL_S[0] * share, STILL_S[1] * share


def footfalls(spec: WalkSpec, walker: Walker, response: Response) -> Footfalls:
    """Walk up and down until the time is over."""
    before, after = standing_s(spec.duration_s)
    draw, turning = stream(spec.seed, "second steps"), stream(spec.seed, "second turns")
    slow = _wandering(draw, int(spec.duration_s * 4) + 16)
    contact: tuple[list[float], list[float]] = ([], [])
    leave: tuple[list[float], list[float]] = ([], [])
    turns: list[Turn] = []
    start = now = before + 0.35
    last = spec.duration_s - after - 0.4
    swinging, index, way = walker.first_role, 0, 0.0
    leave[swinging].append(now)
    while True:
        change = response.at(now - start)
        steady, walking = pace(walker, change), not (turns and now < turns[-1].end_s)
        unsteady = np.exp((walker.unsteady + change.body[Whole.UNSTEADY]) * slow[index])
        first, second = np.exp(SUPPORT_NOISE * draw.standard_normal(2))
        alone = steady.single_s[1 - swinging] * unsteady * first * (1.1 if index == 0 else 1.0)
        if now + alone > last:
            break
        now += alone
        contact[swinging].append(now)
        both = steady.double_s[swinging] * unsteady * second
        way += steady.speed_m_s * (alone + both) * (1.0 if walking else TURN_SPEED)
        if way > spec.turns_after_m and walking and now + LAST_TURN_S < last:
            turns.append(_turn(now, turning))
            way = 0.0
        if now + both + steady.single_s[swinging] > last:
            break
        now += both
        leave[1 - swinging].append(now)
        swinging, index = 1 - swinging, index + 1
    return _finished(contact, leave, tuple(turns), start, pace(walker, response.at(now - start)))


def _wandering(draw: Generator, size: int) -> FloatArray:
    """Slowly wandering relative step times, of unit standard deviation."""
    total = np.zeros(size)
    for memory in MEMORY:
        white, state = draw.standard_normal(size) * np.sqrt(1.0 - memory**2), float(draw.standard_normal())
        for i in range(size):
            state = memory * state + white[i]
            total[i] += state
    return np.asarray(total / np.sqrt(len(MEMORY)))


def _turn(now: float, draw: Generator) -> Turn:
    angle = np.pi * (1.0 if draw.random() < 0.5 else -1.0)
    return Turn(now, now + np.pi / float(draw.uniform(*TURN_RATE_RAD_S)), angle)


def _finished(
    contact: tuple[list[float], list[float]],
    leave: tuple[list[float], list[float]],
    turns: tuple[Turn, ...],
    start: float,
    steady: Pace,
) -> Footfalls:
    """Add virtual strides; both feet stand at first, so every leg leaves before it lands."""
    walked = min(len(own) for own in contact) > 0
    if not walked:
        contact, leave, turns = ([start + 0.5], [start + 0.5 + 0.5 * steady.stride_s]), ([start], [start]), ()
    contacts, leaves = [], []
    for role in (0, 1):
        stride = steady.stride_s
        stance = stride - steady.single_s[1 - role]
        ahead = [leave[role][0] - stance - stride * k for k in range(VIRTUAL, -1, -1)]
        after = [contact[role][-1] + stride * k for k in range(1, VIRTUAL + 1)]
        own = np.array([*ahead, *contact[role], *after])
        left = [*(t + stance for t in ahead[:-1]), *leave[role], *(t - stride + stance for t in after)]
        contacts.append(own)
        leaves.append(np.array(left))
    end = max(own[-1] for own in contact)
    return Footfalls(
        (contacts[0], contacts[1]),
        (leaves[0], leaves[1]),
        turns,
        start if walked else float("nan"),
        end if walked else float("nan"),
    )
