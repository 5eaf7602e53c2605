"""What is to be recorded, and where its sensors come from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.live.simulated_patient import ObedientPatient, walk_of
from gaitchain.live.sources import NOBODY, Source, look, parse_source
from sensor.acquisition.finding import Found
from sensor.acquisition.session import HostClock, WornNode
from sensor.acquisition.virtual_patient import living
from sensor.links.serial_ports import usb_serial_ports
from sensor.person import Person
from sensor.recording.table import RecordingTable
from sensor.samples import Placement
from sensor.simulation import WalkSpec, simulate

SIMULATED = "sim"
EVERY_CABLE = "serial"


@dataclass(frozen=True, slots=True)
class Part:
    """What the person does until a second of the recording; ``does`` as the page says it."""

    does: str
    until_s: float


# Other protocols are walked until somebody stops.
PARTS: Mapping[str, tuple[Part, ...]] = {
    "2min": (Part("walk", 120.0),),
    "4x10m": (Part("walk", 60.0),),
    "walk-sit-walk": (Part("walk", 180.0), Part("sit", 240.0), Part("walk again", 420.0)),
}
PLANNED_S = {protocol: parts[-1].until_s for protocol, parts in PARTS.items()}


@dataclass(frozen=True, slots=True)
class LiveOrder:
    """What is to be recorded.

    Attributes
    ----------
    source : str
        ``sim``, ``ble``, ``serial`` for every cable that is plugged in, or ``serial:PORT``.
    places : mapping of sensor to Placement
        Where sensors are worn, if not where they say.
    pain_before : int or None
        0 to 10, as told before the walk.
    only : bool
        Other sensors that are found are left out.
    """

    pid: str
    person: Person
    by: str
    protocol: str
    source: str
    condition: str = ""
    pain_before: int | None = None
    places: Mapping[str, Placement] = field(default_factory=dict)
    only: bool = False

    @property
    def planned_s(self) -> float | None:
        """How long the protocol lasts; the recording goes on until somebody stops it."""
        return PLANNED_S.get(self.protocol)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the person is asked to do, one after the other."""
        return PARTS.get(self.protocol, ())


@dataclass(frozen=True, slots=True)
class Supply:
    """Sensors that were found, and the clock that stamps what they send."""

    found: Sequence[Found]
    clock: HostClock
    patient: ObedientPatient | None = None


@asynccontextmanager
async def supply(source: str, wanted: Sequence[str], speed: float, protocol: str = "") -> AsyncIterator[Supply]:
    """The sensors of a source, while in the context; a simulated patient walks the protocol.

    Raises
    ------
    GaitchainError
        There is no such source, it cannot be used, or there are no sensors.
    """
    if source == SIMULATED:
        patient = ObedientPatient(await asyncio.to_thread(_walk, walk_of(protocol)))
        async with living(patient.world, speed):
            yield Supply(patient.sensors(), HostClock(patient.world.clock_ns), patient)
        return
    try:
        sources = await asyncio.to_thread(_sources, source)
    except ValueError as error:
        raise GaitchainError(str(error), ExitCode.NO_DEVICE) from error
    yield Supply(await look(sources, wanted), HostClock())


def places_of(found: Sequence[Found], wishes: Mapping[str, Placement], *, only: bool = False) -> tuple[WornNode, ...]:
    """Where each sensor is worn for now: where somebody said, else where its label says, else at a free place.

    Raises
    ------
    GaitchainError
        There is no sensor that can be used.
    """
    usable = [one for one in found if one.refusal is None and (not only or one.name in wishes)]
    if not usable:
        raise GaitchainError(" ".join(one.refusal for one in found if one.refusal) or NOBODY, ExitCode.NO_DEVICE)
    taken: dict[Placement, Found] = {}
    asked: list[Callable[[Found], Placement | None]] = [lambda one: wishes.get(one.name), lambda one: one.placement]
    for place_of in asked:
        for one in usable:
            place = place_of(one)
            if place is not None and one not in taken.values():
                taken.setdefault(place, one)
    for one in usable:
        free = next((place for place in Placement if place not in taken), None)
        if one not in taken.values() and free is not None:
            taken[free] = one
    return tuple(WornNode(one.name, place, one.opener, one.device) for place, one in taken.items())


def _sources(text: str) -> list[Source]:
    if text != EVERY_CABLE:
        return [parse_source(text)]
    ports = [Source("serial", port.device) for port in usb_serial_ports()]
    if not ports:
        raise ValueError("No sensor is plugged in. Connect one by its cable, then search again.")
    return ports


@cache
def _walk(spec: WalkSpec) -> RecordingTable:
    return simulate(spec).table
