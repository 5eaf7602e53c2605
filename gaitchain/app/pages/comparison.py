"""Two sessions beside each other, as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gaitchain.follow_up import STATUS_WORDS, Compared, follow_up
from gaitchain.report.trend import measure_name
from gaitchain.report.words import LINKS, quantity, sentence, spoken
from pipeline.walk.change import Course

_TONES = {
    Course.RESOLVED: "within",
    Course.RESOLVING: "within",
    Course.UNCHANGED: "soft",
    Course.WORSE: "clear",
    Course.NOT_ASSESSED: "soft",
}
_SIGNS = {
    Course.RESOLVED: "\N{CHECK MARK}",
    Course.RESOLVING: "\N{NORTH EAST ARROW}",
    Course.UNCHANGED: "=",
    Course.WORSE: "!",
    Course.NOT_ASSESSED: "\N{EN DASH}",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One link or measure: before, after, the change against its error, and how it stands in a word."""

    name: str
    measure: str
    earlier: str
    later: str
    difference: str
    detectable: str
    status: str
    sign: str
    tone: str
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the page shows."""

    links: list[Row]
    measures: list[Row]
    cautions: tuple[str, ...]
    counted: list[tuple[str, int, str]]  # status, how many links, tone


def comparison(earlier: dict[str, Any], later: dict[str, Any]) -> Comparison:
    """Compare two summaries of one person."""
    found = follow_up(earlier, later)
    links = [_row(spoken(one.link.value, LINKS), one.compared) for one in found.links]
    measures = [_row(measure_name(key), one) for key, one in found.measures.items()]
    counted = [
        (STATUS_WORDS[course], sum(row.status == STATUS_WORDS[course] for row in links), _TONES[course])
        for course in Course
    ]
    return Comparison(links, measures, found.cautions, counted)


def _row(name: str, one: Compared) -> Row:
    course = one.change.status
    return Row(
        name,
        measure_name(one.key) if one.key else "",
        quantity(one.earlier.value, one.unit, signed=_signed(one)) if one.earlier else "",
        quantity(one.later.value, one.unit, signed=_signed(one)) if one.later else "",
        quantity(one.change.difference, one.unit, signed=True) if one.change.difference is not None else "",
        quantity(one.change.detectable, one.unit) if one.change.detectable is not None else "",
        STATUS_WORDS[course],
        _SIGNS[course],
        _TONES[course],
        sentence(one.change.reason),
    )


def _signed(one: Compared) -> bool:
    return one.key.startswith("asymmetry.") or "difference" in one.key
