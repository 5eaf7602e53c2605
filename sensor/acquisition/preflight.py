"""Before a patient walks: does every node deliver, and is it where it is said to be?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sensor.acquisition.checks import Check, Outcome
from sensor.acquisition.states import NodeState
from sensor.acquisition.vitals import Vitals
from sensor.samples import Placement


@dataclass(frozen=True, slots=True)
class PreflightParams:
    """What is asked of a node that shall record a walk."""

    settle_s: float = 5.0  # of streaming before anything is judged
    rate_error: float = 0.1  # 3 s of whole batches tell the rate to 5 %
    loss_warn_pct: float = 0.5
    loss_fail_pct: float = 5.0  # above, more is lost than backfill beside live data brings back in time
    gap_fail_s: float = 1.0
    battery_warn_pct: int = 20  # the rest of a session and a second one
    battery_fail_pct: int = 5
    clock_warn_s: float = 0.010  # one sample at 100 Hz
    clock_fail_s: float = 0.030  # step times between two legs would be of no use


def node_checks(
    placement: Placement, state: NodeState, why: str, vitals: Vitals, params: PreflightParams | None = None
) -> list[Check]:
    """Check one node: is it there, at its rate, without loss, charged, and its clock known?"""
    p = params or PreflightParams()
    if not state.live:
        reason = why.rstrip(".") or f"it is {state.value}"
        return [Check("connected", placement, Outcome.FAIL, None, reason)]
    nominal_hz = vitals.nominal_hz or 0.0
    off = abs(vitals.rate_hz - nominal_hz * (1.0 - vitals.loss_pct / 100.0)) > p.rate_error * nominal_hz
    return [
        Check("connected", placement, Outcome.PASS),
        Check(
            "rate_hz",
            placement,
            Outcome.WARN if off else Outcome.PASS,
            vitals.rate_hz,
            f"it delivers {vitals.rate_hz:.0f} samples per second, not {nominal_hz:.0f}" if off else "",
        ),
        _loss(placement, vitals, p),
        _battery(placement, vitals.battery_pct, p),
        _clock(placement, vitals.clock_uncertainty_s, p),
    ]


def worst(checks: Iterable[Check]) -> Outcome:
    """The worst outcome; PASS if there are none. Unknown counts as good here: nothing speaks against it."""
    outcomes = {check.outcome for check in checks}
    return next((bad for bad in (Outcome.FAIL, Outcome.WARN) if bad in outcomes), Outcome.PASS)


def _loss(placement: Placement, vitals: Vitals, p: PreflightParams) -> Check:
    loss_pct = vitals.loss_pct
    said = f"{loss_pct:.1f} % of its samples are lost, the longest gap is {vitals.gap_s:.2f} s"
    do = "bring the computer nearer, or use another USB port for the Bluetooth adapter"
    if loss_pct > p.loss_fail_pct or vitals.gap_s > p.gap_fail_s:
        return Check("loss_pct", placement, Outcome.FAIL, loss_pct, f"{said}: {do}")
    if loss_pct > p.loss_warn_pct:
        return Check("loss_pct", placement, Outcome.WARN, loss_pct, f"{said}: {do}")
    return Check("loss_pct", placement, Outcome.PASS, loss_pct)


def _battery(placement: Placement, battery_pct: int | None, p: PreflightParams) -> Check:
    if battery_pct is None:
        return Check("battery_pct", placement, Outcome.UNKNOWN, None, "it does not tell its charge")
    if battery_pct > p.battery_warn_pct:
        return Check("battery_pct", placement, Outcome.PASS, battery_pct)
    outcome = Outcome.FAIL if battery_pct <= p.battery_fail_pct else Outcome.WARN
    return Check("battery_pct", placement, outcome, battery_pct, f"its battery is at {battery_pct} %: charge it")


def _clock(placement: Placement, uncertainty_s: float | None, p: PreflightParams) -> Check:
    if uncertainty_s is None:
        return Check("clock_s", placement, Outcome.FAIL, None, "its clock is not known yet: wait some seconds")
    if uncertainty_s <= p.clock_warn_s:
        return Check("clock_s", placement, Outcome.PASS, uncertainty_s)
    outcome = Outcome.FAIL if uncertainty_s > p.clock_fail_s else Outcome.WARN
    said = f"its clock is known to {uncertainty_s * 1e3:.0f} ms only: the connection is slow or busy"
    return Check("clock_s", placement, outcome, uncertainty_s, said)
