"""The report as a page: what it says equals the summary, whatever the summary holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from gaitchain.report import report_html, theme
from gaitchain.report.words import interval, typeset
from tests.gaitchain.html_page import SVG, Page
from tests.gaitchain.sample_results import (
    SAMPLES,
    Sample,
    abstained,
    clear_asymmetry,
    healthy,
    invalid,
    long_reasons,
    one_knee,
    red_flags,
)

EVERY_SAMPLE = pytest.mark.parametrize("make", SAMPLES.values(), ids=SAMPLES.keys())


def html(sample: Sample) -> str:
    return report_html(sample.document, sample.result.curves, sample.person, "22 November 2026")


def page(sample: Sample) -> Page:
    return Page(html(sample))


def at(document: dict[str, Any], key: str) -> float:
    group, _, rest = key.partition(".")
    if group in ("gait", "pelvis"):
        return float(document[group][rest])
    value: Any = document
    for part in key.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return float(value)


@EVERY_SAMPLE
def test_every_printed_number_is_the_summary_s_rounded(make: Callable[[], Sample]) -> None:
    sample = make()
    doc = sample.document
    for key, (exact, printed) in page(sample).numbers.items():
        assert float(exact) == at(doc, key)
        digits = re.match(r"[+\N{MINUS SIGN}]?\d+(?:\.(\d+))?", printed)
        assert digits, f"{key} prints {printed!r}"
        tolerance = 0.5 * 10 ** -len(digits[1] or "") + 1e-9
        assert float(digits[0].replace("\N{MINUS SIGN}", "-")) == pytest.approx(float(exact), abs=tolerance)


@EVERY_SAMPLE
def test_every_number_of_the_summary_is_printed(make: Callable[[], Sample]) -> None:
    sample = make()
    doc = sample.document
    wanted = {key for key, measure in doc["measures"].items() if measure["status"] == "observed"}
    for metric, entry in doc["asymmetry"].items():
        if entry["status"] == "observed":
            scale = "z_difference" if "z_difference" in entry else "log_ratio_pct"
            wanted |= {f"asymmetry.{metric}.{part}" for part in ("left", "right", scale)}
    if doc["risk"]["score"] is not None:
        wanted |= {"risk.score", "risk.interval90.0", "risk.interval90.1"}
    assert set(page(sample).numbers) == wanted


@EVERY_SAMPLE
def test_the_page_asks_nothing_of_the_network_and_runs_nothing(make: Callable[[], Sample]) -> None:
    source = html(make())
    read = Page(source)
    assert not read.tags & {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "base", "form"}
    assert not [item for item in read.attributes if item[1] in ("src", "href", "xlink:href", "srcset", "action")]
    assert not [item for item in read.attributes if item[1].startswith("on")]
    style = source[source.index("<style>") : source.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


@EVERY_SAMPLE
def test_nothing_missing_is_printed_as_a_word_of_the_machine(make: Callable[[], Sample]) -> None:
    assert re.findall(r"\b(?:nan|NaN|None|null|inf|Infinity|undefined|True|False)\b", page(make()).text) == []
    assert "nan" not in "".join(value for _, _, value in page(make()).attributes)


@EVERY_SAMPLE
def test_the_same_session_gives_the_same_bytes(make: Callable[[], Sample]) -> None:
    assert html(make()) == html(make())


@EVERY_SAMPLE
def test_headings_come_in_order(make: Callable[[], Sample]) -> None:
    levels = [int(tag[1]) for tag, _ in page(make()).headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


@EVERY_SAMPLE
def test_every_image_names_and_describes_itself(make: Callable[[], Sample]) -> None:
    read = page(make())
    ids = [value for _, name, value in read.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    for image in read.images:
        assert image.get("role") == "img"
        title, description = image.find(f"{SVG}title"), image.find(f"{SVG}desc")
        assert title is not None
        assert title.text
        assert description is not None
        assert description.text
        assert (image.get("aria-labelledby") or "").split() == [title.get("id"), description.get("id")]


@EVERY_SAMPLE
def test_verdict_warning_signs_and_disclaimer_are_on_every_page(make: Callable[[], Sample]) -> None:
    sample = make()
    text = page(sample).text
    assert f"Recording quality {sample.result.quality.verdict.value.capitalize()}".replace(" ", "") in text.replace(
        " ", ""
    )
    assert all(" ".join(typeset(reason).split()).rstrip(".") in text for reason in sample.result.quality.reasons)
    assert "Emergency care the same day" in text
    assert "bladder" in text
    assert "not a medical device; not for diagnosis, triage or treatment decisions" in text
    assert "In silico" in text


@EVERY_SAMPLE
def test_the_wording_describes_and_does_not_judge(make: Callable[[], Sample]) -> None:
    text = page(make()).text.lower()
    for word in ("abnormal", "detects", "predicts", "cured", "you have", "caused by", "suffers", "incidence"):
        assert word not in text
    assert text.count("diagnos") == 1, "only in the disclaimer"
    assert not re.search(r"\bnormal\b", text)


@EVERY_SAMPLE
def test_a_link_without_evidence_says_so_with_its_reason(make: Callable[[], Sample]) -> None:
    sample = make()
    read = page(sample)
    description = read.image("chain").find(f"{SVG}desc")
    assert description is not None
    links = sample.document["chain"]
    start = read.rows.index(next(row for row in read.rows if re.match("Knee( left| right)?:", row)))
    for link, row in zip(links, read.rows[start : start + len(links)], strict=True):
        assert ("not assessed" in row) == (link["status"] == "not_assessed")
        assert " ".join(typeset(link["reason"]).split()).rstrip(".") in row
    assert (description.text or "").count("not assessed") == sum(link["status"] == "not_assessed" for link in links)


def test_flags_stand_in_words_beside_the_numbers() -> None:
    rows = {row.split(" 0.")[0]: row for row in page(clear_asymmetry()).rows}
    assert "clear: left shorter" in rows["Stance time"]
    assert "clear: left longer" in rows["Swing time"]
    assert "borderline: left longer" in rows["Step time"]
    assert any("Stride length" in row and "within reference" in row for row in rows.values())


def test_an_angle_says_what_its_sensors_add_and_that_it_is_not_to_be_leaned_on() -> None:
    assert page(healthy()).text.count("sensors' SD 1.9°, low confidence") == 1


def test_the_paragraph_names_what_stands_out_and_claims_no_cause() -> None:
    text = page(clear_asymmetry()).text
    short = text[
        text.index("In short") : text.index("Warning signs Emergency") if "Warning signs Emergency" in text else 3000
    ]
    assert "differ clearly in stance time (shorter on the left)" in short
    assert "drops 3.8° more in left than in right stance" in short
    assert "does not show that one causes the other" in short
    assert "in-silico strain score is 0.62 (90 % interval 0.41 to 0.78)" in short


def test_an_even_walk_is_called_within_its_bands() -> None:
    text = page(healthy()).text
    assert "All 9 comparisons of left and right that could be made lie within their reference bands." in text
    assert "clear:" not in text
    assert "borderline:" not in text
    assert "does not show that one causes the other" not in text


def test_a_difference_that_too_few_strides_show_is_said_but_not_flagged() -> None:
    read = page(abstained())
    assert "Outside its band, but not certain enough to flag: stance time (shorter on the left)" in read.text
    row = next(row for row in read.rows if row.startswith("Stance time"))
    assert "outside, not flagged" in row
    assert "Stance time" in next(row for row in read.rows if "18 strides a side are too few to flag" in row)
    assert "clear:" not in read.text


def test_an_invalid_recording_says_so_first_and_shows_no_number() -> None:
    read = page(invalid())
    assert "This recording cannot be described. No walking was found in this recording." in read.text
    assert read.numbers == {}
    assert "Left and right could not be compared." in read.text
    assert "No gait-cycle curves" in read.text


def test_one_knee_gives_one_sided_curves_and_lists_what_is_missing() -> None:
    read = page(one_knee())
    assert "What was not assessed, and why" in read.text
    reason = "It needs sensors at the left knee and the right knee"
    assert any(reason in row and "stance time" in row.lower() for row in read.rows)
    curve = read.image("curve-knee_angular_velocity")
    colours = {line.get("stroke") for line in curve.iter(f"{SVG}polyline")}
    assert colours == {theme.LEFT}


def test_stated_red_flags_come_before_everything_and_withhold_the_score() -> None:
    read = page(red_flags())
    text = read.text
    assert text.index("Bladder disturbance since last week; numbness in the saddle area") < text.index("In short")
    assert "A clinician should review this before anything else" in text
    assert "The score is withheld" in text
    assert not any(key.startswith("risk") for key in read.numbers)
    assert "0.62" not in text
    assert "Consistency with each pathway" not in text


def test_an_abstaining_model_gives_its_reason_and_no_bar() -> None:
    read = page(abstained())
    assert "The model abstains: no score" in read.text
    assert "Only 18 strides of each side are valid; 30 are needed for a score." in read.text
    assert not [image for image in read.images if (image.get("aria-labelledby") or "").startswith("risk-")]


def test_text_of_users_cannot_become_markup() -> None:
    source = html(long_reasons())
    assert "&lt;script&gt;alert" in source
    assert "<script" not in source
    assert "<img" not in source
    assert "<b>" not in source
    assert '<script>alert("x")</script>' in Page(source).text


@pytest.mark.parametrize("hostile", ['"><svg onload=x>', "{{ 7 * 7 }}", "</style><p>", "a\x00b", "]]>&amp;"])
def test_hostile_codes_and_reasons_stay_text(hostile: str) -> None:
    sample = clear_asymmetry()
    chain = tuple(replace(link, reason=hostile) for link in sample.result.chain)
    risk = replace(sample.risk, reasons=(hostile,), model_version=hostile)
    sample = Sample(replace(sample.result, chain=chain), risk, replace(sample.person, code=hostile, sex=hostile))
    read = page(sample)
    assert "49" not in read.headings[0][1]
    assert not [item for item in read.attributes if item[1] == "onload"]
    assert len(read.images) == len(page(clear_asymmetry()).images)


def test_it_prints_on_a4_and_speaks_english() -> None:
    source = html(clear_asymmetry())
    assert '<html lang="en">' in source
    assert "size: A4" in source
    assert "@media print" in source
    assert "<title>Walking pattern report KN-017</title>" in source


@pytest.mark.parametrize(
    "colour",
    [
        theme.INK,
        theme.SOFT,
        theme.ACCENT,
        theme.LEFT,
        theme.RIGHT,
        theme.WITHIN,
        theme.OUTSIDE,
        theme.CLEAR,
        theme.ALERT,
    ],
)
@pytest.mark.parametrize("ground", [theme.WHITE, theme.PANEL])
def test_text_stands_out_from_its_ground(colour: str, ground: str) -> None:
    assert theme.contrast(colour, ground) >= 4.5


def test_contrast_follows_the_definition() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert theme.contrast("#12506b", "#12506b") == 1.0


def test_a_red_flag_stated_after_the_analysis_withholds_the_score_too() -> None:
    sample = clear_asymmetry()
    person = replace(sample.person, red_flags=("pain at night",))
    read = Page(report_html(sample.document, sample.result.curves, person))
    assert "Pain at night" in read.text
    assert not any(key.startswith("risk") for key in read.numbers)
    assert "0.62" not in read.text


def test_every_tile_says_its_interval_and_the_strides_it_rests_on() -> None:
    text = page(clear_asymmetry()).text
    tiles = {
        key: measure
        for key, measure in clear_asymmetry().document["measures"].items()
        if key.startswith(("gait.", "pelvis.")) and measure["value"] is not None and measure["ci95"]
    }
    assert len(tiles) > 6
    for key, measure in tiles.items():
        assert f"% {interval(measure['ci95'], measure['unit'])}, n {measure['n']}" in text, key
