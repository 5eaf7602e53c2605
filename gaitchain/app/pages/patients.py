"""Pages of one patient: sessions and trend, the form, recording, opening a file."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from gaitchain.app.held import store_of, visitor_of
from gaitchain.app.pages.body_map import body_map
from gaitchain.app.pages.protocols import PROTOCOL_CARDS
from gaitchain.app.pages.red_flags import QUESTIONS, others
from gaitchain.app.pages.render import Frame, page
from gaitchain.app.pages.trend import trend_pictures
from gaitchain.reporting import today
from gaitchain.store import Patient
from sensor.person import Person

routes = APIRouter()


@routes.get("/patients/new")
def new(request: Request) -> Response:
    """An empty form."""
    return page(
        request,
        "patient_form.html.j2",
        Frame("New patient", here="patients"),
        patient=None,
        person=Person(),
        questions=QUESTIONS,
        others=[],
    )


@routes.get("/patients/{pid}")
def patient(request: Request, pid: str) -> Response:
    """Sessions, trend and what can be done."""
    one = _seen(request, pid)
    store = store_of(request)
    sessions = store.sessions(pid, limit=200)
    return page(
        request,
        "patient.html.j2",
        Frame("Patient", patient=one, here="patients"),
        patient=one,
        sessions=sessions,
        trend=trend_pictures(store, sessions),
    )


@routes.get("/patients/{pid}/edit")
def edit(request: Request, pid: str) -> Response:
    """The form of somebody known."""
    one = _seen(request, pid)
    return page(
        request,
        "patient_form.html.j2",
        Frame("Change patient", back=f"/patients/{pid}", patient=one, here="patients"),
        patient=one,
        person=one.person,
        questions=QUESTIONS,
        others=others(one.person.red_flags),
    )


@routes.get("/patients/{pid}/record")
def record(request: Request, pid: str) -> Response:
    """From choosing a protocol to the verdict, on one page."""
    one = store_of(request).patient(pid)
    return page(
        request,
        "record.html.j2",
        Frame("Record", back=f"/patients/{pid}", patient=one, here="patients"),
        patient=one,
        protocols=PROTOCOL_CARDS,
        front=body_map("front"),
        behind=body_map("back"),
    )


@routes.get("/patients/{pid}/open")
def open_file(request: Request, pid: str) -> Response:
    """A recording of another system becomes a session."""
    one = store_of(request).patient(pid)
    return page(
        request,
        "open.html.j2",
        Frame("Open a recording", back=f"/patients/{pid}", patient=one, here="patients"),
        patient=one,
        today=today(),
    )


def _seen(request: Request, pid: str) -> Patient:
    """A patient, looked at by somebody; NotFound if there is none."""
    store, visitor = store_of(request), visitor_of(request)
    one = store.patient(pid)
    if visitor is not None:
        store.audit(visitor.name, "patient seen", pid)
    return one
