"""One person's steady walk under a pathway's shifts: the numbers and the curves from which time series are made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from sensor import healthy
from sensor.healthy import Channel, ComplexArray
from sensor.samples import FloatArray
from sensor.simulation.body import Body, stride_parameters
from sensor.simulation.shifts import BodyShift, LegShift, Shifts

HARMONICS = 12  # enough for a bump of 5 % of the cycle
GRID = 256
SHORTEST_SWING_S = 0.33  # a leg needs so long to swing [assumption]; shifts of stance approach it softly
LEAST_ROOM = 0.02  # of the gait cycle, for shifts of stance at any speed
MOST_HASTE = 0.20  # nobody makes up for short steps by much more than a fifth of cadence [assumption]
SLOWEST = -0.65  # nobody who still walks slows down by more [assumption]
SHORTEST_SUPPORT = 0.03  # of the gait cycle, each double support
NATURAL_DROP = 1.6  # a bump of 1 where the healthy drop ends lifts the pelvis by 0.6 above its value at landing
AFFECTED, OTHER = 0, 1


class Extra(IntEnum):
    """Rows behind the channels: how the pelvis differs from the mean curve. The leg below does not follow these."""

    TILT = 10
    OBLIQUITY = 11
    ROTATION = 12


ROWS = len(Channel) + len(Extra)


@dataclass(frozen=True, slots=True, eq=False)
class Gait:
    """Steady walking. Rows of arrays are roles: affected leg, other leg.

    Attributes
    ----------
    stance : (2,) array
        Stance over stride time.
    curve_stance : float
        Phase of the curves at final contact.
    split : float
        When the other leg lands, in gait cycles after the affected leg.
    curves : (2, 13, 13) complex array
        Fourier coefficients, degrees counted from standing; rows are :class:`Channel`, then :class:`Extra`.
    impact : (2,) array
        Peak axial acceleration of the shank at initial contact, m/s^2.
    trunk_flexion_deg : float
        Forward lean of the trunk while walking.
    """

    speed_m_s: float
    stride_time_s: float
    stance: FloatArray
    curve_stance: float
    split: float
    curves: ComplexArray
    impact: FloatArray
    limp_m: float
    stride_cv: float
    trunk_flexion_deg: float


def gait(body: Body, shift: Shifts) -> Gait:
    """The person's walk with the shifts added.

    Legs that reach less far at the same speed step faster by as much, so that the standing foot does not slide.
    """
    whole = shift.body
    speed = body.speed_m_s * (1.0 + max(SLOWEST, whole.speed))
    v_star = healthy.dimensionless_speed(speed, body.leg_length_m)
    rate, step = stride_parameters(v_star, body.cadence_offset)
    rate, step = rate * (1.0 + whole.cadence), step / (1.0 + whole.cadence)
    at_speed = healthy.stance_fraction(v_star)  # where the curves have their final contact, whoever walks
    usual = at_speed + body.stance_offset
    sign = np.array([1.0, -1.0])
    legs = (shift.affected, shift.other)
    split = 1.0 / (1.0 + np.exp(body.step_log_ratio)) + whole.step_split
    reach = step / healthy.step_length_star(v_star)
    curves = _both_legs(body, legs, whole, v_star, reach)
    without = _both_legs(body, (LegShift(), LegShift()), whole, v_star, reach)
    trailing = np.array([1.0 - split, split])
    loss = 1.0 - _step_share(curves, trailing) / _step_share(without, trailing)
    haste = 1.0 - MOST_HASTE * np.tanh(loss / MOST_HASTE)
    stride_time_s = float(2.0 * haste / rate * np.sqrt(body.leg_length_m / healthy.GRAVITY_M_S2))
    room = max(LEAST_ROOM, 1.0 - SHORTEST_SWING_S / stride_time_s - usual)
    longer = room * np.tanh(np.array([leg.stance for leg in legs]) / room)
    stance = usual * np.exp(0.5 * sign * body.stance_log_ratio) + longer
    split = float(np.clip(split, 1.0 - stance[OTHER] + SHORTEST_SUPPORT, stance[AFFECTED] - SHORTEST_SUPPORT))
    impact = 1.6 * (speed / 1.25) ** 1.3 * healthy.GRAVITY_M_S2 * body.impact_gain
    return Gait(
        speed_m_s=speed,
        stride_time_s=stride_time_s,
        stance=stance,
        curve_stance=at_speed,
        split=split,
        curves=curves,
        impact=impact * np.exp(0.5 * sign * body.impact_log_ratio) * np.array([1.0 + leg.impact for leg in legs]),
        limp_m=whole.limp_m,
        stride_cv=body.stride_cv + body.unsteady * whole.stride_cv_pct / 100.0,  # pain unsettles the unsteady more
        trunk_flexion_deg=whole.trunk_flexion_deg,
    )


def blended(start: Gait, end: Gait, share: float) -> Gait:
    """The gait between two gaits, 0 the first to 1 the second."""

    def mix(a: float, b: float) -> float:
        return a + (b - a) * share

    return Gait(
        speed_m_s=mix(start.speed_m_s, end.speed_m_s),
        stride_time_s=mix(start.stride_time_s, end.stride_time_s),
        stance=start.stance + (end.stance - start.stance) * share,
        curve_stance=mix(start.curve_stance, end.curve_stance),
        split=mix(start.split, end.split),
        curves=start.curves + (end.curves - start.curves) * share,
        impact=start.impact + (end.impact - start.impact) * share,
        limp_m=mix(start.limp_m, end.limp_m),
        stride_cv=mix(start.stride_cv, end.stride_cv),
        trunk_flexion_deg=mix(start.trunk_flexion_deg, end.trunk_flexion_deg),
    )


def _both_legs(
    body: Body, legs: tuple[LegShift, LegShift], whole: BodyShift, v_star: float, reach: float
) -> ComplexArray:
    return np.array([_leg_curves(body, role, legs[role], whole, v_star, reach) for role in (AFFECTED, OTHER)])


def _step_share(curves: ComplexArray, trailing: FloatArray) -> float:
    """Mean distance of the ankles at both landings, in segment lengths: thigh and shank are equally long.

    ``trailing`` is the phase of the leg behind when the affected and when the other leg lands.
    """

    def ahead(role: int, phase: float) -> float:
        angles = np.deg2rad(healthy.evaluate(curves[role], np.array([phase]))[:, 0])
        thigh = angles[Channel.HIP_FLEXION] - angles[Channel.TILT]
        return float(np.sin(thigh) + np.sin(thigh - angles[Channel.KNEE_FLEXION]))

    return 0.5 * sum(ahead(role, 0.0) - ahead(1 - role, trailing[role]) for role in (AFFECTED, OTHER))


def _trunk_ahead_rad(base: ComplexArray, speed_m_s: float) -> float:
    """How much earlier an adult's trunk turns than the children's, who turn it against the pelvis at any speed."""
    children = np.angle(base[Channel.TRUNK_ROTATION, 1] / base[Channel.ROTATION, 1]) % (2 * np.pi) - 2 * np.pi
    return float(-np.deg2rad(healthy.thorax_pelvis_phase_deg(speed_m_s)) - children)


def _bump(phase: FloatArray, centre: float, width: float) -> FloatArray:
    """A smooth periodic bump of height 1 and standard deviation ``width`` gait cycles."""
    return np.asarray(np.exp((np.cos(2 * np.pi * (phase - centre)) - 1.0) / (2 * np.pi * width) ** 2))


def _centred(values: FloatArray) -> FloatArray:
    return np.asarray(values - values.mean())


def _leg_curves(body: Body, role: int, leg: LegShift, whole: BodyShift, v_star: float, reach: float) -> ComplexArray:
    phase = np.arange(GRID) / GRID
    base = healthy.fourier(v_star)
    own = base * np.exp(-2j * np.pi * np.outer(body.phase[role], np.arange(base.shape[1])))
    own[:, 1:] *= body.amplitude[role][:, None]
    own[Channel.HIP_FLEXION, 1:] *= reach * (1.0 + leg.hip_range)
    own[Channel.HIP_ROTATION] *= np.exp(-2j * np.pi * leg.hip_rotation_delay * np.arange(base.shape[1]))
    ahead = _trunk_ahead_rad(base, v_star * np.sqrt(healthy.GRAVITY_M_S2 * body.leg_length_m))
    ahead -= np.deg2rad(whole.trunk_phase_deg)
    own[Channel.TRUNK_ROTATION] *= np.exp(1j * ahead * np.arange(base.shape[1]))
    rows = np.zeros((ROWS, GRID))
    rows[: len(Channel)] = healthy.evaluate(own, phase) + body.walking_offset_deg[role][:, None]

    knee = rows[Channel.KNEE_FLEXION]
    loading = max(0.0, float(knee[: GRID // 4].max() - knee[0]))
    form = healthy.evaluate(body.knee_form_deg[None], phase)[0]
    bent = form + leg.knee_contact_deg * (_bump(phase, 0.0, 0.06) + _bump(phase, 0.14, 0.055))
    side = 1.0 if role == AFFECTED else -1.0
    more_loading = leg.knee_loading + np.expm1(0.5 * side * body.loading_log_ratio)
    bent += more_loading * loading * _bump(phase, 0.14, 0.055) + leg.knee_extension_deg * _bump(phase, 0.40, 0.08)
    swing_deg = leg.knee_swing_deg + 0.5 * side * body.swing_difference_deg
    knee += bent + swing_deg * _bump(phase, 0.72, 0.10)
    hip = rows[Channel.HIP_FLEXION]
    hip += 0.5 * bent  # the foot stays where it stands: hip and ankle share what the knee bends
    hip += leg.hip_peak_deg * _bump(phase, 0.83, 0.085) + leg.hip_extension_deg * _bump(phase, 0.52, 0.10)
    hip += np.rad2deg(leg.step_length * healthy.step_length_star(v_star)) * _bump(phase, 0.0, 0.08)
    rows[Channel.HIP_ROTATION] += leg.hip_rotation_deg

    in_stance, in_swing = _centred(_bump(phase, 0.28, 0.10)), _centred(_bump(phase, 0.78, 0.08))
    list_deg = whole.obliquity_deg - whole.obliquity_standing_deg
    rows[Channel.TRUNK_OBLIQUITY] -= 2.0 * leg.lean_deg * in_stance  # doubled: each leg has half a say in the midline
    natural = 0.5 * side * body.drop_difference_deg * NATURAL_DROP * _centred(_bump(phase, 0.14, 0.10))
    rows[Extra.OBLIQUITY] = 2.0 * (leg.drop_deg * in_stance + natural + leg.hike_deg * in_swing) - side * list_deg
    rows[Extra.ROTATION] = -side * whole.rotation_deg
    rows[Extra.TILT] = whole.tilt_deg
    _own_pelvis(rows, body, base, whole, phase, side)
    return np.asarray(_spectrum(rows))


def _own_pelvis(
    rows: FloatArray, body: Body, base: ComplexArray, whole: BodyShift, phase: FloatArray, side: float
) -> None:
    """Move everything by which this person's pelvis differs from the mean curve into the extra rows, in place."""
    mean = healthy.evaluate(base, phase)
    scale = {
        Channel.TILT: 1.0,
        Channel.OBLIQUITY: 1.0 + whole.obliquity_range,
        Channel.ROTATION: 1.0 + whole.rotation_range,
    }
    for channel, extra in zip(scale, Extra, strict=True):
        usual = mean[channel] - body.standing_reference_deg(channel)
        rows[extra] += rows[channel].mean() + scale[channel] * _centred(rows[channel]) - usual
        rows[channel] = usual
    second = np.real(base[Channel.TILT, 2] * np.exp(4j * np.pi * phase))
    rows[Extra.TILT] += (body.tilt_second_harmonic - 1.0) * second
    rows[Extra.TILT] += side * np.real(body.tilt_first_harmonic_deg * np.exp(2j * np.pi * phase))


def _spectrum(rows: FloatArray) -> ComplexArray:
    spectrum = np.fft.rfft(rows, axis=1)[:, : HARMONICS + 1] / GRID
    spectrum[:, 1:] *= 2.0
    return np.asarray(spectrum)
