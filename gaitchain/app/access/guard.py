"""The one door: every request and every websocket passes here before anything else sees it."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gaitchain.app.access.door import Door
from gaitchain.app.access.headers import security_headers
from gaitchain.app.access.tokens import Admission
from gaitchain.app.access.visitors import Visitor
from gaitchain.app.settings import Settings, is_loopback
from gaitchain.cli import DEBUG_VARIABLE

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "x-gaitchain"  # a page of another origin cannot send it without asking, and we never answer that
OPEN_PATHS = frozenset({"/", "/login", "/favicon.ico", "/api/session"})
OPEN_FOLDERS = ("/static/", "/style/")
UPLOAD_PATHS = frozenset({"/api/recordings"})
HOW_TO = "Not logged in. Open the address that `gaitchain serve` has printed, or log in."
_log = logging.getLogger(__name__)


class Guard:
    """ASGI middleware: host, origin, token, login, request header, size; headers of the answer."""

    def __init__(self, app: ASGIApp, settings: Settings, door: Door) -> None:
        self._app, self._settings, self._door = app, settings, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        await self._answered(scope, receive, self._dressed(send))

    async def _passed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The app's answer, or the door's."""
        headers = Headers(scope=scope)
        refusal = self._strange(scope, headers) or self._admission(scope, headers)
        if refusal is None:
            scope.setdefault("state", {})["visitor"] = visitor = self._visitor(headers)
            refusal = _unknown(scope, visitor) or _forged(scope, headers) or self._oversized(scope, headers)
        if refusal is not None:
            await refuse(refusal, scope, receive, send)
            return
        await self._app(scope, self._measured(scope, receive), send)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An answer in any case: a mistake of ours is one too, and its words go to no log: they may be a patient's."""
        begun = False

        async def noted(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._passed(scope, receive, noted)
        except Exception as error:  # noqa: BLE001 - the last resort
            _log.error("unexpected %s at %s", type(error).__name__, _place(scope))
            if os.environ.get(DEBUG_VARIABLE, "0") not in ("", "0"):
                traceback.print_exception(error)
            if not begun and scope["type"] == "http":
                why = f"Something unexpected happened ({type(error).__name__}): a mistake in gaitchain."
                await said(scope, 500, why)(scope, receive, send)

    # -- what is refused

    def _strange(self, scope: Scope, headers: Headers) -> Response | None:
        """A host that is not ours (a name that was bent to point here), or an origin that is not our page."""
        hosts = headers.getlist("host")
        host = hosts[0].lower() if len(hosts) == 1 else ""
        name = _hostname(host)
        if not name or not (is_loopback(name) or name in self._settings.names):
            return said(scope, 400, f"This server does not answer to that name. Open {self._settings.address}.")
        origin = headers.get("origin")
        tls = self._settings.tls is not None
        if origin is not None and origin.lower() != f"{'https' if tls else 'http'}://{host}":
            return said(scope, 403, "Another site's page may not use this server.")
        return None

    def _admission(self, scope: Scope, headers: Headers) -> Response | None:
        """The one-time token in the address: in with it, or a refusal."""
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token")
        if scope["type"] != "http" or scope["path"] != "/" or not given:
            return None
        if self._visitor(headers) is not None:  # the address again, in the browser that has used it
            return RedirectResponse("/", 303)
        admission = self._door.token.admit(given[0], _client(scope))
        if admission.secret is None:
            return too_often(scope, admission) if admission.wait_s else said(scope, 403, admission.why)
        response = RedirectResponse("/", 303)
        set_cookie(response, self._settings, admission.secret)
        return response

    def _oversized(self, scope: Scope, headers: Headers) -> Response | None:
        told = headers.get("content-length", "0")
        limit = self._limit(scope)
        if not told.isdecimal() or (len(told) < 19 and int(told) <= limit):
            return None
        return said(scope, 413, _too_large(limit))

    # -- who it is

    def _visitor(self, headers: Headers) -> Visitor | None:
        secret = _cookie(headers, self._settings.cookie)
        visitor = None if secret is None else self._door.visitor(secret)
        if secret is not None and visitor is not None:
            self._door.logins.seen(secret)
        return visitor

    # -- what passes through

    def _limit(self, scope: Scope) -> int:
        limits = self._settings.limits
        return limits.upload_bytes if scope["path"] in UPLOAD_PATHS else limits.body_bytes

    def _measured(self, scope: Scope, receive: Receive) -> Receive:
        """The same body, but no more of it than is taken; how long it is need not have been told truly."""
        if scope["type"] != "http":
            return receive
        limit, came = self._limit(scope), 0

        async def measured() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise HTTPException(413, _too_large(limit))  # what reads the body lets this one through
            return message

        return measured

    def _dressed(self, send: Send) -> Send:
        """The answer with the security headers."""
        tls = self._settings.tls is not None

        async def dressed(message: MutableMapping[str, Any]) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                own = MutableHeaders(raw=message["headers"])
                for name, value in security_headers(own, tls=tls).items():
                    own[name] = value
            await send(message)

        return dressed


async def refuse(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request, or a websocket's handshake, with a refusal."""
    if scope["type"] == "websocket":
        await receive()  # websocket.connect
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008})
            return
    await response(scope, receive, send)


def said(scope: Scope, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal in one sentence, as JSON where a program asks."""
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": sentence}, status, headers)
    return PlainTextResponse(sentence + "\n", status, headers)


def too_often(scope: Scope, admission: Admission) -> Response:
    """A refusal for whoever was wrong too often."""
    return said(scope, 429, admission.why, {"retry-after": str(admission.wait_s)})


def set_cookie(response: Response, settings: Settings, secret: str) -> None:
    """Give a browser its login."""
    response.set_cookie(
        settings.cookie,
        secret,
        max_age=int(settings.limits.login_s),
        httponly=True,
        samesite="strict",
        secure=settings.tls is not None,
    )


def _unknown(scope: Scope, visitor: Visitor | None) -> Response | None:
    path = scope["path"]
    if visitor is not None or path in OPEN_PATHS or path.startswith(OPEN_FOLDERS):
        return None
    if path.startswith("/api/"):
        return said(scope, 401, HOW_TO, {"www-authenticate": "Cookie"})
    return RedirectResponse("/", 303)


def _forged(scope: Scope, headers: Headers) -> Response | None:
    """A request that changes something, and that no page of ours has made."""
    if scope["type"] != "http" or scope["method"] in SAFE_METHODS or CSRF_HEADER in headers:
        return None
    return said(scope, 403, "A request that changes something needs the header X-Gaitchain: 1.")


def _hostname(host: str) -> str:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # ValueError if it is no number
    except ValueError:
        return ""
    return parts.hostname or "" if not (parts.path or parts.query or parts.fragment or parts.username) else ""


def _cookie(headers: Headers, name: str) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if found is None else found.value


def _place(scope: Scope) -> str:
    """Where it happened, as a log may have it: without what somebody has typed into the address."""
    return str(getattr(scope.get("route"), "path", "no route"))


def _client(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def _too_large(limit: int) -> str:
    return f"This is larger than the {limit // 1000} kB that are taken here."
