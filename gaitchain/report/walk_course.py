"""The walk over time: what was done when, and speed and step length with the slopes that were fitted to them.

What was done differs in height and in words as well as in colour: walking stands tallest, sitting lowest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from markupsafe import Markup

from gaitchain.report.scales import Scale, ticks
from gaitchain.report.svg import circle, figure, line, moved, polyline, rect, scaled, text, upright_text
from gaitchain.report.theme import ACCENT, BAND, GRID, INK, OUTSIDE, RULE, SOFT, WHITE
from gaitchain.report.words import bare, fixed, interval, quantity, unit_sign

WIDTH = 720.0
_LEFT, _RIGHT = 58.0, 706.0
_STRIP_BOTTOM, _FIRST_PLOT = 40.0, 70.0
_PLOT, _NEXT_PLOT = 64.0, 92.0
_LONG_S = 180.0  # what the slopes need; a shorter walk without a rest has nothing to show
_LEAST_SPAN = 0.2  # of the median, which the axis shows at least: chance shall not look like change
_LETTER = 5.6  # width at size 10
_MOST_TOLD = 12
_TURN = "#8fb3c4"  # a lighter mark on the upper edge of a walk


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of bout is drawn."""

    height: float
    fill: str
    words: str


LOOKS: Mapping[str, Look] = {
    "walking": Look(30.0, ACCENT, WHITE),
    "standing": Look(22.0, BAND, INK),
    "leaning": Look(18.0, BAND, INK),
    "sitting": Look(14.0, OUTSIDE, WHITE),
    "unknown": Look(22.0, WHITE, SOFT),
}


@dataclass(frozen=True, slots=True)
class _Block:
    """A walk with its turns, or a bout between walks; s."""

    kind: str
    start_s: float
    end_s: float
    turns: tuple[tuple[float, float], ...] = ()


_PLOTS = (
    ("Walking speed", "speed_m_s", "m/s", "time_course.speed_slope_pct_min"),
    ("Step length", "step_length_m", "m", "time_course.stride_length_slope_pct_min"),
)


def course_picture(document: Mapping[str, Any]) -> Markup:
    """The figure of a summary document; empty for a walk of less than three minutes without a rest."""
    bouts, rests = document.get("bouts", []), document.get("rests", [])
    if not bouts or (not rests and (document["gait"]["walking_time_s"] or 0.0) < _LONG_S):
        return Markup("")
    blocks = _blocks(bouts)
    x = Scale(blocks[0].start_s, blocks[-1].end_s, _LEFT, _RIGHT)
    halves = document.get("half_minutes", [])
    shown = [plot for plot in _PLOTS if sum(half[plot[1]] is not None for half in halves) > 1]
    bottom = _FIRST_PLOT + _NEXT_PLOT * (len(shown) - 1) + _PLOT if shown else _STRIP_BOTTOM
    shapes = [shape for block in blocks for shape in _block(block, x)]
    for row, (title, name, unit, key) in enumerate(shown):
        at, measure = _FIRST_PLOT + _NEXT_PLOT * row, document["measures"].get(key)
        points = [(half, half[name]) for half in halves if half[name] is not None]
        shapes += [moved((0, at), _plot(title, unit, points, rests, measure, x))]
    marks = {half["fitted"] for half in halves} if shown else set()
    sloped = any(_slope_of(document, key) is not None for *_, key in shown)
    shapes += [*_minutes(x, bottom), *_legend({block.kind for block in blocks}, marks, sloped, bottom + 48)]
    told = " ".join(
        [_told(blocks), *(_slope_words(title, document["measures"].get(key)) for title, _, _, key in shown)]
    )
    return figure("walk-course", WIDTH, bottom + 56, "The walk over time", told, shapes)


