"""The report as one self-contained page: inline style, inline SVG, no script, no request to anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gaitchain.report import bars, curves, education, icons, links, risk, strain, texts, theme, words
from gaitchain.report.parts import parts
from pipeline.result import Curve
from sensor.person import Person


def report_html(document: dict[str, Any], curve_set: Mapping[str, Curve], person: Person, created: str = "") -> str:
    """Compose the page.

    Parameters
    ----------
    document
        The summary of :func:`gaitchain.outputs.summary`; every number on the page comes from it.
    curve_set
        The gait-cycle curves of the same result, ``SessionResult.curves``.
    person
        Who walked. Ticked red flags stand first on the page and no score is shown.
    created
        Date to print, as text; the same arguments give the same bytes.

    Returns
    -------
    str
        A complete HTML document, A4 when printed.
    """
    return _environment().get_template("report.html.j2").render(context(document, curve_set, person, created))


def context(
    document: dict[str, Any], curve_set: Mapping[str, Curve], person: Person, created: str = ""
) -> dict[str, Any]:
    """What the templates of the parts are filled with; arguments as in :func:`report_html`."""
    shown = parts(document, curve_set, person, created)
    return {field.name: getattr(shown, field.name) for field in fields(shown)} | {
        "provenance": json.dumps(shown.doc["provenance"], indent=1, ensure_ascii=False)
    }


def helpers() -> dict[str, Any]:
    """What the templates of the parts call."""
    return {
        "bars": bars,
        "curves": curves,
        "education": education,
        "icons": icons,
        "links": links,
        "risk": risk,
        "strain": strain,
        "texts": texts,
        "theme": theme,
        "words": words,
        "datum": datum,
    }


def datum(key: str, value: float | None, shown: str) -> Markup:
    """A number as printed, with its exact value and its place in the summary for machines."""
    if value is None:
        return Markup('<span class="missing">not assessed</span>')
    return Markup('<data data-key="{}" value="{}">{}</data>').format(key, value, shown)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gaitchain.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(helpers())
    return environment
