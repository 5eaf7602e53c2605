"""The trend's picture says what its numbers say; the education text is tied to what was measured."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from gaitchain.follow_up import Trend, TrendPoint
from gaitchain.report import education, theme
from gaitchain.report.trend import trend_svg
from pipeline.walk.change import Reading, change
from tests.gaitchain.html_page import SVG
from tests.gaitchain.sample_results import SAMPLES, clear_asymmetry, healthy, invalid

KEY = "asymmetry.stance_time"


def sessions(*values: float | None) -> Trend:
    readings = [None if value is None else Reading(value, (value - 1, value + 1), (-4.0, 4.0)) for value in values]
    baseline = next((i for i, reading in enumerate(readings) if reading is not None), None)
    if baseline is None or (first := readings[baseline]) is None:
        return Trend(KEY, "%", tuple(TrendPoint(None, None) for _ in readings), None, None)
    points = tuple(
        TrendPoint(r, None if r is None or i == baseline else change(KEY, first, r)) for i, r in enumerate(readings)
    )
    return Trend(KEY, "%", points, baseline, (first.value - 3.0, first.value + 3.0))


def image(*values: float | None) -> ET.Element:
    return ET.fromstring(str(trend_svg(sessions(*values), [f"{day} Mar" for day in range(1, len(values) + 1)])))


def words(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def test_every_session_says_its_status_in_words() -> None:
    root = image(-12.0, -11.0, -6.0, -1.0, -20.0, None)
    found = [word for word in words(root) if word in {"baseline", "unchanged", "resolving", "resolved", "worse"}]
    assert found == ["baseline", "unchanged", "resolving", "resolved", "worse"]
    assert "not assessed" in words(root)
    told = root.findtext(f"{SVG}desc") or ""
    assert "4 Mar: −1.0\N{NO-BREAK SPACE}%, resolved" in told


def test_unchanged_is_grey_and_hollow_and_worse_is_no_circle() -> None:
    circles = list(image(-12.0, -11.0, -20.0).iter(f"{SVG}circle"))
    assert [(c.get("fill"), c.get("stroke")) for c in circles] == [(theme.WHITE, theme.SOFT)]
    assert len(list(image(-12.0, -11.0, -20.0).iter(f"{SVG}polygon"))) == 1


def test_higher_values_stand_higher_within_the_picture() -> None:
    root = image(-12.0, -6.0, -1.0)
    points = next(root.iter(f"{SVG}polyline")).get("points", "").split()
    ys = [float(point.split(",")[1]) for point in points]
    assert ys == sorted(ys, reverse=True)
    assert all(0 < y < 190 for y in ys)


def test_many_sessions_leave_room_between_their_words() -> None:
    root = image(*[-12.0 + 0.1 * i for i in range(14)])
    assert [word for word in words(root) if word in {"baseline", "unchanged"}] == ["baseline", "unchanged"]
    assert sum("Mar" in word for word in words(root)) <= 8


def test_without_a_value_there_is_no_picture() -> None:
    assert trend_svg(sessions(None, None), ["1 Mar", "2 Mar"]) == ""


def document(name: str) -> dict[str, Any]:
    sample = SAMPLES[name]()
    return sample.document


def test_the_source_comes_first_and_follow_up_last() -> None:
    sample = clear_asymmetry()
    lessons = education.lessons(sample.document)
    assert [lessons[0].heading, lessons[1].heading] == ["The knee first", "Core and hips"]
    assert lessons[-1].heading == "Follow whether it settles"
    assert "outside the reference, pointing to the left side" in lessons[0].seen


def test_an_even_walk_is_not_said_to_limp() -> None:
    sample = healthy()
    lessons = education.lessons(sample.document)
    assert "lies within the reference" in lessons[0].seen
    assert {"When walking itself brings it on", "Slow on both sides"}.isdisjoint({one.heading for one in lessons})


def test_nothing_is_taught_from_an_invalid_recording() -> None:
    sample = invalid()
    assert education.lessons(sample.document) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_no_wording_that_claims_more_than_was_measured(name: str) -> None:
    told = " ".join(
        [education.IDEA, education.CLOSING, *(f"{one.seen} {one.words}" for one in education.lessons(document(name)))]
    )
    assert not re.search(
        r"\b(you have|diagnos\w+|cured|normal|abnormal|caused by|detects?|predicts?)\b", told, re.IGNORECASE
    )
