"""What models say about persons they have not seen, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artefact import Artefact
from models.cohorts.cohort import Cohort
from models.learning.training import TrainingParams, folds, train
from models.reading import known, on_score_scale, read
from models.risk import Level
from sensor.samples import BoolArray, FloatArray

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What models said about rows of persons they had not seen. Arrays of length n."""

    score: FloatArray
    covered: BoolArray  # the hidden strain lies in the 90 % interval
    width: FloatArray  # of the interval on the score's scale
    high: BoolArray
    moderate: BoolArray
    best: NDArray[np.str_]  # most consistent pathway
    in_set: BoolArray  # the true pathway is in the conformal set; meaningless where none is shown
    set_size: FloatArray
    spoke: BoolArray  # enough strides, and not unlike the training


def judge(model: Artefact, cohort: Cohort) -> Judged:
    """What a model says about every row."""
    rows = []
    names = model.patterns.pathways if model.patterns else ()
    for i, values in enumerate(cohort.features):
        found = known(values, model)
        said, truth = read(found.values, cohort.views[i], model), cohort.shown[i]
        rows.append(
            (
                said.score,
                said.low <= on_score_scale(float(cohort.margin[i]), model) <= said.high,
                said.high - said.low,
                said.level is Level.HIGH,
                said.level is not Level.LOW,
                names[int(said.consistency.argmax())] if names else "",
                truth in names and bool(said.in_set[names.index(truth)]),
                said.in_set.sum(),
                cohort.usable[i] > 0 and not found.silence,
            )
        )
    columns: list[Any] = [np.array(column) for column in zip(*rows, strict=True)]
    return Judged(*columns)


def cross_judged(cohort: Cohort, params: TrainingParams, progress: Progress = lambda _: None) -> Judged:
    """Every row judged by a model that was trained, from start to end, without that row's person."""
    parts: list[tuple[Any, Judged]] = []
    for number, (learn, rest) in enumerate(folds(cohort, params.folds, params.seed + 1), start=1):
        progress(f"evaluating: fold {number} of {params.folds}")
        parts.append((rest, judge(train(cohort.rows(learn), params, {}, {}), cohort.rows(rest))))
    back = np.argsort(np.concatenate([rest for rest, _ in parts]), kind="stable")

    def joined(name: str) -> Any:
        return np.concatenate([getattr(judged, name) for _, judged in parts])[back]

    return Judged(**{name: joined(name) for name in (field.name for field in fields(Judged))})
