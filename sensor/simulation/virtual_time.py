"""An event loop on virtual time: it never waits, it jumps to the next timer. Sleeps and timeouts cost nothing."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Args = TypeVarTuple("Args")


class JumpingSelector(selectors.SelectSelector):
    """Instead of waiting for a timer, moves the time to it; waits for real while a thread works for the loop."""

    now_s = 0.0
    in_threads = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # A loop that jumps on takes the interpreter from the thread it waits for, and minutes pass in its second.
        waits = timeout is None or self.in_threads
        ready = super().select(timeout if waits else 0)
        if not ready and timeout:
            self.now_s += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """``time`` is virtual seconds since the loop was made; they are real ones while a thread works."""

    def __init__(self) -> None:
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Args], T], *args: *Args) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._jumping.in_threads += 1
        future.add_done_callback(self._came_back)
        return future

    def _came_back(self, _: asyncio.Future[T]) -> None:
        self._jumping.in_threads -= 1
