"""The risk of one session: score, level, interval, pathways and reasons, or the reasons why there is none."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.artefact import Artefact, logistic, shipped
from models.enough import too_little
from models.features import FEATURES, Group, features, worn
from models.risk import Contribution, Level, Risk
from pipeline.result import SessionResult
from sensor.person import Person
from sensor.samples import KNEES, FloatArray

RED_FLAG = "A red flag was stated: the score is withheld until a clinician has reviewed it."


def assess(result: SessionResult, person: Person, model: Artefact | None = None) -> Risk:
    """Judge a session with the shipped model, or another one.

    ``score`` is the in-silico probability that the hidden mechanical strain exceeds what 97.5 % of healthy simulated
    people of the same speed show; its log-odds are ``baseline_log_odds`` plus all contributions. ``interval90`` is the
    range on the same scale in which nine of ten of the values lie that a look at the whole skeleton would have given.

    The model abstains, with reasons, when a red flag was stated, the recording is invalid, a knee sensor is missing,
    a side has fewer than 30 valid strides, or the walk is unlike those it was trained on.
    """
    model = model or shipped()
    if person.red_flags:
        return _abstained(model, (RED_FLAG,))
    missing = [placement.value for placement in KNEES if placement not in result.recording.placements]
    if missing:
        need = f"The score needs sensors below both knees; {' and '.join(missing)} is missing."
        return _abstained(model, (need, *too_little(result)))
    if reasons := too_little(result):
        return _abstained(model, reasons)
    values = features(result, person)
    if reasons := unlike_training(values, model):
        return _abstained(model, reasons)
    return _judged(values, model)


def unlike_training(values: FloatArray, model: Artefact) -> tuple[str, ...]:
    """Why the model should not speak about these features, in sentences; empty when it may."""
    if not np.isfinite(values[0]):
        return ("Walking speed could not be found, and nothing can be compared without it.",)
    outside = model.familiar.outside(values)
    if outside:
        named = ", ".join(
            f"{FEATURES[i].words} ({values[i]:.3g}{_unit(FEATURES[i].unit)}, known {model.familiar.low[i]:.3g} to "
            f"{model.familiar.high[i]:.3g})"
            for i in outside
        )
        return (f"The walk is unlike the simulated ones the model was trained on: {named}.",)
    if model.familiar.distance(values, model.usual) > model.familiar.farthest:
        return ("The combination of measures is unlike any simulated walk the model was trained on.",)
    return ()


def _judged(values: FloatArray, model: Artefact) -> Risk:
    log_odds = model.log_odds(values)
    score = float(logistic(log_odds))
    have = worn(values)
    margins = model.interval["pelvis" if have[Group.PELVIS] else "no pelvis"].at(log_odds)
    low, high = (float(logistic(margin / model.blur)) for margin in margins)
    consistency = model.consistency(values)
    level = Level.HIGH if score >= model.high else Level.MODERATE if score >= model.moderate else Level.LOW
    parts = model.strain.parts(values, model.usual)[0]
    return Risk(
        score=score,
        level=level,
        interval90=(min(low, score), max(high, score)),
        pathways=dict(zip(model.pathways, consistency.tolist(), strict=True)),
        set90=_set90(consistency, model),
        abstained=False,
        reasons=_remarks(have, model),
        contributions=tuple(
            Contribution(f.name, f.words, float(v) if np.isfinite(v) else None, f.unit, float(part))
            for f, v, part in zip(FEATURES, values, parts, strict=True)
        ),
        baseline_log_odds=float(model.strain.baseline[0]),
        model_version=model.version,
    )


def _set90(consistency: FloatArray, model: Artefact) -> tuple[str, ...]:
    order = np.argsort(-consistency, kind="stable")
    chosen = [i for i in order if consistency[i] >= model.least_consistency] or [int(order[0])]
    return tuple(model.pathways[i] for i in chosen)


def _remarks(have: Mapping[Group, bool], model: Artefact) -> tuple[str, ...]:
    remarks = [
        "In silico: the model learned from simulated walks only and was never tested on people with sciatica.",
        f"Level: moderate from {model.moderate:.2f}, high from {model.high:.2f}.",
    ]
    if not have[Group.PELVIS]:
        remarks.append("Without sensors on hips or sacrum the pelvis is not seen; the interval is wider for it.")
    return tuple(remarks)


def _abstained(model: Artefact, reasons: tuple[str, ...]) -> Risk:
    return Risk(None, None, None, {}, (), True, reasons, (), None, model.version)


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""
