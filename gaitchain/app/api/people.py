"""Logging in and out, users, and the trail of who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from gaitchain.app.access.guard import set_cookie
from gaitchain.app.api.asked import Admin, AnyVisitor, TheHub, TheSettings, TheStore, refusals
from gaitchain.app.held import door_of
from gaitchain.store import Conflict, Role, User, same_name

routes = APIRouter(tags=["people"])
Name = Annotated[str, Field(min_length=1, max_length=40)]
Password = Annotated[str, Field(max_length=256)]


class Credentials(BaseModel):
    """Who wants in."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    password: Password


class UserIn(Credentials):
    """Somebody to let in."""

    role: Role


class UserOut(BaseModel):
    """Somebody who may log in."""

    name: str
    role: Role
    created: datetime


class Me(BaseModel):
    """Who is logged in."""

    name: str
    role: Role


class TraceOut(BaseModel):
    """One line of the trail."""

    when: datetime
    who: str
    what: str
    pid: str | None
    sid: str | None


@routes.get("/api/session", responses=refusals())
async def me(visitor: AnyVisitor) -> Me:
    """Who is logged in here."""
    return Me(name=visitor.name, role=visitor.role)


@routes.post("/api/session", responses=refusals(429))
async def log_in(given: Credentials, request: Request, response: Response, settings: TheSettings) -> Me:
    """Log in. Takes as long for a wrong name as for a wrong password. 429: wrong too often."""
    door = door_of(request)
    address = request.client.host if request.client else "unknown"
    user = await door.log_in(given.name, given.password, address)
    if user is None:
        raise HTTPException(401, "Name or password is wrong.")
    set_cookie(response, settings, door.logins.open(user.name, user.stamp))
    return Me(name=user.name, role=user.role)


@routes.delete("/api/session", status_code=204, responses=refusals())
async def log_out(request: Request, settings: TheSettings, _: AnyVisitor) -> Response:
    """Log out in this browser."""
    door_of(request).logins.close(request.cookies.get(settings.cookie, ""))
    response = Response(status_code=204)
    response.delete_cookie(settings.cookie, httponly=True, samesite="strict", secure=settings.tls is not None)
    return response


@routes.get("/api/users", responses=refusals())
def users(store: TheStore, _: Admin) -> list[UserOut]:
    """Everybody who may log in."""
    return [_user_out(user) for user in store.users.all()]


@routes.post("/api/users", status_code=201, responses=refusals(409))
def add_user(user: UserIn, store: TheStore, visitor: Admin) -> UserOut:
    """Let somebody in. 409: the name is taken."""
    added = store.users.add(user.name, user.role, user.password)
    store.audit(visitor.name, f"user added: {added.role.value}")
    return _user_out(added)


@routes.delete("/api/users/{name}", status_code=204, responses=refusals(404, 409))
async def remove_user(
    name: Annotated[str, Path(min_length=1, max_length=40)],
    request: Request,
    store: TheStore,
    hub: TheHub,
    visitor: Admin,
) -> Response:
    """Let somebody in no more, from this moment on. 409: oneself."""
    if same_name(name, visitor.name):
        raise Conflict("Nobody can remove himself; ask another admin.")
    removed = await run_in_threadpool(store.users.remove, name)
    door_of(request).logins.close_all(removed.name)
    hub.show_out(removed.name)
    await run_in_threadpool(store.audit, visitor.name, "user removed")
    return Response(status_code=204)


@routes.get("/api/audit", responses=refusals())
def trail(
    store: TheStore,
    _: Admin,
    pid: Annotated[str | None, Query(pattern=r"^[0-9a-f]{12}$")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> list[TraceOut]:
    """Who saw and changed what, newest first."""
    return [
        TraceOut(when=one.when, who=one.who, what=one.what, pid=one.pid, sid=one.sid)
        for one in store.audit_trail(pid, limit)
    ]


def _user_out(user: User) -> UserOut:
    return UserOut(name=user.name, role=user.role, created=user.created)
