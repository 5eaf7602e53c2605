"""The pictures of the report: that a mark lies where its number says."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from gaitchain.report import bars, chain, curves, risk, theme, words
from gaitchain.report.scales import Scale, ticks
from tests.gaitchain.html_page import SVG
from tests.gaitchain.sample_results import clear_asymmetry, healthy

FINITE = st.floats(-1e6, 1e6)


def parsed(image: Markup) -> ET.Element:
    return ET.fromstring(str(image))


def band_ends(image: ET.Element) -> tuple[float, float]:
    band = next(rect for rect in image.iter(f"{SVG}rect") if rect.get("fill") == theme.BAND)
    start = float(band.get("x", ""))
    return start, start + float(band.get("width", ""))


def mark_at(image: ET.Element) -> float:
    """Middle of the mark: the last shape of a strip, a circle, a polygon or a square."""
    shape = list(image)[-1]
    if shape.tag == f"{SVG}circle":
        return float(shape.get("cx", ""))
    if shape.tag == f"{SVG}rect":
        return float(shape.get("x", "")) + float(shape.get("width", "")) / 2
    xs = [float(point.split(",")[0]) for point in shape.get("points", "").split()]
    return (min(xs) + max(xs)) / 2


def entry(effect: float, flag: str = "none") -> dict[str, Any]:
    stance = clear_asymmetry().document["asymmetry"]["stance_time"]
    return {**stance, "log_ratio_pct": effect, "ci95": [effect - 1, effect + 1], "band": [-4.0, 4.0], "flag": flag}


@given(st.floats(-13, 13), st.sampled_from(["none", "borderline", "clear"]))
def test_a_mark_lies_in_the_grey_exactly_when_the_effect_is_in_the_band(effect: float, flag: str) -> None:
    image = parsed(bars.asymmetry_strip("stance_time", entry(effect, flag)))
    low, high = band_ends(image)
    at = mark_at(image)
    if abs(abs(effect) - 4) > 0.01:
        assert (low < at < high) == (abs(effect) < 4)
    if abs(effect) > 0.1:
        assert (at > (low + high) / 2) == (effect > 0), "left larger lies to the right"


def test_marks_differ_in_shape_not_only_in_colour() -> None:
    shapes = {
        flag: list(parsed(bars.asymmetry_strip("step_time", entry(5, flag))))[-1].tag for flag in theme.FLAG_COLOURS
    }
    assert len(set(shapes.values())) == 3


@pytest.mark.parametrize("effect", [60.0, -60.0])
def test_an_effect_off_the_axis_stays_in_the_picture_as_an_arrow(effect: float) -> None:
    image = parsed(bars.asymmetry_strip("stance_time", entry(effect, "clear")))
    width = float(image.get("viewBox", "").split()[2])
    arrow = list(image)[-1]
    xs = [float(point.split(",")[0]) for point in arrow.get("points", "").split()]
    assert all(0 <= x <= width for x in xs)
    assert (min(xs) > width / 2) == (effect > 0)


def test_a_strip_without_band_or_interval_still_shows_its_mark() -> None:
    bare = {**entry(3.0), "band": None, "ci95": None}
    image = parsed(bars.asymmetry_strip("stance_time", bare))
    assert mark_at(image) > float(image.get("viewBox", "").split()[2]) / 2


@given(st.floats(0.5, 2.0))
def test_a_measure_lies_in_the_grey_exactly_when_within_its_band(value: float) -> None:
    measure: dict[str, Any] = {"value": value, "unit": "m/s", "ci95": None, "band": [1.0, 1.4]}
    image = parsed(bars.measure_strip("gait.speed_m_s", measure))
    low, high = band_ends(image)
    if min(abs(value - 1.0), abs(value - 1.4)) > 0.01:
        assert (low < mark_at(image) < high) == (1.0 < value < 1.4)
        assert (words.against_band(value, measure["band"]) == "within reference") == (1.0 < value < 1.4)


def test_left_is_solid_red_and_right_dashed_blue() -> None:
    image = parsed(curves.panel(clear_asymmetry().result.curves["pelvis_obliquity"]))
    lines = {line.get("stroke"): line.get("stroke-dasharray") for line in image.iter(f"{SVG}polyline")}
    assert lines[theme.LEFT] is None
    assert lines[theme.RIGHT]
    marks = [line for line in image.iter(f"{SVG}line") if line.get("stroke") in (theme.LEFT, theme.RIGHT)]
    left, right = sorted(float(mark.get("x1", "")) for mark in marks)
    assert left < right, "the painful left leg leaves the ground earlier"


def test_where_the_sides_differ_is_marked_and_said() -> None:
    regions = [
        {"start_pct": 60.0, "end_pct": 75.0, "at_pct": 66.0, "difference": -12.0},
        {"start_pct": 97.0, "end_pct": 100.0, "at_pct": 99.0, "difference": 4.0},
    ]
    curve = clear_asymmetry().result.curves["pelvis_tilt"]
    (marked,), (plain,) = (
        curves.panels({"pelvis_tilt": curve}, {"pelvis_tilt": {"regions": found}}) for found in (regions, [])
    )
    said = [element.text for element in parsed(marked).iter(f"{SVG}text")]
    assert {"left larger", "right larger"} <= set(said)
    assert "From 60 to 75 % the right side is larger, by 12.0" in marked
    assert "larger" not in plain
    assert plain == curves.panel(curve)


def test_a_hole_in_a_curve_is_not_drawn_over() -> None:
    curve = clear_asymmetry().result.curves["pelvis_tilt"]
    assert curve.left_mean is not None
    holed = curve.left_mean.copy()
    holed[40:50] = np.nan
    image = parsed(curves.panel(replace(curve, left_mean=holed)))
    left = [line for line in image.iter(f"{SVG}polyline") if line.get("stroke") == theme.LEFT]
    assert [len(line.get("points", "").split()) for line in left] == [40, 51]


def test_a_curve_without_reference_or_right_side_is_drawn_without() -> None:
    curve = clear_asymmetry().result.curves["pelvis_tilt"]
    alone = replace(curve, right_mean=None, right_sd=None, right_fc_pct=None, band_low=None, band_high=None)
    image = parsed(curves.panel(alone))
    assert theme.BAND not in {shape.get("fill") for shape in image.iter(f"{SVG}polygon")}
    assert theme.RIGHT not in {line.get("stroke") for line in image.iter()}
    assert curves.panels({"pelvis_tilt": replace(alone, left_mean=None), "unknown": curve}) == []


def test_a_flat_curve_has_an_axis() -> None:
    curve = clear_asymmetry().result.curves["pelvis_tilt"]
    zero = np.zeros(101)
    flat = replace(curve, left_mean=zero, left_sd=zero, right_mean=None, band_low=None, band_high=None)
    points = next(parsed(curves.panel(flat)).iter(f"{SVG}polyline")).get("points", "")
    assert all(math.isfinite(float(number)) for point in points.split() for number in point.split(","))


def test_a_link_is_marked_on_its_side_of_the_body() -> None:
    doc = clear_asymmetry().document
    for link in doc["chain"]:
        if link["link"] == "knee":
            link["side"] = "right"
    drawn = {}
    for side in ("left", "right", None):
        doc["chain"][0]["side"] = side
        image = parsed(chain.chain_picture(doc["chain"], doc["risk"]))
        xs = [float(text.get("x", "")) for text in image.iter(f"{SVG}text") if text.text == "1"]
        drawn[side] = [x for x in xs if x < 140]  # the body; the card with the same number lies beyond
    assert drawn["left"] < drawn["right"]
    assert drawn[None] == drawn["left"] + drawn["right"]


def test_the_picture_tells_links_apart_without_colour() -> None:
    image = parsed(chain.chain_picture(clear_asymmetry().document["chain"], clear_asymmetry().document["risk"]))
    texts = [text.text for text in image.iter(f"{SVG}text")]
    assert texts.count("not assessed") == 3
    assert texts.count("outside reference") == 3
    assert texts.count("within reference") == 2
    assert "score 0.62 (0.41 to 0.78)" in texts


def test_contributions_point_the_way_they_move_the_score() -> None:
    doc = clear_asymmetry().document
    image = parsed(risk.contribution_bars(doc["risk"]["contributions"]))
    zero = float(next(image.iter(f"{SVG}line")).get("x1", ""))
    for bar in image.iter(f"{SVG}rect"):
        start, width = float(bar.get("x", "")), float(bar.get("width", ""))
        assert width > 0
        up = bar.get("fill") == theme.OUTSIDE
        assert (start if up else start + width) == pytest.approx(zero, abs=0.02)
    assert len(list(image.iter(f"{SVG}rect"))) == 6, "a feature that was not measured moves nothing"


def test_many_contributions_are_gathered_so_that_they_still_add_up() -> None:
    many = [
        {"feature": f"f{i}", "words": f"f{i}", "value": None, "unit": "", "log_odds": 0.1 * (i + 1)} for i in range(12)
    ]
    description = parsed(risk.contribution_bars(many)).find(f"{SVG}desc")
    assert description is not None
    sizes = [float(part.rpartition(" ")[2]) for part in (description.text or "").rstrip(".").split("; ")]
    assert sum(sizes) == pytest.approx(7.8)
    assert "5 other features together" in (description.text or "")


def test_the_score_lies_within_its_drawn_interval() -> None:
    image = parsed(risk.score_bar(clear_asymmetry().document["risk"]))
    dot = float(next(image.iter(f"{SVG}circle")).get("cx", ""))
    low, high = sorted(float(line.get("x1", "")) for line in image.iter(f"{SVG}line"))
    assert low < dot < high
    width = float(image.get("viewBox", "").split()[2])
    assert dot / width == pytest.approx(0.62, abs=0.02)


def test_pathways_come_most_consistent_first() -> None:
    image = parsed(risk.pathway_bars(healthy().document["risk"]["pathways"], ["healthy"]))
    shares = [float(text.text or "") for text in image.iter(f"{SVG}text") if (text.text or "")[0].isdigit()]
    assert shares == sorted(shares, reverse=True) == [0.81, 0.1, 0.09]


@given(FINITE, st.floats(0.01, 1e5), FINITE, st.floats(0.01, 1e4), st.floats(0, 1))
def test_a_scale_is_linear_and_clips(low: float, size: float, start: float, length: float, part: float) -> None:
    scale = Scale(low, low + size, start, start + length)
    assert scale(low + part * size) == pytest.approx(start + part * length, rel=1e-6, abs=1e-2)
    assert scale.clipped(low - 1) == pytest.approx(start)
    assert scale.clipped(low + size + 1) == pytest.approx(start + length, rel=1e-6)


@given(FINITE, st.floats(0.01, 1e5), st.integers(2, 8))
def test_ticks_are_round_even_and_within(low: float, size: float, wanted: int) -> None:
    marks = ticks(low, low + size, wanted)
    assert all(low - 1e-6 * size <= mark <= low + size * (1 + 1e-6) for mark in marks)
    assert len(marks) <= wanted + 1
    steps = np.diff(marks)
    if len(steps):
        assert steps == pytest.approx(steps[0], rel=1e-3)
        assert float(f"{steps[0]:.3g}") / 10 ** math.floor(math.log10(steps[0] * 1.0001)) == pytest.approx(
            min((1, 2, 5), key=lambda factor: abs(factor - steps[0] / 10 ** math.floor(math.log10(steps[0] * 1.0001)))),
            rel=1e-2,
        )


@given(FINITE, st.sampled_from(["m/s", "deg", "%", "steps/min", ""]))
def test_numbers_carry_a_true_minus_and_no_negative_zero(value: float, unit: str) -> None:
    shown = words.bare(value, unit)
    assert "-" not in shown
    back = float(shown.replace(words.MINUS, "-"))
    assert back == pytest.approx(value, abs=0.51)
    assert not (back == 0 and shown.startswith(words.MINUS))


def test_words_join_as_in_speech() -> None:
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b"]) == "a and b"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.sentence("it stops") == "It stops."
    assert words.sentence("It stops!") == "It stops!"
    assert words.quantity(None, "s") == "not assessed"
    assert words.quantity(-3.04, "deg", signed=True) == "\N{MINUS SIGN}3.0°"


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("The axes of knee_left are mirrored.", "The axes of left knee are mirrored."),
        (
            "it changes by -6.1 % (difference -0.1 deg)",
            "It changes by \N{MINUS SIGN}6.1 % (difference \N{MINUS SIGN}0.1°).",
        ),
        (
            "column knee_left_acc_x of P-017_1, 2026-11-22, L4-S3",
            "Column knee_left_acc_x of P-017_1, 2026-11-22, L4-S3.",
        ),
    ],
)
def test_words_of_the_analysis_are_printed_without_its_keys_and_signs(said: str, printed: str) -> None:
    assert words.sentence(said) == printed


@pytest.mark.parametrize(
    ("key", "value", "unit", "printed"),
    [
        ("time_course.walked_to_rest_s", 323.92, "s", "324\N{NO-BREAK SPACE}s"),
        ("time_course.recovery_speed_sitting_pct", 37.26, "%", "+37.3\N{NO-BREAK SPACE}%"),
        ("time_course.trunk_lean_slope_deg_min", 2.14, "deg/min", "+2.1°/min"),
        ("trunk.trunk_lean_deg", 3.06, "deg", "3.1°"),
        ("gait.step_regularity", 0.974, "1", "0.97"),
    ],
)
def test_a_change_has_a_sign_and_no_number_more_decimals_than_it_deserves(
    key: str, value: float, unit: str, printed: str
) -> None:
    assert words.measured(key, value, unit) == printed
