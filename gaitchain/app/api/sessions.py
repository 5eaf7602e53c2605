"""Sessions: listed, commented, and what their analysis says."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from gaitchain.app.api.asked import SID, AnyVisitor, Therapist, TheStore, refusals
from gaitchain.app.api.patients import LONGEST
from gaitchain.outputs.plain import plain
from gaitchain.store import MAX_PAIN, Care, CareVerdict, Session
from pipeline.result import Verdict

routes = APIRouter(prefix="/api/sessions", tags=["sessions"])
Pain = Annotated[int | None, Field(ge=0, le=MAX_PAIN, description="Numeric rating scale, as the patient says.")]
Pids = Annotated[str | None, Query(pattern=r"^[0-9a-f]{12}$", description="Of one patient only.")]
Before = Annotated[str | None, Query(pattern=r"^\d{8}T\d{6}-[0-9a-f]{6}$", description="Older than this session.")]


class CareIn(BaseModel):
    """What the therapist says about a session."""

    model_config = ConfigDict(extra="forbid")

    protocol: str = Field("", max_length=100)
    condition: str = Field("", max_length=200)
    pain_before: Pain = None
    pain_after: Pain = None
    notes: str = Field("", max_length=LONGEST)
    verdict: CareVerdict | None = None


class HeadlineOut(BaseModel):
    """The numbers that a list shows; null where not assessed."""

    speed_m_s: float | None
    cadence_spm: float | None
    stance_asymmetry_pct: float | None
    drop_difference_deg: float | None
    score: float | None


class SessionOut(BaseModel):
    """A session as stored."""

    sid: str
    pid: str
    started: datetime
    duration_s: float | None
    end: str = Field(description="recording (or broken off), complete, recovered.")
    protocol: str
    condition: str
    pain_before: int | None
    pain_after: int | None
    notes: str
    decision: CareVerdict | None = Field(description="What the therapist decided.")
    created_by: str
    verdict: Verdict | None = Field(description="Quality of the recording; null before it is analysed.")
    headline: HeadlineOut
    has_result: bool
    version: str
    model_version: str


def session_out(session: Session) -> SessionOut:
    """A stored session as JSON."""
    care, headline = session.care, session.headline
    return SessionOut(
        sid=session.sid,
        pid=session.pid,
        started=session.started,
        duration_s=session.duration_s,
        end=session.end.value,
        protocol=care.protocol,
        condition=care.condition,
        pain_before=care.pain_before,
        pain_after=care.pain_after,
        notes=care.notes,
        decision=care.verdict,
        created_by=care.created_by,
        verdict=session.verdict,
        headline=HeadlineOut(
            speed_m_s=headline.speed_m_s,
            cadence_spm=headline.cadence_spm,
            stance_asymmetry_pct=headline.stance_asymmetry_pct,
            drop_difference_deg=headline.drop_difference_deg,
            score=headline.score,
        ),
        has_result=session.has_result,
        version=session.version,
        model_version=session.model_version,
    )


@routes.get("", responses=refusals(404))
def sessions(
    store: TheStore,
    _: AnyVisitor,
    pid: Pids = None,
    before: Before = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[SessionOut]:
    """Sessions of a patient or of all, newest first."""
    return [session_out(one) for one in store.sessions(pid, limit, before)]


@routes.get("/{sid}", responses=refusals(404))
def session(sid: SID, store: TheStore, visitor: AnyVisitor) -> SessionOut:
    """One session."""
    found = store.session(sid)
    store.audit(visitor.name, "session seen", found.pid, sid)
    return session_out(found)


@routes.put("/{sid}/care", responses=refusals(404))
def put_care(sid: SID, care: CareIn, store: TheStore, visitor: Therapist) -> SessionOut:
    """Write what the therapist says about a session."""
    return session_out(store.put_care(sid, Care(**care.model_dump()), visitor.name))


@routes.get("/{sid}/summary", responses=refusals(404))
def summary(sid: SID, store: TheStore, visitor: AnyVisitor) -> dict[str, Any]:
    """summary.json of the newest analysis; docs/outputs.md describes every field."""
    said = store.result(sid)
    store.audit(visitor.name, "result seen", store.session(sid).pid, sid)
    return said


@routes.get("/{sid}/curves", responses=refusals(404))
def curves(sid: SID, store: TheStore, _: AnyVisitor) -> dict[str, Any]:
    """Gait-cycle curves by name: means and SDs of both sides in 101 points, and the reference band."""
    return {name: plain(curve) for name, curve in store.curves(sid).items()}