def _blocks(bouts: Sequence[Mapping[str, Any]]) -> list[_Block]:
    """Bouts in order, turns joined to the walks they lie in."""
    out: list[_Block] = []
    for bout in bouts:
        start_s, end_s = bout["start_s"], bout["end_s"]
        turn = ((start_s, end_s),) if bout["kind"] == "turning" else ()
        kind = "walking" if turn else bout["kind"]
        if out and out[-1].kind == kind:
            out[-1] = _Block(kind, out[-1].start_s, end_s, out[-1].turns + turn)
        else:
            out.append(_Block(kind, start_s, end_s, turn))
    return out


def _block(block: _Block, x: Scale) -> list[Markup]:
    look, first, last = LOOKS[block.kind], x(block.start_s), x(block.end_s)
    top = _STRIP_BOTTOM - look.height
    shapes = _box((first, top), last - first, look)
    shapes += [rect((x(a), top), x(b) - x(a), 5, _TURN) for a, b in block.turns]
    for words in (f"{block.kind} {_clock(block.end_s - block.start_s)}", block.kind):
        if _LETTER * len(words) + 6 < last - first:
            middle = _STRIP_BOTTOM - 0.5 * look.height + 3.6
            shapes.append(text(((first + last) / 2, middle), words, 10, look.words, anchor="middle"))
            break
    return shapes


def _plot(
    title: str,
    unit: str,
    points: Sequence[tuple[Mapping[str, Any], float]],
    rests: Sequence[Mapping[str, Any]],
    measure: Mapping[str, Any] | None,
    x: Scale,
) -> list[Markup]:
    """One quantity over the half minutes, from its own upper edge."""
    fit = _fitted(points, measure)
    values = [value for _, value in (*points, *fit)]
    room = max(0.6 * (max(values) - min(values)), 0.5 * _LEAST_SPAN * median(values))
    middle = 0.5 * (max(values) + min(values))
    y = Scale(middle - room, middle + room, _PLOT, 0.0)
    shapes = [text((_LEFT, -8), title, 11.5, INK, bold=True)]
    shapes.append(text((_RIGHT, -8), _slope_words("", measure), 10, SOFT, anchor="end"))
    shapes += [rect((x(r["start_s"]), 0), x(r["end_s"]) - x(r["start_s"]), _PLOT, GRID) for r in rests]
    for tick in ticks(y.low, y.high, 5):
        shapes.append(line((_LEFT, y(tick)), (_RIGHT, y(tick)), GRID))
        shapes.append(text((_LEFT - 6, y(tick) + 3.5), bare(tick, unit), 10, SOFT, anchor="end"))
    shapes.append(upright_text((14, _PLOT / 2), unit_sign(unit), 10, SOFT))
    for walk in _by_walk(points, rests):
        shapes.append(polyline([(x(_middle(half)), y(value)) for half, value in walk], RULE, 1.5))
    shapes += [_point(half, (x(_middle(half)), y(value))) for half, value in points]
    for walk in _by_walk(fit, rests):
        shapes.append(polyline([(x(_middle(half)), y(value)) for half, value in walk], INK, 1.6, "6 3"))
    return shapes


def _point(half: Mapping[str, Any], at: tuple[float, float]) -> Markup:
    return circle(at, 3.2, ACCENT) if half["fitted"] else circle(at, 3.0, WHITE, ACCENT, 1.4)


def _fitted(
    points: Sequence[tuple[Mapping[str, Any], float]], measure: Mapping[str, Any] | None
) -> list[tuple[Mapping[str, Any], float]]:
    """The fitted line at the half minutes it was fitted to: the slope is in per cent of the first minute."""
    used = [point for point in points if point[0]["fitted"]]
    if measure is None or measure["value"] is None or not used:
        return []
    slope = 0.01 * measure["value"] * median(value for _, value in used[:2]) / 60.0
    level = median(value - slope * half["walked_s"] for half, value in used)
    return [(half, level + slope * half["walked_s"]) for half, _ in used]


