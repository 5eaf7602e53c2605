"""Which pathways a walk is consistent with: how dense each one's simulated walks lie where this walk lies.

Every pathway is a line that starts at the healthy walk and goes farther the more severe it is; one with a side is two
lines, of walks seen from the affected leg and from the other. On each line lie groups at a few severities, each a
normal distribution over the measures of :mod:`models.view`, all with one covariance. What was not measured is left out
of the densities, exactly; nothing is filled in. All pathways count as equally frequent, and all severities:
consistency says how well a walk fits, not how common a complaint is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from models.features import Group
from models.view import VIEW
from sensor.samples import BoolArray, FloatArray

FARTHEST_SD = 4.0  # a measure farther out counts as this far, so that no single one decides alone
OWN, OTHER = "own", "other"  # the leg from which the walk is seen is the affected one, or not

_LEGS = np.array([feature.group in (Group.THIGHS, Group.TRUNK) for feature in VIEW])
_PELVIS = np.array([feature.group is Group.PELVIS for feature in VIEW])
WORN = ("knees", "knees and pelvis", "thighs or trunk too")


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Groups of walks as normal distributions with one covariance, over p standardised measures.

    Attributes
    ----------
    pathways : tuple of str
        In the order of consistency.
    groups : tuple of (str, str)
        Pathway and ``own``, ``other`` or "" without a side, for each of g groups; once for each severity.
    usual, scale : (p,) arrays
        Measures are standardised with these.
    means : (g, p) array
    covariance : (p, p) array
    sharpness : float
        Factor on log densities, learned on persons not seen: below 1 when densities alone would be too sure.
    least_consistency : mapping of str to float
        By :func:`worn`: pathways with at least this consistency make the conformal set.
    """

    pathways: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]
    usual: FloatArray
    scale: FloatArray
    means: FloatArray
    covariance: FloatArray
    sharpness: float
    least_consistency: dict[str, float]

    def consistency(self, views: FloatArray) -> FloatArray:
        """Share of each pathway, (c,), adding up to 1, from a walk seen from both legs (2, p); NaN where missing."""
        return np.asarray(self.by_pathway(log_density(self, views)))

    def by_pathway(self, density: FloatArray) -> FloatArray:
        """Consistency from log densities by view and group, (..., 2, g) -> (..., c)."""
        sharp = self.sharpness * density
        weight = np.exp(sharp - sharp.max(axis=-1, keepdims=True)) * group_shares(self.groups)
        weight = (weight / weight.sum(axis=-1, keepdims=True)).mean(axis=-2)
        of = np.array([[pathway == name for pathway, _ in self.groups] for name in self.pathways], dtype=np.float64)
        return np.asarray(weight @ of.T)

    def in_set(self, consistency: FloatArray, views: FloatArray) -> BoolArray:
        """Which pathways make the set that holds the true one nine times of ten; at least the best one."""
        least = self.least_consistency[worn(views)]
        return np.asarray((consistency >= least) | (consistency == consistency.max()))


def group_shares(groups: tuple[tuple[str, str], ...]) -> FloatArray:
    """Share of each group when all pathways are equally frequent, their sides and severities too; up to a factor."""
    of_pathway = Counter(name for name, _ in groups)
    return np.array([1.0 / of_pathway[name] for name, _ in groups])


def log_density(patterns: Patterns, views: FloatArray) -> FloatArray:
    """Log density of each group where a walk lies, up to what all groups share: (2, g) from views (2, p)."""
    off = np.clip((views - patterns.usual) / patterns.scale, -FARTHEST_SD, FARTHEST_SD)
    found = np.zeros((len(off), len(patterns.groups)))
    for row, one in enumerate(off):
        there = np.isfinite(one)
        means = patterns.means[:, there]
        pull = np.linalg.solve(patterns.covariance[np.ix_(there, there)], means.T)  # (p, g)
        found[row] = one[there] @ pull - 0.5 * np.einsum("gp,pg->g", means, pull)
    return found


def worn(views: FloatArray) -> str:
    """Which of three amounts of sensors a view comes from."""
    there = np.isfinite(views).any(axis=0)
    return WORN[2] if (there & _LEGS).any() else WORN[1] if (there & _PELVIS).any() else WORN[0]
