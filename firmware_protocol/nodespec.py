"""What a virtual node is made of: its parts, its faults, what it feels, what leaves it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware_protocol.crystal import Crystal
from firmware_protocol.gatt import Channel
from firmware_protocol.messages import Role

FloatArray = NDArray[np.float64]
SampleSource = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""True times (n,), s -> specific force (n, 3), m/s^2, and angular rate (n, 3), rad/s; a NaN row is a missing sample."""


@dataclass(frozen=True, slots=True)
class NodeFaults:
    """What goes wrong inside the node, in true seconds; spans are half-open."""

    silent_s: tuple[tuple[float, float], ...] = ()  # goes on sampling, sends nothing, hears nothing
    reboot_s: tuple[float, ...] = ()
    sensor_dead_from_s: float = math.inf


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """One node: who it is and how good its parts are."""

    serial: int = 0x0123456789ABCDEF
    role: Role = Role.UNASSIGNED
    crystal: Crystal = field(default_factory=Crystal)
    rate_error_ppm: float = 0.0  # the sensor's own sampling oscillator against the node's clock
    ring_samples: int = 12_000  # 60 s at 200 Hz
    rates_hz: tuple[int, ...] = (50, 100, 200)
    acc_ranges_g: tuple[int, ...] = (4, 8, 16)
    gyr_ranges_deg_s: tuple[int, ...] = (500, 1000, 2000)
    first_counter: int = 0  # a real node starts at 0; near 2^32 a test sees the wrap
    turnaround_s: float = 0.001  # least time from the arrival of a ping to the pong's departure
    pong_spread_s: float = 0.05  # random addition, so that pongs meet the connection interval at any phase
    battery_start_pct: float = 100.0
    battery_life_s: float = 12 * 3600.0
    serial_line: bool = False  # a cable has no disconnect: silence of the host ends the connection
    faults: NodeFaults = field(default_factory=NodeFaults)


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame leaving the node, at a true time."""

    at_s: float
    channel: Channel
    frame: bytes
