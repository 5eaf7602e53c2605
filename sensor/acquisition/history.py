"""Everything one node has sent, whenever it came, put in order: its lives, its samples, its gaps, its clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from firmware_protocol.codec import Packet
from firmware_protocol.messages import HelloReply, Role, Started
from sensor.acquisition.decoders import Decoder, decoder_for, interrupt, nominal_rate_hz
from sensor.clock import ClockTrack, NodeClock, OneWay, TwoWay
from sensor.devices.samples import Booted, DeviceSamples
from sensor.links.link import Arrival
from sensor.samples import FloatArray, IntArray, Placement

GAP_PERIODS = 1.5
ENDED_S = 1.0  # a node that falls silent so long before the end of the recording has a gap there


class GapCause(StrEnum):
    """Why samples are missing."""

    MISSING = "missing"  # the sensor had no value
    LINK_LOST = "link_lost"  # the radio or the cable was gone


@dataclass(frozen=True, slots=True)
class NodeGap:
    """Half-open span ``[start_s, end_s)`` without samples of one node, and how many are missing."""

    start_s: float
    end_s: float
    samples: int
    cause: GapCause


@dataclass(frozen=True, slots=True, eq=False)
class NodeSamples:
    """All samples of one node on the session's clock, oldest first; a row the sensor did not deliver is NaN.

    Attributes
    ----------
    time_s : (n,) array
        Strictly increasing, seconds since the epoch of the history.
    counter : (n,) array
        The node's own count; it starts again with each life.
    life : (n,) array
        Which life a sample is from.
    acc_m_s2, gyr_rad_s : (n, 3) arrays
    """

    time_s: FloatArray
    counter: IntArray
    life: IntArray
    acc_m_s2: FloatArray
    gyr_rad_s: FloatArray

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(slots=True)
class Life:
    """From one start of the node's counter to the next."""

    clock: NodeClock
    session: int = 0
    samples: list[DeviceSamples] = field(default_factory=list)

    def session_s(self, device_us: FloatArray, track: ClockTrack | None) -> FloatArray:
        """Device times to session times; without a fit the first arrival gives the offset."""
        if track is not None:
            return track.session_s(device_us)
        first = self.samples[0]
        arrived_s = (first.host_ns - self.clock.epoch_ns) * 1e-9
        return np.asarray(arrived_s + (device_us - first.device_us[-1]) * 1e-6)


