"""What the person does when: walking, turning, standing, sitting, leaning; and the rests between walks.

Walking is where gait cycles are, turning where the heading changes meanwhile. Between walks, each second is judged by
its posture; runs shorter than a few seconds join their neighbours. Lost samples are neither walking nor rest.

Source: own, after design notes 3.2 [A].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby, pairwise

import numpy as np

from pipeline.activity.posture import CELL_S, Postures
from pipeline.result import Bout, BoutKind, Confidence, Interval, Rest, Stride


@dataclass(frozen=True, slots=True)
class BoutParams:
    """What tells the kinds apart."""

    sitting_thigh_deg: float = 60.0  # design notes 3.2
    standing_thigh_deg: float = 40.0  # between the two: half way, perched or leaning
    sitting_pelvis_deg: float = 12.0  # tipped back by this much against standing; design notes 3.2: 10 to 15
    standing_pelvis_deg: float = 7.0
    leaning_trunk_deg: float = 20.0  # bent forward by this much while standing, as over a rail or a trolley
    leaning_pelvis_deg: float = 10.0  # the same of the pelvis, which takes up a part of it
    sitting_shank_deg: float = 25.0  # both feet stretched out or tucked under; in standing shanks lean by 10 at most
    same_walk_s: float = 2.0  # gait cycles no further apart belong to one walk
    shortest_s: float = 3.0  # shorter runs join their neighbours
    rest_s: float = 10.0  # pauses shorter than this are turns and obstacles


class _Seen(Enum):
    """What one second shows."""

    LOST = auto()
    MOVING = auto()
    BETWEEN = auto()
    BLIND = auto()
    STAND_BY_THIGH = auto()
    SIT_BY_THIGH = auto()
    STAND_BY_PELVIS = auto()
    SIT_BY_PELVIS = auto()
    SIT_BY_SHANK = auto()
    LEAN = auto()
    WALK = auto()
    TURN = auto()


_WORDS: dict[_Seen, tuple[BoutKind, Confidence, str]] = {
    _Seen.LOST: (BoutKind.UNKNOWN, Confidence.LOW, "samples were lost"),
    _Seen.MOVING: (BoutKind.UNKNOWN, Confidence.LOW, "moves without complete gait cycles"),
    _Seen.BETWEEN: (BoutKind.UNKNOWN, Confidence.LOW, "the posture is half way between standing and sitting"),
    _Seen.BLIND: (
        BoutKind.UNKNOWN,
        Confidence.LOW,
        "keeps still; sensors below the knees alone cannot tell sitting from standing: shanks hang in both",
    ),
    _Seen.STAND_BY_THIGH: (BoutKind.STANDING, Confidence.HIGH, "the thighs hang"),
    _Seen.SIT_BY_THIGH: (BoutKind.SITTING, Confidence.HIGH, "both thighs lie level"),
    _Seen.STAND_BY_PELVIS: (BoutKind.STANDING, Confidence.MODERATE, "the pelvis is held as in standing"),
    _Seen.SIT_BY_PELVIS: (BoutKind.SITTING, Confidence.MODERATE, "the pelvis is tipped back as on a seat"),
    _Seen.SIT_BY_SHANK: (BoutKind.SITTING, Confidence.LOW, "both shanks lean as only in sitting"),
    _Seen.LEAN: (BoutKind.LEANING, Confidence.MODERATE, "stands bent forward"),
    _Seen.WALK: (BoutKind.WALKING, Confidence.HIGH, "gait cycles"),
    _Seen.TURN: (BoutKind.TURNING, Confidence.MODERATE, "the heading changes between gait cycles"),
}
_STILL = frozenset(_Seen) - {_Seen.LOST, _Seen.MOVING, _Seen.WALK, _Seen.TURN}


@dataclass(frozen=True, slots=True)
class _Run:
    """A half-open interval, s, that shows the same throughout."""

    seen: _Seen
    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Activity:
    """What was done in a recording, in order."""

    bouts: tuple[Bout, ...] = ()
    rests: tuple[Rest, ...] = ()


def activity(
    postures: Postures, origin_s: float, strides: Sequence[Stride], turns: Sequence[Interval], params: BoutParams
) -> Activity:
    """Bouts without gaps between them, and the rests among them.

    Parameters
    ----------
    origin_s : float
        Time of the first posture.
    strides : sequence of Stride
        All gait cycles, valid or not.
    turns : sequence of (start, end)
        Times in which the heading changes, s, in order.
    """
    walks = _walks(strides, params)
    end_s = max(origin_s + CELL_S * len(postures), walks[-1][1] if walks else origin_s)
    runs: list[_Run] = []
    for (_, before), (start, end) in pairwise([(origin_s, origin_s), *walks, (end_s, end_s)]):
        runs += _between(postures, origin_s, before, start, params)
        runs += _walked(start, end, turns)
    found = tuple(Bout(kind, r.start_s, r.end_s, sure, why) for r in runs for kind, sure, why in (_WORDS[r.seen],))
    return Activity(found, _rests(runs, postures, origin_s, params))


def _walks(strides: Sequence[Stride], params: BoutParams) -> list[Interval]:
    """Intervals covered by gait cycles of either side."""
    out: list[Interval] = []
    for stride in sorted(strides, key=lambda s: s.ic_s):
        if out and stride.ic_s - out[-1][1] <= params.same_walk_s:
            out[-1] = out[-1][0], max(out[-1][1], stride.next_ic_s)
        else:
            out.append((stride.ic_s, stride.next_ic_s))
    return out


def _walked(start_s: float, end_s: float, turns: Sequence[Interval]) -> list[_Run]:
    """A walk, parted by the turns in it."""
    runs, at = [], start_s
    for begin, end in turns:
        first, last = max(begin, at), min(end, end_s)
        if last > first:
            runs += [_Run(_Seen.WALK, at, first), _Run(_Seen.TURN, first, last)]
            at = last
    return [run for run in (*runs, _Run(_Seen.WALK, at, end_s)) if run.length_s > 0.0]


def _between(postures: Postures, origin_s: float, start_s: float, end_s: float, params: BoutParams) -> list[_Run]:
    """What the seconds between two walks show; each is judged by the cell that most of it lies in."""
    if end_s <= start_s:
        return []
    first, last = (round((at - origin_s) / CELL_S) for at in (start_s, end_s))
    cells = [_seen(postures, min(cell, len(postures) - 1), params) for cell in range(first, max(last, first + 1))]
    edges = [start_s, *(origin_s + CELL_S * cell for cell in range(first + 1, last)), end_s]
    runs, at = [], 0
    for seen, same in groupby(cells):
        until = at + len(list(same))
        runs.append(_Run(seen, edges[at], edges[until] if until < len(cells) else end_s))
        at = until
    return _without_short(runs, params)


def _seen(postures: Postures, cell: int, params: BoutParams) -> _Seen:
    """What one second shows, surest witness first."""
    if cell < 0 or postures.lost[cell]:
        return _Seen.LOST
    if postures.moving[cell]:
        return _Seen.MOVING
    held = _held(postures, cell, params)
    if held not in (_Seen.STAND_BY_THIGH, _Seen.STAND_BY_PELVIS):
        return held
    bent = (
        postures.trunk_deg[cell] >= params.leaning_trunk_deg or postures.pelvis_deg[cell] >= params.leaning_pelvis_deg
    )
    return _Seen.LEAN if bent else held


def _held(postures: Postures, cell: int, params: BoutParams) -> _Seen:
    """Sitting or standing, as the surest witness has it."""
    thigh, pelvis, shank = postures.thigh_deg[cell], postures.pelvis_deg[cell], postures.shank_deg[cell]
    if np.isfinite(thigh):
        if thigh >= params.sitting_thigh_deg:
            return _Seen.SIT_BY_THIGH
        return _Seen.STAND_BY_THIGH if thigh <= params.standing_thigh_deg else _Seen.BETWEEN
    if np.isfinite(pelvis) and pelvis <= -params.sitting_pelvis_deg:
        return _Seen.SIT_BY_PELVIS
    if shank >= params.sitting_shank_deg:
        return _Seen.SIT_BY_SHANK
    if np.isfinite(pelvis):
        return _Seen.STAND_BY_PELVIS if pelvis >= -params.standing_pelvis_deg else _Seen.BETWEEN
    return _Seen.BLIND


def _without_short(runs: list[_Run], params: BoutParams) -> list[_Run]:
    """Runs, the shortest first, joined to their longer neighbour until all are long enough or one is left."""
    runs = list(runs)
    while len(runs) > 1:
        at = min(range(len(runs)), key=lambda i: runs[i].length_s)
        if runs[at].length_s >= params.shortest_s:
            break
        beside = [i for i in (at - 1, at + 1) if 0 <= i < len(runs)]
        host = max(beside, key=lambda i: runs[i].length_s)
        low, high = min(at, host), max(at, host)
        runs[low : high + 1] = [_Run(runs[host].seen, runs[low].start_s, runs[high].end_s)]
        runs = _joined(runs)
    return runs


def _joined(runs: list[_Run]) -> list[_Run]:
    """Neighbours that show the same as one."""
    out: list[_Run] = []
    for run in runs:
        if out and out[-1].seen is run.seen:
            out[-1] = _Run(run.seen, out[-1].start_s, run.end_s)
        else:
            out.append(run)
    return out


def _rests(runs: Sequence[_Run], postures: Postures, origin_s: float, params: BoutParams) -> tuple[Rest, ...]:
    """Pauses between two walks that were still for long enough; what was lost or moved does not count."""
    out: list[Rest] = []
    walked_s, still = 0.0, list[_Run]()
    for run in runs:
        if run.seen in {_Seen.WALK, _Seen.TURN}:
            if walked_s > 0.0 and sum(r.length_s for r in still) >= params.rest_s:
                out.append(_rest(still, walked_s, postures, origin_s))
                walked_s = 0.0
            walked_s, still = walked_s + run.length_s, []
        elif run.seen in _STILL:
            still.append(run)
    return tuple(out)


def _rest(still: Sequence[_Run], walked_s: float, postures: Postures, origin_s: float) -> Rest:
    whole = sum(run.length_s for run in still)
    kind, sure = BoutKind.UNKNOWN, Confidence.LOW
    for candidate in (BoutKind.SITTING, BoutKind.LEANING, BoutKind.STANDING):
        own = [run for run in still if _WORDS[run.seen][0] is candidate]
        if sum(run.length_s for run in own) > 0.5 * whole:
            kind, sure = candidate, _WORDS[max(own, key=lambda run: run.length_s).seen][1]
    start_s, end_s = still[0].start_s, still[-1].end_s
    first, last = (round((at - origin_s) / CELL_S) for at in (start_s, end_s))
    lean = postures.trunk_deg[first:last]
    lean = lean[np.isfinite(lean)]
    return Rest(kind, start_s, end_s, sure, walked_s, float(np.median(lean)) if len(lean) else None)
