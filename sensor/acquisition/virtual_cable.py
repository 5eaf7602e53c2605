"""A virtual node on a pseudo terminal: the serial path without hardware. Linux and macOS."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty
from collections.abc import Iterable

from firmware_protocol.frames import DELIMITER, StreamDecoder, to_serial
from firmware_protocol.node import VirtualNode
from firmware_protocol.nodespec import Sent

STEP_S = 0.005


class VirtualCable:
    """The node's end of a cable; a host opens ``port``. Time is the event loop's, from ``run`` on.

    Attributes
    ----------
    port : str
        Path of the host's end.
    """

    def __init__(self, node: VirtualNode) -> None:
        self.node = node
        self._end, host_end = os.openpty()
        for end in (self._end, host_end):
            tty.setraw(end)
        os.set_blocking(self._end, False)
        self.port = os.ttyname(host_end)
        self._host_end = host_end  # held open, so that the line outlives its hosts
        self._decoder = StreamDecoder()
        self._begin_s = 0.0

    async def run(self) -> None:
        """Be a node until cancelled; then the cable is pulled out."""
        loop = asyncio.get_running_loop()
        self._begin_s = loop.time() - self.node.now_s
        loop.add_reader(self._end, self._read)
        try:
            self._write([], opening=True)
            while True:
                self._write(self.node.advance(self._now_s))
                await asyncio.sleep(STEP_S)
        finally:
            loop.remove_reader(self._end)
            os.close(self._end)
            os.close(self._host_end)

    @property
    def _now_s(self) -> float:
        return max(self.node.now_s, asyncio.get_running_loop().time() - self._begin_s)

    def _read(self) -> None:
        data = b""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._end, 4096)
        for frame in self._decoder.push(data):
            if not self.node.linked:  # a cable has no connecting: who is heard is connected
                self._write(self.node.connect(self._now_s))
            self._write(self.node.receive(frame, self._now_s))

    def _write(self, sent: Iterable[Sent], *, opening: bool = False) -> None:
        data = (DELIMITER if opening else b"") + b"".join(to_serial(one.frame) for one in sent)
        with contextlib.suppress(BlockingIOError):  # nobody reads: what does not fit is lost, as on a real line
            os.write(self._end, data)
