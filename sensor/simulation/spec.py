"""What to simulate: one frozen value that decides every byte of a recording."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sensor.samples import Placement, Side
from sensor.simulation.noise import NOISE
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.protocol import PROTOCOLS
from sensor.simulation.streams import stream

WALKWAY_M = 20.0  # a clinic corridor; longer walks turn at its ends
TURNING_FROM_S = 60.0  # shorter recordings go straight unless a walkway is given
STRAIGHT = math.inf
EXPRESSIONS = ("usual", "weak", "no_lean", "other_strategy", "symmetric", "cane")


@dataclass(frozen=True, slots=True)
class Ailment:
    """One of the pathways of a person."""

    pathway: str
    severity: float
    side: Side


@dataclass(frozen=True, slots=True)
class WalkSpec:
    """One simulated recording. Equal specs give equal bytes.

    The seed decides the person, the noise and the way of walking, the same at every severity; changing the side gives
    the mirror image of the whole recording.

    Attributes
    ----------
    pathway : str
        A key of :data:`sensor.simulation.pathways.PATHWAYS`.
    side : Side
        The affected side (the short side of ``leg_length``).
    severity : float
        0 (nothing) to 1; the published mild, moderate and severe shifts lie at 0.25, 0.55 and 0.85.
    duration_s : float
        Length of the recording with 5 s of standing before the walk and 3 s after it; less of both under 16 s.
    placements : tuple of Placement
        Sensors worn. Leaving one out changes none of the others.
    loss : float
        Share of samples lost by the radio, 0 to 0.9, in bursts of 1 to 20 samples per node.
    walkway_m : float or None
        Length after which the person turns by 180 degrees; ``math.inf`` never; None: 20 m from 60 s on, else never.
    noise : str
        A key of :data:`sensor.simulation.noise.NOISE`.
    clock_offset_sd_s, clock_drift_sd_ppm : float or None
        Spread of the nodes' remaining clock errors; None takes the noise configuration's.
    also, also_severity, also_side : str or None, float, Side or None
        A second pathway of the same person; its side is the first one's when None.
    expression : str
        How the person shows it, one of :data:`EXPRESSIONS`: weaker, without lean, with the opposite strategy of the
        pelvis, alike on both sides, or on a cane.
    protocol : str
        A key of :data:`sensor.simulation.protocol.PROTOCOLS`: what the person is asked to do.
    session : int
        0 is the first time; any other number is the same person on another day: strapped on again, other strides, a
        little another speed and posture.
    age_years, sex, height_m, mass_kg, speed_m_s : optional
        Fix a property of the person instead of drawing it; speed is the preferred speed before the pathway slows it.
    """

    pathway: str = "healthy"
    side: Side = Side.LEFT
    severity: float = 0.0
    duration_s: float = 120.0
    seed: int = 0
    placements: tuple[Placement, ...] = tuple(Placement)
    rate_hz: float = 100.0
    loss: float = 0.0
    walkway_m: float | None = None
    noise: str = "typical"
    clock_offset_sd_s: float | None = None
    clock_drift_sd_ppm: float | None = None
    age_years: float | None = None
    sex: str | None = None
    height_m: float | None = None
    mass_kg: float | None = None
    speed_m_s: float | None = None
    also: str | None = None
    also_severity: float = 0.0
    also_side: Side | None = None
    expression: str = "usual"
    protocol: str = "walk"
    session: int = 0

    def __post_init__(self) -> None:
        def demand(good: bool, sentence: str) -> None:
            if not good:
                raise ValueError(sentence)

        demand(self.pathway in PATHWAYS, f"pathway {self.pathway!r} is unknown; choose from {', '.join(PATHWAYS)}")
        demand(self.noise in NOISE, f"noise {self.noise!r} is unknown; choose from {', '.join(NOISE)}")
        demand(0.0 <= self.severity <= 1.0, f"severity is {self.severity}; it goes from 0 to 1")
        demand(1.0 <= self.duration_s <= 7200.0, f"duration is {self.duration_s} s; choose 1 to 7200 s")
        demand(40.0 <= self.rate_hz <= 500.0, f"rate is {self.rate_hz} Hz; choose 40 to 500 Hz")
        demand(0.0 <= self.loss <= 0.9, f"loss is {self.loss}; it is a share from 0 to 0.9")
        demand(self.seed >= 0, f"seed is {self.seed}; choose 0 or more")
        demand(len(self.placements) > 0, "no placements; choose at least one")
        demand(self.walkway_m is None or self.walkway_m >= 5.0, f"walkway is {self.walkway_m} m; choose 5 m or more")
        for name, low, high in _PERSON_LIMITS:
            value = getattr(self, name)
            demand(value is None or low <= value <= high, f"{name} is {value}; choose {low:g} to {high:g}")
        demand(
            self.also is None or (self.also in PATHWAYS and self.also != self.pathway),
            f"second pathway {self.also!r} is unknown or the first one; choose from {', '.join(PATHWAYS)}",
        )
        demand(self.session >= 0, f"session is {self.session}; choose 0 or more")
        demand(0.0 <= self.also_severity <= 1.0, f"second severity is {self.also_severity}; it goes from 0 to 1")
        for name, value, known in (
            ("expression", self.expression, EXPRESSIONS),
            ("protocol", self.protocol, tuple(PROTOCOLS)),
        ):
            demand(value in known, f"{name} {value!r} is unknown; choose from {', '.join(known)}")
        demand(self.sex in (None, "female", "male"), f"sex is {self.sex!r}; choose female or male")

    @property
    def ailments(self) -> tuple[Ailment, ...]:
        """What the person has, one or two; severity 0 included."""
        first = Ailment(self.pathway, self.severity, self.side)
        if self.also is None:
            return (first,)
        return first, Ailment(self.also, self.also_severity, self.also_side or self.side)

    @property
    def day_seed(self) -> int:
        """The seed of everything that is another on another day; in the first session the person's own."""
        return self.seed if self.session == 0 else int(stream(self.seed, f"session {self.session}").integers(2**62))

    @property
    def turns_after_m(self) -> float:
        """Walkway length with the default filled in; infinite without turns."""
        if PROTOCOLS[self.protocol].walks_m:
            return STRAIGHT  # they turn in the pauses
        if self.walkway_m is not None:
            return self.walkway_m
        return WALKWAY_M if self.duration_s >= TURNING_FROM_S else STRAIGHT


_PERSON_LIMITS = (
    ("age_years", 18.0, 95.0),
    ("height_m", 1.3, 2.2),
    ("mass_kg", 35.0, 200.0),
    ("speed_m_s", 0.4, 2.0),
)
