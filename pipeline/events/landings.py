"""When a leg lands after a swing, from the jerk of the sensor on it.

Below the knee: where the squared jerk after the swing has spent as much as a usual landing's first part, in a window
that reaches a little beyond this leg's usual delay between the end of swing and the landing. The delay is that of the
leg's last swings, for a leg that pauses before it lands may do so now longer, now shorter. A landing as soft as that of
a first or last step takes more of its own jerk for that, half of it at the most: what the leg spends on its own braking
would else be taken for the landing. When the leg does not pause, what it spends before its sagittal rate crosses zero
is braking of the swing and does not count, and the landing is averaged with that crossing. A step that hardly shakes
the leg there is looked for further on.

On the thigh, which feels the landing late and drawn out: the peak of the jerk's slow envelope.

Sources: refining the contact by acceleration is in the family of Trojaniello 2014. The usual delay, the share of the
squared jerk and the thigh's envelope are own, after the project's first prototype (shared design notes, 3.1b).

Deviations: no minimum of the angular rate is used, because its time depends on how hard the foot strikes. A share of
what is usual for the leg does not: scaling its impacts leaves their times where they are, so that guarded, soft
landings on the painful side do not pose as early or late ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from math import log2
from typing import Protocol

import numpy as np

from pipeline.events.swings import Swing
from pipeline.signals.filters import lowpass_taps
from pipeline.signals.medians import median, medians
from pipeline.signals.timeline import Series
from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ

_NO_JERK = 1e-9  # keeps a leg that lies still from dividing by zero, and from a logarithm of it
_LEAST_LEFT = 2  # samples of the window behind the zero crossing; with fewer the leg landed before it
_UNSEEN_OCTAVES = 1.0  # a landing that the recording does not show to its end passes for one of half the jerk


@dataclass(frozen=True, slots=True)
class ShankLandingParams:
    """Landing of a leg with a sensor below the knee. Those marked * were set on several sets together."""

    share: float = 0.04  # * of a usual landing's squared jerk: its beginning; 0.03 to 0.07 serve nearly alike
    soft_share: float = 0.5  # * of the own squared jerk at most, however soft the landing; 0.25 to 0.75 alike
    after_s: float = 0.08  # * the window reaches from the end of swing to this much beyond the usual landing
    onset: float = 0.3  # * the usual landing is where the median jerk rises for good through this part of its peak
    search_s: float = 0.4  # a leg that pauses in the air lands within this
    remembered: int = 20  # swings of which the usual delay is the median
    weak: float = 0.2  # of the usual jerk in the window; a weaker step has not landed there
    share_lag_s: float = 0.009  # * the smoothed jerk sets in before the contact
    crossing_weight: float = 0.15  # * of the zero crossing against the landing's jerk ...
    paused_s: float = 0.05  # * ... fading to nothing at twice this delay: such a leg crosses zero before it lands
    crossing_lag_s: float = 0.017  # * contact follows the zero crossing of the rate
    crossing_search_s: float = 0.25


@dataclass(frozen=True, slots=True)
class ThighLandingParams:
    """Landing of a leg with a sensor on the thigh only. Those marked * were set on several sets together."""

    cutoff_hz: float = 5.0  # * of the envelope of the jerk
    taps: int = 41
    before_s: float = 0.1  # a thigh still turns forward when the foot lands early
    reach: float = 0.3  # * of the usual stride, after the end of swing
    lead_s: float = 0.025  # * the contact comes before the envelope's peak


@dataclass(frozen=True, slots=True)
class Landing:
    """Grid index of a landing, with a fraction, and what speaks against it."""

    at: float
    soft_octaves: float = 0.0  # jerk below the leg's usual
    off_usual_s: float = 0.0  # time after the swing against the leg's usual
    apart_s: float = 0.0  # between its two witnesses
    rival: float = 0.0  # the next best candidate's height, part of its own


class LandingFinder(Protocol):
    """Finds landings, swing by swing in order."""

    @property
    def reach(self) -> float:
        """Samples after the end of swing that must be known."""
        ...

    def find(self, jerk: Series, rate: Series, swing: Swing, *, trusted: bool) -> Landing | None:
        """The landing after a swing; None when the signals do not reach or show nothing.

        Parameters
        ----------
        jerk, rate : squared jerk, m^2/s^6, and sagittal angular rate, rad/s
        trusted : whether what is usual for the leg may be learned from this swing
        """
        ...


class ShankLandings:
    """Landings of a leg with a sensor below the knee; a :class:`LandingFinder`.

    Parameters
    ----------
    profiles : squared jerk of earlier swings, each (search,), from :func:`landing_profile`
    """

    def __init__(self, params: ShankLandingParams, profiles: Iterable[FloatArray] = ()) -> None:
        self.params = params
        self._profiles = deque(profiles, params.remembered)

    @property
    def reach(self) -> float:
        """Samples after the end of swing that must be known."""
        return (self.params.search_s + self.params.after_s) * GRID_HZ

    def find(self, jerk: Series, rate: Series, swing: Swing, *, trusted: bool) -> Landing | None:
        """The landing after a swing, and what it teaches about the next ones."""
        p = self.params
        own = landing_profile(jerk, swing.fall, p)
        if own is not None and trusted:
            self._profiles.append(own)
        if not self._profiles:
            return None
        profiles = np.array(self._profiles)
        delay = usual_delay(profiles, p)
        length = delay + round(p.after_s * GRID_HZ)
        share, soft_octaves = p.share, _UNSEEN_OCTAVES
        if own is not None:
            strength = max(own[:length].max() / max(median(profiles[:, :length].max(axis=1)), _NO_JERK), _NO_JERK)
            share, soft_octaves = min(p.soft_share, p.share / strength), max(0.0, -0.5 * log2(strength))
            if strength < p.weak**2:
                length = max(length, int(own.argmax()) + round(p.after_s * GRID_HZ))
        weight = p.crossing_weight * min(1.0, max(0.0, 2.0 - delay / (p.paused_s * GRID_HZ)))
        crossing = zero_crossing(rate, swing.fall, p) if weight > 0.0 else None
        landing = landing_time(jerk, swing.fall, length, share, p, crossing)
        if landing is None:
            return None
        apart = crossing + p.crossing_lag_s * GRID_HZ - landing if crossing is not None else 0.0
        at = landing + weight * apart
        off_usual = at - swing.fall - delay
        return Landing(at, soft_octaves, abs(off_usual) / GRID_HZ, abs(apart) / GRID_HZ)


class ThighLandings:
    """Landings of a leg with a sensor on the thigh only; a :class:`LandingFinder`.

    Parameters
    ----------
    stride : usual stride, samples
    """

    def __init__(self, params: ThighLandingParams, stride: float) -> None:
        self.params = params
        self._taps = lowpass_taps(params.cutoff_hz, params.taps)
        self._length = round(params.reach * stride)

    @property
    def reach(self) -> float:
        """Samples after the end of swing that must be known."""
        return self._length + self.params.taps // 2 + 1

    def find(self, jerk: Series, rate: Series, swing: Swing, *, trusted: bool) -> Landing | None:
        """Grid index of the envelope's peak after a swing, less the lead."""
        del rate, trusted
        fall, half = round(swing.fall), self.params.taps // 2
        first = max(fall - round(self.params.before_s * GRID_HZ), jerk.start)
        last = min(fall + self._length, jerk.end)
        if last - first < 2:
            return None
        known = np.sqrt(jerk.window(max(first - half, jerk.start), min(last + half, jerk.end)))
        missing = half - min(half, first - jerk.start), half - min(half, jerk.end - last)
        envelope = np.convolve(np.pad(known, missing, mode="edge"), self._taps, "valid")
        peak = int(np.argmax(envelope))
        if peak == len(envelope) - 1 and last - fall < self._length // 2:  # the recording ends before the leg lands
            return None
        return Landing(first + peak - self.params.lead_s * GRID_HZ, rival=_rival(envelope, peak))


