"""Virtual time jumps over what nobody waits for, and never runs away from a thread."""

from __future__ import annotations

import asyncio
import threading
import time

from tests.fakes.virtual_time import run_virtually

SHORT_S = 0.05


def test_an_hour_of_sleep_costs_nothing() -> None:
    async def main() -> float:
        await asyncio.sleep(3600.0)
        return asyncio.get_running_loop().time()

    from_s = time.monotonic()
    assert run_virtually(main) == 3600.0
    assert time.monotonic() - from_s < 60.0


def test_time_is_real_while_a_thread_works_and_jumps_again_afterwards() -> None:
    async def main() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        ticking = loop.create_task(ticks())
        await asyncio.to_thread(time.sleep, SHORT_S)
        worked_s = loop.time()
        ticking.cancel()
        await asyncio.sleep(3600.0)
        return worked_s, loop.time()

    async def ticks() -> None:
        while True:
            await asyncio.sleep(0.001)

    from_s = time.monotonic()
    worked_s, ended_s = run_virtually(main)
    assert worked_s <= time.monotonic() - from_s  # its own ticks would have taken it through minutes
    assert ended_s == worked_s + 3600.0


def test_a_timeout_is_kept_while_a_thread_hangs() -> None:
    held = threading.Event()

    async def main() -> bool:
        try:
            await asyncio.wait_for(asyncio.to_thread(held.wait), SHORT_S)
        except TimeoutError:
            return True
        finally:
            held.set()
        return False

    assert run_virtually(main)
