"""What the model says about one feature vector. Assessing and evaluating both read with this, and only this."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.artefact import Artefact, SensorModel, logistic
from models.features import FEATURES, sensor_set
from models.risk import Level
from sensor.samples import BoolArray, FloatArray


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


def read(values: FloatArray, model: Artefact) -> Reading:
    """Read a feature vector (k,) with NaN where missing."""
    part = model_for(values, model)
    log_odds = part.log_odds(values)
    score = float(logistic(log_odds))
    low, high = (on_score_scale(margin, model) for margin in part.interval.at(log_odds))
    consistency = part.consistency(values)
    level = Level.HIGH if score >= model.high else Level.MODERATE if score >= model.moderate else Level.LOW
    in_set = (consistency >= part.least_consistency) | (consistency == consistency.max())
    return Reading(score, min(low, score), max(high, score), level, consistency, in_set)


def on_score_scale(margin: float, model: Artefact) -> float:
    """Probability that a strain with this margin exceeds the limit, the label being as uncertain as it is."""
    return float(logistic(margin / (_LOGISTIC_SD * model.blur)))


def unlike_training(values: FloatArray, model: Artefact) -> tuple[str, ...]:
    """Why the model should not speak about these features, in sentences; empty when it may."""
    if not np.isfinite(values[0]):
        return ("Walking speed could not be found, and nothing can be compared without it.",)
    part = model_for(values, model)
    outside = part.familiar.outside(values)
    if outside:
        low, high = part.familiar.low, part.familiar.high
        named = ", ".join(
            f"{FEATURES[i].words} ({values[i]:.3g}{_unit(FEATURES[i].unit)}, known {low[i]:.3g} to {high[i]:.3g})"
            for i in outside
        )
        return (f"The walk is unlike the simulated ones the model was trained on: {named}.",)
    if part.familiar.distance(values, part.usual) > part.familiar.farthest:
        return ("The combination of measures is unlike any simulated walk the model was trained on.",)
    return ()


_LOGISTIC_SD = float(np.sqrt(3.0) / np.pi)  # makes the logistic curve's standard deviation that of the blur


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""
