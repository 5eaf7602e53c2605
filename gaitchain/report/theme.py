"""The colours of the report. Text colours reach a contrast of 4.5 on white and on ``PANEL`` (a test checks it)."""

from __future__ import annotations

INK = "#1b2733"
SOFT = "#52606d"  # secondary text
RULE = "#d5dce3"
GRID = "#e8ecf0"
PANEL = "#f5f7f9"
BAND = "#dfe4e9"  # reference band
ACCENT = "#12506b"
LEFT = "#c2121f"
RIGHT = "#1f4fd8"
WITHIN = "#2b6a4d"
OUTSIDE = "#9a4b00"
CLEAR = "#8a1c4a"
ALERT = "#9b1c1c"
ALERT_PANEL = "#fdf3f2"
WHITE = "#ffffff"

SIDE_COLOURS = {"left": LEFT, "right": RIGHT}
SIDE_DASHES = {"left": "", "right": "5 3"}
FLAG_COLOURS = {"none": WITHIN, "borderline": OUTSIDE, "clear": CLEAR}
# The classes of the style sheet that give a text one of these colours; the app allows no colour beside the text.
TONES = {WITHIN: "within", OUTSIDE: "outside", CLEAR: "clear", SOFT: "soft", ACCENT: "accent", ALERT: "alert"}
VERDICT_COLOURS = {"valid": WITHIN, "attention": OUTSIDE, "invalid": ALERT}


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1 to 21, by the formula of WCAG 2.1."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
