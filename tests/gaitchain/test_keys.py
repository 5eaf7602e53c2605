"""Keys: the same face on a real terminal and on a stand-in for the Windows console."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections import deque
from types import ModuleType

import pytest

from gaitchain.live.keys import Keys


class FakeMsvcrt(ModuleType):
    """The two functions of the Windows console that matter."""

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.waiting: deque[str] = deque()
        self.asked_by: set[str] = set()

    def kbhit(self) -> bool:
        self.asked_by.add(threading.current_thread().name)
        return bool(self.waiting)

    def getwch(self) -> str:
        return self.waiting.popleft()


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> FakeMsvcrt:
    fake = FakeMsvcrt()
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    monkeypatch.setattr(sys, "platform", "win32")
    return fake


def test_keys_of_a_windows_console(console: FakeMsvcrt) -> None:
    async def main() -> list[str]:
        with Keys() as keys:
            console.waiting.extend(" \xe0Hm\x00;q")  # an arrow and a function key are two pieces each
            pressed = [await asyncio.wait_for(keys.next(), 5.0) for _ in range(3)]
            console.waiting.extend("zz")
            while console.waiting:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            keys.forget()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(keys.next(), 0.1)
        return pressed

    assert asyncio.run(main()) == [" ", "m", "q"]
    assert console.asked_by == {"keys"}
    assert "keys" not in {thread.name for thread in threading.enumerate()}


posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals")


@posix
def test_keys_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    import pty
    import termios

    ours, theirs = pty.openpty()

    async def main() -> list[str]:
        before = termios.tcgetattr(theirs)
        with os.fdopen(theirs) as terminal:
            monkeypatch.setattr(sys, "stdin", terminal)
            with Keys() as keys:
                assert not termios.tcgetattr(theirs)[3] & (termios.ECHO | termios.ICANON)
                os.write(ours, b" m")
                pressed = [await asyncio.wait_for(keys.next(), 5.0) for _ in range(2)]
            assert termios.tcgetattr(theirs) == before
        return pressed

    assert asyncio.run(main()) == [" ", "m"]
    os.close(ours)


@posix
def test_a_terminal_that_hangs_up_is_not_asked_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    import pty

    ours, theirs = pty.openpty()
    answers: list[bytes | OSError] = []
    read = os.read

    def counted(descriptor: int, most: int) -> bytes:
        try:
            answers.append(got := read(descriptor, most))
        except OSError as error:
            answers.append(error)
            raise
        return got

    async def main() -> None:
        with os.fdopen(theirs) as terminal:
            monkeypatch.setattr(sys, "stdin", terminal)
            with Keys():
                monkeypatch.setattr("gaitchain.live.keys.os.read", counted)
                os.close(ours)
                for _ in range(20):  # turns of the loop, each of which asks whoever is ready
                    await asyncio.sleep(0)

    asyncio.run(main())
    assert len(answers) == 1
