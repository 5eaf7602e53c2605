"""How a node is doing: a fold over its arrivals that keeps the last seconds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from firmware_protocol.codec import Packet
from firmware_protocol.messages import BATTERY_UNKNOWN, NodeStatus
from sensor.acquisition.causal_clock import CausalClock
from sensor.acquisition.decoders import Decoder, interrupt, nominal_rate_hz
from sensor.acquisition.taps import Tap, TapWatch
from sensor.clock import NodeClock, OneWay, TwoWay
from sensor.devices.ledger import Ledger
from sensor.devices.samples import Booted, DeviceSamples
from sensor.links.link import Arrival
from sensor.samples import FloatArray

WINDOW_S = 10.0  # of loss and gap: long enough for 1 % to mean something, short enough to see it mend
RATE_S = 3.0
TAPS = 20  # the last ones that are remembered


@dataclass(frozen=True, slots=True)
class Vitals:
    """How a node has done in the last seconds, and altogether.

    Attributes
    ----------
    rate_hz : float
        Samples that came per second, last 3 s; 0 while nothing comes.
    loss_pct : float
        Share of the samples of the last 10 s that did not come at the first try.
    gap_s : float
        Longest hole in the last 10 s, the present silence included.
    received, missing, backfilled, duplicates : int
        Samples so far; ``missing`` may still be fetched, ``gone`` never will.
    battery_pct : int or None
    clock_uncertainty_s, clock_residual_s, clock_drift_ppm : float or None
        Of the node's clock against ours, see ``ClockFit``; None before there was a fit.
    """

    nominal_hz: float | None = None
    rate_hz: float = 0.0
    loss_pct: float = 0.0
    gap_s: float = 0.0
    received: int = 0
    missing: int = 0
    gone: int = 0
    backfilled: int = 0
    duplicates: int = 0
    battery_pct: int | None = None
    clock_uncertainty_s: float | None = None
    clock_residual_s: float | None = None
    clock_drift_ppm: float | None = None


@dataclass(slots=True)
class NodeMonitor:
    """Fold over one node's arrivals.

    Attributes
    ----------
    samples_ns : int or None
        Host time of the newest live samples.
    taps : deque of Tap
        The last ones, oldest first.
    """

    decoder: Decoder
    samples_ns: int | None = None
    clock: CausalClock = field(default_factory=lambda: CausalClock(NodeClock()))
    taps: deque[Tap] = field(default_factory=lambda: deque(maxlen=TAPS))
    _tap_watch: TapWatch = field(default_factory=TapWatch)
    _battery_pct: int | None = None
    _recent: deque[DeviceSamples] = field(default_factory=deque)

    @property
    def ledger(self) -> Ledger | None:
        """Which samples have arrived; None for devices that cannot send again."""
        ledger = getattr(self.decoder, "ledger", None)
        return ledger if isinstance(ledger, Ledger) else None

    def push(self, arrival: Arrival) -> None:
        """Take one arrival."""
        for event in self.decoder.push(arrival):
            match event:
                case DeviceSamples(backfill=False):
                    self.samples_ns = arrival.host_ns
                    if self._recent and event.counter[0] < self._recent[-1].counter[-1]:
                        self._recent.clear()  # a new session of the node
                    self._recent.append(event)
                    self._forget(arrival.host_ns)
                    self.taps += self._tap_watch.push(event)
                case OneWay() | TwoWay():
                    self.clock.add(event)
                case Booted():
                    self.clock = CausalClock(NodeClock())
                    self._recent.clear()
                    self._tap_watch.forget()
                case Packet(message=NodeStatus() as status):
                    known = status.battery_pct != BATTERY_UNKNOWN
                    self._battery_pct = status.battery_pct if known else None

    def at(self, now_ns: int) -> Vitals:
        """How the node is doing at a host time."""
        self._forget(now_ns)
        nominal_hz = nominal_rate_hz(self.decoder)
        ledger = self.ledger
        loss_pct, gap_s = self._loss(now_ns, nominal_hz)
        fit = self.clock.fit
        return Vitals(
            nominal_hz=nominal_hz,
            rate_hz=self._rate_hz(now_ns),
            loss_pct=loss_pct,
            gap_s=gap_s,
            received=ledger.received if ledger else 0,
            missing=sum(end - start for start, end in ledger.missing()) if ledger else 0,
            gone=sum(end - start for start, end in ledger.lost) if ledger else 0,
            backfilled=ledger.backfilled if ledger else 0,
            duplicates=ledger.duplicates if ledger else 0,
            battery_pct=self._battery_pct,
            clock_uncertainty_s=fit.uncertainty_s if fit else None,
            clock_residual_s=fit.residual_s if fit else None,
            clock_drift_ppm=fit.drift_ppm if fit else None,
        )

    def recent(self, now_ns: int, seconds: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The samples of the last seconds.

        Returns
        -------
        time_s : (n,) array
            The node's clock, laid so that the newest sample was taken when it arrived; good to some 0.1 s.
        acc_m_s2, gyr_rad_s : (n, 3) arrays
            Sensor axes; missing samples are left out.
        """
        parts = [part for part in self._recent if part.host_ns >= now_ns - seconds * 1e9]
        if not parts:
            return np.empty(0), np.empty((0, 3)), np.empty((0, 3))
        device_us = np.concatenate([part.device_us for part in parts])
        lateness_s = min(part.host_ns * 1e-9 - part.device_us[-1] * 1e-6 for part in parts)
        acc = np.concatenate([part.acc_m_s2 for part in parts])
        gyr = np.concatenate([part.gyr_rad_s for part in parts])
        there = np.isfinite(acc).all(axis=1) & np.isfinite(gyr).all(axis=1)
        return (device_us * 1e-6 + lateness_s)[there], acc[there], gyr[there]

    def interrupted(self) -> None:
        """The link was lost and is being opened anew."""
        interrupt(self.decoder)

    def newer(self, counter: int) -> list[DeviceSamples]:
        """The live samples of the last seconds whose block ends behind a counter, oldest first."""
        return [part for part in self._recent if int(part.counter[-1]) > counter]

    def _forget(self, now_ns: int) -> None:
        while self._recent and self._recent[0].host_ns < now_ns - WINDOW_S * 1e9:
            self._recent.popleft()

    def _rate_hz(self, now_ns: int) -> float:
        parts = [part for part in self._recent if part.host_ns >= now_ns - RATE_S * 1e9]
        if len(parts) < 2:
            return 0.0
        usual_ns = (parts[-1].host_ns - parts[0].host_ns) / (len(parts) - 1)
        silent_ns = max(0.0, now_ns - parts[-1].host_ns - 2.0 * usual_ns)  # the next batch may just be on its way
        came = sum(len(part) for part in parts[1:])
        return came / ((parts[-1].host_ns - parts[0].host_ns + silent_ns) * 1e-9 or 1.0)

    def _loss(self, now_ns: int, nominal_hz: float | None) -> tuple[float, float]:
        """Loss, percent, and longest gap, seconds, of the window."""
        if not self._recent or nominal_hz is None:
            silent_ns = 0 if self.samples_ns is None else now_ns - self.samples_ns
            return (0.0 if self.samples_ns is None else 100.0), silent_ns * 1e-9
        parts = list(self._recent)
        steps = [int(b.counter[0]) - int(a.counter[-1]) - 1 for a, b in pairwise(parts)]
        came = sum(len(part) for part in parts)
        lost = sum(step for step in steps if step > 0)
        batch_s = len(parts[-1]) / nominal_hz
        silent_s = max(0.0, (now_ns - parts[-1].host_ns) * 1e-9 - 2.0 * batch_s)  # the next one may be on its way
        expected = came + lost + silent_s * nominal_hz
        gap_s = max([silent_s, *(step / nominal_hz for step in steps)])
        return 100.0 * (1.0 - came / expected), gap_s
