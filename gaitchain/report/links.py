"""How a link of the chain stands against the reference, in a word, a colour and a numbered badge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from gaitchain.report.svg import Point, circle, text
from gaitchain.report.theme import ACCENT, OUTSIDE, SOFT, WHITE, WITHIN

OUTSIDE_Z = 1.96  # reference SDs: the end of a 95 % band, as pipeline.walk.chain counts


@dataclass(frozen=True, slots=True)
class State:
    """How a link stands, in a word and a colour."""

    words: str
    colour: str

    @property
    def assessed(self) -> bool:
        """Whether the sensors show the link at all."""
        return self.words != "not assessed"


def state_of(link: dict[str, Any]) -> State:
    """Not assessed, within or outside the reference; only observed where there is no reference to hold it against."""
    if link["status"] != "observed":
        return State("not assessed", SOFT)
    if link["z"] is None:
        return State("observed", ACCENT)
    return State("outside reference", OUTSIDE) if abs(link["z"]) > OUTSIDE_Z else State("within reference", WITHIN)


def badge(centre: Point, number: int, state: State) -> Markup:
    """The number of a link: filled when outside the reference, a ring when within, dashed when not assessed."""
    filled = state.words == "outside reference"
    ring = circle(centre, 10, state.colour if filled else WHITE, state.colour, 1.6, "" if state.assessed else "3 2")
    return ring + text(
        (centre[0], centre[1] + 4), str(number), 11, WHITE if filled else state.colour, anchor="middle", bold=True
    )
