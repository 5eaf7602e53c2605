"""The shapes all floors share: placements, sides, blocks of samples."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


class Side(StrEnum):
    """A side of the body."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Placement(StrEnum):
    """Where on the body a sensor is worn; the value is the column prefix of the recording CSV."""

    KNEE_LEFT = "knee_left"  # proximal shank, just below the knee
    KNEE_RIGHT = "knee_right"
    HIP_LEFT = "hip_left"  # iliac crest
    HIP_RIGHT = "hip_right"
    THIGH_LEFT = "thigh_left"  # distal thigh, optional
    THIGH_RIGHT = "thigh_right"
    SACRUM = "sacrum"  # L5/S1, optional
    TRUNK = "trunk"  # sternum or T8, optional

    @property
    def side(self) -> Side | None:
        """The side of the body, or None for a sensor on the midline."""
        _, _, side = self.value.partition("_")
        return Side(side) if side else None

    @property
    def mirrored(self) -> Placement:
        """The same place on the other side; a midline placement is its own mirror image."""
        if self.side is None:
            return self
        return Placement(self.value.replace(self.side.value, self.side.other.value))


KNEES = (Placement.KNEE_LEFT, Placement.KNEE_RIGHT)
HIPS = (Placement.HIP_LEFT, Placement.HIP_RIGHT)
THIGHS = (Placement.THIGH_LEFT, Placement.THIGH_RIGHT)


@dataclass(frozen=True, slots=True, eq=False)
class SampleBlock:
    """Consecutive samples of one placement, oldest first. NaN marks a missing sample.

    Attributes
    ----------
    time_s : (n,) array
        Sample times on the recording's clock, strictly increasing, also from block to block.
    acc_m_s2 : (n, 3) array
        Specific force in sensor axes as mounted, m/s^2; +9.81 along the axis that points up at rest.
    gyr_rad_s : (n, 3) array
        Angular rate in sensor axes, rad/s, right-hand rule.
    """

    placement: Placement
    time_s: FloatArray
    acc_m_s2: FloatArray
    gyr_rad_s: FloatArray

    def __post_init__(self) -> None:
        n = len(self.time_s)
        if self.acc_m_s2.shape != (n, 3) or self.gyr_rad_s.shape != (n, 3):
            raise ValueError(
                f"{self.placement}: {n} times, but acc {self.acc_m_s2.shape} and gyr {self.gyr_rad_s.shape}"
            )

    def __len__(self) -> int:
        return len(self.time_s)
