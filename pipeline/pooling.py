"""Several recordings of one person, day and condition taken together: four walks of 10 m count as one of 40 m."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.conclusion import SessionParams, conclude
from pipeline.part import Part
from pipeline.result import SessionResult, Verdict
from pipeline.session import analysed
from sensor.recording import RecordingError, RecordingTable

BETWEEN_S = 10.0  # laid between two recordings on the common clock; how long it was is not known


def analyze_tables(tables: Iterable[RecordingTable], params: SessionParams | None = None) -> SessionResult:
    """Analyse recordings of one session, one after the other, and conclude from all of their strides.

    The first recording keeps its clock; the others follow on it, and ``provenance["parts"]`` says where each begins. A
    recording that is invalid by itself is left out with a notice, unless all are.

    Parameters
    ----------
    tables : iterable of RecordingTable
        At least one; taken one at a time, so that only one needs to be in memory.

    Raises
    ------
    RecordingError
        They differ in person, day, condition or placements.
    """
    params = params or SessionParams()
    parts: list[Part] = []
    first: RecordingTable | None = None
    for table in tables:
        if first is None:
            first = _without_samples(table)
        else:
            _check_alike(first, table)
        parts.append(analysed(table, params=params).end())
    if first is None:
        raise ValueError("no recording")
    if len(parts) == 1:
        return conclude(first.name, parts, first.person, params)
    return conclude(", ".join(part.name for part in parts), _told(_usable(parts, params)), first.person, params)


def _usable(parts: Sequence[Part], params: SessionParams) -> list[Part]:
    """The parts that can be used, one behind the other; what is left out is said by the first of them."""
    judged = [(part, part.judged(part.strides, params.quality)) for part in parts]
    used = [part for part, quality in judged if quality.verdict is not Verdict.INVALID]
    if not used:
        return _in_a_row(parts)
    left_out = tuple(
        f"{part.name} is left out: {' '.join(quality.reasons)}"
        for part, quality in judged
        if quality.verdict is Verdict.INVALID
    )
    row = _in_a_row(used)
    return [replace(row[0], notices=(*left_out, *row[0].notices)), *row[1:]]


def _in_a_row(parts: Sequence[Part]) -> list[Part]:
    row = [parts[0]]
    for part in parts[1:]:
        until_s = row[-1].begin_s + row[-1].duration_s
        row.append(part.shifted(until_s + BETWEEN_S - part.begin_s))
    return row


def _told(parts: list[Part]) -> list[Part]:
    begins = ", ".join(f"{part.name} from {part.begin_s:.0f} s" for part in parts)
    said = f"{len(parts)} recordings are taken together, on one clock: {begins}."
    return [replace(parts[0], notices=(said, *parts[0].notices)), *parts[1:]]


def _without_samples(table: RecordingTable) -> RecordingTable:
    """What has to agree; the samples need not stay in memory."""
    return replace(
        table,
        time_s=table.time_s[:0],
        acc_m_s2={p: samples[:0] for p, samples in table.acc_m_s2.items()},
        gyr_rad_s={p: samples[:0] for p, samples in table.gyr_rad_s.items()},
    )


def _check_alike(first: RecordingTable, other: RecordingTable) -> None:
    """Nobody's strides are taken for somebody else's, and no walk with a cane for one without."""
    theirs, ours = other.person, first.person
    for what, a, b in (
        ("the patient code", ours.code, theirs.code),
        ("the day", first.day, other.day),
        ("the condition", first.condition, other.condition),
        ("the walking aid", ours.walking_aid, theirs.walking_aid),
        ("what is worn", _names(first), _names(other)),
    ):
        if a != b:
            raise _refused(first, other, f"{what} differs ({a or 'not told'}; {b or 'not told'})")
    if ours != theirs:
        raise _refused(first, other, "their sidecars say different things about the person")


def _refused(first: RecordingTable, other: RecordingTable, why: str) -> RecordingError:
    return RecordingError(
        f"{first.name} and {other.name} cannot be taken together: {why}. Only walks of one person, day and condition "
        "with the same sensors can be."
    )


def _names(table: RecordingTable) -> str:
    return " ".join(placement.value for placement in table.placements)
