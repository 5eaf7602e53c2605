"""Joint angles as splines through nine key points of a stride; in stance the foot stays where it landed.

Key points are the usual peaks of textbook curves (recalled, adults), counted from standing. Knee angles are given at
all nine; the hip follows from them in stance, because the ankle has to stay in place while the pelvis moves on, and
has key points of its own in swing.
"""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray
from sensor.second_simulation.footfalls import Footfalls, Pace, pace
from sensor.second_simulation.person import KNOTS, Walker
from sensor.second_simulation.spline import through
from sensor.second_simulation.strategies import Change, Leg, Response
from sensor.simulation.skeleton import SHANK, THIGH
from sensor.simulation.streams import stream

IN_STANCE = np.array([0.0, 0.21, 0.42, 0.64, 0.82])  # of stance
IN_SWING = np.array([0.0, 0.30, 0.62, 0.88])  # of swing
AHEAD = 0.55  # of a step, that the ankle lies ahead of the hips when it lands
ON_FOOT = np.linspace(0.0, 0.85, 9)  # of stance, where the hip follows from the foot
HEEL_RISE = 0.68  # of stance, from when the ankle comes forward again
FOLLOWS = 0.6  # of the hip's speed, by which the hip moves on over a rising heel
KNEE_NOISE_DEG = np.array([0.9, 0.9, 0.7, 0.7, 0.9, 1.4, 1.6, 1.4, 0.9])
HIP_NOISE_DEG = 0.7
SHARED_NOISE_DEG = 0.9  # of a whole stride
LEAST_DEG = -3.0  # knees hardly bend backward
ADDUCTION_DEG = np.array([0.0, 1.2, 1.8, 1.4, 0.2, -2.2, -2.6, -1.6, -0.4])  # the pelvis's part comes on top


def leg_angles(
    seed: int,
    role: int,
    walker: Walker,
    response: Response,
    falls: Footfalls,
    time_s: FloatArray,
    hip_m: FloatArray,
) -> FloatArray:
    """Thigh (forward +) and knee (flexion +), hip adduction and internal rotation without the pelvis's part: (4, n).

    ``hip_m`` (n,) is how far ahead of a steady path the hip joint is.
    """
    contact, leave = falls.contact_s[role], falls.leave_s[role]
    draw = stream(seed, f"second strides {role}")
    start = 0.0 if np.isnan(falls.start_s) else falls.start_s
    strides = list(zip(contact, leave, contact[1:], strict=False))
    changes = [response.at(max(0.0, landed - start)) for landed, _, _ in strides]
    paces = [pace(walker, change) for change in changes]
    noise = draw.standard_normal((len(strides), KNOTS + 2))
    keys, values = [], []
    for (landed, left, following), change, steady, own in zip(strides, changes, paces, noise, strict=True):
        at = np.concatenate([landed + IN_STANCE * (left - landed), left + IN_SWING * (following - left)])
        at += walker.key_shift * np.where(np.arange(KNOTS) < len(IN_STANCE), left - landed, following - left)
        bent = _knee_deg(walker, role, change, steady.speed_m_s) + KNEE_NOISE_DEG * own[:KNOTS]
        bent += SHARED_NOISE_DEG * own[KNOTS] * np.linspace(0.0, 1.0, KNOTS)
        keys.append(at)
        values.append(np.array([np.maximum(bent, LEAST_DEG), ADDUCTION_DEG, _turned_deg(walker, role, change)]))
    key_s = np.concatenate(keys)
    knee, adduction, turned = through(key_s, np.concatenate(values, axis=1), time_s)
    keys, angles = [], []
    for (landed, left, following), change, steady, own in zip(strides, changes, paces, noise, strict=True):
        on_foot = landed + ON_FOOT * (left - landed)
        bent, ahead = np.interp(on_foot, time_s, knee), np.interp(on_foot, time_s, hip_m)
        leg, since = change.leg[:, role], on_foot - landed
        thigh = _stance_deg(walker, leg, steady, bent, since, left - landed, ahead - ahead[0])
        forward = _swing_deg(walker, leg, steady, thigh) + walker.hip_deg[role, -len(IN_SWING) :]
        keys += [on_foot, left + IN_SWING * (following - left)]
        angles += [thigh, forward + HIP_NOISE_DEG * own[-1] * np.array([0.4, 1.0, 1.0, 0.4])]
    (thigh,) = through(np.concatenate(keys), np.concatenate(angles)[None], time_s)
    return np.array([thigh, knee, adduction, turned])


