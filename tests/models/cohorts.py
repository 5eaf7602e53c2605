"""A made-up cohort whose hidden strain is known to depend on two features, and nothing simulated behind it."""

from __future__ import annotations

import numpy as np

from models.cohort import USUAL_SET, Cohort
from models.features import FEATURES, NAMES, Group
from models.label import HealthyReference

REFERENCE = HealthyReference(
    {"piriformis": (0.0, 0.0, 0.0), "lumbar": (0.0, 0.0, 0.0)}, {"piriformis": (0.0, 0.3), "lumbar": (0.0, 0.2)}, 2.0
)
CAUSES = ("stance_asymmetry_pct", "larger_drop_z")


def made_cohort(persons: int = 60, walks: int = 4, seed: int = 0) -> Cohort:
    """Strain = sum of the two causes + what no feature shows; a third of the rows lack the pelvis, two the thighs."""
    draw = np.random.default_rng(seed)
    count = persons * walks
    values = draw.normal(size=(count, len(NAMES))) * 2.0 + 5.0
    causes = values[:, [NAMES.index(name) for name in CAUSES]] - 5.0
    margin = 0.7 * causes.sum(axis=1) - 1.5 + draw.normal(size=count)
    no_pelvis = np.arange(count) % 3 == 0
    for column, feature in enumerate(FEATURES):
        if feature.group is Group.PELVIS:
            values[no_pelvis, column] = np.nan
        if feature.group is Group.THIGHS:
            values[np.arange(count) % 3 != 1, column] = np.nan
    severity = np.round(draw.uniform(size=count), 3)
    return Cohort(
        features=values,
        usable=np.ones(count),
        margin=margin,
        v_star=draw.uniform(0.2, 0.5, size=count),
        severity=severity,
        person=tuple(np.repeat(np.arange(persons), walks).tolist()),
        pathway=tuple(
            "antalgic_knee" if cause > 1.0 else "healthy" if cause < -1.0 else "healthy_slow" for cause in causes[:, 0]
        ),
        condition=tuple("poor" if i % 5 == 0 else "typical" for i in range(count)),
        sensors=tuple("knees" if lacking else USUAL_SET for lacking in no_pelvis),
        kind=("lumbar",) * count,
        reference=REFERENCE,
    )
