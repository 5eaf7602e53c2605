"""The person: body size, preferred speed and everything that makes one healthy walk differ from another.

Spreads are biomechanics.md 5.7 (partly read from Schwartz 2008, mostly recalled or assumed). Legs are named by role,
affected first; the mirror at the very end decides which one is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor import healthy
from sensor.healthy import Channel, ComplexArray
from sensor.samples import FloatArray
from sensor.simulation.spec import WalkSpec
from sensor.simulation.streams import stream

LEG_SHARE = 0.53  # leg length over height
OFFSET_SD_DEG = {
    Channel.TILT: 4.9,
    Channel.OBLIQUITY: 1.2,
    Channel.ROTATION: 2.0,
    Channel.HIP_FLEXION: 5.0,
    Channel.HIP_ADDUCTION: 2.5,
    Channel.HIP_ROTATION: 8.5,
    Channel.KNEE_FLEXION: 4.5,
    Channel.ANKLE: 4.0,
    Channel.TRUNK_OBLIQUITY: 1.0,
    Channel.TRUNK_ROTATION: 1.0,
}
STANDING_DEG = {Channel.TILT: 11.0, Channel.HIP_FLEXION: 12.0, Channel.KNEE_FLEXION: 5.0, Channel.HIP_ROTATION: -2.4}
WALKING_SHARE = 0.5  # of an offset's spread that standing does not share [assumption]; the rest is anatomy and posture
MIDLINE = (Channel.OBLIQUITY, Channel.ROTATION, Channel.TRUNK_OBLIQUITY, Channel.TRUNK_ROTATION)
DAY_SHARE = 0.2  # of an offset's spread, from day to day [assumption]; strapping on again adds its own
DAY_SPEED_SD = 0.03  # [assumption]
LEG_SHARE_OF_OFFSET = 0.06  # of an offset's spread that is one leg's own: 3 % (SD) of step length between the sides
AMPLITUDE_CV = dict.fromkeys(Channel, 0.09) | {
    Channel.HIP_FLEXION: 0.03,  # tied to step length
    Channel.OBLIQUITY: 0.27,  # largest in stance 4.4, SD 1.1 [Schwartz 2008]; adults 6 to 9, SD 2.5 [recalled]
    Channel.ROTATION: 0.33,  # a person's range is 12.0, SD 4.2 deg [Schwartz 2008]
}
AMPLITUDE_LIMIT = 2.2  # SDs of the logarithm
ROTATION_PER_YEAR = 0.005  # less range a year after 50; older people turn 10 to 25 % less [direction: Cury 2021]
# one person's range over that of the mean curve, which smears timing
AVERAGING_GAIN = {Channel.OBLIQUITY: 1.1, Channel.ROTATION: 1.2}
PHASE_SD = 0.012
CADENCE_SD = 0.037  # of c*, in the free group [Schwartz 2008]; real recordings spread as much, docs/simulator.md
STANCE_SD = 0.015  # of the gait cycle: final contact +- 0.02 [Schwartz 2008], double support 19-31 % [GAITRite table]
STANCE_SIDE_SD = 0.021  # natural ln(left/right): healthy people's index is 1.5 +- 1.2 % [recalled, biomechanics.md 1.2]
STEP_SIDE_SD = 0.032  # the same of step times, 2 to 3 +- 2 %
LOADING_SIDE_SD = 0.15  # [assumption]
SWING_SIDE_SD_DEG = 1.2  # [assumption]
# People's knee curves differ in form too, not in mean and size alone: of the total SD of 6.3 deg [Schwartz 2008] the
# mean explains 4.5 and the size about 1.8. How much of the rest is form: docs/simulator.md
KNEE_FORM_SD_DEG = 2.0
KNEE_FORM_HARMONICS = np.arange(1, 7)  # of the gait cycle; the k-th has 1/k of the first's size
STRIDE_CV = 0.015  # of the young, 1.3 % [Hausdorff]; 1.5 to 2.5 % of older people [recalled]
STRIDE_CV_PER_YEAR = 0.0003  # after 55
STRIDE_CV_SPREAD = 0.44  # of its logarithm between people: 10 healthy ones, docs/simulator.md
IMPACT_SIDE_SD = 0.25  # natural ln(left/right); sensors below real knees differ by more, docs/simulator.md


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One person. Arrays have a row per role (affected, other) and a column per channel where they have two axes.

    Attributes
    ----------
    standing_deg : (10,) array
        Anatomical angles while standing; every simulated angle is counted from there.
    walking_offset_deg : (2, 10) array
        How this person's mean angle in walking differs from the mean curve, counted from standing.
    amplitude, phase : (2, 10) arrays
        Factor on the curve about its mean, and its delay in gait cycles.
    """

    age_years: float
    sex: str
    height_m: float
    mass_kg: float
    speed_m_s: float
    cadence_offset: float
    standing_deg: FloatArray
    walking_offset_deg: FloatArray
    amplitude: FloatArray
    phase: FloatArray
    tilt_second_harmonic: float
    tilt_first_harmonic_deg: complex
    stance_log_ratio: float  # ln(affected/other), natural
    step_log_ratio: float  # ln of the affected leg's step time over the other's
    drop_difference_deg: float
    impact_log_ratio: float
    stance_offset: float  # of the stance fraction, both legs alike
    loading_log_ratio: float  # of the knee's bending under load
    swing_difference_deg: float  # of its peak in swing
    knee_form_deg: ComplexArray  # (7,) Fourier coefficients of how the form of both knees' curves differs
    impact_gain: float
    stride_cv: float
    unsteady: float  # factor on how much strides differ
    first_role: int  # the leg that steps first

    @property
    def leg_length_m(self) -> float:
        """Greater trochanter to floor."""
        return LEG_SHARE * self.height_m

    @staticmethod
    def standing_reference_deg(channel: Channel) -> float:
        """Where the mean person stands."""
        return STANDING_DEG.get(channel, 0.0)

    @property
    def bmi_kg_m2(self) -> float:
        """Body mass index."""
        return self.mass_kg / self.height_m**2


