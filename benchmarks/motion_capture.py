"""Angles against motion capture: the knee from joint centres, the pelvis as one orientation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from pipeline.angles.orientation import Motion
from pipeline.result import KneeSeries, PelvisSeries
from sensor.recording import RecordingTable
from sensor.samples import FloatArray, Placement, Side

NAN = float("nan")
UP = (0.0, 0.0, 1.0)
HEADINGS_TRIED = 73
SMALLEST_WIDTH_RAD = 1e-6
# a heading is the first of these, plus its cosine times the second, plus its sine times the third
PARTS_OF_A_HEADING = (
    np.diag([0.0, 0.0, 1.0]),
    np.diag([1.0, 1.0, 0.0]),
    np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]),
)


def knee_flexion_deg(mocap: Mapping[str, FloatArray], side: Side) -> FloatArray:
    """Angle between the lines hip-knee and knee-ankle of a leg, deg; a straight leg has 0.

    Parameters
    ----------
    mocap : columns ``hip_jc_<side>_x|y|z``, ``knee_jc_...``, ``ankle_jc_...``, in m.
    """
    hip, knee, ankle = (
        np.column_stack([mocap[f"{joint}_jc_{side}_{axis}"] for axis in "xyz"]) for joint in ("hip", "knee", "ankle")
    )
    thigh, shank = knee - hip, ankle - knee
    sine = np.linalg.norm(np.cross(thigh, shank), axis=1)
    return np.asarray(np.degrees(np.arctan2(sine, np.sum(thigh * shank, axis=1))))


def knee_rms_deg(
    series: KneeSeries | None, side: Side, time_s: FloatArray, flexion_deg: FloatArray, free_zero: bool = False
) -> float:
    """Root mean square difference of knee flexion where both exist; NaN if they never do.

    Parameters
    ----------
    free_zero : take out the mean difference first, for a recording without standing to set the zero.
    """
    if series is None:
        return NAN
    ours = series.left_deg if side is Side.LEFT else series.right_deg
    difference = np.interp(series.time_s, time_s, flexion_deg, left=NAN, right=NAN) - ours
    difference = difference[np.isfinite(difference)]
    if difference.size == 0:
        return NAN
    offset = difference.mean() if free_zero else 0.0
    return float(np.sqrt(np.mean((difference - offset) ** 2)))


def knee_errors_deg(series: KneeSeries | None, mocap: Mapping[str, FloatArray]) -> dict[Side, float]:
    """Root mean square error of each knee against the joint centres, deg, after one constant offset."""
    if not mocap:
        return {}
    return {
        side: knee_rms_deg(series, side, mocap["time_s"], knee_flexion_deg(mocap, side), free_zero=True)
        for side in Side
    }


def inclination_rms_deg(series: PelvisSeries, mocap: Mapping[str, FloatArray]) -> float:
    """Root mean square angle between the vertical as our pelvis angles and as the motion capture's pelvis see it, deg.

    Uses tilt and obliquity alone: the rotation of the result has the walking direction taken out and cannot be
    compared across a turn. One constant rotation of the body frame is solved first.
    """
    trusted = np.isfinite(series.tilt_deg) & np.isfinite(series.obliquity_deg)
    if not mocap or not trusted.any():
        return NAN
    angles = np.column_stack([series.tilt_deg, series.obliquity_deg])[trusted]
    ours = Rotation.from_euler("YX", angles, degrees=True).inv().apply(UP)
    theirs = _pelvis(mocap, series.time_s[trusted]).inv().apply(UP)
    mounting, _ = Rotation.align_vectors(theirs, ours)
    cosine = np.clip(np.sum(theirs * mounting.apply(ours), axis=1), -1.0, 1.0)
    return float(np.degrees(np.sqrt(np.mean(np.arccos(cosine) ** 2))))


def pelvis_orientation_rms_deg(table: RecordingTable, mocap: Mapping[str, FloatArray]) -> float:
    """Root mean square angle between the sacrum sensor's orientation and the motion capture's pelvis, deg.

    The orientation is that of the pipeline's own stage, before its heading is taken out, see
    :func:`orientation_rms_deg`.
    """
    if not mocap or Placement.SACRUM not in table.placements:
        return NAN
    samples = np.hstack([table.acc_m_s2[Placement.SACRUM], table.gyr_rad_s[Placement.SACRUM]])
    motion = Motion()
    motion.push(samples, np.asarray(np.isfinite(samples).all(axis=1)))
    motion.finish()
    ours = Rotation.from_quat(motion.quat.window(0, len(table)), scalar_first=True)
    return orientation_rms_deg(ours, _pelvis(mocap, table.time_s))


def _pelvis(mocap: Mapping[str, FloatArray], time_s: FloatArray) -> Rotation:
    course = Slerp(mocap["time_s"], Rotation.from_quat(np.column_stack([mocap[f"pelvis_q_{p}"] for p in "xyzw"])))
    return course(np.clip(time_s, mocap["time_s"][0], mocap["time_s"][-1]))


def orientation_rms_deg(ours: Rotation, theirs: Rotation) -> float:
    """Root mean square angle between two courses of body-to-earth orientations that differ in mounting and heading.

    One constant rotation of the body frame and one heading of the earth frame are solved first, in the least squares
    of the matrix entries. Given a heading the best mounting has a closed solution, and what it reaches depends on the
    heading through three constant matrices only, so the heading is searched over the whole circle.
    """
    parts = [np.einsum("nji,jk,nkl->il", theirs.as_matrix(), part, ours.as_matrix()) for part in PARTS_OF_A_HEADING]
    best_rad, width_rad = 0.0, 2 * np.pi
    while width_rad > SMALLEST_WIDTH_RAD:
        tried_rad = best_rad + width_rad * np.linspace(-0.5, 0.5, HEADINGS_TRIED)
        best_rad = max(tried_rad.tolist(), key=lambda heading_rad: _mounting(parts, heading_rad)[1])
        width_rad *= 4 / HEADINGS_TRIED
    mounting, _ = _mounting(parts, best_rad)
    aligned = Rotation.from_rotvec([0.0, 0.0, best_rad]) * ours * Rotation.from_matrix(mounting)
    return float(np.degrees(np.sqrt(np.mean((aligned.inv() * theirs).magnitude() ** 2))))


def _mounting(parts: Sequence[FloatArray], heading_rad: float) -> tuple[FloatArray, float]:
    """The best mounting for a heading, and the sum of matrix products that it reaches (the larger the nearer)."""
    upright, cosine, sine = parts
    left, size, right = np.linalg.svd(upright + np.cos(heading_rad) * cosine + np.sin(heading_rad) * sine)
    keep = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    return right.T @ (keep[:, np.newaxis] * left.T), float(size @ keep)
