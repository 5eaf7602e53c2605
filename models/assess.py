"""The risk of one session: score, level, interval, pathways and reasons, or the reasons why there is none."""

from __future__ import annotations

import numpy as np

from models.artefact import Artefact, shipped
from models.enough import too_little
from models.features import FEATURES, WITHOUT_PELVIS, features, sensor_set
from models.reading import Known, known, left_out, model_for, read
from models.risk import RED_FLAG, Contribution, Risk
from models.view import views
from pipeline.result import SessionResult
from sensor.person import Person
from sensor.samples import KNEES, FloatArray

IN_SILICO = "In silico: the model learned from simulated walks only and was never tested on people with sciatica."
OWN_LABELS = "The model learned from recordings labelled where it was trained; its card says how well it does."


def assess(result: SessionResult, person: Person, model: Artefact | None = None) -> Risk:
    """Judge a session with the shipped model, or another one.

    ``score`` is the in-silico probability that the hidden mechanical strain exceeds what 97.5 % of healthy simulated
    people of the same speed show; its log-odds are ``baseline_log_odds`` plus all contributions. ``interval90`` is the
    range on the same scale in which nine of ten of the values lie that a look at the whole skeleton would have given.

    The model abstains, with reasons, when a red flag was stated, the recording is invalid, a knee sensor is missing,
    a side has fewer than 30 valid strides, or its answer would hang on what no training walk shows.
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
    found = known(values, model)
    if found.silence:
        return _abstained(model, found.silence)
    return _judged(values, found, views(result, person), model)


def _judged(values: FloatArray, found: Known, seen: FloatArray, model: Artefact) -> Risk:
    said, part = read(found.values, seen, model), model_for(values, model)
    added = part.strain.parts(found.values)
    order = np.argsort(-said.consistency, kind="stable")
    pathways = model.patterns.pathways if model.patterns else ()
    return Risk(
        score=said.score,
        level=said.level,
        interval90=(said.low, said.high),
        pathways=dict(zip(pathways, said.consistency.tolist(), strict=True)),
        set90=tuple(pathways[i] for i in order if said.in_set[i]),
        abstained=False,
        reasons=(*_remarks(values, model), *left_out(found, values, model)),
        contributions=tuple(
            Contribution(f.name, f.words, float(v) if np.isfinite(v) else None, f.unit, float(log_odds))
            for f, v, log_odds in zip(FEATURES, values, added, strict=True)
        ),
        baseline_log_odds=part.strain.baseline,
        model_version=model.version,
        in_silico=model.in_silico,
    )


def _remarks(values: FloatArray, model: Artefact) -> tuple[str, ...]:
    remarks = [
        IN_SILICO if model.in_silico else OWN_LABELS,
        f"Level: moderate from {model.moderate:.2f}, high from {model.high:.2f}.",
    ]
    if sensor_set(values) == WITHOUT_PELVIS:
        remarks.append("Without sensors on hips or sacrum the pelvis is not seen; the score says less for it.")
    return tuple(remarks)


def _abstained(model: Artefact, reasons: tuple[str, ...]) -> Risk:
    return Risk.silent(reasons, model.version, in_silico=model.in_silico)
