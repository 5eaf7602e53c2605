"""What a kind of sensor wants to be told, link after link. One file per kind stands beside this one."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from sensor.acquisition.vitals import NodeMonitor
from sensor.links.link import Arrival, Link


class Opener(Protocol):
    """Opens links to one node, again and again."""

    async def open(self, search: bool) -> Link:
        """A new link; LinkLost if there is none now, LinkRefused if there never will be.

        Parameters
        ----------
        search : bool
            Look for the node again first: it may have another address or port by now.
        """


@dataclass(frozen=True, slots=True)
class NodeSetup:
    """What a node is set to before it streams."""

    session: int
    rate_hz: int = 100
    acc_range_g: int = 16
    gyr_range_deg_s: int = 2000


class Talk(Protocol):
    """One node's side of a conversation. All but ``attach`` may end in ``LinkLost`` or ``NodeRefused``."""

    @property
    def answers(self) -> bool:
        """Whether it says something before it streams, so that silence means that it is lost."""

    @property
    def holes(self) -> bool:
        """Whether there are missed samples that may be fetched now."""

    def attach(self, link: Link) -> None:
        """Talk over this link from now on."""

    def detach(self) -> None:
        """There is no link any more."""

    def arrivals(self) -> AsyncIterator[Arrival]:
        """Everything that arrives on the link; one consumer, without whom no request is answered."""

    async def greet(self) -> None:
        """Introduce ourselves and set the node up."""

    async def keep(self) -> None:
        """What is to be done beside all else for as long as the link stands."""

    async def start(self) -> None:
        """Let it stream."""

    async def fetch(self) -> None:
        """Fetch some of the missed samples."""

    async def finish(self) -> None:
        """Stop it, and fetch what is still missing."""

    async def light(self, seconds: int) -> None:
        """Let it blink."""


@dataclass(frozen=True, slots=True)
class TalkParts:
    """What every talk is made of."""

    monitor: NodeMonitor
    setup: NodeSetup
    clock_ns: Callable[[], int]
    rng: random.Random
