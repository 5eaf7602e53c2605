"""Streaming: what an engine keeps does not grow with the recording."""

from __future__ import annotations

import gc
import tracemalloc

import numpy as np

from pipeline.engine import Engine
from pipeline.stages import EngineParams
from sensor.recording.table import RecordingTable
from sensor.samples import HIPS, KNEES, SampleBlock
from sensor.simulation import WalkSpec, simulate

MOST = 100_000  # bytes in five minutes: 34 for the posture of every second, ten times as much for those not yet joined


def test_memory_is_flat_in_the_length_of_the_recording() -> None:
    walk = simulate(WalkSpec("antalgic_knee", severity=0.5, seed=1, duration_s=60.0, placements=(*KNEES, *HIPS))).table
    engine = Engine(dict.fromkeys(walk.placements, walk.rate_hz), 1.75, EngineParams())
    strides = feed(engine, walk, 0, 6)
    gc.collect()
    tracemalloc.start()
    try:
        strides += feed(engine, walk, 6, 11)  # joins its seconds on the way, as it will again and again
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        strides += feed(engine, walk, 11, 16)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert strides > 300
    assert after - before < MOST


def feed(engine: Engine, walk: RecordingTable, from_min: int, to_min: int) -> int:
    """Push a walk again and again, second by second, as if it went on; how many strides came out."""
    rows, strides = len(walk.time_s), 0
    for start in range(from_min * 6000, to_min * 6000, 100):
        index = np.arange(start, start + 100)
        for placement in walk.placements:
            acc, gyr = (of[placement][index % rows] for of in (walk.acc_m_s2, walk.gyr_rad_s))
            strides += len(engine.push(SampleBlock(placement, index / walk.rate_hz, acc, gyr)).strides)
    return strides
