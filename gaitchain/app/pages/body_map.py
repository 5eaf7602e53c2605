"""The body one puts sensors on: front and back, as a person faces it, with a place for every sensor."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from gaitchain.report.svg import Point, circle, join, path, text
from gaitchain.report.theme import LEFT, RIGHT, SOFT
from gaitchain.report.words import PLACEMENTS

_LINE, _FILL = "#aab6c1", "#eef2f5"
WIDTH, HEIGHT, _MIDDLE = 240, 380, 120.0

# Where a place is on a person seen from the front: its left is on our right. From behind it is mirrored.
_FRONT: Mapping[str, Point] = {
    "hip_left": (148.0, 176.0),
    "hip_right": (92.0, 176.0),
    "thigh_left": (143.0, 246.0),
    "thigh_right": (97.0, 246.0),
    "knee_left": (141.0, 296.0),
    "knee_right": (99.0, 296.0),
    "trunk": (120.0, 112.0),
}
_BEHIND: Mapping[str, Point] = {"sacrum": (120.0, 164.0), "hip_left": (90.0, 184.0), "hip_right": (150.0, 184.0)}


def body_map(view: str) -> Markup:
    """The figure of one view, ``front`` or ``back``; each place is a circle that scripts name and colour."""
    front = view == "front"
    left, right = (WIDTH - 26, 26) if front else (26, WIDTH - 26)
    places = _FRONT if front else _BEHIND
    shapes = [
        _outline(),
        text((left, 60), "left", 13, LEFT, anchor="end" if front else "start", bold=True),
        text((right, 60), "right", 13, RIGHT, anchor="start" if front else "end", bold=True),
        text((_MIDDLE, HEIGHT - 4), "seen from the front" if front else "seen from behind", 12, SOFT, anchor="middle"),
        *(_place(name, at) for name, at in places.items()),
    ]
    return Markup(
        '<svg class="body-map" viewBox="24 0 {} {}" role="img" aria-label="Body from the {}, with places for sensors">'
        "{}</svg>"
    ).format(WIDTH - 48, HEIGHT, view, join(shapes))


def _place(name: str, at: Point) -> Markup:
    return Markup('<g class="place" data-place="{}"><title>{}</title>{}{}</g>').format(
        name,
        PLACEMENTS[name],
        circle(at, 13, "#ffffff", _LINE, 1.6, "3 3"),
        text((at[0], at[1] + 4.5), "", 12, SOFT, anchor="middle", bold=True),
    )


def _outline() -> Markup:
    """A calm, sexless outline; the same from both sides."""
    mirrored = Markup('<g transform="matrix(-1 0 0 1 {} 0)">{}</g>').format(WIDTH, _half())
    return join([_half(), mirrored, circle((_MIDDLE, 42), 24, _FILL, _LINE, 1.4)])


def _half() -> Markup:
    edge = (
        "M127 65 L127 77 Q150 80 157 94 L168 150 L175 188 Q172 194 166 190 L153 144 L149 122 "
        "L149 150 Q157 168 155 196 L150 272 L150 300 L146 350 L160 358 L135 360 L133 300 L131 264 L121 208"
    )
    return path(f"{edge} L120 208 L120 65 Z", _FILL, 0.5, fill=_FILL) + path(edge, _LINE, 1.4, round_ends=True)
