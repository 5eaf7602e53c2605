"""The trained model as plain numbers: stored as JSON, evaluated in numpy, equal to scikit-learn's prediction.

The score is additive: a baseline, and for each feature a line over its value, level beyond what taught it, or a fixed
amount where the feature is missing. The pathways have a model of their own (:mod:`models.patterns`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from models.features import NAMES
from models.patterns import Patterns
from models.view import VIEW_NAMES
from sensor.samples import FloatArray

SHIPPED = "first.json"
FORMAT = 3
LOGISTIC_SD = float(np.sqrt(3.0) / np.pi)  # gives the logistic curve the standard deviation of the label's blur


@dataclass(frozen=True, slots=True, eq=False)
class Additive:
    """Log-odds as a sum of one curve per feature: straight between knots, level beyond the outermost.

    Attributes
    ----------
    baseline : float
        Log-odds of a session whose every feature is usual.
    knots : (k, j) array
        Values of each of k features, rising.
    heights : (k, j) array
        What each feature adds at its knots.
    missing : (k,) array
        What it adds where it is missing.
    """

    baseline: float
    knots: FloatArray
    heights: FloatArray
    missing: FloatArray

    def parts(self, values: FloatArray) -> FloatArray:
        """What each feature adds, (k,), from a feature vector (k,) with NaN where missing."""
        parts = self.missing.copy()
        for feature in np.flatnonzero(np.isfinite(values)):
            parts[feature] = np.interp(values[feature], self.knots[feature], self.heights[feature])
        return parts

    def log_odds(self, values: FloatArray) -> float:
        """Baseline and parts together."""
        return float(self.baseline + self.parts(values).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Familiar:
    """What the training sessions looked like.

    Attributes
    ----------
    low, high : (k,) arrays
        Range of each feature; beyond it a value is left out, and the model is silent if much depends on it.
    scale : (k,) array
        Standard deviation of each feature.
    precision : (k, k) array
        Inverse covariance of the standardised features.
    farthest : float
        Largest squared Mahalanobis distance; a missing feature counts as usual.
    """

    low: FloatArray
    high: FloatArray
    scale: FloatArray
    precision: FloatArray
    farthest: float

    def distance(self, values: FloatArray, usual: FloatArray) -> float:
        """Squared Mahalanobis distance of a feature vector (k,)."""
        off = np.where(np.isfinite(values), (values - usual) / self.scale, 0.0)
        return float(off @ self.precision @ off)

    def outside(self, values: FloatArray) -> list[int]:
        """Indices of the features outside their range."""
        with np.errstate(invalid="ignore"):
            return np.flatnonzero((values < self.low) | (values > self.high)).tolist()


@dataclass(frozen=True, slots=True, eq=False)
class HiddenInterval:
    """90 % interval of the hidden strain by log-odds of the score: knots (j,), lower and upper margins (j,), in SDs."""

    log_odds: FloatArray
    low: FloatArray
    high: FloatArray

    def at(self, log_odds: float) -> tuple[float, float]:
        """Margins between which nine of ten hidden strains lie."""
        return (
            float(np.interp(log_odds, self.log_odds, self.low)),
            float(np.interp(log_odds, self.log_odds, self.high)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class SensorModel:
    """What is known for one set of sensors.

    Attributes
    ----------
    usual : (k,) array
        Training means; 0 where a feature is never there.
    strain : Additive
        Calibrated: its log-odds are those of the score.
    """

    usual: FloatArray
    familiar: Familiar
    strain: Additive
    interval: HiddenInterval


@dataclass(frozen=True, slots=True, eq=False)
class Artefact:
    """Everything that :func:`models.assess.assess` needs, and how it came about.

    Attributes
    ----------
    features, view : tuple of str
        Names in order; must be those of :data:`models.features.FEATURES` and :data:`models.view.VIEW`.
    models : mapping of SensorModel
        By :func:`models.features.sensor_set`.
    moderate, high : float
        Scores from which the level is moderate and high.
    blur : float
        Uncertainty of the label itself, in SDs of strain: turns a margin into the probability of exceeding the limit.
    most_outside : float
        How far the log-odds may depend on features that lie beyond the training walks.
    patterns : Patterns or None
        Tells the pathways apart; a model of one's own labels may know none.
    in_silico : bool
        Whether it learned from simulated walks.
    made : mapping
        Version, seed, command, parameters, data hash and library versions.
    evaluation : mapping
        Figures of the whole training procedure, on persons it did not see.
    """

    version: str
    features: tuple[str, ...]
    view: tuple[str, ...]
    models: Mapping[str, SensorModel]
    moderate: float
    high: float
    blur: float
    most_outside: float
    patterns: Patterns | None
    in_silico: bool
    made: Mapping[str, Any]
    evaluation: Mapping[str, Any]


def logistic(log_odds: float | FloatArray) -> FloatArray:
    """Probability of log-odds, without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(log_odds))))


def to_json(artefact: Artefact) -> str:
    """The artefact as JSON text; equal artefacts give equal text."""
    return _written({"format": FORMAT, **asdict(artefact)}, "") + "\n"


def from_json(text: str) -> Artefact:
    """Read what :func:`to_json` wrote.

    Raises
    ------
    ValueError
        The text is not an artefact of this format.
    """
    try:
        raw = json.loads(text)
        if raw.pop("format") != FORMAT:
            raise ValueError("another format")
        models = {name: _sensor_model(part) for name, part in raw["models"].items()}
        named = {name: tuple(raw[name]) for name in ("features", "view")}
        if named != {"features": NAMES, "view": VIEW_NAMES}:
            raise ValueError("it was trained on other features")
        patterns = _patterns(raw["patterns"]) if raw["patterns"] else None
        return Artefact(**raw | named | {"models": models, "patterns": patterns})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"this is not a risk model that this version can read ({error}); train it anew") from error


@cache
def shipped() -> Artefact:
    """The model inside the package."""
    return from_json(files("models").joinpath("artefacts", SHIPPED).read_text(encoding="utf-8"))


def _sensor_model(raw: dict[str, Any]) -> SensorModel:
    return SensorModel(
        usual=_array(raw["usual"]),
        familiar=Familiar(**_arrays(raw["familiar"], but=("farthest",))),
        strain=Additive(**_arrays(raw["strain"], but=("baseline",))),
        interval=HiddenInterval(**_arrays(raw["interval"])),
    )


def _patterns(raw: dict[str, Any]) -> Patterns:
    names = {"pathways": tuple(raw["pathways"]), "groups": tuple((name, role) for name, role in raw["groups"])}
    return Patterns(**_arrays(raw, but=("pathways", "groups", "sharpness", "least_consistency")) | names)


def _array(values: list[Any]) -> FloatArray:
    return np.array(values, dtype=np.float64)


def _arrays(raw: dict[str, Any], but: tuple[str, ...] = ()) -> dict[str, Any]:
    return {name: value if name in but else _array(value) for name, value in raw.items()}


def _written(value: object, indent: str) -> str:
    """JSON with a line for each entry of an object, so that differences between models can be read."""
    if not isinstance(value, dict) or not value:
        return json.dumps(value, default=_plain, allow_nan=False)
    inner = indent + " "
    lines = (f"{inner}{json.dumps(name)}: {_written(entry, inner)}" for name, entry in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form")
