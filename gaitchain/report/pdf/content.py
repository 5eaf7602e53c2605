"""What the PDF says, as plain values for its template: the words and figures of the page, nothing computed anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, astuple
from html import unescape
from typing import Any

from markupsafe import Markup

from gaitchain.report import bars, curves, education, icons, links, risk, strain, texts, theme, words
from gaitchain.report.parts import Parts, parts
from pipeline.result import Curve
from sensor.person import Person

Content = dict[str, Any]

FONT = "Libertinus Serif"
_FIGURE_TEXT = 1.14  # the PDF's letters are smaller and narrower than the page's at the same size
_PRIMARY = (  # what the single page shows
    "gait.speed_m_s",
    "gait.cadence_spm",
    "gait.stride_time_cv_pct",
    "gait.double_support_pct",
    "pelvis.obliquity_rom_deg",
    "pelvis.drop_difference_deg",
)


def content(
    document: dict[str, Any], curve_set: Mapping[str, Curve], person: Person, created: str, *, compact: bool
) -> Content:
    """Everything the template prints; arguments as in :func:`gaitchain.report.pdf.report_pdf`."""
    shown = parts(document, curve_set, person, created)
    document, recording = shown.doc, shown.doc["recording"]
    panels = [] if compact else shown.panels
    beside = len(panels) % curves.IN_ROW != 0
    return {
        "compact": compact,
        "font": FONT,
        "colours": _colours(),
        "title": f"Walking pattern report {shown.code}",
        "code": shown.code,
        "name": recording["name"],
        "created": created,
        "verdict": _verdict(document["quality"]),
        "facts": _facts(document, person, created),
        "red_flags": words.sentence("; ".join(person.red_flags)),
        "alert": picture(icons.alert_icon()),
        "in_short": " ".join(shown.in_short),
        "primary": [_tile(key, document["measures"][key]) for key in _PRIMARY],
        "walking": _tiles(document, "gait."),
        "pelvis": _tiles(document, "pelvis."),
        "further": [_further(key, item) for key, item in shown.further.items()],
        "sides": _sides(shown),
        "panels": [picture(panel) for panel in panels],
        "legend": picture(curves.legend_column() if beside else curves.legend_row()) if panels else None,
        "legend_beside": beside,
        "walk_course": picture(shown.walk_course),
        "chain": picture(shown.chain_picture),
        "evidence": [_evidence(link) for link in document["chain"]],
        "outside_z": words.fixed(links.OUTSIDE_Z, 2),
        "strain_heading": strain.heading(document["risk"]),
        "strain": _strain(document["risk"], withheld=bool(person.red_flags)),
        "missing": [
            {"reason": reason, "names": words.sentence("; ".join(names))} for reason, names in shown.not_assessed
        ],
        "idea": education.IDEA,
        "lessons": [asdict(lesson) for lesson in shown.lessons],
        "closing": education.CLOSING,
        "noticed": [words.sentence(line) for line in recording["assumptions"] + recording["notices"]],
        "mounts": [astuple(row) for row in shown.mounts],
        "versions": " \N{MIDDLE DOT} ".join(shown.versions),
        "texts": {name: value for name, value in vars(texts).items() if name.isupper()},
    }


def picture(svg: Markup) -> Content | None:
    """A figure with what a screen reader says of it; None for an empty one."""
    if not svg:
        return None
    title, description = (unescape(found) for found in re.findall(r"<(?:title|desc)[^>]*>(.*?)</(?:title|desc)>", svg))
    drawn = re.sub(r"<(title|desc)[^>]*>.*?</\1>", "", str(svg), count=2)
    drawn = re.sub(r' aria-labelledby="[^"]*"', f' font-family="{FONT}"', drawn, count=1)
    drawn = re.sub(r'font-size="([\d.]+)"', lambda size: f'font-size="{float(size[1]) * _FIGURE_TEXT:.2f}"', drawn)
    return {"svg": drawn, "alt": f"{title}. {description}"}


def _colours() -> dict[str, str]:
    return {name.lower(): value for name, value in vars(theme).items() if name.isupper() and isinstance(value, str)}


def _verdict(quality: Mapping[str, Any]) -> Content:
    return {
        "word": quality["verdict"].capitalize(),
        "colour": theme.VERDICT_COLOURS[quality["verdict"]],
        "icon": picture(icons.verdict_icon(quality["verdict"])),
        "reasons": [words.sentence(reason) for reason in quality["reasons"]],
    }


def _facts(document: dict[str, Any], person: Person, created: str) -> list[list[str]]:
    recording, strides = document["recording"], document["strides"]
    places = ", ".join(words.spoken(place, words.PLACEMENTS) for place in recording["placements"])
    counted = ", ".join(f"{side} {strides[side]['valid']}/{strides[side]['detected']}" for side in ("left", "right"))
    age = "not stated" if person.age_years is None else words.fixed(person.age_years, 0)
    seconds, rate = (_whole(recording[key]) for key in ("duration_s", "rate_hz"))
    height, leg = (words.quantity(recording[key], "m") for key in ("height_m", "leg_length_m"))
    return [
        ["Painful side, as stated", recording["painful_side"] or "not stated"],
        ["Walking aid", recording["walking_aid"] or "not stated"],
        ["Sensors", places or "none usable"],
        ["Recorded", f"{seconds} s at {rate} Hz"],
        ["Strides, valid of found", counted],
        ["Height, leg length", f"{height}, {leg}"],
        ["Age, sex", f"{age}, {person.sex or 'not stated'}"],
        ["Date of the report", created or "not stated"],
    ]


def _whole(value: float | None) -> str:
    return "unknown" if value is None else words.fixed(value, 0)


def _tiles(document: dict[str, Any], group: str) -> list[Content]:
    return [_tile(key, item) for key, item in document["measures"].items() if key.startswith(group)]


def _tile(key: str, measure: dict[str, Any]) -> Content:
    value, band, unit = measure["value"], measure["band"], measure["unit"]
    tile: Content = {"name": words.spoken(key, words.MEASURES), "value": None}
    if value is None:
        return tile
    return tile | {
        "value": words.rounded(key, value, unit),
        "unit": f"{words.gap(unit)}{words.unit_sign(unit)}",
        "strip": picture(bars.measure_strip(key, measure)),
        "standing": words.against_band(value, band) if band else "",
        "within": bool(band) and band[0] <= value <= band[1],
        "band": f"ref. {words.interval(band, unit)}" if band else "no reference band",
        "precision": words.precision(measure),
        "budget": words.budget(measure),
    }


def _further(key: str, measure: dict[str, Any]) -> Content:
    unit, band = measure["unit"], measure["band"]
    return {
        "name": words.spoken(key, words.MEASURES),
        "value": words.measured(key, measure["value"], unit),
        "ci95": words.interval(measure["ci95"], unit) if measure["ci95"] else "",
        "n": str(measure["n"]),
        "band": words.interval(band, unit) if band else "",
        "outside": bool(band) and not band[0] <= measure["value"] <= band[1],
    }


def _sides(shown: Parts) -> Content:
    told = {metric: entry for metric, entry in shown.doc["asymmetry"].items() if entry["status"] == "observed"}
    return {
        "rows": [_side_row(metric, entry) for metric, entry in told.items()],
        "remarks": [f"{words.sentence(words.listed(names))[:-1]}: {reason}" for reason, names in shown.sides_remarks],
        "missing": [f"Not assessed: {words.listed(names)}. {reason}" for reason, names in shown.sides_not_assessed],
    }


def _side_row(metric: str, entry: dict[str, Any]) -> Content:
    return {
        "name": words.spoken(metric, words.METRICS),
        "left": words.quantity(entry["left"], entry["unit"]),
        "n_left": str(entry["n_left"]),
        "right": words.quantity(entry["right"], entry["unit"]),
        "n_right": str(entry["n_right"]),
        "strip": picture(bars.asymmetry_strip(metric, entry)),
        "effect": bars.effect_words(entry),
        "interval": bars.interval_words(entry),
        "flag": bars.flag_words(metric, entry),
        "colour": bars.flag_colour(entry),
        "band": bars.band_words(entry),
    }


def _evidence(link: dict[str, Any]) -> Content:
    state = links.state_of(link)
    return {
        "name": words.spoken(link["link"], words.LINKS),
        "side": link["side"] or "",
        "state": state.words,
        "colour": state.colour,
        "outside": state.words == "outside reference",
        "reason": words.sentence(link["reason"]),
    }


def _strain(score: dict[str, Any], *, withheld: bool) -> Content:
    reasons = [words.sentence(reason) for reason in score["reasons"]]
    said: Content = {"reasons": reasons, "taught": strain.taught(score), "score": None}
    if score["score"] is None:
        if withheld:
            return said | {"heading": "The score is withheld"}
        return said | {"heading": "The model abstains: no score", "reasons": [*reasons, strain.ABSTAINED]}
    level = f"level {score['level']}" if score["level"] else ""
    low_high = score["interval90"]
    between = f"90\N{NO-BREAK SPACE}% interval {words.span(low_high, '')}" if low_high else ""
    return said | {
        "score": words.fixed(score["score"], 2),
        "beside": ", ".join(part for part in (level, between) if part),
        "bar": picture(risk.score_bar(score)),
        "contributions": picture(risk.contribution_bars(score["contributions"])),
        "pathways": picture(risk.pathway_bars(score["pathways"], score["set90"])),
        "caution": strain.caution(score),
        "meaning": strain.meaning(score),
        "differential": strain.differential(score),
        "alternatives": strain.alternatives(score),
    }
