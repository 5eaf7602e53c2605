"""The verdict: every sentence names what is wrong and what to do, and each cause has one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.events.leg_events import Gait
from pipeline.events.swings import Rhythm
from pipeline.mounting.calibration import Calibration, LegCalibration
from pipeline.mounting.forward import Swap
from pipeline.mounting.leg_axis import LegAxis
from pipeline.mounting.pelvis_frame import PelvisFrame
from pipeline.norms import HIPS_APART_NORMAL_DEG
from pipeline.result import Quality, Stride, Verdict
from pipeline.walk.quality import QualityParams, judge
from sensor.samples import HIPS, KNEES, Placement, Side
from tests.pipeline.strides import row

LEFT = Placement.KNEE_LEFT
LEG = LegCalibration(np.eye(3), LegAxis(np.array([0.0, -1.0, 0.0]), 0.95), Gait(Rhythm(4.0, 110.0)))
FRAME = PelvisFrame(dict.fromkeys(HIPS, np.eye(3)), 8.0, True, Swap.NONE)
GOOD = Calibration(
    standing=True,
    walking_s=60.0,
    stride=110.0,
    legs=dict.fromkeys(KNEES, LEG),
    pelvis=FRAME,
    trunk=None,
    pelvis_peak_m_s2=2.0,
)
MANY = [*row(Side.LEFT, 40), *row(Side.RIGHT, 40)]


def verdict(
    strides: list[Stride] | None = None,
    calibration: Calibration | None = GOOD,
    duration_s: float = 60.0,
    missing_pct: float = 0.0,
    dead: tuple[Placement, ...] = (),
    exchanged: bool = False,
) -> Quality:
    return judge(
        duration_s,
        {p: missing_pct if p is LEFT else 0.0 for p in KNEES},
        dead,
        calibration,
        MANY if strides is None else strides,
        exchanged,
        QualityParams(),
    )


def test_nothing_wrong_is_valid_without_a_word() -> None:
    assert verdict() == Quality(Verdict.VALID, ())


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (verdict(duration_s=2.9), "lasts 2.9 s"),
        (verdict(dead=(LEFT,)), "knee_left: the signal never changes"),
        (verdict(calibration=None, strides=[]), "Nobody walks"),
        (verdict(strides=[]), "No complete stride"),
        (verdict(strides=row(Side.LEFT, 9, "turn")), "No stride could be used (turn)"),
    ],
)
def test_what_makes_a_recording_invalid(found: Quality, words: str) -> None:
    assert found.verdict is Verdict.INVALID
    assert any(words in reason for reason in found.reasons)


ONE_SIDE = [*row(Side.LEFT, 40), *row(Side.RIGHT, 29)]
APART = [*row(Side.LEFT, 40, hips_apart_deg=13.0), *row(Side.RIGHT, 40, hips_apart_deg=13.0)]
LOOSE = replace(GOOD, legs={LEFT: replace(LEG, axis=LegAxis(LEG.axis.axis, 0.7)), Placement.KNEE_RIGHT: LEG})


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (verdict(strides=ONE_SIDE), "Only 29 right strides"),
        (verdict(strides=[*row(Side.LEFT, 3), *row(Side.RIGHT, 2)]), "Only 3 left and 2 right strides"),
        (verdict(missing_pct=5.0), "knee_left 5.0 %"),
        (verdict(calibration=replace(GOOD, standing=False)), "No quiet standing"),
        (verdict(calibration=LOOSE), "axis is unclear at knee_left"),
        (verdict(calibration=replace(GOOD, pelvis=replace(FRAME, anisotropy=1.2))), "which way is forward"),
        (verdict(calibration=replace(GOOD, pelvis=replace(FRAME, swap=Swap.HIPS))), "hip sensors were swapped"),
        (verdict(calibration=replace(GOOD, pelvis=replace(FRAME, swap=Swap.UNCLEAR))), "may be swapped"),
        (verdict(exchanged=True), "leg sensors were swapped"),
        (verdict(strides=APART), "two hip sensors do not move as one (13 deg apart)"),
        (verdict(calibration=replace(GOOD, legs={})), "sides are inferred"),
    ],
)
def test_what_asks_for_attention(found: Quality, words: str) -> None:
    assert found.verdict is Verdict.ATTENTION
    assert [words in reason for reason in found.reasons] == [True]


def test_one_side_alone_asks_for_attention_not_for_strides_of_the_other() -> None:
    found = verdict(strides=row(Side.LEFT, 40))
    assert found.verdict is Verdict.ATTENTION
    assert found.reasons == ("Only the left side was seen: left and right cannot be compared.",)


def test_what_just_suffices_is_valid() -> None:
    limits = QualityParams()
    barely = replace(
        GOOD,
        legs=dict.fromkeys(KNEES, replace(LEG, axis=LegAxis(LEG.axis.axis, limits.least_axis_share))),
        pelvis=replace(FRAME, anisotropy=limits.least_anisotropy),
    )
    strides = [stride for side in Side for stride in row(side, 30, hips_apart_deg=HIPS_APART_NORMAL_DEG)]
    assert verdict(strides, barely, duration_s=3.0, missing_pct=4.9) == Quality(Verdict.VALID, ())


def test_what_is_fatal_is_not_hidden_among_cautions() -> None:
    found = verdict(dead=(LEFT,), missing_pct=50.0, calibration=replace(GOOD, standing=False))
    assert len(found.reasons) == 1


def test_every_sentence_is_one_and_says_what_to_do_where_there_is_something() -> None:
    worst = verdict(
        strides=[*row(Side.LEFT, 3), *row(Side.RIGHT, 2)],
        calibration=replace(LOOSE, standing=False, pelvis=replace(FRAME, anisotropy=1.0, swap=Swap.UNCLEAR)),
        missing_pct=30.0,
        exchanged=True,
    )
    assert len(worst.reasons) >= 6
    for reason in worst.reasons:
        assert reason.endswith(".")
        assert reason[0].isupper()
