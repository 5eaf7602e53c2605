"""Initial and final contacts from one sensor of a leg, below the knee or, less surely, on the thigh.

Final contact: the sagittal rate's rise through 1 rad/s at the start of the swing, minus a constant. Initial contact:
where the landing's jerk has spent its first part in a window that opens at this leg's own usual landing delay; when the
leg does not pause before it lands, averaged with the zero crossing of the sagittal rate after the swing.

Sources: the sequence mid-swing peak, contact after it, toe-off before it is Aminian 2002, Salarian 2004 (recalled, not
re-read); refining the contact by acceleration is in the family of Trojaniello 2014. The learned landing delay and the
share of the squared jerk are own, after the project's first prototype (shared design notes, biomechanics 3.1b).

Deviations: no minimum of the angular rate is used, because its time depends on how hard the foot strikes. A share of
the squared jerk does not: scaling an impact leaves its time where it is, so that a guarded, soft landing on the painful
side does not pose as an early or late one.

Data requirements: sagittal angular rate and specific force of a proximal shank sensor, 100 Hz grid. Known error:
docs/validation.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.bridging import Trust
from pipeline.contacts import ESTIMATED, NEAR_GAP, Contact, worst_trust
from pipeline.filters import Fir, lowpass_taps
from pipeline.orientation import Motion
from pipeline.result import EventKind
from pipeline.swings import Rhythm, Swing, SwingFinder, SwingParams
from pipeline.timeline import Series
from sensor.samples import FloatArray, Side
from sensor.synchronise import GRID_HZ


@dataclass(frozen=True, slots=True)
class LegEventParams:
    """Constants of the detector. Those marked * were set on several sets together, see docs/validation.md."""

    rate_cutoff_hz: float = 15.0  # keeps the crossings, drops soft-tissue wobble
    rate_taps: int = 31
    acc_cutoff_hz: float = 25.0  # band of the heel strike as the shank feels it
    acc_taps: int = 21
    fc_lead_s: float = 0.080  # * toe-off comes this long before the rise through the swing level
    landing_share: float = 0.08  # * of the squared jerk in the window: its beginning; 0.04 to 0.15 serve nearly alike
    landing_before_s: float = 0.06  # * window around the usual landing delay
    landing_after_s: float = 0.11
    landing_onset: float = (
        0.3  # * the usual landing is where the median jerk rises for good through this part of its peak
    )
    landing_search_s: float = 0.4  # a leg that pauses in the air lands within this
    share_lag_s: float = 0.009  # * the smoothed jerk sets in before the contact
    crossing_weight: float = 0.15  # * of the zero crossing against the landing's jerk ...
    paused_s: float = (
        0.05  # * ... fading to nothing at twice this delay: a leg that pauses crosses zero before it lands
    )
    crossing_lag_s: float = 0.017  # * contact follows the zero crossing of the rate
    crossing_search_s: float = 0.25
    sure: float = 0.95  # confidence of a plain contact
    is_shank: bool = True  # a thigh's final contact is an estimate, and its swing peak is not the shank's
    swings: SwingParams = field(default_factory=SwingParams)


SHANK = LegEventParams()
# A thigh swings slower and rounder: a lower level, a narrower band, humps further apart. It starts forward before the
# foot leaves the ground (about 0.11 s on two sets *) and passes its zero crossing well before the foot lands.
THIGH = LegEventParams(
    rate_cutoff_hz=4.0,
    rate_taps=41,
    fc_lead_s=-0.11,
    crossing_weight=0.0,
    sure=0.7,
    is_shank=False,
    swings=SwingParams(level_rad_s=0.3, hump_gap_s=0.3),
)


@dataclass(frozen=True, slots=True)
class Gait:
    """What was learned of one leg while calibrating: its rhythm and how long after the swing it usually lands."""

    rhythm: Rhythm
    landing: int  # samples after the swing's fall through its level


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


def learn_landing(jerk: FloatArray, falls: FloatArray, params: LegEventParams) -> int:
    """Usual delay from the end of swing to the landing, samples: onset in the median jerk profile.

    Parameters
    ----------
    jerk : (n,) array
        Squared jerk.
    falls : (m,) array
        Ends of swing, in samples of ``jerk``.
    """
    span = int(params.landing_search_s * GRID_HZ)
    starts = np.round(falls).astype(int)
    starts = starts[(starts >= 0) & (starts + span < len(jerk))]
    if len(starts) == 0:
        return 0
    profile = np.sqrt(np.median(jerk[starts[:, None] + np.arange(span)], axis=0))
    peak = int(np.argmax(profile))
    quiet = np.flatnonzero(profile[:peak] < params.landing_onset * profile[peak])
    return int(quiet[-1]) + 1 if len(quiet) else 0


def landing_time(jerk: Series, fall: float, landing: int, params: LegEventParams) -> float | None:
    """Grid index at which the window around the usual landing has spent its share of the squared jerk above median."""
    first = round(fall + max(0.0, landing - params.landing_before_s * GRID_HZ))
    last = round(fall + landing + params.landing_after_s * GRID_HZ)
    if first < jerk.start or last > jerk.end or last <= first:
        return None
    window = jerk.window(first, last)
    # Above its median only: what the leg's own deceleration spends would time a soft landing early.
    spent = np.cumsum(np.maximum(window - np.median(window), 0.0))
    if spent[-1] <= 0.0:
        return None
    spent /= spent[-1]
    k = int(np.argmax(spent >= params.landing_share))
    before = spent[k - 1] if k else 0.0
    fraction = (params.landing_share - before) / (spent[k] - before)
    return float(first + k - 0.5 + fraction + params.share_lag_s * GRID_HZ)


def zero_crossing(rate: Series, fall: float, params: LegEventParams) -> float | None:
    """Grid index at which the sagittal rate falls through zero after the swing."""
    first = int(fall)
    last = min(first + int(params.crossing_search_s * GRID_HZ), rate.end)
    w = rate.window(first, last)
    below = np.flatnonzero(w <= 0.0)
    if len(below) == 0 or below[0] == 0:
        return None
    k = int(below[0])
    return float(first + k - 1 + w[k - 1] / (w[k - 1] - w[k]))


class LegEvents:
    """Detector for one leg; see the module's text. A :class:`~pipeline.contacts.ContactSource`."""

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
        fading = 2.0 - gait.landing / (params.paused_s * GRID_HZ)
        self._crossing_weight = params.crossing_weight * min(1.0, max(0.0, fading))

    @property
    def rate(self) -> Series:
        """Sagittal angular rate of the shank, rad/s, + in swing; 15 Hz low-pass."""
        return self._finder.rate

    @property
    def settled(self) -> float:
        """Grid index before which every contact has been returned."""
        lead = max(0.0, self.params.fc_lead_s) * GRID_HZ
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
        reach = self.gait.landing + (self.params.landing_after_s + self.params.crossing_search_s) * GRID_HZ
        out: list[Contact] = []
        while self._waiting and (last or self._waiting[0].fall + reach < min(self._jerk.end, self.rate.end)):
            out += self._contacts(self._waiting.pop(0))
        return out

    def _contacts(self, swing: Swing) -> list[Contact]:
        p, trust = self.params, self._motion.trust
        strong = min(1.0, swing.strength / self.gait.rhythm.peak_rad_s)
        final = swing.rise - p.fc_lead_s * GRID_HZ
        out = []
        if (seen := worst_trust(trust, min(final, swing.rise) - 2, max(final, swing.rise) + 2)) is not Trust.WITHHELD:
            note = "" if p.is_shank else ESTIMATED
            out.append(_contact(final, self.side, EventKind.FC, (p.sure - 0.05) * strong, seen, note))
        landing = landing_time(self._jerk, swing.fall, self.gait.landing, p)
        if landing is None:
            return out
        crossing = zero_crossing(self.rate, swing.fall, p)
        sure = p.sure
        if crossing is not None and self._crossing_weight > 0.0:
            crossing += p.crossing_lag_s * GRID_HZ
            sure -= min(0.4, abs(crossing - landing) / GRID_HZ * 5.0)  # 80 ms apart: something is odd
            landing += self._crossing_weight * (crossing - landing)
        if (seen := worst_trust(trust, swing.fall - 2, landing + 5)) is not Trust.WITHHELD:
            contact = _contact(landing, self.side, EventKind.IC, sure * strong, seen)
            out.append(replace(contact, swing_peak_rad_s=swing.strength) if p.is_shank else contact)
        return out


def _contact(at: float, side: Side, kind: EventKind, sure: float, seen: Trust, note: str = "") -> Contact:
    if seen is Trust.BRIDGED:
        return Contact(at, side, kind, round(0.5 * sure, 3), f"{note};{NEAR_GAP}" if note else NEAR_GAP)
    return Contact(at, side, kind, round(sure, 3), note)
