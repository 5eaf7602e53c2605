"""Sessions recorded from virtual nodes on virtual time, for tests of what becomes of a journal."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from firmware_protocol.crystal import Crystal
from firmware_protocol.faults import LinkFaults, Radio
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeSpec, SampleSource
from sensor.acquisition.plan import STOPPED, RecordingPlan
from sensor.devices.gaitnode import GaitNodeDecoder
from sensor.devices.gaitnode_client import GaitNodeClient, NodeRefused
from sensor.links.link import LinkLost
from sensor.links.loopback import World
from sensor.person import Person
from sensor.recording.journal import MarkerSet, Record, StateChange
from sensor.recording.journal_writer import JournalWriter
from sensor.recording.session_folder import SessionInfo, create_session
from sensor.samples import Placement
from tests.fakes.virtual_time import run_virtually, turning

SESSION = 77
PREFLIGHT_S = 3.0


@dataclass
class Recorder:
    """Writes what one node sends; keeps the ledger, so that holes can be fetched."""

    name: str
    node: VirtualNode
    world: World
    journal: JournalWriter
    loss: float
    decoder: GaitNodeDecoder = field(default_factory=GaitNodeDecoder)

    async def open(self, rate_hz: int) -> None:
        seed = self.node.spec.serial & 0xFF
        self.link = self.world.connect(self.node, Radio(seed=seed), LinkFaults(loss=self.loss, seed=seed))
        self.client = GaitNodeClient(self.link, self.world.clock_ns)
        self.listening = asyncio.create_task(self._listen())
        await self.client.hello()
        await self.client.configure(rate_hz)
        await self.client.start(SESSION)
        for _ in range(8):
            await self.client.ping()
            await asyncio.sleep(0.1)

    async def _listen(self) -> None:
        with contextlib.suppress(LinkLost):
            async for arrival in self.client.arrivals():
                self.decoder.push(arrival)
                self.journal.frame(arrival.host_ns, self.name, "gaitnode", arrival.channel, arrival.frame)

    async def fetch(self) -> None:
        for _ in range(3):  # what is fetched may be lost again
            for first, end in self.decoder.ledger.missing():
                with contextlib.suppress(NodeRefused, LinkLost):
                    await self.client.fetch(SESSION, first, end - first, timeout_s=5.0)

    async def close(self) -> None:
        await self.link.close()
        await self.listening


def abandon(journal: JournalWriter) -> None:
    """End as a killed process would, but with everything written: no record says that it was closed."""
    journal._closing = True
    for thread in journal._threads:
        thread.join(10)
    journal._file.close()


def record(
    path: Path,
    worn: Mapping[Placement, SampleSource],
    duration_s: float,
    *,
    rate_hz: int = 100,
    loss: float = 0.0,
    lost_s: tuple[float, float] | None = None,
    stop: bool = True,
    person: Person | None = None,
) -> list[Record]:
    """Record a session folder's journal; with ``lost_s`` the first node's link is gone for that span of the recording.

    Returns the records in the order in which the session saw them. Without ``stop`` the journal breaks off.
    """
    log: list[Record] = []
    gone = [lost_s] if lost_s is not None else []
    folder = create_session(path, SessionInfo("s1", "2026-01-01T00:00:00+00:00", "test", person=person or Person()))

    async def main() -> None:
        crystals = [
            Crystal(ppm, start_us=start) for ppm, start in ((30.0, 0), (-25.0, 2**32 - 10**7), (8.0, 5), (-3.0, 9))
        ]
        nodes = [
            VirtualNode(NodeSpec(serial=k + 1, crystal=crystals[k % 4]), source)
            for k, source in enumerate(worn.values())
        ]
        world = World(nodes)
        await turning(world)
        await asyncio.sleep(0.1)
        journal = JournalWriter(
            folder.journal, "s1", "test", clock_ns=world.clock_ns, utc_ns=lambda: 10**18, tap=log.append
        )
        names = [node.advert.label for node in nodes]
        recorders = [Recorder(name, node, world, journal, loss) for name, node in zip(names, nodes, strict=True)]
        await asyncio.gather(*(recorder.open(rate_hz) for recorder in recorders))
        await asyncio.sleep(PREFLIGHT_S)
        plan = RecordingPlan(
            dict(zip(names, worn, strict=True)), dict.fromkeys(names, float(rate_hz)), person or Person(), path.name
        )
        journal.append(plan.begun(world.clock_ns()))
        begin_s = world.now_s
        first = next(iter(recorders), None)
        while world.now_s - begin_s < duration_s:
            if first and gone and world.now_s - begin_s >= gone[0][0]:
                start_s, end_s = gone.pop()
                first.link.drop()
                await asyncio.sleep(end_s - start_s)
                await first.open(0)
            for _ in range(4):
                await asyncio.sleep(0.25)
                for recorder in recorders:
                    await recorder.client.ping()
        journal.append(MarkerSet(world.to_ns(begin_s + 2.5), 'pain, "7"'))
        await asyncio.gather(*(recorder.fetch() for recorder in recorders))
        stopped_ns = world.clock_ns()
        for recorder in recorders:
            await recorder.close()
        if stop:
            journal.append(StateChange(stopped_ns, "", STOPPED))
            journal.close("stopped")
        else:
            abandon(journal)

    run_virtually(main)
    return log
