"""The summaries as tables: for a terminal, for a page, for a program."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from benchmarks.references import Target
from benchmarks.scoring import spread
from benchmarks.summary import Quantity, SetSummary, mean_abs
from benchmarks.trial_score import ANGLES, TrialScore

HEADINGS = ("quantity", "reached", "n", "reference's own error", "first target", "raised target")
DIGITS = {"ms": 1, "points": 2, "deg": 2}


def markdown(summary: SetSummary) -> str:
    """One set as a heading, what its reference is, and a table."""
    lines = [f"### {summary.name}", "", _description(summary), ""]
    lines += [_row(HEADINGS), _row(["---"] * len(HEADINGS)), *(_row(_cells(q)) for q in summary.quantities)]
    if summary.failures:
        lines += ["", "Failed:", "", *(f"- {failure}" for failure in summary.failures)]
    return "\n".join(lines)


def plain(summary: SetSummary) -> str:
    """The same for a terminal, in aligned columns."""
    rows = [HEADINGS, *(_cells(quantity) for quantity in summary.quantities)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEADINGS))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    title = f"{summary.name} ({summary.seconds:.1f} s of analysis)"
    return "\n".join([title, _description(summary), *table, *(f"FAILED {failure}" for failure in summary.failures)])


def as_json(summary: SetSummary) -> dict[str, object]:
    """The same as plain values; a number that could not be had is null."""
    return {
        "trials": summary.trials,
        "subjects": summary.subjects,
        "verdicts": dict(summary.verdicts),
        "seconds": round(summary.seconds, 2),
        "failures": list(summary.failures),
        "quantities": {
            q.key: {
                "value": q.value if np.isfinite(q.value) else None,
                "unit": q.unit,
                "n": q.n,
                "reference_error": q.reference_error,
                "first_target": _target_json(q.first_target, q.value),
                "raised_target": _target_json(q.raised_target, q.value),
            }
            for q in summary.quantities
        },
    }


def per_trial(scores: Iterable[TrialScore]) -> str:
    """One line per trial: where in a set the errors are."""
    lines = []
    for score in scores:
        if score.failure:
            lines.append(f"{score.set_name}/{score.trial}: FAILED {score.failure}")
            continue
        numbers = (
            ("IC F1", score.initial.f1, ".3f"),
            ("FC F1", score.final.f1, ".3f"),
            ("any side", score.initial_sides_ignored.f1, ".3f"),
            ("IC ms", 1e3 * spread(score.initial.error_s).median, ".0f"),
            ("FC ms", 1e3 * spread(score.final.error_s).median, ".0f"),
            ("outside", score.standing_events, "d"),
            ("stance", score.stance_error_points, ".1f"),
            ("step", score.step_error_points, ".1f"),
            *((f"{name} ROM", mean_abs(score.rom_error_deg.get(name, ())), ".2f") for name in ANGLES),
            ("drop", score.drop_difference_error_deg, ".2f"),
        )
        shown = "  ".join(f"{name} {value:{form}}" for name, value, form in numbers if np.isfinite(value))
        lines.append(f"{score.set_name}/{score.trial}: {score.verdict}  {shown}".rstrip())
    return "\n".join(lines)


def _description(summary: SetSummary) -> str:
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in summary.verdicts)
    people = _count(summary.subjects, "person", "people")
    return (
        f"Sensors: {summary.reference.sensors}. Reference: {summary.reference.method}. "
        f"{_count(summary.trials, 'trial')} of {people}; verdicts: {verdicts}."
    )


def _cells(row: Quantity) -> tuple[str, ...]:
    digits = DIGITS.get(row.unit, 0 if row.key == "standing_events" else 3)
    reached = f"{row.value:.{digits}f} {row.unit}".strip() if np.isfinite(row.value) else "nothing to score"
    targets = (_judged(row.first_target, row.value), _judged(row.raised_target, row.value))
    return (row.label, reached, _count(row.n, row.counted), row.reference_error, *targets)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _judged(target: Target | None, value: float) -> str:
    return "" if target is None else f"{target}: {'met' if target.met(value) else 'not met'}"


def _target_json(target: Target | None, value: float) -> dict[str, object] | None:
    if target is None:
        return None
    return {"limit": target.limit, "at_least": target.at_least, "met": target.met(value)}


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or f'{one}s'}"
