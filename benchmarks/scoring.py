"""How far detected events, times and pelvic angles lie from a reference.

The rules are those of the data sets' README: per side and kind, nearest pairs first, one to one, within 250 ms; turns
left out; a detection without a partner counts against precision only inside the reference's own walking periods.
Errors are detection minus reference throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.result import Event, EventKind, Interval
from sensor.samples import FloatArray, Side

ROUNDING_S = 1e-9  # differences of decimal times are not exact
TOLERANCE_S = 0.25  # the sets' README
LONGEST_PAUSE_S = 2.0  # reference events further apart belong to different walking periods (the sets' README)


@dataclass(frozen=True, slots=True)
class EventScore:
    """Counts of one kind of event and the timing errors of the matched ones.

    Counts and errors add up over trials with :func:`pooled`; ratios are NaN where nothing was there to count.
    """

    matched: int
    missed: int
    extra: int
    error_s: tuple[float, ...]  # detection minus reference, one per matched event

    @property
    def recall(self) -> float:
        """Matched share of the reference events."""
        return _ratio(self.matched, self.matched + self.missed)

    @property
    def precision(self) -> float:
        """Matched share of the detections that count."""
        return _ratio(self.matched, self.matched + self.extra)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _ratio(2 * self.matched, 2 * self.matched + self.missed + self.extra)


@dataclass(frozen=True, slots=True)
class Spread:
    """Location and spread of signed errors, in the unit of the errors; NaN without any."""

    n: int
    median: float
    mad: float  # median absolute deviation from the median, not scaled
    median_abs: float
    p95_abs: float
    mean_abs: float


def spread(errors: Sequence[float] | FloatArray) -> Spread:
    """Summarise signed errors."""
    error = np.asarray(errors, dtype=float)
    if error.size == 0:
        return Spread(0, *[float("nan")] * 5)
    size = np.abs(error)
    median = float(np.median(error))
    return Spread(
        n=int(error.size),
        median=median,
        mad=float(np.median(np.abs(error - median))),
        median_abs=float(np.median(size)),
        p95_abs=float(np.percentile(size, 95)),
        mean_abs=float(size.mean()),
    )


def match(reference_s: FloatArray, detected_s: FloatArray, tolerance_s: float = TOLERANCE_S) -> list[tuple[int, int]]:
    """Pair times one to one, nearest pairs first; of equally near pairs the earlier.

    Returns
    -------
    list of (reference index, detection index), in order of the reference indices.
    """
    distance = np.abs(np.subtract.outer(np.asarray(reference_s, float), np.asarray(detected_s, float)))
    rows, columns = np.nonzero(distance <= tolerance_s + ROUNDING_S)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for at in np.argsort(distance[rows, columns], kind="stable"):
        row, column = int(rows[at]), int(columns[at])
        if row not in pairs and column not in taken:
            pairs[row] = column
            taken.add(column)
    return sorted(pairs.items())


def walking_periods(reference: Iterable[Event], longest_pause_s: float = LONGEST_PAUSE_S) -> list[Interval]:
    """Runs of reference events, of any side and kind, no more than `longest_pause_s` apart: (first, last) in s."""
    time_s = np.sort([event.time_s for event in reference])
    if time_s.size == 0:
        return []
    runs = np.split(time_s, np.flatnonzero(np.diff(time_s) > longest_pause_s + ROUNDING_S) + 1)
    return [(float(run[0]), float(run[-1])) for run in runs]


def inside(time_s: float, spans: Iterable[Interval], margin_s: float = 0.0) -> bool:
    """Whether a time lies in one of the spans, ends included, each widened by a margin."""
    return any(start - margin_s <= time_s <= end + margin_s for start, end in spans)


def without_turns(events: Iterable[Event], turns: Sequence[Interval]) -> list[Event]:
    """The events outside the turn windows, in order of time."""
    return sorted((e for e in events if not inside(e.time_s, turns)), key=lambda e: e.time_s)


def score_events(
    reference: Sequence[Event],
    detected: Sequence[Event],
    kind: EventKind,
    turns: Sequence[Interval] = (),
    sides: Sequence[Side] | None = None,
    tolerance_s: float = TOLERANCE_S,
) -> EventScore:
    """Score one kind of event, each side on its own.

    Parameters
    ----------
    turns : spans left out in both lists, s.
    sides : the sides to score; by default those that the reference has events of.
    """
    periods = walking_periods(reference)
    parts = []
    for side in sides_of(reference, kind) if sides is None else sides:
        theirs = _times_of(without_turns(reference, turns), side, kind)
        ours = _times_of(without_turns(detected, turns), side, kind)
        parts.append(_score(theirs, ours, periods, tolerance_s))
    return pooled(parts)


def score_events_sides_ignored(
    reference: Sequence[Event],
    detected: Sequence[Event],
    kind: EventKind,
    turns: Sequence[Interval] = (),
    tolerance_s: float = TOLERANCE_S,
) -> tuple[EventScore, int]:
    """Score one kind of event without regard to side, and count the matched ones that have the right side.

    A side that the reference never observed is left out of the detections too.
    """
    known = sides_of(reference, kind)
    theirs = without_turns((e for e in reference if e.kind is kind), turns)
    ours = without_turns((e for e in detected if e.kind is kind and e.side in known), turns)
    pairs = match(times_s(theirs), times_s(ours), tolerance_s)
    score = _score(times_s(theirs), times_s(ours), walking_periods(reference), tolerance_s)
    return score, sum(theirs[row].side is ours[column].side for row, column in pairs)


def pooled(scores: Iterable[EventScore]) -> EventScore:
    """Counts added up and errors put together."""
    parts = list(scores)
    return EventScore(
        sum(part.matched for part in parts),
        sum(part.missed for part in parts),
        sum(part.extra for part in parts),
        tuple(error for part in parts for error in part.error_s),
    )


def stride_time_errors_s(
    reference: Sequence[Event], detected: Sequence[Event], turns: Sequence[Interval] = ()
) -> list[float]:
    """Signed stride time errors of the reference strides both of whose initial contacts were found.

    A reference stride is a pair of consecutive initial contacts of one side inside one walking period that does not
    touch a turn.
    """
    periods = walking_periods(reference)
    errors: list[float] = []
    for side in Side:
        theirs = _times_of(reference, side, EventKind.IC)
        ours = _times_of(without_turns(detected, turns), side, EventKind.IC)
        pairs = dict(match(theirs, ours))
        for row in range(len(theirs) - 1):
            start_s, end_s = float(theirs[row]), float(theirs[row + 1])
            if row in pairs and row + 1 in pairs and _is_whole(start_s, end_s, periods, turns):
                errors.append(float(ours[pairs[row + 1]] - ours[pairs[row]] - (end_s - start_s)))
    return errors


def stance_times_s(events: Sequence[Event], side: Side, turns: Sequence[Interval] = ()) -> FloatArray:
    """Times from each initial contact to the next final contact of the same side, if no event of it is missing."""
    times = []
    own = sorted((e for e in events if e.side is side), key=lambda e: e.time_s)
    for first, second in pairwise(own):
        if (first.kind, second.kind) == (EventKind.IC, EventKind.FC) and _is_near(first, second, turns):
            times.append(second.time_s - first.time_s)
    return np.array(times, dtype=float)


def step_times_s(events: Sequence[Event], side: Side, turns: Sequence[Interval] = ()) -> FloatArray:
    """Times from the other side's initial contact to the next one of this side, the side that lands."""
    times = []
    contacts = sorted((e for e in events if e.kind is EventKind.IC), key=lambda e: e.time_s)
    for first, second in pairwise(contacts):
        if second.side is side and first.side is not side and _is_near(first, second, turns):
            times.append(second.time_s - first.time_s)
    return np.array(times, dtype=float)


