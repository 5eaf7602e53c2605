"""The picture of the score: where it lies, what moved it, and which pathways fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from gaitchain.report.scales import Scale
from gaitchain.report.svg import circle, figure, line, paragraph, rect, text
from gaitchain.report.theme import ACCENT, GRID, INK, OUTSIDE, RULE, SOFT, WITHIN
from gaitchain.report.words import PATHWAYS, fixed, quantity, spoken

_MOST_SHOWN = 7
_ROW = 27.0


def score_bar(risk: dict[str, Any], *, slim: bool = False) -> Markup:
    """The score on 0 to 1 with its 90 % interval, across a page or a phone; empty when the model abstains."""
    if risk["score"] is None:
        return Markup("")
    width = 336.0 if slim else 720.0
    x = Scale(0, 1, 14, width - 14)
    shapes = [rect((x(0), 20), x(1) - x(0), 12, GRID, radius=6)]
    words = f"Score {fixed(risk['score'], 2)}"
    if risk["interval90"]:
        low, high = risk["interval90"]
        shapes.append(rect((x(low), 20), x(high) - x(low), 12, "#a9c4d1", radius=3))
        shapes += [line((x(end), 16), (x(end), 36), ACCENT, 1.5) for end in (low, high)]
        words += f", 90 % interval {fixed(low, 2)} to {fixed(high, 2)}"
    shapes.append(circle((x(risk["score"]), 26), 7.5, ACCENT, "#ffffff", 2))
    for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
        anchor = "start" if mark == 0 else "end" if mark == 1 else "middle"
        shapes.append(text((x(mark), 50), fixed(mark, 2), 10, SOFT, anchor=anchor))
    shapes.append(text((x(0), 11), "less strain pattern", 10, SOFT))
    shapes.append(text((x(1), 11), "more strain pattern", 10, SOFT, anchor="end"))
    name = "risk-score-slim" if slim else "risk-score"
    return figure(name, width, 56, "Strain score", f"{words}, on a scale from 0 to 1.", shapes)


def contribution_bars(contributions: Sequence[dict[str, Any]]) -> Markup:
    """What moved the score, in log-odds: towards more strain to the right, towards less to the left."""
    rows = _largest(contributions)
    if not rows:
        return Markup("")
    reach = max(abs(size) for _, size in rows) or 1.0
    x = Scale(-reach, reach, 212, 334)
    shapes = [line((x(0), 4), (x(0), len(rows) * _ROW), RULE, 1)]
    for number, (words, size) in enumerate(rows):
        top = number * _ROW + 5
        shapes.append(paragraph((0, top + 8), words, 36, 2, 10.5, INK, 1.2))
        colour = OUTSIDE if size > 0 else WITHIN
        shapes.append(rect((min(x(0), x(size)), top + 3), abs(x(size) - x(0)), 11, colour, radius=2))
        shapes.append(text((340, top + 12), fixed(size, 2, signed=True), 10, INK))
    bottom = len(rows) * _ROW + 12
    shapes.append(text((x(0) - 5, bottom), "lowers the score", 10, WITHIN, anchor="end"))
    shapes.append(text((x(0) + 5, bottom), "raises it", 10, OUTSIDE))
    words = "; ".join(f"{name} {fixed(size, 2, signed=True)}" for name, size in rows)
    return figure("risk-contributions", 372, bottom + 5, "What moved the score, in log-odds", words + ".", shapes)


def pathway_bars(pathways: Mapping[str, float], set90: Sequence[str]) -> Markup:
    """How consistent the walk is with each pathway, most consistent first; a dot marks those in the 90 % set."""
    if not pathways:
        return Markup("")
    x = Scale(0, 1, 190, 300)
    ordered = ranked(pathways)
    shapes = []
    for number, (name, share) in enumerate(ordered):
        top = number * 19.0
        inside = name in set90
        shapes.append(text((178, top + 13), spoken(name, PATHWAYS), 10, INK if inside else SOFT, anchor="end"))
        shapes.append(rect((x(0), top + 5), x(1) - x(0), 10, GRID, radius=2))
        shapes.append(rect((x(0), top + 5), x(share) - x(0), 10, ACCENT if inside else "#8fa1ae", radius=2))
        shapes.append(text((306, top + 13), fixed(share, 2), 10, INK if inside else SOFT, bold=inside))
        if inside:
            shapes.append(circle((184, top + 10), 2.5, ACCENT))
    words = "; ".join(f"{spoken(name, PATHWAYS)} {fixed(share, 2)}" for name, share in ordered)
    height = len(ordered) * 19.0 + 4
    return figure("risk-pathways", 336, height, "Consistency with each pathway", words + ".", shapes)


def ranked(pathways: Mapping[str, float]) -> list[tuple[str, float]]:
    """Pathways, most consistent first; equal ones by name."""
    return sorted(pathways.items(), key=lambda item: (-item[1], item[0]))


def _largest(contributions: Sequence[dict[str, Any]]) -> list[tuple[str, float]]:
    known = [item for item in contributions if item["log_odds"]]
    known.sort(key=lambda item: (-abs(item["log_odds"]), item["feature"]))
    rows = [(_words(item), float(item["log_odds"])) for item in known[:_MOST_SHOWN]]
    if rest := known[_MOST_SHOWN:]:
        rows.append((f"{len(rest)} other features together", float(sum(item["log_odds"] for item in rest))))
    return rows


def _words(item: dict[str, Any]) -> str:
    value = "" if item["value"] is None else f" ({quantity(item['value'], item['unit'])})"
    return f"{item['words']}{value}"
