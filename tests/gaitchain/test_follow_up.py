"""The same simulated person over sessions: what was eased is said to be, what was only worn anew is not."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest

from gaitchain.cli import run
from gaitchain.errors import ExitCode
from gaitchain.follow_up import follow_up, trend
from gaitchain.outputs import summary, summary_bytes
from gaitchain.outputs.plain import JsonObject
from pipeline.result import Link
from pipeline.session import analyze_table
from pipeline.walk.change import Course
from sensor.samples import HIPS, KNEES, Side
from sensor.simulation import STRAIGHT, WalkSpec, simulate
from tests.gaitchain.sample_results import abstained_risk

Capture = pytest.CaptureFixture[str]


@cache
def session(severity: float, noise: str = "typical") -> JsonObject:
    """A minute and a half of one person with a painful left knee."""
    spec = WalkSpec("antalgic_knee", Side.LEFT, severity, 90.0, seed=5, placements=(*KNEES, *HIPS), noise=noise)
    table = simulate(spec).table
    return summary(analyze_table(table), abstained_risk("not of interest here"), table.person)


def courses(earlier: JsonObject, later: JsonObject) -> dict[Link, Course]:
    return {one.link: one.compared.change.status for one in follow_up(earlier, later).links}


def test_a_limp_that_goes_is_resolved_and_one_that_comes_is_worse() -> None:
    there, back = courses(session(0.8), session(0.0)), courses(session(0.0), session(0.8))
    for link in (Link.KNEE, Link.STRIDE):
        assert (there[link], back[link]) == (Course.RESOLVED, Course.WORSE)


def test_what_these_sensors_cannot_show_is_not_assessed() -> None:
    found = courses(session(0.8), session(0.0))
    assert {found[Link.ROTATORS], found[Link.LUMBAR], found[Link.CLAUDICATION]} == {Course.NOT_ASSESSED}


@cache
def claudicating(severity: float) -> JsonObject:
    """Six minutes without a pause."""
    spec = WalkSpec("claudication", severity=severity, duration_s=360.0, seed=5, placements=KNEES, walkway_m=STRAIGHT)
    table = simulate(spec).table
    return summary(analyze_table(table), abstained_risk("not of interest here"), table.person)


def test_a_walk_that_no_longer_fades_has_its_claudication_link_resolved() -> None:
    assert courses(claudicating(0.9), claudicating(0.0))[Link.CLAUDICATION] is Course.RESOLVED
    assert courses(claudicating(0.0), claudicating(0.9))[Link.CLAUDICATION] is Course.WORSE


def test_a_trunk_that_turns_otherwise_is_followed_where_it_is_worn() -> None:
    there, back = deepcopy(session(0.8)), deepcopy(session(0.8))
    for document, phase in ((there, 40.0), (back, 100.0)):
        measure = document["measures"]["trunk.thorax_pelvis_phase_deg"]
        measure |= {"value": phase, "ci95": [phase - 10.0, phase + 10.0], "band": [70.0, 150.0]}
    assert courses(there, back)[Link.LUMBAR] is Course.RESOLVED


def test_the_same_walk_with_sensors_strapped_on_anew_is_unchanged() -> None:
    found = follow_up(session(0.8), session(0.8, "any_mounting"))
    changed = {key: one.change for key, one in found.measures.items() if one.change.status is not Course.UNCHANGED}
    assert {key for key in changed if changed[key].status is not Course.NOT_ASSESSED} == set()


def test_what_else_differs_is_said() -> None:
    found = follow_up(session(0.8), session(0.0))
    assert any(sentence.startswith("Walking speed differs (") for sentence in found.cautions)
    other = deepcopy(session(0.8))
    other["recording"] |= {"patient_code": "B", "walking_aid": "cane right"}
    sentences = follow_up(session(0.8), other).cautions
    assert "The walking aid differs between the sessions." in sentences
    assert "The patient codes differ: is this one person?" in sentences


def test_nothing_of_an_invalid_session_is_compared() -> None:
    broken = deepcopy(session(0.0))
    broken["quality"]["verdict"] = "invalid"
    found = follow_up(session(0.8), broken)
    assert {one.change.status for one in found.measures.values()} == {Course.NOT_ASSESSED}
    assert found.cautions[0].startswith("The later session is invalid")


def test_a_trend_is_judged_against_the_first_session_that_shows_the_measure() -> None:
    absent = deepcopy(session(0.8))
    absent["asymmetry"]["step_time"]["log_ratio_pct"] = None
    found = trend([absent, session(0.8), session(0.4), session(0.0)], "asymmetry.step_time")
    assert (found.baseline, found.points[0].reading, found.points[1].change) == (1, None, None)
    first = found.points[1].reading
    assert first is not None
    assert found.unchanged == pytest.approx((first.value - 4.0, first.value + 4.0))
    last = found.points[3].change
    assert last is not None
    assert last.status is Course.RESOLVED


class TestCommand:
    @pytest.fixture
    def folders(self, tmp_path: Path) -> tuple[Path, Path]:
        pair = tmp_path / "before", tmp_path / "after"
        for folder, severity in zip(pair, (0.8, 0.0), strict=True):
            folder.mkdir()
            (folder / "summary.json").write_bytes(summary_bytes(session(severity)))
        return pair

    def test_one_object_on_stdout(self, folders: tuple[Path, Path], capsys: Capture) -> None:
        assert run(["compare", *map(str, folders), "--json"]) == ExitCode.OK
        said = json.loads(capsys.readouterr().out)
        (one,) = said["sessions"]
        knee = one["links"][0]
        assert (knee["link"], knee["measure"], knee["status"]) == ("knee", "asymmetry.stance_time", "resolved")
        assert knee["difference"] == pytest.approx(knee["later"] - knee["earlier"], rel=1e-6)

    def test_words_for_people(self, folders: tuple[Path, Path], capsys: Capture) -> None:
        assert run(["compare", *map(str, folders)]) == ExitCode.OK
        printed = capsys.readouterr().out
        assert "resolved: back within reference" in printed
        assert "Mind: Walking speed differs" in printed

    def test_what_is_no_summary_is_refused(self, folders: tuple[Path, Path], capsys: Capture) -> None:
        (folders[1] / "summary.json").write_text("{}", encoding="utf-8")
        assert run(["compare", *map(str, folders)]) == ExitCode.REFUSED
        assert "this is no summary that `gaitchain analyze` wrote" in capsys.readouterr().err
