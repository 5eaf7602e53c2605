"""What sensors, straps and radios add: named configurations (biomechanics.md 5.6, recalled or assumed values)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Mounting(StrEnum):
    """How a sensor sits on its segment."""

    ALIGNED = "aligned"  # sensor axes are the segment's: forward, left, up
    STRAPPED = "strapped"  # x up, z off the skin, turned about the segment and tilted as straps allow
    ANY = "any"  # any rotation


@dataclass(frozen=True, slots=True)
class Noise:
    """One configuration. Every value is a standard deviation between sensors unless its name says otherwise."""

    gyro_density_deg_s: float = 0.010  # per sqrt(Hz), white
    gyro_bias_deg_s: float = 0.3  # run to run
    gyro_walk_deg_s: float = 0.003  # per sqrt(s), random walk of the bias
    gyro_scale: float = 0.005
    gyro_range_deg_s: float = 2000.0
    acc_density_ug: float = 150.0  # per sqrt(Hz), white
    acc_bias_mg: float = 10.0
    acc_scale: float = 0.005
    acc_range_g: float = 16.0
    cross_axis: float = 0.005
    clock_offset_s: float = 0.0015  # what synchronisation leaves
    clock_drift_ppm: float = 2.0  # what the clock fit leaves
    soft_tissue: float = 1.0  # multiplies every soft tissue amplitude
    position_m: float = 0.02
    mounting: Mounting = Mounting.STRAPPED


NOISE: Mapping[str, Noise] = {
    "none": Noise(
        gyro_density_deg_s=0.0,
        gyro_bias_deg_s=0.0,
        gyro_walk_deg_s=0.0,
        gyro_scale=0.0,
        acc_density_ug=0.0,
        acc_bias_mg=0.0,
        acc_scale=0.0,
        cross_axis=0.0,
        clock_offset_s=0.0,
        clock_drift_ppm=0.0,
        soft_tissue=0.0,
        position_m=0.0,
        mounting=Mounting.ALIGNED,
    ),
    "typical": Noise(),
    "any_mounting": Noise(mounting=Mounting.ANY),
    "poor": Noise(
        gyro_density_deg_s=0.015,
        gyro_bias_deg_s=0.6,
        acc_density_ug=250.0,
        acc_bias_mg=20.0,
        clock_offset_s=0.005,
        clock_drift_ppm=20.0,
        soft_tissue=1.6,
    ),
}
