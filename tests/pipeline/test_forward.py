"""Which end is forward, and which sensors were swapped: each witness on known motion, and how they are weighed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.mounting.forward import (
    Forward,
    ForwardParams,
    Swap,
    Witnesses,
    correlation,
    decide,
    knee_witness,
    lever_witness,
    push_witness,
)
from pipeline.mounting.pelvis_frame import push_template
from sensor.samples import FloatArray, Side
from tests.pipeline.synthetic import seconds

PARAMS = ForwardParams()
SURE = st.floats(-1.0, 1.0)
T = seconds(20.0)
PHASE = 2.0 * np.pi * T / 1.1  # of the stride
AHEAD, LEFTWARD = np.array([1.0, 0.0]), np.array([0.0, 1.0])


def decided(push: float, knees: float | None, lever: float | None) -> Forward:
    return decide(Witnesses(push, knees, lever), PARAMS)


class TestDecide:
    @pytest.mark.parametrize("sign", [1.0, -1.0])
    @pytest.mark.parametrize(
        ("knees", "lever", "swap"),
        [(0.8, 0.6, Swap.NONE), (-0.8, 0.6, Swap.KNEES), (0.8, -0.6, Swap.HIPS), (-0.8, -0.6, Swap.NONE)],
    )
    def test_two_against_one_when_all_are_strong(self, knees: float, lever: float, swap: Swap, sign: float) -> None:
        """Turning the axis round turns every witness round, and the answer with them."""
        found = decided(0.5 * sign, knees * sign, lever * sign)
        assert found.swap is swap
        agreed = 0.5 if knees * lever < 0.0 else knees  # two that agree overrule the push
        assert found.as_given == (sign * agreed > 0.0)

    @given(SURE, SURE, SURE)
    def test_turning_the_axis_round_changes_the_end_and_nothing_else(
        self, push: float, knees: float, lever: float
    ) -> None:
        one, other = decided(push, knees, lever), decided(-push, -knees, -lever)
        assert one.swap is other.swap
        if 0.0 not in {push, knees, lever, knees + lever}:
            assert one.as_given != other.as_given

    @pytest.mark.parametrize("weak", [0, 1, 2])
    def test_nothing_is_corrected_on_a_weak_contradiction(self, weak: int) -> None:
        values = [0.7, -0.8, 0.6]
        values[weak] *= 0.29 / abs(values[weak])
        assert decided(*values).swap is Swap.UNCLEAR
        values[weak] *= 0.31 / 0.29
        assert decided(*values).swap is Swap.KNEES

    @pytest.mark.parametrize(("push", "swap"), [(-0.39, Swap.NONE), (-0.41, Swap.UNCLEAR), (0.9, Swap.NONE)])
    def test_with_knees_alone_a_loud_contradiction_is_reported_never_corrected(self, push: float, swap: Swap) -> None:
        assert decided(push, 0.7, None) == Forward(True, swap)

    @given(SURE, st.one_of(st.none(), SURE))
    def test_without_knees_nothing_can_be_swapped(self, push: float, lever: float | None) -> None:
        found = decided(push, None, lever)
        assert found == Forward((push if lever is None else lever) >= 0.0, Swap.NONE)


class TestWitnesses:
    """A pelvis that moves as in walking: pushed up twice a stride, sideways and about once."""

    def test_the_push_leads_the_rise(self) -> None:
        up = np.cos(2.0 * PHASE)
        acc = np.stack((-np.sin(2.0 * PHASE), 0.3 * np.sin(PHASE), up), axis=1)
        assert push_witness(acc, AHEAD) > 0.99
        assert push_witness(acc, -AHEAD) < -0.99
        assert abs(push_witness(acc, LEFTWARD)) < 0.1

    def test_the_standing_leg_pushes_to_the_other_side(self) -> None:
        contacts = [(100 + 55 * k, Side.LEFT if k % 2 == 0 else Side.RIGHT) for k in range(30)]
        template = push_template(contacts, len(T))
        assert template[110] < 0.0  # the left leg stands from 100 on, and pushes to the right
        acc = np.zeros((len(T), 3))
        acc[:, 1] = template
        assert knee_witness(acc, template, AHEAD) == pytest.approx(1.0)
        assert knee_witness(acc, template, -AHEAD) == pytest.approx(-1.0)
        swapped = push_template([(at, side.other) for at, side in contacts], len(T))
        assert knee_witness(acc, swapped, AHEAD) == pytest.approx(-1.0)

    def test_the_lever_arm_of_the_iliac_sensors(self) -> None:
        """Turning about the vertical by yaw, a point r to the left accelerates by -r yaw'' forward."""
        yaw_rate, lever_m = 0.8 * np.sin(PHASE), 0.14
        yaw_acceleration = np.gradient(yaw_rate, 0.01)
        common = np.stack((np.cos(2.0 * PHASE), np.sin(PHASE), np.sin(2.0 * PHASE)), axis=1)
        arm = np.outer(yaw_acceleration * lever_m, [1.0, 0.0, 0.0])
        left, right = common - arm, common + arm
        assert lever_witness(left, right, yaw_rate, AHEAD) > 0.99
        assert lever_witness(right, left, yaw_rate, AHEAD) < -0.99
        assert lever_witness(left, right, yaw_rate, -AHEAD) < -0.99


class TestTemplate:
    def test_is_a_half_wave_from_contact_to_contact(self) -> None:
        template = push_template([(100, Side.RIGHT), (150, Side.LEFT), (210, Side.RIGHT)], 400)
        assert template[125] == pytest.approx(1.0, abs=0.01)
        assert template[180] == pytest.approx(-1.0, abs=0.01)
        assert not template[:100].any()
        assert not template[210:].any()

    @pytest.mark.parametrize(
        "contacts",
        [[], [(100, Side.LEFT)], [(100, Side.LEFT), (160, Side.LEFT)], [(100, Side.LEFT), (260, Side.RIGHT)]],
    )
    def test_passes_over_what_is_no_step(self, contacts: list[tuple[int, Side]]) -> None:
        assert not push_template(contacts, 400).any()


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100.0), st.floats(-100.0, 100.0))
def test_correlation_is_pearsons(seed: int, gain: float, shift: float) -> None:
    first, second = np.random.default_rng(seed).normal(size=(2, 50))
    expected = np.corrcoef(first, second)[0, 1]
    assert correlation(first, gain * second + shift) == pytest.approx(expected, abs=1e-9)


def test_what_does_not_change_tells_nothing() -> None:
    still: FloatArray = np.ones(20)
    assert correlation(still, np.arange(20.0)) == 0.0
