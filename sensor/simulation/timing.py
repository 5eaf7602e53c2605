"""When the feet land and leave: the steps of one recording, its turns, and the phase of each leg.

Self-consistent by construction (biomechanics.md 5.4): only landings and stance fractions are chosen, everything else
follows. With the affected leg landing at 0 and the other at ``split``, final contacts lie at the stance fractions after
their own landing, and the single support of one leg is the swing of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from sensor.samples import BoolArray, FloatArray
from sensor.simulation.gait import AFFECTED, OTHER, Gait
from sensor.simulation.monotone import MonotoneCurve

RISE_S = 0.4  # from the first shift of weight to the first landing's preparation
SETTLE_S = 0.4  # from the last landing to stillness
SLOW_FIRST_STEP = 1.15
SLOW_TURN_STEP = 1.06
TURN_STEPS = (4, 7)  # half-open range
TURN_PACE = 0.5  # of the straight speed and amplitude
BEFORE_CONTACT, AFTER_CONTACT = 0.02, 0.04  # of the stride, spans about the contacts in which no time is stretched
BEFORE_LEAVING, AFTER_LEAVING = 0.05, 0.105
SMOOTH_S = 0.08  # the pace of the curves changes within; a sudden change would jerk the leg where nothing touches it
STANCE_SD = 0.006  # of the stance fraction, from stride to stride
LEAST_LANDINGS = 3  # of a walk, the standing feet's two among them
GRACE_S = 6.0  # no turn is begun this close to the end
SPOT_TURN_S = 2.6  # to turn about where one stands

GaitAt = Callable[[float], Gait]
Span = tuple[float, float]


class Landing(NamedTuple):
    """An initial contact: when, which leg, its stance over the following stride, the curves' phase at final contact."""

    time_s: float
    role: int
    stance: float
    curve_stance: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of ``angle_rad`` (counter-clockwise +) in the half-open span ``[start_s, end_s)``."""

    start_s: float
    end_s: float
    angle_rad: float


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The steps of one recording, by role (affected, other).

    Attributes
    ----------
    contact_s : pair of (k,) arrays
        Initial contacts; two before and two after the real ones only carry the phase.
    leave_s : pair of (k - 1,) arrays
        Final contact after each initial contact.
    curve_leave : pair of (k - 1,) arrays
        Phase of the curves at final contact, of one gait cycle.
    spans : tuple of (start, end)
        First final and last initial contact of each walk; contacts outside are not events. Empty: nobody walks.
    rises, settles : tuples of (start, end)
        Ramps into and out of each walk.
    """

    contact_s: tuple[FloatArray, FloatArray]
    leave_s: tuple[FloatArray, FloatArray]
    curve_leave: tuple[FloatArray, FloatArray]
    turns: tuple[Turn, ...]
    spans: tuple[Span, ...]
    rises: tuple[Span, ...]
    settles: tuple[Span, ...]

    @property
    def start_s(self) -> float:
        """First final contact; NaN: nobody walks."""
        return self.spans[0][0] if self.spans else float("nan")

    @property
    def end_s(self) -> float:
        """Last initial contact; NaN: nobody walks."""
        return self.spans[-1][1] if self.spans else float("nan")

    def real(self, time_s: FloatArray) -> BoolArray:
        """Which contacts (n,) belong to a walk."""
        inside = np.zeros(len(time_s), bool)
        for start, end in self.spans:
            inside |= (time_s >= start - 1e-9) & (time_s <= end + 1e-9)
        return inside

    def phase(self, role: int, time_s: FloatArray) -> FloatArray:
        """Gait cycles of one leg since its first contact: whole at contacts, ``curve_leave`` more at final contact.

        About both contacts the phase keeps the pace of the stride; mid-stance and mid-swing take up what an unusual
        stance needs. Real legs do so: in the stroke recordings the shank follows final contact by 62 to 91 ms, not
        later in longer swings.
        """
        contact, leave = self.contact_s[role], self.leave_s[role]
        stride = np.diff(contact)
        share = np.arange(len(stride)) + self.curve_leave[role]
        knots = []
        for landed, left, length, at, count in zip(contact, leave, stride, share, range(len(stride)), strict=False):
            knots += [(landed + d * length, count + d) for d in (0.0, AFTER_CONTACT)]
            knots += [(left + d * length, at + d) for d in (-BEFORE_LEAVING, 0.0, AFTER_LEAVING)]
            knots += [(landed + (1.0 - BEFORE_CONTACT) * length, count + 1.0 - BEFORE_CONTACT)]
        knots += [(contact[-1], float(len(stride)))]
        x, y = np.array(knots).T
        return MonotoneCurve(x, y).averaged(time_s, SMOOTH_S)

    def common_phase(self, time_s: FloatArray) -> FloatArray:
        """Gait cycles of the body: whole where the affected leg lands, half where the other one does."""
        affected, other = self.contact_s
        first = 0.0 if affected[0] < other[0] else 1.0
        x = np.concatenate([affected, other])
        y = np.concatenate([first + np.arange(len(affected)), 0.5 + np.arange(len(other))])
        order = np.argsort(x)
        return MonotoneCurve(x[order], y[order]).averaged(time_s, SMOOTH_S)

    def pace(self, time_s: FloatArray) -> FloatArray:
        """Share of the steady walk, 0 standing to 1 walking straight."""
        pace = np.zeros(len(time_s))
        for rise, settle in zip(self.rises, self.settles, strict=True):
            pace += ramp(time_s, *rise) * (1.0 - ramp(time_s, *settle))
        for turn in self.turns:
            span = turn.end_s - turn.start_s
            into = ramp(time_s, turn.start_s - 0.3 * span, turn.start_s + 0.3 * span)
            out = ramp(time_s, turn.end_s - 0.3 * span, turn.end_s + 0.3 * span)
            pace = pace * (1.0 - (1.0 - TURN_PACE) * (into - out))
        return np.asarray(pace)

    def heading_rad(self, time_s: FloatArray) -> FloatArray:
        """Direction of the path, counter-clockwise from the first direction."""
        heading = np.zeros(len(time_s))
        for turn in self.turns:
            heading += turn.angle_rad * ramp(time_s, turn.start_s, turn.end_s)
        return heading


