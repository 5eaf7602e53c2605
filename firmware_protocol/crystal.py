"""A node's clock: a crystal that is a little fast or slow, and wanders with temperature."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crystal:
    """Device microseconds as a function of true seconds since boot; strictly increasing while the errors stay small.

    Attributes
    ----------
    drift_ppm : float
        Constant rate error; + runs fast.
    wander_ppm : float
        Amplitude of a slow sinusoidal rate error, as warming on the body causes.
    wander_period_s : float
    start_us : int
        Clock value at boot.
    """

    drift_ppm: float = 0.0
    wander_ppm: float = 0.0
    wander_period_s: float = 1800.0
    start_us: int = 0

    def device_us(self, since_boot_s: float) -> float:
        """Clock reading, microseconds, not wrapped."""
        omega = 2.0 * math.pi / self.wander_period_s
        wander = self.wander_ppm / omega * (1.0 - math.cos(omega * since_boot_s))
        return self.start_us + since_boot_s * (1e6 + self.drift_ppm) + wander

    def since_boot_s(self, device_us: float) -> float:
        """True seconds since boot at which the clock shows ``device_us``."""
        guess = (device_us - self.start_us) / (1e6 + self.drift_ppm)
        for _ in range(3):  # the error shrinks by the wander, below 1e-3, each time
            guess -= (self.device_us(guess) - device_us) / (1e6 + self.drift_ppm)
        return guess
