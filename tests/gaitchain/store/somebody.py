"""Patients and sessions for the tests of the store: made up, small, with words that can be looked for on disk."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, select

from gaitchain.outputs import summary, write_outputs
from gaitchain.report import report_html
from gaitchain.store import Care, Session, Store
from gaitchain.store.tables import metadata
from sensor.person import Person
from sensor.recording.session_folder import (
    SessionEnd,
    SessionFolder,
    SessionInfo,
    create_session,
    write_markers,
)
from sensor.recording.table import Marker, RecordingTable
from sensor.recording.writer import write_table
from sensor.samples import KNEES, Placement
from tests.gaitchain.sample_results import Sample, clear_asymmetry

CODE = "Zebra-4711"
NOTE = "grandmother of the postman"
SECRETS = (CODE, CODE.lower(), NOTE, "postman", "violet rollator", "SERIAL77", "limped past the bakery", "2026-02-0")
PERSON = Person(CODE, 58.0, "female", 1.68, 71.0, 0.89, walking_aid="violet rollator")


def walk(placements: tuple[Placement, ...] = KNEES, n: int = 400) -> RecordingTable:
    """A table that says nothing about walking."""
    values = {place: np.round(np.random.default_rng(1).normal(0, 1, (n, 3)), 4) for place in placements}
    markers = (Marker(1.0, "turn"), Marker(2.0, "limped past the bakery"), Marker(3.0, "pain 4"))
    return RecordingTable("walk", np.arange(n) / 100, values, values, 100.0, PERSON, markers=markers)


def make_session(
    store: Store,
    pid: str,
    care: Care | None = None,
    created: datetime = datetime(2026, 2, 3, 10, 30, tzinfo=UTC),
    results: tuple[str, ...] = ("0.1.0",),
    by: str = "anna",
) -> Session:
    """A session with journal, recording, markers and results, as recording and analysing leave it."""
    path = store.new_session(pid, by)
    person = store.patient(pid).person
    info = SessionInfo(
        session="0123456789abcdef",
        created=created.isoformat(),
        software="gaitchain 0.1.0",
        end=SessionEnd.COMPLETE,
        person=person,
        placements={"SERIAL77L": KNEES[0], "SERIAL77R": KNEES[1]},
        nodes={"SERIAL77L": {"serial": "SERIAL77L", "drift_ppm": 3.5, "began_ns": 1770114600_000000000}},
        notes=NOTE,
    )
    folder = create_session(path, info)
    (folder.journal / "000000.gcj").write_bytes(f"{person.code} {NOTE}".encode())
    write_table(walk(), folder.recording)
    write_markers(folder, walk().markers)
    for version in results:
        analysed(folder, version, person)
    return store.add_session(path, care, by)


def analysed(folder: SessionFolder, version: str, person: Person) -> None:
    """Write a result into a session folder."""
    sample: Sample = clear_asymmetry()
    document = summary(sample.result, sample.risk, person)
    page = report_html(document, sample.result.curves, person, "2026-02-03")
    write_outputs(sample.result, document, page, folder.results(version))


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of the index."""
    with engine.connect() as connection:
        return {
            table.name: [
                json.loads(json.dumps(dict(row._mapping)))
                for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


def bytes_below(folder: Path) -> bytes:
    """All there is on disk below a folder, names included."""
    paths = sorted(folder.rglob("*"))
    return b"".join(
        str(path.relative_to(folder)).encode() + b"\n" + (path.read_bytes() if path.is_file() else b"")
        for path in paths
    )
