"""What an ailment makes of a walk in the second generator: one latent load, split among strategies.

The texts of biomechanics.md 1.3, 5.8 and 5.9 say what each ailment does; how much of it a person shows is drawn
otherwise than in :mod:`sensor.simulation.shifts`: one latent load carries all changes of a person, and the person
divides it among two or three strategies (go easy on the leg, stiffen it, lean over it). All sizes are assumptions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.random import Generator

from sensor.samples import FloatArray
from sensor.simulation.streams import stream

BOTH = slice(0, 2)
A, U = 0, 1  # affected leg, other leg
LATENT_SPREAD = 0.25  # of the logarithm
LATENT_MOST = 1.35


class Leg(IntEnum):
    """Rows of a change of a leg."""

    SUPPORT = 0  # relative, of its single support
    LOADING = 1  # relative, of its knee's bending under load
    CONTACT_DEG = 2  # knee more bent at landing
    UNEXTENDED_DEG = 3  # knee less straight in mid and late stance
    SWING_KNEE_DEG = 4  # peak
    SWING_HIP_DEG = 5  # peak
    TRAIL = 6  # relative, how far it is left behind
    REACH = 7  # relative, how far ahead it lands
    DROP_DEG = 8  # the other side hangs lower in its stance
    HIKE_DEG = 9  # own side lifted in its swing
    LEAN_DEG = 10  # trunk over it in its stance
    TURNED_DEG = 11  # hip, internal +
    TURNED_LATE = 12  # of the stride
    IMPACT = 13  # relative


class Whole(IntEnum):
    """Rows of a change of the body."""

    SPEED = 0  # relative
    CADENCE = 1  # relative, at that speed
    DOUBLE = 2  # relative, of double support
    ROTATION = 3  # relative range
    OBLIQUITY = 4  # relative range
    COUPLED = 5  # thorax turns with the pelvis: share of the counter-rotation that is lost
    STOOP_DEG = 6
    TILT_DEG = 7
    LIST_DEG = 8  # affected side down
    TURNED_DEG = 9  # affected side back
    LIMP_M = 10
    UNSTEADY = 11  # added coefficient of variation


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Changes of both legs (14, 2) and of the body (12,)."""

    leg: FloatArray
    body: FloatArray

    def plus(self, other: Change, share: float = 1.0) -> Change:
        """Both together."""
        return Change(self.leg + share * other.leg, self.body + share * other.body)

    @property
    def swapped(self) -> Change:
        """The same on the other side."""
        body = self.body.copy()
        body[[Whole.LIST_DEG, Whole.TURNED_DEG]] *= -1.0
        return Change(self.leg[:, ::-1].copy(), body)


def nothing() -> Change:
    """No change."""
    return Change(np.zeros((len(Leg), 2)), np.zeros(len(Whole)))


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """How an ailment shows in a walk: at once, and what comes with time."""

    now: Change
    later: Change
    middle_s: float = np.inf  # of walking, when half of what comes has come
    rise_s: float = 1.0

    def at(self, walked_s: float) -> Change:
        """The change after so much walking."""
        if not np.isfinite(self.middle_s):
            return self.now
        come = 1.0 / (1.0 + np.exp(-(walked_s - self.middle_s) / self.rise_s))
        return self.now.plus(self.later, come)


def respond(pathway: str, severity: float, seed: int, name: str = "") -> Response:
    """The response of a person to an ailment; severity 0 is none."""
    draw = stream(seed, f"second response {name}")
    latent = float(np.exp(LATENT_SPREAD * draw.standard_normal()))
    load = min(LATENT_MOST, severity**1.1 * latent) if severity > 0.0 else 0.0
    change = nothing()
    _TELL[pathway](change, load, draw)
    if pathway != "claudication":
        return Response(change, nothing())
    later = nothing()
    _claudication_later(later, load)
    middle = 300.0 * float(np.exp(0.4 * draw.standard_normal() - 1.5 * (severity - 0.5)))
    return Response(change, later, middle, rise_s=float(draw.uniform(30.0, 70.0)))


