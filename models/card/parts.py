"""Tables of a model card: calibration, usefulness, confusion, parts of the cohort, pathways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.card.text import figure, table

_BAR = 40  # characters for a share of 1


def calibration(figures: Mapping[str, Any], how: str) -> str:
    """Reliability by tenths of the score, as a table with bars: o = mean score, # = share strained."""
    rows = (
        (
            f"{row['score']:.3f}",
            figure(row["strained"]),
            str(row["walks"]),
            f"`{_plot(row['score'], row['strained'])}`",
        )
        for row in figures["reliability"]
    )
    marks = "0 to 1; o mean score, # share strained in its interval -, @ both"
    found = table(("mean score", "share strained", "walks", marks), rows)
    error, brier = figure(figures["calibration_error"]), figure(figures["brier"])
    return f"## Calibration, {how}\nExpected calibration error {error}, Brier score {brier}.\n\n{found}"


def usefulness(figures: Mapping[str, Any], how: str) -> str:
    """Decision curve and predictive values."""
    curve = table(
        ("called from", "net benefit", "if all were called", "if none were"),
        (
            (
                f"{row['from']:g}",
                figure(row["by_score"], sign=True, places=4),
                figure(row["everybody"], sign=True, places=4),
                "0",
            )
            for row in figures["decision_curve"]
        ),
    )
    values = table(
        ("assumed prevalence of strain", "right among level high", "right among other levels"),
        (
            (p, figure(row["positive"], percent=True), figure(row["negative"], percent=True))
            for p, row in figures["predictive_values_high"].items()
        ),
    )
    return f"""## Decision curve and predictive values, {how}
Net benefit: right calls minus wrong ones at the odds of the threshold, per walk.

{curve}
{values}"""


def confusion(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Walks by what they show and what they are found most consistent with."""
    rows = ((name, *(str(row[other]) for other in counts)) for name, row in counts.items())
    return table(("shows / most consistent with", *counts), rows)


def parts_table(first: str, parts: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """The main figures of parts of a cohort, those with too few walks left out."""
    rows = [
        (
            name,
            str(row["walks"]),
            figure(row["abstained_share"], percent=True),
            figure(row["auc"]),
            figure(row["calibration_error"]),
            figure(row["healthy_high_share"], percent=True),
            figure(row["interval_coverage"], percent=True),
            figure(row["set_coverage"], percent=True),
            figure(row["pathway_balanced_accuracy"]),
        )
        for name, row in parts
        if "auc" in row
    ]
    head = ("walks", "abstained", "AUC", "calibration error", "healthy called high", "interval holds", "set holds")
    return table((first, *head, "balanced accuracy of pathways"), rows)


def subgroups(figures: Mapping[str, Any], how: str) -> str:
    """By speed, age, body mass index, sensors, devices and loss."""

    def spans(name: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
        return ((f"{row['from']:.3g} to {row['to']:.3g}", row) for row in figures[name])

    held = {**figures["by_devices"]}
    if "auc" in figures.get("held_out_devices", {}):
        held[f"{figures['held_out_devices']['condition']}, never seen in training"] = figures["held_out_devices"]
    parts = [
        parts_table("speed (dimensionless)", spans("by_speed")),
        parts_table("age, years", spans("by_age")),
        parts_table("body mass index, kg/m^2", spans("by_bmi")),
        parts_table("sensors worn", figures["by_sensors"].items()),
        parts_table("quality of the sensors", held.items()),
        parts_table("samples lost", figures["by_loss"].items()),
    ]
    return "\n".join([f"## By speed, age, body mass index and sensors, {how}", *parts])


def pathways(figures: Mapping[str, Any]) -> str:
    """Score by pathway and severity."""
    rows = (
        (
            row["pathway"],
            f"{row['severity'][0]:g} to {row['severity'][1]:g}",
            str(row["walks"]),
            figure(row["strained_share"], percent=True),
            figure(row["median_score"], places=2),
            figure(row["high_share"], percent=True),
            "" if row["named_share"] is None else figure(row["named_share"], percent=True),
        )
        for row in figures["by_pathway"]
    )
    head = ("pathway", "severity", "walks", "strained", "median score", "called high", "most consistent with it")
    found = table(head, rows)
    return (
        "## By pathway, in silico\nThe score follows the mechanical strain, not the pathway: pathways that only slow "
        f"or stiffen the walk have little of it.\n\n{found}"
    )


def _plot(score: float, strained: Sequence[float]) -> str:
    line = [" "] * (_BAR + 1)
    share, low, high = (round(_BAR * one) for one in strained)
    line[low : high + 1] = "-" * (high + 1 - low)
    line[share] = "#"
    at = round(_BAR * score)
    line[at] = "@" if line[at] == "#" else "o"
    return "".join(line).replace(" ", ".")
