"""Other packages and ours on the same walks, from the lower back alone, scored by the same rules.

    VENV/bin/pip install mobgap scikit-digital-health .
    VENV/bin/python benchmarks/peers.py ../shared/datasets [--markdown docs/validation.md]

The others want the sensor aligned to the body and no gaps; see docs/validation.md for what was given to them.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.page import replace_part
from benchmarks.scoring import EventScore, pooled, score_events_sides_ignored, spread, stride_time_errors_s
from benchmarks.sets import Trial, load_trials, read_columns
from pipeline.result import Event, EventKind
from pipeline.session import analyze_table
from sensor.recording import read_recording
from sensor.samples import FloatArray, Placement, Side

LOWER_BACK_SETS = ("voisard", "mobgap_lowback", "moving_reality")
RATE_HZ = 100.0
EPOCH_S = 1.6e9  # skdh wants a date
HEADINGS = ("set", "package", "IC F1, sides ignored", "precision", "recall", "IC error, median", "side accuracy",
            "stride time error size, median", "n")  # fmt: skip

Detector = Callable[[Trial], Sequence[Event]]


def without_gaps(trial: Trial) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Time (n,), specific force (n, 3) and angular rate (n, 3) of the lower back on an even grid, bridged linearly."""
    columns = read_columns(trial.recording)
    time_s = columns["time_s"]
    grid_s = np.arange(time_s[0], time_s[-1], 1 / RATE_HZ)
    acc, gyr = (
        np.column_stack([np.interp(grid_s, time_s, columns[f"sacrum_{quantity}_{axis}"]) for axis in "xyz"])
        for quantity in ("acc", "gyr")
    )
    return grid_s, acc, gyr


def mobgap(sequences: str) -> Detector:
    """Steps of mobgap with one of its gait sequence detectors; the rest as in its predefined pipelines."""
    pandas, contacts, laterality = (
        import_module(n) for n in ("pandas", "mobgap.initial_contacts", "mobgap.laterality")
    )
    find_sequences = getattr(import_module("mobgap.gait_sequences"), sequences)
    sides_by = laterality.LrcUllrich.PredefinedParameters.msproject_all

    def detect(trial: Trial) -> list[Event]:
        time_s, acc_m_s2, gyr_rad_s = without_gaps(trial)
        half_turn = np.array([1.0, -1.0, -1.0])  # its forward is these sensors' backward
        body = np.hstack([acc_m_s2 * half_turn, np.degrees(gyr_rad_s) * half_turn])
        names = [f"{quantity}_{axis}" for quantity in ("acc", "gyr") for axis in ("is", "ml", "pa")]
        data: Any = pandas.DataFrame(body, columns=names)
        events = []
        for walk in find_sequences().detect(data, sampling_rate_hz=RATE_HZ).gs_list_.itertuples():
            part = data.iloc[walk.start : walk.end].reset_index(drop=True)
            steps = contacts.IcdIonescu().detect(part, sampling_rate_hz=RATE_HZ).ic_list_
            if len(steps):
                sided = laterality.LrcUllrich(**sides_by).predict(part, steps, sampling_rate_hz=RATE_HZ)
                events += [
                    Event(float(time_s[0] + (walk.start + step.ic) / RATE_HZ), Side(step.lr_label), EventKind.IC, 1.0)
                    for step in sided.ic_lr_list_.itertuples()
                ]
        return events

    return detect


def skdh() -> Detector:
    """Initial contacts of skdh's GaitLumbar, the whole recording declared as gait. It tells no sides: all are left."""
    gait = import_module("skdh.gait")

    def detect(trial: Trial) -> list[Event]:
        time_s, acc_m_s2, gyr_rad_s = without_gaps(trial)
        found = gait.GaitLumbar(min_bout_time=2.0, day_window=None).predict(
            time=time_s + EPOCH_S, accel=acc_m_s2 / 9.80665, gyro=gyr_rad_s, fs=RATE_HZ, gait_pred=True
        )
        return [Event(float(t) - EPOCH_S, Side.LEFT, EventKind.IC, 1.0) for t in found["IC Timestamp"]]

    return detect


def ours(trial: Trial) -> Sequence[Event]:
    """Initial and final contacts of this program from the recording as it is, gaps and all."""
    return analyze_table(read_recording(trial.recording).only([Placement.SACRUM])).events


def row(name: str, trials: Sequence[Trial], detect: Detector, has_sides: bool) -> tuple[str, ...]:
    """One line of the table."""
    scores: list[EventScore] = []
    strides: list[float] = []
    right = 0
    for trial in trials:
        events = detect(trial)
        score, right_here = score_events_sides_ignored(trial.events, events, EventKind.IC, trial.turns)
        scores.append(score)
        right += right_here
        strides += stride_time_errors_s(trial.events, events, trial.turns)
    total = pooled(scores)
    sided = (f"{right / total.matched:.3f}", f"{1e3 * spread(strides).median_abs:.0f} ms") if has_sides else ("", "")
    return (
        trials[0].set_name, name, f"{total.f1:.3f}", f"{total.precision:.3f}", f"{total.recall:.3f}",
        f"{1e3 * spread(total.error_s).median:.0f} ms", *sided, f"{total.matched + total.missed} events",
    )  # fmt: skip


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Score other packages against the same recordings.")
    parser.add_argument("datasets", type=Path)
    parser.add_argument("--markdown", type=Path, help="page whose part `peers` is to be replaced")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # theirs, about missing body height and deprecated calls
    detectors: list[tuple[str, Detector, bool]] = [
        ("this program", ours, True),
        (f"mobgap {version('mobgap')}, regular", mobgap("GsdIluz"), True),
        (f"mobgap {version('mobgap')}, impaired", mobgap("GsdIonescu"), True),
        (f"skdh {version('scikit-digital-health')}", skdh(), False),
    ]
    rows: list[tuple[str, ...]] = [HEADINGS, ("---",) * len(HEADINGS)]
    for name in LOWER_BACK_SETS:
        trials = load_trials(options.datasets, name)
        rows += [row(package, trials, detect, has_sides) for package, detect, has_sides in detectors]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    print(table)
    if options.markdown:
        replace_part(options.markdown, "peers", table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
