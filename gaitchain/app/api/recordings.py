"""A recording file opened in the app: it becomes a session of a patient."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, HTTPException, UploadFile

from gaitchain.app.api.asked import Therapist, TheStore, refusals
from gaitchain.app.api.sessions import SessionOut, session_out
from gaitchain.app.hub.keep import keep
from gaitchain.app.leftovers import UPLOAD
from gaitchain.reporting import today
from gaitchain.store import Store
from gaitchain.store.adopt import adopt_recording
from sensor.recording import ENDINGS, RecordingError

routes = APIRouter(prefix="/api/recordings", tags=["recordings"])
THE_FILE = "The file"


@routes.post("", status_code=201, responses=refusals(404))
def open_recording(
    file: Annotated[UploadFile, File(description="A .csv, .csv.gz or .parquet, as docs/recording-format.md says.")],
    pid: Annotated[str, Form(pattern=r"^[0-9a-f]{12}$")],
    store: TheStore,
    visitor: Therapist,
    day: Annotated[date | None, Form(description="When it was walked; else today. Follow-up goes by it.")] = None,
    condition: Annotated[str, Form(max_length=100)] = "",
) -> SessionOut:
    """Take a recording file in as a session of a patient and analyse it; the original stays what it is."""
    store.patient(pid)
    if day is not None and day.isoformat() > today():
        raise HTTPException(422, "That day is still to come; write when it was walked.")
    name = (file.filename or "").lower()
    ending = next((ending for ending in ENDINGS if name.endswith(ending)), None)
    if ending is None:
        raise HTTPException(422, f"Only recordings are opened here: {', '.join(ENDINGS)}.")
    with _on_disk(file, ending, store) as path:
        try:
            session = adopt_recording(store, pid, path, visitor.name, started=_began(day), condition=condition)
        except RecordingError as error:  # their file has a name of theirs; ours says nothing to them
            raise RecordingError(_about_theirs(str(error), path)) from error
        kept = keep(store, session, None, visitor.name)
    return session_out(store.session(kept.path.name))


def _began(day: date | None) -> datetime | None:
    """The begin of an earlier day; None, so now, today."""
    if day is None or day.isoformat() == today():
        return None
    return datetime.combine(day, time()).astimezone()


def _about_theirs(words: str, path: Path) -> str:
    words = words.removeprefix(f"{path}: ").replace(str(path), THE_FILE)
    return words[:1].upper() + words[1:]


@contextmanager
def _on_disk(file: UploadFile, ending: str, store: Store) -> Iterator[Path]:
    """The upload under a name that nobody chose, on the disk where patients' data belong."""
    with tempfile.TemporaryDirectory(dir=store.layout.data, prefix=UPLOAD) as folder:
        path = Path(folder) / f"recording{ending}"
        with path.open("wb") as copy:
            shutil.copyfileobj(file.file, copy)
        yield path
