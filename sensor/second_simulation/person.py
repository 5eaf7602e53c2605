"""Who walks in the second generator. Spreads are its own assumptions, within the ranges of biomechanics.md 1.2, 5.7."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray
from sensor.simulation.spec import WalkSpec
from sensor.simulation.streams import stream

LEG_SHARE = 0.525  # leg length over height
KNOTS = 9  # key points of a stride; see curves.py
IMPACT_SIDE_SD = 0.24  # natural, of the logarithm: half of all people differ by more than 16 %, real ones by 20
KEY_SHIFT = 0.014 * np.array([0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0])  # the contacts stay


@dataclass(frozen=True, slots=True, eq=False)
class Walker:
    """One person. Arrays of knots have a row per role (affected, other)."""

    age_years: float
    sex: str
    height_m: float
    mass_kg: float
    speed_m_s: float
    walk_ratio_m_min: float  # step length over steps per minute
    swing_s: float  # beyond what the stride time explains
    knee_deg: FloatArray  # (2, 9) own deviation at each key point
    hip_deg: FloatArray  # (2, 9)
    key_shift: FloatArray  # (9,) of the key points, in shares of stance or swing
    obliquity_range_deg: float
    obliquity_late: float  # of single support, when the pelvis hangs lowest
    rotation_range_deg: float
    rotation_late: float  # of a step
    tilt_mean_deg: float
    tilt_range_deg: float
    tilt_uneven_deg: float
    trunk_counter: float
    trunk_sway_deg: float
    hip_follow: float
    walking_rotation_deg: float
    support_log_ratio: float  # ln of the affected leg's single support over the other's
    drop_difference_deg: float
    impact_g: float
    impact_log_ratio: float
    unsteady: float  # coefficient of variation of stride time
    first_role: int

    @property
    def leg_length_m(self) -> float:
        """Greater trochanter to floor."""
        return LEG_SHARE * self.height_m

    def briskness(self, speed_m_s: float) -> float:
        """Dimensionless speed over 0.43, 1 at a usual pace."""
        return float(speed_m_s / np.sqrt(GRAVITY_M_S2 * self.leg_length_m) / 0.43)


def draw_walker(spec: WalkSpec) -> Walker:
    """The person of a seed; pathway and severity have no say."""
    size, move, own = (stream(spec.seed, f"second {name}") for name in ("size", "move", "own"))
    sex_draw, age_draw = size.random(2)
    height_draw, weight_draw = size.standard_normal(2)
    sex = spec.sex or ("male" if sex_draw < 0.48 else "female")
    age = spec.age_years or 24.0 + 58.0 * age_draw
    height = spec.height_m or float(np.clip((1.77 if sex == "male" else 1.645) + 0.068 * height_draw, 1.46, 2.04))
    mass = spec.mass_kg or float(np.clip(25.2 * np.exp(0.16 * weight_draw), 18.0, 41.0)) * height**2
    pace, ratio, swing = move.standard_normal(3)
    usual = (1.34 if sex == "male" else 1.27) * (1.0 - 0.0035 * max(0.0, age - 55.0))
    speed = spec.speed_m_s or float(np.clip(usual * np.exp(0.13 * pace), 0.65, 1.75))
    alike, apart = 1.6 * own.standard_normal((2, 1, KNOTS)), 0.7 * own.standard_normal((2, 1, KNOTS))
    signs = np.array([[1.0], [-1.0]])
    knee, hip = alike + signs * apart
    knee += 2.5 * own.standard_normal()
    ranges = np.exp(np.array([0.28, 0.33, 0.25]) * own.standard_normal(3))
    ageing = 1.0 - 0.005 * max(0.0, age - 50.0)
    normal = own.standard_normal(10)
    even = own.random(4)
    return Walker(
        age_years=age,
        sex=sex,
        height_m=height,
        mass_kg=mass,
        speed_m_s=speed,
        walk_ratio_m_min=0.0062 * height / 1.70 * float(np.exp(0.05 * ratio)),
        swing_s=0.010 * float(swing),
        knee_deg=knee,
        hip_deg=0.5 * hip,
        key_shift=KEY_SHIFT * own.standard_normal(KNOTS),
        obliquity_range_deg=7.4 * float(ranges[0]),
        obliquity_late=0.10 + 0.25 * float(even[0]),
        rotation_range_deg=11.5 * float(ranges[1]) * ageing,
        rotation_late=-0.05 + 0.20 * float(even[1]),
        tilt_mean_deg=0.8 + 2.3 * float(normal[0]),
        tilt_range_deg=3.2 * float(ranges[2]),
        tilt_uneven_deg=0.4 * float(normal[1]),
        trunk_counter=0.6 + 0.6 * float(even[2]),
        trunk_sway_deg=1.2 + 0.4 * float(normal[2]),
        hip_follow=0.8 + 0.3 * float(even[3]),
        walking_rotation_deg=1.0 * float(normal[3]),
        support_log_ratio=0.018 * float(normal[4]),
        drop_difference_deg=0.9 * float(normal[5]),
        impact_g=float(np.exp(0.28 * normal[6])),
        impact_log_ratio=IMPACT_SIDE_SD * float(normal[7]),
        unsteady=(0.014 + 0.0002 * max(0.0, age - 40.0)) * float(np.exp(0.35 * normal[8])),
        first_role=int(normal[9] > 0.0),
    )
