"""Which end of the fore-aft axis is forward, and whether left and right were swapped: three witnesses, one verdict.

- push: below 4 Hz the fore-aft acceleration leads the vertical one by a quarter of a step, for a body vaults over its
feet. It needs no labels, and it is the one that a strongly uneven walk can turn round. - knees: the pelvis is pushed
away from the standing leg; true only if the knee sensors' labels are. - lever: turning about the vertical, the left
side of the pelvis goes backward as its yaw accelerates; true only if the iliac sensors' labels are.

Each is a correlation from -1 to 1, + when it agrees with the axis as given. The labelled witnesses are right unless
they contradict one another; then the push decides which pair of sensors was swapped. Source: own; their sizes on walks
of others are in docs/validation.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sensor.samples import FloatArray


class Swap(StrEnum):
    """Left and right exchanged, as far as the witnesses tell."""

    NONE = "none"
    KNEES = "knees"  # certain enough to be corrected
    HIPS = "hips"
    UNCLEAR = "unclear"  # the witnesses contradict one another and none is strong


@dataclass(frozen=True, slots=True)
class ForwardParams:
    """When a witness is heard."""

    strong: float = 0.3  # both sides of a contradiction must be at least this sure, or nothing is corrected
    loud: float = 0.4  # a push that contradicts the knees this much, without a second witness, is reported


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Correlations with one end of the fore-aft axis; None where the sensors for it are not there."""

    push: float
    knees: float | None
    lever: float | None


@dataclass(frozen=True, slots=True)
class Forward:
    """Whether the axis as given points forward, and what the witnesses say of the labels."""

    as_given: bool
    swap: Swap


def decide(seen: Witnesses, params: ForwardParams) -> Forward:
    """Weigh the witnesses."""
    push, knees, lever = seen.push, seen.knees, seen.lever
    if knees is None:
        return Forward((push if lever is None else lever) >= 0.0, Swap.NONE)
    if lever is None:
        contradicted = push * knees < 0.0 and abs(push) > params.loud
        return Forward(knees >= 0.0, Swap.UNCLEAR if contradicted else Swap.NONE)
    if knees * lever >= 0.0:
        return Forward(knees + lever >= 0.0, Swap.NONE)
    if min(abs(push), abs(knees), abs(lever)) < params.strong:
        return Forward(knees >= 0.0, Swap.UNCLEAR)
    return Forward(push >= 0.0, Swap.KNEES if push * lever > 0.0 else Swap.HIPS)


def push_witness(acc: FloatArray, forward: FloatArray) -> float:
    """From the acceleration common to both feet (n, 3), level frame, and a direction (2,)."""
    return correlation(np.gradient(acc[:, 2]), acc[:, :2] @ forward)


def knee_witness(acc: FloatArray, template: FloatArray, forward: FloatArray) -> float:
    """From the acceleration (n, 3) and a template (n,) that is + while the right leg stands."""
    return correlation(template, acc[:, 1] * forward[0] - acc[:, 0] * forward[1])


def lever_witness(left_acc: FloatArray, right_acc: FloatArray, yaw_rate: FloatArray, forward: FloatArray) -> float:
    """From the accelerations (n, 3) of the two iliac sensors in one frame and the yaw rate (n,)."""
    return correlation(-np.gradient(yaw_rate), (left_acc - right_acc)[:, :2] @ forward)


def correlation(first: FloatArray, second: FloatArray) -> float:
    """Pearson correlation of two signals (n,); 0 when one of them does not change."""
    a, b = first - first.mean(), second - second.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0.0 else 0.0
