"""Icons that differ in shape, so that nothing hangs on colour alone."""

from __future__ import annotations

from markupsafe import Markup

from gaitchain.report.svg import circle, figure, path, polygon
from gaitchain.report.theme import ALERT, VERDICT_COLOURS, WHITE


def verdict_icon(verdict: str) -> Markup:
    """A tick in a circle, an exclamation mark in a triangle, a cross in an octagon."""
    colour = VERDICT_COLOURS[verdict]
    shapes = {
        "valid": [circle((12, 12), 11, colour), path("M7 12.5 l3.5 3.5 L17 8.5", WHITE, 2.2, round_ends=True)],
        "attention": [polygon([(12, 1), (23.5, 22), (0.5, 22)], colour), _exclamation(8.5)],
        "invalid": [
            polygon([(7, 1), (17, 1), (23, 7), (23, 17), (17, 23), (7, 23), (1, 17), (1, 7)], colour),
            path("M8 8 L16 16 M16 8 L8 16", WHITE, 2.4, round_ends=True),
        ],
    }
    return figure("verdict-icon", 24, 24, f"Quality {verdict}", f"The quality verdict is {verdict}.", shapes[verdict])


def alert_icon() -> Markup:
    """The sign beside the warning signs."""
    shapes = [polygon([(12, 1), (23.5, 22), (0.5, 22)], ALERT), _exclamation(8.5)]
    return figure("alert-icon", 24, 24, "Warning", "Marks the box of warning signs.", shapes)


def _exclamation(top: float) -> Markup:
    return path(f"M12 {top} v6 M12 {top + 10} v0.1", WHITE, 2.4, round_ends=True)
