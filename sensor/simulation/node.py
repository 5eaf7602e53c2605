"""From what a sensor feels to what a node delivers: anti-alias filter, clock, errors, range, lost packets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.healthy import GRAVITY_M_S2
from sensor.samples import BoolArray, FloatArray
from sensor.simulation.noise import Noise
from sensor.simulation.streams import stream

FINEST_HZ = 500.0  # internal rate at least
HALF_WIDTH = 4  # of the filter, in output samples
BURST = (1, 21)  # samples lost together, half-open


@dataclass(frozen=True, slots=True)
class Grid:
    """Output sampling and the finer internal grid, which begins ``margin`` output samples earlier and ends later."""

    rate_hz: float
    count: int
    margin: int = 16

    @property
    def factor(self) -> int:
        """Internal samples per output sample."""
        return int(np.ceil(FINEST_HZ / self.rate_hz))

    @property
    def time_s(self) -> FloatArray:
        """Output times from 0."""
        return np.arange(self.count) / self.rate_hz

    @property
    def fine_s(self) -> FloatArray:
        """Internal times."""
        whole = (self.count + 2 * self.margin) * self.factor
        return (np.arange(whole) / self.factor - self.margin) / self.rate_hz


def sampled(fine: FloatArray, grid: Grid, late_s: FloatArray) -> FloatArray:
    """Low-pass at 0.4 of the output rate and take one sample per output time, ``late_s`` (count,) after it.

    Parameters
    ----------
    fine : (c, n) array
        Series on the grid's internal times.

    Returns
    -------
    (c, count) array
    """
    factor, taps = grid.factor, HALF_WIDTH
    at = np.arange(-taps * factor, taps * factor) / factor  # in output samples
    window = 0.5 + 0.5 * np.cos(np.pi * at / taps)
    low = 0.8 * np.sinc(0.8 * at) * window
    low /= low.sum()
    slope = np.gradient(low) * factor
    filters = np.concatenate([low.reshape(2 * taps, factor), slope.reshape(2 * taps, factor)])
    late = late_s * grid.rate_hz * factor  # in internal samples
    whole = np.round(late).astype(int)
    rest = (late - whole) / factor
    out = np.empty((len(fine), grid.count))
    for shift in np.unique(whole):
        rows = np.flatnonzero(whole == shift)
        first, last = int(rows[0]), int(rows[-1]) + 1
        begin = (grid.margin + first - taps) * factor + int(shift)
        length = last - first + 2 * taps
        part = np.ascontiguousarray(fine[:, begin : begin + length * factor]).reshape(-1, factor)
        cells = (filters @ part.T).reshape(-1, len(fine), length)
        span = last - first
        value, change = np.zeros((2, len(fine), span))
        for j in range(2 * taps):
            value += cells[j, :, j : j + span]
            change += cells[2 * taps + j, :, j : j + span]
        keep = rows - first
        out[:, rows] = value[:, keep] - rest[rows] * change[:, keep]
    return out


def clock_error_s(seed: int, name: str, grid: Grid, noise: Noise) -> FloatArray:
    """How much later than its time stamp each sample of a node was taken, s."""
    offset, drift = stream(seed, f"clock {name}").standard_normal(2)
    error = noise.clock_offset_s * offset + noise.clock_drift_ppm * 1e-6 * drift * grid.time_s
    limit = 0.5 * grid.margin / grid.rate_hz
    return np.asarray(np.clip(error, -limit, limit))


def measured(force: FloatArray, rate: FloatArray, seed: int, name: str, rate_hz: float, noise: Noise) -> None:
    """Add scale, cross-axis, bias, noise and range limits to sampled (3, count) series, in place."""
    draw = stream(seed, f"errors {name}")
    bias = draw.standard_normal((2, 3, 1))
    scale, skew = draw.standard_normal((2, 3)), draw.standard_normal((2, 3, 3))
    white = draw.standard_normal((force.shape[1], 2, 3)).T
    bandwidth = np.sqrt(0.5 * rate_hz)
    acc = (noise.acc_scale, noise.acc_bias_mg * 1e-3, noise.acc_density_ug * 1e-6, noise.acc_range_g)
    gyr = (noise.gyro_scale, noise.gyro_bias_deg_s, noise.gyro_density_deg_s, noise.gyro_range_deg_s)
    drift = np.cumsum(stream(seed, f"walk {name}").standard_normal((force.shape[1], 3)), axis=0).T
    for kind, (series, unit, (gain, offset, density, limit)) in enumerate(
        ((force, GRAVITY_M_S2, acc), (rate, np.deg2rad(1.0), gyr))
    ):
        mixed = np.eye(3) + np.diag(gain * scale[kind]) + noise.cross_axis * skew[kind] * (1.0 - np.eye(3))
        wander = noise.gyro_walk_deg_s / np.sqrt(rate_hz) * drift if kind == 1 else 0.0
        error = offset * bias[kind] + density * bandwidth * white[:, kind] + wander
        series[:] = np.clip(mixed @ series + unit * error, -limit * unit, limit * unit)


def lost(seed: int, name: str, count: int, share: float) -> BoolArray:
    """Which samples the radio loses: bursts of 1 to 20 until the share is reached."""
    gone = np.zeros(count, bool)
    draw = stream(seed, f"loss {name}")
    wanted = round(share * count)
    while (missing := wanted - int(gone.sum())) > 0:
        start, length = int(draw.integers(count)), int(draw.integers(*BURST))
        gone[start : start + min(length, missing)] = True
    return gone
