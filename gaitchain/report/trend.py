"""One measure over the sessions of a person: where a change lies within measurement error it is grey.

The grey band is the reference of each session; between the dashed lines a value cannot be told from the baseline. Marks
differ in shape as well as in colour, and say their status in words while there is room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from gaitchain.follow_up import STATUS_WORDS, Trend, TrendPoint
from gaitchain.report.scales import Scale, ticks
from gaitchain.report.svg import circle, figure, line, polygon, polyline, rect, text, upright_text
from gaitchain.report.theme import ACCENT, BAND, CLEAR, GRID, INK, RULE, SOFT, WHITE, WITHIN
from gaitchain.report.words import MEASURES, METRICS, bare, quantity, spoken, unit_sign
from pipeline.result import Interval
from pipeline.walk.change import Course

WIDTH, HEIGHT = 460.0, 204.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 446.0, 26.0, 150.0
COURSE_COLOURS: Mapping[Course, str] = {
    Course.RESOLVED: WITHIN,
    Course.RESOLVING: WITHIN,
    Course.UNCHANGED: SOFT,
    Course.WORSE: CLEAR,
    Course.NOT_ASSESSED: SOFT,
}
_MARGIN = 0.08
_MOST_DATES = 8  # more labels than that run into each other
_MOST_WORDS = 6
_KEY = "grey: reference \N{MIDDLE DOT} dashed: within error of the baseline"


def trend_svg(trend: Trend, dates: Sequence[str], name: str = "") -> Markup:
    """Draw a trend.

    Parameters
    ----------
    trend : Trend
    dates : sequence of str
        What stands below each point, oldest first.
    name : str
        Of the image, unique on its page; by default from the trend's key.

    Returns
    -------
    Markup
        An SVG image; empty when no session shows the measure.
    """
    if trend.baseline is None:
        return Markup("")
    low, high = _reach(trend)
    x = Scale(-0.5, len(trend.points) - 0.5, _LEFT, _RIGHT)
    y = Scale(low, high, _BOTTOM, _TOP)
    title = measure_name(trend.key)
    shapes = [
        text((_LEFT, 15), title, 12, INK, bold=True),
        text((_LEFT, HEIGHT - 5), _KEY, 9.5, SOFT),
        *_axes(trend, dates, x, y),
    ]
    shapes += [shape for i, point in enumerate(trend.points) for shape in _reference(point, x(i - 0.5), x(i + 0.5), y)]
    shapes += _unchanged(trend.unchanged, y)
    line_through = [(x(i), y(p.reading.value)) for i, p in enumerate(trend.points) if p.reading is not None]
    shapes.append(polyline(line_through, RULE, 1.5))
    for i, point in enumerate(trend.points):
        shapes += _mark(point, x(i), y, is_baseline=i == trend.baseline)
        if len(dates) <= _MOST_WORDS or i in (trend.baseline, len(dates) - 1):
            words, colour = course_words(point, is_baseline=i == trend.baseline), _colour(point, i == trend.baseline)
            shapes.append(text((x(i), _BOTTOM + 32), words, 10.5, colour, anchor="middle", bold=True))
    called = name or f"trend-{trend.key.replace('.', '-').replace('_', '-')}"
    return figure(called, WIDTH, HEIGHT, f"{title} over {len(trend.points)} sessions", _told(trend, dates), shapes)


def measure_name(key: str) -> str:
    """A measure's key in words."""
    group, _, name = key.partition(".")
    return f"{spoken(name, METRICS)}, left against right" if group == "asymmetry" else spoken(key, MEASURES)


def course_words(point: TrendPoint, *, is_baseline: bool) -> str:
    """How a session stands against the baseline."""
    if is_baseline:
        return "baseline"
    if point.reading is None:
        return "not assessed"
    return "" if point.change is None else STATUS_WORDS[point.change.status]


def _reach(trend: Trend) -> Interval:
    """The ends of the axis: every value with its interval and band, and zero of a comparison."""
    seen = [0.0] if trend.key.startswith("asymmetry.") else []
    for point in trend.points:
        if point.reading is not None:
            seen += [point.reading.value, *(point.reading.ci95 or ()), *(point.reading.band or ())]
    seen += trend.unchanged or ()
    low, high = min(seen), max(seen)
    room = _MARGIN * (high - low) or 1.0
    return low - room, high + room


def _axes(trend: Trend, dates: Sequence[str], x: Scale, y: Scale) -> list[Markup]:
    shapes = [upright_text((14, (_TOP + _BOTTOM) / 2), unit_sign(trend.unit), 11, SOFT)]
    for tick in ticks(y.low, y.high, 4):
        shapes += [
            line((_LEFT, y(tick)), (_RIGHT, y(tick)), GRID),
            text((_LEFT - 6, y(tick) + 4), bare(tick, trend.unit), 10.5, SOFT, anchor="end"),
        ]
    every = -(-len(dates) // _MOST_DATES)
    for i, date in enumerate(dates):
        if i % every == 0:
            shapes.append(text((x(i), _BOTTOM + 16), date, 10.5, SOFT, anchor="middle"))
        shapes.append(line((x(i), _BOTTOM), (x(i), _BOTTOM + 3), RULE))
    return shapes


def _reference(point: TrendPoint, start: float, end: float, y: Scale) -> list[Markup]:
    if point.reading is None or point.reading.band is None:
        return []
    low, high = point.reading.band
    return [rect((start, y.clipped(high)), end - start, y.clipped(low) - y.clipped(high), BAND)]


def _unchanged(around: Interval | None, y: Scale) -> list[Markup]:
    """The two edges of what cannot be told from the baseline; dashed, so that the reference shows through."""
    if around is None:
        return []
    return [line((_LEFT, y(edge)), (_RIGHT, y(edge)), SOFT, 1.0, "3 3") for edge in around]


def _mark(point: TrendPoint, x: float, y: Scale, *, is_baseline: bool) -> list[Markup]:
    if point.reading is None:
        return []
    status = None if point.change is None else point.change.status
    colour = _colour(point, is_baseline)
    at = (x, y(point.reading.value))
    shapes = []
    if point.reading.ci95 is not None:
        low, high = point.reading.ci95
        shapes.append(line((x, y(low)), (x, y(high)), colour, 1.5))
    if is_baseline:
        shapes.append(rect((x - 5, at[1] - 5), 10, 10, colour))
    elif status is Course.WORSE:
        shapes.append(polygon([(x, at[1] - 7), (x - 7, at[1] + 5), (x + 7, at[1] + 5)], colour))
    elif status in (Course.RESOLVED, Course.RESOLVING):
        shapes.append(circle(at, 5.5, colour))
    else:
        shapes.append(circle(at, 5.0, WHITE, colour, 2.0))
    return shapes


def _colour(point: TrendPoint, is_baseline: bool) -> str:
    if is_baseline:
        return ACCENT
    return COURSE_COLOURS[Course.NOT_ASSESSED if point.change is None else point.change.status]


def _told(trend: Trend, dates: Sequence[str]) -> str:
    """The picture in words."""
    parts = []
    for i, (date, point) in enumerate(zip(dates, trend.points, strict=True)):
        words = course_words(point, is_baseline=i == trend.baseline)
        value = "" if point.reading is None else f"{quantity(point.reading.value, trend.unit)}, "
        parts.append(f"{date}: {value}{words}")
    around = ""
    if trend.unchanged is not None:
        low, high = (bare(edge, trend.unit) for edge in trend.unchanged)
        around = f" Between {low} and {high} {unit_sign(trend.unit)} a change lies within measurement error."
    return f"{'; '.join(parts)}.{around}"
