"""The websocket: state as text, traces as binary. It only looks; whatever a window sends ends it."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from gaitchain.app.api.asked import TAB_PATTERN
from gaitchain.app.held import door_of, hub_of, settings_of
from gaitchain.app.hub.phases import NotNow
from gaitchain.app.hub.subscribers import Subscriber

routes = APIRouter()
UNWANTED = 1003  # codes of RFC 6455
POLICY = 1008
BUSY = 1013
GOING_AWAY = 1001
ASKED_EVERY_S = 5.0  # so long somebody whose login has ended elsewhere may look on


@routes.websocket("/api/live/stream")
async def stream(socket: WebSocket) -> None:
    """Everything there is to see of the live recording, until the window closes."""
    hub = hub_of(socket)
    tab = socket.query_params.get("tab", "")
    await socket.accept()
    if re.fullmatch(TAB_PATTERN, tab) is None:
        await _refuse(socket, POLICY, "Give the window's id: ?tab= and 8 to 64 letters, digits or hyphens.")
        return
    try:
        subscriber = hub.subscribe(tab, socket.state.visitor.name)
    except NotNow as error:
        await _refuse(socket, BUSY, str(error))
        return
    door, secret = door_of(socket), socket.cookies.get(settings_of(socket).cookie, "")
    sending = asyncio.create_task(_send(socket, subscriber))
    listening = asyncio.create_task(socket.receive())
    ends = (sending, listening)
    try:
        while not (await asyncio.wait(ends, timeout=ASKED_EVERY_S, return_when=asyncio.FIRST_COMPLETED))[0]:
            if door.visitor(secret) is None:
                break
        if listening.done() and listening.result()["type"] == "websocket.receive":
            await _cancelled(sending)
            await _refuse(socket, UNWANTED, "Nothing is expected here; commands go to /api/live/.")
        elif not listening.done():
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(GOING_AWAY)
    finally:
        hub.unsubscribe(subscriber)
        await _cancelled(sending)
        await _cancelled(listening)


async def _send(socket: WebSocket, subscriber: Subscriber) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # the window has gone
        while (message := await subscriber.next()) is not None:
            if isinstance(message, str):
                await socket.send_text(message)
            else:
                await socket.send_bytes(message)


async def _refuse(socket: WebSocket, code: int, sentence: str) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_json({"type": "error", "error": sentence})
        await socket.close(code, sentence[:120])


async def _cancelled(task: asyncio.Task[object] | asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
