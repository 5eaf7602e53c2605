"""The fake BlueZ with virtual nodes on the air, and bleak's own bus closed afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable

from bleak.backends.bluezdbus.manager import get_global_bluez_manager

from firmware_protocol.node import VirtualNode
from tests.fakes.bluez.node import NodeOnAir
from tests.fakes.bluez.service import FakeBlueZ


@contextlib.asynccontextmanager
async def on_air(
    bus: str, nodes: Iterable[VirtualNode], att_mtu: int = 247
) -> AsyncIterator[tuple[FakeBlueZ, list[NodeOnAir]]]:
    """Nodes that advertise while in the context; ``bus`` is the address of the private D-Bus."""
    bluez = FakeBlueZ(bus)
    await bluez.start()
    there = [NodeOnAir(bluez, node, att_mtu) for node in nodes]
    try:
        yield bluez, there
    finally:
        for one in there:
            await one.stop()
        manager = await get_global_bluez_manager()
        watcher = manager._bus_watcher_task
        if manager._bus is not None and watcher is not None:
            manager._bus.disconnect()
            await watcher
        await bluez.stop()
