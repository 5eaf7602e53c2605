"""What of a session goes out of the house: reports and the archive."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from gaitchain.app.access.headers import REPORT_POLICY
from gaitchain.app.api.asked import SID, AnyVisitor, Therapist, TheStore, refusals
from gaitchain.app.archive import archive_of
from gaitchain.app.stored import person_of
from gaitchain.report import report_html
from gaitchain.store import Session

routes = APIRouter(prefix="/api/sessions", tags=["documents"])


def _file(kind: str, words: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {kind: {}}, "description": words}, **refusals(404)}


def _day(session: Session) -> str:
    return session.started.astimezone().date().isoformat()


def _named(session: Session, ending: str) -> dict[str, str]:
    """A file name without the patient's code: downloads lie around."""
    return {"content-disposition": f'inline; filename="gaitchain-{session.sid}.{ending}"'}


@routes.get("/{sid}/report.html", response_class=Response, responses=_file("text/html", "One self-contained page."))
def report_page(sid: SID, store: TheStore, visitor: AnyVisitor) -> Response:
    """The report as one page, A4 when printed."""
    session, document = store.session(sid), store.result(sid)
    person = person_of(document, store.patient(session.pid).person)
    page = report_html(document, store.curves(sid), person, created=_day(session))
    store.audit(visitor.name, "report seen", session.pid, sid)
    headers = {"content-security-policy": REPORT_POLICY, **_named(session, "html")}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


@routes.get("/{sid}/report.pdf", response_class=Response, responses=_file("application/pdf", "Tagged PDF/UA-1."))
def report_pdf_(
    sid: SID,
    store: TheStore,
    visitor: AnyVisitor,
    compact: Annotated[bool, Query(description="One page.")] = False,
) -> Response:
    """The report as PDF."""
    from gaitchain.report.pdf import report_pdf  # typst is large

    session, document = store.session(sid), store.result(sid)
    person = person_of(document, store.patient(session.pid).person)
    pdf = report_pdf(document, store.curves(sid), person, created=_day(session), compact=compact)
    store.audit(visitor.name, "report printed", session.pid, sid)
    return Response(pdf, media_type="application/pdf", headers=_named(session, "pdf"))


@routes.get(
    "/{sid}/export.zip", response_class=FileResponse, responses=_file("application/zip", "The session folder, packed.")
)
def export(sid: SID, store: TheStore, visitor: Therapist) -> FileResponse:
    """The session folder with recording, journal, markers and results. It holds the patient's code."""
    session = store.session(sid)
    store.audit(visitor.name, "session exported", session.pid, sid)
    archive = archive_of(session.path)
    return FileResponse(
        archive,
        media_type="application/zip",
        filename=f"gaitchain-{sid}.zip",
        background=BackgroundTask(archive.unlink, missing_ok=True),
    )
