"""summary.json: the contract's fields, the schema, and that nothing missing is silent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitchain.outputs import summary_bytes, summary_schema
from gaitchain.outputs.plain import number, plain
from models.risk import Level
from pipeline.result import Measure, Status
from sensor.samples import Placement
from tests.gaitchain.sample_results import SAMPLES, Sample, clear_asymmetry, healthy, one_knee, red_flags

EVERY_SAMPLE = pytest.mark.parametrize("make", SAMPLES.values(), ids=SAMPLES.keys())


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(summary_schema())


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(summary_schema())


@EVERY_SAMPLE
def test_every_summary_follows_the_schema(make: Callable[[], Sample]) -> None:
    assert [error.message for error in validator().iter_errors(make().document)] == []


@EVERY_SAMPLE
def test_what_is_written_reads_back_the_same_and_writes_the_same_bytes(make: Callable[[], Sample]) -> None:
    written = summary_bytes(make().document)
    assert json.loads(written) == make().document
    assert summary_bytes(make().document) == written
    assert b"NaN" not in written
    assert b"Infinity" not in written


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.update(surprise=1),
        lambda d: d["quality"].update(verdict="good"),
        lambda d: d["gait"].pop("speed_m_s"),
        lambda d: d["asymmetry"]["stance_time"].update(z_difference=1.0),
        lambda d: d["asymmetry"]["stance_time"].pop("log_ratio_pct"),
        lambda d: d["asymmetry"]["knee_flexion_swing"].update(reason=""),
        lambda d: d["chain"].reverse(),
        lambda d: d["measures"]["gait.speed_m_s"].update(value=None),
        lambda d: d["risk"].update(score=1.2),
        lambda d: d["risk"].update(abstained=True),
        lambda d: d["risk"]["pathways"].update(sciatica=0.5),
    ],
)
def test_the_schema_refuses_what_the_contract_does_not_allow(spoil: Callable[[dict[str, Any]], object]) -> None:
    spoiled = clear_asymmetry().document
    spoil(spoiled)
    assert not validator().is_valid(spoiled)


def test_each_asymmetry_has_exactly_one_scale() -> None:
    for metric, entry in healthy().document["asymmetry"].items():
        scale = "z_difference" if metric.startswith("knee_flexion") else "log_ratio_pct"
        assert {"z_difference", "log_ratio_pct"} & entry.keys() == {scale}


def test_a_log_ratio_belongs_to_the_values_beside_it() -> None:
    entry = clear_asymmetry().document["asymmetry"]["stance_time"]
    assert entry["log_ratio_pct"] == pytest.approx(100 * np.log(entry["left"] / entry["right"]), abs=1e-4)
    assert entry["log_ratio_pct"] < 0, "a painful left knee has the shorter stance on the left"


def test_no_number_of_gait_and_pelvis_is_bare() -> None:
    doc = clear_asymmetry().document
    for group in ("gait", "pelvis"):
        for name, value in doc[group].items():
            measure = doc["measures"][f"{group}.{name}"]
            assert measure["value"] == value
            assert measure["unit"]


def test_an_angle_carries_its_error_budget() -> None:
    doc = healthy().document
    rotation = doc["measures"]["pelvis.rotation_rom_deg"]
    assert (rotation["instrument_sd"], rotation["confidence"]) == (1.9, "low")
    assert doc["measures"]["gait.speed_m_s"]["confidence"] is None
    del rotation["instrument_sd"], rotation["confidence"]  # as an earlier version wrote it
    assert validator().is_valid(doc)


def test_a_contract_number_the_analysis_did_not_give_names_the_sensors_it_needs() -> None:
    doc = one_knee().document
    assert doc["gait"]["double_support_pct"] is None
    measure = doc["measures"]["gait.double_support_pct"]
    assert measure["status"] == "not_assessed"
    assert "the left knee and the right knee" in measure["reason"]
    assert "the left hip and the right hip, or the sacrum" in doc["measures"]["pelvis.drop_left_deg"]["reason"]


def test_metrics_left_out_altogether_are_not_assessed_with_a_reason() -> None:
    sample = clear_asymmetry((Placement.KNEE_LEFT, Placement.KNEE_RIGHT))
    doc = replace(sample, result=replace(sample.result, asymmetry={}, chain=())).document
    assert len(doc["asymmetry"]) == 9
    assert {entry["status"] for entry in doc["asymmetry"].values()} == {"not_assessed"}
    assert "left thigh" in doc["asymmetry"]["knee_flexion_swing"]["reason"]
    assert "gave no value" in doc["asymmetry"]["stance_time"]["reason"]
    assert [link["status"] for link in doc["chain"]] == ["not_assessed"] * 8
    assert validator().is_valid(doc)


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_an_observed_number_without_a_value_becomes_not_assessed(value: float | None) -> None:
    sample = healthy()
    speed = Measure("speed_m_s", "m/s", value, (0.9, 1.1), 40)
    doc = replace(sample, result=replace(sample.result, gait={"speed_m_s": speed})).document
    measure = doc["measures"]["gait.speed_m_s"]
    assert (measure["status"], measure["value"], measure["ci95"]) == ("not_assessed", None, None)
    assert measure["reason"]
    assert validator().is_valid(doc)


def test_a_withheld_measure_does_not_leak_its_value() -> None:
    sample = healthy()
    speed = Measure("speed_m_s", "m/s", 1.1, (0.9, 1.3), 4, status=Status.NOT_ASSESSED, reason="Too few strides.")
    doc = replace(sample, result=replace(sample.result, gait={"speed_m_s": speed})).document
    assert doc["gait"]["speed_m_s"] is None
    assert doc["measures"]["gait.speed_m_s"]["reason"] == "Too few strides."


def test_a_red_flag_withholds_everything_the_model_says() -> None:
    risk = red_flags().document["risk"]
    assert (risk["score"], risk["level"], risk["interval90"], risk["abstained"]) == (None, None, None, True)
    assert risk["pathways"] == {}
    assert risk["set90"] == []
    assert risk["contributions"] == []
    assert "red flag" in risk["reasons"][0]


def test_an_abstaining_model_shows_no_score_even_if_it_has_one() -> None:
    sample = clear_asymmetry()
    doc = replace(sample, risk=replace(sample.risk, abstained=True, level=Level.HIGH, reasons=())).document
    assert (doc["risk"]["score"], doc["risk"]["level"], doc["risk"]["interval90"]) == (None, None, None)
    assert doc["risk"]["reasons"]


def test_strides_are_counted_per_side() -> None:
    assert clear_asymmetry().document["strides"] == {
        "left": {"detected": 48, "valid": 46},
        "right": {"detected": 48, "valid": 46},
    }
    assert one_knee().document["strides"]["right"] == {"detected": 0, "valid": 0}


@given(st.floats())
def test_numbers_are_finite_or_null_and_near_the_value(value: float) -> None:
    short = number(value)
    if np.isfinite(value):
        assert short is not None
        assert short == pytest.approx(value, rel=1e-7)
        assert str(short) != "-0.0"
    else:
        assert short is None


def test_provenance_of_any_shape_becomes_plain_json() -> None:
    value = {"span": (1, np.float64("nan")), "list": np.arange(3), "set": {"b", "a"}, "one": one_knee().person}
    flat = plain(value)
    assert flat["span"] == [1, None]
    assert flat["list"] == [0, 1, 2]
    assert flat["set"] == ["a", "b"]
    assert flat["one"]["code"] is None
    json.dumps(flat, allow_nan=False)
