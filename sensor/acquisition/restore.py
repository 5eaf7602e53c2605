"""From the journal to the final recording: all samples, also late ones, on clocks fitted over the whole session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sensor.acquisition.final_table import final_table
from sensor.acquisition.history import NodeGap, NodeHistory, NodeSamples, gaps
from sensor.acquisition.plan import RECORDING, STOPPED, UNMARKED, RecordingPlan
from sensor.acquisition.standing import MOVED, standing
from sensor.acquisition.states import NodeState
from sensor.links.link import Arrival
from sensor.recording.journal import Anchor, Closed, Frame, Header, MarkerSet, Note, Record, Source, StateChange
from sensor.recording.journal_reader import JournalReader
from sensor.recording.table import Marker, RecordingTable
from sensor.samples import Placement


@dataclass(frozen=True, slots=True)
class NodeReport:
    """What there is of one node. Times are seconds since the recording began.

    Attributes
    ----------
    samples : int
        Each counted once, whenever it came; ``backfilled`` of them were fetched later.
    clock : mapping
        Drift and uncertainty of the node's clock; empty before there was a fit.
    """

    node: str
    device: str
    placement: Placement | None
    rate_hz: float | None
    samples: int
    backfilled: int
    first_s: float | None
    last_s: float | None
    gaps: tuple[NodeGap, ...]
    clocks: tuple[Mapping[str, float | int], ...] = ()
    identity: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Restored:
    """Everything a journal holds.

    Attributes
    ----------
    duration_s : float
        Last minus first sample over all nodes, preflight included.
    table : RecordingTable or None
        The recording proper on one grid; None without samples of a node whose place is known.
    closed : bool
        The recording ended in order.
    utc_ns : int or None
        Wall clock when the recording began.
    calibration : mapping
        What the sensors read while the person stood still before the walk; empty if there was no walk.
    """

    session: str
    software: str
    plan: RecordingPlan
    duration_s: float
    nodes: tuple[NodeReport, ...]
    table: RecordingTable | None
    markers: tuple[Marker, ...]
    notes: str
    closed: bool
    utc_ns: int | None
    calibration: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Heard:
    """What the records said, before anything is put in order."""

    session: str = ""
    software: str = ""
    plan: RecordingPlan | None = None
    begin_ns: int | None = None
    end_ns: int | None = None
    closed: bool = False
    sources: dict[int, Source] = field(default_factory=dict)
    nodes: dict[str, NodeHistory] = field(default_factory=dict)
    markers: list[MarkerSet] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    epoch_ns: int | None = None

    def take(self, record: Record) -> None:
        self.epoch_ns = record.host_ns if self.epoch_ns is None else self.epoch_ns
        match record:
            case Frame():
                self._frame(record)
            case Header():
                self.session, self.software = record.session, record.software
            case Source():
                self.sources[record.index] = record
                if record.node not in self.nodes:
                    self.nodes[record.node] = NodeHistory(record.node, record.device, self.epoch_ns)
            case Anchor():
                self.anchors.append(record)
            case MarkerSet():
                self.markers.append(record)
            case Note():
                self.notes.append(record.text)
            case StateChange():
                self._state(record)
            case Closed():
                self.closed = True

    def _state(self, change: StateChange) -> None:
        if change.subject:
            if change.state == NodeState.RECONNECTING and change.subject in self.nodes:
                self.nodes[change.subject].interrupted()
        elif change.state == RECORDING:
            self.plan, self.begin_ns = RecordingPlan.of(change), change.host_ns
        elif change.state == STOPPED:
            self.end_ns = change.host_ns
        elif change.state == UNMARKED and self.markers:
            self.markers.pop()

    def _frame(self, frame: Frame) -> None:
        source = self.sources.get(frame.source)
        if source is not None:
            self.nodes[source.node].push(Arrival(frame.host_ns, source.channel, frame.data))


def restore(reader: JournalReader, name: str, placements: Mapping[str, Placement] | None = None) -> Restored:
    """Read a journal and put it in order.

    Parameters
    ----------
    reader : JournalReader
        Its damages are known afterwards.
    name : str
        What to call the recording if the journal does not say.
    placements : mapping of node to Placement, optional
        For a recording that broke off before the journal said them; else the labels of the nodes are believed.

    Raises
    ------
    RecordingError
        The journal cannot be read at all.
    """
    heard = _Heard()
    for record in reader:
        heard.take(record)
    epoch_ns = heard.epoch_ns or 0
    ordered = {node: history.ordered() for node, history in heard.nodes.items()}
    some = {node: samples for node, samples in ordered.items() if len(samples)}
    first_s = min((float(samples.time_s[0]) for samples in some.values()), default=0.0)
    last_s = max((float(samples.time_s[-1]) for samples in some.values()), default=first_s)
    begin_s = first_s if heard.begin_ns is None else (heard.begin_ns - epoch_ns) * 1e-9
    end_s = last_s if heard.end_ns is None else min((heard.end_ns - epoch_ns) * 1e-9, last_s)
    plan = heard.plan or _plan_without(heard, some, placements or {}, name)
    return Restored(
        session=heard.session,
        software=heard.software,
        plan=plan,
        duration_s=last_s - first_s,
        nodes=tuple(
            _report(history, ordered[node], plan, first_s, end_s, begin_s) for node, history in heard.nodes.items()
        ),
        table=final_table(plan, some, begin_s, end_s),
        markers=tuple(Marker((m.host_ns - epoch_ns) * 1e-9 - begin_s, m.label) for m in heard.markers),
        notes="\n".join(heard.notes),
        closed=heard.closed,
        utc_ns=_utc_ns(heard.anchors, epoch_ns + round(begin_s * 1e9)),
        calibration={} if heard.begin_ns is None else _calibration(plan, some, begin_s),
    )


def _plan_without(
    heard: _Heard, some: Mapping[str, NodeSamples], placements: Mapping[str, Placement], name: str
) -> RecordingPlan:
    """The best guess at a plan that the journal does not hold."""
    known: dict[str, Placement] = {}
    for node in some:
        placement = placements.get(node, heard.nodes[node].labelled)
        if placement is not None and placement not in known.values():
            known[node] = placement
    rates = {node: rate for node in known if (rate := heard.nodes[node].rate_hz) is not None}
    return RecordingPlan({node: known[node] for node in rates}, rates, name=name)


def _report(
    history: NodeHistory, samples: NodeSamples, plan: RecordingPlan, first_s: float, end_s: float, begin_s: float
) -> NodeReport:
    fits = [fit for life in history.lives if life.samples and (fit := life.clock.fit()) is not None]
    rate_hz = history.rate_hz
    found = gaps(samples, rate_hz, first_s, end_s) if rate_hz else []
    return NodeReport(
        node=history.node,
        device=history.device,
        placement=plan.placements.get(history.node),
        rate_hz=rate_hz,
        samples=len(samples),
        backfilled=history.backfilled,
        first_s=float(samples.time_s[0]) - begin_s if len(samples) else None,
        last_s=float(samples.time_s[-1]) - begin_s if len(samples) else None,
        gaps=tuple(NodeGap(gap.start_s - begin_s, gap.end_s - begin_s, gap.samples, gap.cause) for gap in found),
        clocks=tuple(
            {
                "drift_ppm": fit.drift_ppm,
                "uncertainty_s": fit.uncertainty_s,
                "residual_s": fit.residual_s,
                "pings": fit.pings,
                "frames": fit.frames,
            }
            for fit in fits
        ),
        identity=history.identity,
    )


def _calibration(plan: RecordingPlan, some: Mapping[str, NodeSamples], begin_s: float) -> Mapping[str, Any]:
    worn = {
        plan.placements[node]: (s.time_s, s.acc_m_s2, s.gyr_rad_s)
        for node, s in some.items()
        if node in plan.placements
    }
    stood = standing(worn, begin_s)
    return MOVED if stood is None else stood.said(begin_s)


def _utc_ns(anchors: list[Anchor], host_ns: int) -> int | None:
    """The wall clock at a host time, by the nearest anchor."""
    if not anchors:
        return None
    nearest = min(anchors, key=lambda anchor: abs(anchor.host_ns - host_ns))
    return nearest.utc_ns + host_ns - nearest.host_ns
