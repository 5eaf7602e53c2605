"""Traces for the pages: what has come from each sensor since the last look, as bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

from sensor.acquisition.session import RecordingSession
from sensor.acquisition.vitals import NodeMonitor
from sensor.devices.samples import DeviceSamples

HEAD = struct.Struct("<IIdf")  # number of the sensor, samples, time of the first, s, and between two, s
EVERY_S = 0.05
SILENT = -1


@dataclass(slots=True)
class Traces:
    """Fold over looks at a session.

    Parameters
    ----------
    epoch_s : float
        What the traces call second 0, on the session's clock.
    """

    epoch_s: float
    _sent: dict[str, int] = field(default_factory=dict)  # counter of the newest sample that was given

    def news(self, session: RecordingSession) -> bytes:
        """What has come since the last call, one record per sensor and batch; empty if nothing has."""
        parts = []
        for number, worker in enumerate(session.workers):
            for samples in worker.monitor.newer(self._sent.get(worker.name, SILENT)):
                self._sent[worker.name] = int(samples.counter[-1])
                parts.append(self._record(number, worker.monitor, samples))
        return b"".join(parts)

    def _record(self, number: int, monitor: NodeMonitor, samples: DeviceSamples) -> bytes:
        values = np.concatenate([samples.acc_m_s2, samples.gyr_rad_s], axis=1).astype("<f4")
        if monitor.clock.fit is not None:
            begin_s = float(monitor.clock.session_s(samples.device_us)[0])
        else:
            begin_s = samples.host_ns * 1e-9 - (samples.device_us[-1] - samples.device_us[0]) * 1e-6
        many = len(samples) > 1
        step_s = (samples.device_us[-1] - samples.device_us[0]) * 1e-6 / (len(samples) - 1) if many else 0.01
        return HEAD.pack(number, len(samples), begin_s - self.epoch_s, step_s) + values.tobytes()
