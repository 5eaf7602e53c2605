"""From nothing to a trained model with its figures: label, cohort, evaluation, training, trials. One call, one seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from models.artefact import Artefact
from models.cohorts.cohort import Cohort, look_at_all
from models.cohorts.plan import CohortParams
from models.features import WITH_PELVIS
from models.judgement.answers import answers
from models.judgement.evaluation import evaluation
from models.judgement.sensitivity import USED, VARIANTS, SensitivityParams, sensitivity
from models.judgement.trials import TrialParams, trials
from models.learning.training import TrainingParams, train

Progress = Callable[[str, int, int], None]  # words, done, total; total 0 when there is nothing to count


@dataclass(frozen=True, slots=True)
class StudyParams:
    """Everything that decides the model."""

    cohort: CohortParams = field(default_factory=CohortParams)
    training: TrainingParams = field(default_factory=TrainingParams)
    sensitivity: SensitivityParams = field(default_factory=SensitivityParams)
    trials: TrialParams = field(default_factory=TrialParams)


def study(params: StudyParams, command: str, jobs: int, progress: Progress) -> tuple[Artefact, Cohort]:
    """Simulate, label, evaluate, train, try. Equal parameters give an equal model, whatever ``jobs`` is.

    Parameters
    ----------
    command : str
        What to type to get this model again; kept in it.
    """
    moves = sensitivity(params.sensitivity, jobs, lambda done, total: progress("Testing the label", done, total))
    looked = look_at_all(
        params.cohort,
        jobs,
        lambda done, total: progress("Simulating walks", done, total),
        otherwise={name: other for name, other in VARIANTS.items() if name != USED},
    )
    cohort = looked.cohort()
    training = replace(params.training, blur=moves["blur"])
    made = {"command": command, "cohort": asdict(params.cohort), "label": moves}
    model = learn(cohort, training, made, progress)
    progress("Learning from other labels", 0, 0)
    changed = answers(cohort, looked.margins_otherwise(), model.made["chosen"][WITH_PELVIS], training)
    tried = trials(model, cohort, params.cohort, training, params.trials, jobs, progress)
    return replace(model, evaluation={**model.evaluation, **tried, "answers": changed}), cohort


def learn(cohort: Cohort, params: TrainingParams, made: Mapping[str, Any], progress: Progress) -> Artefact:
    """Evaluate the training procedure on a cohort and train on all of it."""
    figures = evaluation(cohort, params, lambda words: progress(words.capitalize(), 0, 0))
    progress("Training", 0, 0)
    return train(cohort, params, made, figures)
