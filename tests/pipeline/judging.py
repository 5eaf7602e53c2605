"""What must hold of any session result, and when two are the same."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from pipeline.result import (
    Asymmetry,
    BoutKind,
    Curve,
    EventKind,
    Flag,
    Measure,
    SessionResult,
    Status,
    Stride,
    Verdict,
    WaveformDifference,
)
from sensor.samples import FloatArray

WRITTEN = (
    "recording",
    "quality",
    "events",
    "strides",
    "gait",
    "asymmetry",
    "pelvis",
    "trunk",
    "joints",
    "time_course",
    "bouts",
    "rests",
    "chain",
    "provenance",
)


def effect(result: SessionResult, metric: str = "stance_time") -> float:
    """An asymmetry that must have been assessed."""
    value = result.asymmetry[metric].effect
    assert value is not None, result.asymmetry[metric].reason
    return value


def texts(result: SessionResult) -> dict[str, str]:
    """Everything that is no array, written out: equal texts are equal bits, and NaN equals NaN."""
    return {name: repr(getattr(result, name)) for name in WRITTEN}


def arrays(result: SessionResult) -> dict[str, FloatArray]:
    """Every array of a result by name."""
    out = {f"pelvis.{name}": getattr(result.pelvis_series, name) for name in result.pelvis_series.__slots__}
    if result.knee_series is not None:
        out |= {f"knee.{name}": getattr(result.knee_series, name) for name in result.knee_series.__slots__}
    curves: tuple[Curve | WaveformDifference, ...] = (*result.curves.values(), *result.waveforms.values())
    for curve in curves:
        for name in curve.__slots__:
            value = getattr(curve, name)
            if value is not None and not isinstance(value, str | tuple):
                out[f"{type(curve).__name__}.{curve.name}.{name}"] = np.asarray(value, dtype=np.float64)
    return out


def assert_same_bits(found: SessionResult, expected: SessionResult) -> None:
    """Equal in every bit: events, strides, measures, curves, series, reasons."""
    a, b = texts(found), texts(expected)
    for name in a:
        assert a[name] == b[name], name
    ours, theirs = arrays(found), arrays(expected)
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        np.testing.assert_array_equal(values, theirs[name], err_msg=name)


def numbers(result: SessionResult) -> dict[str, tuple[float, str]]:
    """Every number of a result that is assessed, with its unit."""
    groups = (result.gait, result.pelvis, result.trunk, result.joints)
    out = {m.name: (m.value, m.unit) for group in groups for m in group.values()}
    for name, found in result.asymmetry.items():
        out[f"{name} left"], out[f"{name} right"] = (found.left, found.unit), (found.right, found.unit)
        out[f"{name} effect"] = (found.effect, "SD" if found.is_angle else "%")
    return {name: (value, unit) for name, (value, unit) in out.items() if value is not None}


def assert_close(found: SessionResult, expected: SessionResult) -> None:
    """No number differs by more than 2 %, or 0.2 points, or 0.2 degrees, whichever is larger."""
    ours, theirs = numbers(found), numbers(expected)
    assert ours.keys() == theirs.keys()
    for name, (value, unit) in ours.items():
        other = theirs[name][0]
        assert abs(value - other) <= max(0.02 * abs(other), 0.2 if unit in {"%", "deg"} else 0.0), name
    assert found.quality.verdict is expected.quality.verdict
    assert {n: a.flag for n, a in found.asymmetry.items()} == {n: a.flag for n, a in expected.asymmetry.items()}


def assert_sane(result: SessionResult, start_s: float, end_s: float) -> None:
    """What holds of every result, however bad the recording between the two times was."""
    assert (result.quality.verdict is Verdict.VALID) == (not result.quality.reasons)
    assert all(reason.endswith(".") for reason in result.quality.reasons)
    for group in (result.gait, result.pelvis, result.trunk, result.joints, result.time_course):
        for measure in group.values():
            _measure(measure)
    _bouts(result)
    for asymmetry in result.asymmetry.values():
        _asymmetry(asymmetry)
    times = [event.time_s for event in result.events]
    assert times == sorted(times)
    for event in result.events:
        assert start_s - 1e-9 <= event.time_s <= end_s + 0.01
        assert 0.0 <= event.confidence <= 1.0
    seen = {(event.time_s, event.side, event.kind) for event in result.events}
    assert len(seen) == len(result.events), "an event came twice"
    assert [s.ic_s for s in result.strides] == sorted(s.ic_s for s in result.strides)
    for stride in result.strides:
        _stride(stride)
        assert {(stride.ic_s, stride.side, EventKind.IC), (stride.next_ic_s, stride.side, EventKind.IC)} <= seen
    for link in result.chain:
        assert link.reason
        assert (link.value is None) == (link.status is Status.NOT_ASSESSED)
        assert link.value is None or math.isfinite(link.value)


def _bouts(result: SessionResult) -> None:
    for before, after in pairwise(result.bouts):
        assert before.end_s == after.start_s, (before, after)
    for bout in result.bouts:
        assert bout.start_s < bout.end_s, bout
        assert bout.reason, bout
    for rest in result.rests:
        assert rest.end_s - rest.start_s >= 10.0, rest
        assert rest.kind not in {BoutKind.WALKING, BoutKind.TURNING}, rest
    for found in result.waveforms.values():
        assert (found.difference is None) == (found.status is Status.NOT_ASSESSED) == bool(found.reason), found


def _measure(m: Measure) -> None:
    assert (m.value is None) == (m.status is Status.NOT_ASSESSED) == bool(m.reason), m
    if m.value is not None:
        assert math.isfinite(m.value), m
    if m.ci95 is not None and m.value is not None:
        assert m.ci95[0] <= m.value <= m.ci95[1], m


def _asymmetry(a: Asymmetry) -> None:
    assert (a.effect is None) == (a.ci95 is None) == (a.status is Status.NOT_ASSESSED), a
    if a.effect is None or a.ci95 is None:
        assert a.reason, a
        assert a.flag is Flag.NONE, a
        return
    assert a.left is not None
    assert a.right is not None
    assert math.isfinite(a.effect), a
    assert a.ci95[0] <= a.effect <= a.ci95[1], a
    if a.flag is not Flag.NONE:
        assert min(a.n_left, a.n_right) >= 30, a
        assert abs(a.effect) > a.band[1], a
        assert max(a.ci95[0], -a.ci95[1]) > a.band[1], a


def _stride(s: Stride) -> None:
    assert s.valid == (not s.reason), s
    assert s.ic_s < s.next_ic_s, s
    if math.isfinite(s.fc_s):
        assert s.ic_s < s.fc_s < s.next_ic_s, s
        assert math.isclose(s.stance_time_s + s.swing_time_s, s.stride_time_s, rel_tol=1e-9), s
    if s.valid:
        assert s.straight, s
        assert 0.4 <= s.stride_time_s <= 3.0, s
        assert not math.isfinite(s.step_time_s) or 0.0 < s.step_time_s < s.stride_time_s + 3.0, s
        assert not math.isfinite(s.stride_length_m) or 0.0 < s.stride_length_m < 4.0, s
