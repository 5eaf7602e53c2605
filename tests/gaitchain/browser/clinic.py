"""A store with somebody in it: sessions whose results are made up, so that no page waits for an analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from gaitchain import __version__
from gaitchain.analysis import Analysis, write
from gaitchain.outputs import summary
from gaitchain.store import Care, Patient, Store
from gaitchain.store.adopt import adopt_recording
from sensor.person import Person
from sensor.recording import write_recording
from sensor.recording.session_folder import SessionFolder
from sensor.recording.table import RecordingTable
from sensor.simulation import WalkSpec, simulate
from tests.gaitchain.sample_results import Sample, abstained, clear_asymmetry, healthy, invalid, long_reasons

FIRST = datetime(2026, 9, 1, 10, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Clinic:
    """Who is in the store.

    Attributes
    ----------
    knee : Patient
        Four sessions, oldest first in ``sids``.
    flagged : Patient
        Warning signs are stated; one session, ``flagged_sid``.
    even : Patient
        An invalid session, then ``even_sid`` with everything within reference.
    """

    knee: Patient
    flagged: Patient
    even: Patient
    sids: tuple[str, ...]
    flagged_sid: str
    even_sid: str


def clinic(store: Store, folder: Path) -> Clinic:
    """Fill a store; ``folder`` takes files."""
    knee = store.put_patient(None, clear_asymmetry().person, "Stairs are worst.", "local")
    person = Person("RF-002", 63, "male", 1.79, red_flags=("numbness in the saddle area",))
    flagged = store.put_patient(None, person, "", "local")
    even = store.put_patient(None, healthy().person, "", "local")
    recording = folder / "walk.csv"
    write_recording(_short(), recording)
    samples: Sequence[Sample] = (clear_asymmetry(), abstained(), long_reasons(), healthy())
    days = (FIRST + timedelta(days=14 * number) for number in range(len(samples)))
    sids = tuple(add(store, knee, recording, sample, day) for sample, day in zip(samples, days, strict=True))
    add(store, even, recording, invalid(), FIRST)
    of_flagged = add(store, flagged, recording, clear_asymmetry(), FIRST)
    of_even = add(store, even, recording, healthy(), FIRST + timedelta(days=1))
    return Clinic(knee, flagged, even, sids, of_flagged, of_even)


def add(store: Store, patient: Patient, recording: Path, sample: Sample, started: datetime) -> str:
    """A session of a patient with a made-up result; its key."""
    path = adopt_recording(store, patient.pid, recording, "local", started=started)
    document = summary(sample.result, sample.risk, patient.person)
    write(Analysis(patient.person, sample.result, sample.risk, document), SessionFolder(path).results(__version__))
    store.add_session(path, Care("2min", "own shoes", 5, 3, "A good day."), "local")
    return path.name


@cache
def _short() -> RecordingTable:
    return replace(simulate(WalkSpec("healthy", duration_s=8.0, seed=1)).table, notes="")
