"""A plain drawing of spine, pelvis and legs seen from behind, so that left is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from gaitchain.report.links import State, badge
from gaitchain.report.svg import Point, circle, join, path, rect, scaled, text
from gaitchain.report.theme import LEFT, RIGHT, SOFT

_BONE = "#c3ccd5"
_BONE_FILL = "#eef1f4"
_NERVE = "#b98a2f"
_MIDDLE = 84.0
_SCALE = 0.79

# Places of the links on the left half; the right half mirrors them about the middle.
_PLACES: Mapping[str, Point] = {
    "knee": (50.0, 268.0),
    "stride": (_MIDDLE, 366.0),
    "load": (44.0, 214.0),
    "pelvis": (_MIDDLE, 132.0),
    "rotators": (58.0, 158.0),
    "lumbar": (_MIDDLE, 78.0),
}


def body(marks: Mapping[str, tuple[State, str | None]], number_of: Callable[[str], int]) -> Markup:
    """The drawing with each link's number at its place: on its side, on both where it has none, or in the middle."""
    width = 2 * _MIDDLE * _SCALE
    shapes = [
        scaled(_SCALE, [*_spine(), *(_half(mirrored) for mirrored in (False, True))]),
        text((6, 14), "left", 11, LEFT, bold=True),
        text((width - 6, 14), "right", 11, RIGHT, anchor="end", bold=True),
        text((width / 2, 316), "seen from behind", 10, SOFT, anchor="middle"),
    ]
    for name, (state, side) in marks.items():
        x, y = _PLACES[name]
        sides = {"left": [x], "right": [2 * _MIDDLE - x]}.get(side or "", sorted({x, 2 * _MIDDLE - x}))
        shapes += [badge((_SCALE * at, _SCALE * y), number_of(name), state) for at in sides]
    return join(shapes)


def _spine() -> list[Markup]:
    vertebrae = [rect((_MIDDLE - 12, 38 + 16 * i), 24, 12, _BONE_FILL, radius=4) for i in range(5)]
    outlines = [
        path(f"M{_MIDDLE - 12} {42 + 16 * i} v4 M{_MIDDLE + 12} {42 + 16 * i} v4", _BONE, 1.4) for i in range(5)
    ]
    ribs = path(f"M{_MIDDLE - 34} 30 q34 -16 68 0", _BONE, 1.6, round_ends=True)
    sacrum = path(f"M{_MIDDLE - 14} 119 h28 l-9 30 q-5 6 -10 0 z", _BONE, 1.4, fill=_BONE_FILL)
    return [ribs, *vertebrae, *outlines, sacrum]


def _half(mirrored: bool) -> Markup:
    def at(x: float) -> float:
        return 2 * _MIDDLE - x if mirrored else x

    ilium = (
        f"M{at(69)} 121 C{at(46)} 100 {at(22)} 112 {at(28)} 140 C{at(31)} 158 {at(40)} 166 {at(52)} 168 L{at(73)} 148 Z"
    )
    femur = f"M{at(42)} 172 L{at(50)} 262"
    shank = f"M{at(50)} 276 L{at(53)} 358"
    foot = f"M{at(53)} 360 q{at(-14) - at(0)} 4 {at(-16) - at(0)} 12 h{at(22) - at(0)} z"
    nerve = f"M{at(76)} 122 C{at(70)} 140 {at(56)} 158 {at(55)} 178 L{at(58)} 258"
    return join(
        [
            path(ilium, _BONE, 1.4, fill=_BONE_FILL),
            path(femur, _BONE, 9, round_ends=True),
            path(shank, _BONE, 7, round_ends=True),
            path(foot, _BONE, 1.4, fill=_BONE_FILL, round_ends=True),
            circle((at(42), 170), 8, _BONE_FILL, _BONE, 1.4),
            circle((at(50), 269), 8, _BONE_FILL, _BONE, 1.4),
            path(nerve, _NERVE, 1.6, dash="4 3"),
        ]
    )
