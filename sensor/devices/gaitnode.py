"""The project's own node: frames of the node protocol to samples, clock pairs and news.

A pure fold over what arrives, so live and replay of the journal agree. Nothing here sends; ``gaitnode_client`` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, decode
from sensor.clock import OneWay, TwoWay
from sensor.devices.ledger import Ledger
from sensor.devices.samples import Booted, DeviceSamples, unwrap
from sensor.links.link import Arrival
from sensor.samples import FloatArray

BACKFILL = int(m.Compat.BACKFILL)
MISSING_BYTES = m.MISSING_RAW.to_bytes(2, "little", signed=True)


Event = DeviceSamples | OneWay | TwoWay | Booted | Packet


@dataclass(slots=True)
class GaitNodeDecoder:
    """What one node sends, in order of arrival.

    ``push`` gives samples (each counter once), clock pairs, boots, and every other packet as it is.
    """

    info: m.StreamInfo | None = None
    boot_id: int | None = None
    session: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    refused: int = 0  # frames that carried no usable message
    unscaled: int = 0  # samples that came before STREAM_INFO said what they mean
    _device_us: int | None = None  # newest known reading of the node's clock, not wrapped

    def push(self, arrival: Arrival) -> list[Event]:
        """Decode one arrival; damaged frames are counted and give nothing."""
        packet = decode(arrival.frame)
        if not isinstance(packet, Packet):
            self.refused += 1
            return []
        message = packet.message
        match message:
            case m.Data():
                return self._data(message, bool(packet.compat & BACKFILL), arrival.host_ns)
            case m.TimePong():
                self._device_us = message.sent_us
                return [TwoWay(message.host_ns, message.received_us, message.sent_us, arrival.host_ns)]
            case m.HelloReply() | m.Started():
                return [*self._life(message), packet]
            case m.StreamInfo():
                self.info = message
            case m.RangeGone() if message.session == self.session:
                oldest = unwrap(message.oldest_counter, self.ledger.next)
                self.ledger.give_up(self.ledger.begin, oldest)
        return [packet]

    def _life(self, message: m.HelloReply | m.Started) -> list[Event]:
        """A new boot forgets everything, a new session the counters."""
        events: list[Event] = []
        if message.boot_id != self.boot_id:
            self.boot_id, self.info, self.session = message.boot_id, None, 0
            self.ledger = Ledger()
            events.append(Booted(message.boot_id))
        if isinstance(message, m.Started) and message.session != self.session:
            self.session = message.session
            self.ledger = Ledger(begin=message.oldest_counter)
        self._device_us = message.device_time_us
        return events

    def _data(self, data: m.Data, backfill: bool, host_ns: int) -> list[Event]:
        if self.info is None or self._device_us is None:
            self.unscaled += data.count
            return []
        first = unwrap(data.counter, self.ledger.next)
        first_us = unwrap(data.time_us, self._device_us)
        last_us = first_us + (data.count - 1) * data.period_us
        events: list[Event] = []
        if not backfill:
            self._device_us = max(self._device_us, last_us)
            events.append(OneWay(last_us, host_ns))
        samples = _scaled(data, first, first_us, host_ns, backfill, self.info)
        for start, end in self.ledger.take(first, data.count, backfill):
            whole = end - start == data.count
            events.append(samples if whole else samples.keep(slice(start - first, end - first)))
        return events


def _scaled(data: m.Data, first: int, first_us: int, host_ns: int, backfill: bool, info: m.StreamInfo) -> DeviceSamples:
    raw = data.samples
    acc_m_s2: FloatArray = np.multiply(raw[:, :3], info.acc_scale, dtype=np.float64)
    gyr_rad_s: FloatArray = np.multiply(raw[:, 3:], info.gyr_scale, dtype=np.float64)
    if MISSING_BYTES in data.raw:  # rare, and cheap to rule out
        missing = (raw == m.MISSING_RAW).all(axis=1)
        acc_m_s2[missing] = gyr_rad_s[missing] = np.nan
    rows = np.arange(data.count)
    return DeviceSamples(
        counter=first + rows,
        device_us=np.asarray(first_us + rows * data.period_us, dtype=np.float64),
        acc_m_s2=acc_m_s2,
        gyr_rad_s=gyr_rad_s,
        host_ns=host_ns,
        backfill=backfill,
    )
