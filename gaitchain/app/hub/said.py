"""The state of a live recording as the pages get it: plain values, no number that is not one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gaitchain.live.grades import Grade, grade_of
from gaitchain.live.numbers import Walked
from gaitchain.report.words import sentence
from pipeline.norms import ASYMMETRY, DROP_DIFFERENCE_NORMAL_DEG
from sensor.acquisition.checks import Check
from sensor.acquisition.session import NodeView
from sensor.acquisition.states import NodeState
from sensor.samples import Side

Said = dict[str, Any]
GRADES = {Grade.GOOD: "ok", Grade.WARN: "amber", Grade.BAD: "red"}
HEADLINE = (("measures", "gait.speed_m_s"), ("asymmetry", "stance_time"), ("measures", "pelvis.drop_difference_deg"))


@dataclass(frozen=True, slots=True)
class NodeNews:
    """What is known of a sensor beside its view: seconds since its newest sample and since it was tapped."""

    age_s: float | None
    tapped_s: float | None


def node_said(view: NodeView, news: NodeNews) -> Said:
    """One sensor."""
    vitals = view.vitals
    live = view.state.live
    starting = view.state in (NodeState.SEEN, NodeState.CONNECTING, NodeState.READY)
    ending = view.state in (NodeState.STOPPING, NodeState.STOPPED)
    grade = Grade.GOOD if starting or ending else grade_of(vitals, live=live)
    return {
        "name": view.name,
        "placement": view.placement.value,
        "state": view.state.value,
        "live": live,
        "why": view.why,
        "hz": number(vitals.rate_hz, 1),
        "loss_pct": number(vitals.loss_pct, 2),
        "gap_s": number(vitals.gap_s, 2),
        "missing": vitals.missing + vitals.gone,
        "battery_pct": vitals.battery_pct,
        "residual_ms": number(vitals.clock_residual_s, 2, 1e3),
        "ppm": number(vitals.clock_drift_ppm, 1),
        "uncertainty_ms": number(vitals.clock_uncertainty_s, 2, 1e3),
        "age_s": number(news.age_s, 2),
        "tapped_s": number(news.tapped_s, 1),
        "grade": GRADES[grade],
    }


def check_said(check: Check) -> Said:
    """One question before the walk."""
    return {
        "name": check.name,
        "placement": None if check.placement is None else check.placement.value,
        "outcome": check.outcome.value,
        "sentence": check.sentence,
    }


def walked_said(walked: Walked) -> Said:
    """What the last strides say, with the bands of the final numbers."""
    return {
        "strides_left": walked.strides[Side.LEFT],
        "strides_right": walked.strides[Side.RIGHT],
        "valid_left": walked.valid[Side.LEFT],
        "valid_right": walked.valid[Side.RIGHT],
        "cadence_spm": number(walked.cadence_spm, 1),
        "stance_asym": {"value": number(walked.stance_asymmetry_pct, 2), "band": _band("stance_time")},
        "step_asym": {"value": number(walked.step_asymmetry_pct, 2), "band": _band("step_time")},
        "drop": {
            "left_deg": number(walked.drop_deg[Side.LEFT], 2),
            "right_deg": number(walked.drop_deg[Side.RIGHT], 2),
            "band": [-DROP_DIFFERENCE_NORMAL_DEG, DROP_DIFFERENCE_NORMAL_DEG],
        },
    }


def verdict_said(document: Mapping[str, Any], session: str, *, final: bool) -> Said:
    """What the screen after the walk shows, from a summary."""
    return {
        "verdict": document["quality"]["verdict"],
        "reasons": [sentence(reason) for reason in document["quality"]["reasons"]],
        "strides": document["strides"],
        "headline": [_headline(document, group, key) for group, key in HEADLINE],
        "final": final,
        "session": session,
    }


def no_verdict(reasons: Sequence[str], session: str, *, final: bool) -> Said:
    """The same when there is nothing to say."""
    none = {"valid": 0, "detected": 0}
    return {
        "verdict": "invalid",
        "reasons": list(reasons),
        "strides": {"left": none, "right": none},
        "headline": [],
        "final": final,
        "session": session,
    }


def number(value: float | None, digits: int, scale: float = 1.0) -> float | None:
    """A number as people read it; None for none."""
    return None if value is None or not math.isfinite(value) else round(value * scale, digits)


def _band(metric: str) -> list[float]:
    return [-ASYMMETRY[metric].normal, ASYMMETRY[metric].normal]


def _headline(document: Mapping[str, Any], group: str, key: str) -> Said:
    entry = document[group].get(key) or {"status": "not_assessed", "reason": "not measured"}
    ratio = group == "asymmetry"
    return {
        "key": key,
        "value": number(entry.get("log_ratio_pct" if ratio else "value"), 3),
        "unit": "%" if ratio else entry.get("unit", ""),
        "band": entry.get("band"),
        "status": entry["status"],
        "reason": entry["reason"],
    }
