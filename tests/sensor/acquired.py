"""Sessions on virtual time, for tests of acquisition."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from firmware_protocol.faults import LinkFaults, Radio
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeFaults, NodeSpec, SampleSource
from sensor.acquisition.node_worker import NodeWorker
from sensor.acquisition.session import HostClock, NodeView, RecordingSession, SessionSpec, WornNode, recording_session
from sensor.acquisition.states import NodeParams
from sensor.acquisition.virtual_patient import living
from sensor.links.link import Link, LinkLost
from sensor.links.loopback import LoopbackLink, World
from sensor.recording.journal import Record
from sensor.samples import HIPS, KNEES, FloatArray, Placement
from tests.fakes.virtual_time import run_virtually

WORN = KNEES + HIPS


def ramp(time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A sensor at rest."""
    acc = np.zeros((len(time_s), 3))
    acc[:, 0] = 9.81
    return acc, np.zeros((len(time_s), 3))


@dataclass
class Reach:
    """Opens links to a virtual node, and remembers them so that a test can cut them."""

    world: World
    node: VirtualNode
    loss: float = 0.0
    refusals: int = 0
    links: list[LoopbackLink] = field(default_factory=list)
    searches: int = 0

    async def open(self, search: bool) -> Link:
        self.searches += search
        if self.refusals:
            self.refusals -= 1
            raise LinkLost("It is out of reach.")
        seed = len(self.links) + self.node.spec.serial
        link = self.world.connect(self.node, Radio(seed=seed), LinkFaults(loss=self.loss, seed=seed))
        self.links.append(link)
        return link

    def cut(self) -> None:
        """The link is lost now."""
        self.links[-1].drop()


@dataclass
class Ward:
    """A session under test with everything around it."""

    world: World
    session: RecordingSession
    reaches: dict[Placement, Reach]
    records: list[Record]
    news: list[NodeView]

    def worker(self, placement: Placement) -> NodeWorker:
        return next(
            w for w, v in zip(self.session.workers, self.session.views(), strict=True) if v.placement is placement
        )

    def view(self, placement: Placement) -> NodeView:
        return next(view for view in self.session.views() if view.placement is placement)

    async def lose(self, placement: Placement, refusals: int = 0) -> None:
        """Cut the link of a node, and let so many attempts fail to open another."""
        self.reaches[placement].refusals = refusals
        self.reaches[placement].cut()
        await self.until(placement, "lost", "reconnecting")

    async def until(self, placement: Placement, *states: str) -> None:
        while self.view(placement).state.value not in states:
            await asyncio.sleep(0.02)


def session(
    path: Path,
    story: Callable[[Ward], Awaitable[None]],
    *,
    worn: tuple[Placement, ...] = WORN,
    loss: float = 0.0,
    rate_hz: int = 100,
    faults: Mapping[Placement, NodeFaults] | None = None,
    params: NodeParams | None = None,
    feel: Mapping[Placement, SampleSource] | None = None,
) -> Ward:
    """Play a story in a session of virtual nodes."""

    async def main() -> Ward:
        nodes = {
            placement: VirtualNode(
                NodeSpec(serial=k + 1, faults=(faults or {}).get(placement, NodeFaults())),
                (feel or {}).get(placement, ramp),
            )
            for k, placement in enumerate(worn)
        }
        world = World(list(nodes.values()))
        reaches = {placement: Reach(world, node, loss) for placement, node in nodes.items()}
        spec = SessionSpec(
            path,
            tuple(WornNode(reach.node.advert.label, placement, reach) for placement, reach in reaches.items()),
            "test",
            rate_hz,
            params=params or NodeParams(),
        )
        records: list[Record] = []
        async with living(world), recording_session(spec, HostClock(world.clock_ns, seed=1), records.append) as one:
            ward = Ward(world, one, reaches, records, [])
            one.on_news(ward.news.append)
            await story(ward)
        return ward

    return run_virtually(main)
