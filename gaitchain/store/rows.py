"""What the store keeps: patients, sessions with their care, users, and the trail of who did what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from gaitchain.store.errors import StoreError
from pipeline.result import Verdict
from sensor.person import Person
from sensor.recording.session_folder import SessionEnd

PROTOCOLS: Mapping[str, str] = {
    "2min": "Two-minute walk",
    "4x10m": "Four times 10 m",
    "walk-sit-walk": "Walk, sit, walk",
}
MAX_PAIN = 10  # numeric rating scale
LOCAL = "local"  # whoever sits at this computer; no user may be called so


class CareVerdict(StrEnum):
    """What the therapist decided about a session."""

    ACCEPTED = "accepted"
    REPEAT = "repeat"


class Role(StrEnum):
    """What a user may do; each may do what those before it may."""

    VIEWER = "viewer"
    THERAPIST = "therapist"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Whether this role includes another."""
        roles = list(Role)
        return roles.index(self) >= roles.index(needed)


@dataclass(frozen=True, slots=True)
class Care:
    """What the therapist says about a session.

    Attributes
    ----------
    protocol : str
        A key of ``PROTOCOLS``, or another text.
    condition : str
        How it was walked, such as ``own shoes, no aid``.
    pain_before, pain_after : int or None
        0 to 10, as the patient says.
    created_by : str
        User who recorded it; kept from the first writing.
    """

    protocol: str = ""
    condition: str = ""
    pain_before: int | None = None
    pain_after: int | None = None
    notes: str = ""
    verdict: CareVerdict | None = None
    created_by: str = ""

    def __post_init__(self) -> None:
        for pain in (self.pain_before, self.pain_after):
            if pain is not None and not 0 <= pain <= MAX_PAIN:
                raise StoreError(f"Pain is a whole number from 0 to {MAX_PAIN}, not {pain}.")


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient. ``pid`` is an opaque key, the only thing about a patient that goes into an address or a log."""

    pid: str
    person: Person
    notes: str
    created: datetime
    sessions: int = 0
    last_session: datetime | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """The numbers that a list of sessions shows; None where not assessed."""

    speed_m_s: float | None = None
    cadence_spm: float | None = None
    stance_asymmetry_pct: float | None = None
    drop_difference_deg: float | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the index knows it.

    Attributes
    ----------
    started : datetime
        In UTC.
    end : SessionEnd
        ``recording`` for one that is being recorded or broke off.
    verdict : Verdict or None
        Quality of the recording by the newest result; None without a result.
    version, model_version : str
        Of gaitchain and of the risk model that made the newest result; empty without one.
    """

    sid: str
    pid: str
    path: Path
    started: datetime
    duration_s: float | None
    end: SessionEnd
    care: Care
    verdict: Verdict | None = None
    headline: Headline = field(default_factory=Headline)
    has_result: bool = False
    version: str = ""
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in.

    Attributes
    ----------
    stamp : str
        Another one whenever the password is another: what began with the old one ends.
    """

    name: str
    role: Role
    created: datetime
    stamp: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of the audit trail: who did what, when, to which patient and session."""

    when: datetime
    who: str
    what: str
    pid: str | None = None
    sid: str | None = None
