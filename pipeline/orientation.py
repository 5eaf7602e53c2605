"""One sensor's motion: bridged samples with their orientation against gravity.

Orientation is VQF without magnetometer (Laidig & Seel, Information Fusion 2023), the maker's C++ library. Its update
is recursive per sample, so any chunking gives the same quaternions; heading starts arbitrary and drifts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from vqf import VQF

from pipeline.bridging import Bridging, BridgingParams
from pipeline.timeline import Series
from sensor.samples import BoolArray, FloatArray
from sensor.synchronise import GRID_HZ


@dataclass(frozen=True, slots=True)
class OrientationParams:
    """VQF's own defaults, stated: the inclination error in walking hardly depends on them."""

    tau_acc_s: float = 3.0
    bridging: BridgingParams = field(default_factory=BridgingParams)


@dataclass(slots=True)
class Motion:
    """Stage: samples of one sensor in, growing series of motion out.

    Attributes
    ----------
    acc, gyr : Series of 3
        Bridged specific force, m/s^2, and angular rate, rad/s, sensor axes.
    quat : Series of 4
        Sensor to earth, scalar first, z up, heading arbitrary.
    trust : Series of 1
        ``bridging.Trust`` of each sample.
    samples : int
        Valid samples seen.
    constant : bool
        Whether all of them were the same: a sensor that measures always has noise.
    """

    params: OrientationParams = field(default_factory=OrientationParams)
    acc: Series = field(init=False)
    gyr: Series = field(init=False)
    quat: Series = field(init=False)
    trust: Series = field(init=False)
    samples: int = 0
    constant: bool = True
    _first: FloatArray | None = None
    _bridging: Bridging = field(init=False)
    _filter: VQF = field(init=False)

    def __post_init__(self) -> None:
        self.acc, self.gyr, self.quat, self.trust = Series(3), Series(3), Series(4), Series(1)
        self._bridging = Bridging(self.params.bridging)
        self._filter = VQF(1.0 / GRID_HZ, tauAcc=self.params.tau_acc_s)

    @property
    def end(self) -> int:
        """Grid index up to which motion is known."""
        return self.acc.end

    def push(self, samples: FloatArray, valid: BoolArray) -> None:
        """Take grid samples (n, 6) and their validity (n,)."""
        good = samples[valid]
        self.samples += len(good)
        if self.constant and len(good):
            if self._first is None:
                self._first = good[0].copy()
            self.constant = bool((good == self._first).all())
        self._append(*self._bridging.push(samples, valid))

    def finish(self) -> None:
        """Take in what the bridging still holds back."""
        self._append(*self._bridging.finish())

    def forget(self, before: int) -> None:
        """Let go of what lies before a grid index."""
        for series in (self.acc, self.gyr, self.quat, self.trust):
            series.forget(before)

    def _append(self, samples: FloatArray, trust: FloatArray) -> None:
        if not len(samples):
            return
        acc, gyr = np.ascontiguousarray(samples[:, :3]), np.ascontiguousarray(samples[:, 3:])
        self.acc.append(acc)
        self.gyr.append(gyr)
        self.quat.append(self._filter.updateBatch(gyr, acc)["quat6D"])
        self.trust.append(trust)
