"""Features: missing is missing, sides do not matter, and clinicians can read their names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.features import FEATURES, NAMES, Group, features, worn
from models.view import VIEW_NAMES, views
from pipeline.pooling import analyze_tables
from sensor.person import Person
from sensor.samples import KNEES, FloatArray, Placement, Side
from tests.models.walks import FOUR, walked


def of(
    pathway: str = "healthy",
    severity: float = 0.0,
    side: Side = Side.LEFT,
    seed: int = 1,
    placements: tuple[Placement, ...] = FOUR,
) -> FloatArray:
    walk, result = walked(pathway, severity, side, seed, placements)
    return features(result, walk.table.person)


def value(values: FloatArray, name: str) -> float:
    return float(values[NAMES.index(name)])


@pytest.mark.parametrize("pathway", ["antalgic_knee", "abductor_weakness"])
def test_a_walk_and_its_mirror_image_have_the_same_features(pathway: str) -> None:
    left, right = of(pathway, 0.7, Side.LEFT), of(pathway, 0.7, Side.RIGHT)
    assert np.isfinite(left).sum() == np.isfinite(right).sum() > 15
    assert left == pytest.approx(right, rel=0.01, abs=0.02, nan_ok=True)


def test_sensors_that_are_not_worn_leave_their_features_missing() -> None:
    knees = of(placements=KNEES)
    groups = worn(knees)
    assert (groups[Group.WALK], groups[Group.PELVIS], groups[Group.THIGHS]) == (True, False, False)
    for got, feature in zip(knees, FEATURES, strict=True):
        if feature.group in (Group.PELVIS, Group.THIGHS):
            assert np.isnan(got), feature.name
    assert not (knees == 0.0).any()


def test_without_knee_sensors_the_legs_are_not_seen() -> None:
    sacrum = of(placements=(Placement.SACRUM,))
    for name in ("stance_asymmetry_pct", "swing_velocity_asymmetry_pct", "impact_asymmetry_pct", "slower_swing_pct"):
        assert np.isnan(value(sacrum, name)), name


def test_what_is_not_told_of_the_person_is_missing() -> None:
    walk, result = walked()
    assert np.isnan(value(features(result, Person()), "bmi_kg_m2"))
    person = replace(walk.table.person, mass_kg=80.0, height_m=2.0)
    assert value(features(result, person), "bmi_kg_m2") == pytest.approx(20.0)


def test_a_painful_knee_is_seen_where_it_should_be() -> None:
    healthy, painful = of(), of("antalgic_knee", 0.8)
    for name in ("stance_asymmetry_pct", "step_asymmetry_pct", "swing_velocity_asymmetry_pct"):
        assert value(painful, name) > value(healthy, name) + 5.0
    assert value(painful, "speed_v_star") < value(healthy, "speed_v_star")
    slower = [
        value(of("antalgic_knee", 0.8, seed=seed), "slower_swing_pct") - value(of(seed=seed), "slower_swing_pct")
        for seed in (1, 2, 3)
    ]
    assert np.median(slower) < -2.0  # against the usual one at each one's speed; not in everybody


def test_a_weak_hip_is_seen_at_the_pelvis() -> None:
    """People show it more or less; over some of them the worse side drops more."""
    rise = [
        value(of("abductor_weakness", 0.8, seed=seed), "larger_drop_z") - value(of(seed=seed), "larger_drop_z")
        for seed in range(1, 6)
    ]
    assert np.median(rise) > 0.5


def test_every_feature_has_a_name_and_words_of_its_own() -> None:
    assert len(set(NAMES)) == len(FEATURES) == len({feature.words for feature in FEATURES})
    for feature in FEATURES:
        assert "_" not in feature.words
        assert feature.words[0].islower()


def test_recordings_taken_together_keep_what_counts_from_standing() -> None:
    """And no change while walking is read across pauses of a length that nobody knows."""
    walk, alone = walked("antalgic_knee", 0.6)
    together = analyze_tables([walk.table, walk.table])
    for name in ("forward_tilt_deg", "list_deg", "list_to_short_stance_deg"):
        column = NAMES.index(name)
        expected = features(alone, walk.table.person)[column]
        assert features(together, walk.table.person)[column] == pytest.approx(expected, abs=0.05), name
    changes = [i for i, name in enumerate(VIEW_NAMES) if name.endswith("_change_pct_min")]
    assert np.isnan(views(together, walk.table.person)[:, changes]).all()
