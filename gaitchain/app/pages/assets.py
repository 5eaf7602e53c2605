"""Styles that are made of the report's theme, and the icon."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

from gaitchain.app.pages.render import environment

routes = APIRouter()


@routes.get("/style/report.css")
def report_style() -> Response:
    """The report's theme and the style of its parts."""
    return Response(environment().get_template("parts.css").render(), media_type="text/css")


@routes.get("/favicon.ico")
def favicon() -> Response:
    """The icon of the tab; browsers ask for it under this name."""
    return Response(files("gaitchain.app").joinpath("static/favicon.svg").read_bytes(), media_type="image/svg+xml")
