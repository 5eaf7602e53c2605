"""The picture of the walk over time: what was done lies where its times say, and the slope where its points do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from gaitchain.outputs import summary, summary_schema
from gaitchain.report import report_html
from gaitchain.report.mounts import mount_rows
from gaitchain.report.theme import contrast
from gaitchain.report.walk_course import LOOKS, course_picture
from pipeline.result import (
    Beside,
    Bout,
    BoutKind,
    Confidence,
    HalfMinute,
    Handedness,
    Measure,
    Mount,
    Rest,
    SessionResult,
    Status,
)
from sensor.samples import Placement
from tests.gaitchain.html_page import SVG
from tests.gaitchain.sample_results import Sample, healthy

SLOPE = Measure("speed_slope_pct_min", "%/min", -5.0, (-6.5, -3.5), 300)
NONE = Measure("stride_length_slope_pct_min", "%/min", None, status=Status.NOT_ASSESSED, reason="needs 3 minutes")


def bouts(*runs: tuple[BoutKind, float]) -> tuple[Bout, ...]:
    """Bouts that follow each other, by kind and length, s."""
    out, at = [], 100.0
    for kind, length_s in runs:
        out.append(Bout(kind, at, at + length_s, Confidence.HIGH, "told"))
        at += length_s
    return tuple(out)


SAT = bouts(
    (BoutKind.STANDING, 10.0),
    (BoutKind.WALKING, 80.0),
    (BoutKind.TURNING, 3.0),
    (BoutKind.WALKING, 97.0),
    (BoutKind.SITTING, 60.0),
    (BoutKind.WALKING, 50.0),
)
REST = Rest(BoutKind.SITTING, 290.0, 350.0, Confidence.HIGH, 180.0)


def halves(*speeds: float | None, start_s: float = 110.0, fitted: bool = True) -> tuple[HalfMinute, ...]:
    return tuple(
        HalfMinute(at, at + 30.0, at - 95.0, fitted, 50, speed, None)
        for at, speed in ((start_s + 30.0 * k, speed) for k, speed in enumerate(speeds))
    )


def document(**changes: Any) -> dict[str, Any]:
    sample = healthy()
    return summary(replace(sample.result, **changes), sample.risk, sample.person)


def sat(**changes: Any) -> dict[str, Any]:
    first = halves(1.2, 1.15, 1.1, 1.05, 1.0, 0.95)
    later = halves(1.2, start_s=350.0, fitted=False)
    course = {"speed_slope_pct_min": SLOPE, "stride_length_slope_pct_min": NONE}
    usual: dict[str, Any] = {"bouts": SAT, "rests": (REST,), "half_minutes": first + later, "time_course": course}
    return document(**(usual | changes))


def parsed(doc: dict[str, Any]) -> ET.Element:
    return ET.fromstring(str(course_picture(doc)))


def texts(image: ET.Element) -> list[str]:
    return [element.text or "" for element in image.iter(f"{SVG}text")]


def boxes(image: ET.Element, kind: str) -> list[tuple[float, float, float]]:
    """Left, right and height of the blocks of a kind in the strip; the legend's lie in a group."""
    found = [rect for rect in image.findall(f"{SVG}rect") if rect.get("fill") == LOOKS[kind].fill]
    return [(float(r.get("x", "")), float(r.get("x", "")) + float(r.get("width", "")), float(r.get("height", "")))
            for r in found]  # fmt: skip


def points(element: ET.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in element.get("points", "").split())]


def test_blocks_lie_where_their_times_say_and_differ_in_height() -> None:
    image = parsed(sat())
    per_s = (706.0 - 58.0) / 300.0
    assert boxes(image, "standing")[0] == pytest.approx((58.0, 58.0 + 10 * per_s, LOOKS["standing"].height), abs=0.02)
    walks = boxes(image, "walking")
    assert [(left, right) for left, right, _ in walks] == pytest.approx(
        [pytest.approx((58 + 10 * per_s, 58 + 190 * per_s), abs=0.02), pytest.approx((58 + 250 * per_s, 706), abs=0.02)]
    )
    assert boxes(image, "sitting")[0][:2] == pytest.approx((58 + 190 * per_s, 58 + 250 * per_s), abs=0.02)
    assert len({look.height for kind, look in LOOKS.items() if kind != "unknown"}) == 4


def test_blocks_are_named_where_there_is_room_and_always_in_words() -> None:
    image = parsed(sat())
    said = texts(image)
    assert "walking 3:00" in said
    assert "sitting 1:00" in said
    assert "standing" in said  # of the legend: ten seconds have no room
    told = image.findtext(f"{SVG}desc") or ""
    assert "standing from 0:00 to 0:10; walking from 0:10 to 3:10; sitting from 3:10 to 4:10" in told
    assert "slope \N{MINUS SIGN}5.0\N{NO-BREAK SPACE}%/min" in told


