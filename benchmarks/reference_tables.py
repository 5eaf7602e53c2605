"""Write the analysis' reference tables into data/reference/, for reading; the program itself uses pipeline/norms.py.

Run as ``python -m benchmarks.reference_tables``; a test holds the files against the code.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from pipeline.norms import ASYMMETRY, PELVIS_INSTRUMENT_SD_DEG, Matched, curve_band, range_band, speed_band

FOLDER = Path(__file__).parent.parent / "data" / "reference"
SPEEDS_M_S = (0.5, 0.75, 1.0, 1.25, 1.5)
LEG_M = 0.90
CURVES = ("pelvis_obliquity", "pelvis_tilt", "pelvis_rotation", "knee_angular_velocity", "knee_flexion")


def tables() -> dict[str, str]:
    """File name to content of every table."""
    return {
        "asymmetry_limits.csv": _csv(
            ("metric", "unit", "scale", "normal", "clear", "least_change", "instrument_sd"),
            (
                (name, n.unit, "sd" if n.is_angle else "pct", n.normal, n.clear, n.least_change, n.instrument)
                for name, n in ASYMMETRY.items()
            ),
        ),
        "pelvis_bands.csv": _csv(
            ("measure", "speed_m_s", "low_deg", "high_deg"),
            (
                (name, speed, *(round(end, 2) for end in range_band(name, Matched(speed, LEG_M))))
                for name in ("obliquity_rom_deg", "tilt_rom_deg", "rotation_rom_deg", "drop_deg")
                for speed in SPEEDS_M_S
            ),
        ),
        "pelvis_instrument_sd.csv": _csv(("measure", "sd_deg"), PELVIS_INSTRUMENT_SD_DEG.items()),
        "speed_bands.csv": _csv(
            ("sex", "age_years", "low_m_s", "high_m_s"),
            ((sex, age, *speed_band(age, sex)) for sex in ("male", "female") for age in (30, 50, 65, 80)),
        ),
        "curve_bands.csv": _csv(("curve", "speed_m_s", "cycle_pct", "low", "high"), _curves()),
    }


def _curves() -> Iterable[Sequence[object]]:
    for name in CURVES:
        for speed in SPEEDS_M_S:
            band = curve_band(name, Matched(speed, LEG_M), 21)
            if band is not None:
                for pct, low, high in zip(np.linspace(0, 100, 21), *band, strict=True):
                    yield name, speed, int(pct), round(float(low), 2), round(float(high), 2)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in tables().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
        print(FOLDER / name)