class NodeHistory:
    """Fold over one node's arrivals; nothing is final before all of them are in.

    Parameters
    ----------
    node, device : str
        As in the journal's source.
    epoch_ns : int
        Host time of session second 0.
    """

    def __init__(self, node: str, device: str, epoch_ns: int) -> None:
        self.node, self.device = node, device
        self.role: int = Role.UNASSIGNED
        self.identity: dict[str, str] = {}
        self.backfilled = 0
        self.lives = [Life(NodeClock(epoch_ns))]
        self._epoch_ns = epoch_ns
        self._decoder: Decoder = decoder_for(device)
        self._rate_hz: float | None = None

    @property
    def rate_hz(self) -> float | None:
        """Nominal rate, as far as the node has told it."""
        return self._rate_hz

    @property
    def labelled(self) -> Placement | None:
        """The placement the node is labelled for."""
        named = {role.value: role.name.lower() for role in Role if role is not Role.UNASSIGNED}
        return Placement(named[self.role]) if self.role in named else None

    def push(self, arrival: Arrival) -> None:
        """Take one arrival."""
        for event in self._decoder.push(arrival):
            match event:
                case DeviceSamples():
                    self.lives[-1].samples.append(event)
                    self.backfilled += len(event) if event.backfill else 0
                case OneWay() | TwoWay():
                    self.lives[-1].clock.add(event)
                case Booted():
                    self._begin_life(NodeClock(self._epoch_ns), 0)
                case Packet(message=HelloReply() as hello):
                    self._introduce(hello)
                case Packet(message=Started() as started) if started.session != self.lives[-1].session:
                    self._begin_life(self.lives[-1].clock, started.session)  # counters start again, the clock does not
        self._rate_hz = nominal_rate_hz(self._decoder) or self._rate_hz

    def interrupted(self) -> None:
        """The link was lost and is being opened anew."""
        interrupt(self._decoder)

    def ordered(self) -> NodeSamples:
        """All samples on the session's clock."""
        parts = [self._life(number, life) for number, life in enumerate(self.lives) if life.samples]
        if not parts:
            empty, none = np.empty(0), np.empty(0, dtype=np.int64)
            return NodeSamples(empty, none, none, np.empty((0, 3)), np.empty((0, 3)))
        time_s = np.concatenate([part.time_s for part in parts])
        later = np.ones(len(time_s), dtype=bool)  # an uncertain clock may let a new life seem to begin in the old one
        later[1:] = time_s[1:] > np.maximum.accumulate(time_s)[:-1]
        return NodeSamples(
            time_s[later],
            np.concatenate([part.counter for part in parts])[later],
            np.concatenate([part.life for part in parts])[later],
            np.concatenate([part.acc_m_s2 for part in parts])[later],
            np.concatenate([part.gyr_rad_s for part in parts])[later],
        )

    def _introduce(self, hello: HelloReply) -> None:
        self.role = hello.role
        version = f"{hello.firmware_major}.{hello.firmware_minor}.{hello.firmware_patch}"
        self.identity = {"serial": f"{hello.serial:016X}", "firmware": version}

    def _begin_life(self, clock: NodeClock, session: int) -> None:
        if self.lives[-1].samples:
            self.lives.append(Life(clock, session))
        else:
            self.lives[-1] = Life(clock, session)

    @staticmethod
    def _life(number: int, life: Life) -> NodeSamples:
        blocks = sorted(life.samples, key=lambda samples: int(samples.counter[0]))
        device_us = np.concatenate([block.device_us for block in blocks])
        return NodeSamples(
            life.session_s(device_us, life.clock.track()),
            np.concatenate([block.counter for block in blocks]),
            np.full(len(device_us), number),
            np.concatenate([block.acc_m_s2 for block in blocks]),
            np.concatenate([block.gyr_rad_s for block in blocks]),
        )


def gaps(samples: NodeSamples, rate_hz: float, start_s: float, end_s: float) -> list[NodeGap]:
    """Where one node has no samples between ``start_s`` and ``end_s``.

    Parameters
    ----------
    samples : NodeSamples
    rate_hz : float
        Nominal rate.
    start_s, end_s : float
        Span of the recording; a node that comes late or falls silent early has a gap there.
    """
    period_s = 1.0 / rate_hz
    time_s = samples.time_s
    if not len(samples):
        return [NodeGap(start_s, end_s, round((end_s - start_s) * rate_hz), GapCause.LINK_LOST)]
    found = []
    if time_s[0] - start_s > ENDED_S:
        found.append(NodeGap(start_s, float(time_s[0]), round((time_s[0] - start_s) * rate_hz), GapCause.LINK_LOST))
    steps = np.diff(samples.counter)
    restarted = np.diff(samples.life) > 0
    holes = np.flatnonzero((steps > 1) & ~restarted | restarted & (np.diff(time_s) > GAP_PERIODS * period_s))
    for at in holes.tolist():
        begin_s, stop_s = float(time_s[at]) + period_s, float(time_s[at + 1])
        missing = round((stop_s - begin_s) * rate_hz) if restarted[at] else int(steps[at]) - 1
        found.append(NodeGap(min(begin_s, stop_s), stop_s, missing, GapCause.LINK_LOST))
    found += _dead_rows(samples, period_s)
    behind_s = end_s - float(time_s[-1])
    if behind_s > ENDED_S:
        silent = NodeGap(float(time_s[-1]) + period_s, end_s, round(behind_s * rate_hz), GapCause.LINK_LOST)
        found.append(silent)
    return sorted(found, key=lambda gap: gap.start_s)


def _dead_rows(samples: NodeSamples, period_s: float) -> list[NodeGap]:
    """Runs of samples for which the sensor had no value."""
    dead = ~(np.isfinite(samples.acc_m_s2).all(axis=1) & np.isfinite(samples.gyr_rad_s).all(axis=1))
    edges = np.flatnonzero(np.diff(dead.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    return [
        NodeGap(float(samples.time_s[a]), float(samples.time_s[b - 1]) + period_s, b - a, GapCause.MISSING)
        for a, b in edges.tolist()
    ]
