"""Small pieces of SVG: shapes, text and the figure that names itself. All text is escaped."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from gaitchain.report.theme import INK

Point = tuple[float, float]


def figure(name: str, width: float, height: float, title: str, description: str, shapes: Iterable[Markup]) -> Markup:
    """An SVG image that a screen reader can read out; ``name`` is unique on the page."""
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {} {}" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>'
    ).format(_n(width), _n(height), name, name, name, title, name, description, join(shapes))


def join(shapes: Iterable[Markup]) -> Markup:
    """Shapes one after the other."""
    return Markup("").join(shapes)


def line(start: Point, end: Point, colour: str, width: float = 1.0, dash: str = "") -> Markup:
    """A straight line; ``dash`` as in stroke-dasharray."""
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="{}"{}/>').format(
        _n(start[0]), _n(start[1]), _n(end[0]), _n(end[1]), colour, _n(width), _dash(dash)
    )


def rect(corner: Point, width: float, height: float, fill: str, *, radius: float = 0.0) -> Markup:
    """A filled box from its upper left corner."""
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{}"/>').format(
        _n(corner[0]), _n(corner[1]), _n(max(width, 0.0)), _n(max(height, 0.0)), _n(radius), fill
    )


def frame(
    corner: Point, width: float, height: float, fill: str, stroke: str, *, thickness: float = 1.0, dash: str = ""
) -> Markup:
    """A card: a rounded box with an outline."""
    return Markup(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="7" fill="{}" stroke="{}" stroke-width="{}"{}/>'
    ).format(
        _n(corner[0]), _n(corner[1]), _n(width), _n(height), fill, stroke, _n(thickness), _dash(dash)
    )  # fmt: skip


def circle(centre: Point, radius: float, fill: str, stroke: str = "none", width: float = 1.0, dash: str = "") -> Markup:
    """A dot or a ring."""
    return Markup('<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width="{}"{}/>').format(
        _n(centre[0]), _n(centre[1]), _n(radius), fill, stroke, _n(width), _dash(dash)
    )


def polygon(points: Sequence[Point], fill: str, opacity: float = 1.0) -> Markup:
    """A filled shape."""
    return Markup('<polygon points="{}" fill="{}" fill-opacity="{}"/>').format(_points(points), fill, _n(opacity))


def polyline(points: Sequence[Point], colour: str, width: float = 2.0, dash: str = "") -> Markup:
    """A line through points."""
    return Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round"{}/>').format(
        _points(points), colour, _n(width), _dash(dash)
    )


def path(
    data: str, stroke: str, width: float = 1.5, *, fill: str = "none", dash: str = "", round_ends: bool = False
) -> Markup:
    """A free path; ``data`` as in the d attribute."""
    ends = Markup(' stroke-linecap="round" stroke-linejoin="round"') if round_ends else ""
    return Markup('<path d="{}" fill="{}" stroke="{}" stroke-width="{}"{}{}/>').format(
        data, fill, stroke, _n(width), _dash(dash), ends
    )


def text(
    at: Point, words: str, size: float = 11.0, colour: str = INK, *, anchor: str = "start", bold: bool = False
) -> Markup:
    """One line of text on its baseline; ``anchor`` is start, middle or end."""
    weight = Markup(' font-weight="600"') if bold else ""
    return Markup('<text x="{}" y="{}" font-size="{}" fill="{}" text-anchor="{}"{}>{}</text>').format(
        _n(at[0]), _n(at[1]), _n(size), colour, anchor, weight, escape(words)
    )


def upright_text(at: Point, words: str, size: float = 11.0, colour: str = INK) -> Markup:
    """Text that reads upwards, centred on the point: for the left axis."""
    x, y = _n(at[0]), _n(at[1])
    return Markup(
        '<text x="{}" y="{}" font-size="{}" fill="{}" text-anchor="middle" transform="rotate(-90 {} {})">{}</text>'
    ).format(x, y, _n(size), colour, x, y, escape(words))


def paragraph(
    at: Point, words: str, columns: int, lines: int, size: float = 10.0, colour: str = INK, leading: float = 1.3
) -> Markup:
    """Words wrapped at a number of characters, at most so many lines, cut with an ellipsis."""
    wrapped = textwrap.wrap(words, columns, max_lines=lines, placeholder=" …", break_long_words=True)
    return join(text((at[0], at[1] + i * size * leading), row, size, colour) for i, row in enumerate(wrapped))


def arrow(start: Point, end: Point, colour: str, dash: str = "") -> Markup:
    """A horizontal or vertical arrow with its head at the end."""
    (x0, y0), (x1, y1) = start, end
    horizontal = abs(x1 - x0) >= abs(y1 - y0)
    step = 1.0 if (x1 - x0 if horizontal else y1 - y0) > 0 else -1.0
    if horizontal:
        neck, head = (x1 - 6 * step, y1), [(x1, y1), (x1 - 7 * step, y1 - 4), (x1 - 7 * step, y1 + 4)]
    else:
        neck, head = (x1, y1 - 6 * step), [(x1, y1), (x1 - 4, y1 - 7 * step), (x1 + 4, y1 - 7 * step)]
    return line(start, neck, colour, 1.6, dash) + polygon(head, colour)


def scaled(factor: float, shapes: Iterable[Markup]) -> Markup:
    """Shapes drawn smaller or larger about the origin."""
    return Markup('<g transform="scale({})">{}</g>').format(_n(factor), join(shapes))


def moved(by: Point, shapes: Iterable[Markup]) -> Markup:
    """Shapes drawn elsewhere."""
    return Markup('<g transform="translate({} {})">{}</g>').format(_n(by[0]), _n(by[1]), join(shapes))


def _dash(dash: str) -> Markup:
    return Markup(' stroke-dasharray="{}"').format(dash) if dash else Markup("")


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(value: float) -> str:
    return f"{value:z.2f}".rstrip("0").rstrip(".")
