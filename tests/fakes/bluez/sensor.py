"""What every sensor on the air of the fake BlueZ does: it lives, it can be dropped, it goes."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod

from tests.fakes.bluez.service import FakeBlueZ, Peripheral

STEP_S = 0.005


class SensorOnAir(ABC):
    """Is on the air from its making on, which comes last in a subclass's."""

    def __init__(self, bluez: FakeBlueZ, peripheral: Peripheral) -> None:
        self.peripheral = peripheral
        self._bluez = bluez
        bluez.add(peripheral)
        self._task = asyncio.create_task(self._live())

    def drop(self) -> None:
        """The link is lost."""
        self._bluez.drop(self.peripheral)

    async def stop(self) -> None:
        """Off the air."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(STEP_S)
            self._step()

    @abstractmethod
    def _step(self) -> None:
        """Do what is due."""