def _rival(envelope: FloatArray, peak: int) -> float:
    """Height of the highest other peak, part of the highest one's."""
    inner = envelope[1:-1]
    tops = np.flatnonzero((inner > envelope[:-2]) & (inner >= envelope[2:])) + 1
    others = envelope[tops[tops != peak]]
    return float(others.max() / envelope[peak]) if len(others) and envelope[peak] > 0.0 else 0.0


def landing_profile(jerk: Series, fall: float, params: ShankLandingParams) -> FloatArray | None:
    """Squared jerk (search,) from the end of a swing on; None when it is not all there."""
    first, span = round(fall), int(params.search_s * GRID_HZ)
    if first < jerk.start or first + span > jerk.end:
        return None
    return jerk.window(first, first + span).copy()


def usual_delay(profiles: FloatArray, params: ShankLandingParams) -> int:
    """Usual delay from the end of swing to the landing, samples: onset in the median (n, search) jerk profile."""
    profile = np.sqrt(medians(profiles.T.copy()))
    peak = int(profile.argmax())
    (quiet,) = (profile[:peak] < params.onset * profile[peak]).nonzero()
    return int(quiet[-1]) + 1 if len(quiet) else 0


def landing_time(
    jerk: Series, fall: float, length: int, share: float, params: ShankLandingParams, crossing: float | None = None
) -> float | None:
    """Grid index at which a window from the end of swing has spent its share of the squared jerk above median.

    What is spent before the zero crossing of the rate is the leg's own braking and does not count, if the crossing
    leaves enough of the window to land in.
    """
    first = round(fall)
    last = round(fall + length)
    if first < jerk.start or last > jerk.end or last <= first:
        return None
    window = jerk.window(first, last)
    # Above its median only: what the leg's own deceleration spends would time a soft landing early.
    spent = np.maximum(window - median(window), 0.0)
    if crossing is not None and crossing < last - _LEAST_LEFT:
        spent[: max(0, int(crossing) - first)] = 0.0
    spent = spent.cumsum()
    if spent[-1] <= 0.0:
        return None
    spent /= spent[-1]
    k = int((spent >= share).argmax())
    before = spent[k - 1] if k else 0.0
    fraction = (share - before) / (spent[k] - before)
    return float(first + k - 0.5 + fraction + params.share_lag_s * GRID_HZ)


def zero_crossing(rate: Series, fall: float, params: ShankLandingParams) -> float | None:
    """Grid index at which the sagittal rate falls through zero after the swing."""
    first = int(fall)
    last = min(first + int(params.crossing_search_s * GRID_HZ), rate.end)
    w = rate.window(first, last)
    k = int((w <= 0.0).argmax())
    if k == 0:  # at once, or never
        return None
    return float(first + k - 1 + w[k - 1] / (w[k - 1] - w[k]))
