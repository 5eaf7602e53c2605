"""Where sensors are worn, said by tapping them: for sensors whose labels name no place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from gaitchain.live.keys import Keys
from gaitchain.report.words import PLACEMENTS, spoken
from sensor.acquisition.finding import Found
from sensor.acquisition.tapping import tapping
from sensor.samples import HIPS, KNEES, THIGHS, Placement

ORDER = (*KNEES, *HIPS, Placement.SACRUM, *THIGHS, Placement.TRUNK)  # what says most of a walk first


async def place_by_taps(
    found: Sequence[Found],
    free: Iterable[Placement],
    tapped: Callable[[], Awaitable[str]],
    skipped: Callable[[], Awaitable[object]],
    tell: Callable[[str], None],
) -> dict[str, Placement]:
    """Ask for one place after another until every sensor has one; the rest is not worn.

    Parameters
    ----------
    found : sequence of Found
        Sensors whose place is not known; they wait to be tapped.
    free : iterable of Placement
        Places that may be asked for, in this order.
    tapped, skipped : callable
        Return with the name of the next sensor that is tapped, and when a place shall be left empty.
    tell : callable
        Says something to whoever taps.
    """
    places: dict[str, Placement] = {}
    for placement in free:
        if len(places) == len(found):
            break
        where = spoken(placement.value, PLACEMENTS)
        tell(f"Tap the sensor at the {where} with a finger, twice as hard as a key. Enter: there is none.")
        name = await _either(tapped, skipped, places, tell)
        if name is not None:
            places[name] = placement
            tell(f"{where}: sensor {name}.")
    return places


async def _either(
    tapped: Callable[[], Awaitable[str]],
    skipped: Callable[[], Awaitable[object]],
    places: dict[str, Placement],
    tell: Callable[[str], None],
) -> str | None:
    """The sensor that is tapped, or None if the place shall be left empty."""
    skipping = asyncio.ensure_future(skipped())
    try:
        while True:
            tapping = asyncio.ensure_future(tapped())
            try:
                await asyncio.wait((tapping, skipping), return_when=asyncio.FIRST_COMPLETED)
                if not tapping.done():
                    return None
                name = tapping.result()
            finally:
                tapping.cancel()
            if name not in places:
                return name
            tell(f"Sensor {name} has its place already: {spoken(places[name].value, PLACEMENTS)}.")
    finally:
        skipping.cancel()
        await asyncio.gather(skipping, return_exceptions=True)


async def tapped_places(heard: Sequence[Found], tell: Callable[[str], None]) -> dict[str, Placement]:
    """Where all sensors are worn: as their labels say, else by tapping; empty if the labels say everything.

    Parameters
    ----------
    heard : sequence of Found
    tell : callable
        Says something to whoever sits at the terminal.
    """
    usable = [one for one in heard if one.refusal is None]
    placed = {one.name: one.placement for one in usable if one.placement is not None}
    unplaced = [one for one in usable if one.placement is None]
    if not unplaced or len(set(placed.values())) < len(placed):
        return {}
    tell(f"{len(unplaced)} of {len(usable)} sensors have no place yet. Strap them on; they are being connected ...")
    async with tapping(unplaced) as taps:
        for why in taps.deaf:
            tell(f"Sensor {why}")
        with Keys() as keys:

            async def skipped() -> None:
                while await keys.next() not in ("\r", "\n"):
                    pass

            free = [placement for placement in ORDER if placement not in placed.values()]
            return placed | await place_by_taps(unplaced, free, taps.next, skipped, tell)
