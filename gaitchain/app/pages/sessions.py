"""Pages of one session, and of two beside each other."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from gaitchain.app.pages.comparison import comparison
from gaitchain.app.pages.errors import error_page
from gaitchain.app.pages.render import Frame, page, store_of, visitor_of
from gaitchain.app.pages.stored import person_of
from gaitchain.report.page import context
from gaitchain.store import Session, Store

routes = APIRouter()


@routes.get("/sessions/{sid}")
def result(request: Request, sid: str) -> Response:
    """What a session shows, with the notes and what can be done with it."""
    store = store_of(request)
    session = _seen(request, sid)
    patient = store.patient(session.pid)
    frame = Frame("Result", back=f"/patients/{session.pid}", patient=patient, here="patients")
    earlier = [
        one for one in store.sessions(session.pid, limit=200) if one.started < session.started and one.has_result
    ]
    if not session.has_result:
        return page(request, "no_result.html.j2", frame, session=session, patient=patient)
    document = store.result(sid)
    person = person_of(document, patient.person)
    return page(
        request,
        "result.html.j2",
        frame,
        session=session,
        patient=patient,
        earlier=earlier,
        **context(document, store.curves(sid), person),
    )


@routes.get("/compare")
def compare(request: Request, a: str = "", b: str = "") -> Response:
    """Two sessions of one patient: what has changed by more than the error of measurement."""
    store = store_of(request)
    if not a or not b:
        return error_page(request, 400, "Choose two sessions on the page of a patient, then compare them.")
    one, other = sorted((_seen(request, a), _seen(request, b)), key=lambda session: session.started)
    if one.pid != other.pid:
        return error_page(request, 400, "These sessions are of two patients; compare sessions of one.")
    patient = store.patient(one.pid)
    frame = Frame("Compare", back=f"/patients/{one.pid}", patient=patient, here="patients")
    if not (one.has_result and other.has_result):
        return error_page(request, 400, "One of these sessions has no result; choose another.")
    return page(
        request,
        "compare.html.j2",
        frame,
        earlier=one,
        later=other,
        sessions=[session for session in store.sessions(one.pid, limit=200) if session.has_result],
        comparison=comparison(_result(store, one), _result(store, other)),
    )


def _result(store: Store, session: Session) -> dict[str, Any]:
    return store.result(session.sid)


def _seen(request: Request, sid: str) -> Session:
    """A session, looked at by somebody; NotFound if there is none."""
    store, visitor = store_of(request), visitor_of(request)
    session = store.session(sid)
    if visitor is not None:
        store.audit(visitor.name, "session seen", session.pid, sid)
    return session
