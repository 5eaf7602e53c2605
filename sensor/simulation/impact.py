"""The knock of each landing and the small one of each take-off, as short waves without net velocity."""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray, IntArray

SPAN_S = 0.30
RECOIL_CENTRE_S = 0.055  # what the knock pushes, the following moments take back
RECOIL_WIDTH_S = 0.020
SPIKE_DELAY_S = 0.005
SPIKE_TAU_S = 0.015
SPIKE_RETURN_S = 0.075
SPIKE_RETURN_WIDTH_S = 0.030


def ringing(since_s: FloatArray, hz: FloatArray | float, tau_s: float) -> FloatArray:
    """Damped sine that starts at 0 s with peak 1, its net area taken back by a smooth lobe."""
    omega = 2 * np.pi * np.asarray(hz, float)
    peak_s = np.arctan(omega * tau_s) / omega
    peak = np.exp(-peak_s / tau_s) * np.sin(omega * peak_s)
    after = np.maximum(since_s, 0.0)
    wave = np.exp(-after / tau_s) * np.sin(omega * after)
    area = omega * tau_s**2 / (1.0 + (omega * tau_s) ** 2)
    return np.asarray((wave - area * _lobe(since_s, RECOIL_CENTRE_S, RECOIL_WIDTH_S)) / peak)


def spike(since_s: FloatArray) -> FloatArray:
    """Angular rate of a strap's jerk, peak 1 just after 0 s, that turns back by itself."""
    sharp = np.exp(-(((since_s - SPIKE_DELAY_S) / SPIKE_TAU_S) ** 2))
    return np.asarray(sharp - np.sqrt(np.pi) * SPIKE_TAU_S * _lobe(since_s, SPIKE_RETURN_S, SPIKE_RETURN_WIDTH_S))


def _lobe(since_s: FloatArray, centre_s: float, width_s: float) -> FloatArray:
    return np.asarray(np.exp(-0.5 * ((since_s - centre_s) / width_s) ** 2) / (np.sqrt(2 * np.pi) * width_s))


def windows(time_s: FloatArray, start_s: FloatArray) -> tuple[IntArray, FloatArray]:
    """Sample indices (e, m) about each of e events, and the time since the event there."""
    step_s = time_s[1] - time_s[0]
    count = int(SPAN_S / step_s)
    first = np.ceil((start_s - 0.1 * SPAN_S - time_s[0]) / step_s).astype(int)
    index = np.clip(first[:, None] + np.arange(count), 0, len(time_s) - 1)
    return index, time_s[index] - start_s[:, None]


def add_events(out: FloatArray, index: IntArray, waves: FloatArray) -> None:
    """Add (e, m) waves to a series (n,) in place."""
    np.add.at(out, index, waves)