def _shares(draw: Generator, count: int) -> FloatArray:
    """How a person divides the load among strategies; on average one each."""
    return np.asarray(count * draw.dirichlet(np.full(count, 2.5)))


def _healthy(change: Change, load: float, draw: Generator) -> None:
    pass


def _slow(change: Change, load: float, draw: Generator) -> None:
    change.body[[Whole.SPEED, Whole.UNSTEADY]] = -0.42 * load, 0.004 * load


def _benign(change: Change, load: float, draw: Generator) -> None:
    size = load * draw.normal(0.0, 1.0, 8)
    leg, body = change.leg, change.body
    leg[[Leg.SUPPORT, Leg.LOADING, Leg.REACH, Leg.IMPACT], A] = size[:4] * (0.025, 0.14, 0.03, 0.18)
    leg[[Leg.SWING_KNEE_DEG, Leg.DROP_DEG], A] = size[4:6] * (3.0, 1.4)
    body[[Whole.LIST_DEG, Whole.TURNED_DEG]] = size[6:] * (0.8, 1.2)


def _antalgic(change: Change, load: float, draw: Generator) -> None:
    easy, stiff, leaning = _shares(draw, 3) * load
    leg, body = change.leg, change.body
    leg[Leg.SUPPORT] = -0.16 * easy, 0.05 * easy
    leg[Leg.IMPACT] = -0.30 * easy - 0.10 * stiff, 0.12 * easy
    leg[Leg.LOADING, A] = -0.60 * stiff
    leg[Leg.CONTACT_DEG, A], leg[Leg.UNEXTENDED_DEG, A] = 4.5 * stiff, 6.0 * stiff
    leg[Leg.SWING_KNEE_DEG, A], leg[Leg.HIKE_DEG, A] = -9.0 * stiff, 2.0 * stiff
    leg[Leg.LEAN_DEG, A], leg[Leg.DROP_DEG, A] = 4.5 * leaning, 1.0 * load - 1.5 * leaning
    leg[Leg.TRAIL, A], leg[Leg.REACH, U] = -0.10 * easy, -0.06 * easy
    body[[Whole.SPEED, Whole.DOUBLE]] = -0.13 * load - 0.09 * easy, 0.12 * easy
    body[[Whole.TILT_DEG, Whole.TURNED_DEG]] = 2.0 * stiff, 1.3 * load
    body[[Whole.LIMP_M, Whole.UNSTEADY]] = 0.006 * easy, 0.010 * load


def _abductor(change: Change, load: float, draw: Generator) -> None:
    hanging, leaning = _shares(draw, 2) * load * (1.0, 0.6)
    leg, body = change.leg, change.body
    leg[Leg.SUPPORT, A] = -0.05 * load
    leg[Leg.DROP_DEG, A] = 5.5 * hanging - 2.5 * leaning
    leg[Leg.LEAN_DEG, A] = 5.0 * leaning
    leg[Leg.REACH, U] = -0.04 * load
    body[[Whole.SPEED, Whole.TILT_DEG, Whole.LIST_DEG]] = -0.11 * load, 1.0 * load, 0.5 * load
    body[[Whole.LIMP_M, Whole.UNSTEADY]] = 0.005 * load, 0.004 * load


def _leg_length(change: Change, load: float, draw: Generator) -> None:
    bending, vaulting = _shares(draw, 2) * load
    leg, body = change.leg, change.body
    leg[Leg.SUPPORT, A] = -0.035 * load
    leg[Leg.CONTACT_DEG, U], leg[Leg.LOADING, U] = 4.0 * bending, 0.30 * bending
    leg[Leg.SWING_KNEE_DEG, U], leg[Leg.HIKE_DEG, U] = 6.0 * bending, 2.5 * vaulting
    leg[Leg.IMPACT] = 0.25 * load, 0.10 * load
    body[[Whole.SPEED, Whole.LIST_DEG, Whole.TURNED_DEG]] = -0.04 * load, 1.2 * load, 1.2 * load
    body[Whole.LIMP_M] = 0.007 * vaulting


