"""The protocols one chooses from: how long, how many strides to expect, which places it needs."""

from __future__ import annotations

from dataclasses import dataclass

from gaitchain.store import PROTOCOLS


@dataclass(frozen=True, slots=True)
class ProtocolCard:
    """One protocol as a choice.

    Attributes
    ----------
    duration_s : int
        Planned; the recording goes on until somebody stops it.
    """

    key: str
    name: str
    how: str
    duration_s: int
    strides: str
    needs: str


PROTOCOL_CARDS = (
    ProtocolCard(
        "2min",
        PROTOCOLS["2min"],
        "Comfortable speed, straight ahead, turn at the ends of the corridor.",
        120,
        "about 70 a side in a 20 m corridor",
        "both knees; hips for the pelvis",
    ),
    ProtocolCard(
        "4x10m",
        PROTOCOLS["4x10m"],
        "Four straight ways of 10 m, with a short stand after each.",
        60,
        "about 20 a side: too few for a score",
        "both knees; hips for the pelvis",
    ),
    ProtocolCard(
        "walk-sit-walk",
        PROTOCOLS["walk-sit-walk"],
        "Walk 3 min, sit until it has settled, walk 3 min: what a rest brings back.",
        420,
        "about 200 a side",
        "both knees; hips for the pelvis",
    ),
)