def draw_body(spec: WalkSpec) -> Body:
    """Draw the person of a seed; only the spec's overrides, never pathway or severity, have a say."""
    size, gait = stream(spec.seed, "size"), stream(spec.seed, "gait")
    sex_draw, age_draw, height_draw, bmi_draw = size.random(), *size.standard_normal(3)
    sex = spec.sex or ("female" if sex_draw < 0.5 else "male")
    age = spec.age_years or float(np.clip(52.0 + 15.0 * age_draw, 20.0, 85.0))
    mean, sd = (1.63, 0.065) if sex == "female" else (1.76, 0.07)
    height = spec.height_m or float(np.clip(mean + sd * height_draw, 1.45, 2.05))
    mass = spec.mass_kg or float(np.clip(26.0 + 4.0 * bmi_draw, 18.0, 40.0)) * height**2
    speed_draw, cadence_draw = gait.standard_normal(2)
    preferred = 1.27 + 0.17 * speed_draw - 0.007 * max(0.0, age - 60.0)
    speed = spec.speed_m_s or float(np.clip(preferred, 0.7, 1.7))

    standing, offset = _offsets(spec.seed)
    if spec.session:
        day = stream(spec.seed, f"day {spec.session}")
        shift = DAY_SHARE * np.array([OFFSET_SD_DEG[c] for c in Channel]) * day.standard_normal(len(Channel))
        offset = offset + np.where(np.isin(list(Channel), MIDLINE), shift * np.array([[1.0], [-1.0]]), shift)
        speed *= float(np.exp(DAY_SPEED_SD * day.standard_normal()))
    amplitude, phase = _amplitudes(spec.seed, age)
    differences = stream(spec.seed, "left-right").standard_normal(8)
    amplitude[:, [Channel.KNEE_FLEXION, Channel.HIP_FLEXION]] *= np.exp(
        0.5 * 0.04 * np.outer([1.0, -1.0], differences[:2])
    )
    tilt = stream(spec.seed, "tilt")
    unsteady = float(np.exp(STRIDE_CV_SPREAD * np.clip(stream(spec.seed, "unsteady").standard_normal(), -2.5, 2.5)))
    return Body(
        age_years=age,
        sex=sex,
        height_m=height,
        mass_kg=mass,
        speed_m_s=speed,
        cadence_offset=CADENCE_SD * float(cadence_draw),
        standing_deg=standing,
        walking_offset_deg=offset,
        amplitude=amplitude,
        phase=phase,
        tilt_second_harmonic=float(tilt.uniform(1.0, 2.2)),
        tilt_first_harmonic_deg=complex(*(0.42 * tilt.standard_normal(2))),
        stance_log_ratio=STANCE_SIDE_SD * float(differences[2]),
        step_log_ratio=STEP_SIDE_SD * float(differences[3]),
        drop_difference_deg=0.9 * float(differences[4]),
        impact_log_ratio=IMPACT_SIDE_SD * float(differences[5]),
        stance_offset=STANCE_SD * float(np.clip(stream(spec.seed, "stance").standard_normal(), -2.5, 2.5)),
        loading_log_ratio=LOADING_SIDE_SD * float(differences[6]),
        swing_difference_deg=SWING_SIDE_SD_DEG * float(differences[7]),
        knee_form_deg=_knee_form(spec.seed),
        impact_gain=float(np.exp(0.25 * stream(spec.seed, "impact gain").standard_normal())),
        stride_cv=(STRIDE_CV + STRIDE_CV_PER_YEAR * max(0.0, age - 55.0)) * unsteady,
        unsteady=unsteady,
        first_role=int(stream(spec.seed, "first foot").integers(2)),
    )


