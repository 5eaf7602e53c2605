"""The summary of a session as a therapist reads it in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gaitchain.follow_up import STATUS_WORDS, Compared, FollowUp
from gaitchain.report import strain
from gaitchain.report.bars import effect_words, flag_words
from gaitchain.report.words import (
    LINKS,
    MEASURES,
    METRICS,
    PLACEMENTS,
    against_band,
    bare,
    fixed,
    measured,
    quantity,
    span,
    spoken,
    typeset,
)
from gaitchain.report.words import unit_sign as sign
from pipeline.walk.change import Course

_PLAIN_WIDTH = 110  # of a file or a pipe
_WIDE = 96  # a narrower terminal has no room for the reference band beside left and right
_VERDICT_STYLES = {"valid": "bold green", "attention": "bold yellow", "invalid": "bold red"}
_COURSE_STYLES = {
    Course.RESOLVED: "bold green",
    Course.RESOLVING: "green",
    Course.UNCHANGED: "dim",
    Course.WORSE: "bold yellow",
    Course.NOT_ASSESSED: "dim",
}
_SIDED = {f"asymmetry.{metric}" for metric in METRICS}
_FLAG_STYLES = {"none": "", "borderline": "yellow", "clear": "bold yellow"}


def print_overview(document: dict[str, Any]) -> None:
    """Print a summary document on stdout: verdict, walk, left against right, pelvis, risk."""
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    for part in (_head(document), _measures(document), _sides(document, wide=console.width >= _WIDE), _risk(document)):
        console.print(part)
        console.print()


def print_follow_up(title: str, found: FollowUp) -> None:
    """Print what has changed between two sessions: the chain first, then every measure, then what to mind."""
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    console.print(Text(title, style="bold"))
    console.print()
    chain = [(spoken(one.link.value, LINKS), one.compared) for one in found.links]
    console.print(_changes("Chain", chain))
    console.print()
    measures = [
        (spoken(key.partition(".")[2], METRICS) if key in _SIDED else spoken(key, MEASURES), one)
        for key, one in found.measures.items()
        if one.change.status is not Course.NOT_ASSESSED
    ]
    console.print(_changes("Measures", measures))
    console.print()
    for words in found.cautions:
        console.print(f"Mind: {words}")


def _changes(title: str, rows: Sequence[tuple[str, Compared]]) -> RenderableType:
    table = _table(title, "earlier", "later", "change", "detectable", "")
    for name, one in rows:
        status = STATUS_WORDS[one.change.status]
        if one.earlier is None or one.later is None or one.change.difference is None:
            table.add_row(name, "", "", "", "", Text(f"{status}: {one.change.reason}", style="dim"))
            continue
        table.add_row(
            name,
            quantity(one.earlier.value, one.unit, signed=one.key in _SIDED),
            quantity(one.later.value, one.unit, signed=one.key in _SIDED),
            quantity(one.change.difference, one.unit, signed=True),
            "" if one.change.detectable is None else quantity(one.change.detectable, one.unit),
            Text(f"{status}: {one.change.reason}", style=_COURSE_STYLES[one.change.status]),
        )
    return table


def _head(document: dict[str, Any]) -> RenderableType:
    recording, quality = document["recording"], document["quality"]
    worn = ", ".join(spoken(name, PLACEMENTS) for name in recording["placements"])
    lines = Text()
    lines.append(f"{recording['patient_code'] or recording['name']}  ", style="bold")
    lines.append(f"{fixed(recording['duration_s'], 0)} s at {recording['rate_hz']:g} Hz; {worn}")
    verdict = Text("Recording: ")
    verdict.append(quality["verdict"], style=_VERDICT_STYLES[quality["verdict"]])
    told = (*quality["reasons"], *recording["notices"], *recording["assumptions"])
    return Group(lines, verdict, *map(_indented, told))


def _measures(document: dict[str, Any]) -> RenderableType:
    table = _table("Walk and pelvis", "value", "reference", "")
    strides, absent = document["strides"], 0
    table.add_row("Strides used", f"left {strides['left']['valid']}, right {strides['right']['valid']}", "", "")
    for key, measure in document["measures"].items():
        value, unit, band = measure["value"], measure["unit"], measure["band"]
        if value is None:
            absent += 1  # a line for each would hide the rest
            continue
        against = against_band(value, band)
        table.add_row(
            spoken(key, MEASURES),
            measured(key, value, unit),
            span(band, unit),
            Text(against, style=_FLAG_STYLES["clear"] if against not in ("", "within reference") else ""),
        )
    if not absent:
        return table
    why = f"Not assessed: {absent} more {'measure' if absent == 1 else 'measures'}; the report says why."
    return Group(table, Text(why, style="dim"))


def _sides(document: dict[str, Any], *, wide: bool) -> RenderableType:
    table = _table("Left against right", "left", "right", "difference", *(["reference"] if wide else []), "")
    for metric, entry in document["asymmetry"].items():
        if entry["status"] != "observed":
            table.add_row(spoken(metric, METRICS), "", "", "not assessed")
            continue
        unit = "SD" if "z_difference" in entry else "%"
        name = f"{spoken(metric, METRICS)} ({sign(entry['unit'])})"
        table.add_row(
            name,
            bare(entry["left"], entry["unit"]),
            bare(entry["right"], entry["unit"]),
            effect_words(entry),
            *([span(entry["band"], unit)] if wide else []),
            Text(flag_words(metric, entry), style=_FLAG_STYLES[entry["flag"]]),
        )
    return table


def _risk(document: dict[str, Any]) -> RenderableType:
    risk = document["risk"]
    title = Text(f"Strain pattern thought to irritate the sciatic nerve ({strain.source(risk)})", style="bold")
    if risk["abstained"]:
        score = "No score."
    else:
        ends = risk["interval90"]
        interval = f" (90 % interval {' to '.join(fixed(end, 2) for end in ends)})" if ends else ""
        score = f"Score {fixed(risk['score'], 2)}{interval}, {risk['level']}."
    said = (score, strain.caution(risk), strain.differential(risk, drawn=False), *risk["reasons"])
    return Group(title, *map(_indented, filter(None, said)))


def _indented(words: str) -> RenderableType:
    """A line below its heading, also where it is broken."""
    return Padding(Text(typeset(words)), (0, 0, 0, 2), expand=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title_justify="left", header_style="bold")
    table.add_column(title)
    for i, column in enumerate(columns):
        table.add_column(column, justify="left" if i == len(columns) - 1 else "right")
    return table