def _by_walk(
    points: Sequence[tuple[Mapping[str, Any], float]], rests: Sequence[Mapping[str, Any]]
) -> list[list[tuple[Mapping[str, Any], float]]]:
    """Points of one walk after the other; no line runs through a rest."""
    walks: dict[int, list[tuple[Mapping[str, Any], float]]] = {}
    for half, value in points:
        walks.setdefault(sum(rest["start_s"] <= half["start_s"] for rest in rests), []).append((half, value))
    return [walk for walk in walks.values() if len(walk) > 1]


def _middle(half: Mapping[str, Any]) -> float:
    return 0.5 * float(half["start_s"] + half["end_s"])


def _minutes(x: Scale, bottom: float) -> list[Markup]:
    shapes = [line((_LEFT, bottom), (_RIGHT, bottom), RULE)]
    marks = ticks(0.0, (x.high - x.low) / 60.0, 8)
    decimals = 0 if all(mark == round(mark) for mark in marks) else 1
    for mark in marks:
        at = x(x.low + 60.0 * mark)
        shapes.append(line((at, bottom), (at, bottom + 4), RULE))
        shapes.append(text((at, bottom + 15), fixed(mark, decimals), 10, SOFT, anchor="middle"))
    return [*shapes, text((_RIGHT, bottom + 28), "minutes of the recording", 10, SOFT, anchor="end")]


def _legend(kinds: set[str], marks: set[bool], sloped: bool, at: float) -> list[Markup]:
    """What the blocks and marks mean."""
    samples = [
        (kind, [scaled(0.4, _box((0, -look.height + 3), 34, look))]) for kind, look in LOOKS.items() if kind in kinds
    ]
    if True in marks:
        samples.append(("median of half a minute", [circle((7, -3.5), 3.2, ACCENT)]))
    if False in marks:
        samples.append(("the same, not fitted", [circle((7, -3.5), 3.0, WHITE, ACCENT, 1.4)]))
    if sloped:
        samples.append(("fitted slope", [line((-4, -3.5), (16, -3.5), INK, 1.6, "6 3")]))
    shapes, left = [], _LEFT
    for words, sample in samples:
        shapes.append(moved((left, at), [*sample, text((20, 0), words, 10, SOFT)]))
        left += 40 + _LETTER * len(words)
    return shapes


def _box(corner: tuple[float, float], width: float, look: Look) -> list[Markup]:
    """The area of a kind of bout, from its upper left corner; what is not known has only a dashed edge."""
    left, top = corner
    shapes = [rect(corner, width, look.height, look.fill)]
    if look.fill == WHITE:
        shapes += [line((left, at), (left + width, at), SOFT, 1, "3 3") for at in (top, top + look.height)]
    return shapes


def _slope_of(document: Mapping[str, Any], key: str) -> float | None:
    return None if key not in document["measures"] else document["measures"][key]["value"]


def _slope_words(title: str, measure: Mapping[str, Any] | None) -> str:
    """The slope of a quantity and its interval; a whole sentence with a title."""
    if measure is None or measure["value"] is None:
        said = "no slope" if measure is None or not measure["reason"] else f"no slope: {measure['reason']}"
    else:
        around = f" (95\N{NO-BREAK SPACE}% {interval(measure['ci95'], measure['unit'])})" if measure["ci95"] else ""
        said = f"slope {quantity(measure['value'], measure['unit'], signed=True)}{around}"
    return f"{title}: {said}." if title else said


def _told(blocks: Sequence[_Block]) -> str:
    """The strip in words."""
    begin = blocks[0].start_s
    parts = [f"{b.kind} from {_clock(b.start_s - begin)} to {_clock(b.end_s - begin)}" for b in blocks[:_MOST_TOLD]]
    rest = f" and {len(blocks) - _MOST_TOLD} more" if len(blocks) > _MOST_TOLD else ""
    return f"In minutes and seconds: {'; '.join(parts)}{rest}."


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
