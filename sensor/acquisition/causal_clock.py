"""A node's clock as it is known while recording: refitted now and then, never jumping, never looking ahead."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sensor.clock import ClockFit, NodeClock, OneWay, TwoWay
from sensor.samples import FloatArray


@dataclass(frozen=True, slots=True)
class CausalParams:
    """When to refit, and how to get from one fit to the next."""

    first_every_s: float = 0.5  # while every ping still tells much
    every_s: float = 5.0
    settled_s: float = 20.0  # after the first pair
    slew: float = 0.02  # at most 2 % fast or slow while the difference of two fits is worked off
    least_slew_s: float = 2.0


@dataclass(slots=True)
class CausalClock:
    """Device microseconds to session seconds, from what has arrived so far. A reboot begins a new one.

    When it refits depends on arrivals alone, so a replay gives the same times, bit for bit.
    """

    clock: NodeClock
    params: CausalParams = field(default_factory=CausalParams)
    fit: ClockFit | None = None
    _begin_ns: int | None = None
    _due_ns: int = 0
    _used_us: float | None = None  # device time up to which times have been given
    _step_s: float = 0.0  # what the former fit said more than the present one at _step_us
    _step_us: float = 0.0

    def add(self, pair: OneWay | TwoWay) -> None:
        """Take a raw pair; refit if it is time."""
        self.clock.add(pair)
        now_ns = pair.host_ns if isinstance(pair, OneWay) else pair.arrived_ns
        if self._begin_ns is None:
            self._begin_ns = now_ns
        if now_ns < self._due_ns:
            return
        young = (now_ns - self._begin_ns) * 1e-9 < self.params.settled_s
        self._due_ns = now_ns + round((self.params.first_every_s if young else self.params.every_s) * 1e9)
        fit = self.clock.fit()
        if fit is not None:
            self._change(fit)

    def session_s(self, device_us: FloatArray) -> FloatArray:
        """Device times (n,), increasing, to session times (n,), increasing; there must have been a fit."""
        if self.fit is None:
            raise ValueError("there is no fit yet")
        self._used_us = float(device_us[-1])
        return self._at(device_us, self.fit)

    def _change(self, fit: ClockFit) -> None:
        if self.fit is not None and self._used_us is not None:
            at = np.array([self._used_us])
            self._step_s = float(self._at(at, self.fit)[0] - fit.session_s(at)[0])
            self._step_us = self._used_us
        self.fit = fit

    def _at(self, device_us: FloatArray, fit: ClockFit) -> FloatArray:
        over_s = max(self.params.least_slew_s, abs(self._step_s) / self.params.slew)
        left = np.clip(1.0 - (device_us - self._step_us) * 1e-6 / over_s, 0.0, 1.0)
        return np.asarray(fit.session_s(device_us) + self._step_s * left)
