"""Gait-cycle panels: left and right mean with SD ribbon, reference band and toe-off over 0 to 100 %."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from gaitchain.report.scales import Scale, ticks
from gaitchain.report.svg import figure, join, line, moved, polygon, polyline, text, upright_text
from gaitchain.report.theme import BAND, GRID, INK, LEFT, RIGHT, RULE, SIDE_COLOURS, SIDE_DASHES, SOFT, WHITE
from gaitchain.report.words import PLUS_MINUS, fixed, unit_sign
from pipeline.result import Curve
from pipeline.signals.runs import spans
from sensor.samples import FloatArray

WIDTH, HEIGHT = 232.0, 178.0
IN_ROW = 3  # panels side by side on paper
_PLOT_LEFT, _PLOT_RIGHT, _PLOT_TOP, _PLOT_BOTTOM = 40.0, 222.0, 24.0, 146.0
_LEGEND_WORDS = ("Legend of the curves", "Left solid red, right dashed blue.")


@dataclass(frozen=True, slots=True)
class PanelWords:
    """Title of a panel and what up and down mean on its axis."""

    title: str
    up: str
    down: str


PANELS: Mapping[str, PanelWords] = {
    "pelvis_obliquity": PanelWords("Pelvic obliquity", "own side up", "down"),
    "pelvis_tilt": PanelWords("Pelvic tilt", "anterior", "posterior"),
    "pelvis_rotation": PanelWords("Pelvic rotation", "own side forward", "back"),
    "knee_angular_velocity": PanelWords("Shank angular velocity", "forward swing", "back"),
    "knee_flexion": PanelWords("Knee flexion", "flexion", "extension"),
    "hip_flexion": PanelWords("Hip flexion", "flexion", "extension"),
}


@dataclass(frozen=True, slots=True)
class _Trace:
    side: str
    mean: FloatArray
    sd: FloatArray
    n: int
    fc_pct: float | None


def panels(curves: Mapping[str, Curve], waveforms: Mapping[str, Any] | None = None) -> list[Markup]:
    """One panel for each known curve that has at least one side, in reading order.

    ``waveforms`` is that part of the summary: where the sides differ is marked and said.
    """
    regions = {name: found["regions"] for name, found in (waveforms or {}).items()}
    return [panel(curves[name], regions.get(name, ())) for name in PANELS if name in curves and _traces(curves[name])]


def panel(curve: Curve, regions: Sequence[Mapping[str, float]] = ()) -> Markup:
    """The panel of one quantity: each side's mean and SD over strides, the reference mean -+ 1 SD, and the regions of
    the cycle in which the sides differ.
    """
    words, traces = PANELS[curve.name], _traces(curve)
    y = _y_axis(curve, traces)
    x = Scale(0, 100, _PLOT_LEFT, _PLOT_RIGHT)
    sides = ", ".join(f"{trace.side} {trace.n} strides{_fc_words(trace)}" for trace in traces)
    band = "with" if curve.band_low is not None else "without"
    return figure(
        f"curve-{curve.name}",
        WIDTH,
        HEIGHT,
        f"{words.title} over the gait cycle",
        f"Mean and SD over strides in {unit_sign(curve.unit)}: {sides}; {band} reference band. Up is {words.up}."
        + "".join(f" {_region_words(region, curve.unit)}" for region in regions),
        [
            *_axes(x, y, words, curve.unit),
            _reference(x, y, curve),
            *(_ribbon(x, y, trace) for trace in traces),
            *(_toe_off(x, trace) for trace in traces if trace.fc_pct is not None),
            *(
                polyline(points, SIDE_COLOURS[trace.side], 2.0, SIDE_DASHES[trace.side])
                for trace in traces
                for points in _runs(x, y, trace.mean)
            ),
            *(_region(x, region, row % 2) for row, region in enumerate(regions)),
        ],
    )


def _region(x: Scale, region: Mapping[str, float], row: int) -> Markup:
    """A bar over the part of the cycle; the larger side in words, in one of two rows that neighbours take in turn."""
    first, last = x(region["start_pct"]), x(region["end_pct"])
    middle = min(max((first + last) / 2, _PLOT_LEFT + 28), _PLOT_RIGHT - 28)
    edges = (line((at, _PLOT_TOP), (at, _PLOT_BOTTOM), SOFT, 0.8, "1 3") for at in (first, last))
    bar = line((first, _PLOT_TOP), (last, _PLOT_TOP), INK, 4)
    top = _PLOT_TOP + 3 + 10 * row
    corners = [(middle - 27, top), (middle + 27, top), (middle + 27, top + 10), (middle - 27, top + 10)]
    words = text((middle, top + 8), f"{_larger(region)} larger", 9, INK, anchor="middle")
    return join([*edges, bar, polygon(corners, WHITE, 0.8), words])


def _larger(region: Mapping[str, float]) -> str:
    return "left" if region["difference"] > 0 else "right"


def _region_words(region: Mapping[str, float], unit: str) -> str:
    size = fixed(abs(region["difference"]), 1)
    part = f"{fixed(region['start_pct'], 0)} to {fixed(region['end_pct'], 0)} %"
    return f"From {part} the {_larger(region)} side is larger, by {size} {unit_sign(unit)} at most."


def legend_row() -> Markup:
    """What the lines mean, in a line under full rows of panels."""
    shapes, x = [], 0.0
    for sample, words, colour, width in _legend():
        shapes.append(_explained((x, 9.0), sample, words, colour))
        x += width
    return figure("curve-legend", 720.0, 18.0, *_LEGEND_WORDS, shapes)


def legend_column() -> Markup:
    """What the lines mean, as a panel beside the last ones, or under them on a phone."""
    shapes = [
        _explained((_PLOT_LEFT, 36 + 22.0 * number), sample, words, colour)
        for number, (sample, words, colour, _) in enumerate(_legend())
    ]
    return figure("curve-legend-column", WIDTH, HEIGHT, *_LEGEND_WORDS, shapes)


def _legend() -> tuple[tuple[Markup, str, str, float], ...]:
    """Sample, words, colour of the words, and width in a row, of each thing drawn."""
    return (
        (line((0, 0), (32, 0), LEFT, 2.2), "left, mean over strides", LEFT, 164.0),
        (line((0, 0), (32, 0), RIGHT, 2.2, SIDE_DASHES["right"]), "right, mean over strides", RIGHT, 170.0),
        (_swatches(((LEFT, 0.14, 0), (RIGHT, 0.14, 16)), 16), f"{PLUS_MINUS} 1 SD", SOFT, 92.0),
        (_swatches(((BAND, 1.0, 0),), 32), f"reference {PLUS_MINUS} 1 SD, this speed", SOFT, 182.0),
        (line((16, -7), (16, 7), SOFT, 1.4), "toe-off", SOFT, 112.0),
    )


def _explained(at: tuple[float, float], sample: Markup, words: str, colour: str) -> Markup:
    return moved(at, [sample, text((40, 3.5), words, 10, colour)])


def _swatches(areas: Sequence[tuple[str, float, float]], width: float) -> Markup:
    return join(
        polygon([(x, -6), (x + width, -6), (x + width, 6), (x, 6)], colour, opacity) for colour, opacity, x in areas
    )


def _traces(curve: Curve) -> list[_Trace]:
    sides = (
        ("left", curve.left_mean, curve.left_sd, curve.n_left, curve.left_fc_pct),
        ("right", curve.right_mean, curve.right_sd, curve.n_right, curve.right_fc_pct),
    )
    return [
        _Trace(side, mean, sd if sd is not None else np.zeros_like(mean), n, fc)
        for side, mean, sd, n, fc in sides
        if mean is not None and np.isfinite(mean).any()
    ]


def _fc_words(trace: _Trace) -> str:
    return "" if trace.fc_pct is None else f" with toe-off at {fixed(trace.fc_pct, 0)} %"


def _y_axis(curve: Curve, traces: list[_Trace]) -> Scale:
    rows = [trace.mean + sign * np.nan_to_num(trace.sd) for trace in traces for sign in (-1, 1)]
    rows += [band for band in (curve.band_low, curve.band_high) if band is not None]
    low, high = float(np.nanmin(np.stack(rows))), float(np.nanmax(np.stack(rows)))
    margin = 0.08 * (high - low) or 1.0
    return Scale(low - margin, high + margin, _PLOT_BOTTOM, _PLOT_TOP)


def _axes(x: Scale, y: Scale, words: PanelWords, unit: str) -> list[Markup]:
    marks = ticks(y.low, y.high, 6)
    decimals = 0 if all(mark == round(mark) for mark in marks) else 1
    shapes = [text((_PLOT_LEFT, 13), words.title, 11.5, INK, bold=True)]
    for mark in marks:
        shapes.append(line((_PLOT_LEFT, y(mark)), (_PLOT_RIGHT, y(mark)), RULE if mark == 0 else GRID, 1))
        shapes.append(text((_PLOT_LEFT - 5, y(mark) + 3.3), fixed(mark, decimals), 10, SOFT, anchor="end"))
    for percent in range(0, 101, 20):
        shapes.append(line((x(percent), _PLOT_BOTTOM), (x(percent), _PLOT_BOTTOM + 4), RULE, 1))
        shapes.append(text((x(percent), _PLOT_BOTTOM + 14), str(percent), 10, SOFT, anchor="middle"))
    middle = (_PLOT_TOP + _PLOT_BOTTOM) / 2
    arrows = f"{words.down} \N{LEFTWARDS ARROW} {unit_sign(unit)} \N{RIGHTWARDS ARROW} {words.up}"
    return [
        *shapes,
        line((_PLOT_LEFT, _PLOT_BOTTOM), (_PLOT_RIGHT, _PLOT_BOTTOM), RULE, 1),
        text((_PLOT_RIGHT, _PLOT_BOTTOM + 27), "% of the gait cycle", 10, SOFT, anchor="end"),
        upright_text((9, middle), arrows, 10, SOFT),
    ]


def _reference(x: Scale, y: Scale, curve: Curve) -> Markup:
    if curve.band_low is None or curve.band_high is None:
        return Markup("")
    return _area(x, y, curve.band_low, curve.band_high, BAND, 1.0)


def _ribbon(x: Scale, y: Scale, trace: _Trace) -> Markup:
    return _area(x, y, trace.mean - trace.sd, trace.mean + trace.sd, SIDE_COLOURS[trace.side], 0.14)


def _toe_off(x: Scale, trace: _Trace) -> Markup:
    at = x.clipped(trace.fc_pct or 0.0)
    return line((at, _PLOT_TOP), (at, _PLOT_BOTTOM), SIDE_COLOURS[trace.side], 1.2, SIDE_DASHES[trace.side])


def _area(x: Scale, y: Scale, low: FloatArray, high: FloatArray, colour: str, opacity: float) -> Markup:
    known = np.isfinite(low) & np.isfinite(high)
    return join(
        polygon(
            [(_at(x, i, len(low)), y(float(high[i]))) for i in run]
            + [(_at(x, i, len(low)), y(float(low[i]))) for i in reversed(run)],
            colour,
            opacity,
        )
        for run in _known_runs(known)
    )


def _runs(x: Scale, y: Scale, values: FloatArray) -> list[list[tuple[float, float]]]:
    return [[(_at(x, i, len(values)), y(float(values[i]))) for i in run] for run in _known_runs(np.isfinite(values))]


def _known_runs(known: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[range]:
    return [range(first, last) for first, last in spans(known) if last - first > 1]


def _at(x: Scale, index: int, count: int) -> float:
    return x(100 * index / (count - 1))
