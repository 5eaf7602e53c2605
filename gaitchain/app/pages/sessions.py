"""Pages of one session, and of two beside each other."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from gaitchain.app.held import store_of, visitor_of
from gaitchain.app.pages.comparison import comparison
from gaitchain.app.pages.errors import error_page
from gaitchain.app.pages.render import Frame, page
from gaitchain.app.stored import in_order, person_of
from gaitchain.report.page import context
from gaitchain.store import Session

routes = APIRouter()


@routes.get("/sessions/{sid}")
def result(request: Request, sid: str) -> Response:
    """What a session shows, with the notes and what can be done with it."""
    store = store_of(request)
    session = _seen(request, sid)
    patient = store.patient(session.pid)
    frame = Frame("Result", back=f"/patients/{session.pid}", patient=patient, here="patients")
    if not session.has_result:
        return page(request, "no_result.html.j2", frame, session=session, patient=patient)
    earlier = [
        one for one in store.sessions(session.pid, limit=200) if one.started < session.started and one.has_result
    ]
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
    earlier, later = in_order(_seen(request, a), _seen(request, b))
    patient = store.patient(earlier.pid)
    return page(
        request,
        "compare.html.j2",
        Frame("Compare", back=f"/patients/{patient.pid}", patient=patient, here="patients"),
        earlier=earlier,
        later=later,
        sessions=[session for session in store.sessions(patient.pid, limit=200) if session.has_result],
        comparison=comparison(store.result(earlier.sid), store.result(later.sid)),
    )


def _seen(request: Request, sid: str) -> Session:
    """A session, looked at by somebody; NotFound if there is none."""
    store, visitor = store_of(request), visitor_of(request)
    session = store.session(sid)
    if visitor is not None:
        store.audit(visitor.name, "session seen", session.pid, sid)
    return session
