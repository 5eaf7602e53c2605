"""Programs and worlds on the virtual time of an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sensor.links.loopback import World
from sensor.simulation.virtual_time import VirtualLoop

T = TypeVar("T")


def run_virtually(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end on virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())


async def turning(world: World) -> asyncio.Task[None]:
    """Keep a world at the loop's time; a background task."""
    loop = asyncio.get_running_loop()
    return loop.create_task(world.follow(lambda: round(loop.time() * 1e9)), name="world")
