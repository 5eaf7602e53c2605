"""All addresses of pages."""

from __future__ import annotations

from fastapi import APIRouter

from gaitchain.app.pages import assets, house, patients, sessions


def router() -> APIRouter:
    """The routes of all pages, none of which changes anything."""
    every = APIRouter(include_in_schema=False)
    for part in (assets, house, patients, sessions):
        every.include_router(part.routes)
    return every
