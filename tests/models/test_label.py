"""The label: 2.5 % of healthy walks exceed the limit at every speed, and only the largest demand counts."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from models.strain.demand import LUMBAR, PIRIFORMIS, Demands
from models.strain.label import fit_reference, reference_of, strain
from sensor.samples import Side


def healthy(count: int, seed: int = 0) -> list[Demands]:
    """Demands that rise with speed and scatter more at low speed."""
    draw = np.random.default_rng(seed)
    out = []
    for v_star in draw.uniform(0.15, 0.6, size=count):
        spread = 0.35 - 0.3 * v_star
        shared = -3.0 + 2.0 * v_star + 0.9 * spread * draw.normal()
        piriformis = {side: float(np.exp(shared + 0.45 * spread * draw.normal())) for side in Side}
        lumbar = {side: float(np.exp(v_star + 0.5 * spread * draw.normal())) for side in Side}
        out.append(Demands(float(v_star), {PIRIFORMIS: piriformis, LUMBAR: lumbar}))
    return out


REFERENCE = fit_reference(healthy(2000))


def test_few_healthy_walks_exceed_the_limit_at_any_speed() -> None:
    fresh = healthy(6000, seed=1)
    over = np.array([strain(one, REFERENCE).exceeds for one in fresh])
    speed = np.array([one.v_star for one in fresh])
    for low, high in ((0.15, 0.3), (0.3, 0.45), (0.45, 0.6)):
        assert 0.01 < over[(speed >= low) & (speed < high)].mean() < 0.045


def test_the_largest_demand_decides_and_is_named() -> None:
    usual = {side: float(np.exp(0.3)) for side in Side}
    calm = {side: float(np.exp(-2.4)) for side in Side}
    loaded = Demands(0.3, {PIRIFORMIS: {Side.LEFT: calm[Side.LEFT], Side.RIGHT: 0.5}, LUMBAR: usual})
    judged = strain(loaded, REFERENCE)
    assert (judged.kind, judged.side) == (PIRIFORMIS, Side.RIGHT)
    assert judged.exceeds
    assert judged.margin == pytest.approx(judged.z[PIRIFORMIS][Side.RIGHT] - REFERENCE.limit)
    assert not strain(Demands(0.3, {PIRIFORMIS: calm, LUMBAR: usual}), REFERENCE).exceeds


def test_the_same_demand_is_more_strain_in_a_slower_walk() -> None:
    def margin(v_star: float) -> float:
        demand = dict.fromkeys(Side, 0.2)
        return strain(Demands(v_star, {PIRIFORMIS: demand, LUMBAR: dict.fromkeys(Side, 1.0)}), REFERENCE).margin

    assert margin(0.25) > margin(0.5)


def test_mirror_changes_the_side_only() -> None:
    one = healthy(1, seed=5)[0]
    other = Demands(one.v_star, {kind: {s: sides[s.other] for s in Side} for kind, sides in one.by_kind.items()})
    assert strain(one, REFERENCE).margin == strain(other, REFERENCE).margin
    assert strain(one, REFERENCE).side is strain(other, REFERENCE).side.other


def test_reference_survives_json_form() -> None:
    assert reference_of(asdict(REFERENCE)) == REFERENCE
