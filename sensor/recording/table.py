"""The recording in memory, and its cutting into blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sensor.person import Person
from sensor.samples import FloatArray, Placement, SampleBlock

ACC_AXES = ("acc_x", "acc_y", "acc_z")
GYR_AXES = ("gyr_x", "gyr_y", "gyr_z")


class RecordingError(Exception):
    """A recording cannot be read, or is refused. The message says what, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A moment that somebody marked while recording."""

    time_s: float
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class RecordingTable:
    """A whole recording of one person on one clock, SI units, NaN where a sample is missing.

    Attributes
    ----------
    name : str
        The file's name without its endings.
    time_s : (n,) array
        Strictly increasing. A step above 1.5 nominal periods is a gap; nothing is filled in.
    acc_m_s2, gyr_rad_s : mapping from Placement to (n, 3) array
        Specific force and angular rate in sensor axes as mounted; both have the same placements.
    rate_hz : float
        Nominal sampling rate.
    day, condition : str
        When (ISO date) and how the person walked, as far as it was told: recordings of one person that agree in both
        can be taken together.
    notices : tuple of str
        What was found, corrected or left out while reading.
    sha256 : str
        Of the file's bytes; empty for a table that came from no file.
    """

    name: str
    time_s: FloatArray
    acc_m_s2: Mapping[Placement, FloatArray]
    gyr_rad_s: Mapping[Placement, FloatArray]
    rate_hz: float
    person: Person = field(default_factory=Person)
    notices: tuple[str, ...] = ()
    markers: tuple[Marker, ...] = ()
    notes: str = ""
    sha256: str = ""
    day: str = ""
    condition: str = ""

    def __post_init__(self) -> None:
        if self.acc_m_s2.keys() != self.gyr_rad_s.keys():
            raise ValueError(f"acc has the placements {list(self.acc_m_s2)}, gyr {list(self.gyr_rad_s)}")
        shape = (len(self.time_s), 3)
        for placement in self.acc_m_s2:
            for values in (self.acc_m_s2[placement], self.gyr_rad_s[placement]):
                if values.shape != shape:
                    raise ValueError(f"{placement}: shape {values.shape}, the times ask for {shape}")

    @property
    def placements(self) -> tuple[Placement, ...]:
        """The placements, in the order of :class:`~sensor.samples.Placement`."""
        return tuple(placement for placement in Placement if placement in self.acc_m_s2)

    def only(self, placements: Collection[Placement]) -> RecordingTable:
        """The recording of some of its sensors."""
        acc, gyr = ({p: values[p] for p in placements} for values in (self.acc_m_s2, self.gyr_rad_s))
        return replace(self, acc_m_s2=acc, gyr_rad_s=gyr)

    def __len__(self) -> int:
        return len(self.time_s)


def blocks(table: RecordingTable, chunk: int | None = None) -> Iterator[SampleBlock]:
    """Replay a recording: all placements of a chunk, then those of the next chunk.

    Parameters
    ----------
    chunk : int or None
        Samples per block, at least 1; None takes the whole recording as one chunk. The last chunk may be shorter.

    Yields
    ------
    SampleBlock
        Views into the table, not copies.
    """
    if chunk is not None and chunk < 1:
        raise ValueError(f"a chunk holds at least one sample, not {chunk}")
    size = len(table) if chunk is None else chunk
    for start in range(0, len(table), size or 1):
        part = slice(start, start + size)
        for placement in table.placements:
            acc, gyr = table.acc_m_s2[placement], table.gyr_rad_s[placement]
            yield SampleBlock(placement, table.time_s[part], acc[part], gyr[part])
