"""The words beside the score: wide intervals, sets of every size, silence, and models that no simulation taught."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from gaitchain.outputs import summary, summary_schema
from gaitchain.report import report_html, strain
from gaitchain.report.pdf.content import content
from tests.gaitchain.html_page import Page
from tests.gaitchain.sample_results import abstained, clear_asymmetry, red_flags

SHARES = {
    "antalgic_knee": 0.5,
    "leg_length": 0.2,
    "lumbar": 0.1,
    "healthy": 0.1,
    "piriformis": 0.06,
    "benign_asymmetry": 0.04,
}


def risk(*, interval: tuple[float, float] = (0.2, 0.4), inside: int = 1, in_silico: bool = True) -> dict[str, Any]:
    return {
        "score": 0.3,
        "level": "moderate",
        "interval90": list(interval),
        "pathways": SHARES,
        "set90": list(SHARES)[:inside],
        "in_silico": in_silico,
        "model_version": "m-1",
    }


@pytest.mark.parametrize(("interval", "wide"), [((0.0, 0.98), True), ((0.1, 0.6), True), ((0.2, 0.69), False)])
def test_an_interval_over_half_of_the_scale_is_said_to_decide_nothing(
    interval: tuple[float, float], wide: bool
) -> None:
    assert bool(strain.caution(risk(interval=interval))) is wide


def test_a_low_score_of_a_walk_like_an_ailing_one_is_no_all_clear() -> None:
    low = risk() | {"level": "low"}
    assert "no all-clear" in strain.caution(low)
    assert "most like “protecting a painful knee”" in strain.caution(low)
    assert strain.caution(low | {"pathways": {"healthy_slow": 0.6, "lumbar": 0.4}}) == ""
    assert strain.caution(risk()) == ""
    assert "no all-clear" not in strain.caution(low | {"in_silico": False})


def test_the_differential_names_the_set_and_rules_nothing_out() -> None:
    one, three, five = (strain.differential(risk(inside=inside)) for inside in (1, 3, 5))
    assert one.startswith("Differential: protecting a painful knee alone (dark, with a dot).")
    assert "protecting a painful knee, leg length difference and lumbar rotation pattern (dark" in three
    assert "hardly tells them apart" in five
    assert "hardly tells them apart" not in three
    assert all("not ruled out" in words and "9 of 10 simulated walkers" in words for words in (one, three, five))
    assert "none of the pathways fits" in strain.differential(risk(inside=0))
    assert "dot" not in strain.differential(risk(inside=3), drawn=False)
    assert strain.differential(risk() | {"pathways": {}, "set90": []}) == ""


def test_a_model_of_own_labels_is_never_called_in_silico() -> None:
    sample = clear_asymmetry()
    given = replace(sample.risk, reasons=("Level: moderate from 0.20, high from 0.50.",), in_silico=False)
    document = summary(sample.result, given, sample.person)
    jsonschema.Draft202012Validator(summary_schema()).validate(document)
    assert document["risk"]["in_silico"] is False
    text = Page(report_html(document, sample.result.curves, sample.person)).text
    assert "Strain pattern, own labels" in text
    assert "labelled where it was trained" in text
    assert "silico" not in text.lower()
    assert "simulated" not in text.lower()
    told = repr(content(document, sample.result.curves, sample.person, "", compact=False)).lower()
    assert "silico" not in told
    assert "simulated" not in told


def test_silence_is_told_apart_from_a_finding_unless_a_clinician_has_to_look_first() -> None:
    for make, there in ((abstained, True), (red_flags, False)):
        sample = make()
        document = summary(sample.result, sample.risk, sample.person)
        text = Page(report_html(document, sample.result.curves, sample.person)).text
        assert ("No score is no finding" in text) is there
        told = repr(content(document, sample.result.curves, sample.person, "", compact=True))
        assert ("No score is no finding" in told) is there