def ramp(time_s: FloatArray, start_s: float, end_s: float) -> FloatArray:
    """From 0 to 1 with the least jerk."""
    out = (time_s >= end_s).astype(np.float64)
    on_it = np.flatnonzero((time_s > start_s) & (time_s < end_s))  # few of many samples
    out[on_it] = least_jerk((time_s[on_it] - start_s) / (end_s - start_s))
    return out


def least_jerk(share: FloatArray) -> FloatArray:
    """From 0 to 1, as a share of the time from 0 to 1 passes, at rest on both ends."""
    return share * share * share * (10.0 + share * (6.0 * share - 15.0))


def steps(
    gait_at: GaitAt,
    duration_s: float,
    walks: tuple[Span, ...],
    walkway_m: float,
    first_role: int,
    about_between: bool,
    timing: Generator,
    turning: Generator,
) -> Steps:
    """Lay out gait initiation, straight walking with turns, and stopping, for each span in which somebody walks.

    ``about_between``: the person turns about on the spot between two walks.
    """
    noise = _stride_noise(timing, int(duration_s * 4) + 16)
    draws = iter(zip(noise.tolist(), (STANCE_SD * timing.standard_normal(len(noise))).tolist(), strict=True))
    bouts: list[list[Landing]] = []
    turns: list[Turn] = []
    for start, end in walks:
        landed, turned = _walk(gait_at, (start, end), walkway_m, first_role, draws, turning)
        if bouts and about_between:
            turns.append(_about(bouts[-1][-1].time_s, start, turning))
        if len(landed) > LEAST_LANDINGS or not bouts:
            bouts.append(landed)
            turns += turned
        first_role = landed[-1].role
    return _assemble(bouts, gait_at(bouts[-1][-1].time_s), tuple(turns))


def _walk(
    gait_at: GaitAt,
    span: Span,
    walkway_m: float,
    first_role: int,
    draws: Iterator[tuple[float, float]],
    turning: Generator,
) -> tuple[list[Landing], list[Turn]]:
    """Landings of one walk, the first two of them the standing feet's."""
    last_s = span[1] - SETTLE_S
    now = span[0] + RISE_S
    role = first_role
    state = gait_at(now)
    spacing = _steady_spacing(state)
    # both feet stand; as far as the phase goes, the first foot landed one step before the other
    landed = [_landing(now - spacing[1 - role], role, state), _landing(now, 1 - role, state)]
    turns: list[Turn] = []
    travelled, turn_left = 0.0, 0
    index = 0
    while True:
        state = gait_at(now)
        pace = SLOW_FIRST_STEP if index == 0 else SLOW_TURN_STEP if turn_left else 1.0
        deviation, of_stance = next(draws)
        step = _steady_spacing(state)[role] * pace * (1.0 + state.stride_cv * deviation)
        if now + step > last_s:
            break
        now += step
        landed.append(_landing(now, role, state, of_stance))
        role, index, turn_left = 1 - role, index + 1, max(0, turn_left - 1)
        travelled += state.speed_m_s * step * (TURN_PACE if turn_left else 1.0)
        if travelled >= walkway_m and not turn_left and now + GRACE_S < last_s:
            turn_left = int(turning.integers(*TURN_STEPS))
            direction = 1.0 if turning.random() < 0.5 else -1.0
            turns.append(Turn(now, now + turn_left * SLOW_TURN_STEP * 0.5 * state.stride_time_s, direction * np.pi))
            travelled = 0.0
    return landed, turns


