"""CPU of other packages and of ours on the same walk, in one process, turn by turn. Run by the peers' own Python.

PEERS_PYTHON -m benchmarks.perf_peers RECORDING.csv REPETITIONS   (prints JSON: package -> [[theirs, ours], ...], steps)

Theirs get the lower back alone, ready in memory and aligned to the body; ours get the four sensors, read beforehand.
Costs are divided by the sensors. A first run of each, which compiles and imports, does not count.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from benchmarks.perf_processes import interleaved
from pipeline.engine import Engine
from pipeline.session import analyze_table
from pipeline.stages import EngineParams
from sensor.recording import RecordingTable, blocks, read_recording
from sensor.samples import HIPS, KNEES, FloatArray, Placement

PACKAGES = {"skdh": "scikit-digital-health", "mobgap": "mobgap"}
_EPOCH_S = 1.6e9  # skdh wants a date


Body = tuple[FloatArray, FloatArray]  # specific force, m/s^2, and angular rate, rad/s, (n, 3) forward, left, up


def _lower_back(table: RecordingTable) -> Body:
    """The sacrum sensor in body axes, as this program's own calibration finds them."""
    engine = Engine(dict.fromkeys(table.placements, table.rate_hz), 1.75, EngineParams())
    for block in blocks(table, 1000):
        engine.push(block)
    if engine.calibration is None or engine.calibration.pelvis is None:
        raise ValueError("the recording does not show how the sacrum sensor sits")
    to_pelvis = engine.calibration.pelvis.to_pelvis[Placement.SACRUM]
    return table.acc_m_s2[Placement.SACRUM] @ to_pelvis.T, table.gyr_rad_s[Placement.SACRUM] @ to_pelvis.T


def _skdh(table: RecordingTable, body: Body) -> Callable[[], int]:
    gait = import_module("skdh.gait")
    acc_g, gyr_rad_s, time_s = body[0] / 9.80665, body[1], table.time_s + _EPOCH_S

    def run() -> int:
        walk = gait.GaitLumbar(min_bout_time=2.0, day_window=None)
        found = walk.predict(time=time_s, accel=acc_g, gyro=gyr_rad_s, fs=table.rate_hz, gait_pred=True)
        return len(found["IC Timestamp"])

    return run


def _mobgap(table: RecordingTable, body: Body) -> Callable[[], int]:
    """Its whole pipeline for healthy people: sequences, steps, sides, cadence, stride length, speed, bouts."""
    pandas, pipeline, data = (import_module(n) for n in ("pandas", "mobgap.pipeline", "mobgap.data"))
    up_right_forward = [values[:, [2, 1, 0]] * np.array([1.0, -1.0, 1.0]) for values in (body[0], np.degrees(body[1]))]
    names = [f"{quantity}_{axis}" for quantity in ("acc", "gyr") for axis in "xyz"]
    person = {"height_m": 1.75, "sensor_height_m": 0.95, "cohort": "HA"}
    walk = data.GaitDatasetFromData(
        {"walk": {"LowerBack": pandas.DataFrame(np.hstack(up_right_forward), columns=names)}},
        table.rate_hz,
        {"walk": person},
        {"walk": {"measurement_condition": "laboratory"}},
    )

    def run() -> int:
        return len(pipeline.MobilisedPipelineHealthy().run(walk).raw_ic_list_)

    return run


def _process_cpu(run: Callable[[], object]) -> Callable[[], float]:
    def timed() -> float:
        begin = time.process_time()
        run()
        return time.process_time() - begin

    return timed


def main() -> None:
    """Run from the command line."""
    warnings.simplefilter("ignore")  # theirs
    table = read_recording(Path(sys.argv[1]))
    repetitions = int(sys.argv[2])
    four = (*KNEES, *HIPS)
    ours = table.only(four)
    steps = sum(event.kind == "IC" for event in analyze_table(ours).events)
    body = _lower_back(table)
    out: dict[str, object] = {"steps": steps, "sensors": len(four)}
    for name, make in (("skdh", _skdh), ("mobgap", _mobgap)):
        try:
            run = make(table, body)
        except (ImportError, PackageNotFoundError) as missing:
            out[name] = {"missing": str(missing)}
            continue
        found = run()
        costs = interleaved(_process_cpu(run), _process_cpu(lambda: analyze_table(ours)), repetitions)
        out[name] = {
            "version": version(PACKAGES[name]), "steps": found, "theirs_s": costs.first, "ours_s": costs.second,
        }  # fmt: skip
    print(json.dumps(out))


if __name__ == "__main__":
    main()