def test_no_line_runs_through_a_rest_and_the_fit_follows_its_points() -> None:
    image = parsed(sat())
    lines = [points(line) for line in image.iter(f"{SVG}polyline")]
    dashed = [points(line) for line in image.iter(f"{SVG}polyline") if line.get("stroke-dasharray")]
    rest_from, rest_to = 58 + 190 * 2.16, 58 + 250 * 2.16
    for line in lines:
        assert max(x for x, _ in line) <= rest_from + 1 or min(x for x, _ in line) >= rest_to - 1
    (fit,) = dashed
    (seen,) = [line for line in lines if line not in dashed]
    assert [x for x, _ in fit] == [x for x, _ in seen]
    # Steady in time: 5 % of 1.175 a minute is nearly what the points lose; the line passes their middle.
    rises = [b[1] - a[1] for a, b in pairwise(fit)]
    assert rises == pytest.approx([rises[0]] * len(rises), abs=0.02)
    assert rises[0] > 0.0  # downwards on the page
    offsets = sorted(a[1] - b[1] for a, b in zip(fit, seen, strict=True))
    assert offsets[0] <= 0.01
    assert offsets[-1] >= -0.01


def test_marks_of_what_is_not_fitted_are_hollow() -> None:
    marks = [c for group in parsed(sat()).findall(f"{SVG}g") for c in group.findall(f"{SVG}circle")]
    assert sum(c.get("fill") == "#ffffff" for c in marks) == 2  # one point, one in the legend
    assert "the same, not fitted" in texts(parsed(sat()))


def test_without_a_slope_its_reason_is_there_and_no_line() -> None:
    short = sat(time_course={"speed_slope_pct_min": replace(NONE, name="speed_slope_pct_min")})
    image = parsed(short)
    assert not [line for line in image.iter(f"{SVG}polyline") if line.get("stroke-dasharray")]
    assert "no slope: needs 3 minutes" in texts(image)
    assert "fitted slope" not in texts(image)


def test_what_is_not_known_has_only_a_dashed_edge() -> None:
    image = parsed(
        sat(bouts=(*SAT, *(replace(b, start_s=400.0, end_s=460.0) for b in bouts((BoutKind.UNKNOWN, 60.0)))))
    )
    assert "unknown 1:00" in texts(image)
    assert [line.get("stroke-dasharray") for line in image.findall(f"{SVG}line")].count("3 3") == 2


@pytest.mark.parametrize(
    ("runs", "rests", "walked_s", "shown"),
    [
        (bouts((BoutKind.WALKING, 60.0)), (), 60.0, False),
        (bouts((BoutKind.WALKING, 181.0)), (), 181.0, True),
        (SAT, (REST,), 100.0, True),
        ((), (), 300.0, False),
    ],
)
def test_it_is_shown_after_a_rest_or_three_minutes(
    runs: Sequence[Bout], rests: Sequence[Rest], walked_s: float, shown: bool
) -> None:
    walked = Measure("walking_time_s", "s", walked_s, n=99)
    doc = sat(bouts=tuple(runs), rests=tuple(rests), gait={"walking_time_s": walked})
    assert bool(course_picture(doc)) is shown
    sample = healthy()
    assert ("The walk over time</h2>" in report_html(doc, sample.result.curves, sample.person)) is shown


def test_a_summary_of_an_earlier_version_has_neither_picture_nor_rows() -> None:
    doc = sat()
    for key in ("half_minutes", "mounts"):
        del doc[key]
    assert "Walking speed" not in texts(parsed(doc))
    assert mount_rows(doc) == []
    del doc["bouts"], doc["rests"]
    assert course_picture(doc) == ""
    sample = healthy()
    assert "How the sensors sat" not in report_html(doc, sample.result.curves, sample.person)


@pytest.mark.parametrize("kind", LOOKS)
def test_words_stand_out_from_their_block(kind: str) -> None:
    assert contrast(LOOKS[kind].words, LOOKS[kind].fill) >= 4.5


def with_mounts(*mounts: Mount) -> tuple[Sample, SessionResult]:
    sample = healthy()
    return sample, replace(sample.result, mounts=mounts)


def test_how_sensors_sat_is_told_in_words() -> None:
    left, right = Placement.KNEE_LEFT, Placement.KNEE_RIGHT
    sample, result = with_mounts(
        Mount(left, "+x", "-z", "+y", 11.6, Beside.UPSIDE_DOWN, Handedness.RIGHT),
        Mount(right, "-x", None, None, None, Beside.UPSIDE_DOWN, Handedness.MIRRORED),
        Mount(Placement.SACRUM, "+y", "+x", "-z", 3.0, None, Handedness.RIGHT),
    )
    doc = summary(result, sample.risk, sample.person)
    first, second, third = mount_rows(doc)
    assert (first.sensor, first.up, first.forward, first.off) == ("left knee", "+x", "\N{MINUS SIGN}z", "12°")
    assert first.remark == "upside down against the other side"
    assert (second.forward, second.left, second.off) == ("not told", "not told", "")
    assert second.remark.startswith("axes contradict each other")
    assert (third.remark, third.off) == ("", "3°")
    page = report_html(doc, sample.result.curves, sample.person)
    assert "How the sensors sat" in page
    assert "upside down against the other side" in page


def test_summary_with_all_of_it_follows_the_schema() -> None:
    validator = pytest.importorskip("jsonschema").Draft202012Validator(summary_schema())
    mount = Mount(Placement.SACRUM, "+y", "+x", "-z", 3.0, None, Handedness.RIGHT)
    assert list(validator.iter_errors(sat(mounts=(mount,)))) == []
    broken = sat(mounts=(replace(mount, up="y"),))
    assert list(validator.iter_errors(broken)) != []
