"""Where sensors are looked for (``--source``) and where they are worn (``--place``)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gaitchain.errors import ExitCode, GaitchainError
from sensor.acquisition.finding import SCAN_S, Found, ask_serial, find_ble
from sensor.acquisition.session import WornNode
from sensor.links.ble import BleAdapter
from sensor.links.link import LinkLost
from sensor.samples import Placement

LABEL_DIGITS = 8
NOBODY = "No sensor was found. Are they switched on, charged and near? `gaitchain doctor` looks further."


@dataclass(frozen=True, slots=True)
class Source:
    """One way to sensors: ``sim``, ``ble``, or ``serial`` with its port."""

    kind: str
    port: str = ""


def parse_source(text: str) -> Source:
    """What ``--source`` says; ValueError with a sentence if it makes no sense."""
    kind, _, port = text.partition(":")
    if kind == "serial" and port:
        return Source(kind, port)
    if text in ("sim", "ble"):
        return Source(text)
    raise ValueError(
        f"{text!r} is no source; give sim, ble, or serial:PORT such as serial:/dev/ttyACM0 or serial:COM5."
    )


def parse_place(text: str) -> tuple[str, Placement]:
    """What ``--place`` says: a label or its last digits, and a placement; ValueError with a sentence if not."""
    node, _, place = text.partition("=")
    if place not in list(Placement):
        raise ValueError(f"{place!r} is no placement; choose from {', '.join(Placement)}.")
    name = node.strip().upper()
    if not name or len(name) > LABEL_DIGITS or set(name) - set("0123456789ABCDEF"):
        raise ValueError(f"{node!r} is no sensor's label; give the 8 digits printed on it, or the last of them.")
    return name, Placement(place)


async def look(sources: Sequence[Source], wanted: Sequence[str] = (), scan_s: float = SCAN_S) -> list[Found]:
    """Sensors on Bluetooth and cables.

    Parameters
    ----------
    wanted : sequence of str
        Labels; the scan ends early once all whole ones have been heard.

    Raises
    ------
    GaitchainError
        A source cannot be used at all.
    """
    found: list[Found] = []
    ports = [source.port for source in sources if source.kind == "serial"]
    try:
        asked = [asyncio.ensure_future(ask_serial(port)) for port in ports]
        await asyncio.gather(*asked, return_exceptions=True)  # so that no port is held when another is refused
        found += [one.result() for one in asked]
        if any(source.kind == "ble" for source in sources):
            whole = [int(name, 16) for name in wanted if len(name) == LABEL_DIGITS]
            found += await find_ble(BleAdapter(), scan_s, whole if len(whole) == len(wanted) else ())
    except LinkLost as error:
        raise GaitchainError(str(error), ExitCode.NO_DEVICE) from error
    return found


def worn(found: Sequence[Found], places: Mapping[str, Placement]) -> tuple[list[WornNode], list[Found]]:
    """Which sensors are recorded, and where they are worn; also those whose place nobody said.

    With places only the sensors they name are recorded; without, every one where its label says.

    Raises
    ------
    GaitchainError
        A sensor that was named is not there or cannot be used, or two are worn at one place.
    """
    usable = [one for one in found if one.refusal is None]
    if not usable:
        why = " ".join(one.refusal for one in found if one.refusal)
        raise GaitchainError(why or NOBODY, ExitCode.NO_DEVICE)
    if places:
        chosen = [(named(name, found), placement) for name, placement in places.items()]
        unplaced: list[Found] = []
    else:
        chosen = [(one, one.placement) for one in usable if one.placement is not None]
        unplaced = [one for one in usable if one.placement is None]
    for at, (one, placement) in enumerate(chosen):
        for other, elsewhere in chosen[:at]:
            if other.name == one.name:
                raise GaitchainError(f"Sensor {one.name} is named twice.", ExitCode.USAGE)
            if elsewhere is placement:
                raise GaitchainError(
                    f"Sensors {other.name} and {one.name} both say {placement.value}; "
                    "tell them apart with --place SENSOR=PLACEMENT.",
                    ExitCode.USAGE,
                )
    return [WornNode(one.name, placement, one.opener, one.device) for one, placement in chosen], unplaced


def named(name: str, found: Sequence[Found]) -> Found:
    """The one sensor whose label ends in ``name``; GaitchainError if there is none, or several, or it is unusable."""
    if not found:
        raise GaitchainError(NOBODY, ExitCode.NO_DEVICE)
    fitting = [one for one in found if one.name.endswith(name)]
    if not fitting:
        there = ", ".join(one.name for one in found)
        raise GaitchainError(
            f"Sensor {name} is not there; found: {there}. Is it switched on, charged and near?", ExitCode.NO_DEVICE
        )
    if len(fitting) > 1:
        raise GaitchainError(
            f"{name} fits sensors {' and '.join(one.name for one in fitting)}; give more digits.", ExitCode.USAGE
        )
    if fitting[0].refusal is not None:
        raise GaitchainError(fitting[0].refusal, ExitCode.NO_DEVICE)
    return fitting[0]
