"""Walks seen from either leg: the mirror image has the same two views in another order."""

from __future__ import annotations

import numpy as np
import pytest

from models.features import Group
from models.view import VIEW, VIEW_NAMES, views
from sensor.samples import FloatArray, Placement, Side
from tests.models.walks import FOUR, walked


def seen(
    pathway: str = "healthy", severity: float = 0.0, side: Side = Side.LEFT, placements: tuple[Placement, ...] = FOUR
) -> FloatArray:
    walk, result = walked(pathway, severity, side, placements=placements)
    return views(result, walk.table.person)


def test_the_mirror_image_changes_the_legs_only() -> None:
    left, right = seen("antalgic_knee", 0.7, Side.LEFT), seen("antalgic_knee", 0.7, Side.RIGHT)
    assert (np.isfinite(left) == np.isfinite(right[::-1])).all()
    there = np.isfinite(left).all(axis=0)
    scale = np.abs(left[:, there]).max(axis=0) + 1.0
    off = np.abs(left - right[::-1])[:, there] / scale
    assert np.median(off) < 0.01
    assert off.max() < 0.25


def test_differences_turn_their_sign_with_the_leg() -> None:
    both = seen("antalgic_knee", 0.7)
    odd = [i for i, name in enumerate(VIEW_NAMES) if name.endswith("_effect") or "_difference" in name]
    assert both[0, odd] == pytest.approx(-both[1, odd], nan_ok=True)


def test_the_painful_leg_is_borne_on_for_less_time() -> None:
    left, right = seen("antalgic_knee", 0.9)[:, VIEW_NAMES.index("stance_time_effect")]
    assert left < 0.0 < right


@pytest.mark.parametrize("group", [Group.THIGHS, Group.TRUNK])
def test_what_is_not_worn_is_missing(group: Group) -> None:
    columns = [i for i, feature in enumerate(VIEW) if feature.group is group]
    assert np.isnan(seen()[:, columns]).all()
    assert np.isfinite(seen(placements=tuple(Placement))[:, columns]).any()


def test_names_are_not_used_twice() -> None:
    assert len(set(VIEW_NAMES)) == len(VIEW_NAMES)
