"""What a simulated patient's sensors feel, for virtual nodes to sample."""

from __future__ import annotations

import numpy as np

from firmware_protocol.nodespec import SampleSource
from sensor.recording.table import RecordingTable
from sensor.samples import FloatArray, Placement


def felt(table: RecordingTable, placement: Placement, begin_s: float = 0.0) -> SampleSource:
    """The signal of one placement at any time: linear between samples, at rest before and after.

    Parameters
    ----------
    table : RecordingTable
        Without missing samples.
    begin_s : float
        True time of the table's first sample.
    """
    time_s = table.time_s - table.time_s[0] + begin_s
    acc, gyr = table.acc_m_s2[placement], table.gyr_rad_s[placement]

    def feel(at_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        values = [
            np.column_stack([np.interp(at_s, time_s, axis) for axis in np.ascontiguousarray(part.T)])
            for part in (acc, gyr)
        ]
        return values[0], values[1]

    return feel