def _offsets(seed: int) -> tuple[FloatArray, FloatArray]:
    draw = stream(seed, "offsets")
    sd = np.array([OFFSET_SD_DEG[channel] for channel in Channel])
    usual = np.array([STANDING_DEG.get(channel, 0.0) for channel in Channel])
    (shared, walking), own = draw.standard_normal((2, len(Channel))), draw.standard_normal((2, len(Channel)))
    legs = slice(Channel.HIP_FLEXION, Channel.ANKLE + 1)
    both = WALKING_SHARE * np.tile(walking, (2, 1))
    both[:, legs] += LEG_SHARE_OF_OFFSET * own[:, legs]
    both[1, list(MIDLINE)] *= -1.0
    return usual + np.sqrt(1.0 - WALKING_SHARE**2) * sd * shared, sd * both - usual


def _amplitudes(seed: int, age_years: float) -> tuple[FloatArray, FloatArray]:
    draw = stream(seed, "amplitudes")
    cv = np.array([AMPLITUDE_CV[channel] for channel in Channel])
    gain = np.array([AVERAGING_GAIN.get(channel, 1.0) for channel in Channel])
    size = np.clip(draw.standard_normal(len(Channel)), -AMPLITUDE_LIMIT, AMPLITUDE_LIMIT)
    amplitude = gain * np.exp(cv * size)
    amplitude[Channel.ROTATION] *= 1.0 - ROTATION_PER_YEAR * max(0.0, age_years - 50.0)
    phase = PHASE_SD * draw.standard_normal(len(Channel))
    phase[Channel.HIP_FLEXION] = phase[Channel.KNEE_FLEXION] = 0.0  # contact events define these two
    return np.tile(amplitude, (2, 1)), np.tile(phase, (2, 1))


def _knee_form(seed: int) -> ComplexArray:
    real, imaginary = stream(seed, "knee form").standard_normal((2, len(KNEE_FORM_HARMONICS)))
    size = 1.0 / KNEE_FORM_HARMONICS
    form = np.zeros(KNEE_FORM_HARMONICS[-1] + 1, complex)
    form[KNEE_FORM_HARMONICS] = KNEE_FORM_SD_DEG / np.linalg.norm(size) * size * (real + 1j * imaginary)
    return form


def stride_parameters(v_star: float, cadence_offset: float) -> tuple[float, float]:
    """Dimensionless step rate and step length of a person whose cadence differs from the mean at this speed."""
    rate = healthy.cadence_star(v_star) + cadence_offset
    return rate, v_star / rate
