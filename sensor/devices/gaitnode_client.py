"""Talking to the project's own node over any link: requests that wait for their answer."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, batch_for, decode, encode, explain
from firmware_protocol.gatt import CONTROL_UUID, TIME_UUID
from sensor.links.link import Arrival, Link, LinkLost, LinkRefused

ANSWER_S = 2.0  # PROTOCOL.md section 4
TRIES = 3

Reply = TypeVar("Reply", bound=m.Message)


class NodeRefused(Exception):  # noqa: N818 - the node's answer, not our error
    """The node answered, and it was no; the message says why."""

    def __init__(self, result: m.Result) -> None:
        super().__init__(explain(result))
        self.result = result


class NodeSilent(LinkLost):
    """The link stands, but nobody answers there."""


class GaitNodeClient:
    """One node behind one link. ``arrivals`` must be consumed, by one task, for answers to come through.

    Parameters
    ----------
    link : Link
    clock_ns : callable
        The host's monotonic clock; a simulated world brings its own.
    """

    def __init__(self, link: Link, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self.link = link
        self._clock_ns = clock_ns
        self._request = secrets.randbelow(255)
        self._waiting: dict[int, asyncio.Future[m.Message]] = {}

    async def arrivals(self) -> AsyncIterator[Arrival]:
        """Everything that arrives; on the way, answers wake those who asked."""
        try:
            async for arrival in self.link.frames():
                packet = decode(arrival.frame)
                if isinstance(packet, Packet) and not isinstance(packet.message, m.Data | m.RangeGone):
                    waiting = self._waiting.get(packet.request)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(packet.message)
                yield arrival
        except LinkLost as lost:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(LinkLost(str(lost)))
            raise

    async def hello(self, tries: int = TRIES) -> m.HelloReply:
        """Introduce ourselves. First on every link.

        Raises
        ------
        LinkRefused
            The link is too narrow, or the node speaks another major version.
        """
        try:
            batch_for(self.link.max_frame)
            wish = m.Hello(m.PROTOCOL_MAJOR, m.PROTOCOL_MINOR, self.link.max_frame)
            reply = await self.ask(wish, m.HelloReply, tries=tries)
        except (ValueError, NodeRefused) as refused:
            raise LinkRefused(str(refused)) from refused
        if reply.major != m.PROTOCOL_MAJOR:
            raise LinkRefused(explain(m.Result(m.Hello.type_code, m.Status.VERSION_MISMATCH, reply.major)))
        return reply

    async def configure(
        self, rate_hz: int = 0, acc_range_g: int = 0, gyr_range_deg_s: int = 0, batch: int = 0
    ) -> m.StreamInfo:
        """Set up the stream; 0 leaves a value as it is."""
        return await self.ask(m.Config(rate_hz, acc_range_g, gyr_range_deg_s, batch), m.StreamInfo)

    async def start(self, session: int) -> m.Started:
        """Begin a session, or resume the one that runs."""
        return await self.ask(m.Start(session), m.Started)

    async def stop(self, session: int) -> m.Stopped:
        """End the session."""
        return await self.ask(m.Stop(session), m.Stopped)

    async def status(self) -> m.NodeStatus:
        """Battery, temperature, counters."""
        return await self.ask(m.GetStatus(), m.NodeStatus)

    async def light(self, pattern: m.LedPattern, duration_s: int) -> None:
        """Make the node visible."""
        await self.ask(m.Led(pattern, duration_s), m.Result)

    async def fetch(self, session: int, first: int, count: int, timeout_s: float = 30.0) -> m.RangeDone:
        """Have samples sent again; they come with the other arrivals before this returns."""
        wanted = m.GetRange(session, first & 0xFFFFFFFF, count)
        return await self.ask(wanted, m.RangeDone, timeout_s=timeout_s, tries=1)

    async def ping(self) -> None:
        """Send one ping; the pong comes with the other arrivals."""
        await self.link.send(encode(m.TimePing(self._clock_ns()), self._next_request()), TIME_UUID)

    async def ask(
        self, message: m.Message, reply: type[Reply], timeout_s: float = ANSWER_S, tries: int = TRIES
    ) -> Reply:
        """Send a request and wait for its answer, repeating it if none comes.

        Raises
        ------
        NodeRefused
            The node said no.
        LinkLost
            The link ended, or the node does not answer.
        """
        for _ in range(tries):
            request = self._next_request()
            answer = self._waiting[request] = asyncio.get_running_loop().create_future()
            try:
                await self.link.send(encode(message, request), CONTROL_UUID)
                with contextlib.suppress(TimeoutError):
                    return self._checked(await asyncio.wait_for(answer, timeout_s), reply)
            finally:
                del self._waiting[request]
        asked = type(message).__name__
        raise NodeSilent(
            f"{self.link.name} did not answer {asked} {tries} times within {timeout_s:g} s. Is it switched on?"
        )

    def _checked(self, answer: m.Message, reply: type[Reply]) -> Reply:
        if isinstance(answer, m.Result) and answer.status != m.Status.OK:
            raise NodeRefused(answer)
        if not isinstance(answer, reply):
            got, wanted = type(answer).__name__, reply.__name__
            raise LinkLost(f"{self.link.name} answered {got} where {wanted} was due; its firmware is faulty.")
        return answer

    def _next_request(self) -> int:
        self._request = self._request % 255 + 1
        return self._request


@asynccontextmanager
async def asking(link: Link) -> AsyncIterator[GaitNodeClient]:
    """A client of which only answers are wanted: what else arrives is dropped, and at the end the link is closed."""
    client = GaitNodeClient(link)

    async def listen() -> None:
        with contextlib.suppress(LinkLost):
            async for _ in client.arrivals():
                pass

    listening = asyncio.create_task(listen())
    try:
        yield client
    finally:
        await link.close()
        await listening
