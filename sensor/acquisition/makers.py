"""Sensors of other makers: how they are recognised, and what makes them stream. Untried on real ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from sensor.acquisition.decoders import MOVELLA_DOT, WITMOTION_BLE, WITMOTION_SERIAL
from sensor.acquisition.talk import TalkParts
from sensor.devices import movella_dot, witmotion
from sensor.links.ble import Seen
from sensor.links.link import Arrival, Link, LinkLost

Write = tuple[str, bytes]
"""Channel, empty on a cable, and the bytes."""


@dataclass(frozen=True, slots=True)
class Maker:
    """One kind of sensor that streams when told to, and keeps nothing.

    Attributes
    ----------
    kind : str
        Its decoder, see ``decoders``.
    channels : tuple of str
        Characteristics that notify.
    least_frame : int
        Bytes of its shortest useful notification.
    start, stop : callable of the rate in Hz, and tuple
        What is written to begin and to end.
    """

    kind: str
    title: str
    start: Callable[[int], tuple[Write, ...]]
    stop: tuple[Write, ...] = ()
    channels: tuple[str, ...] = ()
    least_frame: int = 20


def _wit_rate(channel: str, ble: bool) -> Callable[[int], tuple[Write, ...]]:
    # not saved: the next time it is switched on it is as it was
    return lambda rate_hz: ((channel, witmotion.UNLOCK), (channel, witmotion.rate_command(rate_hz, ble=ble)))


DOT = Maker(
    MOVELLA_DOT,
    "Movella DOT",
    start=lambda _: ((movella_dot.CONTROL_UUID, movella_dot.START),),  # at 60 Hz, the most it streams
    stop=((movella_dot.CONTROL_UUID, movella_dot.STOP),),
    channels=(movella_dot.MEDIUM_UUID, movella_dot.BATTERY_UUID),
    least_frame=movella_dot.PAYLOAD_BYTES,
)
WIT_BLE = Maker(
    WITMOTION_BLE, "WitMotion", _wit_rate(witmotion.WRITE_UUID, ble=True), channels=(witmotion.NOTIFY_UUID,)
)
WIT_SERIAL = Maker(WITMOTION_SERIAL, "WitMotion", _wit_rate("", ble=False))
BY_KIND = {maker.kind: maker for maker in (DOT, WIT_BLE, WIT_SERIAL)}


def maker_of(seen: Seen) -> Maker | None:
    """Whose sensor advertises so; None for the project's own nodes and for strangers."""
    name = (seen.name or "").lower()
    if seen.advert is not None:
        return None
    if (movella_dot.COMPANY_ID in seen.companies and "dot" in name) or name in ("xsens dot", "movella dot"):
        return DOT
    if witmotion.SERVICE_UUID in seen.services or name.startswith("wt"):
        return WIT_BLE
    return None


class MakerTalk:
    """Talks to one of them: start and stop, and nothing is ever answered."""

    answers = False
    holes = False

    def __init__(self, parts: TalkParts, maker: Maker) -> None:
        self._start, self._stop = maker.start(parts.setup.rate_hz), maker.stop
        self._title = maker.title
        self._link: Link | None = None

    def attach(self, link: Link) -> None:
        self._link = link

    def detach(self) -> None:
        self._link = None

    def arrivals(self) -> AsyncIterator[Arrival]:
        return self._linked().frames()

    async def greet(self) -> None:
        """Nothing is to be said before the start."""

    async def keep(self) -> None:
        """Nothing."""

    async def start(self) -> None:
        await self._write(self._start)

    async def fetch(self) -> None:
        """It keeps nothing."""

    async def finish(self) -> None:
        await self._write(self._stop)

    async def light(self, seconds: int) -> None:
        del seconds
        raise LinkLost(f"A {self._title} cannot be made to blink from here; tap it instead.")

    async def _write(self, writes: tuple[Write, ...]) -> None:
        for channel, data in writes:
            await self._linked().send(data, channel)

    def _linked(self) -> Link:
        if self._link is None:
            raise LinkLost(f"The {self._title} is not connected.")
        return self._link
