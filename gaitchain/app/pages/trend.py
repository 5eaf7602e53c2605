"""Trends of a patient: the measures worth following, each as a picture and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gaitchain.app.pages.words import day
from gaitchain.app.stored import FOLLOWED, documents_of
from gaitchain.follow_up import STATUS_WORDS, Trend, trend
from gaitchain.report.trend import trend_svg
from gaitchain.report.words import quantity
from gaitchain.store import Session, Store
from pipeline.walk.change import Course

SHOWN_MOST = 24  # sessions that a picture has room for


@dataclass(frozen=True, slots=True)
class TrendPicture:
    """One measure over sessions: the picture, and the newest value against the first in words."""

    picture: Markup
    said: str


def trend_pictures(store: Store, sessions: Sequence[Session]) -> list[TrendPicture]:
    """The trends of a patient; none before two sessions have a result."""
    stored = documents_of(store, sessions, SHOWN_MOST)
    documents = [document for _, document in stored]
    days = [day(one.started) for one, _ in stored]
    return [
        TrendPicture(trend_svg(one, days), newest(one))
        for one in (trend(documents, key) for key in FOLLOWED)
        if sum(point.reading is not None for point in one.points) > 1
    ]


def newest(one: Trend) -> str:
    """The newest value against the first, in a sentence."""
    change = next((point.change for point in reversed(one.points) if point.change is not None), None)
    if change is None or change.difference is None:
        return "No change can be told."
    size = quantity(change.difference, one.unit, signed=True)
    if change.status is Course.UNCHANGED:
        return f"Since the first session {size}: within the error of measurement, unchanged."
    return f"Since the first session {size}: {STATUS_WORDS[change.status]}."
