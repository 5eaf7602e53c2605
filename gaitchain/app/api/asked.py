"""What an endpoint may ask for: who is there, what they may, the store, the hub."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException, Path, Request
from pydantic import BaseModel, Field

from gaitchain.app.access.visitors import Visitor
from gaitchain.app.held import hub_of, settings_of, store_of, visitor_of
from gaitchain.app.hub.hub import Hub
from gaitchain.app.settings import Settings
from gaitchain.store import Role, Store

PID = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$", description="Key of a patient.")]
SID = Annotated[str, Path(pattern=r"^\d{8}T\d{6}-[0-9a-f]{6}$", description="Key of a session.")]
TAB_PATTERN = r"^[A-Za-z0-9-]{8,64}$"
Tab = Annotated[
    str, Header(alias="X-Gaitchain-Tab", pattern=TAB_PATTERN, description="What the window calls itself, at random.")
]


class Refusal(BaseModel):
    """Why something is refused, for people."""

    error: str = Field(description="One or two sentences.")


_SAID = {
    400: "The request is not meant for this server, or is not whole.",
    401: "Nobody is logged in.",
    403: "This role may not do it; or another site's page asked; or the header X-Gaitchain is missing.",
    404: "There is no such patient, session or user.",
    409: "It does not fit what is there, or what is going on.",
    413: "It is too large.",
    422: "The values make no sense.",
    429: "Wrong too often; wait for Retry-After seconds.",
    507: "The disk is full.",
}
ALWAYS = (400, 401, 403, 413, 422)


def refusals(*more: int) -> dict[int | str, dict[str, Any]]:
    """What an endpoint may answer beside what was asked for."""
    return {status: {"model": Refusal, "description": _SAID[status]} for status in sorted({*ALWAYS, *more})}


def _at_least(role: Role) -> Callable[[Request], Visitor]:
    def asked(request: Request) -> Visitor:
        visitor = visitor_of(request)
        if visitor is None:
            raise HTTPException(401, "Nobody is logged in.")
        if not visitor.role.may(role):
            raise HTTPException(403, f"This needs the role {role.value}; {visitor.name} is {visitor.role.value}.")
        return visitor

    return asked


TheStore = Annotated[Store, Depends(store_of)]
TheHub = Annotated[Hub, Depends(hub_of)]
TheSettings = Annotated[Settings, Depends(settings_of)]
AnyVisitor = Annotated[Visitor, Depends(_at_least(Role.VIEWER))]
Therapist = Annotated[Visitor, Depends(_at_least(Role.THERAPIST))]
Admin = Annotated[Visitor, Depends(_at_least(Role.ADMIN))]
