"""What the running app holds, and who asks: found through any request or socket."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from gaitchain.app.access.door import Door
from gaitchain.app.access.visitors import Visitor
from gaitchain.app.hub.hub import Hub
from gaitchain.app.settings import Settings
from gaitchain.store import Store


def store_of(asked: HTTPConnection) -> Store:
    """The store."""
    store: Store = asked.app.state.store
    return store


def hub_of(asked: HTTPConnection) -> Hub:
    """The hub."""
    hub: Hub = asked.app.state.hub
    return hub


def settings_of(asked: HTTPConnection) -> Settings:
    """The settings."""
    settings: Settings = asked.app.state.settings
    return settings


def door_of(asked: HTTPConnection) -> Door:
    """The door."""
    door: Door = asked.app.state.door
    return door


def visitor_of(asked: HTTPConnection) -> Visitor | None:
    """Who asks, as the guard found out; None is nobody known."""
    visitor: Visitor | None = getattr(asked.state, "visitor", None)
    return visitor
