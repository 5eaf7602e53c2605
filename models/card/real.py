"""The part of a model card about walks that no simulator made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.card.text import share, table

_HEAD = ("set", "subject", "condition", "score (90 %)", "level", "set of pathways, or why silent")


def real_walks(found: Mapping[str, Any]) -> str:
    """What the model says of the recordings of others, where nobody's strain is known."""
    scores = found["healthy_scores"]
    silent = "; ".join(f"{count} x {reason.rstrip('.')}" for reason, count in found["healthy_silent"].items())
    flagged = share(found["healthy_high"] / len(scores)) if scores else "none had a score"
    return f"""## What it says of real walks
Recordings of others, analysed by `python -m benchmarks.real_risk`; nobody's strain is known, so these are case studies
and no accuracy is claimed. No set has real sensors at knees and hips: virtual_pelvis is measured motion with computed
sensors, moving_reality are people after stroke.

- Healthy people: {found["healthy_trials"]} trials, {len(scores)} with a score
  ({", ".join(f"{score:.2f}" for score in scores) or "none"}), {found["healthy_high"]} called high ({flagged}).
- Why it was silent there: {silent or "it never was"}.

{table(_HEAD, map(_row, found["cases"]))}"""


def _row(case: Mapping[str, Any]) -> tuple[str, ...]:
    first = (case["set"], case["subject"], case["condition"])
    if "silent" in case:
        return (*first, "", "", case["silent"])
    low, high = case["interval90"]
    return (*first, f"{case['score']:.2f} ({low:.2f} to {high:.2f})", case["level"], ", ".join(case["set90"]))
