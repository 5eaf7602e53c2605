"""The kinetic chain as a picture: a body seen from behind and, beside it, what each link shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from gaitchain.report.body import body
from gaitchain.report.links import State, badge, state_of
from gaitchain.report.strain import source
from gaitchain.report.svg import Point, arrow, figure, frame, join, line, rect, text
from gaitchain.report.theme import (
    ACCENT,
    INK,
    PANEL,
    RULE,
    SIDE_COLOURS,
    SOFT,
    WHITE,
)
from gaitchain.report.words import LINKS, fixed, quantity, spoken

CHAIN = ("knee", "stride", "load", "pelvis", "rotators", "lumbar")
OTHERS = ("claudication", "systemic")

WIDTH, HEIGHT = 720.0, 322.0
_CARD_WIDTH, _CARD_HEIGHT = 172.0, 80.0
_COLUMNS = (158.0, 352.0, 546.0)
_ROWS = (2.0, 106.0, 224.0)
_PLACES: Mapping[str, Point] = {
    "knee": (_COLUMNS[0], _ROWS[0]),
    "stride": (_COLUMNS[1], _ROWS[0]),
    "load": (_COLUMNS[2], _ROWS[0]),
    "pelvis": (_COLUMNS[0], _ROWS[1]),
    "rotators": (_COLUMNS[1], _ROWS[1]),
    "lumbar": (_COLUMNS[2], _ROWS[1]),
    "claudication": (_COLUMNS[0], _ROWS[2]),
    "systemic": (_COLUMNS[1], _ROWS[2]),
}
_END: Point = (_COLUMNS[2], _ROWS[2])


def chain_picture(chain: Sequence[dict[str, Any]], risk: dict[str, Any]) -> Markup:
    """The chain from the knee to the sciatic pattern, with the other causes beside it."""
    links = {item["link"]: item for item in chain}
    states = {name: state_of(link) for name, link in links.items()}
    spoken_links = ". ".join(
        f"{spoken(name, LINKS)}: {states[name].words}{_side_words(links[name])}" for name in (*CHAIN, *OTHERS)
    )
    return figure(
        "chain",
        WIDTH,
        HEIGHT,
        "The kinetic chain from the knee to the sciatic pattern",
        f"{spoken_links}. Sciatic pattern: {score_words(risk)}.",
        [
            body({name: (states[name], links[name]["side"]) for name in CHAIN}, _number_of),
            *_arrows(states),
            *(_card(_number_of(name), links[name], states[name]) for name in (*CHAIN, *OTHERS)),
            _end_card(risk),
            text((_COLUMNS[0], _ROWS[2] - 10), "Other causes, beside the chain", 10.5, SOFT, bold=True),
        ],
    )


def score_words(risk: dict[str, Any]) -> str:
    """The score with its interval, or that there is none."""
    if risk["score"] is None:
        return "no score"
    words = f"score {fixed(risk['score'], 2)}"
    if risk["interval90"]:
        low, high = risk["interval90"]
        words += f" ({fixed(low, 2)} to {fixed(high, 2)})"
    return words


def _number_of(name: str) -> int:
    return (*CHAIN, *OTHERS).index(name) + 1


def _side_words(link: dict[str, Any]) -> str:
    return f", {link['side']}" if link["side"] else ""


def _card(number: int, link: dict[str, Any], state: State) -> Markup:
    x, y = _PLACES[link["link"]]
    shapes = [
        frame(
            (x, y),
            _CARD_WIDTH,
            _CARD_HEIGHT,
            WHITE if state.assessed else PANEL,
            state.colour if state.assessed else RULE,
            thickness=1.4,
            dash="" if state.assessed else "4 3",
        ),
        badge((x + 20, y + 19), number, state),
        text((x + 36, y + 23), spoken(link["link"], LINKS), 12, INK, bold=True),
        text((x + 12, y + 43), state.words, 11.5, state.colour, bold=True),
    ]
    if link["side"]:
        shapes.append(text((x + _CARD_WIDTH - 10, y + 43), link["side"], 11, SIDE_COLOURS[link["side"]], anchor="end"))
    if state.assessed:
        shapes.append(text((x + 12, y + 58), _evidence(link), 11, INK))
        shapes.append(_confidence((x + 12, y + 72), link["confidence"]))
    return join(shapes)


def _evidence(link: dict[str, Any]) -> str:
    parts = [] if link["value"] is None else [quantity(link["value"], link["unit"], signed=True)]
    if link["z"] is not None:
        parts.append(f"z {fixed(link['z'], 1, signed=True)}")
    return " \N{MIDDLE DOT} ".join(parts)


def _confidence(at: Point, confidence: str) -> Markup:
    level = ("low", "moderate", "high").index(confidence) + 1
    bars = [rect((at[0] + 6 * i, at[1] - 3 - 2 * i), 4, 3 + 2 * i, SOFT if i < level else RULE) for i in range(3)]
    return join([*bars, text((at[0] + 24, at[1]), f"{confidence} confidence", 10, SOFT)])


def _arrows(states: Mapping[str, State]) -> list[Markup]:
    shapes = []
    for one, two in pairwise(CHAIN):
        (x0, y0), (x1, y1) = _PLACES[one], _PLACES[two]
        known = states[one].assessed and states[two].assessed
        colour, dash = (INK, "") if known else ("#8fa1ae", "4 3")
        if y0 == y1:
            middle = y0 + _CARD_HEIGHT / 2
            shapes.append(arrow((x0 + _CARD_WIDTH + 2, middle), (x1 - 2, middle), colour, dash))
        else:
            down, across = y0 + _CARD_HEIGHT + 2, (y0 + _CARD_HEIGHT + y1) / 2
            start, end = x0 + _CARD_WIDTH / 2, x1 + _CARD_WIDTH / 2
            shapes.append(line((start, down), (start, across), colour, 1.6, dash))
            shapes.append(line((start, across), (end, across), colour, 1.6, dash))
            shapes.append(arrow((end, across), (end, y1 - 2), colour, dash))
    x, y = _PLACES["lumbar"]
    centre = x + _CARD_WIDTH / 2
    shapes.append(arrow((centre, y + _CARD_HEIGHT + 2), (centre, _END[1] - 2), "#8fa1ae", "4 3"))
    x, y = _PLACES["systemic"]
    middle = y + _CARD_HEIGHT / 2
    shapes.append(arrow((x + _CARD_WIDTH + 2, middle), (_END[0] - 2, middle), "#8fa1ae", "2 3"))
    under, start = y + _CARD_HEIGHT + 12, _PLACES["claudication"][0] + _CARD_WIDTH / 2
    shapes.append(line((start, y + _CARD_HEIGHT + 2), (start, under), "#8fa1ae", 1.6, "2 3"))
    shapes.append(line((start, under), (centre, under), "#8fa1ae", 1.6, "2 3"))
    shapes.append(arrow((centre, under), (centre, y + _CARD_HEIGHT + 2), "#8fa1ae", "2 3"))
    return shapes


def _end_card(risk: dict[str, Any]) -> Markup:
    x, y = _END
    shapes = [
        frame((x, y), _CARD_WIDTH, _CARD_HEIGHT, "#eaf2f6", ACCENT, thickness=1.6),
        text((x + 12, y + 23), "Sciatic pattern", 12, INK, bold=True),
    ]
    if risk["score"] is None:
        shapes.append(text((x + 12, y + 43), "no score", 11.5, SOFT, bold=True))
        shapes.append(text((x + 12, y + 58), "see the reasons below", 11, INK))
    else:
        shapes.append(text((x + 12, y + 43), score_words(risk), 11, ACCENT, bold=True))
        shapes.append(text((x + 12, y + 58), "strain score, 90 % interval", 10.5, INK))
    shapes.append(text((x + 12, y + 72), f"{source(risk)}, not a finding", 10, SOFT))
    return join(shapes)
