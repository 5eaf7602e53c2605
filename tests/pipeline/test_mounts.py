"""How sensors sit is named right, whichever of the 24 sides of the case lies where."""

from __future__ import annotations

from functools import cache
from itertools import permutations, product

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pipeline.mounting.handedness import Axes
from pipeline.mounting.mounts import box_axes, left_open, mounts, upside_down
from pipeline.result import Beside, Handedness, Mount
from pipeline.session import analyze_table
from sensor.recording import RecordingTable
from sensor.samples import KNEES, FloatArray, Placement
from sensor.simulation import STRAIGHT, WalkSpec
from tests.pipeline.walks import SOON, replaced, walk

BOXES = [
    np.eye(3)[list(order)] * np.array(signs)[:, None]
    for order in permutations(range(3))
    for signs in product((1.0, -1.0), repeat=3)
    if np.linalg.det(np.eye(3)[list(order)] * np.array(signs)[:, None]) > 0.0
]


def named(box: FloatArray) -> tuple[str, str, str]:
    """Sensor axes that point forward, left and up in a sensor whose samples were multiplied by ``box``."""
    return tuple(f"{'+' if c.sum() > 0 else '-'}{'xyz'[int(np.argmax(np.abs(c)))]}" for c in box.T)  # type: ignore[return-value]


@cache
def aligned(seed: int) -> RecordingTable:
    """A walk whose sensors' axes are their segments'."""
    return walk(WalkSpec(duration_s=26.0, seed=seed, walkway_m=STRAIGHT, noise="none")).table


def test_no_two_of_the_24_are_named_alike() -> None:
    assert len(BOXES) == len({box_axes(box.T)[0] for box in BOXES}) == 24


@pytest.mark.parametrize("index", range(24))
def test_every_box_is_named_also_when_strapped_askew(index: int) -> None:
    box = BOXES[index]
    for seed, off_deg in ((1, 0.0), (2, 10.0), (3, 30.0)):
        about = Rotation.random(random_state=seed).apply([1.0, 0.0, 0.0])
        askew = Rotation.from_rotvec(np.radians(off_deg) * about).as_matrix()
        axes, left_over = box_axes(box.T @ askew)
        assert axes == named(box)
        assert left_over == pytest.approx(off_deg, abs=1e-4)


@pytest.mark.parametrize("first", [0, 7, 13])
def test_a_walk_tells_how_every_sensor_sits(first: int) -> None:
    """Each sensor another way up; the analysis is told nothing of it, and gives the same numbers."""
    check(first)


@pytest.mark.long
@pytest.mark.parametrize("first", range(24))
def test_a_walk_tells_every_way_of_every_sensor(first: int) -> None:
    check(first)


def check(first: int) -> None:
    table = aligned(1)
    box = {p: BOXES[(first + 3 * at) % 24] for at, p in enumerate(table.placements)}
    turned = replaced(table, lambda p, acc, gyr: (acc @ box[p].T, gyr @ box[p].T))
    result, usual = analyze_table(turned, params=SOON), analyze_table(table, params=SOON)
    assert {m.placement: (m.forward, m.left, m.up) for m in result.mounts} == {p: named(b) for p, b in box.items()}
    assert {m.handedness for m in result.mounts} == {Handedness.RIGHT}
    for ours, theirs in zip(result.mounts, usual.mounts, strict=True):
        assert ours.off_deg is not None
        assert ours.off_deg < 15.0
        assert ours.off_deg == pytest.approx(theirs.off_deg, abs=0.1)
    for metric, found in usual.asymmetry.items():
        assert result.asymmetry[metric].effect == pytest.approx(found.effect, abs=1e-3), metric


LEFT, RIGHT = KNEES
UP = np.array([0.0, 0.0, 1.0])


@pytest.mark.parametrize(
    ("other", "beside"),
    [
        (UP, Beside.SAME),
        (np.array([0.0, 0.6, 0.8]), Beside.SAME),
        (-UP, Beside.UPSIDE_DOWN),
        (np.array([0.6, 0.0, -0.8]), Beside.UPSIDE_DOWN),
        (np.array([1.0, 0.0, 0.0]), Beside.TURNED),
        (np.array([0.8, 0.0, 0.6]), Beside.TURNED),
    ],
)
def test_a_pair_is_compared_by_which_way_is_up(other: FloatArray, beside: Beside) -> None:
    found = mounts({LEFT: UP, RIGHT: other}, {}, dict.fromkeys(KNEES, Axes(Handedness.RIGHT)))
    assert [mount.beside for mount in found] == [beside, beside]
    said = upside_down(found)
    if beside is Beside.UPSIDE_DOWN:
        assert said == ["One of knee_left and knee_right sat upside down; no number depends on it."]
    else:
        assert said == []


def test_without_a_partner_or_an_axis_the_rest_is_said() -> None:
    (found,) = mounts({Placement.SACRUM: -UP}, {}, {Placement.SACRUM: Axes(Handedness.UNCLEAR)})
    assert found == Mount(Placement.SACRUM, "-z", None, None, None, None, Handedness.UNCLEAR)


def test_of_a_mirrored_sensor_only_up_is_known() -> None:
    (found,) = mounts({LEFT: UP}, {LEFT: np.eye(3)}, {LEFT: Axes(Handedness.MIRRORED, "gyr_x has the wrong sign")})
    assert (found.up, found.forward, found.left, found.off_deg) == ("+z", None, None, None)
    assert found.fault == "gyr_x has the wrong sign"


def test_axes_left_open_are_said_in_one_sentence() -> None:
    unclear, right = Axes(Handedness.UNCLEAR), Axes(Handedness.RIGHT)
    assert left_open(mounts({LEFT: UP, RIGHT: UP}, {}, {LEFT: unclear, RIGHT: right})) == [
        "Too little movement without gaps to tell whether the axes of knee_left are right."
    ]
    assert left_open(mounts({LEFT: UP, RIGHT: UP}, {}, {LEFT: right, RIGHT: right})) == []


def test_a_sensor_turned_over_is_a_notice_and_changes_no_verdict() -> None:
    table = aligned(2)
    flip = np.diag([1.0, -1.0, -1.0])
    over = replaced(table, lambda p, acc, gyr: (acc @ flip, gyr @ flip) if p is RIGHT else (acc, gyr))
    result, usual = analyze_table(over, params=SOON), analyze_table(table, params=SOON)
    assert "One of knee_left and knee_right sat upside down; no number depends on it." in result.recording.notices
    assert (result.quality, usual.recording.notices) == (usual.quality, ())
