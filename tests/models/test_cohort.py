"""The cohort: the same for the same seed, persons apart, healthy references apart from both, kept without pickles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.cohorts.cohort import Row, Seen, assemble, build, load, save
from models.cohorts.plan import REFERENCE_SEEDS, SENSOR_SETS, USUAL_SET, CohortParams, plan
from models.features import NAMES
from models.risk import HEALTHY, HEALTHY_PATHWAYS
from models.strain.demand import DemandParams, demands
from models.strain.label import HealthyReference
from models.view import VIEW_NAMES
from sensor.samples import KNEES
from sensor.simulation.pathways import PATHWAYS
from tests.models.cohorts import REFERENCE, made_cohort
from tests.models.walks import truth_only

SMALL = CohortParams(persons=12, reference_persons=0)


def test_same_seed_same_plan() -> None:
    assert plan(SMALL) == plan(SMALL)
    assert plan(SMALL) != plan(CohortParams(persons=12, seed=2))


def test_more_persons_leave_the_first_as_they_were() -> None:
    assert plan(CohortParams(persons=20))[: len(plan(SMALL))] == plan(SMALL)


def test_cohorts_of_different_seeds_share_no_person() -> None:
    def persons(seed: int) -> set[int]:
        return {walk.spec.seed for walk in plan(CohortParams(persons=50, seed=seed))}

    assert not persons(1) & persons(2)
    assert max(persons(9)) < REFERENCE_SEEDS


def test_every_person_walks_healthy_and_along_some_pathways() -> None:
    by_person: dict[int, list[str]] = {}
    for walk in plan(SMALL):
        by_person.setdefault(walk.spec.seed, []).append(walk.spec.pathway)
    for pathways in by_person.values():
        assert pathways[:3] == [HEALTHY, "antalgic_knee", "abductor_weakness"]
        assert len(set(pathways)) == len(pathways) == 6
    assert {walk.spec.pathway for walk in plan(CohortParams(persons=60))} == set(PATHWAYS)


def test_conditions_vary() -> None:
    walks = plan(CohortParams(persons=60))
    assert {walk.spec.loss for walk in walks} == {0.0, 0.01, 0.03}
    assert {walk.spec.noise for walk in walks} == {"typical", "any_mounting", "poor"}
    assert {walk.spec.side for walk in walks} == {"left", "right"}
    assert all(walk.sets[0] == USUAL_SET for walk in walks)
    assert {name for walk in walks for name in walk.sets} == set(SENSOR_SETS)
    assert all(set(KNEES) <= set(walk.spec.placements) for walk in walks)


def test_some_walks_are_long_mixed_or_atypical() -> None:
    walks = [walk.spec for walk in plan(CohortParams(persons=150))]
    ill = [spec for spec in walks if spec.pathway not in HEALTHY_PATHWAYS]
    assert 0.14 < np.mean([spec.also is not None for spec in ill]) < 0.26
    assert 0.04 < np.mean([spec.expression != "usual" for spec in ill]) < 0.14
    assert not any(spec.also or spec.expression != "usual" for spec in walks if spec.pathway in HEALTHY_PATHWAYS)
    assert all(spec.duration_s >= 300.0 for spec in walks if spec.pathway == "claudication")
    assert {spec.protocol for spec in walks} == {"walk", "walk-sit-walk"}


def test_conditions_can_be_forced_upon_the_same_walks() -> None:
    forced = replace(SMALL, only_loss=0.03, only_clock_offset_s=0.01, only_sets=(USUAL_SET,))
    for walk, same in zip(plan(SMALL), plan(forced), strict=True):
        assert (same.spec.loss, same.spec.clock_offset_sd_s, same.sets) == (0.03, 0.01, (USUAL_SET,))
        assert same.spec.seed == walk.spec.seed
        assert (same.spec.pathway, same.spec.severity, same.spec.side) == (
            walk.spec.pathway,
            walk.spec.severity,
            walk.spec.side,
        )


def seen(pathway: str, severity: float, changed: bool = True, also: str | None = None) -> Seen:
    walk = truth_only()
    spec = replace(walk.spec, pathway=pathway, severity=severity, also=also)
    row = Row(USUAL_SET, np.zeros(len(NAMES)), np.zeros((2, len(VIEW_NAMES))), usable=True)
    return Seen(spec, walk.table.person, demands(walk, DemandParams()), changed, (row,))


def test_only_what_can_be_seen_alone_is_to_be_told_apart() -> None:
    walks = [
        seen("healthy", 0.0),
        seen("lumbar", 0.1),
        seen("lumbar", 0.2),
        seen("lumbar", 0.9, also="leg_length"),
        seen("claudication", 0.9, changed=False),
        seen("claudication", 0.9, changed=True),
    ]
    found = assemble(walks, REFERENCE)
    assert found.shown == ("healthy", "", "lumbar", "", "", "claudication")
    assert found.pathway[3] == "lumbar"
    assert found.main.all()


def test_kept_cohorts_come_back_the_same(tmp_path: Path) -> None:
    cohort = made_cohort(persons=5)
    save(cohort, tmp_path / "cohort.npz")
    again = load(tmp_path / "cohort.npz")
    assert again.sha256 == cohort.sha256
    assert again.reference == cohort.reference
    assert again.pathway == cohort.pathway
    np.testing.assert_array_equal(again.features, cohort.features)


def test_a_cohort_of_other_features_is_refused(tmp_path: Path) -> None:
    save(made_cohort(persons=2), tmp_path / "cohort.npz")
    with np.load(tmp_path / "cohort.npz") as kept:
        columns = dict(kept)
    columns["names"] = columns["names"][::-1]
    np.savez(tmp_path / "other.npz", **columns)
    with pytest.raises(ValueError, match=r"other\.npz: the cohort was made with other features"):
        load(tmp_path / "other.npz")


def test_the_hash_sees_every_label() -> None:
    cohort, other = made_cohort(persons=5), made_cohort(persons=5)
    assert cohort.sha256 == other.sha256
    other.margin[3] += 0.1
    assert cohort.sha256 != other.sha256


@pytest.mark.long
def test_rows_do_not_depend_on_the_number_of_processes() -> None:
    params = CohortParams(persons=2, reference_persons=12, duration_s=(40.0, 45.0), long_s=(50.0, 60.0), rest_share=0.0)
    one, two = build(params, jobs=1), build(params, jobs=2)
    assert one.sha256 == two.sha256
    assert one.reference == two.reference
    assert len(one) == 36
    assert isinstance(one.reference, HealthyReference)
    given = build(params, jobs=2, reference=REFERENCE)
    assert given.reference == REFERENCE
    np.testing.assert_array_equal(given.features, one.features)
