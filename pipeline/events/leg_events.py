"""Initial and final contacts from one sensor of a leg, below the knee or, less surely, on the thigh.

Final contact: the sagittal rate's last rise through 0.65 rad/s before the swing, minus a constant. Initial contact: the
landing after the swing, see :mod:`pipeline.events.landings`.

Sources: the sequence mid-swing peak, contact after it, toe-off before it is Aminian 2002, Salarian 2004 (recalled, not
re-read).

Data requirements: sagittal angular rate and specific force of a proximal shank sensor, 100 Hz grid. Known error:
docs/validation.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipeline.angles.orientation import Motion
from pipeline.events.confidence import ESTIMATE, ConfidenceParams, bridged, confidence, landing_doubt, missing
from pipeline.events.contacts import ESTIMATED, Contact, noted, worst_trust
from pipeline.events.landings import (
    LandingFinder,
    ShankLandingParams,
    ShankLandings,
    ThighLandingParams,
    ThighLandings,
)
from pipeline.events.swings import Rhythm, Swing, SwingFinder, SwingParams
from pipeline.result import EventKind
from pipeline.signals.bridging import Trust
from pipeline.signals.filters import Fir, lowpass_taps
from pipeline.signals.timeline import Series
from sensor.samples import FloatArray, Side
from sensor.synchronise import GRID_HZ


@dataclass(frozen=True, slots=True)
class LegEventParams:
    """Constants of the detector. Those marked * were set on several sets together, see docs/validation.md."""

    rate_cutoff_hz: float = 15.0  # keeps the crossings, drops soft-tissue wobble
    rate_taps: int = 31
    acc_cutoff_hz: float = 25.0  # band of the heel strike as the shank feels it
    acc_taps: int = 21
    fc_level_rad_s: float = 0.65  # * below the level of the swing, nearer to toe-off; a stiff leg dwells lower
    fc_level_part: float = 0.25  # * of the usual peak, where that is less: a leg that swings slowly also starts slowly
    fc_search_s: float = 0.1  # the rise through it lies within this before the rise through the swing's level
    fc_lead_s: float = 0.07  # * toe-off comes this long before that rise
    sure: float = 0.95  # confidence of a contact with nothing against it
    swings: SwingParams = field(default_factory=SwingParams)
    landing: ShankLandingParams | ThighLandingParams = field(default_factory=ShankLandingParams)
    confidence: ConfidenceParams = field(default_factory=ConfidenceParams)

    @property
    def is_shank(self) -> bool:
        """Whether the sensor is below the knee: a thigh's final contact is an estimate, its swing peak another."""
        return isinstance(self.landing, ShankLandingParams)


SHANK = LegEventParams()
# A thigh swings slower and rounder: a lower level, a narrower band, humps further apart. It starts forward before the
# foot leaves the ground (about 0.11 s on two sets *).
THIGH = LegEventParams(
    rate_cutoff_hz=4.0,
    rate_taps=41,
    fc_level_rad_s=0.3,
    fc_level_part=0.3,
    fc_lead_s=-0.11,
    sure=0.9,
    swings=SwingParams(level_rad_s=0.3, hump_gap_s=0.3),
    landing=ThighLandingParams(),
)


@dataclass(frozen=True, slots=True)
class Gait:
    """What was learned of one leg while calibrating: its rhythm, and the squared jerk after each of its swings."""

    rhythm: Rhythm
    landings: tuple[FloatArray, ...] = ()  # none for a thigh


class LegSignalFilters:
    """Stage: motion in, the two signals that contacts are read from: sagittal rate and squared jerk."""

    def __init__(self, params: LegEventParams, axis: FloatArray, start: int) -> None:
        self._axis = axis
        self._rate_filter = Fir(lowpass_taps(params.rate_cutoff_hz, params.rate_taps))
        self._acc_filter = Fir(lowpass_taps(params.acc_cutoff_hz, params.acc_taps))
        self._acc = np.empty((0, 3))
        self._begun = False
        self._next = start

    def advance(self, motion: Motion, end: int) -> tuple[FloatArray, FloatArray]:
        """Sagittal rate (n,), rad/s, and squared jerk (m,), of what is new in the motion before ``end``."""
        first, self._next = self._next, end
        # Explicit products: a matrix product may sum in another order for another number of rows.
        gyr = motion.gyr.window(first, end)
        rate = gyr[:, 0] * self._axis[0] + gyr[:, 1] * self._axis[1] + gyr[:, 2] * self._axis[2]
        acc = self._acc_filter.push(motion.acc.window(first, end))
        return self._rate_filter.push(rate[:, None])[:, 0], self._jerk(acc)

    def finish(self) -> tuple[FloatArray, FloatArray]:
        """What the filters still hold back."""
        return self._rate_filter.finish()[:, 0], self._jerk(self._acc_filter.finish().reshape(-1, 3))

    def _jerk(self, acc: FloatArray) -> FloatArray:
        """Squared norm of the central difference; the first sample has none and is zero."""
        acc = np.concatenate((self._acc, acc))
        if len(acc) < 3:
            self._acc = acc
            return np.empty(0)
        lead, self._begun = 0 if self._begun else 1, True
        jerk = (acc[2:] - acc[:-2]) * (GRID_HZ / 2.0)
        self._acc = acc[-2:].copy()
        squared = jerk[:, 0] ** 2 + jerk[:, 1] ** 2 + jerk[:, 2] ** 2
        return np.concatenate((np.zeros(lead), squared))


