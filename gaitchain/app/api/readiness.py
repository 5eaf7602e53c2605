"""Is this computer ready to record? Each line with its fix."""

from __future__ import annotations

import time
from enum import StrEnum

from fastapi import APIRouter
from pydantic import BaseModel

from gaitchain.app.api.asked import AnyVisitor, TheHub, TheSettings, TheStore, refusals
from gaitchain.checkup import Computer, Health, check_up
from gaitchain.store.layout import Layout

routes = APIRouter(tags=["readiness"])
BACKUP_DAYS = 7.0  # a week of sessions is what a clinic can lose at most


class Light(StrEnum):
    """How a line is to be taken."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class Line(BaseModel):
    """One thing that was looked at; ``fix`` is empty when it is good."""

    key: str
    state: Light
    text: str
    fix: str


_LIGHTS = {Health.GOOD: Light.OK, Health.WARN: Light.WARN, Health.BAD: Light.BAD}


def _backup(layout: Layout) -> Line:
    """When everything was last backed up."""
    do = "run `gaitchain backup FOLDER`, best onto another disk"
    if not layout.backed_up.exists():
        return Line(key="backup", state=Light.WARN, text="never made", fix=do)
    days = (time.time() - layout.backed_up.stat().st_mtime) / 86400.0
    text = "today" if days < 1.0 else f"{days:.0f} day{'s' if days >= 1.5 else ''} ago"
    old = days > BACKUP_DAYS
    return Line(key="backup", state=Light.WARN if old else Light.OK, text=text, fix=do if old else "")


@routes.get("/api/readiness", responses=refusals())
def readiness(store: TheStore, hub: TheHub, settings: TheSettings, _: AnyVisitor) -> list[Line]:
    """Everything worth knowing before a patient comes, worst first."""
    found = [one for one in check_up(Computer(), settings.data) if one.health in _LIGHTS]
    lines = [Line(key=one.name, state=_LIGHTS[one.health], text=one.said, fix=one.fix) for one in found]
    lines += [Line(key="store", state=Light.WARN, text=one, fix="") for one in (*store.problems, *hub.problems)]
    if any(store.layout.pids()):
        lines.append(_backup(store.layout))
    if hub.recovered:
        text = f"{len(hub.recovered)} broken-off recording(s) restored: {', '.join(hub.recovered)}"
        lines.append(
            Line(key="restored", state=Light.WARN, text=text, fix="look at them, and repeat what is too short")
        )
    return sorted(lines, key=lambda line: -list(Light).index(line.state))
