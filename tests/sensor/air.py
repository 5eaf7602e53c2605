"""Nodes on the air as their host would have recorded them, for tests of clocks."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from firmware_protocol.crystal import Crystal
from firmware_protocol.faults import Radio
from sensor.clock import OneWay, TwoWay

EPOCH_NS = 5 * 10**17


@dataclass
class Air:
    """One node on the air: what its host would have recorded."""

    crystal: Crystal
    radio: Radio
    seed: int = 0
    ping_every_s: float = 1.0
    packet_s: float = 0.13

    def device_us(self, true_s: float) -> int:
        return math.floor(self.crystal.device_us(true_s))

    def pairs(self, duration_s: float) -> list[tuple[float, OneWay | TwoWay]]:
        """Pairs with the true second of their arrival, in order of arrival. Session seconds are true seconds."""
        rng, radio = random.Random(self.seed), replace(self.radio)
        frames = [("data", k * self.packet_s) for k in range(1, int(duration_s / self.packet_s))]
        burst = self.ping_every_s > 0  # 4 a second in the first 10 s, 8 at the end, as PROTOCOL.md has it
        pings = [("ping", 0.25 * k + rng.uniform(0.0, 0.2)) for k in range(40) if burst]
        pings += [("ping", duration_s - 0.1 * k - rng.uniform(0.0, 0.1)) for k in range(8) if burst]
        at = 10.0
        while at < duration_s and self.ping_every_s:
            pings.append(("ping", at))
            at += rng.uniform(0.5, 1.5) * self.ping_every_s
        found: list[tuple[float, OneWay | TwoWay]] = []
        for kind, sent_s in sorted(frames + pings, key=lambda e: e[1]):
            if kind == "data":
                arrived_s = radio.up(sent_s)
                found.append((arrived_s, OneWay(self.device_us(sent_s), self.host_ns(arrived_s))))
            else:
                received_s = radio.down(sent_s)
                returned_s = received_s + rng.uniform(0.0, 0.05)
                arrived_s = radio.up(returned_s)
                ping = TwoWay(
                    self.host_ns(sent_s),
                    self.device_us(received_s),
                    self.device_us(returned_s),
                    self.host_ns(arrived_s),
                )
                found.append((arrived_s, ping))
        return sorted(found, key=lambda e: e[0])

    @staticmethod
    def host_ns(true_s: float) -> int:
        return EPOCH_NS + round(true_s * 1e9)


NODES = [
    Air(Crystal(40.0, 3.0, 1800.0, 10**6), Radio(0.030, 0.05, 0.002, 0.003, 1), 1),
    Air(Crystal(-40.0, 3.0, 2400.0, 2**32 - 10**9), Radio(0.030, 0.20, 0.002, 0.011, 2), 2),
    Air(Crystal(11.0, 2.0, 1500.0, 0), Radio(0.015, 0.05, 0.003, 0.001, 3), 3),
    Air(Crystal(-7.0, 5.0, 3000.0, 7 * 10**9), Radio(0.050, 0.10, 0.002, 0.023, 4), 4),
]
