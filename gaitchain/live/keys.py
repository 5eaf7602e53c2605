"""Single keys from a terminal, on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from typing import Any

POLL_S = 0.03  # Windows tells nobody of a key: it must be asked; a person does not feel 30 ms


class Keys:
    """Keys as they are pressed. A context: inside, the terminal gives keys at once and shows none of them."""

    def __init__(self) -> None:
        self._pressed: asyncio.Queue[str] = asyncio.Queue()
        self._console: _Posix | _Windows | None = None

    def __enter__(self) -> Keys:
        self._console = _Windows(self._pressed) if sys.platform == "win32" else _Posix(self._pressed)
        return self

    def __exit__(self, *_: object) -> None:
        if self._console is not None:
            self._console.close()

    async def next(self) -> str:
        """The next key; one pressed before it was asked for counts, unless ``forget`` was called since."""
        return await self._pressed.get()

    def forget(self) -> None:
        """Drop the keys that nobody has asked for."""
        while not self._pressed.empty():
            self._pressed.get_nowait()


class _Posix:
    """Linux and macOS: the terminal in cbreak mode, read when the event loop says so."""

    def __init__(self, pressed: asyncio.Queue[str]) -> None:
        import termios
        import tty

        self._pressed = pressed
        self._before: list[Any] = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._read)

    def close(self) -> None:
        import termios

        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        with contextlib.suppress(termios.error):  # the terminal has hung up, it has no mode to go back to
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)

    def _read(self) -> None:
        try:
            read = os.read(sys.stdin.fileno(), 64)
        except OSError:
            read = b""
        if not read:  # hung up: the loop would say "ready" for ever
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        for key in read.decode("utf-8", "ignore"):
            self._pressed.put_nowait(key)


class _Windows:
    """Windows: the console asked by a thread, since its event loop cannot wait for keys."""

    def __init__(self, pressed: asyncio.Queue[str]) -> None:
        self._pressed = pressed
        self._loop = asyncio.get_running_loop()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read, name="keys", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _read(self) -> None:
        import msvcrt

        console: Any = msvcrt  # has these functions on Windows only
        while not self._closing.wait(POLL_S):
            while console.kbhit():
                key = console.getwch()
                if key in ("\x00", "\xe0"):  # an arrow or a function key, told in two pieces
                    console.getwch()
                elif not self._tell(key):
                    return

    def _tell(self, key: str) -> bool:
        try:
            self._loop.call_soon_threadsafe(self._pressed.put_nowait, key)
        except RuntimeError:  # the loop is closed, nobody listens any more
            return False
        return True