def _knee_deg(walker: Walker, role: int, change: Change, speed_m_s: float) -> FloatArray:
    brisk = walker.briskness(speed_m_s)
    leg = change.leg[:, role]
    contact = 2.0 + 2.0 * (brisk - 1.0)
    loading = 12.0 * min(brisk, 1.4) ** 1.2 * max(0.05, 1.0 + leg[Leg.LOADING])
    peak = 55.0 + 9.0 * (min(brisk, 1.3) - 1.0) + leg[Leg.SWING_KNEE_DEG]
    leaving = 31.0 + 3.0 * (brisk - 1.0) + 0.4 * leg[Leg.SWING_KNEE_DEG]
    knee = np.array([contact, contact + loading, 7.0 * brisk, 1.5, 6.0, leaving, peak, 0.56 * peak, 1.5])
    knee[:2] += leg[Leg.CONTACT_DEG]
    knee[2:5] += leg[Leg.UNEXTENDED_DEG] * np.array([0.7, 1.0, 0.7])
    knee[8] += 0.7 * leg[Leg.CONTACT_DEG]
    return np.asarray(knee + walker.knee_deg[role])


def _stance_deg(
    walker: Walker,
    leg: FloatArray,
    steady: Pace,
    knee_deg: FloatArray,
    since_s: FloatArray,
    stance_s: float,
    hip_m: FloatArray,
) -> FloatArray:
    """Thigh over a foot that stays, until the heel rises and the ankle follows."""
    step_m = 0.5 * steady.speed_m_s * steady.stride_s
    planted = np.minimum(since_s, HEEL_RISE * stance_s)
    behind = steady.speed_m_s * (planted + FOLLOWS * (since_s - planted)) + hip_m
    place = AHEAD * step_m * (1.0 + leg[Leg.REACH]) - behind * (1.0 + leg[Leg.TRAIL])
    return _over_foot_deg(place / walker.height_m, knee_deg)


def _swing_deg(walker: Walker, leg: FloatArray, steady: Pace, stance_deg: FloatArray) -> FloatArray:
    """Thigh at the four key points of swing, from where stance leaves it to where it lands."""
    brisk = walker.briskness(steady.speed_m_s)
    most = stance_deg[0] + 2.5 * brisk + leg[Leg.SWING_HIP_DEG]
    leaving = stance_deg[-1] + 6.0 * brisk
    landing = stance_deg[0] + 1.0 + 0.5 * leg[Leg.SWING_HIP_DEG]
    return np.array([leaving, leaving + 0.66 * (most - leaving), most, landing])


def _over_foot_deg(place: FloatArray, knee_deg: FloatArray) -> FloatArray:
    """Thigh angle that puts the ankle ``place`` body heights ahead of the hip, at a given knee angle."""
    bent = np.deg2rad(knee_deg)
    along, across = THIGH + SHANK * np.cos(bent), SHANK * np.sin(bent)
    reach = np.hypot(along, across)
    return np.asarray(np.rad2deg(np.arcsin(np.clip(place / reach, -0.8, 0.8)) + np.arctan2(across, along)))


def _turned_deg(walker: Walker, role: int, change: Change) -> FloatArray:
    usual = np.array([-1.0, 1.5, 2.0, 1.0, 0.0, -2.0, -1.5, 0.5, -0.5])
    late = change.leg[Leg.TURNED_LATE, role] * KNOTS
    rolled = np.interp(np.arange(KNOTS) - late, np.arange(KNOTS), usual, period=KNOTS)
    return np.asarray(rolled + walker.walking_rotation_deg + change.leg[Leg.TURNED_DEG, role])