def stance_asymmetry_pct(events: Sequence[Event], turns: Sequence[Interval] = (), trim: float = 0.0) -> float:
    """Asymmetry of the mean stance times, see :func:`asymmetry_pct`."""
    left, right = (stance_times_s(events, side, turns) for side in Side)
    return asymmetry_pct(left, right, trim)


def step_asymmetry_pct(events: Sequence[Event], turns: Sequence[Interval] = (), trim: float = 0.0) -> float:
    """Asymmetry of the mean step times, see :func:`asymmetry_pct`."""
    left, right = (step_times_s(events, side, turns) for side in Side)
    return asymmetry_pct(left, right, trim)


def asymmetry_pct(left: FloatArray, right: FloatArray, trim: float = 0.0) -> float:
    """100 ln(mean of left / mean of right); NaN if a side has no value.

    Parameters
    ----------
    trim : share of the values cut off at each end before the mean, for sets that state their asymmetry so.
    """
    if len(left) == 0 or len(right) == 0:
        return float("nan")
    return float(100.0 * np.log(_trimmed_mean(left, trim) / _trimmed_mean(right, trim)))


def during_walks(events: Iterable[Event], reference: Sequence[Event], margin_s: float = TOLERANCE_S) -> list[Event]:
    """The events inside the reference's walking periods, so that both sides of an asymmetry see the same walk."""
    periods = walking_periods(reference)
    return [event for event in events if inside(event.time_s, periods, margin_s)]


