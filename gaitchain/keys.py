"""Single keys from a terminal, on the event loop. Linux and macOS; elsewhere no key ever comes."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any


class Keys:
    """Keys as they are pressed. A context: inside, the terminal gives keys at once and shows none of them."""

    def __init__(self) -> None:
        self._pressed: asyncio.Queue[str] = asyncio.Queue()
        self._before: list[Any] | None = None

    def __enter__(self) -> Keys:
        if sys.platform != "win32":
            import termios
            import tty

            self._before = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._read)
        return self

    def __exit__(self, *_: object) -> None:
        if sys.platform != "win32" and self._before is not None:
            import termios

            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)

    async def next(self) -> str:
        """The next key; one pressed before it was asked for counts, unless ``forget`` was called since."""
        return await self._pressed.get()

    def forget(self) -> None:
        """Drop the keys that nobody has asked for."""
        while not self._pressed.empty():
            self._pressed.get_nowait()

    def _read(self) -> None:
        for key in os.read(sys.stdin.fileno(), 64).decode("utf-8", "ignore"):
            self._pressed.put_nowait(key)
