"""What the person is asked to do in one recording: walking, standing, sitting, leaning, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

STANDING_BEFORE_S = 5.0
STANDING_AFTER_S = 3.0
PAUSE_S = 5.0  # between two walks of 10 m, with a turn on the spot
GET_GOING_S = 1.4  # what starting and stopping add to a distance at steady speed
CHANGE_S = 1.2  # quiet standing between walking and a change of posture
TEN_M = 10.0


class Activity(StrEnum):
    """What somebody does for a while."""

    STANDING = "standing"
    WALKING = "walking"
    SITTING = "sitting"
    LEANING = "leaning"  # bent forward over a rail or a trolley


@dataclass(frozen=True, slots=True)
class Bout:
    """One activity in the half-open span ``[start_s, end_s)`` of the recording."""

    kind: Activity
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Protocol:
    """One protocol; ``duration_s`` is its usual length. ``rest`` between two walks takes ``rest_share`` of the time."""

    duration_s: float
    rest: Activity | None = None
    walks_m: int = 0  # walks of 10 m
    first_share: float = 0.55
    rest_share: float = 0.25


PROTOCOLS: Mapping[str, Protocol] = {
    "walk": Protocol(120.0),
    "two-minute": Protocol(128.0),
    "4x10m": Protocol(90.0, walks_m=4),
    "walk-sit-walk": Protocol(600.0, Activity.SITTING),
    "walk-stand-walk": Protocol(600.0, Activity.STANDING),
    "walk-lean-walk": Protocol(600.0, Activity.LEANING),
}


def standing_s(duration_s: float) -> tuple[float, float]:
    """Quiet standing before and after the walk; recordings under 16 s stand for at most half of their length."""
    share = min(1.0, duration_s / (2.0 * (STANDING_BEFORE_S + STANDING_AFTER_S)))
    return STANDING_BEFORE_S * share, STANDING_AFTER_S * share


def planned(name: str, duration_s: float, speed_m_s: float) -> tuple[Bout, ...]:
    """Walks and the rests between them, without the standing at both ends.

    Walks of 10 m last as long as they take at ``speed_m_s``; those that do not fit are left out. The others fill the
    recording.
    """
    protocol = PROTOCOLS[name]
    before, after = standing_s(duration_s)
    start, end = before, duration_s - after
    if protocol.walks_m:
        walk_s = TEN_M / speed_m_s + GET_GOING_S
        fit = int(np.clip((end - start + PAUSE_S) // (walk_s + PAUSE_S), 1, protocol.walks_m))
        begins = [start + i * (walk_s + PAUSE_S) for i in range(fit)]
        walks = [Bout(Activity.WALKING, t, min(end, t + walk_s)) for t in begins]
        pauses = [Bout(Activity.STANDING, w.end_s, w.end_s + PAUSE_S) for w in walks[:-1]]
        return tuple(sorted(walks + pauses, key=lambda bout: bout.start_s))
    if protocol.rest is None:
        return (Bout(Activity.WALKING, start, end),)
    stop = start + protocol.first_share * (end - start)
    again = stop + protocol.rest_share * (end - start)
    return (
        Bout(Activity.WALKING, start, stop),
        Bout(protocol.rest, stop, again),
        Bout(Activity.WALKING, again, end),
    )


def walks(bouts: tuple[Bout, ...]) -> tuple[tuple[float, float], ...]:
    """Spans in which somebody is asked to walk."""
    return tuple((bout.start_s, bout.end_s) for bout in bouts if bout.kind is Activity.WALKING)


def rests(bouts: tuple[Bout, ...]) -> tuple[Bout, ...]:
    """What lies between the walks."""
    return tuple(bout for bout in bouts if bout.kind is not Activity.WALKING)
