"""The sampling half of the virtual node: clock, stream configuration, ring buffer, raw samples."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_protocol import messages as m
from firmware_protocol.nodespec import FloatArray, NodeSpec, SampleSource
from firmware_protocol.ring import Ring

STANDARD_GRAVITY_M_S2 = 9.80665
RAW_MAX = 32767
COUNTER_MASK = 0xFFFFFFFF
DEFAULT_BATCH = 13  # beats with no common connection interval, PROTOCOL.md section 8


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """What CONFIG can change."""

    rate_hz: int = 100
    acc_range_g: int = 16
    gyr_range_deg_s: int = 2000
    batch: int = DEFAULT_BATCH


class Sampler:
    """Samples on the node's clock from ``begin`` on, into the ring."""

    def __init__(self, spec: NodeSpec, source: SampleSource, boot_s: float) -> None:
        self.config = StreamConfig()
        self.session = 0
        self.ring = Ring(spec.ring_samples, spec.first_counter)
        self._spec = spec
        self._source = source
        self._boot_s = boot_s
        self._anchor_us = 0.0  # device time of the session's first sample

    @property
    def period_us(self) -> float:
        """Device time from sample to sample."""
        return 1e6 / self.config.rate_hz / (1.0 + self._spec.rate_error_ppm * 1e-6)

    def device_us(self, at_s: float) -> int:
        """The node's clock, microseconds, not wrapped."""
        return math.floor(self._spec.crystal.device_us(at_s - self._boot_s))

    def refused_wish(self, wish: m.Config) -> int | None:
        """Index of the first field of CONFIG that this node cannot do."""
        offers = (self._spec.rates_hz, self._spec.acc_ranges_g, self._spec.gyr_ranges_deg_s)
        for index, value in enumerate((wish.rate_hz, wish.acc_range_g, wish.gyr_range_deg_s)):
            if value and value not in offers[index]:
                return index
        return None

    def configure(self, wish: m.Config) -> None:
        """Change the stream; forgets session and ring, whose samples had another meaning."""
        old = self.config
        self.config = StreamConfig(
            wish.rate_hz or old.rate_hz,
            wish.acc_range_g or old.acc_range_g,
            wish.gyr_range_deg_s or old.gyr_range_deg_s,
            wish.batch or old.batch,
        )
        self.session = 0
        self.ring = Ring(self._spec.ring_samples, self._spec.first_counter)

    def info(self, batch: int) -> m.StreamInfo:
        """What a raw sample means."""
        acc_range_m_s2 = self.config.acc_range_g * STANDARD_GRAVITY_M_S2
        gyr_range_rad_s = math.radians(self.config.gyr_range_deg_s)
        return m.StreamInfo(
            rate_mhz=self.config.rate_hz * 1000,
            acc_scale=float(np.float32(acc_range_m_s2 / 32768)),
            gyr_scale=float(np.float32(gyr_range_rad_s / 32768)),
            acc_range_m_s2=float(np.float32(acc_range_m_s2)),
            gyr_range_rad_s=float(np.float32(gyr_range_rad_s)),
            ring_samples=self._spec.ring_samples,
            batch=batch,
        )

    def begin(self, session: int, at_s: float) -> None:
        """A new session; its first sample comes one period later."""
        self.session = session
        self.ring = Ring(self._spec.ring_samples, self._spec.first_counter)
        self._anchor_us = self._spec.crystal.device_us(at_s - self._boot_s) + self.period_us

    def sample_s(self, counter: int) -> float:
        """True time of a sample of the session."""
        device_us = self._anchor_us + (counter - self.ring.start) * self.period_us
        return self._boot_s + self._spec.crystal.since_boot_s(device_us)

    def sample_until(self, at_s: float) -> None:
        """Take every sample that is due."""
        elapsed_us = self._spec.crystal.device_us(at_s - self._boot_s) - self._anchor_us
        end = self.ring.start + math.floor(elapsed_us / self.period_us + 1e-6) + 1  # the slack absorbs rounding
        counters = np.arange(self.ring.next, end)
        if len(counters) == 0:
            return
        device_us = self._anchor_us + (counters - self.ring.start) * self.period_us
        true_s = self._boot_s + np.array([self._spec.crystal.since_boot_s(us) for us in device_us])
        self.ring.append(self._to_raw(true_s), np.rint(device_us).astype(np.int64))

    def data(self, first: int, count: int) -> m.Data:
        """Samples of the ring as a message."""
        raw, time_us = self.ring.read(first, count)
        return m.Data(
            counter=first & COUNTER_MASK,
            time_us=int(time_us[0]) & COUNTER_MASK,
            period_us=round(self.period_us),
            count=count,
            raw=raw.astype("<i2").tobytes(),
        )

    def _to_raw(self, true_s: FloatArray) -> NDArray[np.int16]:
        acc_m_s2, gyr_rad_s = self._source(true_s)
        info = self.info(batch=1)
        counts = np.hstack([np.asarray(acc_m_s2) / info.acc_scale, np.asarray(gyr_rad_s) / info.gyr_scale])
        missing = ~np.isfinite(counts).all(axis=1) | (true_s >= self._spec.faults.sensor_dead_from_s)
        counts[missing] = 0.0
        raw = np.clip(np.rint(counts), -RAW_MAX, RAW_MAX).astype(np.int16)
        raw[missing] = m.MISSING_RAW
        return raw
