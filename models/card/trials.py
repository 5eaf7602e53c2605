"""The part of a model card about other generators, worse recordings, and rising dose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.card.parts import confusion, parts_table
from models.card.text import figure, share, table


def trials(figures: Mapping[str, Any]) -> list[str]:
    """Sections; none for a model that was not tried."""
    if "second_generator" not in figures:
        return []
    return [_second(figures, figures["second_generator"]), _conditions(figures["conditions"]), _dose(figures["dose"])]


def _second(figures: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    names = {
        "auc": "AUC",
        "calibration_error": "calibration error",
        "healthy_high_share": "healthy and benign called high",
        "interval_coverage": "interval holds",
        "set_coverage": "set holds",
        "set_size": "pathways in the set",
        "pathway_balanced_accuracy": "balanced accuracy of pathways",
    }
    there = other["taught_there"]  # too few walks make no figures
    rows = [
        (words, figure(figures[name]), figure(other[name]), figure(there.get(name))) for name, words in names.items()
    ]
    rows += [
        (
            f"better than {name} by",
            figure(figures["baselines"][name]["model_is_better_by"], sign=True),
            figure(row["model_is_better_by"], sign=True),
            "",
        )
        for name, row in other["baselines"].items()
    ]
    same, second = (figure(one["abstained_share"], percent=True) for one in (figures, other))
    rows.append(("abstained", same, second, ""))
    speeds = [(f"speed {row['from']:.3g} to {row['to']:.3g}", row) for row in other["by_speed"]]
    silent = [
        (name, str(row["walks"]), figure(row["brier"]), figure(row["interval_coverage"], percent=True))
        for name, row in other["abstaining"].items()
    ]
    return f"""## Held-out generator, in silico
{other["walks"]} walks of {other["persons"]} persons by a second, independent generator (other curves, strategies, soft
tissue and sensors), {figure(other["strained_share"], percent=True)} strained by its own healthy limit. None of
its walks ever taught. The last column is what the same procedure reaches there when the second generator teaches it, on
persons it did not see: a model that was taught elsewhere can hardly do better.

{table(("figure", "same generator", "second generator", "taught by the second"), rows)}
{parts_table("second generator", [*speeds, *other["by_sensors"].items()])}
{confusion(other["confusion"])}
Where it spoke and where it would have been silent:

{table(("", "walks", "Brier score", "interval holds"), silent)}"""


def _conditions(conditions: Mapping[str, Any]) -> str:
    return f"""## Lost samples and clocks that disagree, in silico
The same walks of other persons, with sensors on knees and hips.

{parts_table("recording", conditions.items())}"""


def _dose(dose: Mapping[str, Any]) -> str:
    severities = [f"{severity:g}" for severity in dose["severities"]]
    rows = [
        (
            name,
            str(row["persons"]),
            *(
                f"{m:+.2f} / {'-' if s is None else f'{s:.2f} ({ends[0]:.2f} to {ends[1]:.2f})'}"
                for m, s, ends in zip(row["margin"], row["score"], row["score95"], strict=True)
            ),
            share(max(row["abstained"])),
        )
        for name, row in dose["pathways"].items()
    ]
    flat = ", ".join(name for name, row in dose["pathways"].items() if not row["demand_rises"]) or "none"
    head = ("pathway", "persons", *(f"severity {one}" for one in severities), "most abstained")
    return f"""## Rising severity, in silico
The same persons and noise at every severity: median hidden strain beyond the limit (healthy SDs) / median score
with its interval.
Pathways whose median demand does not rise: {flat}.

{table(head, rows)}"""