def ranges_of_motion(time_s: FloatArray, angle_deg: FloatArray, cuts_s: FloatArray) -> FloatArray:
    """Largest minus smallest angle between consecutive cuts (left initial contacts); NaN where samples are untrusted.

    Parameters
    ----------
    time_s, angle_deg : (n,) arrays
    cuts_s : (m,) array

    Returns
    -------
    (m - 1,) array, deg; NaN where the stride has no sample or one that is NaN, or is longer than a walking pause.
    """
    rom = np.full(max(len(cuts_s) - 1, 0), np.nan)
    edges = np.searchsorted(time_s, cuts_s)
    for at, (start, end) in enumerate(pairwise(edges)):
        if end > start and cuts_s[at + 1] - cuts_s[at] <= LONGEST_PAUSE_S:
            rom[at] = np.ptp(angle_deg[start:end])
    return rom


def mean_drop_deg(time_s: FloatArray, obliquity_deg: FloatArray, events: Sequence[Event], side: Side) -> float:
    """Mean over the stances of a side of how far the other side of the pelvis drops.

    The drop of one stance is the largest rise of the stance side above its value at initial contact. Obliquity is
    positive with the left side up. NaN if no stance has trusted samples throughout.
    """
    up = 1.0 if side is Side.LEFT else -1.0
    drops = []
    own = sorted((e for e in events if e.side is side), key=lambda e: e.time_s)
    for first, second in pairwise(own):
        if (first.kind, second.kind) == (EventKind.IC, EventKind.FC) and _is_near(first, second, ()):
            start, end = np.searchsorted(time_s, [first.time_s, second.time_s])
            if end > start:
                rise = up * obliquity_deg[start:end]
                drops.append(float(rise.max() - rise[0]))
    trusted = np.array([drop for drop in drops if np.isfinite(drop)])
    return float(trusted.mean()) if trusted.size else float("nan")


def drop_difference_deg(time_s: FloatArray, obliquity_deg: FloatArray, events: Sequence[Event]) -> float:
    """Mean drop in left stance minus mean drop in right stance."""
    left, right = (mean_drop_deg(time_s, obliquity_deg, events, side) for side in Side)
    return left - right


def rom_errors_deg(
    truth_time_s: FloatArray,
    truth: Mapping[str, FloatArray],
    time_s: FloatArray,
    estimate: Mapping[str, FloatArray],
    reference: Sequence[Event],
) -> dict[str, FloatArray]:
    """Signed error of the range of motion of each reference stride, per angle; NaN where there is no estimate."""
    cuts_s = _times_of(reference, Side.LEFT, EventKind.IC)
    return {
        name: ranges_of_motion(time_s, estimate[name], cuts_s) - ranges_of_motion(truth_time_s, angle, cuts_s)
        for name, angle in truth.items()
    }


def _score(
    reference_s: FloatArray, detected_s: FloatArray, periods: Sequence[Interval], tolerance_s: float
) -> EventScore:
    pairs = match(reference_s, detected_s, tolerance_s)
    partnered = {column for _, column in pairs}
    alone = [t for at, t in enumerate(detected_s) if at not in partnered]
    return EventScore(
        matched=len(pairs),
        missed=len(reference_s) - len(pairs),
        extra=sum(inside(float(t), periods) for t in alone),
        error_s=tuple(float(detected_s[column] - reference_s[row]) for row, column in pairs),
    )


def _trimmed_mean(values: FloatArray, trim: float) -> float:
    cut = int(trim * len(values))
    return float(np.sort(values)[cut : len(values) - cut].mean())


def sides_of(events: Iterable[Event], kind: EventKind) -> list[Side]:
    """The sides that have events of a kind."""
    seen = {event.side for event in events if event.kind is kind}
    return [side for side in Side if side in seen]


def times_s(events: Iterable[Event]) -> FloatArray:
    """When events were, (n,)."""
    return np.array([event.time_s for event in events], dtype=float)


def _times_of(events: Iterable[Event], side: Side, kind: EventKind) -> FloatArray:
    return np.sort(times_s(e for e in events if e.side is side and e.kind is kind))


def _is_whole(start_s: float, end_s: float, periods: Sequence[Interval], turns: Sequence[Interval]) -> bool:
    in_one = any(first <= start_s and end_s <= last for first, last in periods)
    return in_one and not any(start_s <= turn_end and turn_start <= end_s for turn_start, turn_end in turns)


def _is_near(first: Event, second: Event, turns: Sequence[Interval]) -> bool:
    span = [(first.time_s, second.time_s)]
    return second.time_s - first.time_s <= LONGEST_PAUSE_S and _is_whole(first.time_s, second.time_s, span, turns)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
