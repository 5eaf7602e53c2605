"""Reading a journal: the valid prefix of every segment, whatever happened to the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sensor.recording.journal import ENVELOPE, MAGIC, SCHEMA_VERSION, SEGMENT_GLOB, Header, Record, decode, whole_body
from sensor.recording.table import RecordingError


@dataclass(frozen=True, slots=True)
class Damage:
    """A segment that cannot be read to its end."""

    segment: str
    at_byte: int  # where the valid part ends
    lost_bytes: int
    why: str


@dataclass(slots=True)
class JournalReader:
    """Records of a journal folder in order of arrival; what has been found stands in the other attributes.

    Never changes a file. Every record given has passed its CRC; a segment is read up to its first record that has
    not, then the next segment. Iterating a second time reads again.

    Attributes
    ----------
    damages : list of Damage
    segments, records, valid_bytes, unknown : int
        Segments seen, records given, bytes they took, records of kinds that only later versions know.
    """

    folder: Path
    damages: list[Damage] = field(default_factory=list)
    segments: int = 0
    records: int = 0
    valid_bytes: int = 0
    unknown: int = 0
    session: str | None = None

    def __iter__(self) -> Iterator[Record]:
        """All records.

        Raises
        ------
        RecordingError
            The folder cannot be read, or a later version wrote it.
        """
        self.damages, self.session = [], None
        self.segments = self.records = self.valid_bytes = self.unknown = 0
        expected = 0
        for path in self._paths():
            if int(path.stem) != expected:
                self._damage(path, 0, 0, "the segment before it is missing")
            expected = int(path.stem) + 1
            self.segments += 1
            yield from self._segment(path)

    def _paths(self) -> list[Path]:
        if not self.folder.is_dir():
            raise RecordingError(f"{self.folder}: there is no such folder; a session's journal should be there.")
        return sorted(path for path in self.folder.glob(SEGMENT_GLOB) if path.stem.isdecimal())

    def _damage(self, path: Path, at: int, lost: int, why: str) -> None:
        self.damages.append(Damage(path.name, at, lost, why))

    def _segment(self, path: Path) -> Iterator[Record]:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise RecordingError(f"{path}: cannot be read ({error.strerror}); check the disk.") from error
        if not data.startswith(MAGIC):
            self._damage(
                path, 0, len(data), "the file ends within its head" if len(data) < len(MAGIC) else "no journal file"
            )
            return
        at = len(MAGIC)
        first = True
        while at < len(data):
            body = whole_body(data, at)
            if isinstance(body, str):
                self._damage(path, at, len(data) - at, body)
                break
            record = decode(body)
            if first and not self._opens(record, path, len(data)):
                return
            first = False
            at += ENVELOPE.size + len(body)
            if record is None:
                self.unknown += 1
                continue
            self.records += 1
            yield record
        self.valid_bytes += at

    def _opens(self, record: Record | None, path: Path, size: int) -> bool:
        """Whether the first record of a segment makes it one of this journal."""
        if not isinstance(record, Header):
            self._damage(path, 0, size, "the segment does not begin with a header")
            return False
        if record.schema_version > SCHEMA_VERSION:
            raise RecordingError(
                f"{path}: written by a later version (journal format {record.schema_version}, this program knows "
                f"{SCHEMA_VERSION}); update gaitchain."
            )
        if self.session not in (None, record.session):
            self._damage(path, 0, size, "the segment belongs to another session")
            return False
        self.session = record.session
        return True
