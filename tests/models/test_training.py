"""Training: persons stay on one side, calibration, intervals and sets hold what they promise on persons not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.artefact import Artefact, logistic
from models.cohorts.cohort import Cohort
from models.features import FEATURES, NAMES, WITH_PELVIS, WITHOUT_PELVIS, Group, sensor_set
from models.judgement.evaluation import evaluation
from models.judgement.judging import Judged, cross_judged, judge
from models.judgement.statistics import area, calibration_error
from models.learning.training import TrainingParams, calibration, folds, knees_only, levels, train, unseen, walk_weights
from tests.models.cohorts import CAUSES, made_cohort

PARAMS = TrainingParams(strengths=(0.01, 0.1), blur=0.4)
QUICK = TrainingParams(strengths=(0.03,), folds=3, blur=0.4)
FRESH = made_cohort(persons=300, seed=7)
WITH_SENSORS = np.array([sensor_set(values) for values in FRESH.features])


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return made_cohort(persons=150)


@pytest.fixture(scope="module")
def model(cohort: Cohort) -> Artefact:
    return train(cohort, PARAMS, {}, {})


@pytest.fixture(scope="module")
def judged(model: Artefact) -> Judged:
    return judge(model, FRESH)


def test_no_person_is_on_both_sides(cohort: Cohort) -> None:
    person = np.array(cohort.person)
    judged_rows = np.zeros(len(cohort), int)
    for learn, rest in folds(cohort, 5, seed=3):
        assert not set(person[learn]) & set(person[rest])
        judged_rows[rest] += 1
    assert (judged_rows == 1).all()


def test_the_model_finds_the_causes(model: Artefact) -> None:
    reach = np.ptp(model.models[WITH_PELVIS].strain.heights, axis=1)
    assert {NAMES[i] for i in np.argsort(reach)[-2:]} == set(CAUSES)


def test_scores_of_persons_not_seen_are_calibrated(judged: Judged) -> None:
    label = FRESH.exceeds
    for part in np.array_split(np.argsort(judged.score), 5):
        assert judged.score[part].mean() == pytest.approx(label[part].mean(), abs=0.1)
    assert calibration_error(judged.score, label > 0) < 0.06


def test_intervals_hold_nine_of_ten_hidden_strains(judged: Judged) -> None:
    pelvis = WITH_SENSORS == WITH_PELVIS
    assert 0.86 < judged.covered.mean() < 0.95
    assert judged.covered[pelvis].mean() > 0.84
    assert judged.covered[~pelvis].mean() > 0.84


def test_intervals_are_wider_without_the_pelvis(judged: Judged) -> None:
    """Half of what drives the made-up strain is at the pelvis."""
    pelvis = WITH_SENSORS == WITH_PELVIS
    assert judged.width[~pelvis].mean() > judged.width[pelvis].mean()


def test_sets_hold_nine_of_ten_pathways(judged: Judged) -> None:
    assert 0.87 < judged.in_set.mean() < 0.97
    assert 1.0 <= judged.set_size.mean() < 3.0


def test_few_healthy_walks_are_called_high(judged: Judged) -> None:
    healthy = np.isin(FRESH.pathway, ("healthy", "healthy_slow"))
    assert judged.high[healthy].mean() < 0.08
    assert judged.high[FRESH.exceeds > 0].mean() > 2.0 * judged.high[healthy].mean()
    assert (judged.moderate | ~judged.high).all()


def test_levels_keep_their_shares() -> None:
    score = np.linspace(0.0, 1.0, len(FRESH))
    moderate, high = levels(FRESH, score, PARAMS)
    healthy = score[np.isin(FRESH.pathway, ("healthy", "healthy_slow"))]
    assert (healthy >= high).mean() == pytest.approx(PARAMS.flagged_healthy, abs=0.005)
    assert (healthy >= moderate).mean() >= PARAMS.raised_healthy
    assert levels(FRESH, 0.1 * score, PARAMS)[1] == 0.5


def test_calibration_undoes_overconfidence() -> None:
    draw = np.random.default_rng(0)
    honest = draw.normal(size=4000)
    label = (draw.uniform(size=4000) < logistic(honest)).astype(float)
    slope, offset = calibration(3.0 * honest + 1.0, label, np.ones(4000))
    assert slope == pytest.approx(1.0 / 3.0, abs=0.05)
    assert offset == pytest.approx(-1.0 / 3.0, abs=0.1)


def test_a_walk_counts_once_however_often_it_was_analysed(cohort: Cohort) -> None:
    twice = cohort.rows(np.concatenate([np.arange(len(cohort)), np.arange(10)]))
    weights = walk_weights(twice)
    assert weights[0] == pytest.approx(0.5 * weights[20])
    assert weights.mean() == pytest.approx(1.0)


def test_missing_values_never_become_zero(cohort: Cohort) -> None:
    """Moving every present value far from zero changes no prediction: the fill follows the column's mean."""
    moved = cohort.rows(np.arange(len(cohort)))
    pelvis = [i for i, feature in enumerate(FEATURES) if feature.group is Group.PELVIS]
    moved.features[:, pelvis] += 100.0
    assert unseen(moved, QUICK).log_odds == pytest.approx(unseen(cohort, QUICK).log_odds, abs=1e-3)


def test_the_model_for_knees_looks_at_nothing_else(cohort: Cohort, model: Artefact) -> None:
    bare = knees_only(cohort)
    assert len(bare) == len(cohort)  # here every walk is one row
    assert {sensor_set(values) for values in bare.features} == {WITHOUT_PELVIS}
    part = model.models[WITHOUT_PELVIS]
    for column, feature in enumerate(FEATURES):
        silent = not part.strain.heights[column].any() and not part.strain.missing[column]
        assert silent == (feature.group in (Group.PELVIS, Group.THIGHS, Group.TRUNK)), feature.name


def test_flatter_lines_are_chosen_unless_persons_speak_for_others(cohort: Cohort) -> None:
    """With causes to learn, what learns them; with nothing to learn, what learns least."""
    assert unseen(cohort, replace(QUICK, strengths=(1e-6, 0.03))).strength == 0.03
    shuffled = cohort.rows(np.random.default_rng(3).permutation(len(cohort)))
    nothing = replace(cohort, margin=shuffled.margin)
    assert unseen(nothing, replace(QUICK, strengths=(0.03, 1e-6))).strength == 1e-6


def test_shuffled_labels_teach_nothing(cohort: Cohort) -> None:
    """The whole procedure, choice of strength included, must not see the labels of those it judges."""
    draw = np.random.default_rng(1)
    shuffled = cohort.rows(np.arange(len(cohort)))
    shuffled.margin[:] = draw.permutation(shuffled.margin)
    found = cross_judged(shuffled, QUICK)
    assert area(shuffled.exceeds, found.score) == pytest.approx(0.5, abs=0.1)


def test_evaluation_compares_with_the_baselines(cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.judgement.statistics.DRAWS", 30)
    found = evaluation(cohort, QUICK)
    assert {"speed only", "stance asymmetry only"} <= set(found["baselines"])
    auc, low, high = found["auc"]
    assert low < auc < high
    speed = found["baselines"]["speed only"]
    assert speed["model_is_better_by"][1] > 0.1
    assert speed["auc"][0] == pytest.approx(0.5, abs=0.12)
    assert found["pathway_balanced_accuracy"][0] > 0.6
    assert found["in_silico"] is True
    assert found["generator_too_easy"] is (auc > 0.95)
    assert found["held_out_devices"]["condition"] == "poor"
    assert sum(row["walks"] for row in found["reliability"]) == found["walks"]
