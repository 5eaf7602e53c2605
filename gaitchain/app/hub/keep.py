"""What becomes of a recording: analysed, written into its folder, taken into the index. All of it blocks."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from gaitchain import __version__
from gaitchain.analysis import analyse, write
from gaitchain.errors import explain
from gaitchain.outputs.plain import JsonObject
from gaitchain.store import Care, Store, StoreError
from sensor.recording import RecordingError, read_recording
from sensor.recording.session_folder import SessionEnd, SessionFolder

MOST_UNFINISHED = 1000


@dataclass(frozen=True, slots=True)
class Kept:
    """What is there now.

    Attributes
    ----------
    document : dict or None
        The summary; None if it cannot be analysed.
    problem : str
        Why not, in a sentence.
    """

    path: Path
    document: JsonObject | None
    problem: str = ""


def keep(store: Store, path: Path, care: Care | None, by: str) -> Kept:
    """Analyse the final recording of a session folder and take it into the index, even if it cannot be analysed.

    Raises
    ------
    NotFound
        The patient was deleted meanwhile.
    """
    document, problem = None, ""
    with ExitStack() as stack:
        try:
            analysis = analyse(read_recording(path))
            stack.enter_context(store.lock.held())  # a patient who was deleted meanwhile stays deleted
            if path.is_dir():
                write(analysis, SessionFolder(path).results(__version__))
                document = analysis.document
        except Exception as error:  # noqa: BLE001 - the session is kept whatever the analysis makes of it
            explained = explain(error)
            problem = explained[0] if explained else f"The analysis broke off ({type(error).__name__})."
        store.add_session(path, care, by)
    return Kept(path, document, problem)


def keep_unfinished(store: Store, by: str) -> tuple[list[str], list[str]]:
    """Restore what a crash or a power cut broke off.

    Returns
    -------
    restored : list of str
        Keys of the sessions.
    problems : list of str
        Sentences about those that could not be.
    """
    restored, problems = [], []
    for session in store.sessions(limit=MOST_UNFINISHED):
        if session.end is SessionEnd.RECORDING or not session.has_result:
            try:
                kept = keep(store, session.path, None, by)
            except (StoreError, RecordingError, OSError) as error:
                problems.append(f"Session {session.sid} broke off and cannot be restored: {error}")
                continue
            if session.end is SessionEnd.RECORDING:
                restored.append(session.sid)
                problems += [f"Session {session.sid} cannot be analysed: {kept.problem}"] if kept.problem else []
    return restored, problems


def discard(store: Store, path: Path, pid: str, by: str) -> None:
    """Remove a session folder in which nobody has begun to walk."""
    shutil.rmtree(path, ignore_errors=True)
    store.audit(by, "session cancelled before the walk", pid, path.name)
