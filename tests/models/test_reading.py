"""When the model is silent: not for one harmless measure, but when its answer would hang on what it does not know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.artefact import Artefact
from models.features import FEATURES, NAMES, WITH_PELVIS, sensor_set
from models.learning.training import TrainingParams, train
from models.reading import known, left_out, read
from sensor.samples import FloatArray
from tests.models.cohorts import CAUSES, made_cohort

COHORT = made_cohort(persons=100)
MODEL = train(COHORT, TrainingParams(strengths=(0.1,), shrinkages=(0.3,), blur=0.4), {}, {})
ROW = next(i for i, values in enumerate(COHORT.features) if sensor_set(values) == WITH_PELVIS)


def with_far(*names: str) -> FloatArray:
    values = COHORT.features[ROW].copy()
    values[[NAMES.index(name) for name in names]] = 1e4
    return np.asarray(values)


def harmless(model: Artefact) -> list[str]:
    """Measured features by how little they can move the score, except speed."""
    reach = np.ptp(model.models[WITH_PELVIS].strain.heights, axis=1)
    there = np.isfinite(COHORT.features[ROW])
    return [NAMES[i] for i in np.argsort(reach) if there[i] and i > 0]


def test_a_usual_walk_is_known() -> None:
    found = known(COHORT.features[ROW], MODEL)
    assert not found.silence
    assert not left_out(found, COHORT.features[ROW], MODEL)


def test_one_harmless_measure_is_left_out_and_said() -> None:
    name = harmless(MODEL)[0]
    values = with_far(name)
    found = known(values, MODEL)
    assert not found.silence
    assert np.isnan(found.values[NAMES.index(name)])
    (sentence,) = left_out(found, values, MODEL)
    assert FEATURES[NAMES.index(name)].words in sentence
    assert sentence.endswith(".")


def test_a_measure_that_decides_silences() -> None:
    strict = replace(MODEL, most_outside=0.3)
    (sentence,) = known(with_far(CAUSES[0]), strict).silence
    assert FEATURES[NAMES.index(CAUSES[0])].words in sentence


def test_many_harmless_measures_silence_together() -> None:
    few, many = harmless(MODEL)[:2], harmless(MODEL)[:12]
    lenient = replace(MODEL, most_outside=99.0)
    assert not known(with_far(*few), lenient).silence
    assert known(with_far(*many), lenient).silence


@pytest.mark.parametrize("speed", [np.nan, 1e4])
def test_without_a_known_speed_nothing_is_said(speed: float) -> None:
    values = COHORT.features[ROW].copy()
    values[0] = speed
    assert known(values, MODEL).silence


def test_what_is_left_out_counts_as_not_measured() -> None:
    name = harmless(MODEL)[0]
    missing = COHORT.features[ROW].copy()
    missing[NAMES.index(name)] = np.nan
    views = COHORT.views[ROW]
    assert read(known(with_far(name), MODEL).values, views, MODEL).score == read(missing, views, MODEL).score
