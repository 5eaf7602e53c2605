"""The same patient over sessions: two compared, all as a trend."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from gaitchain.app.api.asked import PID, AnyVisitor, TheStore, refusals
from gaitchain.app.api.sessions import SessionOut, session_out
from gaitchain.app.stored import FOLLOWED, documents_of, in_order
from gaitchain.follow_up import TrendPoint, follow_up, trend

routes = APIRouter(tags=["follow-up"])
MOST = 200
Sid = Annotated[str, Query(pattern=r"^\d{8}T\d{6}-[0-9a-f]{6}$")]


class CompareOut(BaseModel):
    """Two sessions of one patient, the earlier first; ``links`` and ``measures`` as ``gaitchain compare`` says them."""

    earlier: SessionOut
    later: SessionOut
    links: list[dict[str, Any]]
    measures: dict[str, dict[str, Any]]
    cautions: list[str]


class PointOut(BaseModel):
    """One session of a trend."""

    sid: str
    value: float | None
    ci95: tuple[float, float] | None
    status: str | None = Field(description="Against the baseline; null for the baseline and without a value.")


class TrendOut(BaseModel):
    """One measure over the sessions, oldest first."""

    key: str
    unit: str
    baseline: int | None = Field(description="Which point the others are judged against.")
    unchanged: tuple[float, float] | None = Field(description="Within measurement error of the baseline.")
    points: list[PointOut]


@routes.get("/api/compare", responses=refusals(404, 409))
def compare(a: Sid, b: Sid, store: TheStore, visitor: AnyVisitor) -> CompareOut:
    """Compare two sessions; which comes first does not matter. 409: they are of two patients."""
    earlier, later = in_order(store.session(a), store.session(b))
    said = follow_up(store.result(earlier.sid), store.result(later.sid)).said()
    store.audit(visitor.name, "sessions compared", earlier.pid, later.sid)
    return CompareOut(earlier=session_out(earlier), later=session_out(later), **said)


@routes.get("/api/patients/{pid}/trend", responses=refusals(404))
def patient_trend(pid: PID, store: TheStore, visitor: AnyVisitor) -> list[TrendOut]:
    """The main measures over all sessions that were not to be repeated."""
    store.patient(pid)
    stored = documents_of(store, store.sessions(pid, MOST), MOST)
    documents = [document for _, document in stored]
    store.audit(visitor.name, "trend seen", pid)
    out = []
    for key in FOLLOWED:
        found = trend(documents, key)
        points = [_point(one.sid, point) for (one, _), point in zip(stored, found.points, strict=True)]
        out.append(
            TrendOut(key=key, unit=found.unit, baseline=found.baseline, unchanged=found.unchanged, points=points)
        )
    return out


def _point(sid: str, point: TrendPoint) -> PointOut:
    reading, changed = point.reading, point.change
    return PointOut(
        sid=sid,
        value=None if reading is None else reading.value,
        ci95=None if reading is None else reading.ci95,
        status=None if changed is None else changed.status.value,
    )
