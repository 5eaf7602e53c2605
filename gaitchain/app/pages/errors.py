"""Errors as pages: what happened in one sentence, and where to go on."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from starlette.responses import HTMLResponse

from gaitchain.app.pages.render import Frame, page

_TITLES: Mapping[int, str] = {
    400: "This address is not right",
    403: "Not allowed",
    404: "Not here",
    405: "Not here",
    409: "Not now",
    413: "Too large",
    429: "Too often",
    500: "Something went wrong",
}


def error_page(request: Request, status: int, sentence: str) -> HTMLResponse:
    """An error on a page, not of the API."""
    title = _TITLES.get(status, "This did not work")
    return page(request, "error.html.j2", Frame(title), status=status, number=status, sentence=sentence)
