"""The door, the first page, help, and what only an admin sees."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from gaitchain.app.held import settings_of, store_of, visitor_of
from gaitchain.app.pages.errors import error_page
from gaitchain.app.pages.render import Frame, page
from gaitchain.app.pages.words import ROLES
from gaitchain.store import Role

routes = APIRouter()
ONLY_ADMIN = "Only an admin may see this. Ask whoever set this app up."


@routes.get("/")
def home(request: Request) -> Response:
    """Readiness and patients; for somebody unknown, how to get in."""
    visitor = visitor_of(request)
    if visitor is None:
        login = settings_of(request).users_required
        return page(request, "entry.html.j2", Frame("Log in" if login else "How to get in", back=""), login=login)
    store = store_of(request)
    frame = Frame("Patients", back="", here="patients")
    return page(request, "home.html.j2", frame, patients=store.patients(), problems=store.problems)


@routes.get("/login")
def login(request: Request) -> Response:
    """The same as the first page of somebody unknown."""
    if visitor_of(request) is not None:
        return RedirectResponse("/", 303)
    return page(request, "entry.html.j2", Frame("Log in", back=""), login=True)


@routes.get("/help")
def help_(request: Request) -> Response:
    """How a session goes, keys, what the verdict and the colours mean."""
    return page(request, "help.html.j2", Frame("Help", here="help"))


@routes.get("/users")
def users(request: Request) -> Response:
    """Who may log in."""
    if not _is_admin(request):
        return error_page(request, 403, ONLY_ADMIN)
    everybody = store_of(request).users.all()
    return page(request, "users.html.j2", Frame("Users", here="users"), users=everybody, roles=ROLES)


@routes.get("/audit")
def audit(request: Request) -> Response:
    """Who saw and changed what."""
    if not _is_admin(request):
        return error_page(request, 403, ONLY_ADMIN)
    store = store_of(request)
    known = set(store.layout.pids())
    return page(request, "audit.html.j2", Frame("Audit trail", here="audit"), trail=store.audit_trail(), known=known)


def _is_admin(request: Request) -> bool:
    visitor = visitor_of(request)
    return visitor is not None and visitor.role.may(Role.ADMIN)