def landing_finder(gait: Gait, params: LegEventParams) -> LandingFinder:
    """The finder that belongs to the sensor's place."""
    if isinstance(params.landing, ThighLandingParams):
        return ThighLandings(params.landing, gait.rhythm.stride)
    return ShankLandings(params.landing, gait.landings)


class LegEvents:
    """Detector for one leg; see the module's text. A :class:`~pipeline.events.contacts.ContactSource`."""

    def __init__(
        self, side: Side, motion: Motion, axis: FloatArray, gait: Gait, start: int, params: LegEventParams
    ) -> None:
        self.side = side
        self.params = params
        self.gait = gait
        self._motion = motion
        self._signals = LegSignalFilters(params, axis, start)
        self._finder = SwingFinder(params.swings, gait.rhythm, start)
        self._jerk = Series(1, start)
        self._waiting: list[Swing] = []
        self._landings = landing_finder(gait, params)
        self._fc_level = min(params.fc_level_rad_s, params.fc_level_part * gait.rhythm.peak_rad_s)

    @property
    def rate(self) -> Series:
        """Sagittal angular rate of the shank, rad/s, + in swing; 15 Hz low-pass."""
        return self._finder.rate

    @property
    def settled(self) -> float:
        """Grid index before which every contact has been returned."""
        # The search for the final contact begins at a whole sample, up to one further back than it is long.
        lead = (self.params.fc_search_s + max(0.0, self.params.fc_lead_s)) * GRID_HZ + 1.0
        return (self._waiting[0].rise if self._waiting else self._finder.settled) - lead

    def advance(self, end: int) -> list[Contact]:
        """Contacts that have become certain with the motion's samples before the grid index ``end``."""
        rate, jerk = self._signals.advance(self._motion, end)
        return self._take(rate, jerk, last=False)

    def finish(self) -> list[Contact]:
        """The remaining contacts."""
        out = self._take(*self._signals.finish(), last=True)
        self._waiting += self._finder.finish()
        return out + self._released(last=True)

    def forget(self, before: int) -> None:
        """Let go of signals before a grid index."""
        self._finder.rate.forget(before)
        self._jerk.forget(before)

    def _take(self, rate: FloatArray, jerk: FloatArray, *, last: bool) -> list[Contact]:
        self._jerk.append(jerk)
        self._waiting += self._finder.push(rate)
        return self._released(last=last)

    def _released(self, *, last: bool) -> list[Contact]:
        """Contacts of the swings whose landing lies fully in the signals."""
        reach = self._landings.reach
        out: list[Contact] = []
        while self._waiting and (last or self._waiting[0].fall + reach < min(self._jerk.end, self.rate.end)):
            out += self._contacts(self._waiting.pop(0))
        return out

    def _contacts(self, swing: Swing) -> list[Contact]:
        p, trust = self.params, self._motion.trust
        weak = missing(swing.strength / self.gait.rhythm.peak_rad_s, p.confidence.weak_swing)
        final = last_rise(self.rate, swing.rise, self._fc_level, p.fc_search_s) - p.fc_lead_s * GRID_HZ
        out = []
        if (seen := worst_trust(trust, min(final, swing.rise) - 2, max(final, swing.rise) + 2)) is not Trust.WITHHELD:
            sure = confidence(p.sure, weak, 0.0 if p.is_shank else ESTIMATE, bridged(seen))
            out.append(Contact(final, self.side, EventKind.FC, sure, noted("" if p.is_shank else ESTIMATED, seen)))
        around = worst_trust(trust, swing.fall - 2, swing.fall + self._landings.reach)
        landing = self._landings.find(self._jerk, self.rate, swing, trusted=around is Trust.SAMPLE)
        if landing is None:
            return out
        if (seen := worst_trust(trust, min(swing.fall, landing.at) - 2, landing.at + 5)) is not Trust.WITHHELD:
            sure = confidence(p.sure, weak, landing_doubt(landing, p.confidence), bridged(seen))
            peak_rad_s = swing.strength if p.is_shank else float("nan")
            out.append(Contact(landing.at, self.side, EventKind.IC, sure, noted("", seen), peak_rad_s))
        return out


def last_rise(rate: Series, before: float, level_rad_s: float, search_s: float) -> float:
    """Grid index at which the rate last rose through a level, at most so long before it rises through a higher one."""
    end = int(before) + 2  # one sample above the higher level
    first = max(end - 2 - round(search_s * GRID_HZ), rate.start)
    w = rate.window(first, end)
    below = np.flatnonzero(w[:-1] <= level_rad_s)
    if len(below) == 0:
        return float(first)
    k = int(below[-1])
    return float(first + k + (level_rad_s - w[k]) / (w[k + 1] - w[k]))
