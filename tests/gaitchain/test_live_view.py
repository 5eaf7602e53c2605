"""What a recording looks like on a terminal."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from rich.console import Console

from gaitchain.live.numbers import LEAST, LiveNumbers, Walked
from gaitchain.live.recorder import Moment, Phase
from gaitchain.live.view import rendered
from pipeline.result import Stride
from sensor.acquisition.checks import Check, Outcome
from sensor.acquisition.session import NodeView
from sensor.acquisition.states import NodeState
from sensor.acquisition.vitals import Vitals
from sensor.samples import Placement, Side
from tests.pipeline.strides import stride as any_stride

P = Placement
GOOD = Vitals(100.0, 99.6, 0.0, 0.0, 1000, 0, 0, 0, 0, 83, 0.0042, 0.017, 12.0)
VIEW = NodeView("A0C30001", P.KNEE_LEFT, NodeState.STREAMING, "", 0, GOOD)
NOBODY = Walked(dict.fromkeys(Side, 0), dict.fromkeys(Side, 0))
MOMENT = Moment(Phase.RECORDING, 83.4, 120.0, (VIEW,), (), NOBODY)


def shown(moment: Moment) -> str:
    plain = Console(width=110, color_system=None)
    with plain.capture() as text:
        plain.print(rendered(moment))
    return text.get()


def row(view: NodeView) -> str:
    return next(line for line in shown(replace(MOMENT, nodes=(view,))).splitlines() if view.name in line)


def test_a_sensor_that_does_well_shows_numbers_and_no_signs() -> None:
    line = row(VIEW)
    assert " ".join(line.split()) == "left knee A0C30001 streaming 100 0.0 0.00 83 % 4.2 17 +12 0"


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"loss_pct": 1.0, "gap_s": 0.25}, ""),
        ({"loss_pct": 1.1}, "! 1.1"),
        ({"loss_pct": 5.1}, "!! 5.1"),
        ({"gap_s": 0.3}, "! 0.30"),
        ({"gap_s": 1.2}, "!! 1.20"),
        ({"battery_pct": 20}, "! 20 %"),
        ({"battery_pct": 4}, "!! 4 %"),
        ({"clock_uncertainty_s": 0.012}, "! 12.0"),
    ],
)
def test_trouble_is_said_by_a_sign_not_by_colour_alone(change: dict[str, float], sign: str) -> None:
    line = row(replace(VIEW, vitals=replace(GOOD, **change)))  # type: ignore[arg-type]
    assert sign in line
    assert ("!" in line) == bool(sign)


def test_a_lost_sensor_stands_out() -> None:
    assert "reconnecting !!" in row(replace(VIEW, state=NodeState.RECONNECTING))
    assert "backfilling " in row(replace(VIEW, state=NodeState.BACKFILLING))


def test_time_keys_and_markers() -> None:
    text = shown(replace(MOMENT, marker="turn at 80 s"))
    assert text.startswith("RECORDING  1:23 of 2:00   last marker: turn at 80 s")
    assert "q: stop" in text
    assert "t: turn" in text


def test_checks_are_shown_until_the_walk_begins() -> None:
    checks = (
        Check("battery_pct", P.HIP_LEFT, Outcome.WARN, 12, "its battery is at 12 %: charge it"),
        Check("steps", None, Outcome.UNKNOWN, None, "take a few steps"),
        Check("connected", P.HIP_LEFT, Outcome.PASS),
    )
    text = shown(replace(MOMENT, phase=Phase.CHECKING, checks=checks))
    assert "! hip_left: its battery is at 12 %: charge it." in text
    assert "- Take a few steps." in text
    assert "Space: begin" in text
    assert "All checks passed." in shown(replace(MOMENT, phase=Phase.CHECKING, checks=checks[2:]))


def stride(side: Side, stance_s: float = 0.7, valid: bool = True) -> Stride:
    return any_stride(side, 0.0, 1.1, "" if valid else "turn", stance_time_s=stance_s, step_time_s=0.55)


def test_numbers_of_the_last_strides() -> None:
    numbers = LiveNumbers()
    assert numbers.now() == NOBODY
    numbers.add([stride(Side.LEFT)] * (LEAST - 1) + [stride(Side.RIGHT, valid=False)] * 5)
    early = numbers.now()
    assert (early.strides, early.valid) == ({Side.LEFT: 2, Side.RIGHT: 5}, {Side.LEFT: 2, Side.RIGHT: 0})
    assert early.cadence_spm is None
    numbers.add([stride(Side.LEFT, 0.7)] * 20 + [stride(Side.RIGHT, 0.8)] * 20)
    now = numbers.now()
    assert now.cadence_spm == pytest.approx(120.0 / 1.1)
    assert now.stance_asymmetry_pct == pytest.approx(100.0 * math.log(0.7 / 0.8))
    assert now.step_asymmetry_pct == pytest.approx(0.0)
    text = shown(replace(MOMENT, walked=now))
    assert "left 22 of 22, right 20 of 25." in text
    assert "Cadence 109 steps/min. Stance time: right 13 % longer. Step time: even." in " ".join(text.split())
