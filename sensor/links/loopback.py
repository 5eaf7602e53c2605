"""Loopback: virtual nodes behind links, on virtual time, with a radio's delays and faults.

A ``World`` holds the time. Whoever drives it calls ``advance`` (tests, simulations) or leaves it to ``follow`` (live).
Frames arrive stamped with the world's time: the same seeds give the same bytes at the same nanoseconds.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from firmware_protocol.faults import FaultyLink, LinkFaults, Radio
from firmware_protocol.frames import ATT_BYTES
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import Sent
from sensor.links.link import Arrival, Inbox, LinkLost

DEFAULT_ATT_MTU = 247
LIVE_STEP_S = 0.02
SUPERVISION_S = 4.0  # a radio link whose node is silent for so long is dropped by the controller


@dataclass(frozen=True, slots=True)
class _Down:
    at_s: float
    frame: bytes


class LoopbackLink:
    """A link to a virtual node. Use ``World.connect``."""

    def __init__(self, world: World, node: VirtualNode, radio: Radio, faults: LinkFaults, max_frame: int) -> None:
        self.node = node
        self._world = world
        self._radio = radio
        self._harm = FaultyLink(faults)
        self._max_frame = max_frame
        self._inbox = Inbox()
        self._down: list[_Down] = []
        self._up: list[tuple[float, int, Sent]] = []
        self._order = itertools.count()
        self._silent_from_s: float | None = None
        self._carry(node.connect(world.now_s, max_frame))

    @property
    def name(self) -> str:
        return f"virtual node {self.node.advert.label}"

    @property
    def max_frame(self) -> int:
        return self._max_frame

    @property
    def dropped(self) -> int:
        return self._inbox.dropped

    @property
    def open(self) -> bool:
        """Whether the link still stands."""
        return self._inbox.end is None

    def frames(self) -> AsyncIterator[Arrival]:
        return self._inbox.frames()

    async def send(self, frame: bytes, channel: str = "") -> None:
        if self._inbox.end is not None:
            raise self._inbox.end
        self._down.append(_Down(self._radio.down(self._world.now_s), frame))

    async def close(self) -> None:
        self.drop("was closed")

    def drop(self, why: str = "was lost") -> None:
        """The link ends now, on both sides; what was on its way is gone."""
        if self.open:
            self._carry(self.node.disconnect(self._world.now_s))
            self._inbox.lose(LinkLost(f"The connection to {self.name} {why}."))
            self._down.clear()
            self._up.clear()

    def advance(self, to_s: float) -> None:
        """Let the node live and the radio deliver until then."""
        while self.open and self._down and self._down[0].at_s <= to_s:
            down = self._down.pop(0)
            self._carry(self.node.receive(down.frame, max(down.at_s, self.node.now_s)))
        self._carry(self.node.advance(max(to_s, self.node.now_s)))
        while self.open and self._up and self._up[0][0] <= to_s:
            arrival_s, _, sent = heapq.heappop(self._up)
            self._inbox.put(Arrival(self._world.to_ns(arrival_s), sent.channel.value, sent.frame))
        if self.open and not self.node.linked:
            self.drop("was lost: the node switched off or started again")
        self._supervise(to_s)

    def _supervise(self, now_s: float) -> None:
        if not self.node.silent:
            self._silent_from_s = None
            return
        self._silent_from_s = now_s if self._silent_from_s is None else self._silent_from_s
        if now_s >= self._silent_from_s + SUPERVISION_S:
            self.drop("was lost: the node does not answer")

    def _carry(self, sent: list[Sent]) -> None:
        if self.open:
            for one in self._harm.carry(sent):
                heapq.heappush(self._up, (self._radio.up(one.at_s), next(self._order), one))


class World:
    """Virtual nodes and their time.

    Parameters
    ----------
    nodes : list of VirtualNode
    epoch_ns : int
        What the host's monotonic clock shows at world time 0.
    """

    def __init__(self, nodes: list[VirtualNode], epoch_ns: int = 0) -> None:
        self.nodes = nodes
        self.now_s = max((node.now_s for node in nodes), default=0.0)
        self._epoch_ns = epoch_ns
        self._links: list[LoopbackLink] = []

    def to_ns(self, at_s: float) -> int:
        """The host's monotonic clock at a world time."""
        return self._epoch_ns + round(at_s * 1e9)

    def clock_ns(self) -> int:
        """The host's monotonic clock now; give this to whoever would call ``time.monotonic_ns``."""
        return self.to_ns(self.now_s)

    def connect(
        self,
        node: VirtualNode,
        radio: Radio | None = None,
        faults: LinkFaults | None = None,
        att_mtu: int = DEFAULT_ATT_MTU,
    ) -> LoopbackLink:
        """A link to one of the nodes.

        Raises
        ------
        LinkLost
            The node does not answer, or another link holds it.
        """
        if node.silent:
            raise LinkLost(f"Virtual node {node.advert.label} does not answer.")
        if any(link.open and link.node is node for link in self._links):
            raise LinkLost(f"Virtual node {node.advert.label} is connected already.")
        self._links = [link for link in self._links if link.open]
        link = LoopbackLink(self, node, radio or Radio(), faults or LinkFaults(), att_mtu - ATT_BYTES)
        self._links.append(link)
        return link

    def advance(self, duration_s: float) -> None:
        """Let time pass for every node, connected or not."""
        self.now_s += duration_s
        connected = [link.node for link in self._links if link.open]
        for link in self._links:
            if link.open:
                link.advance(self.now_s)
        for node in self.nodes:
            if node not in connected:
                node.advance(max(self.now_s, node.now_s))

    async def run(self, duration_s: float, step_s: float = 0.01) -> None:
        """Let time pass in small steps; between them everything on the event loop that is ready runs."""
        for _ in range(round(duration_s / step_s)):
            self.advance(step_s)
            for _ in range(6):  # arrival, consumer, answer, and what they wake
                await asyncio.sleep(0)

    async def follow(self, monotonic_ns: Callable[[], int] = time.monotonic_ns) -> None:
        """Keep the world at real time until cancelled."""
        self._epoch_ns = monotonic_ns() - round(self.now_s * 1e9)
        while True:
            await asyncio.sleep(LIVE_STEP_S)
            behind_s = (monotonic_ns() - self.clock_ns()) * 1e-9
            self.advance(max(0.0, behind_s))