def _piriformis(change: Change, load: float, draw: Generator) -> None:
    turned, short = _shares(draw, 2) * load
    leg, body = change.leg, change.body
    leg[Leg.SUPPORT, A] = -0.015 * load
    leg[Leg.SWING_HIP_DEG, A], leg[Leg.TRAIL, A] = 8.0 * short, -0.09 * short
    leg[Leg.TURNED_DEG, A], leg[Leg.TURNED_LATE, A] = -5.0 * turned, 0.035 * turned
    leg[Leg.SWING_KNEE_DEG, A], leg[Leg.IMPACT, A] = -3.5 * load, -0.05 * load
    body[[Whole.SPEED, Whole.ROTATION, Whole.LIST_DEG]] = -0.04 * load, -0.06 * load, 0.5 * load


def _lumbar(change: Change, load: float, draw: Generator) -> None:
    guarded, listing = _shares(draw, 2) * load
    side = 1.0 if draw.random() < 0.5 else -1.0
    leg, body = change.leg, change.body
    leg[Leg.SUPPORT, A], leg[Leg.TRAIL, A], leg[Leg.IMPACT, A] = -0.05 * load, -0.10 * guarded, -0.12 * load
    leg[Leg.SWING_HIP_DEG, A], leg[Leg.SWING_KNEE_DEG, A] = -2.5 * guarded, -2.5 * guarded
    body[[Whole.SPEED, Whole.DOUBLE]] = -0.34 * load, 0.22 * guarded
    body[[Whole.COUPLED, Whole.LIST_DEG]] = 0.55 * guarded, 2.2 * side * listing
    body[[Whole.STOOP_DEG, Whole.UNSTEADY]] = 2.5 * guarded, 0.020 * load


def _claudication(change: Change, load: float, draw: Generator) -> None:
    change.leg[Leg.TRAIL, BOTH] = -0.05 * load
    body = change.body
    body[[Whole.SPEED, Whole.ROTATION, Whole.OBLIQUITY]] = -0.09 * load, -0.16 * load, -0.10 * load
    body[[Whole.STOOP_DEG, Whole.TILT_DEG, Whole.UNSTEADY]] = 2.5 * load, -1.0 * load, 0.007 * load


def _claudication_later(change: Change, load: float) -> None:
    change.leg[Leg.TRAIL, BOTH] = -0.16 * load
    body = change.body
    body[[Whole.SPEED, Whole.CADENCE, Whole.ROTATION]] = -0.36 * load, 0.12 * load, -0.30 * load
    body[[Whole.OBLIQUITY, Whole.STOOP_DEG]] = -0.18 * load, 12.0 * load
    body[[Whole.TILT_DEG, Whole.UNSTEADY]] = -4.0 * load, 0.022 * load


def _arthritis(change: Change, load: float, draw: Generator) -> None:
    apart = 1.0 + 0.12 * draw.standard_normal(2)
    leg, body = change.leg, change.body
    leg[Leg.LOADING], leg[Leg.SWING_KNEE_DEG] = -0.55 * load * apart, -13.0 * load * apart
    leg[Leg.TRAIL], leg[Leg.UNEXTENDED_DEG] = -0.14 * load * apart, 3.0 * load * apart
    leg[Leg.IMPACT] = -0.25 * load * apart
    body[[Whole.SPEED, Whole.DOUBLE, Whole.ROTATION]] = -0.32 * load, 0.25 * load, -0.32 * load
    body[[Whole.COUPLED, Whole.UNSTEADY]] = 0.15 * load, 0.013 * load


_TELL: Mapping[str, Callable[[Change, float, Generator], None]] = {
    "healthy": _healthy,
    "healthy_slow": _slow,
    "benign_asymmetry": _benign,
    "antalgic_knee": _antalgic,
    "abductor_weakness": _abductor,
    "leg_length": _leg_length,
    "piriformis": _piriformis,
    "lumbar": _lumbar,
    "claudication": _claudication,
    "bilateral_arthritis": _arthritis,
}
