"""The gait-cycle curves on disk, so that a report can be drawn again without a new analysis."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from gaitchain.outputs.plain import plain
from pipeline.result import Curve
from sensor.samples import FloatArray

CURVES_SCHEMA_VERSION = "1.0"
_ARRAYS = ("left_mean", "left_sd", "right_mean", "right_sd", "band_low", "band_high")


def curves_json(curves: Mapping[str, Curve]) -> bytes:
    """The bytes of curves.json; NaN becomes null."""
    said = {"schema_version": CURVES_SCHEMA_VERSION, "curves": [plain(curve) for curve in curves.values()]}
    return (json.dumps(said, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n").encode()


def read_curves(path: Path) -> dict[str, Curve]:
    """Read curves.json; without the file there are none.

    Raises
    ------
    ValueError
        The file holds something else.
    """
    try:
        said = json.loads(path.read_bytes())
        return {entry["name"]: _curve(entry) for entry in said["curves"]}
    except FileNotFoundError:
        return {}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: damaged ({type(error).__name__}); analyse the recording again.") from error


def _curve(entry: Mapping[str, Any]) -> Curve:
    values = {field.name: entry[field.name] for field in fields(Curve)}
    return Curve(**values | {name: _array(values[name]) for name in _ARRAYS})


def _array(values: list[float | None] | None) -> FloatArray | None:
    return None if values is None else np.array(values, float)
