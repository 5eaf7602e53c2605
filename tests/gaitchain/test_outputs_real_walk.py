"""Schema, tables and report on what the pipeline really gives for a simulated walk."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import jsonschema
import pytest

from gaitchain.outputs import summary, summary_schema, write_outputs
from gaitchain.report import report_html
from pipeline.result import SessionResult
from pipeline.session import analyze_table
from sensor.person import Person
from sensor.samples import HIPS, KNEES, Side
from sensor.simulation import WalkSpec, simulate
from tests.gaitchain.html_page import Page
from tests.gaitchain.sample_results import abstained_risk


@pytest.fixture(scope="module")
def walk() -> tuple[SessionResult, Person]:
    spec = WalkSpec(
        "antalgic_knee", Side.LEFT, 0.8, duration_s=40.0, seed=5, placements=KNEES + HIPS, walkway_m=math.inf
    )
    table = simulate(spec).table
    return analyze_table(table), table.person


def test_files_and_page_of_a_simulated_walk_agree(walk: tuple[SessionResult, Person], tmp_path: Path) -> None:
    result, person = walk
    document = summary(result, abstained_risk("Too few strides for a score."), person)
    assert [error.message for error in jsonschema.Draft202012Validator(summary_schema()).iter_errors(document)] == []
    page = report_html(document, result.curves, person)
    paths = write_outputs(result, document, page, tmp_path)
    with paths["strides.csv"].open(newline="") as file:
        valid = [row for row in csv.DictReader(file) if row["valid"] == "true"]
    for side in Side:
        assert sum(row["side"] == side for row in valid) == document["strides"][side]["valid"] > 10
    stance = sorted(float(row["stance_time_s"]) for row in valid if row["side"] == "left" and row["stance_time_s"])
    middle = len(stance) // 2
    median = (stance[middle] + stance[~middle]) / 2
    assert document["asymmetry"]["stance_time"]["left"] == pytest.approx(median, abs=1e-4)
    assert document["asymmetry"]["stance_time"]["log_ratio_pct"] < 0
    read = Page(page)
    assert float(read.numbers["asymmetry.stance_time.left"][0]) == document["asymmetry"]["stance_time"]["left"]
    assert {"curve-pelvis_obliquity-title", "curve-knee_angular_velocity-title"} <= {
        value for _, name, value in read.attributes if name == "id"
    }
