"""Zero-phase low-pass filters that stream: symmetric FIR with a fixed delay instead of a backward pass.

Every output sample is one dot product of the same length, so chunk borders cannot change it: live equals offline bit
for bit. scipy.signal would do the design, but importing it costs more than the whole analysis of a walk.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sensor.samples import FloatArray
from sensor.synchronise import GRID_HZ


def lowpass_taps(cutoff_hz: float, length: int) -> FloatArray:
    """Windowed-sinc low-pass (Hamming), unit gain at 0 Hz.

    Parameters
    ----------
    cutoff_hz : float
        Half-amplitude frequency.
    length : int
        Number of taps, odd; the delay is ``length // 2`` grid samples.
    """
    if length % 2 == 0:
        raise ValueError(f"a zero-phase filter needs an odd length, not {length}")
    at = np.arange(length) - length // 2
    taps = np.sinc(2.0 * cutoff_hz / GRID_HZ * at) * np.hamming(length)
    return np.asarray(taps / taps.sum())


def mean_taps(length: int) -> FloatArray:
    """Moving average over an odd number of samples."""
    if length % 2 == 0:
        raise ValueError(f"a zero-phase filter needs an odd length, not {length}")
    return np.full(length, 1.0 / length)


@dataclass(slots=True)
class Fir:
    """Stage: (n, channels) samples in, as many filtered ones out over the whole stream, ``len(taps) // 2`` later.

    The first and last sample are held beyond the ends of the stream.
    """

    taps: FloatArray
    _history: FloatArray | None = field(default=None, init=False)

    @property
    def delay(self) -> int:
        """Samples held back."""
        return len(self.taps) // 2

    def push(self, samples: FloatArray) -> FloatArray:
        """Filter what can be filtered; shape (m, channels)."""
        if len(samples) == 0:
            return samples
        if self._history is None:
            self._history = np.repeat(samples[:1], self.delay, axis=0)
        return self._run(np.concatenate((self._history, samples)))

    def finish(self) -> FloatArray:
        """Filter the samples held back."""
        if self._history is None:
            return np.empty((0, 1))
        return self._run(np.concatenate((self._history, np.repeat(self._history[-1:], self.delay, axis=0))))

    def _run(self, samples: FloatArray) -> FloatArray:
        keep = len(self.taps) - 1
        if len(samples) <= keep:
            self._history = samples
            return samples[:0]
        self._history = samples[len(samples) - keep :].copy()
        out = np.empty((len(samples) - keep, samples.shape[1]))
        for at, column in enumerate(samples.T):
            out[:, at] = np.convolve(column, self.taps, "valid")
        return out


def smooth(samples: FloatArray, taps: FloatArray) -> FloatArray:
    """The whole signal at once, by the same stage. Shape (n, channels) or (n,), kept."""
    stage = Fir(taps)
    columns = samples.reshape(len(samples), -1)
    out = np.concatenate((stage.push(columns), stage.finish().reshape(-1, columns.shape[1])))
    return out.reshape(samples.shape)
