"""What is called an error in silico is one, and the pages hold a row for each measure."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from benchmarks.in_silico import METHODS, PAGES, PART, Errors, errors, table, true_strides, walks
from pipeline.result import SessionResult
from pipeline.session import analyze_table
from sensor.simulation import STRAIGHT, SimulatedWalk, WalkSpec, simulate
from sensor.simulation.pathways import PATHWAYS

SPEC = WalkSpec("antalgic_knee", severity=0.5, duration_s=35.0, seed=5, walkway_m=STRAIGHT, noise="none")


@pytest.fixture(scope="module")
def walk() -> SimulatedWalk:
    return simulate(SPEC)


@pytest.fixture(scope="module")
def result(walk: SimulatedWalk) -> SessionResult:
    return analyze_table(walk.table)


@pytest.fixture(scope="module")
def found() -> dict[str, Errors]:
    return errors([SPEC])


def test_sensors_without_error_on_a_rigid_body_leave_next_to_none(found: dict[str, Errors]) -> None:
    for name, off in (pair for page in found.values() for pair in page.items()):
        assert max(map(abs, off)) < (6.0 if "phase" in name else 1.5), name


def test_a_pelvis_that_was_truly_held_otherwise_is_that_much_of_an_error(
    walk: SimulatedWalk, result: SessionResult
) -> None:
    tipped = replace(walk.truth, tilt_deg=2.0 * walk.truth.tilt_deg + 10.0)
    usual, other = (true_strides(result, truth) for truth in (walk.truth, tipped))
    for one, two in zip(usual, other, strict=True):
        assert two.tilt_mean_deg == pytest.approx(2.0 * one.tilt_mean_deg + 10.0)
        assert two.tilt_rom_deg == pytest.approx(2.0 * one.tilt_rom_deg)
        assert two.obliquity_rom_deg == one.obliquity_rom_deg


def test_the_strides_are_the_same(walk: SimulatedWalk, result: SessionResult) -> None:
    for ours, true in zip(result.strides, true_strides(result, walk.truth), strict=True):
        assert (true.side, true.valid, true.ic_s, true.next_ic_s) == pytest.approx(
            (ours.side, ours.valid, ours.ic_s, ours.next_ic_s)
        )


def test_nobody_walks_twice() -> None:
    specs = list(walks(4, "poor"))
    assert len({spec.seed for spec in specs}) == len(specs) == 4 * len(PATHWAYS)
    assert {spec.noise for spec in specs} == {"poor"}


def test_a_row_counts_and_sums_up() -> None:
    assert table({"`lean`": [3.0, -1.0]}).splitlines()[-1] == "| `lean` | 2 | 1.00 | 2.24 | 2.90 |"


@pytest.mark.parametrize("page", PAGES)
def test_the_page_holds_a_row_for_each_measure(page: str, found: dict[str, Errors]) -> None:
    text = (METHODS / page).read_text(encoding="utf-8")
    part = text.partition(f"<!-- begin {PART} -->")[2].partition(f"<!-- end {PART} -->")[0]
    assert re.findall(r"^\| (`.*?) \|", part, re.MULTILINE) == list(found[page])
