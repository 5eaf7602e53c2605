"""Feed an engine for hours in constant memory and print the largest resident memory, MB. Run as a process of its own.

python -m benchmarks.perf_stream RECORDING.npz MINUTES CHUNK
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmarks.perf_processes import peak_rss_mb
from pipeline.engine import Engine
from pipeline.stages import EngineParams
from sensor.recording.table import RecordingTable
from sensor.samples import Placement, SampleBlock

HEIGHT_M = 1.75


def store(table: RecordingTable, path: Path) -> None:
    """Keep a recording where reading it takes next to no memory: without pyarrow."""
    values = {f"{p}": np.hstack((table.acc_m_s2[p], table.gyr_rad_s[p])) for p in table.placements}
    np.savez(path, allow_pickle=False, rate_hz=np.array(table.rate_hz), **values)


def stream(path: Path, minutes: float, chunk: int) -> int:
    """Push a stored recording again and again until ``minutes`` are over; return how many strides came out."""
    with np.load(path) as stored:
        rate_hz = float(stored["rate_hz"])
        samples = {placement: stored[placement] for placement in Placement if placement in stored}
    engine = Engine(dict.fromkeys(samples, rate_hz), HEIGHT_M, EngineParams())
    rows = len(next(iter(samples.values())))
    strides = 0
    for start in range(0, round(minutes * 60.0 * rate_hz), chunk):
        index = np.arange(start, start + chunk)
        for placement, values in samples.items():
            part = values[index % rows]
            strides += len(engine.push(SampleBlock(placement, index / rate_hz, part[:, :3], part[:, 3:])).strides)
    return strides + len(engine.finish().strides)


if __name__ == "__main__":
    found = stream(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
    if not found:
        sys.exit("no stride came out; this measures nothing")
    print(f"{peak_rss_mb():.3f}")
