"""Trends: a measure over the sessions of a patient, on the band within which nothing can be told from its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from gaitchain.app.pages.stored import documents_of, measure_name
from gaitchain.app.pages.words import date
from gaitchain.follow_up import STATUS_WORDS, Trend, TrendPoint, trend
from gaitchain.report.scales import Scale, ticks
from gaitchain.report.svg import circle, figure, line, polyline, rect, text
from gaitchain.report.theme import ACCENT, BAND, CLEAR, GRID, INK, RULE, SOFT, WHITE, WITHIN
from gaitchain.report.words import bare, fixed, quantity, span, unit_sign
from gaitchain.store import Session, Store
from pipeline.change import Course

KEYS = ("asymmetry.stance_time", "pelvis.drop_difference_deg", "gait.speed_m_s", "asymmetry.step_time")
_WIDTH, _HEIGHT = 420.0, 196.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 404.0, 16.0, 158.0
_COLOURS = {Course.RESOLVED: WITHIN, Course.RESOLVING: WITHIN, Course.WORSE: CLEAR}


@dataclass(frozen=True, slots=True)
class TrendPicture:
    """One measure over sessions: the picture, and the newest value against the first in words."""

    title: str
    picture: Markup
    said: str


def trend_pictures(store: Store, sessions: Sequence[Session]) -> list[TrendPicture]:
    """The trends of a patient; none before two sessions have a result."""
    stored = documents_of(store, sessions)
    if len(stored) < 2:
        return []
    documents, days = [document for _, document in stored], [one.started for one, _ in stored]
    trends = [trend(documents, key) for key in KEYS]
    return [
        TrendPicture(measure_name(one.key), trend_picture(one, days), _newest(one))
        for one in trends
        if sum(point.reading is not None for point in one.points) > 1
    ]


def trend_picture(one: Trend, days: Sequence[datetime]) -> Markup:
    """Sessions from left to right, evenly spaced; a change within the grey band is grey."""
    x = Scale(0, max(len(one.points) - 1, 1), _LEFT + 16, _RIGHT - 16)
    y = _y_axis(one)
    marks = [(x(i), y(point.reading.value), point) for i, point in enumerate(one.points) if point.reading is not None]
    shapes = [_band(one, y), *_axes(one, x, y, days)]
    shapes.append(polyline([(at_x, at_y) for at_x, at_y, _ in marks], "#8fa1ae", 1.4))
    for at_x, at_y, point in marks:
        shapes += _mark(at_x, at_y, y, point)
    words = ", ".join(
        f"{date(day)} {'no value' if point.reading is None else quantity(point.reading.value, one.unit, signed=True)}"
        for day, point in zip(days, one.points, strict=True)
    )
    title = f"{measure_name(one.key)} over {len(days)} sessions"
    return figure(f"trend-{one.key.replace('.', '-')}", _WIDTH, _HEIGHT, title, f"{words}. {_newest(one)}", shapes)


def _newest(one: Trend) -> str:
    """The newest value against the first, in a sentence."""
    point = next((point for point in reversed(one.points) if point.change is not None), None)
    if point is None or point.change is None or point.change.difference is None:
        return "No change can be told."
    size = f"{fixed(point.change.difference, 1 if one.unit != 'm/s' else 2, signed=True)} {unit_sign(one.unit)}"
    if point.change.status is Course.UNCHANGED:
        return f"Since the first session {size}: within the error of measurement, unchanged."
    return f"Since the first session {size}: {STATUS_WORDS[point.change.status]}."


def _y_axis(one: Trend) -> Scale:
    values = [
        end for point in one.points if point.reading for end in (point.reading.value, *(point.reading.ci95 or ()))
    ]
    values += list(one.unchanged or ())
    low, high = min(values), max(values)
    margin = 0.08 * (high - low) or 1.0
    return Scale(low - margin, high + margin, _BOTTOM, _TOP)


def _band(one: Trend, y: Scale) -> Markup:
    if one.unchanged is None:
        return Markup("")
    low, high = one.unchanged
    return rect((_LEFT, y(high)), _RIGHT - _LEFT, y(low) - y(high), BAND)


def _axes(one: Trend, x: Scale, y: Scale, days: Sequence[datetime]) -> list[Markup]:
    shapes = []
    for mark in ticks(y.low, y.high, 5):
        shapes.append(line((_LEFT, y(mark)), (_RIGHT, y(mark)), RULE if mark == 0 else GRID, 1))
        shapes.append(text((_LEFT - 6, y(mark) + 3.5), bare(mark, one.unit), 10.5, SOFT, anchor="end"))
    step = -(-len(days) // 6)
    for i, day in enumerate(days):
        if i % step == 0:
            shapes.append(text((x(i), _BOTTOM + 16), f"{day.astimezone():%-d %b}", 10.5, SOFT, anchor="middle"))
    told = "" if one.unchanged is None else f"grey: {span(one.unchanged, one.unit)}, unchanged since the first session"
    return [*shapes, text((_LEFT, _HEIGHT - 6), told, 10.5, SOFT)]


def _mark(x: float, y: float, axis: Scale, point: TrendPoint) -> list[Markup]:
    """The first is a ring, unchanged is grey, better a dot, worse a square; with its interval."""
    colour = ACCENT if point.change is None else _COLOURS.get(point.change.status, SOFT)
    shapes = []
    if point.reading is not None and point.reading.ci95 is not None:
        low, high = point.reading.ci95
        shapes.append(line((x, axis(low)), (x, axis(high)), colour, 1.2))
    if point.change is None:
        return [*shapes, circle((x, y), 5, WHITE, colour, 2)]
    if point.change.status is Course.WORSE:
        return [*shapes, rect((x - 5, y - 5), 10, 10, colour)]
    return [*shapes, circle((x, y), 5, colour, INK, 0)]
