"""The label the model learns: does the hidden mechanical strain exceed what healthy people show at the same speed?

Demands (:mod:`models.strain.demand`) are compared with healthy simulated walks of the same dimensionless speed. The
strain is the largest standardised demand over both kinds and both sides; its limit is the healthy 97.5th percentile of
that largest value, not of each, since four either-or limits would make far more than 2.5 % of healthy people positive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.strain.demand import KINDS, Demands
from sensor.samples import FloatArray, Side

LIMIT_PERCENTILE = 97.5
LEAST_SD = 0.05  # of a log demand; a straight line in speed may cross zero outside the healthy speeds
DEGREE = 2  # of the healthy log demand over dimensionless speed


@dataclass(frozen=True, slots=True)
class HealthyReference:
    """Healthy demand by speed: polynomials over v*, highest power first, of the log demand and of its SD; the limit."""

    line: Mapping[str, tuple[float, ...]]
    sd: Mapping[str, tuple[float, ...]]
    limit: float


def reference_of(plain: Mapping[str, Any]) -> HealthyReference:
    """The reference from its JSON form."""
    line, sd = ({kind: tuple(row) for kind, row in plain[name].items()} for name in ("line", "sd"))
    return HealthyReference(line, sd, float(plain["limit"]))


@dataclass(frozen=True, slots=True)
class Strain:
    """Hidden strain of one walk, in healthy SDs. ``margin`` is how far the largest demand lies beyond the limit."""

    margin: float
    kind: str  # of the largest demand
    side: Side
    z: Mapping[str, Mapping[Side, float]]

    @property
    def exceeds(self) -> bool:
        """The label."""
        return self.margin > 0.0


def fit_reference(healthy: Sequence[Demands]) -> HealthyReference:
    """Learn from healthy walks, one or a few per person, over all speeds that will be judged."""
    v_star = np.array([d.v_star for d in healthy])
    line, sd, largest = {}, {}, []
    for kind in KINDS:
        log = np.log([[d.by_kind[kind][side] for side in Side] for d in healthy])
        line[kind] = tuple(np.polyfit(np.repeat(v_star, 2), log.ravel(), DEGREE).tolist())
        off = log - np.polyval(line[kind], v_star)[:, None]
        # the mean absolute deviation follows speed with less noise than the square; of a normal value it is 0.8 SD
        sd[kind] = tuple(np.polyfit(np.repeat(v_star, 2), np.abs(off).ravel() / np.sqrt(2.0 / np.pi), 1).tolist())
        largest.append((off / _sd(sd[kind], v_star)[:, None]).max(axis=1))
    limit = float(np.percentile(np.max(largest, axis=0), LIMIT_PERCENTILE))
    return HealthyReference(line, sd, limit)


def strain(found: Demands, reference: HealthyReference) -> Strain:
    """Strain of one walk against the healthy reference at its speed."""
    z = {kind: {side: _z(found.by_kind[kind][side], found.v_star, kind, reference) for side in Side} for kind in KINDS}
    kind, side = max(((k, s) for k in KINDS for s in Side), key=lambda which: z[which[0]][which[1]])
    return Strain(z[kind][side] - reference.limit, kind, side, z)


def _z(demand: float, v_star: float, kind: str, reference: HealthyReference) -> float:
    usual = float(np.polyval(reference.line[kind], v_star))
    return float((np.log(demand) - usual) / _sd(reference.sd[kind], v_star))


def _sd(line: tuple[float, ...], v_star: float | FloatArray) -> FloatArray:
    return np.asarray(np.maximum(LEAST_SD, np.polyval(line, v_star)))
