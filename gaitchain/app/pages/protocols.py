"""The protocols one chooses from: how long, how many strides to expect, which places it needs."""

from __future__ import annotations

from dataclasses import dataclass

from gaitchain.app.hub.order import PLANNED_S
from gaitchain.store import PROTOCOLS


@dataclass(frozen=True, slots=True)
class ProtocolCard:
    """One protocol as a choice; the recording goes on until somebody stops it, whatever was planned."""

    key: str
    how: str
    strides: str
    needs: str

    @property
    def name(self) -> str:
        return PROTOCOLS[self.key]

    @property
    def duration_s(self) -> int:
        return int(PLANNED_S[self.key])


PROTOCOL_CARDS = (
    ProtocolCard(
        "2min",
        "Comfortable speed, straight ahead, turn at the ends of the corridor.",
        "about 70 a side in a 20 m corridor",
        "both knees; hips for the pelvis",
    ),
    ProtocolCard(
        "4x10m",
        "Four straight ways of 10 m, with a short stand after each.",
        "about 20 a side: too few for a score",
        "both knees; hips for the pelvis",
    ),
    ProtocolCard(
        "walk-sit-walk",
        "Walk 3 min, sit 1 min or until it has settled, walk 3 min: what a rest brings back.",
        "about 200 a side",
        "both knees; hips for the pelvis",
    ),
)
