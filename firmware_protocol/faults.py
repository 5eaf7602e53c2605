"""What happens to frames between node and host: loss, duplicates, swaps, corruption, and the delays of a radio link."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from firmware_protocol.nodespec import Sent


@dataclass(frozen=True, slots=True)
class LinkFaults:
    """Probabilities per frame."""

    loss: float = 0.0
    duplicate: float = 0.0
    swap: float = 0.0  # arrives after its successor
    corrupt: float = 0.0  # one to three bytes changed
    seed: int = 0


@dataclass(slots=True)
class FaultyLink:
    """Passes frames on and harms some of them; the same seed does the same harm, however the calls are cut."""

    faults: LinkFaults
    _random: random.Random = field(init=False)
    _held: Sent | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.faults.seed)

    def carry(self, sent: Iterable[Sent]) -> list[Sent]:
        """What arrives of these frames, in order of arrival."""
        arrived: list[Sent] = []
        for leaving in sent:
            one = leaving
            lost, doubled, swapped, corrupted = (self._random.random() for _ in range(4))
            if lost < self.faults.loss:
                continue
            if corrupted < self.faults.corrupt:
                one = replace(one, frame=self._corrupt(one.frame))
            if swapped < self.faults.swap and self._held is None:
                self._held = one
                continue
            arrived += [one, one] if doubled < self.faults.duplicate else [one]
            if self._held is not None:
                arrived.append(replace(self._held, at_s=one.at_s))
                self._held = None
        return arrived

    def _corrupt(self, frame: bytes) -> bytes:
        damaged = bytearray(frame)
        for at in self._random.sample(range(len(frame)), min(len(frame), self._random.randint(1, 3))):
            damaged[at] ^= self._random.randint(1, 255)
        return bytes(damaged)


@dataclass(slots=True)
class Radio:
    """Delays of a BLE connection: frames wait for a connection event, may be retransmitted, and stay in order.

    Attributes
    ----------
    interval_s : float
        Connection interval.
    retransmit : float
        Probability that a frame needs a further connection event.
    host_delay_s : float
        Mean of the exponential delay in the host's radio stack.
    """

    interval_s: float = 0.030
    retransmit: float = 0.05
    host_delay_s: float = 0.002
    phase_s: float = 0.0
    seed: int = 0
    _random: random.Random = field(init=False)
    _last_s: dict[str, float] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def up(self, sent_s: float) -> float:
        """When a frame that left the node at ``sent_s`` reaches the program."""
        return self._in_order("up", self._event(sent_s) + self._random.expovariate(1.0 / self.host_delay_s))

    def down(self, sent_s: float) -> float:
        """When a frame that the program sent at ``sent_s`` reaches the node."""
        return self._in_order("down", self._event(sent_s + self._random.expovariate(1.0 / self.host_delay_s)))

    def _event(self, ready_s: float) -> float:
        events = math.ceil((ready_s - self.phase_s) / self.interval_s)
        while self._random.random() < self.retransmit:
            events += 1
        return self.phase_s + events * self.interval_s

    def _in_order(self, direction: str, arrival_s: float) -> float:
        self._last_s[direction] = max(arrival_s, self._last_s.get(direction, -math.inf))
        return self._last_s[direction]
