"""The truth as files: events.csv, pelvis.csv, joints.csv, truth.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sensor.samples import FloatArray
from sensor.simulation.walk import SimulatedWalk


def write_truth(walk: SimulatedWalk, folder: Path | str, joints: bool = True) -> None:
    """Write the truth beside a recording, creating the folder. Equal walks give equal bytes.

    ``events.csv`` (time_s, side, event), ``pelvis.csv`` (time_s, tilt_deg, obliquity_deg, rotation_deg), ``joints.csv``
    (time_s, knee_flexion_left_deg, knee_flexion_right_deg, then hips and trunk), ``truth.json`` (everything drawn and
    every number an analysis should find; asymmetry + = left larger). Angles to 0.001 deg. ``joints`` False leaves out
    ``joints.csv``.
    """
    to, truth = Path(folder), walk.truth
    to.mkdir(parents=True, exist_ok=True)
    events = "".join(f"{e.time_s:.6f},{e.side},{e.event}\n" for e in truth.events)
    _write(to / "events.csv", "time_s,side,event\n" + events)
    pelvis = {"tilt_deg": truth.tilt_deg, "obliquity_deg": truth.obliquity_deg, "rotation_deg": truth.rotation_deg}
    _write(to / "pelvis.csv", _table(truth.time_s, pelvis))
    if joints:
        _write(to / "joints.csv", _table(truth.time_s, _joints(truth.joints_deg)))
    _write(to / "truth.json", json.dumps(_rounded(truth.numbers), indent=1) + "\n")


def _joints(joints_deg: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    knees_first = sorted(joints_deg, key=lambda name: (not name.startswith("knee"), name))
    return {f"{name}_deg": joints_deg[name] for name in knees_first}


def _rounded(value: object) -> object:
    """Numbers to 1e-6, so that the last bit of a processor does not show."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return value


def _table(time_s: FloatArray, columns: Mapping[str, FloatArray]) -> str:
    values = np.column_stack(list(columns.values()))
    row = ",".join(["%.5f", *["%.3f"] * values.shape[1]])
    lines = "\n".join(row % (t, *angles) for t, angles in zip(time_s.tolist(), values.tolist(), strict=True))
    return "time_s," + ",".join(columns) + "\n" + lines + "\n"


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
