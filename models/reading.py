"""What the model says about one walk. Assessing and evaluating both read with this, and only this."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.artefact import LOGISTIC_SD, Artefact, SensorModel, logistic
from models.features import FEATURES, sensor_set
from models.risk import Level
from sensor.samples import BoolArray, FloatArray

MOST_LEFT_OUT = 0.25  # share of the measured features that may lie beyond the training walks


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Features as the model may look at them: those beyond the training walks are left out, as if not measured.

    ``silence`` says in sentences why the model should not speak; empty when it may.
    """

    values: FloatArray
    left_out: tuple[int, ...]
    silence: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Score with its interval on the same scale, level, and the pathways: consistency and membership of the set."""

    score: float
    low: float
    high: float
    level: Level
    consistency: FloatArray
    in_set: BoolArray


def model_for(values: FloatArray, model: Artefact) -> SensorModel:
    """The part of the model that knows the sensors these features come from."""
    return model.models[sensor_set(values)]


def read(values: FloatArray, views: FloatArray, model: Artefact) -> Reading:
    """Read known features (k,) and views (2, p), NaN where missing."""
    part = model_for(values, model)
    log_odds = part.strain.log_odds(values)
    score = float(logistic(log_odds))
    low, high = (on_score_scale(margin, model) for margin in part.interval.at(log_odds))
    level = Level.HIGH if score >= model.high else Level.MODERATE if score >= model.moderate else Level.LOW
    if model.patterns is None:
        consistency, in_set = np.zeros(0), np.zeros(0, dtype=bool)
    else:
        consistency = model.patterns.consistency(views)
        in_set = model.patterns.in_set(consistency, views)
    return Reading(score, min(low, score), max(high, score), level, consistency, in_set)


def on_score_scale(margin: float, model: Artefact) -> float:
    """Probability that a strain with this margin exceeds the limit, the label being as uncertain as it is."""
    return float(logistic(margin / (LOGISTIC_SD * model.blur)))


def known(values: FloatArray, model: Artefact) -> Known:
    """What of a walk's features (k,) the model knows, and whether its answer could be trusted.

    A single unusual measure is no reason for silence when the answer hardly depends on it. The model is silent when
    speed is beyond what it knows, when the log-odds would change much by what is left out, when much is left out, or
    when the rest lies farther from the training walks than any of them.
    """
    if not np.isfinite(values[0]):
        return Known(values, (), ("Walking speed could not be found, and nothing can be compared without it.",))
    part = model_for(values, model)
    outside = part.familiar.outside(values)
    rest = values.copy()
    rest[outside] = np.nan
    moved = abs(part.strain.log_odds(values) - part.strain.log_odds(rest)) if outside else 0.0
    many = len(outside) > MOST_LEFT_OUT * np.count_nonzero(np.isfinite(values))
    if 0 in outside or moved > model.most_outside or many:
        named = ", ".join(_named(i, values, part) for i in outside)
        return Known(rest, tuple(outside), (f"The answer would hang on what no simulated walk shows: {named}.",))
    if part.familiar.distance(rest, part.usual) > part.familiar.farthest:
        odd = ("The combination of measures is unlike any simulated walk the model was trained on.",)
        return Known(rest, tuple(outside), odd)
    return Known(rest, tuple(outside), ())


def left_out(found: Known, values: FloatArray, model: Artefact) -> tuple[str, ...]:
    """What was left out, as a sentence; nothing if all is known."""
    if not found.left_out:
        return ()
    part = model_for(values, model)
    named = ", ".join(_named(i, values, part) for i in found.left_out)
    return (f"Left out because no training walk shows it, which hardly moves the score: {named}.",)


def _named(number: int, values: FloatArray, part: SensorModel) -> str:
    feature, low, high = FEATURES[number], part.familiar.low[number], part.familiar.high[number]
    unit = f" {feature.unit}" if feature.unit else ""
    return f"{feature.words} ({values[number]:.3g}{unit}, known {low:.3g} to {high:.3g})"
