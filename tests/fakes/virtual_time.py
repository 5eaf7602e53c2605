"""Worlds on the virtual time of the event loop."""

from __future__ import annotations

import asyncio

from sensor.links.loopback import World
from sensor.simulation.virtual_time import VirtualLoop, run_virtually

__all__ = ["VirtualLoop", "run_virtually", "turning"]


async def turning(world: World) -> asyncio.Task[None]:
    """Keep a world at the loop's time; a background task."""
    loop = asyncio.get_running_loop()
    return loop.create_task(world.follow(lambda: round(loop.time() * 1e9)), name="world")
