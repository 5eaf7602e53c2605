"""The simulated patient to try recording with: a painful left knee, four sensors in this program."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from firmware_protocol.nodespec import SampleSource
from sensor.acquisition.finding import Found
from sensor.acquisition.simulated import felt
from sensor.acquisition.virtual_patient import WORN, RadioSpec, found, worn_node
from sensor.links.loopback import World
from sensor.recording.table import RecordingTable
from sensor.samples import FloatArray, Placement, Side
from sensor.simulation import WalkSpec

PATIENT = WalkSpec("antalgic_knee", Side.LEFT, 0.6, 120.0, seed=1, placements=WORN)
# The first walk of 326 s lasts until 3:00, the seat until 4:20; then the walk begins anew after a short stand.
AS_TOLD = {
    "4x10m": replace(PATIENT, protocol="4x10m", duration_s=60.0),
    "walk-sit-walk": replace(PATIENT, protocol="walk-sit-walk", duration_s=326.0),
}
TAP_S = 0.05
TAP_M_S2 = 40.0  # a finger on the shell


def walk_of(protocol: str) -> WalkSpec:
    """How the simulated patient walks a protocol of the app; two minutes and more to and fro if it knows none."""
    return AS_TOLD.get(protocol, PATIENT)


@dataclass(slots=True)
class ObedientPatient:
    """Stands and walks when told to, and lets the sensors be tapped.

    Parameters
    ----------
    table : RecordingTable
        The walk, which begins anew at its end; without missing samples.
    radio : RadioSpec
        What is between the sensors and this program.
    """

    table: RecordingTable
    radio: RadioSpec = field(default_factory=RadioSpec)
    world: World = field(init=False)
    _walks_from_s: float | None = None
    _tapped_s: dict[Placement, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = World([worn_node(self._feels(placement), placement) for placement in self.table.placements])

    def sensors(self) -> list[Found]:
        """What a search finds."""
        return found(self.world, self.radio)

    def walk(self) -> None:
        """Walk from now on, from the first step of the walk."""
        self._walks_from_s = self.world.now_s

    def stand(self) -> None:
        """Stand still from now on."""
        self._walks_from_s = None

    def tap(self, placement: Placement) -> None:
        """Tap a sensor."""
        self._tapped_s[placement] = self.world.now_s

    def _feels(self, placement: Placement) -> SampleSource:
        source = felt(self.table, placement)
        period_s = float(self.table.time_s[-1] - self.table.time_s[0])

        def feel(at_s: FloatArray) -> tuple[FloatArray, FloatArray]:
            from_s = self._walks_from_s
            walked_s = np.zeros_like(at_s) if from_s is None else np.maximum(at_s - from_s, 0.0) % period_s
            acc_m_s2, gyr_rad_s = source(walked_s)
            tapped_s = self._tapped_s.get(placement)
            if tapped_s is not None:
                since_s = at_s - tapped_s
                acc_m_s2 = acc_m_s2 + TAP_M_S2 * ((since_s >= 0.0) & (since_s < TAP_S))[:, None]
            return acc_m_s2, gyr_rad_s

        return feel
