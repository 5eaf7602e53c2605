"""The serial link over a real pseudo terminal."""

import asyncio
import os
import sys
import threading
import time
import tty
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import serial

from firmware_protocol import messages as m
from firmware_protocol.codec import Packet, decode, encode
from firmware_protocol.frames import StreamDecoder, to_serial
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import NodeSpec
from sensor.links.framing import RawFraming
from sensor.links.link import Arrival, LinkLost
from sensor.links.serial_port import SerialLink, open_serial
from tests.firmware_protocol.packets import still

FRAMES = [encode(m.TimePing(i), 1 + i % 255) for i in range(40)]


class Cable:
    """The node's end of a pseudo terminal, and the name of the host's end."""

    def __init__(self) -> None:
        self.node_end, host_end = os.openpty()
        tty.setraw(host_end)
        tty.setraw(self.node_end)
        self.port = os.ttyname(host_end)
        self._host_end: int | None = host_end

    def write(self, data: bytes) -> None:
        os.write(self.node_end, data)

    def unplug(self) -> None:
        for end in (self.node_end, self._host_end):
            if end is not None and end >= 0:
                os.close(end)
        self.node_end, self._host_end = -1, None


@contextmanager
def cable() -> Iterator[Cable]:
    one = Cable()
    try:
        yield one
    finally:
        one.unplug()


@asynccontextmanager
async def linked(one: Cable, raw: bool = False) -> AsyncIterator[SerialLink]:
    link = await open_serial(one.port, RawFraming() if raw else None)
    try:
        yield link
    finally:
        await link.close()


async def take(link: SerialLink, n: int) -> list[Arrival]:
    got: list[Arrival] = []
    async for arrival in link.frames():
        got.append(arrival)
        if len(got) == n:
            break
    return got


def descriptors_open() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 20.0))


def test_frames_come_in_order_with_the_time_they_came() -> None:
    async def main(one: Cable) -> None:
        async with linked(one) as link:
            before = time.monotonic_ns()
            one.write(b"".join(to_serial(frame) for frame in FRAMES))
            got = await take(link, len(FRAMES))
            assert [arrival.frame for arrival in got] == FRAMES
            assert before <= got[0].host_ns <= got[-1].host_ns <= time.monotonic_ns()
            assert (link.bad_frames, link.dropped) == (0, 0)

    with cable() as one:
        run(main(one))


def test_noise_and_cut_frames_cost_only_themselves() -> None:
    async def main(one: Cable) -> None:
        async with linked(one) as link:
            one.write(to_serial(FRAMES[0])[5:])
            one.write(to_serial(FRAMES[1])[:-6] + to_serial(FRAMES[2]))  # its delimiter never came: it takes one along
            one.write(os.urandom(300).replace(b"\0", b"\1") + b"\0" + to_serial(FRAMES[3]))
            for byte in to_serial(FRAMES[4]):
                one.write(bytes([byte]))
            got = await take(link, 2)
            assert [arrival.frame for arrival in got] == FRAMES[3:5]
            assert link.bad_frames == 3

    with cable() as one:
        run(main(one))


def test_unplugging_ends_the_link_in_a_sentence_after_what_had_arrived() -> None:
    async def main(one: Cable) -> None:
        async with linked(one) as link:
            one.write(to_serial(FRAMES[0]))
            assert [a.frame for a in await take(link, 1)] == FRAMES[:1]
            one.unplug()
            with pytest.raises(LinkLost, match=r"is gone .* Check the cable"):
                await take(link, 1)
            with pytest.raises(LinkLost, match="is gone"):
                await link.send(FRAMES[0])

    with cable() as one:
        run(main(one))


def test_closing_ends_the_consumer_and_may_be_repeated() -> None:
    async def main(one: Cable) -> None:
        async with linked(one) as link:
            waiting = asyncio.create_task(take(link, 1))
            await asyncio.sleep(0)
            await link.close()
            with pytest.raises(LinkLost, match="was closed"):
                await waiting

    with cable() as one:
        run(main(one))


def held(port: str) -> int:
    """How many descriptors of a terminal this process has, beside the one that keeps it alive; only Linux tells."""
    return sum(os.path.realpath(link) == port for link in Path("/proc/self/fd").glob("*")) - 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is open")
def test_a_close_that_nobody_waits_for_any_more_is_carried_through() -> None:
    links: list[SerialLink] = []  # so that it is not the garbage collector who closes them

    async def main(one: Cable) -> None:
        links.append(await open_serial(one.port))
        assert held(one.port) == 1
        closing = asyncio.create_task(links[0].close())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing

    with cable() as one:
        run(main(one))
        assert held(one.port) == 0


def test_a_port_that_nobody_waits_for_any_more_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ports: list[serial.Serial] = []
    really = serial.serial_for_url

    def remembered(*told: Any, **more: Any) -> serial.Serial:
        ports.append(really(*told, **more))
        return ports[-1]

    async def main(one: Cable) -> None:
        opening = asyncio.create_task(open_serial(one.port))
        await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert [port.is_open for port in ports] == [False]

    monkeypatch.setattr(serial, "serial_for_url", remembered)
    with cable() as one:
        run(main(one))


def test_a_port_that_is_not_there_or_taken_says_so() -> None:
    async def main(one: Cable) -> None:
        with pytest.raises(LinkLost, match=r"does not open .* plugged in"):
            await open_serial("/dev/there-is-no-such-port")
        async with linked(one):
            with pytest.raises(LinkLost, match="no other program"):
                await open_serial(one.port)

    with cable() as one:
        run(main(one))


def test_raw_bytes_are_handed_on_as_they_come() -> None:
    async def main(one: Cable) -> None:
        async with linked(one, raw=True) as link:
            one.write(b"U\x51\0\0")
            got = b""
            while len(got) < 4:
                got += (await take(link, 1))[0].frame
            assert got == b"U\x51\0\0"
            await link.send(b"\xff\xaa\x69\x88\xb5")
            assert os.read(one.node_end, 100) == b"\xff\xaa\x69\x88\xb5"

    with cable() as one:
        run(main(one))


def test_a_virtual_node_on_a_real_terminal_answers() -> None:
    async def main(one: Cable) -> None:
        async with linked(one) as link:
            await link.send(encode(m.Hello(1, 0, link.max_frame), 7))
            packet = decode((await take(link, 1))[0].frame)
            assert isinstance(packet, Packet)
            assert isinstance(packet.message, m.HelloReply)
            assert packet.request == 7

    def node_side(one: Cable) -> None:
        node, decoder = VirtualNode(NodeSpec(serial_line=True), still), StreamDecoder()
        node.connect(0.0)
        while not (frames := decoder.push(os.read(one.node_end, 1000))):
            pass
        for sent in node.receive(frames[0], 0.0):
            one.write(to_serial(sent.frame))

    with cable() as one:
        node = threading.Thread(target=node_side, args=(one,))
        node.start()
        try:
            run(main(one))
        finally:
            node.join()


def test_a_hundred_connections_leave_nothing_behind() -> None:
    async def main(one: Cable) -> None:
        async with linked(one):
            pass
        descriptors, threads = descriptors_open(), threading.active_count()
        for _ in range(100):
            async with linked(one):
                pass
        assert descriptors_open() == descriptors
        assert threading.active_count() <= threads + 3  # the executor may grow to its limit
        assert not [t for t in threading.enumerate() if t.name.startswith("serial ")]

    with cable() as one:
        run(main(one))
