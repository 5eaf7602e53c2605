"""The virtual node: PROTOCOL.md as a transport-free state machine on virtual time.

Nobody reads a wall clock here. The caller says what time it is (``advance``, ``receive``) in true seconds of the
simulated world and gets back the frames the node would have sent until then, each with its own time.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

from firmware_protocol import messages as m
from firmware_protocol.codec import Refusal, Refused, batch_for, decode, encode
from firmware_protocol.frames import ATT_BYTES, MAX_FRAME_BYTES, MIN_FRAME_BYTES
from firmware_protocol.gatt import Advert, Channel
from firmware_protocol.nodespec import NodeSpec, SampleSource, Sent
from firmware_protocol.ranges import RangeAnswer
from firmware_protocol.sampler import COUNTER_MASK, Sampler

LONGEST_BATCH_S = 0.25
STATUS_EVERY_S = 10.0
SILENT_HOST_S = 5.0
LONELY_S = 1800.0  # a session nobody listens to ends after this


class VirtualNode:
    """A node that behaves as PROTOCOL.md says.

    Parameters
    ----------
    spec : NodeSpec
    source : callable
        What the sensor feels, see ``SampleSource``.
    boot_s : float
        True time of power-on.
    """

    def __init__(self, spec: NodeSpec, source: SampleSource, boot_s: float = 0.0) -> None:
        self.spec = spec
        self.now_s = boot_s
        self.role = int(spec.role)
        self._source = source
        self._boots = 0
        self._random = random.Random(spec.serial)
        self._state: m.NodeState = m.NodeState.IDLE
        self._empty_s = boot_s + spec.battery_start_pct / 100.0 * spec.battery_life_s
        self._reboots = sorted(t for t in spec.faults.reboot_s if t > boot_s)
        self._boot()

    @property
    def off(self) -> bool:
        """The battery is empty."""
        return self.now_s >= self._empty_s

    @property
    def battery_pct(self) -> float:
        """Charge at the present virtual time."""
        return max(0.0, 100.0 * (self._empty_s - self.now_s) / self.spec.battery_life_s)

    @property
    def state(self) -> m.NodeState:
        """The state as STATUS reports it."""
        if self._state is m.NodeState.IDLE and self.now_s >= self.spec.faults.sensor_dead_from_s:
            return m.NodeState.FAULT
        return self._state

    @property
    def advert(self) -> Advert:
        """What the node advertises."""
        return Advert(m.PROTOCOL_MAJOR, self.role, self.spec.serial & 0xFFFFFFFF, round(self.battery_pct))

    @property
    def silent(self) -> bool:
        """The radio is dead at the present virtual time."""
        return self.off or any(start <= self.now_s < end for start, end in self.spec.faults.silent_s)

    def connect(self, at_s: float, max_frame: int = MAX_FRAME_BYTES) -> list[Sent]:
        """A host connects; on BLE ``max_frame`` is the negotiated ATT MTU less 3."""
        sent = self.advance(at_s)
        self._unlink()
        self.linked, self._link_frame, self._heard_s = not self.silent, max_frame, at_s
        return sent

    def disconnect(self, at_s: float) -> list[Sent]:
        """The connection is gone; a running session goes on into the ring."""
        sent = self.advance(at_s)
        self._unlink()
        return sent

    def reboot(self, at_s: float) -> list[Sent]:
        """Power fails and returns: new boot id, clock from its start, ring empty."""
        sent = self.advance(at_s)
        self._boot()
        return sent

    def receive(self, frame: bytes, at_s: float) -> list[Sent]:
        """The host's frame arrives.

        Returns
        -------
        list of Sent
            Everything sent since the last call, the answer last (a pong comes later).
        """
        sent = self.advance(at_s)
        if not self.linked or self.silent:
            return sent
        packet = decode(frame)
        if isinstance(packet, Refused) and packet.refusal is Refusal.FRAME:
            self.bad_frames += 1
            return sent
        self._heard_s = self.now_s
        if isinstance(packet, Refused):
            sent.append(self._refuse_unreadable(packet))
        else:
            sent.extend(self._answer(packet.message, packet.request))
        return sent

    def status_frame(self) -> bytes:
        """What reading the STATUS characteristic gives."""
        return encode(self._status())

    def advance(self, to_s: float) -> list[Sent]:
        """Let virtual time pass up to ``to_s``, seconds, and return what the node sends meanwhile."""
        if to_s < self.now_s:
            raise ValueError(f"The node is at {self.now_s} s and cannot go back to {to_s} s.")
        sent: list[Sent] = []
        while True:
            event_s = self._next_event_s()
            self.now_s = max(self.now_s, min(to_s, event_s))
            if self._running:
                self.sampler.sample_until(self.now_s)
            if event_s > to_s or self.off:
                break
            if self._reboots and self._reboots[0] <= self.now_s:
                self._reboots.pop(0)
                self._boot()
            due = [*self._due_live(), *self._due_pongs(), *self._due_backfill(), *self._due_status()]
            if not self.silent:
                sent += due
            if self.linked and self.now_s >= self._host_silent_s:
                self._unlink()
            if self._lonely and self.now_s >= self._lonely_from_s + LONELY_S:
                self._state = m.NodeState.HOLDING
        self.now_s = to_s
        if self.off:
            self._unlink()
        return sent

    def _boot(self) -> None:
        self._boots += 1
        self._boot_s = self.now_s
        self.boot_id = (self.spec.serial * 2654435761 + self._boots * 40503) & 0xFFFFFFFF
        self.sampler = Sampler(self.spec, self._source, self.now_s)
        self.bad_frames = 0
        self.led = m.LedPattern.OFF
        self._state = m.NodeState.IDLE
        self._live = 0  # counter of the next sample to deliver
        self._heard_s = self._status_due_s = self.now_s
        self._link_frame = self._max_frame = MAX_FRAME_BYTES
        self._unlink()

    def _unlink(self) -> None:
        self.linked = self._greeted = False
        self._version_ok = True
        self._lonely_from_s = self.now_s
        self._backfill: RangeAnswer | None = None
        self._pongs: list[Sent] = []
        if self._state is m.NodeState.STREAMING:
            self._state = m.NodeState.BUFFERING

    @property
    def _running(self) -> bool:
        return self._state in (m.NodeState.STREAMING, m.NodeState.BUFFERING)

    @property
    def _lonely(self) -> bool:
        return self._state is m.NodeState.BUFFERING and not self.linked

    @property
    def _batch(self) -> int:
        longest = max(1, int(LONGEST_BATCH_S * self.sampler.config.rate_hz))
        return min(self.sampler.config.batch, batch_for(self._max_frame), longest)

    @property
    def _host_silent_s(self) -> float:
        return self._heard_s + SILENT_HOST_S if self.spec.serial_line else math.inf

    def _next_event_s(self) -> float:
        events = [self._empty_s, *self._reboots[:1]]
        if self._state is m.NodeState.STREAMING:
            events.append(self.sampler.sample_s(self._live + self._batch - 1))
        if self._backfill is not None:
            events.append(self._backfill.due_s)
        events += [pong.at_s for pong in self._pongs[:1]]
        if self._greeted:
            events.append(self._status_due_s)
        if self._lonely:
            events.append(self._lonely_from_s + LONELY_S)
        if self.linked:
            events.append(self._host_silent_s)
        return min(events)

    def _due_live(self) -> list[Sent]:
        sent = []
        while self._state is m.NodeState.STREAMING and self.sampler.ring.next - self._live >= self._batch:
            sent.append(self._send(self.sampler.data(self._live, self._batch), Channel.DATA))
            self._live += self._batch
        return sent

    def _due_pongs(self) -> list[Sent]:
        due = [pong for pong in self._pongs if pong.at_s <= self.now_s]
        self._pongs = self._pongs[len(due) :]
        return due

    def _due_backfill(self) -> list[Sent]:
        job = self._backfill
        if job is None:
            return []
        said = job.next(self.sampler, batch_for(self._max_frame), self.now_s)
        if job.done:
            self._backfill = None
        return [self._send(message, Channel.DATA, job.request, compat) for message, compat in said]

    def _due_status(self) -> list[Sent]:
        if not self._greeted or self._status_due_s > self.now_s:
            return []
        self._status_due_s += STATUS_EVERY_S
        return [self._send(self._status(), Channel.STATUS)]

    def _send(self, message: m.Message, channel: Channel = Channel.CONTROL, request: int = 0, compat: int = 0) -> Sent:
        return Sent(self.now_s, channel, encode(message, request, compat))

    def _result(self, of_type: int, status: m.Status, request: int, detail: int = 0) -> Sent:
        return self._send(m.Result(of_type, status, detail & 0xFFFFFFFF), request=request)

    def _refuse_unreadable(self, refused: Refused) -> Sent:
        status, detail = {
            Refusal.UNKNOWN_TYPE: (m.Status.UNKNOWN_COMMAND, refused.type_code),
            Refusal.UNKNOWN_FLAGS: (m.Status.UNSUPPORTED_FLAGS, refused.incompat),
        }.get(refused.refusal, (m.Status.MALFORMED, refused.length))
        return self._result(refused.type_code, status, refused.request, detail)

    def _gate(self, message: m.Message) -> tuple[m.Status, int] | None:
        """Refusals that come before the command itself."""
        if self._link_frame < MIN_FRAME_BYTES:
            return m.Status.MTU_TOO_SMALL, self._link_frame + ATT_BYTES
        if isinstance(message, m.Hello):
            narrow = message.max_frame < MIN_FRAME_BYTES
            return (m.Status.MTU_TOO_SMALL, message.max_frame + ATT_BYTES) if narrow else None
        if not self._version_ok:
            return m.Status.VERSION_MISMATCH, m.PROTOCOL_MAJOR
        return None if self._greeted else (m.Status.WRONG_STATE, self.state)

    def _answer(self, message: m.Message, request: int) -> list[Sent]:
        refusal = self._gate(message)
        if refusal is not None:
            return [self._result(message.type_code, refusal[0], request, refusal[1])]
        handlers: dict[type[m.Message], Callable[[Any, int], list[Sent]]] = {
            m.Hello: self._hello,
            m.Config: self._config,
            m.Start: self._start,
            m.Stop: self._stop,
            m.GetStatus: self._get_status,
            m.TimePing: self._pong,
            m.GetRange: self._get_range,
            m.Led: self._light,
            m.SetRole: self._set_role,
        }
        handler = handlers.get(type(message))
        if handler is None:  # a report, which only nodes send
            return [self._result(message.type_code, m.Status.UNKNOWN_COMMAND, request, message.type_code)]
        return handler(message, request)

    def _hello(self, hello: m.Hello, request: int) -> list[Sent]:
        self._version_ok = hello.major == m.PROTOCOL_MAJOR
        if self._version_ok and not self._greeted:
            self._greeted, self._status_due_s = True, self.now_s + STATUS_EVERY_S
        self._max_frame = min(hello.max_frame, self._link_frame, MAX_FRAME_BYTES)
        reply = m.HelloReply(
            major=m.PROTOCOL_MAJOR,
            minor=m.PROTOCOL_MINOR,
            role=self.role,
            state=self.state,
            serial=self.spec.serial,
            boot_id=self.boot_id,
            session=self.sampler.session,
            device_time_us=self.sampler.device_us(self.now_s),
            max_frame=self._max_frame,
            capabilities=m.Capability.BATTERY | m.Capability.LED | m.Capability.BACKFILL,
            firmware_major=1,
            firmware_minor=0,
            firmware_patch=0,
        )
        return [self._send(reply, request=request)]

    def _status(self) -> m.NodeStatus:
        ring = self.sampler.ring
        return m.NodeStatus(
            state=self.state,
            battery_pct=round(self.battery_pct),
            temperature_centi_deg_c=m.TEMPERATURE_UNKNOWN,
            uptime_s=int(self.now_s - self._boot_s),
            next_counter=ring.next & COUNTER_MASK,
            oldest_counter=ring.oldest & COUNTER_MASK,
            unsent_frames=0,
            bad_frames=self.bad_frames,
        )

    def _get_status(self, _: m.GetStatus, request: int) -> list[Sent]:
        return [self._send(self._status(), Channel.STATUS, request)]

    def _light(self, led: m.Led, request: int) -> list[Sent]:
        if led.pattern > max(m.LedPattern):
            return [self._result(led.type_code, m.Status.INVALID_VALUE, request)]
        self.led = m.LedPattern(led.pattern)
        return [self._result(led.type_code, m.Status.OK, request)]

    def _set_role(self, wish: m.SetRole, request: int) -> list[Sent]:
        if wish.role > max(m.Role):
            return [self._result(wish.type_code, m.Status.INVALID_VALUE, request)]
        self.role = wish.role
        return [self._result(wish.type_code, m.Status.OK, request)]

    def _pong(self, ping: m.TimePing, request: int) -> list[Sent]:
        sent_s = self.now_s + self.spec.turnaround_s + self._random.uniform(0.0, self.spec.pong_spread_s)
        pong = m.TimePong(ping.host_ns, self.sampler.device_us(self.now_s), self.sampler.device_us(sent_s))
        self._pongs.append(Sent(sent_s, Channel.TIME, encode(pong, request)))
        self._pongs.sort(key=lambda one: one.at_s)
        return []

    def _config(self, wish: m.Config, request: int) -> list[Sent]:
        if any((wish.rate_hz, wish.acc_range_g, wish.gyr_range_deg_s, wish.batch)):
            if self._running:
                return [self._result(wish.type_code, m.Status.WRONG_STATE, request, self.state)]
            refused = self.sampler.refused_wish(wish)
            if refused is not None:
                return [self._result(wish.type_code, m.Status.INVALID_VALUE, request, refused)]
            self.sampler.configure(wish)
            self._backfill = None
            self._state = m.NodeState.IDLE
        return [self._send(self.sampler.info(self._batch), request=request)]

    def _start(self, start: m.Start, request: int) -> list[Sent]:
        sampler = self.sampler
        if start.session == 0:
            return [self._result(start.type_code, m.Status.INVALID_VALUE, request)]
        if self._running and start.session != sampler.session:
            return [self._result(start.type_code, m.Status.WRONG_SESSION, request, sampler.session)]
        if self._state is m.NodeState.HOLDING and start.session == sampler.session:
            return [self._result(start.type_code, m.Status.WRONG_STATE, request, self.state)]
        if not self._running and self.now_s >= self.spec.faults.sensor_dead_from_s:
            return [self._result(start.type_code, m.Status.SENSOR_FAULT, request, 1)]
        if not self._running:
            sampler.begin(start.session, self.now_s)
            self._backfill = None
        if self._state is not m.NodeState.STREAMING:
            self._live = sampler.ring.next
        self._state = m.NodeState.STREAMING
        started = m.Started(
            session=start.session,
            boot_id=self.boot_id,
            device_time_us=sampler.device_us(self.now_s),
            next_counter=self._live & COUNTER_MASK,
            oldest_counter=sampler.ring.oldest & COUNTER_MASK,
        )
        return [self._send(started, request=request)]

    def _stop(self, stop: m.Stop, request: int) -> list[Sent]:
        sampler = self.sampler
        if stop.session != sampler.session or not stop.session:
            return [self._result(stop.type_code, m.Status.WRONG_SESSION, request, sampler.session)]
        sent = []
        if self._state is m.NodeState.STREAMING and sampler.ring.next > self._live:
            rest = sampler.data(self._live, sampler.ring.next - self._live)
            sent.append(self._send(rest, Channel.DATA))
        self._state = m.NodeState.HOLDING
        stopped = m.Stopped(stop.session, sampler.ring.next & COUNTER_MASK, sampler.ring.oldest & COUNTER_MASK)
        return [*sent, self._send(stopped, request=request)]

    def _get_range(self, wanted: m.GetRange, request: int) -> list[Sent]:
        if wanted.session != self.sampler.session or not wanted.session:
            return [self._result(wanted.type_code, m.Status.WRONG_SESSION, request, self.sampler.session)]
        if self._backfill is not None:
            return [self._result(wanted.type_code, m.Status.BUSY, request)]
        self._backfill = RangeAnswer.of(wanted, self.sampler.ring, request, self.now_s)
        return []