def _about(stopped_s: float, start_s: float, turning: Generator) -> Turn:
    """A turn on the spot in the middle of a pause."""
    middle = 0.5 * (stopped_s + SETTLE_S + start_s)
    half = 0.5 * min(SPOT_TURN_S, 0.9 * (start_s - stopped_s - SETTLE_S))
    return Turn(middle - half, middle + half, np.pi * (1.0 if turning.random() < 0.5 else -1.0))


def _landing(time_s: float, role: int, state: Gait, deviation: float = 0.0) -> Landing:
    return Landing(time_s, role, float(state.stance[role]) + deviation, state.curve_stance)


def _steady_spacing(state: Gait) -> tuple[float, float]:
    """Step time before each role's landing."""
    return ((1.0 - state.split) * state.stride_time_s, state.split * state.stride_time_s)


def _stride_noise(draw: Generator, size: int) -> FloatArray:
    """Correlated relative deviations of step times with unit standard deviation of the stride time."""
    white, slow = draw.standard_normal(size), draw.standard_normal(size)
    correlated = np.empty(size)
    state = 0.0
    for i in range(size):
        state = 0.5**0.5 * state + (1.0 - 0.5) ** 0.5 * slow[i]  # AR(1) of 0.5 per stride is 0.71 per step
        correlated[i] = state
    return np.asarray(0.86 * (correlated + white))


def _assemble(bouts: list[list[Landing]], state: Gait, turns: tuple[Turn, ...]) -> Steps:
    landed: list[Landing] = []
    begins, ends = [], []
    spacing = _steady_spacing(state)
    for bout in bouts:
        if landed:
            landed += _between(landed[-1], bout[0], spacing)
        begins.append(len(landed))
        landed += bout
        ends.append(len(landed) - 1)
    for _ in range(4):  # the phase runs on while the feet stand
        role = 1 - landed[-1].role
        landed.append(_landing(landed[-1].time_s + spacing[role], role, state))
    for _ in range(3):
        role = 1 - landed[0].role
        landed.insert(0, _landing(landed[0].time_s - spacing[1 - role], role, state))
    own = [[x for x in landed if x.role == role] for role in (AFFECTED, OTHER)]
    contact = [np.array([x.time_s for x in legs]) for legs in own]
    share = [np.array([x.stance for x in legs[:-1]]) for legs in own]
    leave = [t[:-1] + part * np.diff(t) for t, part in zip(contact, share, strict=True)]
    curve_leave = [np.array([x.curve_stance for x in legs[:-1]]) for legs in own]
    spans, rises, settles = [], [], []
    for begin, last in zip(begins, ends, strict=True):
        if last - begin < LEAST_LANDINGS:
            continue
        standing = landed[begin + 3]
        start = float(leave[standing.role][np.searchsorted(contact[standing.role], standing.time_s)])
        arrive, end = landed[begin + 5].time_s, landed[last + 3].time_s
        spans.append((start, end))
        rises.append((start - RISE_S, arrive + 0.3 * state.stride_time_s))
        settles.append((end - 0.45 * state.stride_time_s, end + SETTLE_S))
    return Steps(
        contact_s=(contact[AFFECTED], contact[OTHER]),
        leave_s=(leave[AFFECTED], leave[OTHER]),
        curve_leave=(curve_leave[AFFECTED], curve_leave[OTHER]),
        turns=turns,
        spans=tuple(spans),
        rises=tuple(rises),
        settles=tuple(settles),
    )


def _between(last: Landing, first: Landing, spacing: tuple[float, float]) -> list[Landing]:
    """Landings that only carry the phase through a rest, alternating, evenly spread."""
    gap = first.time_s - last.time_s
    pairs = max(1, round(gap / sum(spacing)))
    count = 2 * pairs - (1 if last.role == first.role else 0)
    times = last.time_s + gap * np.arange(1, count + 1) / (count + 1)
    return [
        Landing(float(t), last.role if k % 2 else 1 - last.role, last.stance, last.curve_stance)
        for k, t in enumerate(times)
    ]
