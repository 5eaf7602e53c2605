"""Strips: one value, its interval and its reference band on a small axis, one per row of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from gaitchain.report.scales import Scale
from gaitchain.report.svg import circle, figure, line, polygon, rect
from gaitchain.report.theme import BAND, FLAG_COLOURS, INK, OUTSIDE, SOFT, WITHIN
from gaitchain.report.words import (
    FLAGS,
    MEASURES,
    METRICS,
    against_band,
    direction,
    fixed,
    gap,
    quantity,
    span,
    spoken,
)

_ROW_WIDTH = 210.0
_TILE_WIDTH = 112.0
_HEIGHT = 22.0
_MIDDLE = _HEIGHT / 2
_BANDS_SHOWN = 3.4  # half width of the asymmetry axis, in half widths of the band


def effect_of(entry: dict[str, Any]) -> tuple[float | None, str]:
    """Size and unit of an asymmetry, whichever of the two scales it has."""
    if "z_difference" in entry:
        return entry["z_difference"], "SD"
    return entry["log_ratio_pct"], "%"


def effect_words(entry: dict[str, Any]) -> str:
    """The size of an asymmetry with its sign, such as ``+3.1 %``."""
    effect, unit = effect_of(entry)
    return "not assessed" if effect is None else f"{fixed(effect, 1, signed=True)}{gap(unit)}{unit}"


def flag_words(metric: str, entry: dict[str, Any]) -> str:
    """How far an asymmetry leaves its band, and which way."""
    effect, _ = effect_of(entry)
    if effect is None:
        return "not assessed"
    if entry["flag"] == "none":
        return FLAGS["none"] if in_band(entry) else "outside, not flagged"
    return f"{FLAGS[entry['flag']]}: left {direction(metric, effect)}"


def in_band(entry: dict[str, Any]) -> bool:
    """Whether an asymmetry lies in its reference band; yes without one."""
    effect, _ = effect_of(entry)
    return effect is None or entry["band"] is None or against_band(effect, entry["band"]) == "within reference"


def flag_colour(entry: dict[str, Any]) -> str:
    """Colour of a flag; a difference outside its band that is not flagged has none of them."""
    return FLAG_COLOURS[entry["flag"]] if entry["flag"] != "none" or in_band(entry) else SOFT


def asymmetry_strip(metric: str, entry: dict[str, Any]) -> Markup:
    """Left against right on an axis scaled to the metric's own band: left larger lies to the right."""
    effect, _ = effect_of(entry)
    if effect is None:
        return Markup("")
    reach = max(abs(end) for end in entry["band"] or entry["ci95"] or (effect, 1.0)) or 1.0
    axis = Scale(-_BANDS_SHOWN * reach, _BANDS_SHOWN * reach, 4, _ROW_WIDTH - 4)
    name = spoken(metric, METRICS)
    interval = f", 95 % interval {interval_words(entry)}" if entry["ci95"] else ""
    band = f" Reference band {band_words(entry)}." if entry["band"] else ""
    return figure(
        f"asymmetry-{metric}",
        _ROW_WIDTH,
        _HEIGHT,
        f"{name}, left against right",
        f"{effect_words(entry)}{interval}: {flag_words(metric, entry)}.{band}",
        [
            *_band(axis, entry["band"]),
            line((axis(0), 2), (axis(0), _HEIGHT - 2), SOFT, 1),
            *_whisker(axis, entry["ci95"], flag_colour(entry)),
            *_mark(axis, effect, entry["flag"], flag_colour(entry)),
        ],
    )


def measure_strip(key: str, measure: dict[str, Any]) -> Markup:
    """A value on an axis that shows its reference band in the middle third; empty without value or band."""
    value, band, unit = measure["value"], measure["band"], measure["unit"]
    if value is None or band is None or band[1] <= band[0]:
        return Markup("")
    width = band[1] - band[0]
    axis = Scale(band[0] - width, band[1] + width, 4, _TILE_WIDTH - 4)
    flag = "none" if band[0] <= value <= band[1] else "borderline"
    interval = f", 95 % interval {span(measure['ci95'], unit)}" if measure["ci95"] else ""
    return figure(
        f"measure-{key.replace('.', '-')}",
        _TILE_WIDTH,
        _HEIGHT,
        spoken(key, MEASURES),
        f"{quantity(value, unit)}{interval}: {against_band(value, band)} {span(band, unit)}.",
        [
            line((4, _MIDDLE), (_TILE_WIDTH - 4, _MIDDLE), BAND, 1),
            *_band(axis, band),
            *_whisker(axis, measure["ci95"], WITHIN if flag == "none" else OUTSIDE),
            *_mark(axis, value, flag, FLAG_COLOURS[flag]),
        ],
    )


def interval_words(entry: dict[str, Any]) -> str:
    """The 95 % interval of an asymmetry; empty without one."""
    return _range(entry["ci95"], effect_of(entry)[1])


def band_words(entry: dict[str, Any]) -> str:
    """The reference band of an asymmetry; empty without one."""
    return _range(entry["band"], effect_of(entry)[1])


def _range(interval: Sequence[float] | None, unit: str) -> str:
    if interval is None:
        return ""
    low, high = (fixed(end, 1, signed=True) for end in interval)
    return f"{low} to {high}{gap(unit)}{unit}"


def _band(axis: Scale, band: Sequence[float] | None) -> list[Markup]:
    if band is None:
        return []
    return [rect((axis.clipped(band[0]), 3), axis.clipped(band[1]) - axis.clipped(band[0]), _HEIGHT - 6, BAND)]


def _whisker(axis: Scale, interval: Sequence[float] | None, colour: str) -> list[Markup]:
    if interval is None:
        return []
    low, high = axis.clipped(interval[0]), axis.clipped(interval[1])
    caps = [
        line((end, _MIDDLE - 4), (end, _MIDDLE + 4), colour, 1.5)
        for end, value in ((low, interval[0]), (high, interval[1]))
        if axis.low <= value <= axis.high
    ]
    return [line((low, _MIDDLE), (high, _MIDDLE), colour, 1.5), *caps]


def _mark(axis: Scale, value: float, flag: str, colour: str) -> list[Markup]:
    """A dot within the band, a diamond when borderline, a square when clear, an arrow head when off the axis."""
    x = axis.clipped(value)
    if not axis.low <= value <= axis.high:
        tip = 4.0 if value > axis.high else -4.0
        return [polygon([(x + tip, _MIDDLE), (x - 2 * tip, _MIDDLE - 6), (x - 2 * tip, _MIDDLE + 6)], colour)]
    if flag == "clear":
        return [rect((x - 5, _MIDDLE - 5), 10, 10, colour)]
    if flag == "borderline":
        return [polygon([(x - 6.5, _MIDDLE), (x, _MIDDLE - 6.5), (x + 6.5, _MIDDLE), (x, _MIDDLE + 6.5)], colour)]
    return [circle((x, _MIDDLE), 4.5, colour, INK, 0)]
