"""A finger's tap on a sensor at rest: how a person says "this one"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sensor.devices.samples import DeviceSamples
from sensor.samples import BoolArray, FloatArray

GRAVITY_M_S2 = 9.81
HOLE_S = 0.1  # without a sample nobody knows whether it was quiet
MARGIN_S = 0.1  # the sample before the quiet, at any rate


@dataclass(frozen=True, slots=True)
class TapParams:
    """What a tap is: a jolt out of quiet that is over at once.

    A foot that lands jolts a shank as hard, but out of the swing of the leg; a strap that is pulled tight turns the
    sensor for longer. Hence quiet is asked for on both sides. Assumed from the physics, not measured on people: a
    finger on a strapped sensor gives some 10 to 50 m/s^2 for 5 to 20 ms, of which a sensor at 100 Hz sees one sample
    or two.
    """

    jolt_m_s2: float = 6.0  # from one sample to the next; noise and sway stay below 1
    before_s: float = 0.4
    onset_s: float = 0.025  # the push may begin in the sample before the jolt, or in the one before that
    after_s: tuple[float, float] = (0.15, 0.45)  # what a tapped sensor wobbles is over by the first
    quiet_m_s2: float = 1.5  # difference to gravity while nothing happens
    quiet_rad_s: float = 0.5  # postural sway stays below 0.2, the shank of somebody who walks does not


@dataclass(frozen=True, slots=True)
class Tap:
    """One tap.

    Attributes
    ----------
    host_ns : int
        When its first sample arrived.
    strength_m_s2 : float
        Greatest difference to the acceleration before it.
    """

    host_ns: int
    strength_m_s2: float


def find_taps(
    time_s: FloatArray, acc_m_s2: FloatArray, gyr_rad_s: FloatArray, params: TapParams
) -> list[tuple[int, float]]:
    """The taps in consecutive samples of one sensor.

    Parameters
    ----------
    time_s : (n,) array
        Rising.
    acc_m_s2, gyr_rad_s : (n, 3) arrays
        In sensor axes; NaN where missing.

    Returns
    -------
    list of (index, strength)
        First sample of the jolt, and its strength, m/s^2. A tap whose surroundings are not all there is not found.
    """
    jolts = np.flatnonzero(np.linalg.norm(np.diff(acc_m_s2, axis=0), axis=1) >= params.jolt_m_s2) + 1
    if not len(jolts):
        return []
    quiet = _quiet(acc_m_s2, gyr_rad_s, params)
    found: list[tuple[int, float]] = []
    over_s = -np.inf
    for at in jolts.tolist():
        now_s = float(time_s[at])
        edges_s = now_s - params.before_s, now_s - params.onset_s, *(now_s + after_s for after_s in params.after_s)
        edges = np.searchsorted(time_s, edges_s).tolist()
        before, jolt, after = (slice(a, b) for a, b in pairwise(edges))
        if now_s < over_s or not (_all_quiet(quiet, time_s, before) and _all_quiet(quiet, time_s, after)):
            continue
        rest = acc_m_s2[before].mean(axis=0)
        if np.linalg.norm(acc_m_s2[after].mean(axis=0) - rest) > params.quiet_m_s2:
            continue  # it lies another way than before: a hand, not a finger
        over_s = edges_s[-1]
        found.append((at, float(np.nanmax(np.linalg.norm(acc_m_s2[jolt] - rest, axis=1)))))
    return found


def _quiet(acc_m_s2: FloatArray, gyr_rad_s: FloatArray, params: TapParams) -> BoolArray:
    steady = np.abs(np.linalg.norm(acc_m_s2, axis=1) - GRAVITY_M_S2) < params.quiet_m_s2
    return np.asarray(steady & (np.linalg.norm(gyr_rad_s, axis=1) < params.quiet_rad_s))


def _all_quiet(quiet: BoolArray, time_s: FloatArray, span: slice) -> bool:
    """Whether a span is covered by samples on both sides, all of them quiet."""
    if span.start == 0 or span.stop == len(time_s) or span.start == span.stop or not quiet[span].all():
        return False
    return bool(np.diff(time_s[span.start - 1 : span.stop + 1]).max() < HOLE_S)


@dataclass(slots=True)
class TapWatch:
    """Fold over one node's live samples: taps as soon as it is certain that the sensor is quiet again."""

    params: TapParams = field(default_factory=TapParams)
    _parts: list[DeviceSamples] = field(default_factory=list)
    _told_us: float = -np.inf

    def push(self, samples: DeviceSamples) -> list[Tap]:
        """Take the next samples; return taps that are now certain."""
        if self._parts and samples.device_us[0] <= self._parts[-1].device_us[-1]:
            self.forget()
        if self._parts:  # a jolt that could not be judged yet needs what was before it
            keep_us = self._parts[-1].device_us[-1] - 1e6 * (self.params.before_s + self.params.after_s[1] + MARGIN_S)
            while len(self._parts) > 1 and self._parts[1].device_us[0] < keep_us:
                self._parts.pop(0)
        self._parts.append(samples)
        device_us = np.concatenate([part.device_us for part in self._parts])
        acc = np.concatenate([part.acc_m_s2 for part in self._parts])
        gyr = np.concatenate([part.gyr_rad_s for part in self._parts])
        news = []
        for at, strength in find_taps(device_us * 1e-6, acc, gyr, self.params):
            if device_us[at] > self._told_us:
                self._told_us = float(device_us[at]) + 1e6 * self.params.after_s[1]
                news.append(Tap(self._arrived_ns(float(device_us[at])), strength))
        return news

    def forget(self) -> None:
        """The node's clock began anew."""
        self._parts.clear()
        self._told_us = -np.inf

    def _arrived_ns(self, device_us: float) -> int:
        return next(part.host_ns for part in self._parts if part.device_us[-1] >= device_us)


@dataclass(frozen=True, slots=True)
class NodeTap:
    """Which node was tapped."""

    node: str
    host_ns: int
    strength_m_s2: float


SHAKEN_S = 0.5  # a tap shakes the sensors beside it; links deliver what happened at once so much apart


def tapped(taps: Iterable[NodeTap]) -> tuple[NodeTap, ...]:
    """Of taps that came together only the hardest, oldest first."""
    kept: list[NodeTap] = []
    for one in sorted(taps, key=lambda tap: tap.host_ns):
        if kept and one.host_ns - kept[-1].host_ns < SHAKEN_S * 1e9:
            if one.strength_m_s2 > kept[-1].strength_m_s2:
                kept[-1] = one
        else:
            kept.append(one)
    return tuple(kept)
