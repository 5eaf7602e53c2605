"""Patients: listed, taken in, changed, deleted, anonymised."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field

from gaitchain.app.api.asked import PID, Admin, AnyVisitor, TheHub, Therapist, TheStore, refusals
from gaitchain.app.hub.hub import Hub
from gaitchain.app.hub.phases import NotNow
from gaitchain.store import Patient
from gaitchain.store.anonymise import anonymise_patient
from gaitchain.store.erase import delete_patient
from sensor.person import Person
from sensor.samples import Side

routes = APIRouter(prefix="/api/patients", tags=["patients"])
LONGEST = 4000  # characters of a note
Text = Annotated[str, Field(max_length=200)]


class PatientIn(BaseModel):
    """A patient as told. What is not known is null; nothing is assumed for it here."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    code: str = Field(min_length=1, max_length=64, description="A code, never a name.")
    age_years: float | None = Field(None, ge=0, lt=130)
    sex: Text | None = None
    height_m: float | None = Field(None, ge=0.4, lt=2.6)
    mass_kg: float | None = Field(None, ge=2, lt=400)
    leg_length_m: float | None = Field(None, ge=0.15, lt=1.6, description="Greater trochanter to floor.")
    painful_side: Side | None = None
    walking_aid: Text | None = None
    red_flags: list[Text] = Field(default_factory=list, max_length=40)
    notes: str = Field("", max_length=LONGEST)

    def person(self) -> Person:
        """The same without the notes."""
        said = self.model_dump(exclude={"notes", "red_flags"})
        return Person(**said, red_flags=tuple(self.red_flags))


class PatientOut(BaseModel):
    """A patient as stored."""

    pid: str
    code: str
    age_years: float | None
    sex: str | None
    height_m: float | None
    mass_kg: float | None
    leg_length_m: float | None
    painful_side: Side | None
    walking_aid: str | None
    red_flags: list[str]
    notes: str
    created: datetime
    sessions: int
    last_session: datetime | None


class Search(BaseModel):
    """What a code holds; in the body, because addresses are written into histories and logs."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=64)


class Erased(BaseModel):
    """What became of a patient's data."""

    clean: bool = Field(description="False: another program was reading the database; what it holds goes later.")


def patient_out(patient: Patient) -> PatientOut:
    """A stored patient as JSON."""
    person = patient.person
    return PatientOut(
        pid=patient.pid,
        code=person.code or "",
        age_years=person.age_years,
        sex=person.sex,
        height_m=person.height_m,
        mass_kg=person.mass_kg,
        leg_length_m=person.leg_length_m,
        painful_side=person.painful_side,
        walking_aid=person.walking_aid,
        red_flags=list(person.red_flags),
        notes=patient.notes,
        created=patient.created,
        sessions=patient.sessions,
        last_session=patient.last_session,
    )


async def not_recording(pid: PID, hub: TheHub) -> Hub:
    """Nobody changes who is walking right now."""
    if hub.pid == pid:
        raise NotNow("This patient is being recorded; stop the recording first.")
    return hub


NotRecording = Depends(not_recording)


@routes.get("", responses=refusals())
def patients(store: TheStore, _: AnyVisitor) -> list[PatientOut]:
    """All patients, those with the newest session first."""
    return [patient_out(one) for one in store.patients()]


@routes.post("/search", responses=refusals())
def search(wanted: Search, store: TheStore, _: AnyVisitor) -> list[PatientOut]:
    """Patients whose code holds a text."""
    return [patient_out(one) for one in store.patients(wanted.text)]


@routes.post("", status_code=201, responses=refusals(409))
def add(patient: PatientIn, store: TheStore, visitor: Therapist) -> PatientOut:
    """Take a patient in. 409: another has the code."""
    return patient_out(store.put_patient(None, patient.person(), patient.notes, visitor.name))


@routes.get("/{pid}", responses=refusals(404))
def patient(pid: PID, store: TheStore, visitor: AnyVisitor) -> PatientOut:
    """One patient."""
    found = store.patient(pid)
    store.audit(visitor.name, "patient seen", pid)
    return patient_out(found)


@routes.put("/{pid}", responses=refusals(404, 409), dependencies=[NotRecording])
def change(pid: PID, patient: Annotated[PatientIn, Body()], store: TheStore, visitor: Therapist) -> PatientOut:
    """Change a patient. 409: another has the code, or this one is being recorded."""
    store.patient(pid)
    return patient_out(store.put_patient(pid, patient.person(), patient.notes, visitor.name))


@routes.delete("/{pid}", responses=refusals(404, 409), dependencies=[NotRecording])
def delete(pid: PID, store: TheStore, visitor: Admin) -> Erased:
    """Delete a patient with all sessions, for good; backups made before keep them."""
    return Erased(clean=delete_patient(store, pid, visitor.name))


@routes.post("/{pid}/anonymise", responses=refusals(404, 409), dependencies=[NotRecording])
def anonymise(pid: PID, store: TheStore, visitor: Admin) -> PatientOut:
    """Make a patient nobody: another key and code, no dates, no free text; recordings and numbers stay."""
    return patient_out(anonymise_patient(store, pid, visitor.name).patient)
