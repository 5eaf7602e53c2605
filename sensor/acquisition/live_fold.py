"""Records of the journal, in order of arrival, to blocks for the analysis. A live session and its replay are this fold.

Nothing here knows what time it is or what comes next: the same records give the same blocks, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from firmware_protocol.codec import Packet
from firmware_protocol.messages import Started
from sensor.acquisition.causal_clock import CausalClock
from sensor.acquisition.decoders import Decoder, decoder_for, interrupt, nominal_rate_hz
from sensor.acquisition.plan import RECORDING, STOPPED, RecordingPlan
from sensor.acquisition.states import NodeState
from sensor.clock import NodeClock, OneWay, TwoWay
from sensor.devices.samples import Booted, DeviceSamples
from sensor.links.link import Arrival
from sensor.recording.journal import Frame, Record, Source, StateChange
from sensor.samples import Placement, SampleBlock

SILENT_S = 2.0  # a node that says nothing for so long has a gap; the others are not held up any longer
SILENCE_STEP_S = 0.5  # how often a gap is drawn out while it lasts


@dataclass(slots=True)
class LiveNode:
    """One node of the live session: how it is decoded, and how far its samples have been given on."""

    decoder: Decoder
    clock: CausalClock
    placement: Placement | None = None
    given_s: float = -np.inf  # recording time of the newest row given on
    waiting: list[DeviceSamples] = field(default_factory=list)  # arrived before the clock's first fit
    late: int = 0  # samples that came too late to be given on
    session: int = 0

    @property
    def rate_hz(self) -> float | None:
        """Nominal rate, once the node has told it."""
        return nominal_rate_hz(self.decoder)


class LiveFold:
    """Fold over records. Blocks begin with the recording proper and end with its stop.

    Attributes
    ----------
    plan : RecordingPlan or None
        Known once the recording proper has begun.
    nodes : mapping of node to LiveNode
    """

    def __init__(self) -> None:
        self.plan: RecordingPlan | None = None
        self.nodes: dict[str, LiveNode] = {}
        self._sources: dict[int, Source] = {}
        self._epoch_ns: int | None = None
        self._begin_s = 0.0
        self._recording = False

    def push(self, record: Record) -> list[SampleBlock]:
        """Take the next record; return blocks that are now known, on the time of the recording (0 = its begin)."""
        match record:
            case Frame():
                return self._frame(record, self._epoch(record))
            case Source() if record.node not in self.nodes:
                clock = CausalClock(NodeClock(self._epoch(record)))
                self.nodes[record.node] = LiveNode(decoder_for(record.device), clock)
                self._sources[record.index] = record
            case Source():
                self._sources[record.index] = record
            case StateChange(subject=""):
                self._state(record, self._epoch(record))
            case StateChange(state=NodeState.RECONNECTING) if record.subject in self.nodes:
                interrupt(self.nodes[record.subject].decoder)
        return []

    def _epoch(self, record: Record) -> int:
        """Host time of session second 0: that of the first record the fold makes anything of."""
        if self._epoch_ns is None:
            self._epoch_ns = record.host_ns
        return self._epoch_ns

    def _state(self, change: StateChange, epoch_ns: int) -> None:
        if change.state == RECORDING:
            self.plan = RecordingPlan.of(change)
            self._begin_s = (change.host_ns - epoch_ns) * 1e-9
            self._recording = True
            for name, node in self.nodes.items():
                node.placement = self.plan.placements.get(name)
        elif change.state == STOPPED:
            self._recording = False

    def _frame(self, frame: Frame, epoch_ns: int) -> list[SampleBlock]:
        source = self._sources.get(frame.source)
        if source is None:  # its segment's head was lost
            return []
        node = self.nodes[source.node]
        blocks: list[SampleBlock] = []
        for event in node.decoder.push(Arrival(frame.host_ns, source.channel, frame.data)):
            match event:
                case DeviceSamples():
                    node.waiting.append(event)
                case OneWay() | TwoWay():
                    node.clock.add(event)
                case Booted():
                    node.clock, node.waiting = CausalClock(NodeClock(epoch_ns)), []
                case Packet(message=Started() as started) if started.session != node.session:
                    node.session, node.waiting = started.session, []
        if node.clock.fit is not None:
            for samples in node.waiting:
                blocks += self._block(node, samples)
            node.waiting.clear()
        if self._recording:
            blocks += self._silences((frame.host_ns - epoch_ns) * 1e-9 - self._begin_s)
        return blocks

    def _block(self, node: LiveNode, samples: DeviceSamples) -> list[SampleBlock]:
        """The part of some samples that is later than what has been given on."""
        if samples.backfill:  # belongs to a gap that has been given on already
            node.late += len(samples)
            return []
        time_s = node.clock.session_s(samples.device_us) - self._begin_s
        if not self._recording or node.placement is None:
            return []
        late = int(np.searchsorted(time_s, max(node.given_s, -1e-9), side="right"))
        node.late += late if node.given_s > 0.0 else 0
        if late == len(samples):
            return []
        node.given_s = float(time_s[-1])
        return [SampleBlock(node.placement, time_s[late:], samples.acc_m_s2[late:], samples.gyr_rad_s[late:])]

    def _silences(self, now_s: float) -> list[SampleBlock]:
        """Rows without values for nodes that say nothing, so that the others' samples are not held up."""
        until_s = now_s - SILENT_S
        blocks = []
        for node in self.nodes.values():
            if node.placement is None or until_s < max(node.given_s, 0.0) + SILENCE_STEP_S:
                continue
            node.given_s = until_s
            missing = np.full((1, 3), np.nan)
            blocks.append(SampleBlock(node.placement, np.array([until_s]), missing, missing))
        return blocks
