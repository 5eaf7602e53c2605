"""Do the simulated people differ as much as real ones? (biomechanics.md 1.2, 5.2, 5.7, 5.10)"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sensor.healthy import GRAVITY_M_S2
from sensor.samples import FloatArray
from sensor.simulation import EXPRESSIONS, WalkSpec
from sensor.simulation.body import Body, draw_body
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.patient import draw_patient

PEOPLE = range(250)
NOT_ILL = ("healthy", "healthy_slow", "benign_asymmetry")


@cache
def people(age_years: float | None = None) -> tuple[Body, ...]:
    return tuple(draw_body(WalkSpec(seed=seed, age_years=age_years)) for seed in PEOPLE)


def v_star(spec: WalkSpec) -> float:
    patient = draw_patient(spec)
    return float(patient.gait_at(60.0).speed_m_s / np.sqrt(GRAVITY_M_S2 * patient.body.leg_length_m))


def ill(seed: int) -> WalkSpec:
    """As the cohort is meant: any pathway, one in five with a second one, one in ten shown in another way."""
    draw = np.random.default_rng(seed)
    names = [name for name in PATHWAYS if name not in NOT_ILL]
    first, second = (names[i] for i in draw.permutation(len(names))[:2])
    severity, also_severity = draw.uniform(0.15, 1.0, 2)
    mixed = draw.random() < 0.2
    return WalkSpec(
        first,
        severity=float(severity),
        seed=10_000 + seed,
        also=second if mixed else None,
        also_severity=float(also_severity) if mixed else 0.0,
        expression=EXPRESSIONS[1 + int(draw.integers(5))] if draw.random() < 0.1 else "usual",
    )


def test_speed_alone_tells_the_ill_from_the_healthy_no_better_than_in_real_people() -> None:
    healthy = np.array([v_star(WalkSpec(seed=seed)) for seed in PEOPLE])
    sick = np.array([v_star(ill(seed)) for seed in PEOPLE])
    assert 0.68 < np.mean(sick[:, None] < healthy) < 0.80


def test_stride_times_vary_as_in_healthy_people() -> None:
    cv_pct = 100.0 * np.array([body.stride_cv for body in people()])
    assert np.median(cv_pct) == pytest.approx(1.6, abs=0.3)
    assert 2.2 < np.percentile(cv_pct, 95) < 4.0
    assert cv_pct.min() > 0.5


def test_old_people_walk_more_slowly_less_evenly_and_turn_the_pelvis_less() -> None:
    young, old = people(30.0), people(80.0)

    def median(bodies: tuple[Body, ...], name: str) -> float:
        return float(np.median([getattr(body, name) for body in bodies]))

    assert median(old, "speed_m_s") < median(young, "speed_m_s") - 0.1
    assert median(old, "stride_cv") > 1.3 * median(young, "stride_cv")
    turning = [np.median([body.amplitude[0, 2] for body in bodies]) for bodies in (old, young)]
    assert 0.75 < turning[0] / turning[1] < 0.90  # 10 to 25 % less


def spread(values: list[float]) -> float:
    return float(np.std(values))


@pytest.mark.parametrize(
    ("name", "sd"),
    [("stance_log_ratio", 0.02), ("step_log_ratio", 0.03), ("drop_difference_deg", 0.9), ("stance_offset", 0.015)],
)
def test_natural_differences_have_their_spread(name: str, sd: float) -> None:
    values: FloatArray = np.array([getattr(body, name) for body in people()])
    assert values.std() == pytest.approx(sd, rel=0.2)
    assert abs(values.mean()) < 0.25 * sd
