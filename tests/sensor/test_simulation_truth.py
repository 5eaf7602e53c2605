"""The truth as files, and its numbers against hand-made events."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from sensor.samples import Placement, Side
from sensor.simulation import TrueEvent, WalkSpec, simulate, write_truth
from sensor.simulation.summary import strides, summary
from sensor.simulation.timing import Turn


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_truth_is_written_as_the_contract_says(tmp_path: Path) -> None:
    of = simulate(WalkSpec("antalgic_knee", Side.RIGHT, 0.5, 20.0, 3, placements=(Placement.SACRUM,)))
    write_truth(of, tmp_path / "truth")
    events = rows(tmp_path / "truth" / "events.csv")
    assert list(events[0]) == ["time_s", "side", "event"]
    assert [(float(e["time_s"]), e["side"], e["event"]) for e in events] == [
        (e.time_s, e.side, e.event) for e in of.truth.events
    ]
    pelvis = rows(tmp_path / "truth" / "pelvis.csv")
    assert list(pelvis[0]) == ["time_s", "tilt_deg", "obliquity_deg", "rotation_deg"]
    assert len(pelvis) == len(of.table)
    assert [float(r["obliquity_deg"]) for r in pelvis] == pytest.approx(of.truth.obliquity_deg, abs=6e-4)
    joints = rows(tmp_path / "truth" / "joints.csv")
    assert list(joints[0])[:3] == ["time_s", "knee_flexion_left_deg", "knee_flexion_right_deg"]
    assert [float(r["knee_flexion_right_deg"]) for r in joints] == pytest.approx(
        of.truth.knee_flexion_right_deg, abs=6e-4
    )
    numbers = json.loads((tmp_path / "truth" / "truth.json").read_text(encoding="utf-8"))
    assert numbers["spec"]["pathway"] == "antalgic_knee"
    assert numbers["stance_asym_pct"] == pytest.approx(of.truth.numbers["stance_asym_pct"], abs=1e-6)


def test_equal_walks_are_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_truth(simulate(WalkSpec("healthy", duration_s=15.0, seed=1)), tmp_path / name)
    for file in ("events.csv", "pelvis.csv", "joints.csv", "truth.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_nobody_walking_is_no_event_and_still_a_file(tmp_path: Path) -> None:
    write_truth(simulate(WalkSpec(duration_s=1.0)), tmp_path)
    assert rows(tmp_path / "events.csv") == []
    numbers = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert numbers["walk_start_s"] is None
    assert numbers["n_strides_left"] == 0


def limping_events(count: int = 12) -> tuple[TrueEvent, ...]:
    """Stride 1 s; left lands at whole seconds and stands 0.58, right lands 0.45 later and stands 0.66."""
    made = []
    for i in range(count):
        made += [TrueEvent(i + 0.0, Side.LEFT, "IC"), TrueEvent(i + 0.58, Side.LEFT, "FC")]
        made += [TrueEvent(i + 0.45, Side.RIGHT, "IC"), TrueEvent(i + 1.11, Side.RIGHT, "FC")]
    return tuple(sorted(made, key=lambda e: e.time_s))


def test_numbers_of_a_limp_made_by_hand() -> None:
    found = strides(limping_events(), ())
    time_s = np.arange(0.0, 12.0, 0.01)
    left_up = np.where((time_s % 1.0) < 0.58, 3.0 * np.sin(np.pi * (time_s % 1.0) / 0.58), 0.0)
    pelvis = np.array([0.0 * time_s, left_up, 0.0 * time_s])
    walked = np.array([1.2 * time_s, 0.0 * time_s, 0.0 * time_s])
    knee = 10.0 * np.sin(np.pi * (time_s % 1.0)) ** 2
    ankles = {Side.LEFT: walked + [[0.6], [0.0], [0.0]], Side.RIGHT: walked}
    out = summary(found, time_s, pelvis, {Side.LEFT: knee, Side.RIGHT: knee}, ankles)
    assert out["n_strides_left"] == 7  # 11 gait cycles without the first two and the last two
    assert out["stance_asym_pct"] == pytest.approx(100 * np.log(0.58 / 0.66))
    assert out["step_asym_pct"] == pytest.approx(100 * np.log(0.55 / 0.45))
    assert out["swing_asym_pct"] == pytest.approx(100 * np.log(0.42 / 0.34))
    assert out["drop_left_deg"] == pytest.approx(3.0, abs=0.01)
    assert out["drop_right_deg"] == pytest.approx(3.0 * np.sin(np.pi * 0.45 / 0.58), abs=0.02)
    assert out["speed_m_s"] == pytest.approx(1.2)
    assert out["stride_time_cv_pct"] == pytest.approx(0.0, abs=1e-9)


def test_strides_that_touch_a_turn_are_not_straight() -> None:
    found = strides(limping_events(), (Turn(5.2, 7.4, np.pi),))
    straight = [s.ic_s for s in found if s.side is Side.LEFT and s.straight]
    assert straight == [2.0, 3.0]  # 4 s ends at 5 s, within 0.3 turns (0.66 s) of its start; the last two never count
