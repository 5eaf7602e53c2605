"""The numbers an analysis should find, from true events and angles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sensor.samples import FloatArray, Side
from sensor.simulation.timing import Turn

EDGE_STRIDES = 2  # left out at both ends of the walk
LONGEST_STRIDE_S = 3.5  # contacts farther apart belong to different walks
TURN_MARGIN_S = 0.3  # of a turn's duration is curved path already; strides this close are not straight


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """Initial contact (IC) or final contact (FC), to the microsecond."""

    time_s: float
    side: Side
    event: str


@dataclass(frozen=True, slots=True)
class TrueStride:
    """One gait cycle and what it holds."""

    side: Side
    ic_s: float
    fc_s: float
    next_ic_s: float
    step_s: float
    straight: bool


def strides(events: tuple[TrueEvent, ...], turns: tuple[Turn, ...]) -> tuple[TrueStride, ...]:
    """All gait cycles; straight ones touch no turn and are not among the first or last two of their side."""
    contacts = {s: [e.time_s for e in events if e.side is s and e.event == "IC"] for s in Side}
    leaves = {s: np.array([e.time_s for e in events if e.side is s and e.event == "FC"]) for s in Side}
    found = []
    for side in Side:
        other = np.array(contacts[side.other])
        for i, count, ic, following in _paired(contacts[side]):
            fc = leaves[side][(leaves[side] > ic) & (leaves[side] < following)]
            before = other[other < ic]
            inner = EDGE_STRIDES <= i < count - EDGE_STRIDES
            clear = all(
                following <= t.start_s - TURN_MARGIN_S * (t.end_s - t.start_s)
                or ic >= t.end_s + TURN_MARGIN_S * (t.end_s - t.start_s)
                for t in turns
            )
            step = ic - before[-1] if len(before) else np.nan
            found.append(TrueStride(side, ic, float(fc[0]), following, float(step), inner and clear))
    return tuple(found)


def _paired(contacts: list[float]) -> Iterator[tuple[int, int, float, float]]:
    """Consecutive contacts of each walk: index and number of the walk's strides, contact, next contact."""
    walks: list[list[float]] = []
    for contact in contacts:
        if not walks or contact - walks[-1][-1] > LONGEST_STRIDE_S:
            walks.append([])
        walks[-1].append(contact)
    for walk in walks:
        for i, (contact, following) in enumerate(pairwise(walk)):
            yield i, len(walk) - 1, contact, following


def summary(
    found: tuple[TrueStride, ...],
    time_s: FloatArray,
    pelvis_deg: FloatArray,
    knee_deg: Mapping[Side, FloatArray],
    ankle_m: Mapping[Side, FloatArray],
) -> dict[str, object]:
    """Means over the straight strides: times, asymmetries, drops, ranges, knee peaks, step lengths, speed.

    Asymmetry is 100 ln(left / right) of mean times or lengths; a step belongs to the side that lands. ``drop_left_deg``
    is the mean largest rise of the left side above its value at left initial contact within left stance, which is how
    far the right side drops; the mirror image for right.
    """
    straight = {side: [s for s in found if s.side is side and s.straight] for side in Side}
    out: dict[str, object] = {f"n_strides_{side}": len(straight[side]) for side in Side}
    if min(len(own) for own in straight.values()) == 0:
        return out
    values = {side: _per_stride(straight[side], side, time_s, pelvis_deg, knee_deg[side], ankle_m) for side in Side}
    mean = {side: {name: float(np.nanmean(v)) for name, v in values[side].items()} for side in Side}
    for side in Side:
        out |= {_sided(name, side): value for name, value in mean[side].items()}
    for name in ("stance_s", "swing_s", "step_s", "step_length_m"):
        ratio = mean[Side.LEFT][name] / mean[Side.RIGHT][name]
        out[f"{name.rsplit('_', 1)[0]}_asym_pct"] = 100.0 * float(np.log(ratio)) if ratio > 0 else None
    both = {name: np.concatenate([values[side][name] for side in Side]) for name in values[Side.LEFT]}
    out["drop_difference_deg"] = mean[Side.LEFT]["drop_deg"] - mean[Side.RIGHT]["drop_deg"]
    stride = both["stride_s"]
    out["stride_time_s"] = float(stride.mean())
    out["stride_time_cv_pct"] = 100.0 * float(stride.std(ddof=1) / stride.mean()) if len(stride) > 2 else None
    out["cadence_spm"] = 120.0 / float(stride.mean())
    out["stride_length_m"] = float(both["stride_length_m"].mean())
    out["speed_m_s"] = float(both["stride_length_m"].sum() / stride.sum())
    for name in ("tilt_rom_deg", "obliquity_rom_deg", "rotation_rom_deg"):
        out[name] = mean[Side.LEFT][name]
    return out


def _sided(name: str, side: Side) -> str:
    """stride_length_m -> stride_length_left_m."""
    what, unit = name.rsplit("_", 1)
    return f"{what}_{side}_{unit}"


def _per_stride(
    own: list[TrueStride],
    side: Side,
    time_s: FloatArray,
    pelvis_deg: FloatArray,
    knee_deg: FloatArray,
    ankle_m: Mapping[Side, FloatArray],
) -> dict[str, FloatArray]:
    sign = 1.0 if side is Side.LEFT else -1.0
    rows = []
    for s in own:
        start, leave, end = np.searchsorted(time_s, [s.ic_s, s.fc_s, s.next_ic_s])
        tilt, obliquity, rotation = pelvis_deg[:, start:end]
        knee, early = knee_deg[start:end], max(2, (end - start) // 4)
        rise = sign * (pelvis_deg[1, start:leave] - np.interp(s.ic_s, time_s, pelvis_deg[1]))
        foot, opposite = ankle_m[side], ankle_m[side.other]
        travel = foot[:2, min(end, len(time_s) - 1)] - foot[:2, start]
        stride_length = float(np.hypot(*travel))
        ahead = foot[:2, start] - opposite[:2, start]
        rows.append(
            {
                "stride_s": s.next_ic_s - s.ic_s,
                "stance_s": s.fc_s - s.ic_s,
                "swing_s": s.next_ic_s - s.fc_s,
                "step_s": s.step_s,
                "stride_length_m": stride_length,
                "step_length_m": float(ahead @ travel) / stride_length,
                "drop_deg": max(0.0, float(rise.max())),
                "tilt_rom_deg": float(np.ptp(tilt)),
                "obliquity_rom_deg": float(np.ptp(obliquity)),
                "rotation_rom_deg": float(np.ptp(rotation)),
                "knee_loading_deg": float(knee[:early].max() - knee[0]),
                "knee_peak_deg": float(knee.max()),
            }
        )
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}
