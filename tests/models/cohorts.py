"""A made-up cohort whose hidden strain is known to depend on two features, and nothing simulated behind it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.cohorts.cohort import Cohort
from models.cohorts.plan import USUAL_SET
from models.features import FEATURES, NAMES, Group
from models.own_study import OWN
from models.strain.label import HealthyReference
from models.view import VIEW, VIEW_NAMES
from sensor.samples import FloatArray

REFERENCE = HealthyReference(
    {"piriformis": (0.0, 0.0, 0.0), "lumbar": (0.0, 0.0, 0.0)}, {"piriformis": (0.0, 0.3), "lumbar": (0.0, 0.2)}, 2.0
)
SLOWER, SHORTER = 4.0, 6.0  # at severity 1
QUICK_OWN = replace(OWN, folds=3, strengths=(0.03,), shrinkages=(0.3,))  # training on own labels, nothing to choose
CAUSES = ("stance_asymmetry_pct", "larger_drop_z")


def made_cohort(persons: int = 60, walks: int = 4, seed: int = 0) -> Cohort:
    """Strain = sum of the two causes + what no feature shows; a third of the rows lack the pelvis, two the thighs."""
    draw = np.random.default_rng(seed)
    count = persons * walks
    values = draw.normal(size=(count, len(NAMES))) * 2.0 + 5.0
    causes = values[:, [NAMES.index(name) for name in CAUSES]] - 5.0
    margin = 0.7 * causes.sum(axis=1) - 1.5 + draw.normal(size=count)
    sides = np.where(draw.uniform(size=count) < 0.5, 0, 1)
    pathway = np.where(causes[:, 0] > 1.0, "antalgic_knee", np.where(causes[:, 0] < -1.0, "healthy", "healthy_slow"))
    severity = np.where(pathway == "healthy", 0.0, np.round(draw.uniform(0.2, 1.0, size=count), 3))
    views = seen_from_both(pathway, severity, sides, draw)
    no_pelvis = np.arange(count) % 3 == 0
    no_thighs = np.arange(count) % 3 != 1
    for group, lacking in (
        (Group.PELVIS, no_pelvis),
        (Group.THIGHS, no_thighs),
        (Group.TRUNK, np.ones(count, dtype=bool)),
    ):
        of_group = np.array([feature.group is group for feature in FEATURES])
        values[lacking[:, None] & of_group] = np.nan
        seen_of = np.array([feature.group is group for feature in VIEW])
        views[lacking[:, None, None] & seen_of & np.ones((2, 1), dtype=bool)] = np.nan
    return Cohort(
        features=values,
        views=views,
        usable=np.ones(count),
        margin=margin,
        v_star=draw.uniform(0.2, 0.5, size=count),
        severity=severity,
        age_years=draw.uniform(20.0, 80.0, size=count),
        bmi=draw.uniform(20.0, 35.0, size=count),
        loss=np.zeros(count),
        walk=np.arange(float(count)),
        person=tuple(np.repeat(np.arange(persons), walks).tolist()),
        pathway=tuple(pathway.tolist()),
        shown=tuple(pathway.tolist()),
        side=tuple("left" if side == 0 else "right" for side in sides),
        condition=tuple("poor" if i % 5 == 0 else "typical" for i in range(count)),
        sensors=tuple("knees" if lacking else USUAL_SET for lacking in no_pelvis),
        kind=("lumbar",) * count,
        reference=REFERENCE,
    )


def seen_from_both(
    pathway: NDArray[np.str_], severity: FloatArray, sides: NDArray[np.int64], draw: np.random.Generator
) -> FloatArray:
    """Views (n, 2, p): noise, slow walks slower, and the painful leg of ``antalgic_knee`` borne on for less time."""
    views = np.repeat(draw.normal(size=(len(sides), 1, len(VIEW_NAMES))), 2, axis=1)
    views[:, :, VIEW_NAMES.index("speed_v_star")] -= SLOWER * (severity * (pathway == "healthy_slow"))[:, None]
    column = VIEW_NAMES.index("stance_time_effect")
    own = np.abs(sides[:, None] - np.arange(2)) == 0
    towards = np.where(own, -1.0, 1.0)
    shorter = SHORTER * (severity * (pathway == "antalgic_knee"))[:, None]
    views[:, :, column] = towards * (views[:, :1, column] + shorter)
    return views
