"""Every error of the API is ``{"error": sentence}`` with the right status; of a page, a page."""

from __future__ import annotations

import errno

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from gaitchain.app.hub.phases import NotNow
from gaitchain.app.pages import error_page
from gaitchain.errors import GaitchainError, explain
from gaitchain.store import Conflict, NotFound
from sensor.recording import RecordingError

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (NotNow, 409),
    (RecordingError, 422),
    (GaitchainError, 422),
)


def handle_errors(app: FastAPI) -> None:
    """Turn everything that can go wrong into a sentence; mistakes of our own are the guard's."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for kind in (GaitchainError, RecordingError, OSError):
        app.add_exception_handler(kind, _failed)


def answer(request: Request, status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    """An error as the one who asked can read it."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": sentence}, status, headers)
    response = error_page(request, status, sentence)
    response.headers.update(headers or {})
    return response


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    sentence = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    said = sentence.get(error.status_code, "") if error.detail in ("Not Found", "Method Not Allowed") else error.detail
    return answer(request, error.status_code, str(said), dict(error.headers or {}))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    return answer(request, 422, " ".join(_said(one) for one in error.errors()[:3]))


async def _failed(request: Request, error: Exception) -> Response:
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return answer(request, status, str(error))
    explained = explain(error)
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return answer(request, 507 if full else 500, explained[0] if explained else type(error).__name__)


def _said(error: dict[str, object]) -> str:
    """One thing that is wrong with a request, without the value: it may be about a patient."""
    where = error.get("loc")
    place = ".".join(str(part) for part in where[1:]) if isinstance(where, tuple) else ""
    return f"{place or 'The request'}: {error.get('msg', 'makes no sense')}."
