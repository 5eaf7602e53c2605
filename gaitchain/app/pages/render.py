"""Templates to answers. The result page shows the parts of the report, so both folders of templates are searched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from gaitchain import __version__
from gaitchain.app.held import visitor_of
from gaitchain.app.pages import words
from gaitchain.report.page import helpers
from gaitchain.store import LOCAL, Patient, Role


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page.

    Attributes
    ----------
    title : str
        Of the browser's tab; no code of a patient, tabs are seen by others.
    back : str
        Where Esc leads; empty where there is no way back.
    patient : Patient or None
        Whose banner stands above the page.
    here : str
        The entry of the menu that the page belongs to.
    """

    title: str
    back: str = "/"
    patient: Patient | None = None
    here: str = ""


def page(request: Request, template: str, frame: Frame, *, status: int = 200, **content: Any) -> HTMLResponse:
    """A whole page."""
    visitor = visitor_of(request)
    html = (
        environment()
        .get_template(template)
        .render(
            frame=frame,
            visitor=visitor,
            local=visitor is not None and visitor.name == LOCAL,
            may_change=visitor is not None and visitor.role.may(Role.THERAPIST),
            is_admin=visitor is not None and visitor.role.may(Role.ADMIN),
            **content,
        )
    )
    return HTMLResponse(html, status)


@cache
def environment() -> Environment:
    """The templates of the app and of the report's parts."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("gaitchain.app"), PackageLoader("gaitchain.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(helpers())
    made.globals.update(say=words, version=__version__)
    return made
